/* SPDX-License-Identifier: MIT */
/* The object: settings, the source that is a function, rows for a data set. */
#include "stream.h"

#include "setting.h"

#define ROWS_LIMIT (UINT64_C(1) << 53)

static const struct bp_setting table[BP_STREAM_SETTINGS] = {
    {BP_STREAM_WINDOW, "window", 1, 1e9, 8192, BP_SETTING_WHOLE},
    {BP_STREAM_PREFETCH, "prefetch", 0, 1, 0, BP_SETTING_WHOLE},
};

static const struct bp_settings settings = {table, BP_STREAM_SETTINGS};

bp_status bp_stream_create(const bp_env *env, bp_stream **stream)
{
    void *object = NULL;
    bp_stream *made;
    bp_status status;

    if (stream == NULL)
        return BP_EINVAL;
    status = bp_object_create(env, sizeof *made, &object);
    if (status != BP_OK)
        return status;
    made = object;
    bp_settings_reset(&settings, made->settings);
    *stream = made;
    return BP_OK;
}

void bp_stream_destroy(bp_stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->source.close != NULL)
        stream->source.close(stream);
    bp_object_release(stream, sizeof *stream);
}

const char *bp_stream_error(const bp_stream *stream)
{
    return stream != NULL ? stream->text.line : "";
}

static bp_status check_idle(struct bp_stream *stream)
{
    if (!stream->busy)
        return BP_OK;
    return bp_fail(&stream->text, BP_EBUSY, "a fit works on the stream");
}

bp_status bp_stream_set(bp_stream *stream, int32_t key, double value)
{
    bp_status status;

    if (stream == NULL)
        return BP_EINVAL;
    status = check_idle(stream);
    if (status == BP_OK)
        status = bp_settings_set(&settings, stream->settings, key, value, &stream->text);
    if (status == BP_OK && key == BP_STREAM_PREFETCH)
        stream->prefetch_set = true;
    return status;
}

bp_status bp_stream_get(const bp_stream *stream, int32_t key, double *value)
{
    if (stream == NULL || value == NULL)
        return BP_EINVAL;
    return bp_settings_get(&settings, stream->settings, key, value);
}

/* ---- the source ---- */

bp_status bp_stream_check_open(struct bp_stream *stream)
{
    if (stream->source.fill == NULL)
        return BP_OK;
    return bp_fail(&stream->text, BP_ESTATE, "the stream has a source already");
}

static bp_status check_rows(struct bp_stream *stream, const bp_stream_shape *shape)
{
    if (shape->weighted != 0 && shape->weighted != 1)
        return bp_fail(&stream->text, BP_EINVAL, "shape.weighted is %ld, expected 0 or 1",
                       (long)shape->weighted);
    if (shape->rows < 1 || shape->rows > ROWS_LIMIT || shape->rows > SIZE_MAX)
        return bp_fail(&stream->text, BP_EINVAL, "shape.rows is %llu, expected 1 to %llu",
                       (unsigned long long)shape->rows, (unsigned long long)ROWS_LIMIT);
    if (shape->inputs == 0)
        return bp_fail(&stream->text, BP_EINVAL,
                       "shape.inputs is 0, expected at least 1");
    if (shape->classes > BP_CLASSES_LIMIT)
        return bp_fail(&stream->text, BP_EINVAL,
                       "shape.classes is %zu, expected at most %d", shape->classes,
                       BP_CLASSES_LIMIT);
    return BP_OK;
}

bp_status bp_stream_check_shape(struct bp_stream *stream, const bp_stream_shape *shape)
{
    size_t size;
    const bp_status status = check_rows(stream, shape);

    if (status == BP_OK && (!bp_mul(shape->inputs, BP_ELEMENT_SIZE, &size) ||
                            !bp_mul(shape->outputs, BP_ELEMENT_SIZE, &size)))
        return bp_fail(&stream->text, BP_ELIMIT,
                       "shape.inputs is %zu and outputs %zu: wider than memory",
                       shape->inputs, shape->outputs);
    return status;
}

static bp_status fail_answer(const bp_rows *rows, int32_t answer, struct bp_text *text)
{
    const bool status = answer <= BP_EINVAL && answer >= BP_ELIMIT;

    return bp_fail(text, status ? answer : BP_ESTOPPED,
                   "the source answered %ld at row %llu of epoch %llu, expected 0",
                   (long)answer, (unsigned long long)rows->first,
                   (unsigned long long)rows->epoch);
}

