/* SPDX-License-Identifier: MIT */
#include "dataset.h"

#include <math.h>
#include <string.h>

_Static_assert(sizeof(float) == BP_ELEMENT_SIZE, "parts hold elements of four bytes");

static const char *const part_names[BP_PART_COUNT] = {
    [BP_PART_INPUTS] = "inputs",
    [BP_PART_TARGETS] = "targets",
    [BP_PART_LABELS] = "labels",
    [BP_PART_WEIGHTS] = "weights",
};

/* Parts. */

const void *bp_part_row(const struct bp_part *part, size_t row)
{
    return part->values + (part->order != NULL ? part->order[row] : row) * part->step;
}

void *bp_part_create(const struct bp_host *host, size_t rows, size_t width,
                     struct bp_part *part)
{
    size_t step;
    size_t size;
    struct bp_block *block;

    if (!bp_mul(width, BP_ELEMENT_SIZE, &step) || !bp_mul(rows, step, &size))
        return NULL;
    block = bp_block_create(host, size);
    if (block == NULL)
        return NULL;
    *part = (struct bp_part){
        .values = bp_block_data(block), .width = width, .step = step, .block = block};
    return bp_block_data(block);
}

void bp_part_release(const struct bp_host *host, struct bp_part *part)
{
    bp_block_release(host, part->block);
    bp_block_release(host, part->order_block);
    *part = (struct bp_part){0};
}

/* Hold a block once more. A pointer into it moves along, as the block may be a copy. */
static bool share_block(const struct bp_host *host, struct bp_block **block,
                        const void **inside)
{
    struct bp_block *from = *block;
    size_t offset;

    if (from == NULL)
        return true;
    offset = (size_t)((const unsigned char *)*inside - bp_block_data(from));
    *block = bp_block_share(host, from);
    if (*block == NULL)
        return false;
    *inside = bp_block_data(*block) + offset;
    return true;
}

static bool share_part(const struct bp_host *host, const struct bp_part *part,
                       struct bp_part *copy)
{
    const void *values = part->values;
    const void *order = part->order;

    *copy = *part;
    copy->order_block = NULL;
    if (!share_block(host, &copy->block, &values))
        return false;
    copy->values = values;
    copy->order_block = part->order_block;
    if (!share_block(host, &copy->order_block, &order))
        return false;
    copy->order = order;
    return true;
}

static bool share_names(const struct bp_host *host, const struct bp_names *names,
                        struct bp_names *copy)
{
    *copy = *names;
    if (names->block != NULL)
        copy->block = bp_block_share(host, names->block);
    return names->block == NULL || copy->block != NULL;
}

/* Contents. */

bool bp_content_is_empty(const struct bp_content *content)
{
    return content->rows == 0;
}

bool bp_content_share(const struct bp_host *host, const struct bp_content *content,
                      struct bp_content *copy)
{
    struct bp_content twin = {
        .rows = content->rows, .classes = content->classes, .dropped = content->dropped};
    bool done = share_names(host, &content->class_names, &twin.class_names) &&
                share_names(host, &content->input_names, &twin.input_names);

    for (int part = 0; part < BP_PART_COUNT && done; part++)
        done = share_part(host, &content->parts[part], &twin.parts[part]);
    if (done)
        *copy = twin;
    else
        bp_content_release(host, &twin);
    return done;
}

void bp_content_release(const struct bp_host *host, struct bp_content *content)
{
    for (int part = 0; part < BP_PART_COUNT; part++)
        bp_part_release(host, &content->parts[part]);
    bp_block_release(host, content->class_names.block);
    bp_block_release(host, content->input_names.block);
    *content = (struct bp_content){0};
}

static const char *name_at(const struct bp_names *names, size_t index)
{
    const unsigned char *data;

    if (index >= names->count)
        return NULL;
    data = bp_block_data(names->block);
    return (const char *)data + ((const size_t *)(const void *)data)[index];
}

/* Objects. */

bp_status bp_dataset_create(const bp_env *env, bp_dataset **dataset)
{
    void *object = NULL;
    bp_status status;

    if (dataset == NULL)
        return BP_EINVAL;
    status = bp_object_create(env, sizeof **dataset, &object);
    if (status != BP_OK)
        return status;
    *dataset = object;
    return BP_OK;
}

void bp_dataset_destroy(bp_dataset *dataset)
{
    if (dataset == NULL)
        return;
    bp_content_release(&dataset->host, &dataset->content);
    bp_object_release(dataset, sizeof *dataset);
}

const char *bp_dataset_error(const bp_dataset *dataset)
{
    return dataset != NULL ? dataset->text.line : "";
}

