/* SPDX-License-Identifier: MIT */
/*
 * Trains one small network for every activation, cost, optimizer and precision, and
 * prints a digest of the bits of all that came out: parameters, costs, figures,
 * predictions. Whatever builds the library, and wherever it runs, these lines must be the
 * same.
 *
 *     hash [threads [name]]    "all", "small", or the small networks of that name
 */
#include <backprop.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 60, BATCH = 16, EPOCHS = 3, WIDE = 133, MOST = 1 << 17 };

struct recipe {
    const char *name;
    int32_t hidden, last, cost;
    int32_t weight_init;
    double rate, momentum;
    int32_t nesterov;
    double decay;
    int32_t kind; /* of the optimizer; 0: SGD */
    unsigned with;
    int32_t between; /* a kind of layer behind each hidden one, or 0 */
    double smoothing;
};

/* What a recipe trains with besides, any of them. */
enum { CLIPPED = 1, COLLECTED = 2, SCHEDULED = 4, LAYERED = 8, CENTRED = 16 };

/* clang-format off */
static const struct recipe recipes[] = {
    {"tanh-quadratic", BP_ACTIVATION_TANH, BP_ACTIVATION_TANH,
     BP_COST_QUADRATIC, BP_INIT_DEFAULT, 0.1, 0.9, 0, 0, 0, 0, 0, 0},
    {"sigmoid-cross-entropy", BP_ACTIVATION_SIGMOID, BP_ACTIVATION_SIGMOID,
     BP_COST_CROSS_ENTROPY, BP_INIT_NORMAL, 0.1, 0.5, 1, 0.001, 0, 0, 0, 0},
    {"relu-softmax", BP_ACTIVATION_RELU, BP_ACTIVATION_SOFTMAX,
     BP_COST_SOFTMAX_CROSS_ENTROPY, BP_INIT_HE_NORMAL, 0.1, 0.9, 1, 0, 0, 0, 0, 0},
    {"gelu-log-softmax", BP_ACTIVATION_GELU, BP_ACTIVATION_LOG_SOFTMAX,
     BP_COST_SOFTMAX_CROSS_ENTROPY, BP_INIT_DEFAULT, 0.1, 0.9, 0, 0.01, 0, 0, 0, 0},
    {"gelu-tanh-kl", BP_ACTIVATION_GELU_TANH, BP_ACTIVATION_LOG_SOFTMAX,
     BP_COST_KL_DIVERGENCE, BP_INIT_HE_UNIFORM, 0.1, 0, 0, 0, 0, 0, 0, 0},
    {"linear-mse", BP_ACTIVATION_LINEAR, BP_ACTIVATION_LINEAR,
     BP_COST_MSE, BP_INIT_XAVIER_UNIFORM, 0.1, 0, 0, 0.1, 0, 0, 0, 0},
    {"leaky-relu-mae", BP_ACTIVATION_LEAKY_RELU, BP_ACTIVATION_LINEAR,
     BP_COST_MAE, BP_INIT_FAN_IN_UNIFORM, 0.1, 0.9, 0, 0, 0, 0, 0, 0},
    {"elu-huber", BP_ACTIVATION_ELU, BP_ACTIVATION_LINEAR,
     BP_COST_HUBER, BP_INIT_LECUN_UNIFORM, 0.1, 0.9, 1, 0, 0, 0, 0, 0},
    {"selu-smooth-l1", BP_ACTIVATION_SELU, BP_ACTIVATION_SOFTSIGN,
     BP_COST_SMOOTH_L1, BP_INIT_LECUN_NORMAL, 0.1, 0, 0, 0, 0, 0, 0, 0},
    {"silu-hinge", BP_ACTIVATION_SILU, BP_ACTIVATION_LINEAR,
     BP_COST_HINGE, BP_INIT_XAVIER_NORMAL, 0.1, 0.9, 0, 0, 0, 0, 0, 0},
    {"softplus-logits", BP_ACTIVATION_SOFTPLUS, BP_ACTIVATION_LINEAR,
     BP_COST_BINARY_CROSS_ENTROPY_LOGITS, BP_INIT_DEFAULT, 0.1, 0.9, 0, 0, 0, 0, 0, 0},
    {"softsign-poisson", BP_ACTIVATION_SOFTSIGN, BP_ACTIVATION_LINEAR,
     BP_COST_POISSON, BP_INIT_DEFAULT, 0.1, 0.9, 0, 0, 0, 0, 0, 0},
    {"hard-sigmoid-binary", BP_ACTIVATION_HARD_SIGMOID, BP_ACTIVATION_HARD_SIGMOID,
     BP_COST_BINARY_CROSS_ENTROPY, BP_INIT_DEFAULT, 0.1, 0.9, 0, 0, 0, 0, 0, 0},
    {"softmax-cross-entropy", BP_ACTIVATION_SOFTMAX, BP_ACTIVATION_SOFTMAX,
     BP_COST_CROSS_ENTROPY, BP_INIT_DEFAULT, 0.1, 0.5, 0, 0, 0, 0, 0, 0},
    {"log-softmax-binary", BP_ACTIVATION_LOG_SOFTMAX, BP_ACTIVATION_SIGMOID,
     BP_COST_BINARY_CROSS_ENTROPY, BP_INIT_DEFAULT, 0.001, 0.9, 0, 0, 0, 0, 0, 0},
#define RULE(name, rate, momentum, decay, kind, with)                           \
    {name, BP_ACTIVATION_TANH, BP_ACTIVATION_SOFTMAX,                            \
     BP_COST_SOFTMAX_CROSS_ENTROPY, BP_INIT_DEFAULT, rate, momentum, 0, decay,   \
     BP_OPTIMIZER_##kind, with, 0, 0}
    RULE("adam", 0.01, 0, 0.01, ADAM, 0),
    RULE("adagrad", 0.1, 0, 0.01, ADAGRAD, 0),
    RULE("rmsprop", 0.01, 0.5, 0.01, RMSPROP, 0),
    RULE("rmsprop-centred", 0.01, 0, 0, RMSPROP, CENTRED),
    RULE("amsgrad", 0.01, 0, 0.01, AMSGRAD, 0),
    RULE("adamw", 0.01, 0, 0, ADAMW, 0),
    RULE("rprop", 0.01, 0, 0, RPROP, 0),
    RULE("lbfgs", 1, 0, 0, LBFGS, 0),
    RULE("sgd-clipped", 1, 0.9, 0, SGD, CLIPPED),
    RULE("adam-collected", 0.01, 0, 0, ADAM, COLLECTED | CLIPPED),
    RULE("sgd-scheduled", 0.5, 0.9, 0.01, SGD, SCHEDULED),
    RULE("adamw-layered", 0.01, 0, 0, ADAMW, LAYERED | SCHEDULED),
    {"dropout", BP_ACTIVATION_RELU, BP_ACTIVATION_SOFTMAX,
     BP_COST_SOFTMAX_CROSS_ENTROPY, BP_INIT_DEFAULT, 0.1, 0.9, 0, 0, 0, 0,
     BP_LAYER_KIND_DROPOUT, 0.1},
    {"noise", BP_ACTIVATION_TANH, BP_ACTIVATION_LINEAR,
     BP_COST_MSE, BP_INIT_DEFAULT, 0.1, 0.9, 0, 0, 0, 0,
     BP_LAYER_KIND_NOISE, 0},
    {"layer-norm", BP_ACTIVATION_GELU, BP_ACTIVATION_SIGMOID,
     BP_COST_CROSS_ENTROPY, BP_INIT_DEFAULT, 0.1, 0.9, 0, 0, 0, 0,
     BP_LAYER_KIND_LAYER_NORM, 0},
    {"batch-norm", BP_ACTIVATION_SILU, BP_ACTIVATION_SOFTMAX,
     BP_COST_SOFTMAX_CROSS_ENTROPY, BP_INIT_DEFAULT, 0.1, 0.9, 0, 0.001, 0, 0,
     BP_LAYER_KIND_BATCH_NORM, 0.3},
};
/* clang-format on */

static uint64_t hash;
static double threads = 1; /* the argument */

static void check(bp_status status, const char *what)
{
    if (status != BP_OK) {
        fprintf(stderr, "%s: %s\n", what, bp_status_text(status));
        exit(1);
    }
}

/* FNV-1a, over the bits from low to high: the same on every byte order. */
static void add_bits(double value)
{
    uint64_t bits;
    int i;
    memcpy(&bits, &value, sizeof bits);
    for (i = 0; i < 8; i++)
        hash = (hash ^ (bits >> 8 * i & 0xff)) * 0x100000001b3u;
}

/* How many numbers a layer has of one sort; running statistics as its units. */
static size_t count_of(const bp_network *network, size_t layer, int32_t which)
{
    bp_parameter_info info = {0};
    bp_layer_info unit = {0};
    info.struct_size = sizeof info;
    unit.struct_size = sizeof unit;
    if (which <= BP_PARAMETER_BIAS) {
        bp_network_parameter_info(network, layer, which, &info);
        return info.rows * info.cols;
    }
    check(bp_network_layer_info(network, layer, &unit), "info");
    return unit.kind == BP_LAYER_KIND_BATCH_NORM ? unit.outputs : 0;
}

static void add_parameters(const bp_network *network)
{
    static double values[MOST];
    for (size_t layer = 0; layer < bp_network_layers(network); layer++) {
        for (int32_t which = BP_PARAMETER_WEIGHT; which <= BP_PARAMETER_RUNNING_VARIANCE;
             which++) {
            const size_t count = count_of(network, layer, which);
            if (count > MOST)
                exit(1);
            if (count == 0)
                continue;
            check(bp_network_get_parameter_f64(network, layer, which, values, count),
                  "get");
            for (size_t i = 0; i < count; i++)
                add_bits(values[i]);
        }
    }
}

static void add_answers(const bp_network *network, const bp_cost *cost,
                        const bp_dataset *data)
{
    bp_evaluation figures = {0};
    bp_workspace *workspace;
    float inputs[WIDE] = {0};
    float outputs[2];

    figures.struct_size = sizeof figures;
    check(bp_workspace_create(network, 7, &workspace), "workspace");
    check(bp_network_evaluate(network, workspace, cost, data, &figures),
          bp_workspace_error(workspace));
    add_bits(figures.cost);
    add_bits((double)figures.correct);
    for (size_t row = 0; row < bp_dataset_rows(data); row++) {
        const size_t width = bp_dataset_inputs(data);
        check(bp_dataset_get_inputs(data, row, inputs, width), "row");
        check(bp_network_predict(network, workspace, inputs, width, outputs, 2),
              bp_workspace_error(workspace));
        add_bits(outputs[0]);
        add_bits(outputs[1]);
    }
    bp_workspace_destroy(workspace);
}

static void add_layer(bp_network *network, size_t outputs, int32_t activation,
                      int32_t weight_init)
{
    bp_layer *layer;
    check(bp_layer_create_dense(outputs, activation, NULL, &layer), "layer");
    check(bp_layer_set(layer, BP_LAYER_WEIGHT_INIT, weight_init), bp_layer_error(layer));
    check(bp_layer_set(layer, BP_LAYER_BIAS_INIT, BP_INIT_FAN_IN_UNIFORM),
          bp_layer_error(layer));
    check(bp_network_add(network, layer), bp_network_error(network));
    bp_layer_destroy(layer);
}

static void add_between(bp_network *network, int32_t kind)
{
    bp_layer *layer = NULL;
    switch (kind) {
    case 0: return;
    case BP_LAYER_KIND_DROPOUT:
        check(bp_layer_create_dropout(0.3, NULL, &layer), "dropout");
        break;
    case BP_LAYER_KIND_NOISE:
        check(bp_layer_create_noise(0.2, NULL, &layer), "noise");
        break;
    case BP_LAYER_KIND_LAYER_NORM:
        check(bp_layer_create_layer_norm(NULL, &layer), "layer norm");
        break;
    default: check(bp_layer_create_batch_norm(NULL, &layer), "batch norm");
    }
    check(bp_network_add(network, layer), bp_network_error(network));
    bp_layer_destroy(layer);
}

static bp_network *make_network(const struct recipe *recipe, size_t inputs, size_t units,
                                int32_t precision)
{
    bp_network *network;
    check(bp_network_create(inputs, NULL, &network), "network");
    check(bp_network_set(network, BP_NETWORK_PRECISION, precision), "precision");
    check(bp_network_set(network, BP_NETWORK_THREADS, threads), "threads");
    add_layer(network, units, recipe->hidden, recipe->weight_init);
    add_between(network, recipe->between);
    add_layer(network, 19, recipe->hidden, recipe->weight_init);
    add_between(network, recipe->between);
    add_layer(network, 2, recipe->last, recipe->weight_init);
    check(bp_network_build(network, 42), bp_network_error(network));
    return network;
}

/* The settings that this kind has. */
static bp_optimizer *make_optimizer(const struct recipe *recipe)
{
    const int32_t kind = recipe->kind != 0 ? recipe->kind : BP_OPTIMIZER_SGD;
    bp_optimizer *optimizer;
    check(bp_optimizer_create(kind, NULL, &optimizer), "optimizer");
    check(bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE, recipe->rate), "rate");
    if (recipe->momentum > 0)
        check(bp_optimizer_set(optimizer, BP_OPTIMIZER_MOMENTUM, recipe->momentum),
              "momentum");
    if (recipe->nesterov)
        check(bp_optimizer_set(optimizer, BP_OPTIMIZER_NESTEROV, recipe->nesterov),
              "nesterov");
    if (recipe->decay > 0)
        check(bp_optimizer_set(optimizer, BP_OPTIMIZER_WEIGHT_DECAY, recipe->decay),
              "decay");
    if (recipe->with & CENTRED)
        check(bp_optimizer_set(optimizer, BP_OPTIMIZER_CENTRED, 1), "centred");
    return optimizer;
}

