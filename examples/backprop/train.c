/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include "common/check.h"
#include "common/options.h"
#include "common/progress.h"

#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: backprop train TABLE -o MODEL [OPTION]...\n"
    "Train a network on a table (CSV, plain or gzipped) and save it.\n"
    "\n"
    "Inputs are scaled to mean 0 and deviation 1; the model keeps the scale, and takes\n"
    "rows as they are in the table. Part of the rows is held out; the weights that were\n"
    "best on these are saved. Ctrl-C ends the training and saves the best so far.\n"
    "\n"
    "  -o, --output FILE            where the model goes\n"
    "      --target NAME[,NAME]...  the columns to learn (default: the last)\n"
    "      --features NAME[,NAME].. the columns to learn from (default: all others)\n"
    "      --regression             the targets are numbers, not names of classes\n"
    "      --hidden N[,N]...        units of the hidden layers, or 'none' (default 32)\n"
    "      --activation NAME        of the hidden layers (default relu)\n"
    "      --dropout X              share of hidden units that rest (default 0)\n"
    "      --epochs N               at most (default 200)\n"
    "      --patience N             end after so many without a better one (default 30)\n"
    "      --batch N                rows a step (default 32)\n"
    "      --rate X                 learning rate of Adam (default 0.005)\n"
    "      --held-out X             percentage of the rows to hold out (default 20)\n"
    "      --seed N                 of weights, split and order (default 1)\n"
    "      --separator CHAR         between fields (default ,)\n"
    "      --no-header              the first line holds values; columns are 1, 2, ...\n"
    "      --drop-missing           leave out rows with missing values\n"
    "  -q, --quiet                  say nothing but errors\n"
    "  -h, --help                   display this help and exit\n";

enum { EXIT_INTERRUPTED = 130, MOST_UNITS = 1000000 };

struct settings {
    struct table table;
    const char *output;
    const char *features;
    const char *hidden;
    int32_t activation;
    int regression, quiet;
    double dropout, rate, held_out;
    uint64_t epochs, patience, batch, seed;
};

/* ---- the data ---- */

/* How targets were scaled: by column, to mean 0 and deviation 1. */
struct scale {
    double mean, deviation;
};

struct data {
    bp_dataset *all, *train, *test;
    bp_scaler *scaler;
    struct scale *scales; /* NULL: classes. */
};

static bp_dataset *read_table(const struct settings *s)
{
    struct names names = {0};
    bp_dataset *data;

    if (s->features != NULL)
        names = names_split(s->features);
    data = table_read(&s->table, s->regression ? TABLE_NUMBERS : TABLE_CLASSES,
                      names.list, names.count);
    names_free(&names);
    return data;
}

static struct scale scale_of(const float *targets, size_t rows, size_t cols)
{
    struct scale scale = {0, 0};

    for (size_t row = 0; row < rows; row++)
        scale.mean += (double)targets[row * cols] / (double)rows;
    for (size_t row = 0; row < rows; row++) {
        const double d = (double)targets[row * cols] - scale.mean;

        scale.deviation += d * d / (double)rows;
    }
    scale.deviation = scale.deviation > 0 ? sqrt(scale.deviation) : 1;
    return scale;
}

/* The same rows with targets that have been scaled; those of `given` go with it. */
static bp_dataset *scale_targets(bp_dataset *given, struct scale *scales, int learn)
{
    const size_t rows = bp_dataset_rows(given), inputs = bp_dataset_inputs(given);
    const size_t outputs = bp_dataset_outputs(given);
    float *x = check_allocate(rows * inputs, sizeof *x);
    float *y = check_allocate(rows * outputs, sizeof *y);
    bp_dataset *made;

    for (size_t row = 0; row < rows; row++) {
        CHECK_STATUS(bp_dataset_get_inputs(given, row, x + row * inputs, inputs));
        CHECK_STATUS(bp_dataset_get_targets(given, row, y + row * outputs, outputs));
    }
    for (size_t col = 0; col < outputs; col++) {
        if (learn)
            scales[col] = scale_of(y + col, rows, outputs);
        for (size_t row = 0; row < rows; row++)
            y[row * outputs + col] =
                (float)(((double)y[row * outputs + col] - scales[col].mean) /
                        scales[col].deviation);
    }
    CHECK_STATUS(bp_dataset_create(NULL, &made));
    CHECK(made, bp_dataset_set_inputs(made, x, rows, inputs, inputs));
    CHECK(made, bp_dataset_set_targets(made, y, rows, outputs, outputs));
    free(x);
    free(y);
    bp_dataset_destroy(given);
    return made;
}

