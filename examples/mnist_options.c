/* SPDX-License-Identifier: MIT */
#include "mnist_options.h"

#include "common/options.h"

#include <backprop.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: mnist [OPTION...]\n"
    "\n"
    "Trains a network on 60 000 images of MNIST or Fashion-MNIST and tests it on 10 000\n"
    "others. They are fetched by 'sh scripts/get-data.sh mnist' (or fashion).\n"
    "\n"
    "  --data FOLDER      the four files, gzipped or not (default data/mnist)\n"
    "  --layers N,N,...   units of the hidden layers, or 'none' (default 100)\n"
    "  --activation NAME  of the hidden layers (default relu)\n"
    "  --cost NAME        cost function (default softmax_cross_entropy)\n"
    "  --output NAME      activation of the last layer (default: what suits the cost)\n"
    "  --dropout X        share of hidden units that rest in a step (default 0)\n"
    "  --noise X          deviation of noise on pixels, which are 0 to 1 (default 0)\n"
    "  --norm NAME        batch or layer: what normalises the hidden layers' weighted\n"
    "                     inputs (default none)\n"
    "  --smoothing X      of the labels of softmax_cross_entropy (default 0)\n"
    "  --batch N          images a step (default 32)\n"
    "  --optimizer NAME   sgd (default), adam, amsgrad, adamw, adagrad, rmsprop, rprop\n"
    "                     or lbfgs\n"
    "  --rate X           learning rate (default 0.1, of others than sgd their own)\n"
    "  --find-rate        look for a learning rate first, by a sweep\n"
    "  --momentum X       0 (default) to below 1: sgd, rmsprop\n"
    "  --nesterov         momentum as Nesterov has it: sgd\n"
    "  --decay X          weight decay, L2 (default 0)\n"
    "  --decoupled X      decoupled weight decay (default 0, of adamw 0.01)\n"
    "  --l1 X             L1 (default 0)\n"
    "  --free-biases      biases are exempt from these three\n"
    "  --max-norm X       longest weights into a unit (default: as they are)\n"
    "  --clip X           longest gradient (default: as it is)\n"
    "  --clip-value X     largest number in a gradient (default: as it is)\n"
    "  --accumulate N     batches an update (default 1)\n"
    "  --schedule NAME    of the rate: constant (default), step, exponential, cosine,\n"
    "                     one_cycle, or plateau, which sees what is monitored\n"
    "  --period N         its epochs, of one_cycle updates (default: what there are)\n"
    "  --gamma X          its factor (default: its own)\n"
    "  --restart N        of cosine: begin anew after each period, N times as long\n"
    "  --warmup N         epochs in which the rate rises first (default 0)\n"
    "  --epochs N         how often each image is learnt from (default 10)\n"
    "  --patience N       end after N epochs without improvement (default: never)\n"
    "  --change X         what counts as improvement, at least (default 0)\n"
    "  --monitor NAME     of what: cost (default), accuracy, f1, log_loss, ...\n"
    "  --best             take the weights of the best epoch; with --patience always\n"
    "  --time SECONDS     end when so much time has gone by\n"
    "  --balanced         let all classes weigh alike\n"
    "  --history FILE     write what happened in each epoch as CSV\n"
    "  --diagnose         ask afterwards what may keep it from learning better\n"
    "  --seed N           of weights and order (default 1)\n"
    "  --validation N     images held back, to watch the training (default 10000)\n"
    "  --f64, --f32       precision: double, or float (default)\n"
    "  --help             this text\n"
    "\n"
    "  --lesson           the lesson's own network: 784-30-10 sigmoid, quadratic cost,\n"
    "                     batch 10, rate 3, 30 epochs, weights and biases from N(0, 1),\n"
    "                     trained on 50 000 images, tested after each epoch\n"
    "  --seeds N          how many seeds of it, from --seed on (default 5)\n"
    "\n"
    "Options after --lesson change its settings. '--activation list', '--cost list' and\n"
    "'--monitor list' list the names.\n";

typedef const char *(*name_fn)(int32_t value);
typedef bp_status (*find_fn)(const char *name, int32_t *value);

