/* SPDX-License-Identifier: MIT */
/*
 * Costs through the public functions: values worked out by hand (the formulas and means
 * are PyTorch's but for the textbook's two), derivatives at kinks, one stable formula for
 * every spelling of a cross-entropy, limits of targets, and which layers a cost takes.
 */
#include "unit_helpers.h"

static const char *const names[] = {NULL,
                                    "quadratic",
                                    "cross_entropy",
                                    "mse",
                                    "mae",
                                    "huber",
                                    "smooth_l1",
                                    "softmax_cross_entropy",
                                    "binary_cross_entropy",
                                    "binary_cross_entropy_logits",
                                    "hinge",
                                    "kl_divergence",
                                    "poisson"};

enum { COSTS = BP_COST_POISSON, MOST = 12 };

/* Rows of z for a network of one layer, an activation that is given them as they are. */
struct example {
    int32_t activation, cost;
    double scale; /* 0: as it is */
    size_t rows, cols;
    double z[MOST], y[MOST];
    double expected;
};

static bp_network *shape_of(void **state, int32_t activation, size_t width,
                            int32_t precision)
{
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    ok(bp_network_create(width, env_of(state), &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, precision));
    ok(bp_layer_create_activation(activation, env_of(state), &layer));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_build(network, 1));
    return network;
}

static bp_trainer *trainer_of(void **state, bp_network *network, int32_t kind,
                              double scale)
{
    bp_cost *cost = make_cost(kind, env_of(state));
    bp_optimizer *sgd = make_sgd(0.5, 0, env_of(state));
    bp_trainer *trainer = NULL;

    if (scale != 0)
        ok(bp_cost_set(cost, BP_COST_SCALE, scale));
    ok(bp_trainer_create(network, cost, sgd, &trainer));
    ok(bp_trainer_build(trainer, 1));
    bp_cost_destroy(cost);
    bp_optimizer_destroy(sgd);
    return trainer;
}

static double value_of(void **state, const struct example *e, int32_t precision)
{
    bp_network *network = shape_of(state, e->activation, e->cols, precision);
    bp_trainer *trainer = trainer_of(state, network, e->cost, e->scale);
    double cost = (double)NAN;

    ok(bp_trainer_gradient_f64(trainer, e->z, e->rows * e->cols, e->y, e->rows * e->cols,
                               &cost));
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    return cost;
}

/* a = z/6 + 1/2 gives 1/4, 3/4, 1/2; sigmoid gives them of the logarithm of a/(1 - a). */
#define QUARTERS -1.5, 1.5, 0
#define LOG_2    0.69314718055994531
#define LOG_3    1.0986122886681098

/*
 * Two rows of three with d = a - y = (-1/2, -1, 0; 2, 0, -2), squares 1/4, 1, 0, 4, 0, 4.
 * By hand unless a row says how.
 */
#define LINEAR_ROWS               \
    2, 3,                         \
    {                             \
        0.5, -1, 3, 2, 0.25, -0.5 \
    }
#define DISTANCES             \
    {                         \
        1, 0, 3, 0, 0.25, 1.5 \
    }

