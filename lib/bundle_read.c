/* SPDX-License-Identifier: MIT */
/* Metadata, checked, to an empty bundle. */
#include "bundle.h"

#include "format/exact.h"
#include "format/quote.h"

#include <string.h>

bp_status bp_want(struct bp_reading *r, const char *key, const char **value)
{
    *value = bp_st_value(r->header, key);
    if (*value != NULL)
        return BP_OK;
    return bp_fail(r->text, BP_EDATA, "metadata '%s' is missing", key);
}

static bp_status fail_value(const struct bp_reading *r, const char *key,
                            const char *value, const char *expected)
{
    struct bp_quote quote;

    return bp_fail(r->text, BP_EDATA, "metadata '%s' is %s, expected %s", key,
                   bp_quote(&quote, value, strlen(value)), expected);
}

bp_status bp_want_whole(struct bp_reading *r, const char *key, uint64_t least,
                        uint64_t most, uint64_t *number)
{
    const char *value = NULL;
    uint64_t read = 0;
    const bp_status status = bp_want(r, key, &value);

    if (status != BP_OK)
        return status;
    if (!bp_exact_read_whole(value, most, &read) || read < least)
        return fail_value(r, key, value, "a whole number within its range");
    *number = read;
    return BP_OK;
}

bp_status bp_want_number(struct bp_reading *r, const char *key, double *number)
{
    const char *value = NULL;
    const bp_status status = bp_want(r, key, &value);

    if (status != BP_OK)
        return status;
    return bp_exact_read(value, number) ? BP_OK : fail_value(r, key, value, "a number");
}

bp_status bp_unknown(const struct bp_reading *r, const char *what, const char *name)
{
    struct bp_quote quote;

    return bp_fail(r->text, BP_EUNSUPPORTED, "%s %s", what,
                   bp_quote(&quote, name, strlen(name)));
}

bp_status bp_other_version(const struct bp_reading *r, const char *name, uint64_t there,
                           uint32_t here)
{
    struct bp_quote quote;

    return bp_fail(r->text, BP_EUNSUPPORTED,
                   "operation %s is here in version %lu, the file asks for %llu",
                   bp_quote(&quote, name, strlen(name)), (unsigned long)here,
                   (unsigned long long)there);
}

/* Versions. */

bool bp_format_version(const char *text, uint64_t *major, uint64_t *minor)
{
    const char *point = strchr(text, '.');
    struct bp_exact first;

    if (point == NULL || (size_t)(point - text) >= sizeof first.text)
        return false;
    memcpy(first.text, text, (size_t)(point - text));
    first.text[point - text] = '\0';
    return bp_exact_read_whole(first.text, UINT32_MAX, major) &&
           bp_exact_read_whole(point + 1, UINT32_MAX, minor);
}

static bp_status read_format(struct bp_reading *r)
{
    static const char name[] = "backprop ";
    const char *value = NULL;
    uint64_t major = 0;
    const bp_status status = bp_want(r, "format", &value);

    if (status != BP_OK)
        return bp_fail(r->text, status,
                       "metadata 'format' is missing: this is no model "
                       "that bp_network_save has written");
    if (strncmp(value, name, strlen(name)) != 0 ||
        !bp_format_version(value + strlen(name), &major, &r->minor) || major == 0)
        return fail_value(r, "format", value, "as \"backprop 1.0\"");
    if (major > BP_FORMAT_MAJOR)
        return bp_fail(r->text, BP_EUNSUPPORTED,
                       "the format has version %llu, this library reads versions to %d",
                       (unsigned long long)major, BP_FORMAT_MAJOR);
    return BP_OK;
}

/* For who looks into the file; the bits of the results may differ. */
static bp_status read_origin(struct bp_reading *r)
{
    const char *value = NULL;
    uint64_t numerics;
    bp_status status = bp_want(r, "checksum", &value);

    if (status == BP_OK)
        status = bp_want(r, "library", &value);
    if (status == BP_OK && strspn(value, "0123456789.") != strlen(value))
        status = fail_value(r, "library", value, "a version, as \"0.1.0\"");
    if (status == BP_OK)
        status = bp_want_whole(r, "numerics", 1, UINT32_MAX, &numerics);
    return status;
}