static void add_schedule(bp_trainer *trainer)
{
    bp_schedule *schedule;
    check(bp_schedule_create(BP_SCHEDULE_COSINE, NULL, &schedule), "schedule");
    check(bp_schedule_set(schedule, BP_SCHEDULE_BY, 1), "by");
    check(bp_schedule_set(schedule, BP_SCHEDULE_PERIOD, 5), "period");
    check(bp_schedule_set(schedule, BP_SCHEDULE_WARMUP, 2), "warm-up");
    check(bp_trainer_set_schedule(trainer, schedule), "schedule");
    bp_schedule_destroy(schedule);
}

static void add_options(const struct recipe *recipe, bp_trainer *trainer)
{
    if (recipe->with & CLIPPED) {
        check(bp_trainer_set(trainer, BP_TRAINER_CLIP_NORM, 0.25), "norm");
        check(bp_trainer_set(trainer, BP_TRAINER_CLIP_VALUE, 0.125), "value");
    }
    if (recipe->with & COLLECTED)
        check(bp_trainer_set(trainer, BP_TRAINER_ACCUMULATE, 2), "accumulate");
    if (recipe->with & SCHEDULED)
        add_schedule(trainer);
    if (recipe->with & LAYERED) {
        check(bp_trainer_set(trainer, BP_TRAINER_BIAS_DECAY, 0), "biases");
        check(bp_trainer_set_layer(trainer, 0, BP_TRAINER_LAYER_RATE, 0.3), "rate");
        check(bp_trainer_set_layer(trainer, 1, BP_TRAINER_LAYER_FROZEN, 1), "frozen");
        check(bp_trainer_set_layer(trainer, 2, BP_TRAINER_LAYER_MAX_NORM, 0.5), "norm");
    }
}

