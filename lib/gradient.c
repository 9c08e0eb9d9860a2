/* SPDX-License-Identifier: MIT */
/*
 * The gradient of backpropagation against central differences,
 *
 *     dC/dw ~ (C(w + h) - C(w - h)) / 2h        h = cbrt(epsilon) max(1, |w|)
 *
 * on a copy of the network in double, or in float where an operation has no double form.
 * The step balances the error of the difference, h^2, against that of the rounding,
 * epsilon / h. The error of a parameter is measured against the larger of the two
 * gradients, but not less than a tenth of the largest of its tensor: what is nearly zero
 * by cancellation has no relative error worth the name. For the same reason there is a
 * floor for tensors that are nearly zero as a whole, as the biases before a batch norm:
 * a small part of the largest gradient of the network.
 */
#include "rng.h"
#include "trainer.h"

#include <float.h>
#include <math.h>

/* cbrt of 2^-52 and of 2^-23. */
#define STEP_F64 6.0554544523933395e-6
#define STEP_F32 4.9215666011518501e-3

#define TOLERANCE_F64    1e-6
#define TOLERANCE_IN_F32 2e-2
#define TOLERANCE_F32    2e-5
#define FLOOR            0.1
#define SMALL_F64        1e-3
#define SMALL_F32        1e-2
#define MOST_SKIPPED     0.05

/** The check at work. */
struct check {
    struct bp_text *text;
    bp_network *copy;      /**< What is nudged: in double if it can be. */
    struct bp_model model; /**< Of the copy. */
    struct bp_model own;   /**< Of a network in float whose copy is in double. */
    struct bp_batch batch;
    double largest; /**< Gradient of the copy. */
    bp_gradient_report report;
};

bp_status bp_gradient_options_init(bp_gradient_options *options)
{
    if (options == NULL)
        return BP_EINVAL;
    *options = (bp_gradient_options){.struct_size = sizeof *options, .seed = 1};
    return BP_OK;
}

static bool cost_supports_f64(const struct bp_cost_spec *cost)
{
    return cost->kind != BP_COST_CUSTOM ||
           (cost->ops.value_f64 != NULL && cost->ops.gradient_f64 != NULL);
}

static bool can_f64(const struct bp_trainer *trainer)
{
    size_t layer;

    return cost_supports_f64(&trainer->cost) &&
           bp_network_supports(trainer->network, BP_PRECISION_F64, true, &layer);
}

static double value_at(const struct bp_network *network, const struct bp_arena *arena,
                       size_t offset)
{
    double value;

    network->engine->store_f64(bp_at(arena->base, network->engine->element_size, offset),
                               1, &value, 1);
    return value;
}

static void set_at(const struct bp_network *network, size_t offset, double value)
{
    network->engine->load_f64(
        bp_at(network->params.base, network->engine->element_size, offset), 1, &value, 1);
}

/** A parameter: which tensor, and where in it. */
struct spot {
    size_t layer;
    int32_t which;
    const struct bp_place *place;
    size_t row, col;
    double floor; /**< What an error is measured against at least. */
};

static size_t offset_of(const struct spot *spot)
{
    return spot->place->offset + spot->row * spot->place->row_stride +
           spot->col * spot->place->col_stride;
}

/* On which side of all kinks the batch lies, as a hash. */
static uint64_t sides(const struct bp_model *model)
{
    const uint64_t hash = bp_pass_branches(&model->pass, UINT64_C(14695981039346656037));

    return bp_pass_cost_branches(&model->pass, &model->cost, model->fused, hash);
}

/* The cost with one parameter moved, and the side of all kinks. */
static bp_status cost_at(struct check *check, size_t offset, double value, double *cost,
                         uint64_t *branches)
{
    bp_status status;

    set_at(check->copy, offset, value);
    status = bp_model_value(&check->model, cost, check->text);
    if (status == BP_OK)
        *branches = sides(&check->model);
    return status;
}

static double step_of(const struct check *check, double value)
{
    const double step = check->report.in_float ? STEP_F32 : STEP_F64;

    return step * fmax(1, fabs(value));
}

/* What was added is what the number took on: h itself is rounded away in part. */
static bp_status difference(struct check *check, const struct spot *spot, double *numeric,
                            bool *skip)
{
    const size_t offset = offset_of(spot);
    const double value = value_at(check->copy, &check->copy->params, offset);
    const double h = step_of(check, value);
    double at[2];
    double cost[2];
    uint64_t side[2];
    bp_status status;
    int i;

    for (i = 0; i < 2; i++) {
        status =
            cost_at(check, offset, i == 0 ? value + h : value - h, &cost[i], &side[i]);
        at[i] = value_at(check->copy, &check->copy->params, offset);
        set_at(check->copy, offset, value);
        if (status != BP_OK)
            return status;
    }
    *numeric = (cost[0] - cost[1]) / (at[0] - at[1]);
    *skip = side[0] != side[1];
    return BP_OK;
}

