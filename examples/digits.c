/* SPDX-License-Identifier: MIT */
/*
 * Reading handwritten digits: the whole of the work on real data, from file to answers.
 *
 * The data: 1 797 digits written by 13 people (Alpaydin and Kaynak, 1998), each of 8 x 8
 * pixels with a darkness from 0 to 16. Four fifths teach the network; one fifth is held
 * out, and examines it at the end.
 */
#include "common/check.h"
#include "common/options.h"
#include "common/progress.h"
#include "common/report.h"
#include "common/terminal.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: digits [OPTION...]\n"
    "\n"
    "Learns to read handwritten digits, and shows what it got right and wrong.\n"
    "\n"
    "  --data FOLDER      where digits.csv.gz is (default examples/data)\n"
    "  --seed N           which fifth of the images is held out (default 0)\n"
    "  --network-seed N   of the first weights and the order of training (default 1)\n"
    "  --epochs N         how often each image is learnt from (default 40)\n"
    "  --all-splits       train five times, with seeds 0 to 4, and give the median\n"
    "  --require PERCENT  exit with 1 if the (median) accuracy is less\n"
    "  --save FILE        keep the trained network, for the program recognise\n"
    "  --help             this text\n";

enum { SIDE = 8, PIXELS = SIDE * SIDE, HIDDEN = 64, DIGITS = 10, BATCH = 16, SPLITS = 5 };

static const double first_rate = 0.1;

struct settings {
    const char *folder;
    uint64_t split_seed;
    uint64_t network_seed;
    uint64_t epochs;
    int all_splits;
    double required;  /* percent */
    const char *file; /* NULL: the network is not kept */
};

/* A trained network, the images it has never seen, and how it did on them. */
struct result {
    bp_network *network;
    bp_scaler *scaler;
    bp_dataset *test;
    bp_dataset *pictures; /* the same images before scaling */
    double accuracy;
    double seconds;
};

/* Step 1. Reading. The file has no header line: 64 pixels and the digit in each line. The
 * last column is the target unless told otherwise, and classes are the default. */
static bp_dataset *read_digits(const char *folder)
{
    bp_csv_options options;
    bp_dataset *data;
    char path[4096];

    find_file(folder, "digits.csv", "Run this where examples/data is, or use --data.",
              path, sizeof path);
    CHECK_STATUS(bp_csv_options_init(&options));
    options.has_header = 0;
    CHECK_STATUS(bp_dataset_create(NULL, &data));
    CHECK(data, bp_dataset_read_csv(data, path, &options));
    if (bp_dataset_inputs(data) != PIXELS || bp_dataset_classes(data) != DIGITS)
        fail("%s has %zu pixels and %zu classes, expected %d and %d", path,
             bp_dataset_inputs(data), bp_dataset_classes(data), PIXELS, DIGITS);
    printf("%zu handwritten digits from %s\n", bp_dataset_rows(data), path);
    return data;
}

/* Step 2. A fifth of the images is held out, of each digit alike ("stratified"). Nothing
 * about them is used before the end, not even how dark they are: so the scaler, which
 * maps every pixel's least value to 0 and its greatest to 1, is fitted on the other rows.
 * A slice of all held-out rows stays as it was, to be drawn: the two share memory until
 * one of them is written to. */
static bp_dataset *split_and_scale(bp_dataset *data, uint64_t seed, struct result *result)
{
    bp_dataset *train;
    bp_scaler *scaler;

    CHECK(data,
          bp_dataset_split(data, 0.2, BP_SPLIT_STRATIFIED, seed, &train, &result->test));
    CHECK(result->test, bp_dataset_slice(result->test, 0, bp_dataset_rows(result->test),
                                         &result->pictures));
    CHECK_STATUS(bp_scaler_create(BP_SCALING_MIN_MAX, NULL, &scaler));
    CHECK(scaler, bp_scaler_fit(scaler, train));
    CHECK(scaler, bp_scaler_apply(scaler, train));
    CHECK(scaler, bp_scaler_apply(scaler, result->test));
    result->scaler = scaler;
    return train;
}

/* Step 3. The network: 64 pixels, a hidden layer of units a = max(0, z) ("relu": cheap,
 * and its slope does not fade for large z), and ten outputs that are probabilities
 * ("softmax": each between 0 and 1, together 1). */
static bp_network *make_network(uint64_t seed)
{
    bp_network *network;

    CHECK_STATUS(bp_network_create(PIXELS, NULL, &network));
    CHECK(network, bp_network_add_dense(network, HIDDEN, BP_ACTIVATION_RELU));
    CHECK(network, bp_network_add_dense(network, DIGITS, BP_ACTIVATION_SOFTMAX));
    CHECK(network, bp_network_build(network, seed));
    return network;
}