/* The scale is learnt from the rows that are trained on alone. */
static struct data prepare(const struct settings *s)
{
    struct data data = {.all = read_table(s)};
    const int32_t split = s->regression ? BP_SPLIT_SHUFFLED : BP_SPLIT_STRATIFIED;

    if (s->held_out > 0)
        CHECK(data.all, bp_dataset_split(data.all, s->held_out / 100, split, s->seed,
                                         &data.train, &data.test));
    else
        CHECK(data.all,
              bp_dataset_slice(data.all, 0, bp_dataset_rows(data.all), &data.train));
    CHECK_STATUS(bp_scaler_create(BP_SCALING_STANDARD, NULL, &data.scaler));
    CHECK(data.scaler, bp_scaler_fit(data.scaler, data.train));
    CHECK(data.scaler, bp_scaler_apply(data.scaler, data.train));
    if (data.test != NULL)
        CHECK(data.scaler, bp_scaler_apply(data.scaler, data.test));
    if (!s->regression)
        return data;
    data.scales = check_allocate(bp_dataset_outputs(data.all), sizeof *data.scales);
    data.train = scale_targets(data.train, data.scales, 1);
    if (data.test != NULL)
        data.test = scale_targets(data.test, data.scales, 0);
    return data;
}

static void forget(struct data *data)
{
    bp_dataset_destroy(data->all);
    bp_dataset_destroy(data->train);
    bp_dataset_destroy(data->test);
    bp_scaler_destroy(data->scaler);
    free(data->scales);
}

/* ---- the network ---- */

static void add_hidden(bp_network *network, const struct settings *s, size_t units)
{
    bp_layer *rest;

    CHECK(network, bp_network_add_dense(network, units, s->activation));
    if (s->dropout == 0)
        return;
    CHECK_STATUS(bp_layer_create_dropout(s->dropout, NULL, &rest));
    CHECK(network, bp_network_add(network, rest));
    bp_layer_destroy(rest);
}

static bp_network *make_network(const struct settings *s, const struct data *data)
{
    struct names hidden = names_split(s->hidden);
    bp_network *network;

    CHECK_STATUS(bp_network_create(bp_dataset_inputs(data->train), NULL, &network));
    for (size_t i = 0; i < hidden.count && strcmp(s->hidden, "none") != 0; i++)
        add_hidden(network, s,
                   (size_t)option_whole("--hidden", hidden.list[i], 1, MOST_UNITS));
    CHECK(network, bp_network_add_dense(network,
                                        s->regression ? bp_dataset_outputs(data->train)
                                                      : bp_dataset_classes(data->train),
                                        s->regression ? BP_ACTIVATION_LINEAR
                                                      : BP_ACTIVATION_SOFTMAX));
    CHECK(network, bp_network_build(network, s->seed));
    names_free(&hidden);
    return network;
}

/* The last layer is linear, so the scale of the targets goes into its weights, and the
 * model puts out numbers in their own unit: d (w a + b) + m = (d w) a + (d b + m). */