/* clang-format off */
static const struct example examples[] = {
    {BP_ACTIVATION_LINEAR, BP_COST_QUADRATIC, 0, LINEAR_ROWS, DISTANCES, 9.25 / 2 / 2},
    {BP_ACTIVATION_LINEAR, BP_COST_MSE, 0, LINEAR_ROWS, DISTANCES, 9.25 / 6},
    {BP_ACTIVATION_LINEAR, BP_COST_MAE, 0, LINEAR_ROWS, DISTANCES, 5.5 / 6},
    {BP_ACTIVATION_LINEAR, BP_COST_HUBER, 0, LINEAR_ROWS, DISTANCES, 3.625 / 6},
    {BP_ACTIVATION_LINEAR, BP_COST_HUBER, 0.5, LINEAR_ROWS, DISTANCES, 2.25 / 6},
    {BP_ACTIVATION_LINEAR, BP_COST_HUBER, 4, LINEAR_ROWS, DISTANCES, 4.625 / 6},
    {BP_ACTIVATION_LINEAR, BP_COST_SMOOTH_L1, 0, LINEAR_ROWS, DISTANCES, 3.625 / 6},
    {BP_ACTIVATION_LINEAR, BP_COST_SMOOTH_L1, 0.5, LINEAR_ROWS, DISTANCES, 4.5 / 6},
    {BP_ACTIVATION_LINEAR, BP_COST_SMOOTH_L1, 4, LINEAR_ROWS, DISTANCES, 1.15625 / 6},
    {BP_ACTIVATION_LINEAR, BP_COST_HINGE, 0, LINEAR_ROWS, {1, -1, 1, -1, 1, 1}, 5.75 / 6},
    /* (e^.5 - .5) + e^-1 + (e^3 - 9) + e^2 + (e^.25 - 1/16) + (e^-.5 + .75) */
    {BP_ACTIVATION_LINEAR, BP_COST_POISSON, 0, LINEAR_ROWS, DISTANCES,
     22.569249810390263 / 6},
    /* p is e^-2, e^-1, 1 over their sum; -ln p is .40760596 for the last. */
    {BP_ACTIVATION_LINEAR, BP_COST_SOFTMAX_CROSS_ENTROPY, 0, 2, 3,
     {1, 2, 3, 1, 2, 3}, {0, 0, 1, 1, 0, 0}, 0.40760596444438 + 1},
    {BP_ACTIVATION_LINEAR, BP_COST_SOFTMAX_CROSS_ENTROPY, 0, 1, 3,
     {1, 2, 3}, {0.5, 0.3, 0.2}, 0.40760596444438 + 1.3},
    /* y that sum to 2, as PyTorch takes them: -sum y ln p */
    {BP_ACTIVATION_LINEAR, BP_COST_SOFTMAX_CROSS_ENTROPY, 0, 1, 3,
     {1, 2, 3}, {1, 0, 1}, 2 * 0.40760596444438 + 2},
    /* -ln(3/4) - ln(3/4) + ln 2, of 1 row of 3 */
    {BP_ACTIVATION_HARD_SIGMOID, BP_COST_CROSS_ENTROPY, 0, 1, 3, {QUARTERS},
     {0, 1, 0.5}, 1.2685113254635072},
    {BP_ACTIVATION_HARD_SIGMOID, BP_COST_BINARY_CROSS_ENTROPY, 0, 1, 3, {QUARTERS},
     {0, 1, 0.5}, 1.2685113254635072 / 3},
    {BP_ACTIVATION_SIGMOID, BP_COST_CROSS_ENTROPY, 0, 1, 3, {-LOG_3, LOG_3, 0},
     {0, 1, 0.5}, 1.2685113254635072},
    {BP_ACTIVATION_SIGMOID, BP_COST_BINARY_CROSS_ENTROPY, 0, 1, 3, {-LOG_3, LOG_3, 0},
     {0, 1, 0.5}, 1.2685113254635072 / 3},
    {BP_ACTIVATION_LINEAR, BP_COST_BINARY_CROSS_ENTROPY_LOGITS, 0, 1, 3,
     {-LOG_3, LOG_3, 0}, {0, 1, 0.5}, 1.2685113254635072 / 3},
    /* softmax gives (1/4, 1/4, 1/2): -ln(1/4) - ln(3/4) + ln 2 */
    {BP_ACTIVATION_SOFTMAX, BP_COST_CROSS_ENTROPY, 0, 1, 3, {0, 0, LOG_2},
     {1, 0, 0.5}, 2 * LOG_2 + 0.28768207245178093 + LOG_2},
    /* sum y ln y + sum y ln 2, of two rows */
    {BP_ACTIVATION_LOG_SOFTMAX, BP_COST_KL_DIVERGENCE, 0, 2, 2, {0, 0, 7, 7},
     {0.25, 0.75, 0, 1}, (0.13081203594113696 + LOG_2) / 2},
    /* targets that are no distribution: 2 ln 2 + 2 ln 2 */
    {BP_ACTIVATION_LOG_SOFTMAX, BP_COST_KL_DIVERGENCE, 0, 1, 2, {0, 0}, {2, 0},
     4 * LOG_2},
};
/* clang-format on */

static void values(void **state)
{
    for (size_t i = 0; i < COUNT(examples); i++) {
        const struct example *e = &examples[i];
        const double f64 = value_of(state, e, BP_PRECISION_F64);
        const double f32 = value_of(state, e, BP_PRECISION_F32);

        if (!(fabs(f64 - e->expected) <= 1e-14 * e->expected) ||
            !(fabs(f32 - e->expected) <= 4e-7 * e->expected))
            fail_msg("%s, row %zu: %.17g and %.9g, expected %.17g", names[e->cost], i,
                     f64, f32, e->expected);
    }
}

static void every_cost_has_an_example(void **state)
{
    (void)state;
    for (int32_t kind = 1; kind <= COSTS; kind++) {
        size_t count = 0;

        for (size_t i = 0; i < COUNT(examples); i++)
            count += examples[i].cost == kind;
        assert_true(count > 0);
    }
}