static bp_trainer *make_trainer(const struct recipe *recipe, bp_network *network,
                                const bp_cost *cost)
{
    const int batch = recipe->kind == BP_OPTIMIZER_LBFGS ? ROWS : BATCH;
    bp_optimizer *optimizer = make_optimizer(recipe);
    bp_trainer *trainer;
    check(bp_trainer_create(network, cost, optimizer, &trainer), "trainer");
    check(bp_trainer_set(trainer, BP_TRAINER_BATCH, batch), "batch");
    add_options(recipe, trainer);
    check(bp_trainer_build(trainer, 43), bp_trainer_error(trainer));
    bp_optimizer_destroy(optimizer);
    return trainer;
}

/* Two inputs each, from noise, sines and cosines of the library's own. */
static bp_dataset *make_moons(void)
{
    bp_dataset *data;
    bp_scaler *scaler;
    check(bp_dataset_create(NULL, &data), "data");
    check(bp_dataset_generate(data, BP_GENERATE_MOONS, ROWS, 0.1, 44), "moons");
    check(bp_scaler_create(BP_SCALING_STANDARD, NULL, &scaler), "scaler");
    check(bp_scaler_fit(scaler, data), bp_scaler_error(scaler));
    check(bp_scaler_apply(scaler, data), bp_scaler_error(scaler));
    bp_scaler_destroy(scaler);
    return data;
}

