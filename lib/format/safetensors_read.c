/* SPDX-License-Identifier: MIT */
#include "format/safetensors.h"

#include "format/quote.h"
#include "format/sort.h"

#include <string.h>

#if !defined(BP_WITH_JANSSON) || !BP_WITH_JANSSON

bp_status bp_st_parse(const struct bp_host *host, const unsigned char *json, size_t size,
                      struct bp_st_header *header, struct bp_text *text)
{
    (void)host;
    (void)json;
    (void)size;
    (void)header;
    return bp_fail(text, BP_EUNSUPPORTED,
                   "this build cannot read the header of a model: it was made without "
                   "jansson");
}

#else

#include <errno.h>
#include <jansson.h>

static const char metadata[] = "__metadata__";

/* Jansson takes its memory from malloc(), as its hook for another allocator is one for
 * the whole process, and so the host's. What it can take is bounded before, by the size
 * of the header and the number of its elements. */
struct parsing {
    const json_t *root;
    const json_t *pairs; /* NULL without any. */
    struct bp_st_header *header;
    char *texts; /* Where the next one goes. */
    struct bp_text *text;
};

static bp_status fail_tensor(const struct parsing *p, const char *name,
                             const char *expected)
{
    struct bp_quote quote;

    return bp_fail(p->text, BP_EDATA, "tensor %s: expected %s",
                   bp_quote(&quote, name, strlen(name)), expected);
}

static const char *keep(struct parsing *p, const char *text)
{
    const size_t size = strlen(text) + 1;
    char *kept = p->texts;

    memcpy(kept, text, size);
    p->texts += size;
    return kept;
}

/* A whole number that a size can hold. Jansson refuses what is past 2^63. */
static bool take_size(const json_t *value, size_t *size)
{
    const json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;

    if (number < 0 || (uint64_t)number > PTRDIFF_MAX)
        return false;
    *size = (size_t)number;
    return true;
}

static bool name_ok(const char *name)
{
    const size_t length = strlen(name);

    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7F)
            return false;
    return length > 0 && length <= BP_ST_NAME_LIMIT;
}

static bool take_dtype(const json_t *value, enum bp_dtype *dtype)
{
    const char *name = json_string_value(value);

    for (int i = 0; name != NULL && i < BP_DTYPE_COUNT; i++)
        if (strcmp(name, bp_dtype_name((enum bp_dtype)i)) == 0) {
            *dtype = (enum bp_dtype)i;
            return true;
        }
    return false;
}

static bp_status take_shape(const struct parsing *p, const json_t *value,
                            struct bp_st_tensor *tensor)
{
    if (!json_is_array(value) || json_array_size(value) > BP_ST_RANK_LIMIT)
        return fail_tensor(p, tensor->name, "a shape of at most 8 dimensions");
    tensor->rank = json_array_size(value);
    tensor->count = 1;
    for (size_t i = 0; i < tensor->rank; i++) {
        const json_t *item = json_array_get(value, i);

        if (!take_size(item, &tensor->shape[i]) || tensor->shape[i] == 0)
            return fail_tensor(p, tensor->name, "dimensions that are whole, at least 1");
        if (!bp_mul(tensor->count, tensor->shape[i], &tensor->count))
            return fail_tensor(p, tensor->name, "a shape that memory can hold");
    }
    return BP_OK;
}

static bp_status take_range(const struct parsing *p, const json_t *value,
                            struct bp_st_tensor *tensor)
{
    size_t size;

    if (!json_is_array(value) || json_array_size(value) != 2 ||
        !take_size(json_array_get(value, 0), &tensor->begin) ||
        !take_size(json_array_get(value, 1), &tensor->end))
        return fail_tensor(p, tensor->name, "data_offsets of two whole numbers");
    if (tensor->begin > tensor->end)
        return fail_tensor(p, tensor->name, "data_offsets that do not go back");
    if (!bp_mul(tensor->count, bp_dtype_size(tensor->dtype), &size))
        return fail_tensor(p, tensor->name, "a shape that memory can hold");
    if (tensor->end - tensor->begin != size)
        return fail_tensor(p, tensor->name,
                           "data_offsets as far apart as the shape has "
                           "bytes");
    return BP_OK;
}

static bp_status take_tensor(struct parsing *p, const char *name, const json_t *value)
{
    struct bp_st_tensor *tensor = &p->header->tensors[p->header->tensor_count++];
    bp_status status;

    if (!name_ok(name))
        return fail_tensor(p, name,
                           "a name of 1 to 255 bytes without control characters");
    tensor->name = keep(p, name);
    if (!json_is_object(value) || json_object_size(value) != 3 ||
        json_object_get(value, "dtype") == NULL ||
        json_object_get(value, "shape") == NULL ||
        json_object_get(value, "data_offsets") == NULL)
        return fail_tensor(p, name, "dtype, shape and data_offsets, and nothing else");
    if (!take_dtype(json_object_get(value, "dtype"), &tensor->dtype))
        return fail_tensor(p, name, "a dtype that is known");
    status = take_shape(p, json_object_get(value, "shape"), tensor);
    if (status == BP_OK)
        status = take_range(p, json_object_get(value, "data_offsets"), tensor);
    return status;
}

static bp_status take_tensors(struct parsing *p)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)p->root, name, value)
    {
        bp_status status;

        if (strcmp(name, metadata) == 0)
            continue;
        status = take_tensor(p, name, value);
        if (status != BP_OK)
            return status;
    }
    return BP_OK;
}