/* What is no number is as wrong as can be. */
static double error_between(double a, double b, double floor)
{
    const double size = fmax(fmax(fabs(a), fabs(b)), floor);
    const double error = size > 0 ? fabs(a - b) / size : fabs(a - b);

    return error <= HUGE_VAL ? error : HUGE_VAL;
}

static void note_worst(bp_gradient_report *report, const struct spot *spot,
                       double analytic, double numeric, double error)
{
    if (!(error > report->error) && report->checked > 1)
        return;
    report->error = error;
    report->which = spot->which;
    report->layer = spot->layer;
    report->row = spot->row;
    report->col = spot->col;
    report->analytic = analytic;
    report->numeric = numeric;
}

static bp_status check_spot(struct check *check, const struct spot *spot)
{
    const double analytic = value_at(check->copy, &check->model.grads, offset_of(spot));
    double numeric = 0;
    bool skip = false;
    const bp_status status = difference(check, spot, &numeric, &skip);

    if (status != BP_OK)
        return status;
    if (skip) {
        check->report.skipped++;
        return BP_OK;
    }
    check->report.checked++;
    note_worst(&check->report, spot, analytic, numeric,
               error_between(analytic, numeric, spot->floor));
    return BP_OK;
}

static double largest(const struct bp_network *network, const struct bp_arena *grads,
                      struct spot spot)
{
    double most = 0;

    for (spot.row = 0; spot.row < spot.place->rows; spot.row++)
        for (spot.col = 0; spot.col < spot.place->cols; spot.col++)
            most = fmax(most, fabs(value_at(network, grads, offset_of(&spot))));
    return most;
}

static double floor_of(const struct check *check, const struct spot *spot)
{
    const double most = largest(check->copy, &check->model.grads, *spot);
    const double small = check->report.in_float ? SMALL_F32 : SMALL_F64;

    return fmax(FLOOR * most, small * check->largest);
}

/** What is done with one parameter. */
typedef bp_status (*spot_fn)(struct check *check, const struct spot *spot);

static bp_status each_of_tensor(struct check *check, struct spot spot, spot_fn work)
{
    bp_status status = BP_OK;

    spot.floor = floor_of(check, &spot);
    for (spot.row = 0; spot.row < spot.place->rows; spot.row++)
        for (spot.col = 0; spot.col < spot.place->cols && status == BP_OK; spot.col++)
            status = work(check, &spot);
    return status;
}

static bp_status each(struct check *check, spot_fn work)
{
    bp_status status = BP_OK;
    struct spot spot = {0};

    for (spot.layer = 0; spot.layer < check->copy->count; spot.layer++) {
        for (spot.which = BP_PARAMETER_WEIGHT; spot.which <= BP_PARAMETER_BIAS;
             spot.which++) {
            spot.place = bp_network_place(check->copy, spot.layer, spot.which);
            if (spot.place != NULL && status == BP_OK)
                status = each_of_tensor(check, spot, work);
        }
    }
    return status;
}

/* The parameter at place @p index in the order of layers, weights before biases. */
static struct spot spot_at(const struct check *check, size_t index)
{
    struct spot spot = {0};

    for (;; spot.which++) {
        if (spot.which > BP_PARAMETER_BIAS) {
            spot.layer++;
            spot.which = BP_PARAMETER_WEIGHT;
        }
        spot.place = bp_network_place(check->copy, spot.layer, spot.which);
        if (spot.place == NULL)
            continue;
        if (index < spot.place->rows * spot.place->cols)
            break;
        index -= spot.place->rows * spot.place->cols;
    }
    spot.row = index / spot.place->cols;
    spot.col = index % spot.place->cols;
    spot.floor = floor_of(check, &spot);
    return spot;
}

static bp_status check_sample(struct check *check, uint64_t count, uint64_t seed)
{
    const size_t parameters = bp_network_parameters(check->copy);
    struct bp_rng rng = {.seed = seed, .stream = BP_STREAM_SAMPLE};
    bp_status status = BP_OK;
    uint64_t i;

    for (i = 0; i < count && status == BP_OK; i++) {
        const struct spot spot = spot_at(check, (size_t)bp_rng_below(&rng, parameters));

        status = check_spot(check, &spot);
    }
    return status;
}

/* The network's own gradient in float against that of the copy in double. */
static bp_status compare_spot(struct check *check, const struct spot *spot)
{
    const double own = value_at(check->own.network, &check->own.grads, offset_of(spot));
    const double twin = value_at(check->copy, &check->model.grads, offset_of(spot));

    const double floor = fmax(spot->floor, SMALL_F32 * check->largest);

    check->report.error_f32 =
        fmax(check->report.error_f32, error_between(own, twin, floor));
    return BP_OK;
}