/* Wide rows, so that products are cut into blocks and have tails. */
static bp_dataset *make_wide(void)
{
    static float inputs[ROWS * WIDE];
    int32_t labels[ROWS];
    bp_dataset *data;
    for (int32_t i = 0; i < ROWS * WIDE; i++)
        inputs[i] = (float)(i * 7919 % 1009 - 504) / 512;
    for (int32_t row = 0; row < ROWS; row++)
        labels[row] = row * 31 % 7 % 2;
    check(bp_dataset_create(NULL, &data), "data");
    check(bp_dataset_set_inputs(data, inputs, ROWS, WIDE, WIDE), bp_dataset_error(data));
    check(bp_dataset_set_labels(data, labels, ROWS, 2), bp_dataset_error(data));
    return data;
}

/* Train on two thirds, look at the rest. */
static void run(const struct recipe *recipe, bp_dataset *data, size_t units,
                int32_t precision)
{
    bp_dataset *first, *second;
    bp_cost *cost;
    double mean;

    hash = 0xcbf29ce484222325u;
    check(bp_dataset_one_hot(data, recipe->cost == BP_COST_HINGE ? -1 : 0, 1), "one-hot");
    check(bp_dataset_split(data, 0.34, BP_SPLIT_STRATIFIED, 45, &first, &second),
          bp_dataset_error(data));
    check(bp_cost_create(recipe->cost, NULL, &cost), "cost");
    if (recipe->smoothing > 0)
        check(bp_cost_set(cost, BP_COST_SMOOTHING, recipe->smoothing), "smoothing");

    bp_network *network = make_network(recipe, bp_dataset_inputs(data), units, precision);
    bp_trainer *trainer = make_trainer(recipe, network, cost);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        check(bp_trainer_epoch(trainer, first, &mean), bp_trainer_error(trainer));
        add_bits(mean);
    }
    add_parameters(network);
    add_answers(network, cost, second);
    printf("%-22s %4u inputs  %s  %016llx\n", recipe->name,
           (unsigned)bp_dataset_inputs(data),
           precision == BP_PRECISION_F32 ? "float " : "double", (unsigned long long)hash);

    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    bp_cost_destroy(cost);
    bp_dataset_destroy(second);
    bp_dataset_destroy(first);
    bp_dataset_destroy(data);
}

/* Wide enough for several threads, and rows that are a power of two apart. */
static void run_wide(void)
{
    for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
         precision++) {
        run(&recipes[1], make_wide(), 512, precision);
        run(&recipes[2], make_wide(), 400, precision);
    }
}

int main(int argc, char **argv)
{
    const char *names = argc > 2 ? argv[2] : "all";
    const int all = strcmp(names, "all") == 0;
    const int every = all || strcmp(names, "small") == 0;

    if (argc > 1)
        threads = atoi(argv[1]);
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        if (!every && strcmp(recipes[i].name, names) != 0)
            continue;
        for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
             precision++) {
            run(&recipes[i], make_moons(), 11, precision);
            if (all)
                run(&recipes[i], make_wide(), 67, precision);
        }
    }
    if (all)
        run_wide();
    return 0;
}