static bp_status take_pairs(struct parsing *p)
{
    const char *key;
    json_t *value;

    if (p->pairs == NULL)
        return BP_OK;
    json_object_foreach((json_t *)p->pairs, key, value)
    {
        struct bp_st_pair *pair = &p->header->pairs[p->header->pair_count++];
        struct bp_quote quote;

        if (!json_is_string(value))
            return bp_fail(p->text, BP_EDATA, "metadata %s: expected a string",
                           bp_quote(&quote, key, strlen(key)));
        pair->key = keep(p, key);
        pair->value = keep(p, json_string_value(value));
    }
    return BP_OK;
}

static bool tensor_before(const void *one, const void *other)
{
    const struct bp_st_tensor *a = one, *b = other;

    return a->begin < b->begin;
}

static bool pair_before(const void *one, const void *other)
{
    const struct bp_st_pair *a = one, *b = other;

    return strcmp(a->key, b->key) < 0;
}

/* Each tensor begins where the one before it ends: no hole, no overlap. */
static bp_status order_tensors(const struct parsing *p)
{
    struct bp_st_header *header = p->header;

    bp_sort(header->tensors, header->tensor_count, sizeof *header->tensors,
            tensor_before);
    for (size_t i = 0; i < header->tensor_count; i++) {
        const struct bp_st_tensor *tensor = &header->tensors[i];

        if (tensor->begin != header->data_size)
            return fail_tensor(p, tensor->name,
                               "data that begin where the tensor before ends");
        header->data_size = tensor->end;
    }
    return BP_OK;
}

/* Bytes of all texts that are kept. */
static size_t texts_size(const struct parsing *p)
{
    size_t size = 0;
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)p->root, key, value) size += strlen(key) + 1;
    if (p->pairs == NULL)
        return size;
    json_object_foreach((json_t *)p->pairs, key, value) size +=
        strlen(key) + 1 + json_string_length(value) + 1;
    return size;
}

/* One allocation: tensors, pairs, texts. The scan has bounded each of them. */
static bp_status reserve(const struct bp_host *host, struct parsing *p)
{
    struct bp_st_header *header = p->header;
    const size_t tensors = json_object_size(p->root) * sizeof *header->tensors;
    const size_t pairs = json_object_size(p->pairs) * sizeof *header->pairs;
    const size_t size = tensors + pairs + texts_size(p);

    if (json_object_size(p->root) > BP_ST_TENSOR_LIMIT + 1)
        return bp_fail(p->text, BP_ELIMIT,
                       "the header has %zu tensors, expected at most %d",
                       json_object_size(p->root), BP_ST_TENSOR_LIMIT);
    header->memory.data = bp_host_allocate(host, size);
    if (header->memory.data == NULL)
        return bp_fail(p->text, BP_ENOMEM, "out of memory for the header");
    header->memory.size = size;
    header->tensors = (void *)header->memory.data;
    header->pairs = (void *)(header->memory.data + tensors);
    p->texts = (char *)header->memory.data + tensors + pairs;
    return BP_OK;
}

static bp_status take_all(const struct bp_host *host, struct parsing *p)
{
    bp_status status;

    p->pairs = json_object_get(p->root, metadata);
    if (p->pairs != NULL && !json_is_object(p->pairs))
        return bp_fail(p->text, BP_EDATA, "%s is no object", metadata);
    status = reserve(host, p);
    if (status == BP_OK)
        status = take_pairs(p);
    if (status == BP_OK)
        status = take_tensors(p);
    if (status == BP_OK)
        status = order_tensors(p);
    if (status == BP_OK)
        bp_sort(p->header->pairs, p->header->pair_count, sizeof *p->header->pairs,
                pair_before);
    else
        bp_st_release(host, p->header);
    return status;
}

/* Jansson's own line may quote bytes of the file. */
static bp_status fail_json(const json_error_t *error, struct bp_text *text)
{
    if (json_error_code(error) == json_error_out_of_memory)
        return bp_fail(text, BP_ENOMEM, "out of memory for the header");
    return bp_fail(text, BP_EDATA,
                   "the header is no JSON, or has a key twice: seen at "
                   "byte %d",
                   error->position);
}

bp_status bp_st_parse(const struct bp_host *host, const unsigned char *json, size_t size,
                      struct bp_st_header *header, struct bp_text *text)
{
    struct parsing p = {.header = header, .text = text};
    bp_status status = bp_st_scan(json, size, text);
    const int host_errno = errno; /* which Jansson sets to 0 */
    json_error_t error;
    json_t *root;

    *header = (struct bp_st_header){.tensor_count = 0};
    if (status != BP_OK)
        return status;
    root = json_loadb((const char *)json, size, JSON_REJECT_DUPLICATES, &error);
    errno = host_errno;
    if (root == NULL)
        return fail_json(&error, text);
    p.root = root;
    status = take_all(host, &p);
    json_decref(root);
    return status;
}

#endif

void bp_st_release(const struct bp_host *host, struct bp_st_header *header)
{
    bp_host_release(host, header->memory.data, header->memory.size);
    *header = (struct bp_st_header){.tensor_count = 0};
}

const char *bp_st_value(struct bp_st_header *header, const char *key)
{
    size_t low = 0;
    size_t high = header->pair_count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(header->pairs[middle].key, key);

        if (order == 0) {
            header->pairs[middle].used = true;
            return header->pairs[middle].value;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
