/* SPDX-License-Identifier: MIT */
#include "bundle_import.h"

#include "format/exact.h"
#include "format/quote.h"
#include "format/sort.h"

#include <string.h>

size_t bp_match_list(const struct bp_network *network, struct bp_match *matches)
{
    size_t count = 0;

    for (size_t layer = 0; layer < network->count; layer++)
        for (int32_t which = BP_PARAMETER_WEIGHT; which <= BP_PARAMETER_RUNNING_VARIANCE;
             which++) {
            const struct bp_placed tensor = bp_network_tensor(network, layer, which);

            if (tensor.place == NULL)
                continue;
            if (matches != NULL)
                matches[count] = (struct bp_match){layer, which, tensor.place, NULL, 0};
            count++;
        }
    return count;
}

static bp_status fail_tensor(const struct bp_st_tensor *tensor, bp_status status,
                             const char *expected, struct bp_text *text)
{
    struct bp_quote quote;

    return bp_fail(text, status, "tensor %s: expected %s",
                   bp_quote(&quote, tensor->name, strlen(tensor->name)), expected);
}

/* ---- by the caller's names ---- */

static const struct bp_st_tensor *find(const struct bp_st_header *header,
                                       const char *name)
{
    for (size_t i = 0; i < header->tensor_count; i++)
        if (strcmp(header->tensors[i].name, name) == 0)
            return &header->tensors[i];
    return NULL;
}

static bp_status match_names(const struct bp_st_header *header,
                             const bp_import_options *options, struct bp_match *matches,
                             size_t count, struct bp_text *text)
{
    if (options->name_count != count)
        return bp_fail(text, BP_EINVAL,
                       "options.name_count is %zu, expected %zu as there are weights, "
                       "biases and running statistics",
                       options->name_count, count);
    for (size_t i = 0; i < count; i++) {
        const char *name = options->names[i];
        struct bp_quote quote;

        if (name == NULL)
            return bp_fail(text, BP_EINVAL, "options.names[%zu] is NULL", i);
        matches[i].tensor = find(header, name);
        if (matches[i].tensor == NULL)
            return bp_fail(text, BP_EDATA, "the file has no tensor %s",
                           bp_quote(&quote, name, strlen(name)));
    }
    return BP_OK;
}

/* ---- by numbers ---- */

/* A name in parts: "net.2.bias" is "net.", 2 and a bias. */
struct name {
    const char *text;
    size_t prefix; /* Bytes before the number. */
    uint64_t number;
    int32_t which;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What a tensor is, by the last part of its name. */
static const struct bp_word parts[] = {
    {BP_PARAMETER_WEIGHT, ".weight"},
    {BP_PARAMETER_BIAS, ".bias"},
    {BP_PARAMETER_RUNNING_MEAN, ".running_mean"},
    {BP_PARAMETER_RUNNING_VARIANCE, ".running_var"},
    {0, NULL},
};

static bool split(const char *text, struct name *name)
{
    const char *point = strrchr(text, '.');
    const char *begin = point;
    struct bp_exact digits;
    int32_t which = 0;
    size_t count;

    if (point == NULL || !bp_word_find(parts, point, &which))
        return false;
    while (begin > text && is_digit(begin[-1]))
        begin--;
    count = (size_t)(point - begin);
    if (count == 0 || count >= sizeof digits.text)
        return false;
    memcpy(digits.text, begin, count);
    digits.text[count] = '\0';
    *name = (struct name){.text = text, .prefix = (size_t)(begin - text), .which = which};
    return bp_exact_read_whole(digits.text, UINT64_MAX, &name->number);
}

static bool same_prefix(const struct name *one, const struct name *other)
{
    return one->prefix == other->prefix &&
           memcmp(one->text, other->text, one->prefix) == 0;
}

/* How many batches a norm of PyTorch has seen, which nothing depends on. */
static bool is_counter(const struct bp_st_tensor *tensor)
{
    const char *point = strrchr(tensor->name, '.');

    return point != NULL && strcmp(point, ".num_batches_tracked") == 0;
}

static size_t count_tensors(const struct bp_st_header *header)
{
    size_t count = 0;

    for (size_t i = 0; i < header->tensor_count; i++)
        count += !is_counter(&header->tensors[i]);
    return count;
}

/* Biases follow the weights of their number, and statistics them. */
static bool before(const void *one, const void *other)
{
    const struct bp_match *a = one, *b = other;

    return a->number != b->number ? a->number < b->number : a->which < b->which;
}

/* The tensors in the order of their numbers, into @p found. */
static bp_status order(const struct bp_st_header *header, struct bp_match *found,
                       struct bp_text *text)
{
    struct name first = {.text = ""};
    size_t count = 0;