/* Network. */

static bp_status read_precision(struct bp_reading *r, int32_t *precision)
{
    const char *value = NULL;
    const bp_status status = bp_want(r, "precision", &value);

    if (status != BP_OK)
        return status;
    if (strcmp(value, bp_dtype_name(BP_DTYPE_F32)) == 0)
        *precision = BP_PRECISION_F32;
    else if (strcmp(value, bp_dtype_name(BP_DTYPE_F64)) == 0)
        *precision = BP_PRECISION_F64;
    else
        return fail_value(r, "precision", value, "F32 or F64");
    return BP_OK;
}

static bp_status create_network(struct bp_reading *r)
{
    int32_t precision = BP_PRECISION_F32;
    uint64_t inputs = 0;
    bp_network *network;
    bp_status status = read_precision(r, &precision);

    if (status == BP_OK)
        status = bp_want_whole(r, "inputs", 1, PTRDIFF_MAX, &inputs);
    if (status != BP_OK)
        return status;
    status = bp_network_create((size_t)inputs, &r->env, &r->bundle->network);
    if (status != BP_OK)
        return bp_fail(r->text, status, "out of memory for the network");
    network = r->bundle->network;
    (void)bp_network_set(network, BP_NETWORK_PRECISION, precision);
    status = bp_network_set(network, BP_NETWORK_ISA, r->options->isa);
    return status == BP_OK ? status
                           : bp_fail(r->text, status, "options.%s", network->text.line);
}

/* Cost. */

static const struct bp_cost_ops *find_cost(const bp_load_options *options,
                                           const char *name)
{
    for (size_t i = 0; i < options->cost_count; i++)
        if (options->costs[i] != NULL && options->costs[i]->name != NULL &&
            strcmp(options->costs[i]->name, name) == 0)
            return options->costs[i];
    return NULL;
}

static bp_status create_custom_cost(struct bp_reading *r)
{
    const struct bp_cost_ops *ops;
    const char *name = NULL;
    uint64_t version = 0;
    bp_status status = bp_want(r, "cost.name", &name);

    if (status == BP_OK)
        status = bp_want_whole(r, "cost.version", 0, UINT32_MAX, &version);
    if (status != BP_OK)
        return status;
    ops = find_cost(r->options, name);
    if (ops == NULL)
        return bp_unknown(r, "options.costs have none of the name", name);
    if (ops->version != version)
        return bp_other_version(r, name, version, ops->version);
    return bp_cost_create_custom(ops, &r->env, &r->bundle->cost);
}

static bp_status create_cost(struct bp_reading *r, const char *name)
{
    int32_t kind;

    if (strcmp(name, bp_word_custom) == 0)
        return create_custom_cost(r);
    if (bp_cost_find(name, &kind) != BP_OK)
        return bp_unknown(r, "this version has no cost", name);
    return bp_cost_create(kind, &r->env, &r->bundle->cost);
}

static bp_status set_scale(struct bp_reading *r)
{
    bp_cost *cost = r->bundle->cost;
    double scale;
    bp_status status;

    if (bp_cost_get(cost, BP_COST_SCALE, &scale) != BP_OK)
        return BP_OK;
    status = bp_want_number(r, "cost.scale", &scale);
    if (status == BP_OK && bp_cost_set(cost, BP_COST_SCALE, scale) != BP_OK)
        status = bp_fail(r->text, BP_EDATA, "cost: %s", cost->text.line);
    return status;
}

/* Only where it is not 0 does a file have it. */
static bp_status set_smoothing(struct bp_reading *r)
{
    bp_cost *cost = r->bundle->cost;
    double smoothing;
    bp_status status;

    if (bp_cost_get(cost, BP_COST_SMOOTHING, &smoothing) != BP_OK ||
        bp_st_value(r->header, "cost.smoothing") == NULL)
        return BP_OK;
    status = bp_want_number(r, "cost.smoothing", &smoothing);
    if (status == BP_OK && bp_cost_set(cost, BP_COST_SMOOTHING, smoothing) != BP_OK)
        status = bp_fail(r->text, BP_EDATA, "cost: %s", cost->text.line);
    return status;
}