static bp_status compare_own(struct check *check, const struct bp_trainer *trainer)
{
    double cost;
    bp_status status = bp_model_create(&check->own, trainer->network, &trainer->cost,
                                       check->batch.rows, check->text);

    if (status == BP_OK)
        status = bp_model_gradient(&check->own, &check->batch, &cost, check->text);
    if (status == BP_OK)
        status = each(check, compare_spot);
    bp_model_release(&check->own);
    return status;
}

/* The tensors' own floors are not known yet, and do not matter here. */
static bp_status note_largest(struct check *check, const struct spot *spot)
{
    const double value = value_at(check->copy, &check->model.grads, offset_of(spot));

    check->largest = fmax(check->largest, fabs(value));
    return BP_OK;
}

static bp_status check_copy(struct check *check, const struct bp_trainer *trainer,
                            const bp_gradient_options *options)
{
    double cost;
    bp_status status = bp_model_create(&check->model, check->copy, &trainer->cost,
                                       check->batch.rows, check->text);

    if (status == BP_OK)
        status = bp_model_gradient(&check->model, &check->batch, &cost, check->text);
    if (status == BP_OK)
        status = each(check, note_largest);
    if (status == BP_OK)
        status = options->sample > 0 ? check_sample(check, options->sample, options->seed)
                                     : each(check, check_spot);
    if (status == BP_OK && check->copy->engine != trainer->network->engine)
        status = compare_own(check, trainer);
    bp_model_release(&check->model);
    return status;
}

static double chosen(double tolerance, double otherwise)
{
    return tolerance > 0 ? tolerance : otherwise;
}

/* Written so that NaN passes nowhere. */
static void judge(bp_gradient_report *report, const bp_gradient_options *options)
{
    const double tolerance =
        chosen(options->tolerance, report->in_float ? TOLERANCE_IN_F32 : TOLERANCE_F64);
    const double tolerance_f32 = chosen(options->tolerance_f32, TOLERANCE_F32);
    const double all = (double)report->checked + (double)report->skipped;

    report->passed = report->checked > 0 && report->error <= tolerance &&
                     report->error_f32 <= tolerance_f32 &&
                     (double)report->skipped <= MOST_SKIPPED * all;
}

static bp_status run(struct bp_trainer *trainer, struct check *check,
                     const bp_gradient_options *options)
{
    const bool f64 = can_f64(trainer);
    bp_status status = bp_network_convert(
        trainer->network, f64 ? BP_PRECISION_F64 : BP_PRECISION_F32, &check->copy);

    if (status != BP_OK)
        return bp_fail(&trainer->text, status, "no memory for a copy of the network");
    check->report.struct_size = sizeof check->report;
    check->report.in_float = !f64;
    status = check_copy(check, trainer, options);
    bp_network_destroy(check->copy);
    return status;
}

static bp_status check_options(struct bp_trainer *trainer,
                               const bp_gradient_options *options,
                               const bp_gradient_report *report)
{
    struct bp_text *text = &trainer->text;

    if (report == NULL)
        return bp_fail_null(text, "report");
    if (report->struct_size != sizeof *report || options->struct_size != sizeof *options)
        return bp_fail(text, BP_EINVAL, "%s.struct_size is %u, expected its sizeof",
                       report->struct_size != sizeof *report ? "report" : "options",
                       (unsigned)(report->struct_size != sizeof *report
                                      ? report->struct_size
                                      : options->struct_size));
    if (!(options->tolerance >= 0))
        return bp_fail(text, BP_EINVAL, "tolerance is %s, expected 0 or more",
                       bp_number(options->tolerance).text);
    if (!(options->tolerance_f32 >= 0))
        return bp_fail(text, BP_EINVAL, "tolerance_f32 is %s, expected 0 or more",
                       bp_number(options->tolerance_f32).text);
    return bp_trainer_check(trainer);
}

static bp_status check_data(struct bp_trainer *trainer, struct bp_batch *batch)
{
    bp_status status = bp_batch_check_data(trainer->network, &trainer->cost, batch->data,
                                           &trainer->text);

    if (status != BP_OK)
        return status;
    batch->rows = bp_dataset_rows(batch->data);
    status = bp_model_check_rows(trainer->network, batch->rows, &trainer->text);
    if (status != BP_OK)
        return status;
    return bp_batch_check_targets(trainer->network, &trainer->cost, batch,
                                  &trainer->text);
}

bp_status bp_gradient_check(bp_trainer *trainer, const bp_dataset *data,
                            const bp_gradient_options *options,
                            bp_gradient_report *report)
{
    struct check check = {.batch = {.data = data}};
    bp_gradient_options defaults;
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    check.text = &trainer->text;
    if (data == NULL)
        return bp_fail_null(check.text, "data");
    (void)bp_gradient_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    status = check_options(trainer, options, report);
    if (status == BP_OK)
        status = check_data(trainer, &check.batch);
    if (status != BP_OK)
        return status;
    trainer->busy = true;
    status = run(trainer, &check, options);
    trainer->busy = false;
    if (status != BP_OK)
        return status;
    judge(&check.report, options);
    *report = check.report;
    return BP_OK;
}