/* Find a name, or list all that there are. */
static int32_t find(const char *option, const char *text, find_fn find_value,
                    name_fn name)
{
    int32_t value;

    if (find_value(text, &value) == BP_OK)
        return value;
    fprintf(stderr, "error: %s is '%s', expected one of:\n", option, text);
    for (value = 0; value < 1000; value++)
        if (name(value) != NULL)
            fprintf(stderr, "  %s\n", name(value));
    exit(EXIT_USAGE);
}

static int32_t find_activation(const char *option, const char *text)
{
    return find(option, text, bp_activation_find, bp_activation_name);
}

/* Names of metrics, and the cost. */
static const char *monitor_name(int32_t value)
{
    return value == BP_MONITOR_COST ? "cost" : bp_metric_name(value);
}

static bp_status find_monitor(const char *name, int32_t *monitor)
{
    for (*monitor = 0; monitor_name(*monitor) != NULL; (*monitor)++)
        if (strcmp(monitor_name(*monitor), name) == 0)
            return BP_OK;
    return BP_EINVAL;
}

/* The words of the command line for what the library counts from 1. */
static int32_t find_word(const char *option, const char *text, const char *const *words)
{
    for (int32_t i = 1; words[i] != NULL; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    fprintf(stderr, "error: %s is '%s', expected one of:\n", option, text);
    for (int32_t i = 1; words[i] != NULL; i++)
        if (words[i][0] != '\0')
            fprintf(stderr, "  %s\n", words[i]);
    exit(EXIT_USAGE);
}

static const char *const optimizers[] = {
    [BP_OPTIMIZER_SGD] = "sgd",         [BP_OPTIMIZER_ADAM] = "adam",
    [BP_OPTIMIZER_ADAGRAD] = "adagrad", [BP_OPTIMIZER_RMSPROP] = "rmsprop",
    [BP_OPTIMIZER_AMSGRAD] = "amsgrad", [BP_OPTIMIZER_ADAMW] = "adamw",
    [BP_OPTIMIZER_RPROP] = "rprop",     [BP_OPTIMIZER_LBFGS] = "lbfgs",
    [BP_OPTIMIZER_LBFGS + 1] = NULL,
};

static const char *const schedules[] = {
    [BP_SCHEDULE_CONSTANT] = "constant", [BP_SCHEDULE_STEP] = "step",
    [BP_SCHEDULE_MULTI_STEP] = "",       [BP_SCHEDULE_EXPONENTIAL] = "exponential",
    [BP_SCHEDULE_COSINE] = "cosine",     [BP_SCHEDULE_ONE_CYCLE] = "one_cycle",
    [BP_SCHEDULE_PLATEAU] = "plateau",   [BP_SCHEDULE_PLATEAU + 1] = NULL,
};

/* "100,50" */
static void read_layers(const char *text, struct settings *settings)
{
    char copy[256], *rest = copy;

    settings->layer_count = 0;
    if (strcmp(text, "none") == 0)
        return;
    snprintf(copy, sizeof copy, "%s", text);
    while (rest != NULL) {
        char *units = rest, *comma = strchr(rest, ',');
        if (comma != NULL)
            *comma = '\0';
        rest = comma == NULL ? NULL : comma + 1;
        if (settings->layer_count == LAYERS_MAX) {
            fprintf(stderr, "error: --layers has more than %d layers\n", LAYERS_MAX);
            exit(EXIT_USAGE);
        }
        settings->layers[settings->layer_count++] =
            (size_t)option_whole("--layers", units, 1, 1000000);
    }
}

/* The last layer that the cost is made for. */
static int32_t output_for(int32_t cost)
{
    switch (cost) {
    case BP_COST_SOFTMAX_CROSS_ENTROPY: return BP_ACTIVATION_SOFTMAX;
    case BP_COST_KL_DIVERGENCE: return BP_ACTIVATION_LOG_SOFTMAX;
    case BP_COST_BINARY_CROSS_ENTROPY_LOGITS:
    case BP_COST_HINGE:
    case BP_COST_POISSON: return BP_ACTIVATION_LINEAR;
    default: return BP_ACTIVATION_SIGMOID;
    }
}

static void set_defaults(struct settings *settings)
{
    *settings = (struct settings){.folder = "data/mnist",
                                  .layers = {100},
                                  .layer_count = 1,
                                  .activation = BP_ACTIVATION_RELU,
                                  .output = -1,
                                  .cost = BP_COST_SOFTMAX_CROSS_ENTROPY,
                                  .init = BP_INIT_DEFAULT,
                                  .batch = 32,
                                  .optimizer = BP_OPTIMIZER_SGD,
                                  .accumulate = 1,
                                  .schedule = BP_SCHEDULE_CONSTANT,
                                  .epochs = 10,
                                  .seed = 1,
                                  .precision = BP_PRECISION_F32,
                                  .validation = 10000,
                                  .seeds = 5};
}

/* The network with which Nielsen's book begins, as it is described there. */
static void set_lesson(struct settings *settings)
{
    settings->lesson = 1;
    settings->layers[0] = 30;
    settings->layer_count = 1;
    settings->activation = BP_ACTIVATION_SIGMOID;
    settings->output = BP_ACTIVATION_SIGMOID;
    settings->cost = BP_COST_QUADRATIC;
    settings->init = BP_INIT_NORMAL;
    settings->batch = 10;
    settings->rate = 3.0;
    settings->epochs = 30;
}

enum { LAYERS = 256, ACTIVATION, OUTPUT, COST, BATCH, RATE, MOMENTUM, NESTEROV, DECAY };
enum { DROPOUT = 280, NOISE, NORM, SMOOTHING };
enum { PATIENCE = 320, CHANGE, MONITOR, BEST, TIME, BALANCED, HISTORY, FIND_RATE };
enum { OPTIMIZER = 340, DECOUPLED, L1, MAX_NORM, CLIP, ACCUMULATE, SCHEDULE, PERIOD };
enum { GAMMA = 360, WARMUP, DIAGNOSE, FREE_BIASES, CLIP_VALUE, RESTART };
enum { EPOCHS = 300, SEED, VALIDATION, F64, F32, DATA, LESSON, SEEDS, HELP };

static const struct option options[] = {
    {"layers", required_argument, NULL, LAYERS},
    {"activation", required_argument, NULL, ACTIVATION},
    {"output", required_argument, NULL, OUTPUT},
    {"cost", required_argument, NULL, COST},
    {"dropout", required_argument, NULL, DROPOUT},
    {"noise", required_argument, NULL, NOISE},
    {"norm", required_argument, NULL, NORM},
    {"smoothing", required_argument, NULL, SMOOTHING},
    {"batch", required_argument, NULL, BATCH},
    {"rate", required_argument, NULL, RATE},
    {"momentum", required_argument, NULL, MOMENTUM},
    {"nesterov", no_argument, NULL, NESTEROV},
    {"decay", required_argument, NULL, DECAY},
    {"epochs", required_argument, NULL, EPOCHS},
    {"seed", required_argument, NULL, SEED},
    {"validation", required_argument, NULL, VALIDATION},
    {"optimizer", required_argument, NULL, OPTIMIZER},
    {"decoupled", required_argument, NULL, DECOUPLED},
    {"l1", required_argument, NULL, L1},
    {"max-norm", required_argument, NULL, MAX_NORM},
    {"clip", required_argument, NULL, CLIP},
    {"clip-value", required_argument, NULL, CLIP_VALUE},
    {"free-biases", no_argument, NULL, FREE_BIASES},
    {"accumulate", required_argument, NULL, ACCUMULATE},
    {"schedule", required_argument, NULL, SCHEDULE},
    {"period", required_argument, NULL, PERIOD},
    {"gamma", required_argument, NULL, GAMMA},
    {"restart", required_argument, NULL, RESTART},
    {"warmup", required_argument, NULL, WARMUP},
    {"diagnose", no_argument, NULL, DIAGNOSE},
    {"patience", required_argument, NULL, PATIENCE},
    {"change", required_argument, NULL, CHANGE},
    {"monitor", required_argument, NULL, MONITOR},
    {"best", no_argument, NULL, BEST},
    {"time", required_argument, NULL, TIME},
    {"balanced", no_argument, NULL, BALANCED},
    {"history", required_argument, NULL, HISTORY},
    {"find-rate", no_argument, NULL, FIND_RATE},
    {"f64", no_argument, NULL, F64},
    {"f32", no_argument, NULL, F32},
    {"data", required_argument, NULL, DATA},
    {"lesson", no_argument, NULL, LESSON},
    {"seeds", required_argument, NULL, SEEDS},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0}};

