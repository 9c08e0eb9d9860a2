/* SPDX-License-Identifier: MIT */
/*
 * Parameters from a file of another program. The tensors are read in the order of their
 * data, in pieces, into second arenas, which take the place of the first when all are
 * there.
 */
#include "bundle_import.h"

#include "env_source.h"
#include "format/quote.h"

#include <math.h>
#include <string.h>

enum { PIECE = 4096 };

struct importing {
    struct bp_network *network;
    bp_import_options options;
    struct bp_source *source;
    struct bp_text *text;
    struct bp_bytes json;
    struct bp_st_header header;
    struct bp_bytes memory; /* Of the matches. */
    struct bp_match *matches;
    size_t count;
    struct bp_arena params, state; /* As the network's, which they take the place of. */
    unsigned char bytes[PIECE * sizeof(double)];
    double values[PIECE];
};

bp_status bp_import_options_init(bp_import_options *options)
{
    if (options == NULL)
        return BP_EINVAL;
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
    return BP_OK;
}

/* ---- numbers ---- */

static uint64_t bits_of(const unsigned char *bytes, size_t size)
{
    uint64_t value = 0;

    for (size_t i = size; i > 0; i--)
        value = value << 8 | bytes[i - 1];
    return value;
}

static double single_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

/* Half precision: 1 bit sign, 5 bits exponent, 10 bits fraction. */
static double half_of(uint32_t bits)
{
    const int exponent = (int)(bits >> 10 & 31);
    const double fraction = (double)(bits & 1023);
    double value;

    if (exponent == 31)
        value = (double)INFINITY; /* or no number: refused alike */
    else if (exponent == 0)
        value = ldexp(fraction, -24);
    else
        value = ldexp(1024 + fraction, exponent - 25);
    return bits >> 15 & 1 ? -value : value;
}

static double number_of(const unsigned char *bytes, enum bp_dtype dtype)
{
    const uint64_t bits = bits_of(bytes, bp_dtype_size(dtype));
    double value;

    switch (dtype) {
    case BP_DTYPE_F32: return single_of((uint32_t)bits);
    case BP_DTYPE_BF16: return single_of((uint32_t)bits << 16);
    case BP_DTYPE_F16: return half_of((uint32_t)bits);
    default: memcpy(&value, &bits, sizeof value); return value;
    }
}

/* ---- data ---- */

/* Finite in the network's precision. */
static bool stays_finite(const struct importing *m, double value)
{
    return isfinite(m->network->engine == &bp_engine_f64 ? value : (double)(float)value);
}

static bp_status take_numbers(struct importing *m, const struct bp_st_tensor *tensor,
                              size_t count)
{
    const size_t size = bp_dtype_size(tensor->dtype);
    struct bp_quote quote;

    for (size_t i = 0; i < count; i++) {
        m->values[i] = number_of(m->bytes + i * size, tensor->dtype);
        if (!stays_finite(m, m->values[i]))
            return bp_fail(m->text, BP_EDATA,
                           "tensor %s holds a number that is not finite in the network's "
                           "precision",
                           bp_quote(&quote, tensor->name, strlen(tensor->name)));
    }
    return BP_OK;
}

static bool is_running(const struct bp_match *match)
{
    return match->which == BP_PARAMETER_RUNNING_MEAN ||
           match->which == BP_PARAMETER_RUNNING_VARIANCE;
}

static bp_status check_variance(const struct importing *m, const struct bp_match *match,
                                size_t count)
{
    struct bp_quote quote;

    for (size_t i = 0; match->which == BP_PARAMETER_RUNNING_VARIANCE && i < count; i++)
        if (m->values[i] < 0)
            return bp_fail(
                m->text, BP_EDATA, "tensor %s holds a variance below 0",
                bp_quote(&quote, match->tensor->name, strlen(match->tensor->name)));
    return BP_OK;
}

/* `count` numbers from element `at` on, which may run over several rows. */
static void store(struct importing *m, const struct bp_match *match, size_t at,
                  size_t count)
{
    const struct bp_place *place = match->place;
    const struct bp_arena *arena = is_running(match) ? &m->state : &m->params;
    const struct bp_engine *engine = m->network->engine;
    size_t done = 0;

    while (done < count) {
        const size_t row = (at + done) / place->cols;
        const size_t col = (at + done) % place->cols;
        const size_t left = place->cols - col;
        const size_t some = left < count - done ? left : count - done;

        engine->load_f64(
            bp_at(arena->base, engine->element_size,
                  place->offset + row * place->row_stride + col * place->col_stride),
            place->col_stride, m->values + done, some);
        done += some;
    }
}

/* A piece goes to the parameters that the tensor is for: none, one, or more if the caller
 * says so. */
static bp_status take_piece(struct importing *m, const struct bp_st_tensor *tensor,
                            size_t at, size_t count)
{
    bool taken = false;
    bp_status status = BP_OK;

    for (size_t i = 0; status == BP_OK && i < m->count; i++) {
        const struct bp_match *match = &m->matches[i];

        if (match->tensor != tensor)
            continue;
        if (!taken)
            status = take_numbers(m, tensor, count);
        taken = true;
        if (status == BP_OK)
            status = check_variance(m, match, count);
        if (status == BP_OK)
            store(m, match, at, count);
    }
    return status;
}

static bp_status read_tensor(struct importing *m, const struct bp_st_tensor *tensor)
{
    const size_t size = bp_dtype_size(tensor->dtype);
    bp_status status = BP_OK;

    for (size_t at = 0; status == BP_OK && at < tensor->count;) {
        const size_t left = tensor->count - at;
        const size_t count = left < PIECE ? left : PIECE;

        status = bp_source_read(m->source, m->bytes, count * size);
        if (status == BP_OK)
            status = take_piece(m, tensor, at, count);
        at += count;
    }
    return status;
}