/* Step 4. The rule of learning: stochastic gradient descent with Nesterov's momentum,
 *
 *     g = dC/dw + decay w      v <- momentum v + g      w <- w - rate (g + momentum v)
 *
 * Weight decay pulls every weight towards 0, so that only those grow large that many
 * images agree on. The rate itself falls in a straight line, epoch by epoch: long strides
 * first, short ones near the goal.
 *
 * These numbers, the width of the hidden layer and the number of epochs were chosen on
 * the training rows alone: a fifth of them was split off once more, and what read that
 * fifth best, in the mean of 30 such splits, was taken (98.0 %; twice the hidden units
 * read 0.1 % more, in twice the time). Had they been chosen on the held-out images, the
 * final accuracy would be no examination any more. */
static bp_trainer *make_trainer(bp_network *network, const bp_cost *cost, uint64_t seed)
{
    bp_optimizer *optimizer;
    bp_trainer *trainer;

    CHECK_STATUS(bp_optimizer_create(BP_OPTIMIZER_SGD, NULL, &optimizer));
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE, first_rate));
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_MOMENTUM, 0.9));
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_NESTEROV, 1));
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_WEIGHT_DECAY, 1e-3));
    CHECK_STATUS(bp_trainer_create(network, cost, optimizer, &trainer));
    CHECK(trainer, bp_trainer_set(trainer, BP_TRAINER_BATCH, BATCH));
    CHECK(trainer, bp_trainer_build(trainer, seed));
    bp_optimizer_destroy(optimizer);
    return trainer;
}

/* What the callback of the fit needs. */
struct training {
    struct progress progress;
    bp_optimizer *optimizer; /* the one that works in the trainer */
};

/* The library calls this after every step and every epoch. Settings of the optimizer may
 * be changed at any time. */
static int32_t watch(const bp_progress *now, void *user)
{
    struct training *training = user;
    const double left = 1.0 - (double)now->epoch / (double)now->epochs;

    progress_show(now, &training->progress);
    if (now->event == BP_EVENT_EPOCH && left > 0.0)
        CHECK(
            training->optimizer,
            bp_optimizer_set(training->optimizer, BP_OPTIMIZER_RATE, first_rate * left));
    return 0;
}

/* Step 5. Training: 16 images a step, all of them once an epoch, in a new order each
 * time. Answers the seconds it took. */
static double train_network(bp_network *network, const bp_cost *cost,
                            const bp_dataset *train, const struct settings *settings)
{
    struct training training = {{.network = network, .cost = cost, .data = train}, NULL};
    bp_trainer *trainer = make_trainer(network, cost, settings->network_seed);

    training.optimizer = bp_trainer_get_optimizer(trainer);
    progress_begin(&training.progress);
    CHECK(trainer, bp_trainer_fit(trainer, train, settings->epochs, watch, &training));
    progress_end(&training.progress);
    bp_trainer_destroy(trainer);
    return training.progress.seconds;
}

/* Step 6. The examination, on images that it has never seen. */
static double examine(const bp_network *network, const bp_cost *cost,
                      const bp_dataset *test)
{
    bp_evaluation figures = {.struct_size = sizeof figures};
    bp_workspace *workspace;

    CHECK_STATUS(bp_workspace_create(network, 128, &workspace));
    CHECK(workspace, bp_network_evaluate(network, workspace, cost, test, &figures));
    bp_workspace_destroy(workspace);
    return 100.0 * figures.accuracy;
}

/* Steps 2 to 6 for one split. The cost is the cross-entropy that belongs to softmax,
 *
 *     C = -ln a_y        (y: the digit that it is)
 *
 * the mean over the images: 0 if the network gives the right digit all probability. */
static struct result learn(bp_dataset *data, const struct settings *settings,
                           uint64_t split_seed)
{
    struct result result = {0};
    bp_dataset *train = split_and_scale(data, split_seed, &result);
    bp_cost *cost;

    CHECK_STATUS(bp_cost_create(BP_COST_SOFTMAX_CROSS_ENTROPY, NULL, &cost));
    result.network = make_network(settings->network_seed);
    printf("\nSplit %llu: %zu images to learn from, %zu held out\n",
           (unsigned long long)split_seed, bp_dataset_rows(train),
           bp_dataset_rows(result.test));
    printf("Network %d-%d-%d, %zu weights and biases, seed %llu\n", PIXELS, HIDDEN,
           DIGITS, bp_network_parameters(result.network),
           (unsigned long long)settings->network_seed);
    printf("Training (the accuracy is that on the images it learns from):\n");
    result.seconds = train_network(result.network, cost, train, settings);
    result.accuracy = examine(result.network, cost, result.test);
    printf("Trained in %.2f s.\n", result.seconds);
    bp_cost_destroy(cost);
    bp_dataset_destroy(train);
    return result;
}

