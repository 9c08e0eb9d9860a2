/* SPDX-License-Identifier: MIT */
/* The object: its memory, its settings, merging two of them. */
#include "metrics.h"

#include <string.h>

static const struct bp_setting table[BP_METRICS_SETTINGS] = {
    {BP_METRICS_TOP_K, "top k", 1, 1e6, 5, BP_SETTING_WHOLE},
    {BP_METRICS_CONFIDENCE, "confidence", 0, 0.999999, 0.95, BP_SETTING_ABOVE},
    {BP_METRICS_RANGE, "range", BP_RANGE_REAL, BP_RANGE_LOG_PROBABILITY,
     BP_RANGE_PROBABILITY, BP_SETTING_WHOLE},
    {BP_METRICS_SCORES, "scores", 0, 1, 0, BP_SETTING_WHOLE},
};

static const struct bp_settings settings = {table, BP_METRICS_SETTINGS};

/* Bytes of the arrays, all in one block: two tallies and two rows. */
struct sizes {
    size_t confusion, columns, row, total;
};

static bool measure(size_t outputs, size_t classes, struct sizes *sizes)
{
    size_t cells;
    size_t tally;
    size_t both;

    return bp_mul(classes, classes, &cells) &&
           bp_mul(cells, sizeof(double), &sizes->confusion) &&
           bp_mul(outputs, sizeof(struct bp_metrics_column), &sizes->columns) &&
           bp_mul(outputs, sizeof(double), &sizes->row) &&
           bp_add(sizes->confusion, sizes->columns, &tally) &&
           bp_add(tally, sizes->row, &tally) && bp_mul(tally, 2, &both) &&
           (sizes->total = both, true);
}

static void place_tally(struct bp_tally *tally, const struct sizes *sizes,
                        unsigned char *memory)
{
    *tally = (struct bp_tally){0};
    tally->confusion = (double *)(void *)memory;
    tally->columns = (struct bp_metrics_column *)(void *)(memory + sizes->confusion);
}

static void place(struct bp_metrics *metrics, const struct sizes *sizes, void *memory)
{
    const size_t tally = sizes->confusion + sizes->columns;
    unsigned char *base = memory;

    place_tally(&metrics->tallies[0], sizes, base);
    place_tally(&metrics->tallies[1], sizes, base + tally);
    metrics->row = (double *)(void *)(base + 2 * tally);
}

bp_status bp_metrics_create(size_t outputs, const bp_env *env, bp_metrics **metrics)
{
    const size_t classes = outputs == 1 ? 2 : outputs;
    struct sizes sizes;
    void *object = NULL;
    void *memory;
    bp_metrics *made;
    bp_status status;

    if (outputs == 0 || metrics == NULL || !measure(outputs, classes, &sizes))
        return BP_EINVAL;
    status = bp_object_create(env, sizeof *made, &object);
    if (status != BP_OK)
        return status;
    made = object;
    memory = bp_host_allocate(&made->host, sizes.total);
    if (memory == NULL) {
        bp_object_release(made, sizeof *made);
        return BP_ENOMEM;
    }
    made->outputs = outputs;
    made->classes = classes;
    place(made, &sizes, memory);
    bp_settings_reset(&settings, made->settings);
    *metrics = made;
    return BP_OK;
}

static void release_scores(const struct bp_metrics *metrics,
                           const struct bp_scores *scores)
{
    const struct bp_host *host = &metrics->host;
    const size_t rows = scores->capacity;

    bp_host_release(host, scores->values,
                    rows * metrics->outputs * sizeof *scores->values);
    bp_host_release(host, scores->weights, rows * sizeof *scores->weights);
    bp_host_release(host, scores->labels, rows * sizeof *scores->labels);
    bp_host_release(host, scores->order, rows * sizeof *scores->order);
}

void bp_metrics_destroy(bp_metrics *metrics)
{
    struct sizes sizes;

    if (metrics == NULL)
        return;
    (void)measure(metrics->outputs, metrics->classes, &sizes);
    release_scores(metrics, &metrics->scores);
    bp_host_release(&metrics->host, metrics->tallies[0].confusion, sizes.total);
    bp_object_release(metrics, sizeof *metrics);
}

