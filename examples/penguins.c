/* SPDX-License-Identifier: MIT */
/*
 * Which penguin is it? Four measurements, three species: a classifier, from file to
 * answer.
 */
#include "common/check.h"
#include "common/options.h"
#include "common/progress.h"
#include "common/report.h"

#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "usage: penguins [--data FOLDER]\n"
    "\n"
    "Learns to tell three species of penguins by their bills, flippers and mass.\n"
    "\n"
    "  --data FOLDER  where penguins.csv is (default examples/data)\n"
    "  --help         this text\n";

enum { MEASURES = 4, HIDDEN = 8, EPOCHS = 30, BATCH = 16, SHOWN = 6 };

static const char *const measures[MEASURES] = {"bill_length_mm", "bill_depth_mm",
                                               "flipper_length_mm", "body_mass_g"};

/* Step 1. Reading. Columns are chosen by the names in the file's header line, and the
 * species become the classes 0, 1, 2. Where a measurement is missing (NA) a number would
 * have to be invented; the row is dropped instead, and that is said. */
static bp_dataset *read_penguins(const char *folder)
{
    static const char *const species = "species";
    bp_csv_options options;
    bp_dataset *data;
    char path[4096];

    find_file(folder, "penguins.csv", "Run this where examples/data is, or use --data.",
              path, sizeof path);
    CHECK_STATUS(bp_csv_options_init(&options));
    options.features = measures;
    options.features_count = MEASURES;
    options.targets = &species;
    options.targets_count = 1;
    options.drop_missing = 1;
    CHECK_STATUS(bp_dataset_create(NULL, &data));
    CHECK(data, bp_dataset_read_csv(data, path, &options));
    printf("%zu penguins of %zu species, %zu measurements each.\n", bp_dataset_rows(data),
           bp_dataset_classes(data), bp_dataset_inputs(data));
    printf("%zu incomplete rows were dropped.\n", bp_dataset_dropped(data));
    return data;
}

/* Step 2. Holding a part back. What counts is how the network does on penguins it has
 * never seen. "Stratified": each species has the same share of both parts.
 *
 * Step 3. Scaling to mean 0 and deviation 1, or the mass in grams (thousands) would drown
 * the bill in millimetres (tens). The scale is learnt from the training rows alone: the
 * others must not have been looked at in any way. */
static void split_and_scale(bp_dataset *data, bp_dataset **train, bp_dataset **test)
{
    bp_scaler *scaler;

    CHECK(data, bp_dataset_split(data, 0.25, BP_SPLIT_STRATIFIED, 1, train, test));
    CHECK_STATUS(bp_scaler_create(BP_SCALING_STANDARD, NULL, &scaler));
    CHECK(scaler, bp_scaler_fit(scaler, *train));
    CHECK(scaler, bp_scaler_apply(scaler, *train));
    CHECK(scaler, bp_scaler_apply(scaler, *test));
    bp_scaler_destroy(scaler);
    printf("%zu to train on, %zu held out.\n\n", bp_dataset_rows(*train),
           bp_dataset_rows(*test));
}

/* Step 4. The network. Its last layer has one unit a species, and softmax,
 *
 *     a_j = e^z_j / (e^z_1 + e^z_2 + e^z_3)
 *
 * makes probabilities of them: each between 0 and 1, together 1. */
static bp_network *make_network(size_t species)
{
    bp_network *network;

    CHECK_STATUS(bp_network_create(MEASURES, NULL, &network));
    CHECK(network, bp_network_add_dense(network, HIDDEN, BP_ACTIVATION_TANH));
    CHECK(network, bp_network_add_dense(network, species, BP_ACTIVATION_SOFTMAX));
    CHECK(network, bp_network_build(network, 1));
    return network;
}

/* Step 5. Training. The cost that belongs to softmax is its cross-entropy
 *
 *     C = -ln a_y        (y: the class that is right)
 *
 * "how surprised was it by the truth": 0 if the right species had probability 1. With
 * softmax its gradient is as simple as can be, dC/dz = a - y.
 *
 * A step looks at 16 penguins, an epoch at all of them once, each time in a new order. */
