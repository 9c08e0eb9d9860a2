/* SPDX-License-Identifier: MIT */
/*
 * Arrays in IDX and NPY files as the source of a stream. The elements of a row lie
 * together, and rows one after the other: so a file is read from its beginning to its
 * end, chunk by chunk, and opened anew where rows are wanted that lie before.
 */
#include "stream.h"

#include "dataset_read.h"
#include "env_source.h"
#include "format/gzip.h"
#include "format/idx.h"
#include "format/npy.h"

#include <string.h>

enum {
    HEAD_SIZE = 1 << 16,  /* The header is within so many bytes. */
    CHUNK_SIZE = 1 << 18, /* Bytes that are read together, or one row. */
    ARRAYS = 2            /* Inputs; targets or labels. */
};

/* Both formats as one: bytes of rows. */
struct array {
    bool is_npy;
    struct bp_idx idx;
    struct bp_npy npy;
    size_t rows, cols;
    size_t row_size; /* In bytes. */
    size_t head;     /* Bytes in front of the first row. */
};

struct file {
    char *path;
    size_t path_size;
    struct array array;
    struct bp_source source;
    bool open;
    uint64_t row; /* That is next in the file. */
};

struct bp_stream_files {
    struct file file[ARRAYS];
    bool labels; /* The second holds labels. */
    unsigned char *chunk;
    size_t chunk_size;
};

/* ---- one file ---- */

static void close_file(struct file *file)
{
    if (file->open)
        (void)bp_source_close(&file->source, BP_OK);
    file->open = false;
}

static bp_status read_bytes(struct file *file, void *to, size_t size,
                            struct bp_text *text)
{
    file->source.text = text;
    return bp_source_read(&file->source, to, size);
}

/* A line that names the file. What the file table says names it already. */
static bp_status blame(const struct file *file, bp_status status, struct bp_text *text)
{
    return status == BP_OK || status == BP_EIO ? status
                                               : bp_load_blame(file->path, status, text);
}

/* Go to a row: on, or to the beginning and then on. */
static bp_status seek(struct file *file, const struct bp_host *host, uint64_t row,
                      struct bp_stream_files *files, struct bp_text *text)
{
    uint64_t left;
    bp_status status = BP_OK;

    if (!file->open || row < file->row) {
        close_file(file);
        status = bp_source_open(&file->source, host, file->path, text);
        if (status != BP_OK)
            return status;
        file->open = true;
        file->row = 0;
        status = read_bytes(file, files->chunk, file->array.head, text);
    }
    left = (row - file->row) * file->array.row_size;
    while (status == BP_OK && left > 0) {
        const size_t size = left < files->chunk_size ? (size_t)left : files->chunk_size;

        status = read_bytes(file, files->chunk, size, text);
        left -= size;
    }
    file->row = row;
    return status;
}

/* ---- elements ---- */

static bp_status take_numbers(const struct array *array, const unsigned char *bytes,
                              size_t rows, float *values, struct bp_text *text)
{
    struct bp_idx idx = array->idx;
    struct bp_npy npy = array->npy;

    idx.elements = npy.elements = bytes;
    idx.rows = npy.rows = rows;
    npy.fortran = false; /* Of one column both orders are the same. */
    return array->is_npy ? bp_npy_numbers(&npy, values, text)
                         : bp_idx_numbers(&idx, values, text);
}

static bp_status take_labels(const struct array *array, const unsigned char *bytes,
                             size_t rows, int32_t *labels, size_t *classes,
                             struct bp_text *text)
{
    struct bp_npy npy = array->npy;

    npy.elements = bytes;
    npy.rows = rows;
    if (array->is_npy)
        return bp_npy_labels(&npy, BP_CLASSES_LIMIT, labels, classes, text);
    for (size_t i = 0; i < rows; i++) {
        labels[i] = bytes[i];
        if (*classes <= bytes[i])
            *classes = bytes[i] + (size_t)1;
    }
    return BP_OK;
}

/* Where a chunk of rows goes. */
struct target {
    float *values;
    int32_t *labels;
    size_t classes; /* The largest label + 1. */
};

static bp_status take_chunk(const struct file *file, const unsigned char *bytes,
                            size_t rows, struct target *target, struct bp_text *text)
{
    bp_status status;

    if (target->labels != NULL) {
        status = take_labels(&file->array, bytes, rows, target->labels, &target->classes,
                             text);
        target->labels += rows;
        return status;
    }
    status = take_numbers(&file->array, bytes, rows, target->values, text);
    target->values += rows * file->array.cols;
    return status;
}

static bp_status read_rows(struct file *file, struct bp_stream_files *files, size_t rows,
                           struct target *target, struct bp_text *text)
{
    const size_t at_once = files->chunk_size / file->array.row_size;
    bp_status status = BP_OK;

    while (status == BP_OK && rows > 0) {
        const size_t count = rows < at_once ? rows : at_once;

        status = read_bytes(file, files->chunk, count * file->array.row_size, text);
        if (status == BP_OK)
            status = take_chunk(file, files->chunk, count, target, text);
        file->row += count;
        rows -= count;
    }
    return status;
}

