/* SPDX-License-Identifier: MIT */
/*
 * Trains XOR and prints the bits of the final cost: what every way of using the library
 * has to agree on. It is C99 and C++11 at once, and is built as both.
 */
#include <backprop.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(bp_status status, const char *call)
{
    if (status != BP_OK) {
        fprintf(stderr, "%s: %s\n", call, bp_status_text(status));
        exit(1);
    }
}

static bp_network *make_network(void)
{
    bp_network *network = NULL;
    check(bp_network_create(2, NULL, &network), "create");
    check(bp_network_add_dense(network, 4, BP_ACTIVATION_TANH), "add");
    check(bp_network_add_dense(network, 1, BP_ACTIVATION_SIGMOID), "add");
    check(bp_network_build(network, 1), "build");
    return network;
}

static bp_trainer *make_trainer(bp_network *network)
{
    bp_cost *cost = NULL;
    bp_optimizer *optimizer = NULL;
    bp_trainer *trainer = NULL;
    check(bp_cost_create(BP_COST_BINARY_CROSS_ENTROPY, NULL, &cost), "cost");
    check(bp_optimizer_create(BP_OPTIMIZER_SGD, NULL, &optimizer), "optimizer");
    check(bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE, 0.5), "rate");
    check(bp_optimizer_set(optimizer, BP_OPTIMIZER_MOMENTUM, 0.9), "momentum");
    check(bp_trainer_create(network, cost, optimizer, &trainer), "trainer");
    check(bp_trainer_set(trainer, BP_TRAINER_BATCH, 4), "batch");
    check(bp_trainer_build(trainer, 1), "build trainer");
    bp_optimizer_destroy(optimizer);
    bp_cost_destroy(cost);
    return trainer;
}

/* From text, as this reaches all that the library depends on. */
static void read_data(float *inputs, float *targets)
{
    const char text[] = "a,b,a xor b\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n";
    bp_csv_options options;
    bp_dataset *data = NULL;
    size_t row;
    check(bp_csv_options_init(&options), "options");
    options.target_kind = BP_CSV_NUMBERS;
    check(bp_dataset_create(NULL, &data), "data");
    check(bp_dataset_parse_csv(data, text, sizeof text - 1, &options), "text");
    for (row = 0; row < 4; row++) {
        check(bp_dataset_get_inputs(data, row, inputs + 2 * row, 2), "inputs");
        check(bp_dataset_get_targets(data, row, targets + row, 1), "targets");
    }
    bp_dataset_destroy(data);
}

int main(void)
{
    float inputs[8], targets[4];
    bp_network *network = make_network();
    bp_trainer *trainer = make_trainer(network);
    double cost = 0;
    unsigned long long bits = 0;
    int step;

    read_data(inputs, targets);
    for (step = 0; step < 500; step++)
        check(bp_trainer_step(trainer, inputs, 8, targets, 4, &cost), "step");
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);

    memcpy(&bits, &cost, sizeof cost);
    printf("%016llx\n", bits);
    return cost < 0.01 ? 0 : 1;
}