static void undo_scale(bp_network *network, const struct scale *scales)
{
    const size_t last = bp_network_layers(network) - 1;
    bp_layer_info info = {.struct_size = sizeof info};
    double *w, *b;

    CHECK_STATUS(bp_network_layer_info(network, last, &info));
    w = check_allocate(info.outputs * info.inputs, sizeof *w);
    b = check_allocate(info.outputs, sizeof *b);
    CHECK_STATUS(bp_network_get_parameter_f64(network, last, BP_PARAMETER_WEIGHT, w,
                                              info.outputs * info.inputs));
    CHECK_STATUS(
        bp_network_get_parameter_f64(network, last, BP_PARAMETER_BIAS, b, info.outputs));
    for (size_t to = 0; to < info.outputs; to++) {
        b[to] = scales[to].deviation * b[to] + scales[to].mean;
        for (size_t from = 0; from < info.inputs; from++)
            w[to * info.inputs + from] *= scales[to].deviation;
    }
    CHECK(network, bp_network_set_parameter_f64(network, last, BP_PARAMETER_WEIGHT, w,
                                                info.outputs * info.inputs));
    CHECK(network, bp_network_set_parameter_f64(network, last, BP_PARAMETER_BIAS, b,
                                                info.outputs));
    free(w);
    free(b);
}

/* ---- the training ---- */

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

struct watch {
    struct progress progress;
    int quiet;
};

static int32_t look(const bp_progress *now, void *user)
{
    struct watch *watch = user;

    if (!watch->quiet)
        (void)progress_show(now, &watch->progress);
    return interrupted;
}

static bp_trainer *make_trainer(const struct settings *s, bp_network *network,
                                const bp_cost *cost)
{
    bp_optimizer *adam;
    bp_trainer *trainer;

    CHECK_STATUS(bp_optimizer_create(BP_OPTIMIZER_ADAM, NULL, &adam));
    CHECK(adam, bp_optimizer_set(adam, BP_OPTIMIZER_RATE, s->rate));
    CHECK_STATUS(bp_trainer_create(network, cost, adam, &trainer));
    CHECK(trainer, bp_trainer_set(trainer, BP_TRAINER_BATCH, (double)s->batch));
    CHECK(trainer, bp_trainer_build(trainer, s->seed));
    bp_optimizer_destroy(adam);
    return trainer;
}

static void tell_end(const struct settings *s, bp_status status,
                     const bp_fit_result *result)
{
    if (s->quiet)
        return;
    if (status == BP_ESTOPPED)
        printf("interrupted; the best weights so far are kept\n");
    else
        printf("best after epoch %llu of %llu: cost %.6g\n",
               (unsigned long long)result->best_epoch, (unsigned long long)result->epochs,
               result->best);
}

static void fit(const struct settings *s, const struct data *data, bp_network *network,
                const bp_cost *cost)
{
    struct watch watch = {.quiet = s->quiet};
    bp_trainer *trainer = make_trainer(s, network, cost);
    bp_fit_result result = {.struct_size = sizeof result};
    bp_fit_options options;
    bp_status status;

    CHECK_STATUS(bp_fit_options_init(&options));
    options.epochs = s->epochs;
    options.patience = s->patience;
    options.validation = data->test;
    options.progress = look;
    options.user = &watch;
    watch.progress.network = network;
    watch.progress.cost = cost;
    watch.progress.data = s->regression ? NULL : data->test;
    progress_begin(&watch.progress);
    (void)signal(SIGINT, interrupt);
    status = bp_trainer_train(trainer, data->train, &options, &result);
    (void)signal(SIGINT, SIG_DFL);
    progress_end(&watch.progress);
    if (status != BP_ESTOPPED)
        CHECK(trainer, status);
    tell_end(s, status, &result);
    bp_trainer_destroy(trainer);
}

/* ---- the model ---- */

typedef const char *(*name_fn)(const bp_dataset *data, size_t index);

static const char **names_of(const bp_dataset *data, size_t count, name_fn name)
{
    const char **names = check_allocate(count + 1, sizeof *names);

    for (size_t i = 0; i < count; i++)
        names[i] = name(data, i);
    return names;
}

static void save(const struct settings *s, const struct data *data, bp_network *network,
                 const bp_cost *cost)
{
    const size_t classes = s->regression ? 0 : bp_dataset_classes(data->all);
    const size_t inputs = bp_dataset_inputs(data->all);
    const char **class_names = names_of(data->all, classes, bp_dataset_class_name);
    const char **input_names = names_of(data->all, inputs, bp_dataset_input_name);
    bp_save_options options;

    CHECK_STATUS(bp_save_options_init(&options));
    options.cost = cost;
    options.scaler = data->scaler;
    options.class_names = classes > 0 ? class_names : NULL;
    options.class_count = classes;
    options.input_names = input_names;
    options.input_count = inputs;
    if (bp_network_save(network, s->output, &options) != BP_OK)
        fail("%s", bp_network_error(network));
    if (!s->quiet)
        printf("saved %s\n", s->output);
    free(class_names);
    free(input_names);
}