static bp_status read_cost(struct bp_reading *r)
{
    const char *name = bp_st_value(r->header, "cost");
    bp_status status;
    bool fused;

    if (name == NULL)
        return BP_OK;
    r->text->line[0] = '\0';
    status = create_cost(r, name);
    if (status != BP_OK)
        return r->text->line[0] != '\0' ? status
                                        : bp_fail(r->text, status,
                                                  "the cost cannot be "
                                                  "made: %s",
                                                  bp_status_text(status));
    status = set_scale(r);
    if (status == BP_OK)
        status = set_smoothing(r);
    if (status == BP_OK &&
        bp_cost_fit(&r->bundle->cost->spec, r->bundle->network, &fused, r->text) != BP_OK)
        status = BP_EDATA;
    return status;
}

/* Scaler and names. */

static bp_status read_scaler(struct bp_reading *r)
{
    const char *name = bp_st_value(r->header, "scaler");
    int32_t kind = 0;
    bp_status status;

    if (name == NULL)
        return BP_OK;
    if (!bp_word_find(bp_words_scaling, name, &kind))
        return bp_unknown(r, "this version has no scaler of the kind", name);
    status = bp_scaler_create(kind, &r->env, &r->bundle->scaler);
    if (status != BP_OK)
        return bp_fail(r->text, status, "out of memory for the scaler");
    r->bundle->scaler->cols = r->bundle->network->inputs;
    return BP_OK;
}

/* Bytes of the texts; the keys are in the header, so there are no more than it holds. */
static bp_status measure_names(struct bp_reading *r, const char *prefix, size_t count,
                               size_t *size)
{
    struct bp_key key;
    const char *name = NULL;

    for (size_t i = 0; i < count; i++) {
        const bp_status status = bp_want(r, bp_key(&key, prefix, i, NULL), &name);

        if (status != BP_OK)
            return status;
        *size += strlen(name) + 1;
    }
    return BP_OK;
}

static void copy_names(struct bp_reading *r, const char *prefix,
                       struct bp_name_list *list)
{
    const char **names = (void *)list->memory.data;
    char *to = (char *)list->memory.data + list->count * sizeof *names;
    struct bp_key key;

    for (size_t i = 0; i < list->count; i++) {
        const char *name = bp_st_value(r->header, bp_key(&key, prefix, i, NULL));
        const size_t size = strlen(name) + 1;

        memcpy(to, name, size);
        names[i] = to;
        to += size;
    }
    list->names = names;
}

static bp_status read_names(struct bp_reading *r, const char *prefix,
                            struct bp_name_list *list)
{
    uint64_t count = 0;
    size_t size = 0;
    bp_status status;

    if (bp_st_value(r->header, prefix) == NULL)
        return BP_OK;
    status = bp_want_whole(r, prefix, 1, SIZE_MAX, &count);
    if (status == BP_OK)
        status = measure_names(r, prefix, (size_t)count, &size);
    if (status != BP_OK)
        return status;
    size += (size_t)count * sizeof *list->names;
    list->memory.data = bp_host_allocate(&r->bundle->host, size);
    if (list->memory.data == NULL)
        return bp_fail(r->text, BP_ENOMEM, "out of memory for names");
    list->memory.size = size;
    list->count = (size_t)count;
    copy_names(r, prefix, list);
    return BP_OK;
}

static bp_status read_all_names(struct bp_reading *r)
{
    struct bp_bundle *bundle = r->bundle;
    bp_status status = read_names(r, "classes", &bundle->class_names);

    if (status == BP_OK)
        status = read_names(r, "input_names", &bundle->input_names);
    if (status == BP_OK && bundle->input_names.count != 0 &&
        bundle->input_names.count != bundle->network->inputs)
        status = bp_fail(r->text, BP_EDATA, "there are %zu names of inputs, expected %zu",
                         bundle->input_names.count, bundle->network->inputs);
    return status;
}