/* The same mean whichever way it is asked for. */
static void evaluate_gives_the_same(void **state)
{
    for (size_t i = 0; i < COUNT(examples); i++) {
        const struct example *e = &examples[i];
        bp_network *network = shape_of(state, e->activation, e->cols, BP_PRECISION_F32);
        bp_cost *cost = make_cost(e->cost, env_of(state));
        bp_dataset *data = NULL;
        bp_workspace *workspace = NULL;
        bp_evaluation result = {.struct_size = sizeof result};
        float z[MOST];
        float y[MOST];

        for (size_t j = 0; j < MOST; j++) {
            z[j] = (float)e->z[j];
            y[j] = (float)e->y[j];
        }
        if (e->scale != 0)
            ok(bp_cost_set(cost, BP_COST_SCALE, e->scale));
        ok(bp_dataset_create(env_of(state), &data));
        ok(bp_dataset_set_inputs(data, z, e->rows, e->cols, e->cols));
        ok(bp_dataset_set_targets(data, y, e->rows, e->cols, e->cols));
        ok(bp_workspace_create(network, 1, &workspace));
        ok(bp_network_evaluate(network, workspace, cost, data, &result));
        assert_same_f64(result.cost, value_of(state, e, BP_PRECISION_F32));
        bp_workspace_destroy(workspace);
        bp_dataset_destroy(data);
        bp_cost_destroy(cost);
        bp_network_destroy(network);
    }
}

/* ---- derivatives ---- */

/* dC/da for one output, as the gradient of a linear unit's bias. */
static double slope_at(void **state, int32_t kind, double scale, const double a_y[2])
{
    bp_network *network =
        make_identity(1, BP_ACTIVATION_LINEAR, BP_PRECISION_F64, env_of(state));
    bp_trainer *trainer = trainer_of(state, network, kind, scale);
    double slope = (double)NAN;

    ok(bp_trainer_gradient_f64(trainer, a_y, 1, a_y + 1, 1, NULL));
    ok(bp_trainer_get_gradient_f64(trainer, 0, BP_PARAMETER_BIAS, &slope, 1));
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    return slope;
}

static void derivatives_and_kinks(void **state)
{
    static const struct {
        int32_t kind;
        double scale, a_y[2], slope;
    } rows[] = {
        {BP_COST_QUADRATIC, 0, {3, 1}, 2},
        {BP_COST_MSE, 0, {3, 1}, 4},
        {BP_COST_MAE, 0, {3, 1}, 1},
        {BP_COST_MAE, 0, {-3, 1}, -1},
        {BP_COST_MAE, 0, {1, 1}, 0},
        {BP_COST_HUBER, 2, {2, 1}, 1},
        {BP_COST_HUBER, 2, {3, 1}, 2},
        {BP_COST_HUBER, 2, {9, 1}, 2},
        {BP_COST_HUBER, 2, {-9, 1}, -2},
        {BP_COST_SMOOTH_L1, 2, {2, 1}, 0.5},
        {BP_COST_SMOOTH_L1, 2, {3, 1}, 1},
        {BP_COST_SMOOTH_L1, 2, {-9, 1}, -1},
        {BP_COST_HINGE, 0, {1, 1}, 0},
        {BP_COST_HINGE, 0, {-1, -1}, 0},
        {BP_COST_HINGE, 0, {0.75, 1}, -1},
        {BP_COST_HINGE, 0, {-0.75, -1}, 1},
        {BP_COST_HINGE, 0, {1.25, 1}, 0},
        {BP_COST_POISSON, 0, {0, 3}, -2},
        {BP_COST_BINARY_CROSS_ENTROPY_LOGITS, 0, {0, 0.25}, 0.25},
        {BP_COST_SOFTMAX_CROSS_ENTROPY, 0, {5, 1}, 0},
        {BP_COST_SOFTMAX_CROSS_ENTROPY, 0, {5, 0.5}, 0}, /* y sums to 1/2 */
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const double slope = slope_at(state, rows[i].kind, rows[i].scale, rows[i].a_y);

        if (!(slope == rows[i].slope))
            fail_msg("%s at %g, %g: %g, expected %g", names[rows[i].kind], rows[i].a_y[0],
                     rows[i].a_y[1], slope, rows[i].slope);
    }
}

/* The mean's divisor stands in the gradient: N for costs per example, else N D. Four
 * equal rows have the mean of one. */