static bp_status read_data(struct importing *m)
{
    struct bp_network *network = m->network;
    struct bp_network drawn = *network;
    bp_status status = bp_network_reserve(&drawn);

    if (status != BP_OK)
        return bp_fail(m->text, status, "%s", drawn.text.line);
    m->params = drawn.params;
    m->state = drawn.state;
    for (size_t i = 0; status == BP_OK && i < m->header.tensor_count; i++)
        status = read_tensor(m, &m->header.tensors[i]);
    if (status == BP_OK)
        status = bp_source_end(m->source);
    return status;
}

/* ---- header ---- */

static bp_status read_header(struct importing *m)
{
    const struct bp_host *host = &m->network->host;
    unsigned char prefix[BP_ST_PREFIX];
    size_t size = 0;
    bp_status status = bp_source_read(m->source, prefix, sizeof prefix);

    if (status == BP_OK)
        status = bp_st_prefix(prefix, BP_ST_HEADER_LIMIT, &size, m->text);
    if (status != BP_OK)
        return status;
    m->json.data = bp_host_allocate(host, size);
    if (m->json.data == NULL)
        return bp_fail(m->text, BP_ENOMEM, "out of memory for the header");
    m->json.size = size;
    status = bp_source_read(m->source, m->json.data, size);
    return status == BP_OK ? bp_st_parse(host, m->json.data, size, &m->header, m->text)
                           : status;
}

static bp_status match(struct importing *m)
{
    const struct bp_host *host = &m->network->host;

    m->count = bp_match_list(m->network, NULL);
    m->memory.size = 2 * m->count * sizeof *m->matches;
    m->memory.data = bp_host_allocate(host, m->memory.size);
    if (m->memory.data == NULL)
        return bp_fail(m->text, BP_ENOMEM, "out of memory for the import");
    m->matches = (void *)m->memory.data;
    (void)bp_match_list(m->network, m->matches);
    return bp_match_tensors(&m->header, &m->options, m->matches, m->count, m->text);
}

static void end(struct importing *m)
{
    const struct bp_host *host = &m->network->host;

    bp_arena_release(&m->params, host);
    bp_arena_release(&m->state, host);
    bp_host_release(host, m->memory.data, m->memory.size);
    bp_st_release(host, &m->header);
    bp_host_release(host, m->json.data, m->json.size);
    bp_host_release(host, m, sizeof *m);
}

/* ---- the calls ---- */

static bp_status check_arguments(struct bp_network *network,
                                 const bp_import_options *options)
{
    struct bp_text *text = &network->text;

    if (options != NULL && options->struct_size != sizeof *options)
        return bp_fail(text, BP_EINVAL,
                       "options.struct_size is %u, expected %zu, as set by "
                       "bp_import_options_init",
                       (unsigned int)options->struct_size, sizeof *options);
    if (options != NULL && options->names == NULL && options->name_count != 0)
        return bp_fail_null(text, "options.names");
    if (!network->built)
        return bp_fail(text, BP_ESTATE, "the network is not built");
    if (network->busy)
        return bp_fail(text, BP_EBUSY, "the network is in a training step");
    return BP_OK;
}

static bp_status begin(struct bp_network *network, const bp_import_options *options,
                       struct importing **importing)
{
    const bp_status status = check_arguments(network, options);
    struct importing *m;

    if (status != BP_OK)
        return status;
    m = bp_host_allocate(&network->host, sizeof *m);
    if (m == NULL)
        return bp_fail(&network->text, BP_ENOMEM, "out of memory for the import");
    m->network = network;
    m->text = &network->text;
    (void)bp_import_options_init(&m->options);
    if (options != NULL)
        m->options = *options;
    *importing = m;
    return BP_OK;
}

static bp_status import(struct importing *m)
{
    bp_status status = read_header(m);

    if (status == BP_OK)
        status = match(m);
    return status == BP_OK ? read_data(m) : status;
}

static void take_over(struct bp_arena *to, const struct bp_arena *from)
{
    if (from->size > 0)
        memcpy(to->base, from->base, from->size);
}

/* The second arenas are as large as the first. */
static void publish(struct importing *m)
{
    take_over(&m->network->params, &m->params);
    take_over(&m->network->state, &m->state);
}

bp_status bp_network_import(bp_network *network, const char *path,
                            const bp_import_options *options)
{
    struct importing *m = NULL;
    struct bp_source source;
    bp_status status;

    if (network == NULL)
        return BP_EINVAL;
    if (path == NULL)
        return bp_fail_null(&network->text, "path");
    status = begin(network, options, &m);
    if (status != BP_OK)
        return status;
    m->source = &source;
    status = bp_source_open(&source, &network->host, path, &network->text);
    if (status == BP_OK)
        status = bp_source_close(&source, import(m));
    if (status == BP_OK)
        publish(m);
    end(m);
    return status;
}

bp_status bp_network_import_memory(bp_network *network, const void *bytes, size_t size,
                                   const bp_import_options *options)
{
    struct importing *m = NULL;
    struct bp_source source;
    bp_status status;

    if (network == NULL)
        return BP_EINVAL;
    if (bytes == NULL)
        return bp_fail_null(&network->text, "bytes");
    status = begin(network, options, &m);
    if (status != BP_OK)
        return status;
    m->source = &source;
    bp_source_memory(&source, bytes, size, &network->text);
    status = import(m);
    if (status == BP_OK)
        publish(m);
    end(m);
    return status;
}