/* A newer minor version may know more; this one's words were all read. */
static bp_status check_unknown(const struct bp_reading *r)
{
    struct bp_quote quote;

    for (size_t i = 0; r->minor <= BP_FORMAT_MINOR && i < r->header->pair_count; i++) {
        const char *key = r->header->pairs[i].key;

        if (!r->header->pairs[i].used)
            return bp_fail(r->text, BP_EDATA, "metadata %s has no meaning here",
                           bp_quote(&quote, key, strlen(key)));
    }
    return BP_OK;
}

/* Tensors. */

static bool same_tensor(const struct bp_st_tensor *a, const struct bp_st_tensor *b)
{
    return strcmp(a->name, b->name) == 0 && a->dtype == b->dtype && a->rank == b->rank &&
           memcmp(a->shape, b->shape, a->rank * sizeof a->shape[0]) == 0;
}

static bp_status fail_tensor(const struct bp_reading *r, size_t i,
                             const struct bp_st_tensor *expected)
{
    struct bp_quote quote;
    const char *name = i < r->header->tensor_count ? r->header->tensors[i].name : "";

    return bp_fail(r->text, BP_EDATA,
                   "tensor %zu is %s, expected '%s' in %s with %zu elements", i,
                   bp_quote(&quote, name, strlen(name)), expected->name,
                   bp_dtype_name(expected->dtype), expected->count);
}

/* Those that the architecture has, in its order, and no others. */
static bp_status check_tensors(const struct bp_reading *r)
{
    struct bp_walk walk = {r->bundle->network, r->bundle->scaler, 0};
    struct bp_stored stored;
    size_t i = 0;

    for (; bp_walk_next(&walk, &stored); i++) {
        const struct bp_st_tensor expected = bp_stored_tensor(&stored);

        if (i >= r->header->tensor_count ||
            !same_tensor(&r->header->tensors[i], &expected))
            return fail_tensor(r, i, &expected);
    }
    if (i < r->header->tensor_count)
        return bp_fail(r->text, BP_EDATA, "there are %zu tensors, expected %zu",
                       r->header->tensor_count, i);
    return BP_OK;
}

/* Memory. The widths of tensors are in the file, but padding can multiply them. */

static bp_status check_memory(const struct bp_reading *r)
{
    const struct bp_network *network = r->bundle->network;
    const uint64_t each =
        network->settings[BP_NETWORK_PRECISION - 1] == (double)BP_PRECISION_F64
            ? sizeof(double)
            : sizeof(float);
    const uint64_t parameters = network->params_count * each;

    if (parameters <= r->options->memory_limit)
        return BP_OK;
    return bp_fail(r->text, BP_ELIMIT,
                   "the parameters need %llu bytes, options.memory_limit is %llu",
                   (unsigned long long)parameters,
                   (unsigned long long)r->options->memory_limit);
}

static bp_status reserve(struct bp_reading *r)
{
    struct bp_scaler *scaler = r->bundle->scaler;
    bp_status status = check_memory(r);

    if (status != BP_OK)
        return status;
    if (scaler != NULL) {
        scaler->columns =
            bp_host_allocate(&scaler->host, scaler->cols * sizeof *scaler->columns);
        if (scaler->columns == NULL)
            return bp_fail(r->text, BP_ENOMEM, "out of memory for the scaler");
    }
    status = bp_network_build_zero(r->bundle->network);
    return status == BP_OK
               ? status
               : bp_fail(r->text, status, "%s", r->bundle->network->text.line);
}

bp_status bp_header_read(struct bp_bundle *bundle, struct bp_st_header *header,
                         const bp_load_options *options)
{
    struct bp_reading r = {.bundle = bundle,
                           .header = header,
                           .options = options,
                           .env = bp_host_env(&bundle->host),
                           .text = &bundle->text};
    static bp_status (*const steps[])(struct bp_reading * r) = {
        read_format, read_origin, create_network, bp_read_layers,
        read_cost,   read_scaler, read_all_names};
    bp_status status = BP_OK;

    for (size_t i = 0; status == BP_OK && i < sizeof steps / sizeof steps[0]; i++)
        status = steps[i](&r);
    if (status == BP_OK)
        status = check_unknown(&r);
    if (status == BP_OK)
        status = check_tensors(&r);
    return status == BP_OK ? reserve(&r) : status;
}