static int32_t find_norm(const char *text)
{
    if (strcmp(text, "batch") == 0)
        return BP_LAYER_KIND_BATCH_NORM;
    if (strcmp(text, "layer") == 0)
        return BP_LAYER_KIND_LAYER_NORM;
    if (strcmp(text, "none") == 0)
        return 0;
    fprintf(stderr, "error: --norm is '%s', expected batch, layer or none\n", text);
    exit(EXIT_USAGE);
}

/* What keeps it from learning its examples by heart. */
static int read_regular_option(int option, struct settings *settings)
{
    switch (option) {
    case DROPOUT: settings->dropout = option_number("--dropout", optarg); return 1;
    case NOISE: settings->noise = option_number("--noise", optarg); return 1;
    case NORM: settings->norm = find_norm(optarg); return 1;
    case SMOOTHING: settings->smoothing = option_number("--smoothing", optarg); return 1;
    case DECAY: settings->decay = option_number("--decay", optarg); return 1;
    case DECOUPLED: settings->decoupled = option_number("--decoupled", optarg); return 1;
    case L1: settings->l1 = option_number("--l1", optarg); return 1;
    case MAX_NORM: settings->max_norm = option_number("--max-norm", optarg); return 1;
    case FREE_BIASES: settings->free_biases = 1; return 1;
    case CLIP: settings->clip = option_number("--clip", optarg); return 1;
    case CLIP_VALUE:
        settings->clip_value = option_number("--clip-value", optarg);
        return 1;
    default: return 0;
    }
}

