/* SPDX-License-Identifier: MIT */
/*
 * Why isn't it learning? A network with every mistake that a beginner makes, what a
 * diagnosis says of it, and the cure.
 *
 * The data are two half moons, as they might come from a careless measurement: one column
 * in thousandths, another in thousands, a third that is always the same. The network has
 * four layers of sigmoids whose weights come from N(0, 1), the quadratic cost, and a rate
 * out of the air.
 */
#include "common/check.h"
#include "common/options.h"

#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "usage: diagnose\n"
    "\n"
    "Trains a network that does not learn, asks why, and cures it.\n";

enum { ROWS = 600, COLUMNS = 3, EPOCHS = 60 };

/* Everything that belongs to one attempt. */
struct attempt {
    bp_network *network;
    bp_cost *cost;
    bp_trainer *trainer;
};

/* Step 1. The data. */
static bp_dataset *make_data(void)
{
    float *inputs = check_allocate(ROWS * COLUMNS, sizeof *inputs);
    int32_t *labels = check_allocate(ROWS, sizeof *labels);
    bp_dataset *moons, *data;

    CHECK_STATUS(bp_dataset_create(NULL, &moons));
    CHECK(moons, bp_dataset_generate(moons, BP_GENERATE_MOONS, ROWS, 0.1, 1));
    for (size_t row = 0; row < ROWS; row++) {
        float point[2];
        CHECK_STATUS(bp_dataset_get_inputs(moons, row, point, 2));
        CHECK_STATUS(bp_dataset_get_label(moons, row, &labels[row]));
        inputs[row * COLUMNS] = point[0] / 1000.0f;
        inputs[row * COLUMNS + 1] = 20000.0f + 1000.0f * point[1];
        inputs[row * COLUMNS + 2] = 7.0f;
    }
    CHECK_STATUS(bp_dataset_create(NULL, &data));
    CHECK(data, bp_dataset_set_inputs(data, inputs, ROWS, COLUMNS, COLUMNS));
    CHECK(data, bp_dataset_set_labels(data, labels, ROWS, 2));
    CHECK(data, bp_dataset_one_hot(data, 0.0f, 1.0f));
    bp_dataset_destroy(moons);
    free(inputs);
    free(labels);
    return data;
}

/* Step 2. The network with which it goes wrong. */
static void add_careless(bp_network *network, size_t units)
{
    bp_layer *layer;

    CHECK_STATUS(bp_layer_create_dense(units, BP_ACTIVATION_SIGMOID, NULL, &layer));
    CHECK(layer, bp_layer_set(layer, BP_LAYER_WEIGHT_INIT, BP_INIT_NORMAL));
    CHECK(network, bp_network_add(network, layer));
    bp_layer_destroy(layer);
}

static void make_trainer(struct attempt *attempt, int32_t cost, double rate)
{
    bp_optimizer *sgd;

    CHECK_STATUS(bp_cost_create(cost, NULL, &attempt->cost));
    CHECK_STATUS(bp_optimizer_create(BP_OPTIMIZER_SGD, NULL, &sgd));
    CHECK(sgd, bp_optimizer_set(sgd, BP_OPTIMIZER_RATE, rate));
    CHECK_STATUS(
        bp_trainer_create(attempt->network, attempt->cost, sgd, &attempt->trainer));
    CHECK(attempt->trainer, bp_trainer_build(attempt->trainer, 1));
    bp_optimizer_destroy(sgd);
}

static struct attempt careless(void)
{
    struct attempt attempt;

    CHECK_STATUS(bp_network_create(COLUMNS, NULL, &attempt.network));
    for (int i = 0; i < 4; i++)
        add_careless(attempt.network, 16);
    add_careless(attempt.network, 2);
    CHECK(attempt.network, bp_network_build(attempt.network, 1));
    make_trainer(&attempt, BP_COST_QUADRATIC, 0.00001);
    return attempt;
}

static void destroy(struct attempt *attempt)
{
    bp_trainer_destroy(attempt->trainer);
    bp_cost_destroy(attempt->cost);
    bp_network_destroy(attempt->network);
}