bp_status bp_dataset_no_memory(struct bp_dataset *dataset)
{
    return bp_fail(&dataset->text, BP_ENOMEM, "out of memory for the data set");
}

bp_status bp_dataset_check_empty(struct bp_dataset *dataset)
{
    if (bp_content_is_empty(&dataset->content))
        return BP_OK;
    return bp_fail(&dataset->text, BP_ESTATE,
                   "the data set has %zu rows, expected an empty one",
                   dataset->content.rows);
}

struct bp_dataset *bp_dataset_twin(const struct bp_dataset *dataset)
{
    struct bp_dataset *twin = bp_host_allocate(&dataset->host, sizeof *twin);

    if (twin == NULL)
        return NULL;
    twin->host = dataset->host;
    if (bp_content_share(&twin->host, &dataset->content, &twin->content))
        return twin;
    bp_dataset_destroy(twin);
    return NULL;
}

void bp_dataset_adopt(struct bp_dataset *dataset, const struct bp_content *content)
{
    dataset->content = *content;
}

/* Set. */

/* Rows that a caller hands in. */
struct source {
    enum bp_part_kind kind;
    const void *values;
    size_t rows, cols, stride;
    size_t classes; /* Of labels. */
};

static bp_status check_arguments(struct bp_text *text, const struct source *source)
{
    const char *name = part_names[source->kind];
    size_t elements;
    size_t size;

    if (source->values == NULL)
        return bp_fail_null(text, name);
    if (source->rows == 0)
        return bp_fail(text, BP_EINVAL, "rows is 0, expected at least 1");
    if (source->cols == 0)
        return bp_fail(text, BP_EINVAL, "cols is 0, expected at least 1");
    if (source->stride < source->cols)
        return bp_fail(text, BP_EINVAL, "stride is %zu, expected at least cols, %zu",
                       source->stride, source->cols);
    if (!bp_mul(source->rows, source->stride, &elements) ||
        !bp_mul(elements, BP_ELEMENT_SIZE, &size))
        return bp_fail(text, BP_EINVAL,
                       "rows is %zu, expected as many as memory holds at stride %zu",
                       source->rows, source->stride);
    return BP_OK;
}

static bp_status check_place(struct bp_dataset *dataset, const struct source *source)
{
    const struct bp_content *content = &dataset->content;
    const char *name = part_names[source->kind];

    if (content->parts[source->kind].values != NULL)
        return bp_fail(&dataset->text, BP_ESTATE, "the data set has %s already", name);
    if (!bp_content_is_empty(content) && content->rows != source->rows)
        return bp_fail(&dataset->text, BP_ESHAPE,
                       "rows of %s is %zu, expected %zu as the data set has", name,
                       source->rows, content->rows);
    return BP_OK;
}

static bp_status check_row(struct bp_text *text, const struct source *source, size_t row)
{
    const float *values = (const float *)source->values + row * source->stride;

    for (size_t col = 0; col < source->cols; col++)
        if (!isfinite(values[col]))
            return bp_fail(text, BP_EDATA,
                           "%s row %zu, column %zu is %s, expected a finite number",
                           part_names[source->kind], row, col,
                           isnan(values[col])   ? "nan"
                           : values[col] > 0.0f ? "inf"
                                                : "-inf");
    return BP_OK;
}

static bp_status check_label(struct bp_text *text, const struct source *source,
                             size_t row)
{
    const int32_t label = ((const int32_t *)source->values)[row];

    if (label < 0 || (size_t)label >= source->classes)
        return bp_fail(text, BP_EDATA, "labels[%zu] is %ld, expected 0 to %zu", row,
                       (long)label, source->classes - 1);
    return BP_OK;
}

static bp_status check_weight(struct bp_text *text, const float *weights, size_t row)
{
    if (isfinite(weights[row]) && weights[row] >= 0)
        return BP_OK;
    return bp_fail(text, BP_EDATA,
                   "weights[%zu] is %s, expected a finite number, 0 or more", row,
                   bp_number((double)weights[row]).text);
}

static bp_status check_values(struct bp_text *text, const struct source *source)
{
    bp_status status = BP_OK;

    for (size_t row = 0; row < source->rows && status == BP_OK; row++) {
        if (source->kind == BP_PART_LABELS)
            status = check_label(text, source, row);
        else if (source->kind == BP_PART_WEIGHTS)
            status = check_weight(text, source->values, row);
        else
            status = check_row(text, source, row);
    }
    return status;
}

static bp_status check_source(struct bp_dataset *dataset, const struct source *source)
{
    bp_status status = check_arguments(&dataset->text, source);

    if (status == BP_OK)
        status = check_place(dataset, source);
    if (status == BP_OK)
        status = check_values(&dataset->text, source);
    return status;
}