/* What the network is. */
static int read_network_option(int option, struct settings *settings)
{
    switch (option) {
    case LAYERS: read_layers(optarg, settings); return 1;
    case ACTIVATION:
        settings->activation = find_activation("--activation", optarg);
        return 1;
    case OUTPUT: settings->output = find_activation("--output", optarg); return 1;
    case COST:
        settings->cost = find("--cost", optarg, bp_cost_find, bp_cost_name);
        return 1;
    case F64: settings->precision = BP_PRECISION_F64; return 1;
    case F32: settings->precision = BP_PRECISION_F32; return 1;
    case LESSON: set_lesson(settings); return 1;
    default: return 0;
    }
}

/* 0 stands for the optimizer's own. */
static double read_rate(const char *text)
{
    const double rate = option_number("--rate", text);

    if (rate > 0)
        return rate;
    fprintf(stderr, "error: --rate is '%s', expected a number above 0\n", text);
    exit(EXIT_USAGE);
}

/* How it learns. The finer bounds of these numbers are the library's to check. */
static int read_training_option(int option, struct settings *settings)
{
    switch (option) {
    case BATCH:
        settings->batch = (size_t)option_whole("--batch", optarg, 1, 1000000);
        return 1;
    case RATE: settings->rate = read_rate(optarg); return 1;
    case MOMENTUM: settings->momentum = option_number("--momentum", optarg); return 1;
    case NESTEROV: settings->nesterov = 1; return 1;
    case EPOCHS:
        settings->epochs = option_whole("--epochs", optarg, 1, 1000000);
        return 1;
    default: return 0;
    }
}