    for (size_t i = 0; i < header->tensor_count; i++) {
        const struct bp_st_tensor *tensor = &header->tensors[i];
        struct name name;

        if (is_counter(tensor))
            continue;
        if (!split(tensor->name, &name))
            return fail_tensor(tensor, BP_EDATA,
                               "a name with a number before .weight, .bias, "
                               ".running_mean or .running_var, or options.names",
                               text);
        if (count == 0)
            first = name;
        if (!same_prefix(&first, &name))
            return fail_tensor(tensor, BP_EDATA,
                               "a name that begins as the others do, or options.names",
                               text);
        found[count++] = (struct bp_match){
            .which = name.which, .tensor = tensor, .number = name.number};
    }
    bp_sort(found, count, sizeof *found, before);
    return BP_OK;
}

/* Weights to weights, biases to biases, and each layer of one number. */
static bool fits(const struct bp_match *matches, const struct bp_match *found, size_t i)
{
    const bool same_layer = i > 0 && matches[i].layer == matches[i - 1].layer;
    const bool same_number = i > 0 && found[i].number == found[i - 1].number;

    return matches[i].which == found[i].which && same_layer == same_number;
}

static const char *const places[] = {
    [BP_PARAMETER_WEIGHT] = "weights in its place",
    [BP_PARAMETER_BIAS] = "biases in its place",
    [BP_PARAMETER_RUNNING_MEAN] = "running means in its place",
    [BP_PARAMETER_RUNNING_VARIANCE] = "running variances in its place",
};

static bp_status match_numbers(const struct bp_st_header *header,
                               struct bp_match *matches, size_t count,
                               struct bp_text *text)
{
    struct bp_match *found = matches + count; /* The second half of the array. */
    const size_t there = count_tensors(header);
    bp_status status;

    if (there != count)
        return bp_fail(text, BP_EDATA,
                       "the file has %zu tensors, expected %zu as there are weights, "
                       "biases and running statistics, or options.names",
                       there, count);
    status = order(header, found, text);
    for (size_t i = 0; status == BP_OK && i < count; i++) {
        if (!fits(matches, found, i))
            return fail_tensor(found[i].tensor, BP_EDATA, places[matches[i].which], text);
        matches[i].tensor = found[i].tensor;
    }
    return status;
}

/* ---- shapes and types ---- */

static bool shape_ok(const struct bp_match *match)
{
    const struct bp_st_tensor *tensor = match->tensor;
    const struct bp_place *place = match->place;

    if (tensor->rank == 2)
        return tensor->shape[0] == place->rows && tensor->shape[1] == place->cols;
    return tensor->rank == 1 && place->rows == 1 && tensor->shape[0] == place->cols;
}

static bool dtype_ok(enum bp_dtype dtype)
{
    return dtype == BP_DTYPE_F64 || dtype == BP_DTYPE_F32 || dtype == BP_DTYPE_F16 ||
           dtype == BP_DTYPE_BF16;
}

static bp_status check(const struct bp_match *match, struct bp_text *text)
{
    const struct bp_st_tensor *tensor = match->tensor;
    struct bp_quote quote;

    if (!dtype_ok(tensor->dtype))
        return fail_tensor(tensor, BP_EDATA, "numbers in F64, F32, F16 or BF16", text);
    if (shape_ok(match))
        return BP_OK;
    return bp_fail(text, BP_ESHAPE,
                   "tensor %s has another shape than the %zu rows of %zu of layer %zu",
                   bp_quote(&quote, tensor->name, strlen(tensor->name)),
                   match->place->rows, match->place->cols, match->layer);
}

bp_status bp_match_tensors(const struct bp_st_header *header,
                           const bp_import_options *options, struct bp_match *matches,
                           size_t count, struct bp_text *text)
{
    bp_status status = options->names != NULL
                           ? match_names(header, options, matches, count, text)
                           : match_numbers(header, matches, count, text);

    for (size_t i = 0; status == BP_OK && i < count; i++)
        status = check(&matches[i], text);
    return status;
}