/* Step 3. Training, and how many rows it then finds. */
static double train(struct attempt *attempt, const bp_dataset *data)
{
    bp_workspace *workspace;
    bp_evaluation result = {.struct_size = sizeof result};

    CHECK(attempt->trainer, bp_trainer_fit(attempt->trainer, data, EPOCHS, NULL, NULL));
    CHECK_STATUS(bp_workspace_create(attempt->network, 64, &workspace));
    CHECK(workspace,
          bp_network_evaluate(attempt->network, workspace, attempt->cost, data, &result));
    bp_workspace_destroy(workspace);
    printf("After %d epochs: cost %.4f, %.1f %% right.\n", EPOCHS, result.cost,
           100.0 * result.accuracy);
    return result.accuracy;
}

static int32_t print(const void *bytes, size_t size, void *user)
{
    return fwrite(bytes, 1, size, user) != size;
}

/* Step 4. Why? The report is text to be read, and findings to be worked with: whoever
 * trains a thousand networks looks at the codes. */
static size_t diagnose(const struct attempt *attempt, const bp_dataset *data)
{
    bp_diagnosis *diagnosis;
    size_t bad = 0;

    CHECK(attempt->trainer,
          bp_trainer_diagnose(attempt->trainer, data, NULL, &diagnosis));
    CHECK_STATUS(bp_diagnosis_write(diagnosis, print, stdout));
    for (size_t i = 0; i < bp_diagnosis_findings(diagnosis); i++) {
        bp_finding finding = {.struct_size = sizeof finding};
        CHECK_STATUS(bp_diagnosis_get(diagnosis, i, &finding));
        bad += finding.severity > BP_SEVERITY_NOTE;
    }
    bp_diagnosis_destroy(diagnosis);
    return bad;
}

/* Step 5. The cure, point by point: scale the inputs, fewer layers, an activation whose
 * slope does not fade, weights drawn to suit it, the cost that belongs to softmax... */
static struct attempt careful(bp_dataset *data)
{
    struct attempt attempt;
    bp_scaler *scaler;

    CHECK_STATUS(bp_scaler_create(BP_SCALING_STANDARD, NULL, &scaler));
    CHECK(scaler, bp_scaler_fit(scaler, data));
    CHECK(scaler, bp_scaler_apply(scaler, data));
    bp_scaler_destroy(scaler);
    CHECK_STATUS(bp_network_create(COLUMNS, NULL, &attempt.network));
    CHECK(attempt.network, bp_network_add_dense(attempt.network, 16, BP_ACTIVATION_TANH));
    CHECK(attempt.network,
          bp_network_add_dense(attempt.network, 2, BP_ACTIVATION_SOFTMAX));
    CHECK(attempt.network, bp_network_build(attempt.network, 1));
    make_trainer(&attempt, BP_COST_SOFTMAX_CROSS_ENTROPY, 0.01);
    return attempt;
}

/* ... and a rate that was looked for. */
static void find_rate(struct attempt *attempt, const bp_dataset *data)
{
    bp_optimizer *sgd = bp_trainer_get_optimizer(attempt->trainer);
    bp_rate_report report = {.struct_size = sizeof report};

    CHECK(attempt->trainer, bp_trainer_find_rate(attempt->trainer, data, NULL, &report));
    if (!report.found)
        fail("the cost fell at no rate");
    printf("Of %d rates, the cost falls fastest at %.3g.\n", (int)report.steps,
           report.rate);
    CHECK(sgd, bp_optimizer_set(sgd, BP_OPTIMIZER_RATE, report.rate));
}

int main(int argc, char **argv)
{
    bp_dataset *data;
    struct attempt attempt;

    (void)option_folder(argc, argv, "", help);
    data = make_data();
    puts("A network that does not learn.");
    attempt = careless();
    if (train(&attempt, data) > 0.6)
        fail("it learns, although it should not");
    puts("\nWhy?\n");
    if (diagnose(&attempt, data) == 0)
        fail("the diagnosis found nothing");
    destroy(&attempt);

    puts("\nThe cure.");
    attempt = careful(data);
    find_rate(&attempt, data);
    if (train(&attempt, data) < 0.95)
        fail("the cure does not help");
    puts("\nAnd now?\n");
    if (diagnose(&attempt, data) > 0)
        fail("the diagnosis still finds something");
    destroy(&attempt);
    bp_dataset_destroy(data);
    return EXIT_SUCCESS;
}