static void place(struct bp_content *content, const struct source *source,
                  const struct bp_part *part)
{
    content->rows = source->rows;
    content->parts[source->kind] = *part;
    if (source->kind == BP_PART_LABELS)
        content->classes = source->classes;
}

static bp_status set_copy(struct bp_dataset *dataset, const struct source *source)
{
    struct bp_part part;
    unsigned char *to;
    bp_status status = check_source(dataset, source);

    if (status != BP_OK)
        return status;
    to = bp_part_create(&dataset->host, source->rows, source->cols, &part);
    if (to == NULL)
        return bp_dataset_no_memory(dataset);
    for (size_t row = 0; row < source->rows; row++)
        memcpy(to + row * part.step,
               (const unsigned char *)source->values +
                   row * source->stride * BP_ELEMENT_SIZE,
               part.step);
    place(&dataset->content, source, &part);
    return BP_OK;
}

static bp_status set_borrow(struct bp_dataset *dataset, const struct source *source)
{
    const struct bp_part part = {.values = source->values,
                                 .width = source->cols,
                                 .step = source->stride * BP_ELEMENT_SIZE};
    bp_status status = check_source(dataset, source);

    if (status == BP_OK)
        place(&dataset->content, source, &part);
    return status;
}

bp_status bp_dataset_set_inputs(bp_dataset *dataset, const float *inputs, size_t rows,
                                size_t cols, size_t stride)
{
    const struct source source = {BP_PART_INPUTS, inputs, rows, cols, stride, 0};

    return dataset != NULL ? set_copy(dataset, &source) : BP_EINVAL;
}

bp_status bp_dataset_set_inputs_borrow(bp_dataset *dataset, const float *inputs,
                                       size_t rows, size_t cols, size_t stride)
{
    const struct source source = {BP_PART_INPUTS, inputs, rows, cols, stride, 0};

    return dataset != NULL ? set_borrow(dataset, &source) : BP_EINVAL;
}

bp_status bp_dataset_set_targets(bp_dataset *dataset, const float *targets, size_t rows,
                                 size_t cols, size_t stride)
{
    const struct source source = {BP_PART_TARGETS, targets, rows, cols, stride, 0};

    return dataset != NULL ? set_copy(dataset, &source) : BP_EINVAL;
}

bp_status bp_dataset_set_targets_borrow(bp_dataset *dataset, const float *targets,
                                        size_t rows, size_t cols, size_t stride)
{
    const struct source source = {BP_PART_TARGETS, targets, rows, cols, stride, 0};

    return dataset != NULL ? set_borrow(dataset, &source) : BP_EINVAL;
}

bp_status bp_dataset_set_labels(bp_dataset *dataset, const int32_t *labels, size_t rows,
                                size_t classes)
{
    const struct source source = {BP_PART_LABELS, labels, rows, 1, 1, classes};

    if (dataset == NULL)
        return BP_EINVAL;
    if (classes == 0 || classes > BP_CLASSES_LIMIT)
        return bp_fail(&dataset->text, BP_EINVAL, "classes is %zu, expected 1 to %d",
                       classes, BP_CLASSES_LIMIT);
    return set_copy(dataset, &source);
}

bp_status bp_dataset_set_weights(bp_dataset *dataset, const float *weights, size_t rows)
{
    const struct source source = {BP_PART_WEIGHTS, weights, rows, 1, 1, 0};

    return dataset != NULL ? set_copy(dataset, &source) : BP_EINVAL;
}

static void fill_one_hot(const struct bp_part *labels, size_t rows, float *to,
                         const float values[2], size_t classes)
{
    for (size_t row = 0; row < rows; row++) {
        const int32_t label = *(const int32_t *)bp_part_row(labels, row);

        for (size_t col = 0; col < classes; col++)
            to[row * classes + col] = values[col == (size_t)label];
    }
}

static bp_status check_one_hot(struct bp_dataset *dataset, float off, float on)
{
    const struct bp_part *parts = dataset->content.parts;

    if (!isfinite(off))
        return bp_fail(&dataset->text, BP_EINVAL, "off is not finite");
    if (!isfinite(on))
        return bp_fail(&dataset->text, BP_EINVAL, "on is not finite");
    if (parts[BP_PART_LABELS].values == NULL)
        return bp_fail(&dataset->text, BP_ESTATE, "the data set has no labels");
    if (parts[BP_PART_TARGETS].values != NULL)
        return bp_fail(&dataset->text, BP_ESTATE, "the data set has targets already");
    return BP_OK;
}