static bp_status fill_by_callback(struct bp_stream *stream, bp_rows *rows,
                                  struct bp_text *text)
{
    const int32_t answer = stream->callback(rows, stream->user);

    return answer == 0 ? BP_OK : fail_answer(rows, answer, text);
}

bp_status bp_stream_open(bp_stream *stream, const bp_stream_shape *shape, bp_rows_fn fill,
                         void *user)
{
    bp_status status;

    if (stream == NULL)
        return BP_EINVAL;
    if (shape == NULL)
        return bp_fail_null(&stream->text, "shape");
    if (fill == NULL)
        return bp_fail_null(&stream->text, "fill");
    if (shape->struct_size != sizeof *shape)
        return bp_fail(&stream->text, BP_EINVAL, "shape.struct_size is %lu, expected %zu",
                       (unsigned long)shape->struct_size, sizeof *shape);
    status = bp_stream_check_open(stream);
    if (status == BP_OK)
        status = bp_stream_check_shape(stream, shape);
    if (status != BP_OK)
        return status;
    stream->shape = *shape;
    stream->callback = fill;
    stream->user = user;
    stream->source.fill = fill_by_callback;
    return BP_OK;
}

bp_status bp_stream_get_shape(const bp_stream *stream, bp_stream_shape *shape)
{
    if (stream == NULL || shape == NULL || shape->struct_size != sizeof *shape)
        return BP_EINVAL;
    if (stream->source.fill == NULL)
        return BP_ESTATE;
    *shape = stream->shape;
    return BP_OK;
}

/* ---- rows for a data set ---- */

static bp_status check_read(struct bp_stream *stream, uint64_t first, size_t rows)
{
    if (stream->source.fill == NULL)
        return bp_fail(&stream->text, BP_ESTATE, "the stream has no source");
    if (rows == 0)
        return bp_fail(&stream->text, BP_EINVAL, "rows is 0, expected at least 1");
    if (first >= stream->shape.rows)
        return bp_fail(&stream->text, BP_EINVAL, "first is %llu, expected below %llu",
                       (unsigned long long)first, (unsigned long long)stream->shape.rows);
    if (rows > stream->shape.rows - first)
        return bp_fail(&stream->text, BP_EINVAL, "rows is %zu, expected at most %llu",
                       rows, (unsigned long long)(stream->shape.rows - first));
    return BP_OK;
}

static bp_status check_dataset(struct bp_stream *stream, const bp_dataset *dataset)
{
    if (dataset == NULL)
        return bp_fail_null(&stream->text, "dataset");
    if (bp_content_is_empty(&dataset->content))
        return BP_OK;
    return bp_fail(&stream->text, BP_ESTATE,
                   "dataset has data already, expected an empty one");
}

/* The rows are made in the memory of the data set, which then takes them over. */
static bp_status read_rows(struct bp_stream *stream, uint64_t epoch, uint64_t first,
                           size_t rows, bp_dataset *dataset)
{
    struct bp_window window = {.data = {.host = dataset->host}};
    bp_status status = BP_ENOMEM;

    if (bp_window_create(&window, stream, rows))
        status = bp_window_fill(&window, stream, epoch, first, &stream->text);
    else
        (void)bp_fail(&stream->text, status, "no memory for %zu rows", rows);
    if (status == BP_OK) {
        bp_dataset_adopt(dataset, &window.data.content);
        window.data.content = (struct bp_content){0};
    }
    bp_window_release(&window);
    return status;
}

bp_status bp_stream_read(bp_stream *stream, uint64_t epoch, uint64_t first, size_t rows,
                         bp_dataset *dataset)
{
    bp_status status;

    if (stream == NULL)
        return BP_EINVAL;
    status = check_idle(stream);
    if (status == BP_OK)
        status = check_read(stream, first, rows);
    if (status == BP_OK)
        status = check_dataset(stream, dataset);
    if (status != BP_OK)
        return status;
    stream->busy = true;
    status = read_rows(stream, epoch, first, rows, dataset);
    stream->busy = false;
    return status;
}