static void divisors(void **state)
{
    static const int32_t kinds[] = {
        BP_COST_QUADRATIC, BP_COST_MSE,       BP_COST_MAE,
        BP_COST_HUBER,     BP_COST_SMOOTH_L1, BP_COST_BINARY_CROSS_ENTROPY_LOGITS,
        BP_COST_HINGE,     BP_COST_POISSON};
    static const double z[] = {0.5, -1, 3, 0.5, -1, 3, 0.5, -1, 3, 0.5, -1, 3};
    static const double y[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

    for (size_t k = 0; k < COUNT(kinds); k++) {
        bp_network *network =
            make_identity(3, BP_ACTIVATION_LINEAR, BP_PRECISION_F64, env_of(state));
        bp_trainer *trainer = trainer_of(state, network, kinds[k], 0);
        const double outputs = kinds[k] == BP_COST_QUADRATIC ? 1 : 3;
        double once[3];
        double four[3];

        ok(bp_trainer_gradient_f64(trainer, z, 3, y, 3, NULL));
        ok(bp_trainer_get_gradient_f64(trainer, 0, BP_PARAMETER_BIAS, once, 3));
        ok(bp_trainer_gradient_f64(trainer, z, 12, y, 12, NULL));
        ok(bp_trainer_get_gradient_f64(trainer, 0, BP_PARAMETER_BIAS, four, 3));
        for (size_t j = 0; j < 3; j++) {
            const double a_y[2] = {z[j], y[j]};

            assert_relative(once[j], slope_at(state, kinds[k], 0, a_y) / outputs, 1e-15);
        }
        assert_close_f64(four, once, 3, 0, 1e-15);
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
    }
}

/* Logarithms stop at -100; a (1 - a) under the derivative at 1e-12. */
static void clamped_logarithms(void **state)
{
    static const struct example rows[] = {
        {BP_ACTIVATION_HARD_SIGMOID,
         BP_COST_BINARY_CROSS_ENTROPY,
         0,
         1,
         2,
         {-9, 9},
         {1, 0},
         100},
        {BP_ACTIVATION_HARD_SIGMOID,
         BP_COST_CROSS_ENTROPY,
         0,
         1,
         2,
         {-9, 9},
         {1, 0},
         200},
        {BP_ACTIVATION_HARD_SIGMOID,
         BP_COST_BINARY_CROSS_ENTROPY,
         0,
         1,
         2,
         {-9, 9},
         {0, 1},
         0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_absolute(value_of(state, &rows[i], BP_PRECISION_F64), rows[i].expected, 0);
        assert_absolute(value_of(state, &rows[i], BP_PRECISION_F32), rows[i].expected, 0);
    }
}

/* Wholly wrong probabilities of 0 and 1: (a - y) over 1e-12, not over 0. What softmax
 * hands on of two such slopes is 0; of an infinite one it would be no number. */
static void clamped_slopes(void **state)
{
    static const int32_t kinds[] = {BP_COST_CROSS_ENTROPY, BP_COST_BINARY_CROSS_ENTROPY};

    for (size_t k = 0; k < COUNT(kinds); k++) {
        bp_network *network =
            make_identity(2, BP_ACTIVATION_SOFTMAX, BP_PRECISION_F64, env_of(state));
        bp_trainer *trainer = trainer_of(state, network, kinds[k], 0);
        double g[2] = {7, 7};

        ok(bp_trainer_gradient_f64(trainer, (const double[]){0, 800}, 2,
                                   (const double[]){1, 0}, 2, NULL));
        ok(bp_trainer_get_gradient_f64(trainer, 0, BP_PARAMETER_BIAS, g, 2));
        assert_absolute(g[0], 0, 0);
        assert_absolute(g[1], 0, 0);
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
    }
}

/* ---- one formula however it is spelt ---- */

enum spelling {
    LAYER_IN_ONE, /* dense with the activation */
    LAYER_APART,  /* dense linear, then the activation as a layer */
    LOGITS        /* dense linear, and the cost on logits */
};

struct outcome {
    double cost;
    double gradient[20];
};

enum { FROM = 4, TO = 3, BATCH = 5 };

static bp_network *spell(void **state, enum spelling spelling, int32_t activation,
                         int32_t precision)
{
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    ok(bp_network_create(FROM, env_of(state), &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, precision));
    ok(bp_layer_create_dense(TO,
                             spelling == LAYER_IN_ONE ? activation : BP_ACTIVATION_LINEAR,
                             env_of(state), &layer));
    ok(bp_layer_set(layer, BP_LAYER_WEIGHT_INIT, BP_INIT_NORMAL));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    if (spelling == LAYER_APART) {
        ok(bp_layer_create_activation(activation, env_of(state), &layer));
        ok(bp_network_add(network, layer));
        bp_layer_destroy(layer);
    }
    ok(bp_network_build(network, 3));
    return network;
}

/* Cost and gradient for inputs of some size; the larger, the more extreme the logits. */
static struct outcome outcome_of(void **state, bp_network *network, int32_t cost,
                                 double size)
{
    bp_trainer *trainer = trainer_of(state, network, cost, 0);
    struct outcome found;
    double x[BATCH * FROM];
    double y[BATCH * TO];

    memset(&found, 0, sizeof found);
    for (size_t i = 0; i < BATCH * FROM; i++)
        x[i] = size * spread_at(i);
    for (size_t i = 0; i < BATCH * TO; i++)
        y[i] = i % TO == i / TO % TO ? 1 : 0;
    ok(bp_trainer_gradient_f64(trainer, x, BATCH * FROM, y, BATCH * TO, &found.cost));
    ok(bp_trainer_get_gradient_f64(trainer, 0, BP_PARAMETER_WEIGHT, found.gradient,
                                   FROM * TO));
    ok(bp_trainer_get_gradient_f64(trainer, 0, BP_PARAMETER_BIAS,
                                   found.gradient + FROM * TO, TO));
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    return found;
}

static const double sizes[] = {0.1, 1, 30, 1000, 1e6, 1e30};
static const int32_t precisions[] = {BP_PRECISION_F32, BP_PRECISION_F64};

static void softmax_spelt_five_ways(void **state)
{
    const int32_t cost = BP_COST_SOFTMAX_CROSS_ENTROPY;
    static const int32_t kinds[] = {BP_ACTIVATION_SOFTMAX, BP_ACTIVATION_LOG_SOFTMAX};

    for (size_t s = 0; s < COUNT(sizes); s++)
        for (size_t p = 0; p < COUNT(precisions); p++) {
            const struct outcome logits =
                outcome_of(state, spell(state, LOGITS, 0, precisions[p]), cost, sizes[s]);

            assert_true(logits.cost > 0 && isfinite(logits.cost));
            if (sizes[s] >= 1000) /* some row is far on the wrong side */
                assert_true(logits.cost > sizes[s] / 100);
            for (int i = 0; i < 4; i++) {
                const struct outcome other =
                    outcome_of(state,
                               spell(state, i < 2 ? LAYER_IN_ONE : LAYER_APART,
                                     kinds[i % 2], precisions[p]),
                               cost, sizes[s]);

                assert_same_f64(other.cost, logits.cost);
                assert_bits_f64(other.gradient, logits.gradient, FROM * TO + TO);
            }
        }
}

/* The textbook's cross-entropy is the binary one summed over outputs, not their mean. */
static void sigmoid_spelt_five_ways(void **state)
{
    for (size_t s = 0; s < COUNT(sizes); s++)
        for (size_t p = 0; p < COUNT(precisions); p++) {
            const double epsilon = precisions[p] == BP_PRECISION_F64 ? 1e-15 : 1e-6;
            const struct outcome logits =
                outcome_of(state, spell(state, LOGITS, 0, precisions[p]),
                           BP_COST_BINARY_CROSS_ENTROPY_LOGITS, sizes[s]);

            assert_true(logits.cost > 0 && isfinite(logits.cost));
            for (int i = 0; i < 2; i++) {
                const enum spelling how = i == 0 ? LAYER_IN_ONE : LAYER_APART;
                const struct outcome binary = outcome_of(
                    state, spell(state, how, BP_ACTIVATION_SIGMOID, precisions[p]),
                    BP_COST_BINARY_CROSS_ENTROPY, sizes[s]);
                struct outcome textbook = outcome_of(
                    state, spell(state, how, BP_ACTIVATION_SIGMOID, precisions[p]),
                    BP_COST_CROSS_ENTROPY, sizes[s]);

                assert_same_f64(binary.cost, logits.cost);
                assert_bits_f64(binary.gradient, logits.gradient, FROM * TO + TO);
                assert_relative(textbook.cost, TO * logits.cost, 1e-15);
                for (size_t j = 0; j < FROM * TO + TO; j++)
                    textbook.gradient[j] /= TO;
                assert_close_f64(textbook.gradient, logits.gradient, FROM * TO + TO,
                                 8 * epsilon * sizes[s], 4 * epsilon);
            }
        }
}

/* A probability of an activation that is not fused, beside the fused one. */
static void fused_equals_unfused(void **state)
{
    static const double z[] = {-4, -1, 0, 0.5, 2, 5};
    static const double y[] = {0, 1, 0.5, 0.25, 1, 0};

    for (size_t i = 0; i < COUNT(z); i++) {
        const double p = 1 / (1 + exp(-z[i]));
        const struct example fused = {
            BP_ACTIVATION_SIGMOID, BP_COST_CROSS_ENTROPY, 0, 1, 1, {z[i]}, {y[i]}, 0};
        const struct example apart = {BP_ACTIVATION_HARD_SIGMOID,
                                      BP_COST_CROSS_ENTROPY,
                                      0,
                                      1,
                                      1,
                                      {6 * p - 3},
                                      {y[i]},
                                      0};

        assert_relative(value_of(state, &fused, BP_PRECISION_F64),
                        value_of(state, &apart, BP_PRECISION_F64), 1e-13);
    }
}

/* ---- labels ---- */

static void labels_are_one_hot(void **state)
{
    static const int32_t labels[] = {2, 0, 1, 1};
    static const float y[] = {0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0};
    float x[4 * FROM];

    spread_f32(x, 4 * FROM, 3);
    for (size_t p = 0; p < COUNT(precisions); p++) {
        bp_network *network =
            spell(state, LAYER_IN_ONE, BP_ACTIVATION_SOFTMAX, precisions[p]);
        bp_trainer *trainer =
            trainer_of(state, network, BP_COST_SOFTMAX_CROSS_ENTROPY, 0);
        struct outcome by[2];

        memset(by, 0, sizeof by);
        ok(bp_trainer_gradient(trainer, x, 4 * FROM, y, 12, &by[0].cost));
        ok(bp_trainer_get_gradient_f64(trainer, 0, 0, by[0].gradient, FROM * TO));
        ok(bp_trainer_gradient_labels(trainer, x, 4 * FROM, labels, 4, &by[1].cost));
        ok(bp_trainer_get_gradient_f64(trainer, 0, 0, by[1].gradient, FROM * TO));
        assert_same_f64(by[1].cost, by[0].cost);
        assert_bits_f64(by[1].gradient, by[0].gradient, FROM * TO);
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
    }
}

static void labels_out_of_range(void **state)
{
    static const int32_t wrong[] = {-1, 3, INT32_MIN, INT32_MAX};
    float x[2 * FROM];
    bp_network *network = spell(state, LOGITS, 0, BP_PRECISION_F32);
    bp_trainer *trainer = trainer_of(state, network, BP_COST_SOFTMAX_CROSS_ENTROPY, 0);
    bp_trainer *other = trainer_of(state, network, BP_COST_QUADRATIC, 0);

    spread_f32(x, 2 * FROM, 0);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char line[64];

        snprintf(line, sizeof line, "row 1 is %d, expected 0 to 2", (int)wrong[i]);
        assert_status(bp_trainer_step_labels(trainer, x, 2 * FROM,
                                             (const int32_t[]){2, wrong[i]}, 2, NULL),
                      BP_EDATA);
        assert_line(bp_trainer_error(trainer), line);
    }
    assert_status(
        bp_trainer_step_labels(other, x, 2 * FROM, (const int32_t[]){0, 1}, 2, NULL),
        BP_ESTATE);
    assert_line(bp_trainer_error(other), "does not take labels");
    bp_trainer_destroy(trainer);
    bp_trainer_destroy(other);
    bp_network_destroy(network);
}

/* ---- targets ---- */

static void target_limits(void **state)
{
    static const struct {
        int32_t kind, activation;
        double good, bad;
        const char *line;
    } rows[] = {
        {BP_COST_QUADRATIC, 0, -1e9, (double)NAN, "nan, expected a finite number"},
        {BP_COST_MSE, 0, 1e9, (double)INFINITY, "inf, expected a finite number"},
        {BP_COST_CROSS_ENTROPY, BP_ACTIVATION_SIGMOID, 1, 1.5, "1.5, expected 0 to 1"},
        {BP_COST_CROSS_ENTROPY, BP_ACTIVATION_SIGMOID, 0, -0.5, "-0.5, expected 0 to 1"},
        {BP_COST_SOFTMAX_CROSS_ENTROPY, 0, 1, 2, "2, expected 0 to 1"},
        {BP_COST_BINARY_CROSS_ENTROPY, BP_ACTIVATION_SIGMOID, 0.5, -1,
         "-1, expected 0 to 1"},
        {BP_COST_BINARY_CROSS_ENTROPY_LOGITS, 0, 0, 1.25, "1.25, expected 0 to 1"},
        {BP_COST_HINGE, 0, -1, 0, "0, expected 1 or -1"},
        {BP_COST_HINGE, 0, 1, 0.5, "0.5, expected 1 or -1"},
        {BP_COST_KL_DIVERGENCE, BP_ACTIVATION_LOG_SOFTMAX, 3, -0.25,
         "-0.25, expected 0 or more"},
        {BP_COST_POISSON, 0, 100, -1, "-1, expected 0 or more"},
        {BP_COST_POISSON, 0, 0, (double)INFINITY, "inf, expected 0 or more"},
    };
    double x[2 * FROM];

    spread_f64(x, 2 * FROM, 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        bp_network *network =
            spell(state, LAYER_IN_ONE, rows[i].activation, BP_PRECISION_F32);
        bp_trainer *trainer = trainer_of(state, network, rows[i].kind, 0);
        double y[2 * TO];
        char line[96];

        for (size_t j = 0; j < 2 * TO; j++)
            y[j] = rows[i].good;
        ok(bp_trainer_gradient_f64(trainer, x, 2 * FROM, y, 2 * TO, NULL));
        y[TO + 2] = rows[i].bad;
        assert_status(bp_trainer_step_f64(trainer, x, 2 * FROM, y, 2 * TO, NULL),
                      BP_EDATA);
        snprintf(line, sizeof line, "targets row 1, column 2 is %s", rows[i].line);
        assert_line(bp_trainer_error(trainer), line);
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
    }
}

/* ---- which last layers a cost takes ---- */

enum range { REAL, UNIT, PROBABILITY, LOG_PROBABILITY };

static enum range range_of(int32_t activation)
{
    switch (activation) {
    case BP_ACTIVATION_SIGMOID:
    case BP_ACTIVATION_HARD_SIGMOID: return UNIT;
    case BP_ACTIVATION_SOFTMAX: return PROBABILITY;
    case BP_ACTIVATION_LOG_SOFTMAX: return LOG_PROBABILITY;
    default: return REAL;
    }
}

/* As the header says it. */
static bool takes(int32_t cost, int32_t activation)
{
    const enum range range = range_of(activation);

    switch (cost) {
    case BP_COST_CROSS_ENTROPY:
    case BP_COST_BINARY_CROSS_ENTROPY: return range == UNIT || range == PROBABILITY;
    case BP_COST_SOFTMAX_CROSS_ENTROPY: return range != UNIT;
    case BP_COST_BINARY_CROSS_ENTROPY_LOGITS: return range == REAL;
    case BP_COST_KL_DIVERGENCE: return range == LOG_PROBABILITY;
    default: return true;
    }
}

static void domains_of(void **state, int32_t kind, int32_t activation, bool own)
{
    bp_network *network =
        spell(state, own ? LAYER_APART : LAYER_IN_ONE, activation, BP_PRECISION_F32);
    bp_cost *cost = make_cost(kind, env_of(state));
    bp_optimizer *sgd = make_sgd(1, 0, env_of(state));
    bp_trainer *trainer = NULL;
    bp_status status;

    ok(bp_trainer_create(network, cost, sgd, &trainer));
    status = bp_trainer_build(trainer, 1);
    if (status != (takes(kind, activation) ? BP_OK : BP_EDOMAIN))
        fail_msg("%s after %s gave %d", names[kind], bp_activation_name(activation),
                 (int)status);
    if (status != BP_OK)
        assert_line(bp_trainer_error(trainer), names[kind]);
    bp_trainer_destroy(trainer);
    bp_cost_destroy(cost);
    bp_optimizer_destroy(sgd);
    bp_network_destroy(network);
}

static void domains(void **state)
{
    for (int32_t kind = 1; kind <= COSTS; kind++)
        for (int32_t a = 0; a <= BP_ACTIVATION_LOG_SOFTMAX; a++) {
            domains_of(state, kind, a, false);
            domains_of(state, kind, a, true);
        }
}

/* A linear layer changes nothing: probabilities stay what they are. */
static void linear_layers_keep_the_range(void **state)
{
    static const struct {
        int32_t cost, activation;
        bp_status status;
    } rows[] = {
        {BP_COST_CROSS_ENTROPY, BP_ACTIVATION_SIGMOID, BP_OK},
        {BP_COST_KL_DIVERGENCE, BP_ACTIVATION_LOG_SOFTMAX, BP_OK},
        {BP_COST_BINARY_CROSS_ENTROPY_LOGITS, BP_ACTIVATION_SIGMOID, BP_EDOMAIN},
        {BP_COST_CROSS_ENTROPY, BP_ACTIVATION_TANH, BP_EDOMAIN},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        bp_network *network = NULL;
        bp_layer *layer = NULL;
        bp_cost *cost = make_cost(rows[i].cost, env_of(state));
        bp_optimizer *sgd = make_sgd(1, 0, env_of(state));
        bp_trainer *trainer = NULL;

        ok(bp_network_create(2, env_of(state), &network));
        ok(bp_network_add_dense(network, 2, rows[i].activation));
        ok(bp_layer_create_activation(BP_ACTIVATION_LINEAR, env_of(state), &layer));
        ok(bp_network_add(network, layer));
        ok(bp_network_build(network, 1));
        ok(bp_trainer_create(network, cost, sgd, &trainer));
        assert_status(bp_trainer_build(trainer, 1), rows[i].status);
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
        bp_layer_destroy(layer);
        bp_cost_destroy(cost);
        bp_optimizer_destroy(sgd);
    }
}

/* ---- the object ---- */

static void names_both_ways(void **state)
{
    static const int32_t unknown[] = {0, -1, COSTS + 1, INT32_MIN, INT32_MAX};
    int32_t found = -7;

    (void)state;
    for (int32_t kind = 1; kind <= COSTS; kind++) {
        assert_string_equal(bp_cost_name(kind), names[kind]);
        ok(bp_cost_find(names[kind], &found));
        assert_int_equal(found, kind);
    }
    for (size_t i = 0; i < COUNT(unknown); i++)
        assert_null(bp_cost_name(unknown[i]));
    assert_status(bp_cost_find("MSE", &found), BP_EINVAL);
    assert_status(bp_cost_find("", &found), BP_EINVAL);
    assert_int_equal(found, COSTS);
}

static void settings(void **state)
{
    for (int32_t kind = 1; kind <= COSTS; kind++) {
        const bool has = kind == BP_COST_HUBER || kind == BP_COST_SMOOTH_L1;
        const bp_status status = has ? BP_OK : BP_EINVAL;
        bp_cost *cost = make_cost(kind, env_of(state));
        double scale = -7;

        assert_string_equal(bp_cost_error(cost), "");
        assert_status(bp_cost_get(cost, BP_COST_SCALE, &scale), status);
        assert_same_f64(scale, has ? 1 : -7);
        assert_status(bp_cost_set(cost, BP_COST_SCALE, 1e6), status);
        assert_status(bp_cost_set(cost, BP_COST_SCALE, 0), BP_EINVAL);
        assert_status(bp_cost_set(cost, BP_COST_SCALE, 1.1e6), BP_EINVAL);
        assert_status(bp_cost_set(cost, BP_COST_SCALE, (double)NAN), BP_EINVAL);
        assert_status(bp_cost_get(cost, BP_COST_SCALE, &scale), status);
        assert_same_f64(scale, has ? 1e6 : -7);
        bp_cost_destroy(cost);
    }
}

/* Softmax cross-entropy alone has it; half of a label's target goes to all three. */
static void smoothing(void **state)
{
    bp_cost *cost = make_cost(BP_COST_SOFTMAX_CROSS_ENTROPY, env_of(state));
    double value = -7;

    ok(bp_cost_get(cost, BP_COST_SMOOTHING, &value));
    assert_same_f64(value, 0);
    assert_status(bp_cost_set(cost, BP_COST_SMOOTHING, 1), BP_EINVAL);
    assert_status(bp_cost_set(cost, BP_COST_SCALE, 1), BP_EINVAL);
    ok(bp_cost_set(cost, BP_COST_SMOOTHING, 0.5));
    ok(bp_cost_get(cost, BP_COST_SMOOTHING, &value));
    assert_same_f64(value, 0.5);
    bp_cost_destroy(cost);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(values),
        cmocka_unit_test(every_cost_has_an_example),
        HOST_TEST(evaluate_gives_the_same),
        HOST_TEST(derivatives_and_kinks),
        HOST_TEST(divisors),
        HOST_TEST(clamped_logarithms),
        HOST_TEST(clamped_slopes),
        HOST_TEST(softmax_spelt_five_ways),
        HOST_TEST(sigmoid_spelt_five_ways),
        HOST_TEST(fused_equals_unfused),
        HOST_TEST(labels_are_one_hot),
        HOST_TEST(labels_out_of_range),
        HOST_TEST(target_limits),
        HOST_TEST(domains),
        HOST_TEST(linear_layers_keep_the_range),
        cmocka_unit_test(names_both_ways),
        HOST_TEST(settings),
        HOST_TEST(smoothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