bp_status bp_dataset_one_hot(bp_dataset *dataset, float off, float on)
{
    const float values[2] = {off, on};
    struct bp_content *content;
    struct bp_part part;
    float *to;
    bp_status status;

    if (dataset == NULL)
        return BP_EINVAL;
    content = &dataset->content;
    status = check_one_hot(dataset, off, on);
    if (status != BP_OK)
        return status;
    to = bp_part_create(&dataset->host, content->rows, content->classes, &part);
    if (to == NULL)
        return bp_dataset_no_memory(dataset);
    fill_one_hot(&content->parts[BP_PART_LABELS], content->rows, to, values,
                 content->classes);
    content->parts[BP_PART_TARGETS] = part;
    return BP_OK;
}

/* Get. */

size_t bp_dataset_rows(const bp_dataset *dataset)
{
    return dataset != NULL ? dataset->content.rows : 0;
}

size_t bp_dataset_inputs(const bp_dataset *dataset)
{
    return dataset != NULL ? dataset->content.parts[BP_PART_INPUTS].width : 0;
}

size_t bp_dataset_outputs(const bp_dataset *dataset)
{
    return dataset != NULL ? dataset->content.parts[BP_PART_TARGETS].width : 0;
}

size_t bp_dataset_classes(const bp_dataset *dataset)
{
    return dataset != NULL ? dataset->content.classes : 0;
}

size_t bp_dataset_dropped(const bp_dataset *dataset)
{
    return dataset != NULL ? dataset->content.dropped : 0;
}

const char *bp_dataset_class_name(const bp_dataset *dataset, size_t index)
{
    return dataset != NULL ? name_at(&dataset->content.class_names, index) : NULL;
}

const char *bp_dataset_input_name(const bp_dataset *dataset, size_t col)
{
    return dataset != NULL ? name_at(&dataset->content.input_names, col) : NULL;
}

const float *bp_dataset_input_row(const struct bp_dataset *dataset, size_t row)
{
    const struct bp_part *part = &dataset->content.parts[BP_PART_INPUTS];

    return part->values != NULL ? bp_part_row(part, row) : NULL;
}

const float *bp_dataset_target_row(const struct bp_dataset *dataset, size_t row)
{
    const struct bp_part *part = &dataset->content.parts[BP_PART_TARGETS];

    return part->values != NULL ? bp_part_row(part, row) : NULL;
}

int32_t bp_dataset_label_at(const struct bp_dataset *dataset, size_t row)
{
    const struct bp_part *part = &dataset->content.parts[BP_PART_LABELS];

    return part->values != NULL ? *(const int32_t *)bp_part_row(part, row) : -1;
}

bool bp_dataset_has_weights(const struct bp_dataset *dataset)
{
    return dataset->content.parts[BP_PART_WEIGHTS].values != NULL;
}

double bp_dataset_weight_at(const struct bp_dataset *dataset, size_t row)
{
    const struct bp_part *part = &dataset->content.parts[BP_PART_WEIGHTS];

    return part->values != NULL ? (double)*(const float *)bp_part_row(part, row) : 1;
}

static bp_status copy_row(const struct bp_dataset *dataset, enum bp_part_kind kind,
                          size_t row, float *values, size_t count)
{
    const struct bp_part *part;

    if (dataset == NULL || values == NULL)
        return BP_EINVAL;
    part = &dataset->content.parts[kind];
    if (part->values == NULL)
        return BP_ESTATE;
    if (row >= dataset->content.rows)
        return BP_EINVAL;
    if (count != part->width)
        return BP_ESHAPE;
    memcpy(values, bp_part_row(part, row), count * sizeof *values);
    return BP_OK;
}

bp_status bp_dataset_get_inputs(const bp_dataset *dataset, size_t row, float *values,
                                size_t count)
{
    return copy_row(dataset, BP_PART_INPUTS, row, values, count);
}

bp_status bp_dataset_get_targets(const bp_dataset *dataset, size_t row, float *values,
                                 size_t count)
{
    return copy_row(dataset, BP_PART_TARGETS, row, values, count);
}

bp_status bp_dataset_get_label(const bp_dataset *dataset, size_t row, int32_t *label)
{
    if (dataset == NULL || label == NULL)
        return BP_EINVAL;
    if (dataset->content.parts[BP_PART_LABELS].values == NULL)
        return BP_ESTATE;
    if (row >= dataset->content.rows)
        return BP_EINVAL;
    *label = bp_dataset_label_at(dataset, row);
    return BP_OK;
}

bp_status bp_dataset_get_weight(const bp_dataset *dataset, size_t row, float *weight)
{
    if (dataset == NULL || weight == NULL || row >= dataset->content.rows)
        return BP_EINVAL;
    *weight = (float)bp_dataset_weight_at(dataset, row);
    return BP_OK;
}