/* The rate, as it changes. */
static int read_rate_option(int option, struct settings *settings)
{
    switch (option) {
    case OPTIMIZER:
        settings->optimizer = find_word("--optimizer", optarg, optimizers);
        return 1;
    case ACCUMULATE:
        settings->accumulate = (size_t)option_whole("--accumulate", optarg, 1, 1000000);
        return 1;
    case SCHEDULE:
        settings->schedule = find_word("--schedule", optarg, schedules);
        return 1;
    case PERIOD: settings->period = option_number("--period", optarg); return 1;
    case GAMMA: settings->gamma = option_number("--gamma", optarg); return 1;
    case RESTART: settings->restart = option_number("--restart", optarg); return 1;
    case WARMUP: settings->warmup = option_number("--warmup", optarg); return 1;
    case FIND_RATE: settings->find_rate = 1; return 1;
    default: return 0;
    }
}

/* When it ends, what is kept, and what is told of it. */
static int read_end_option(int option, struct settings *settings)
{
    switch (option) {
    case PATIENCE:
        settings->patience = option_whole("--patience", optarg, 1, 1000000);
        return 1;
    case CHANGE: settings->change = option_number("--change", optarg); return 1;
    case MONITOR:
        settings->monitor = find("--monitor", optarg, find_monitor, monitor_name);
        return 1;
    case BEST: settings->best = 1; return 1;
    case TIME: settings->seconds = option_number("--time", optarg); return 1;
    case BALANCED: settings->balanced = 1; return 1;
    case HISTORY: settings->history = optarg; return 1;
    case DIAGNOSE: settings->diagnose = 1; return 1;
    default: return 0;
    }
}

/* Which data, and the rest. */
static void read_other_option(int option, const char *program, struct settings *settings)
{
    switch (option) {
    case SEED: settings->seed = option_whole("--seed", optarg, 0, UINT64_MAX); break;
    case SEEDS: settings->seeds = option_whole("--seeds", optarg, 1, 1000); break;
    case VALIDATION:
        settings->validation =
            (size_t)option_whole("--validation", optarg, 0, 1000000000);
        break;
    case DATA: settings->folder = optarg; break;
    case HELP: fputs(help, stdout); exit(EXIT_SUCCESS);
    default: option_unknown(program);
    }
}

struct settings read_settings(int argc, char **argv)
{
    struct settings settings;
    int option;

    set_defaults(&settings);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (!read_network_option(option, &settings) &&
            !read_regular_option(option, &settings) &&
            !read_training_option(option, &settings) &&
            !read_rate_option(option, &settings) && !read_end_option(option, &settings))
            read_other_option(option, argv[0], &settings);
    option_no_more(argc, argv, optind);
    if (settings.output == -1)
        settings.output = output_for(settings.cost);
    if (settings.rate == 0 && settings.optimizer == BP_OPTIMIZER_SGD)
        settings.rate = 0.1;
    return settings;
}

void print_settings(const struct settings *settings, size_t inputs, size_t classes)
{
    printf("Network %zu", inputs);
    for (size_t i = 0; i < settings->layer_count; i++)
        printf("-%zu", settings->layers[i]);
    printf("-%zu, %s", classes,
           settings->layer_count > 0 ? bp_activation_name(settings->activation)
                                     : "linear");
    printf(" then %s; cost %s\n", bp_activation_name(settings->output),
           bp_cost_name(settings->cost));
    printf("Batch %zu, %s, ", settings->batch, optimizers[settings->optimizer]);
    if (settings->rate > 0)
        printf("rate %g, ", settings->rate);
    printf("%s, momentum %g%s, decay %g, %llu epochs, %s\n",
           schedules[settings->schedule], settings->momentum,
           settings->nesterov ? " (Nesterov)" : "", settings->decay,
           (unsigned long long)settings->epochs,
           settings->precision == BP_PRECISION_F64 ? "double" : "float");
    if (settings->dropout > 0 || settings->noise > 0 || settings->norm != 0 ||
        settings->smoothing > 0)
        printf("Dropout %g, noise %g, %s norm, label smoothing %g\n", settings->dropout,
               settings->noise,
               settings->norm == 0                          ? "no"
               : settings->norm == BP_LAYER_KIND_LAYER_NORM ? "layer"
                                                            : "batch",
               settings->smoothing);
}