const char *bp_metrics_error(const bp_metrics *metrics)
{
    return metrics != NULL ? metrics->text.line : "";
}

double bp_metrics_setting(const struct bp_metrics *metrics, int32_t key)
{
    double value = 0;

    (void)bp_settings_get(&settings, metrics->settings, key, &value);
    return value;
}

static bool is_empty(const struct bp_metrics *metrics)
{
    const struct bp_tally *tally = &metrics->tallies[metrics->now];

    return tally->rows == 0 && tally->numbers == 0;
}

bp_status bp_metrics_set(bp_metrics *metrics, int32_t key, double value)
{
    const bool counts = key == BP_METRICS_TOP_K || key == BP_METRICS_SCORES;
    bp_status status;

    if (metrics == NULL)
        return BP_EINVAL;
    status = bp_settings_check(&settings, key, value, &metrics->text);
    if (status != BP_OK)
        return status;
    if (counts && !is_empty(metrics))
        return bp_fail(&metrics->text, BP_ESTATE,
                       "rows were added, expected %s before: see bp_metrics_reset()",
                       bp_settings_name(&settings, key));
    return bp_settings_set(&settings, metrics->settings, key, value, &metrics->text);
}

bp_status bp_metrics_get(const bp_metrics *metrics, int32_t key, double *value)
{
    if (metrics == NULL || value == NULL)
        return BP_EINVAL;
    return bp_settings_get(&settings, metrics->settings, key, value);
}

/* Plain numbers and arrays from one tally to another; both keep their own memory. */
static void copy_tally(const struct bp_metrics *metrics, const struct bp_tally *from,
                       struct bp_tally *to)
{
    double *confusion = to->confusion;
    struct bp_metrics_column *columns = to->columns;
    const size_t cells = metrics->classes * metrics->classes;

    memcpy(confusion, from->confusion, cells * sizeof *confusion);
    memcpy(columns, from->columns, metrics->outputs * sizeof *columns);
    *to = *from;
    to->confusion = confusion;
    to->columns = columns;
}

struct bp_tally *bp_metrics_begin(struct bp_metrics *metrics)
{
    struct bp_tally *other = &metrics->tallies[!metrics->now];

    copy_tally(metrics, &metrics->tallies[metrics->now], other);
    metrics->scores.rows = metrics->scores.kept;
    return other;
}

void bp_metrics_end(struct bp_metrics *metrics, bool keep)
{
    if (keep) {
        metrics->now = !metrics->now;
        metrics->scores.kept = metrics->scores.rows;
    }
}

bp_status bp_metrics_reset(bp_metrics *metrics)
{
    const size_t cells = metrics != NULL ? metrics->classes * metrics->classes : 0;
    struct bp_tally *tally;
    struct bp_tally empty = {0};

    if (metrics == NULL)
        return BP_EINVAL;
    tally = &metrics->tallies[metrics->now];
    empty.confusion = tally->confusion;
    empty.columns = tally->columns;
    memset(tally->confusion, 0, cells * sizeof *tally->confusion);
    memset(tally->columns, 0, metrics->outputs * sizeof *tally->columns);
    *tally = empty;
    metrics->scores.kept = 0;
    return BP_OK;
}

/* Rows kept. */

static bool allocate_scores(const struct bp_metrics *metrics, size_t rows,
                            struct bp_scores *scores)
{
    const struct bp_host *host = &metrics->host;
    size_t values;
    size_t size;

    *scores = (struct bp_scores){.capacity = rows};
    if (!bp_mul(rows, metrics->outputs, &values) ||
        !bp_mul(values, sizeof *scores->values, &size))
        return false;
    scores->values = bp_host_allocate(host, size);
    scores->weights = bp_host_allocate(host, rows * sizeof *scores->weights);
    scores->labels = bp_host_allocate(host, rows * sizeof *scores->labels);
    scores->order = bp_host_allocate(host, rows * sizeof *scores->order);
    return scores->values != NULL && scores->weights != NULL && scores->labels != NULL &&
           scores->order != NULL;
}

