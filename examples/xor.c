/* SPDX-License-Identifier: MIT */
/*
 * XOR: the smallest problem that one layer cannot solve.
 *
 * "Exactly one of the two" is no line through the square of the four points (0,0), (0,1),
 * (1,0), (1,1): no single unit a = f(w1 x1 + w2 x2 + b) can tell them apart. With a layer
 * in between ("hidden") it can be learnt, and backpropagation finds the weights.
 */
#include "common/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXAMPLES = 4, INPUTS = 2, HIDDEN = 3, OUTPUTS = 1, EPOCHS = 1000 };

/* Matrices are row by row, one example a row. */
static const float inputs[EXAMPLES * INPUTS] = {0, 0, 0, 1, 1, 0, 1, 1};
static const float targets[EXAMPLES * OUTPUTS] = {0, 1, 1, 0};

/* Step 1. The network: 2 inputs, 3 hidden units, 1 output. Each layer computes
 *
 *     z = w a + b        a' = f(z)
 *
 * of the activations a of the layer before it. f must not be a straight line, or two
 * layers would be no more than one: tanh for the hidden units, and for the output the
 * sigmoid 1 / (1 + e^-z), which lies between 0 and 1 as the targets do.
 *
 * Building draws the weights at random: units that began alike would stay alike. The seed
 * makes it the same numbers each time, on every machine. */
static bp_network *make_network(void)
{
    bp_network *network;

    CHECK_STATUS(bp_network_create(INPUTS, NULL, &network));
    CHECK(network, bp_network_add_dense(network, HIDDEN, BP_ACTIVATION_TANH));
    CHECK(network, bp_network_add_dense(network, OUTPUTS, BP_ACTIVATION_SIGMOID));
    CHECK(network, bp_network_build(network, 1));
    return network;
}

/* Step 2. The cost: how far the outputs a are from the targets y. The quadratic cost is
 * the mean over the examples of
 *
 *     C = 1/2 sum (y - a)^2
 *
 * Step 3. The rule by which the weights move: against their gradient, downhill,
 *
 *     v <- momentum v + dC/dw        w <- w - rate v
 *
 * where momentum keeps some of the speed, as of a ball that rolls.
 *
 * A trainer joins the three. */
static bp_trainer *make_trainer(bp_network *network)
{
    bp_cost *cost;
    bp_optimizer *optimizer;
    bp_trainer *trainer;

    CHECK_STATUS(bp_cost_create(BP_COST_QUADRATIC, NULL, &cost));
    CHECK_STATUS(bp_optimizer_create(BP_OPTIMIZER_SGD, NULL, &optimizer));
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE, 1.0));
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_MOMENTUM, 0.9));
    CHECK_STATUS(bp_trainer_create(network, cost, optimizer, &trainer));
    CHECK(trainer, bp_trainer_build(trainer, 1));

    /* The trainer has its own copies of these two. */
    bp_optimizer_destroy(optimizer);
    bp_cost_destroy(cost);
    return trainer;
}

/* Step 4. Training. Each step goes forward (inputs to outputs), measures the cost, goes
 * backward (the chain rule carries dC/da from the last layer to the first and leaves
 * dC/dw and dC/db at each), and moves the weights. All four examples are one batch here.
 *
 * The cost that a step gives is that before its update. */
static double train(bp_trainer *trainer)
{
    double cost = 0.0;

    printf("epoch   cost\n");
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        CHECK(trainer, bp_trainer_step(trainer, inputs, EXAMPLES * INPUTS, targets,
                                       EXAMPLES * OUTPUTS, &cost));
        if (epoch == 1 || epoch == 10 || epoch == 30 || epoch % 100 == 0)
            printf("%5d   %.6f\n", epoch, cost);
    }
    return cost;
}

/* Step 5. Asking it. Reading a network needs a workspace, its scratch memory: with one
 * each, many threads can ask one network at once. */
static int answer(const bp_network *network)
{
    bp_workspace *workspace;
    float outputs[EXAMPLES * OUTPUTS];
    int right = 0;

    CHECK_STATUS(bp_workspace_create(network, EXAMPLES, &workspace));
    CHECK(workspace, bp_network_predict(network, workspace, inputs, EXAMPLES * INPUTS,
                                        outputs, EXAMPLES * OUTPUTS));
    bp_workspace_destroy(workspace);

    printf("\ninputs   target   output\n");
    for (int i = 0; i < EXAMPLES; i++) {
        printf(" %g  %g      %g      %.4f\n", (double)inputs[INPUTS * i],
               (double)inputs[INPUTS * i + 1], (double)targets[i], (double)outputs[i]);
        right += fabsf(outputs[i] - targets[i]) < 0.1f;
    }
    return right;
}

int main(void)
{
    bp_network *network = make_network();
    bp_trainer *trainer = make_trainer(network);
    const double cost = train(trainer);
    const int right = answer(network);

    /* What was made first goes last: the trainer works on the network. */
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);

    if (right < EXAMPLES)
        fail("only %d of 4 outputs came within 0.1 of the target, the cost is still %g",
             right, cost);
    printf("\nLearnt: all four outputs are within 0.1 of their targets.\n");
    return EXIT_SUCCESS;
}