/* Step 7. Keeping it. A network is of no use without the scaler of its inputs, and its
 * answers of little use without the names of the classes: one file has them all. It is
 * there as a whole or not at all, whatever happens while it is written. */
static void save(const struct result *result, const bp_dataset *data, const char *file)
{
    const char *names[DIGITS];
    bp_save_options options;

    CHECK_STATUS(bp_save_options_init(&options));
    for (size_t i = 0; i < DIGITS; i++)
        names[i] = bp_dataset_class_name(data, i);
    options.scaler = result->scaler;
    options.class_names = names;
    options.class_count = DIGITS;
    CHECK(result->network, bp_network_save(result->network, file, &options));
    printf("Saved as %s\n", file);
}

static void forget(struct result *result)
{
    bp_network_destroy(result->network);
    bp_scaler_destroy(result->scaler);
    bp_dataset_destroy(result->pictures);
    bp_dataset_destroy(result->test);
}

/* --- Pictures ----------------------------------------------------------------------- */

enum { ACROSS = 4, WRONG_SHOWN = 12 };

/* One line of pixels: the darker, the fuller the sign. Two of them are about square. */
static void draw_pixels(const float *pixels)
{
    static const char shades[] = " .:-=+*#%@";

    for (int x = 0; x < SIDE; x++) {
        const float ink = pixels[x] < 0.0f ? 0.0f : pixels[x] > 16.0f ? 16.0f : pixels[x];
        const char shade = shades[(int)(ink * 9.0f / 16.0f + 0.5f)];
        printf("%c%c", shade, shade);
    }
}

static void caption(const struct answers *answers, size_t row)
{
    const int32_t said = answers->said[row];
    const float *outputs = answers->outputs + row * answers->classes;
    char text[32];

    if (said == answers->label[row])
        snprintf(text, sizeof text, "%d, %.0f %%", said, 100.0 * (double)outputs[said]);
    else
        snprintf(text, sizeof text, "%d, %.0f %% (is %d)", said,
                 100.0 * (double)outputs[said], answers->label[row]);
    printf("  %-*s", 2 * SIDE, text);
}

/* Images side by side, and below each what the network said. */
static void draw_row(const struct answers *answers, const bp_dataset *pictures,
                     const size_t *rows, size_t count)
{
    float pixels[ACROSS][PIXELS];

    for (size_t i = 0; i < count; i++)
        CHECK_STATUS(bp_dataset_get_inputs(pictures, rows[i], pixels[i], PIXELS));
    for (int y = 0; y < SIDE; y++) {
        for (size_t i = 0; i < count; i++) {
            fputs("  ", stdout);
            draw_pixels(&pixels[i][y * SIDE]);
        }
        putchar('\n');
    }
    for (size_t i = 0; i < count; i++)
        caption(answers, rows[i]);
    puts("\n");
}

/* The first image from `row` on that was read as wanted: right (1) or wrong (0). */
static size_t next_row(const struct answers *answers, size_t row, int right)
{
    while (row < answers->rows && (answers->said[row] == answers->label[row]) != right)
        row++;
    return row;
}

/* Four that were read right, from all over the held-out images. */
static void draw_right(const struct answers *answers, const bp_dataset *pictures)
{
    size_t rows[ACROSS], count = 0;

    for (size_t i = 0; i < ACROSS; i++) {
        const size_t row = next_row(answers, i * answers->rows / ACROSS, 1);
        if (row < answers->rows)
            rows[count++] = row;
    }
    if (count == 0)
        return;
    printf("\nSome that it read right, and how sure it was:\n\n");
    draw_row(answers, pictures, rows, count);
}

static void draw_wrong(const struct answers *answers, const bp_dataset *pictures)
{
    const size_t wrong = answers->rows - answers->right;
    const size_t shown = wrong < WRONG_SHOWN ? wrong : WRONG_SHOWN;
    size_t rows[ACROSS], row = 0;

    if (shown > 0)
        printf("%zu of %zu that it read wrong:\n\n", shown, wrong);
    for (size_t drawn = 0; drawn < shown;) {
        size_t count = 0;
        for (; count < ACROSS && drawn < shown; count++, drawn++) {
            rows[count] = next_row(answers, row, 0);
            row = rows[count] + 1;
        }
        draw_row(answers, pictures, rows, count);
    }
}

/* --- The two ways to run ------------------------------------------------------------ */

/* A path as short as it can be written from here. */
static const char *shorten(const char *path)
{
    static char here[4096];
    size_t length;

    if (getcwd(here, sizeof here) == NULL)
        return path;
    length = strlen(here);
    if (strncmp(path, here, length) != 0 || path[length] != '/')
        return path;
    return path + length + 1;
}