static void copy_scores(const struct bp_metrics *metrics, const struct bp_scores *from,
                        size_t at, struct bp_scores *to)
{
    const size_t rows = from->kept;
    const size_t width = metrics->outputs;

    if (rows == 0)
        return;
    memcpy(to->values + at * width, from->values, rows * width * sizeof *to->values);
    memcpy(to->weights + at, from->weights, rows * sizeof *to->weights);
    memcpy(to->labels + at, from->labels, rows * sizeof *to->labels);
}

bp_status bp_metrics_reserve(struct bp_metrics *metrics, size_t rows)
{
    struct bp_scores *scores = &metrics->scores;
    struct bp_scores larger;
    size_t wanted;
    size_t doubled;

    if (bp_metrics_setting(metrics, BP_METRICS_SCORES) == 0)
        return BP_OK;
    if (bp_add(scores->kept, rows, &wanted) && wanted <= scores->capacity)
        return BP_OK;
    if (bp_mul(scores->capacity, 2, &doubled) && wanted < doubled)
        wanted = doubled;
    if (!allocate_scores(metrics, wanted, &larger)) {
        release_scores(metrics, &larger);
        return bp_fail(&metrics->text, BP_ENOMEM, "no memory for the scores of %zu rows",
                       wanted);
    }
    larger.kept = scores->kept;
    larger.rows = scores->kept;
    copy_scores(metrics, scores, 0, &larger);
    release_scores(metrics, scores);
    *scores = larger;
    return BP_OK;
}

/* Two into one. Means and spreads as Chan, Golub and LeVeque, 1979, join them. */
static void merge_column(struct bp_metrics_column *to,
                         const struct bp_metrics_column *from, double weight,
                         double added)
{
    const double total = weight + added;
    const double apart = from->mean - to->mean;

    if (total > 0) {
        to->mean += apart * (added / total);
        to->spread += from->spread + apart * apart * (weight * (added / total));
    }
    to->square += from->square;
    to->absolute += from->absolute;
}

static void merge_tally(const struct bp_metrics *metrics, struct bp_tally *to,
                        const struct bp_tally *from)
{
    size_t i;

    for (i = 0; i < metrics->outputs; i++)
        merge_column(&to->columns[i], &from->columns[i], to->numbers_weight,
                     from->numbers_weight);
    for (i = 0; i < metrics->classes * metrics->classes; i++)
        to->confusion[i] += from->confusion[i];
    to->rows += from->rows;
    to->weight += from->weight;
    to->weight_squares += from->weight_squares;
    to->correct += from->correct;
    to->near += from->near;
    to->log_loss += from->log_loss;
    to->numbers += from->numbers;
    to->numbers_weight += from->numbers_weight;
}

static bp_status check_merge(struct bp_metrics *metrics, const struct bp_metrics *other)
{
    static const int32_t keys[] = {BP_METRICS_TOP_K, BP_METRICS_SCORES};
    size_t i;

    if (other == NULL)
        return bp_fail_null(&metrics->text, "other");
    if (other == metrics)
        return bp_fail(&metrics->text, BP_EINVAL, "other is the object itself");
    if (other->outputs != metrics->outputs)
        return bp_fail(&metrics->text, BP_ESHAPE, "other has %zu outputs, expected %zu",
                       other->outputs, metrics->outputs);
    for (i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (bp_metrics_setting(other, keys[i]) != bp_metrics_setting(metrics, keys[i]))
            return bp_fail(&metrics->text, BP_EINVAL, "other has %s %s, expected %s",
                           bp_settings_name(&settings, keys[i]),
                           bp_number(bp_metrics_setting(other, keys[i])).text,
                           bp_number(bp_metrics_setting(metrics, keys[i])).text);
    return BP_OK;
}

bp_status bp_metrics_merge(bp_metrics *metrics, const bp_metrics *other)
{
    bp_status status;

    if (metrics == NULL)
        return BP_EINVAL;
    status = check_merge(metrics, other);
    if (status == BP_OK)
        status = bp_metrics_reserve(metrics, other->scores.kept);
    if (status != BP_OK)
        return status;
    merge_tally(metrics, &metrics->tallies[metrics->now], &other->tallies[other->now]);
    copy_scores(metrics, &other->scores, metrics->scores.kept, &metrics->scores);
    metrics->scores.kept += other->scores.kept;
    return BP_OK;
}