static void train_network(bp_network *network, const bp_cost *cost,
                          const bp_dataset *train)
{
    struct progress progress = {.network = network, .cost = cost, .data = train};
    bp_optimizer *optimizer;
    bp_trainer *trainer;

    CHECK_STATUS(bp_optimizer_create(BP_OPTIMIZER_SGD, NULL, &optimizer));
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE, 0.02));
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_MOMENTUM, 0.9));
    CHECK_STATUS(bp_trainer_create(network, cost, optimizer, &trainer));
    CHECK(trainer, bp_trainer_set(trainer, BP_TRAINER_BATCH, BATCH));
    CHECK(trainer, bp_trainer_build(trainer, 1));

    printf("Training (the accuracy is that on the training rows):\n");
    progress_begin(&progress);
    CHECK(trainer, bp_trainer_fit(trainer, train, EPOCHS, progress_show, &progress));
    progress_end(&progress);

    bp_trainer_destroy(trainer);
    bp_optimizer_destroy(optimizer);
}

/* Step 6. The examination, on the rows that were held back. */
static double examine(const bp_network *network, const bp_cost *cost,
                      const bp_dataset *test)
{
    bp_evaluation result = {.struct_size = sizeof result};
    bp_workspace *workspace;

    CHECK_STATUS(bp_workspace_create(network, 64, &workspace));
    CHECK(workspace, bp_network_evaluate(network, workspace, cost, test, &result));
    bp_workspace_destroy(workspace);
    printf("\nHeld-out penguins: %llu of %llu right, %.2f %%; cost %.5f\n\n",
           (unsigned long long)result.correct, (unsigned long long)result.rows,
           100.0 * result.accuracy, result.cost);
    return result.accuracy;
}

/* The next row of which the network was least sure: whose largest output is smallest.
 * Rows that were taken before are passed over. */
static size_t least_sure(const struct answers *answers, char *taken)
{
    size_t found = 0;
    float least = 2.0f;

    for (size_t row = 0; row < answers->rows; row++) {
        const float *outputs = answers->outputs + row * answers->classes;
        const float sure = outputs[answers->said[row]];
        if (!taken[row] && sure < least) {
            least = sure;
            found = row;
        }
    }
    taken[found] = 1;
    return found;
}

/* The probability of each species, for the hardest of the penguins. */
static void show_rows(const struct answers *answers, const bp_dataset *test)
{
    char *taken = check_allocate(answers->rows, 1);

    printf("\nThe %d of which it was least sure:\n\n%-11s", SHOWN, "it is");
    for (size_t class = 0; class < answers->classes; class ++)
        printf(" %10s", bp_dataset_class_name(test, class));
    putchar('\n');
    for (size_t i = 0; i < SHOWN; i++) {
        const size_t row = least_sure(answers, taken);
        const float *outputs = answers->outputs + row * answers->classes;
        printf("%-11s", bp_dataset_class_name(test, (size_t)answers->label[row]));
        for (size_t class = 0; class < answers->classes; class ++)
            printf(" %8.1f %%", 100.0 * (double)outputs[class]);
        puts(answers->said[row] == answers->label[row] ? "" : "   wrong");
    }
    free(taken);
}

int main(int argc, char **argv)
{
    bp_dataset *data = read_penguins(option_folder(argc, argv, "examples/data", help));
    bp_dataset *train, *test;
    bp_cost *cost;
    struct answers answers;

    split_and_scale(data, &train, &test);
    bp_network *network = make_network(bp_dataset_classes(data));
    CHECK_STATUS(bp_cost_create(BP_COST_SOFTMAX_CROSS_ENTROPY, NULL, &cost));
    train_network(network, cost, train);
    const double accuracy = examine(network, cost, test);
    answers_create(network, test, &answers);
    answers_print_confusion(&answers, test);
    show_rows(&answers, test);

    answers_destroy(&answers);
    bp_cost_destroy(cost);
    bp_network_destroy(network);
    bp_dataset_destroy(test);
    bp_dataset_destroy(train);
    bp_dataset_destroy(data);
    if (accuracy < 0.95)
        fail("only %.2f %% of the held-out penguins were told right, expected 95",
             100.0 * accuracy);
    return EXIT_SUCCESS;
}