static bp_status fill_from(struct file *file, struct bp_stream *stream,
                           const bp_rows *rows, struct target *target,
                           struct bp_text *text)
{
    struct bp_stream_files *files = stream->files;
    bp_status status = seek(file, &stream->host, rows->first, files, text);

    if (status == BP_OK)
        status = read_rows(file, files, rows->rows, target, text);
    if (status != BP_OK)
        close_file(file);
    return blame(file, status, text);
}

static bp_status fill(struct bp_stream *stream, bp_rows *rows, struct bp_text *text)
{
    struct bp_stream_files *files = stream->files;
    struct target inputs = {.values = rows->inputs};
    struct target targets = {.values = rows->targets, .labels = rows->labels};
    bp_status status = fill_from(&files->file[0], stream, rows, &inputs, text);

    return status == BP_OK ? fill_from(&files->file[1], stream, rows, &targets, text)
                           : status;
}

/* ---- opening ---- */

static bp_status check_plain(const unsigned char *head, size_t size, struct bp_text *text)
{
    if (!bp_gzip_is(head, size))
        return BP_OK;
    return bp_fail(text, BP_EUNSUPPORTED,
                   "the file is compressed, expected a plain one for a stream");
}

static bp_status read_npy(struct array *array, const unsigned char *head, size_t size,
                          size_t total, struct bp_text *text)
{
    const bp_status status = bp_npy_read_head(head, size, total, &array->npy, text);

    array->is_npy = true;
    array->rows = array->npy.rows;
    array->cols = array->npy.cols;
    array->row_size = array->npy.cols * array->npy.size;
    array->head = status == BP_OK ? (size_t)(array->npy.elements - head) : 0;
    if (status == BP_OK && array->npy.fortran && array->cols > 1)
        return bp_fail(text, BP_EUNSUPPORTED,
                       "the order is that of Fortran, expected whole rows, that of C");
    return status;
}

static bp_status read_idx(struct array *array, const unsigned char *head, size_t size,
                          size_t total, struct bp_text *text)
{
    const bp_status status = bp_idx_read_head(head, size, total, &array->idx, text);

    array->rows = array->idx.rows;
    array->cols = array->idx.cols;
    array->row_size = array->idx.cols * bp_idx_element_size(array->idx.type);
    array->head = status == BP_OK ? (size_t)(array->idx.elements - head) : 0;
    return status;
}

/* The header is within the first bytes, or is none. */
static bp_status read_head(struct file *file, const struct bp_stream_files *files,
                           bool is_npy, struct bp_text *text)
{
    const uint64_t total = file->source.size;
    const size_t size = total < HEAD_SIZE ? (size_t)total : HEAD_SIZE;
    bp_status status;

    if (total == UINT64_MAX || total > SIZE_MAX)
        return bp_fail(text, BP_EUNSUPPORTED,
                       "the size of the file is not known, expected one for a stream");
    status = read_bytes(file, files->chunk, size, text);
    if (status == BP_OK)
        status = check_plain(files->chunk, size, text);
    if (status != BP_OK)
        return status;
    return is_npy ? read_npy(&file->array, files->chunk, size, (size_t)total, text)
                  : read_idx(&file->array, files->chunk, size, (size_t)total, text);
}

static bp_status open_file(struct bp_stream *stream, struct bp_stream_files *files,
                           struct file *file, const char *path, bool is_npy)
{
    const size_t size = strlen(path) + 1;
    bp_status status;

    file->path = bp_host_allocate(&stream->host, size);
    if (file->path == NULL)
        return bp_fail(&stream->text, BP_ENOMEM, "no memory for a path");
    file->path_size = size;
    memcpy(file->path, path, size);
    status = bp_source_open(&file->source, &stream->host, file->path, &stream->text);
    file->open = status == BP_OK;
    if (status == BP_OK)
        status = read_head(file, files, is_npy, &stream->text);
    close_file(file);
    return blame(file, status, &stream->text);
}

static void release(const struct bp_host *host, struct bp_stream_files *files)
{
    for (int i = 0; i < ARRAYS; i++) {
        close_file(&files->file[i]);
        bp_host_release(host, files->file[i].path, files->file[i].path_size);
    }
    bp_host_release(host, files->chunk, files->chunk_size);
    bp_host_release(host, files, sizeof *files);
}

static void close_files(struct bp_stream *stream)
{
    release(&stream->host, stream->files);
}

/* A row may be longer than a chunk is at first. */
static bp_status widen(struct bp_stream *stream, struct bp_stream_files *files)
{
    const size_t a = files->file[0].array.row_size;
    const size_t b = files->file[1].array.row_size;
    const size_t wanted = a > b ? a : b;

    if (wanted <= files->chunk_size)
        return BP_OK;
    bp_host_release(&stream->host, files->chunk, files->chunk_size);
    files->chunk = bp_host_allocate(&stream->host, wanted);
    files->chunk_size = files->chunk != NULL ? wanted : 0;
    return files->chunk != NULL ? BP_OK
                                : bp_fail(&stream->text, BP_ENOMEM,
                                          "no memory for a row of %zu bytes", wanted);
}