static void train(const struct settings *s)
{
    struct data data = prepare(s);
    bp_network *network = make_network(s, &data);
    bp_cost *cost;

    CHECK_STATUS(bp_cost_create(
        s->regression ? BP_COST_MSE : BP_COST_SOFTMAX_CROSS_ENTROPY, NULL, &cost));
    if (!s->quiet)
        printf("%zu rows to train on, %zu held out; %zu inputs, %zu outputs, %zu weights "
               "and biases\n",
               bp_dataset_rows(data.train),
               data.test != NULL ? bp_dataset_rows(data.test) : 0,
               bp_network_inputs(network), bp_network_outputs(network),
               bp_network_parameters(network));
    fit(s, &data, network, cost);
    if (data.scales != NULL)
        undo_scale(network, data.scales);
    save(s, &data, network, cost);
    bp_cost_destroy(cost);
    bp_network_destroy(network);
    forget(&data);
}

/* ---- the command line ---- */

static void read_option(struct settings *s, int option)
{
    switch (option) {
    case 'o': s->output = optarg; break;
    case 'f': s->features = optarg; break;
    case 'r': s->regression = 1; break;
    case 'H': s->hidden = optarg; break;
    case 'q': s->quiet = 1; break;
    case 'D': s->dropout = option_number("--dropout", optarg); break;
    case 'R': s->rate = option_number("--rate", optarg); break;
    case 'v': s->held_out = option_percent("--held-out", optarg); break;
    case 'e': s->epochs = option_whole("--epochs", optarg, 1, 1000000000); break;
    case 'p': s->patience = option_whole("--patience", optarg, 0, 1000000000); break;
    case 'b': s->batch = option_whole("--batch", optarg, 1, 1000000); break;
    case 'S': s->seed = option_whole("--seed", optarg, 0, UINT64_MAX); break;
    case 'a':
        if (bp_activation_find(optarg, &s->activation) == BP_OK)
            break;
        fprintf(stderr, "error: --activation is '%s', expected a name such as tanh\n",
                optarg);
        exit(EXIT_USAGE);
    default:
        if (!table_option(&s->table, option, help))
            option_unknown("backprop train");
    }
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"output", required_argument, NULL, 'o'},
                                            {"features", required_argument, NULL, 'f'},
                                            {"regression", no_argument, NULL, 'r'},
                                            {"hidden", required_argument, NULL, 'H'},
                                            {"activation", required_argument, NULL, 'a'},
                                            {"dropout", required_argument, NULL, 'D'},
                                            {"epochs", required_argument, NULL, 'e'},
                                            {"patience", required_argument, NULL, 'p'},
                                            {"batch", required_argument, NULL, 'b'},
                                            {"rate", required_argument, NULL, 'R'},
                                            {"held-out", required_argument, NULL, 'v'},
                                            {"seed", required_argument, NULL, 'S'},
                                            {"quiet", no_argument, NULL, 'q'},
                                            TABLE_OPTIONS};
    struct settings s = {.table = {.separator = ',', .has_header = 1},
                         .hidden = "32",
                         .activation = BP_ACTIVATION_RELU,
                         .rate = 0.005,
                         .held_out = 20,
                         .epochs = 200,
                         .patience = 30,
                         .batch = 32,
                         .seed = 1};
    int option;

    while ((option = getopt_long(argc, argv, "o:qh", options, NULL)) != -1)
        read_option(&s, option);
    s.table.path = word_only(argc, argv, optind, "the table");
    if (s.output == NULL) {
        fprintf(stderr, "error: -o is missing: where the model goes\n");
        return EXIT_USAGE;
    }
    train(&s);
    return interrupted ? EXIT_INTERRUPTED : EXIT_SUCCESS;
}

const struct command command_train = {"train", "train a network on a table and save it",
                                      help, run};