/* One suggestion: a program that lies beside this one, and its options. */
static void suggest(const char *program, const char *what, const char *name,
                    const char *options)
{
    const char *slash = strrchr(program, '/');
    const int folder = slash == NULL ? 0 : (int)(slash + 1 - program);

    printf("  %-29s%.*s%s%s\n", what, folder, program, name, options);
}

static void suggest_all(const char *program, const char *folder, const char *file)
{
    char data[4200] = "", other[4300], all[4300], model[8500];

    if (strcmp(folder, "examples/data") != 0)
        snprintf(data, sizeof data, " --data %s", folder);
    snprintf(other, sizeof other, "%s --seed 1", data);
    snprintf(all, sizeof all, "%s --all-splits", data);
    printf("What to try next:\n\n");
    if (file != NULL) {
        snprintf(model, sizeof model, "%s --model %s", data, file);
        suggest(program, "read digits one by one", "recognise", model);
    }
    suggest(program, "another fifth held out", "digits", other);
    suggest(program, "five of them, the median", "digits", all);
    suggest(program, "three kinds of penguins", "penguins", data);
    suggest(program, "watch a border being learnt", "two_class", " --spirals");
    printf("  %-29s%s\n", "70 000 larger digits:", "sh scripts/get-data.sh mnist");
    suggest(program, "", "mnist", " --layers 100 --epochs 5");
}

static double run_one(bp_dataset *data, const struct settings *settings)
{
    struct result result = learn(data, settings, settings->split_seed);
    struct answers answers;

    answers_create(result.network, result.test, &answers);
    printf("\nHeld-out digits: ");
    answers_print_accuracy(&answers);
    puts("\n");
    answers_print_confusion(&answers, result.test);
    draw_right(&answers, result.pictures);
    draw_wrong(&answers, result.pictures);
    answers_destroy(&answers);
    if (settings->file != NULL)
        save(&result, data, settings->file);
    forget(&result);
    return result.accuracy;
}

static int compare(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* The same settings on five splits. The median says more than the luck of one. */
static double run_all(bp_dataset *data, const struct settings *settings)
{
    double accuracy[SPLITS], seconds[SPLITS];

    for (uint64_t seed = 0; seed < SPLITS; seed++) {
        struct result result = learn(data, settings, seed);
        accuracy[seed] = result.accuracy;
        seconds[seed] = result.seconds;
        forget(&result);
    }
    printf("\n  split   accuracy   training\n");
    for (int seed = 0; seed < SPLITS; seed++)
        printf("  %5d   %6.2f %%   %5.2f s\n", seed, accuracy[seed], seconds[seed]);
    qsort(accuracy, SPLITS, sizeof accuracy[0], compare);
    printf(" median   %6.2f %%\n", accuracy[SPLITS / 2]);
    return accuracy[SPLITS / 2];
}

static void read_options(int argc, char **argv, struct settings *settings)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'},
        {"seed", required_argument, NULL, 's'},
        {"network-seed", required_argument, NULL, 'n'},
        {"epochs", required_argument, NULL, 'e'},
        {"all-splits", no_argument, NULL, 'a'},
        {"require", required_argument, NULL, 'r'},
        {"save", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'd': settings->folder = optarg; break;
        case 's':
            settings->split_seed = option_whole("--seed", optarg, 0, UINT64_MAX);
            break;
        case 'n':
            settings->network_seed =
                option_whole("--network-seed", optarg, 0, UINT64_MAX);
            break;
        case 'e': settings->epochs = option_whole("--epochs", optarg, 1, 100000); break;
        case 'a': settings->all_splits = 1; break;
        case 'r': settings->required = option_percent("--require", optarg); break;
        case 'f': settings->file = optarg; break;
        case 'h': fputs(help, stdout); exit(EXIT_SUCCESS);
        default: option_unknown(argv[0]);
        }
    }
    option_no_more(argc, argv, optind);
}

int main(int argc, char **argv)
{
    struct settings settings = {
        .folder = "examples/data", .network_seed = 1, .epochs = 40};

    read_options(argc, argv, &settings);
    bp_dataset *data = read_digits(settings.folder);
    const double accuracy =
        settings.all_splits ? run_all(data, &settings) : run_one(data, &settings);
    bp_dataset_destroy(data);
    /* 97 % of 100 rows may be 96.99999999999999 in binary. */
    if (accuracy < settings.required - 1e-9)
        fail("the accuracy is %.2f %%, expected at least %g", accuracy,
             settings.required);
    if (!settings.all_splits)
        suggest_all(shorten(argv[0]), shorten(settings.folder),
                    settings.file != NULL ? shorten(settings.file) : NULL);
    return EXIT_SUCCESS;
}