/* Whole numbers in one dimension are labels, as for a data set. */
static bp_status check_second(struct bp_stream *stream, struct bp_stream_files *files)
{
    const struct array *first = &files->file[0].array;
    const struct array *second = &files->file[1].array;
    struct bp_text *text = &stream->text;

    if (second->rows != first->rows)
        return bp_fail(text, BP_ESHAPE,
                       "the rows are %zu, expected %zu as the inputs have", second->rows,
                       first->rows);
    if (second->is_npy) {
        files->labels = second->npy.rank == 1 && bp_npy_is_whole(&second->npy);
        return BP_OK;
    }
    files->labels = true;
    if (second->idx.type == BP_IDX_U8 && second->idx.rank == 1)
        return BP_OK;
    return bp_fail(text, BP_EDATA,
                   "the type is 0x%02x of %zu dimensions, expected 0x08, bytes, of 1",
                   (unsigned int)second->idx.type, second->idx.rank);
}

/* The largest label is known when all were seen. */
static bp_status count_classes(struct bp_stream *stream, struct bp_stream_files *files,
                               size_t *classes)
{
    enum { AT_ONCE = 1024 };
    struct file *file = &files->file[1];
    int32_t labels[AT_ONCE];
    struct target target = {.classes = 0};
    size_t left = files->labels ? file->array.rows : 0;
    bp_status status = BP_OK;

    if (left > 0)
        status = seek(file, &stream->host, 0, files, &stream->text);
    while (status == BP_OK && left > 0) {
        const size_t count = left < AT_ONCE ? left : AT_ONCE;

        target.labels = labels;
        status = read_rows(file, files, count, &target, &stream->text);
        left -= count;
    }
    close_file(file);
    *classes = target.classes;
    return blame(file, status, &stream->text);
}

static bp_status open_both(struct bp_stream *stream, struct bp_stream_files *files,
                           const char *const paths[ARRAYS], bool is_npy)
{
    bp_status status = BP_OK;

    files->chunk = bp_host_allocate(&stream->host, CHUNK_SIZE);
    files->chunk_size = files->chunk != NULL ? CHUNK_SIZE : 0;
    if (files->chunk == NULL)
        return bp_fail(&stream->text, BP_ENOMEM, "no memory for the files");
    for (int i = 0; i < ARRAYS && status == BP_OK; i++)
        status = open_file(stream, files, &files->file[i], paths[i], is_npy);
    if (status == BP_OK)
        status = blame(&files->file[1], check_second(stream, files), &stream->text);
    return status == BP_OK ? widen(stream, files) : status;
}

static bool reads_by_default(const struct bp_host *host)
{
    return host->files.read == bp_default_files.read &&
           host->memory.allocate == bp_default_memory.allocate;
}

static void take(struct bp_stream *stream, struct bp_stream_files *files,
                 const bp_stream_shape *shape)
{
    stream->shape = *shape;
    stream->files = files;
    stream->source = (struct bp_stream_source){fill, close_files};
    if (!stream->prefetch_set)
        stream->settings[BP_STREAM_PREFETCH - 1] = reads_by_default(&stream->host);
}

static bp_status open_arrays(struct bp_stream *stream, const char *const paths[ARRAYS],
                             bool is_npy)
{
    struct bp_stream_files *files;
    bp_stream_shape shape = {.struct_size = sizeof shape};
    bp_status status = bp_stream_check_open(stream);

    if (status != BP_OK)
        return status;
    files = bp_host_allocate(&stream->host, sizeof *files);
    if (files == NULL)
        return bp_fail(&stream->text, BP_ENOMEM, "no memory for the files");
    status = open_both(stream, files, paths, is_npy);
    if (status == BP_OK)
        status = count_classes(stream, files, &shape.classes);
    shape.rows = files->file[0].array.rows;
    shape.inputs = files->file[0].array.cols;
    shape.outputs = files->labels ? 0 : files->file[1].array.cols;
    if (status == BP_OK)
        status = bp_stream_check_shape(stream, &shape);
    if (status == BP_OK)
        take(stream, files, &shape);
    else
        release(&stream->host, files);
    return status;
}

bp_status bp_stream_open_idx(bp_stream *stream, const char *inputs, const char *labels)
{
    const char *const paths[ARRAYS] = {inputs, labels};

    if (stream == NULL)
        return BP_EINVAL;
    if (inputs == NULL)
        return bp_fail_null(&stream->text, "inputs");
    if (labels == NULL)
        return bp_fail_null(&stream->text, "labels");
    return open_arrays(stream, paths, false);
}

bp_status bp_stream_open_npy(bp_stream *stream, const char *inputs, const char *targets)
{
    const char *const paths[ARRAYS] = {inputs, targets};

    if (stream == NULL)
        return BP_EINVAL;
    if (inputs == NULL)
        return bp_fail_null(&stream->text, "inputs");
    if (targets == NULL)
        return bp_fail_null(&stream->text, "targets");
    return open_arrays(stream, paths, true);
}
