/* SPDX-License-Identifier: MIT */
/*
 * Safetensors, the frame of a model's file:
 *
 *     size of the header, 8 bytes    header, JSON    data
 *
 * all with the least significant byte first. The header is one object: under
 * "__metadata__" texts by keys, under any other name a tensor's dtype, shape, and where
 * its elements begin and end in the data. The tensors fill the data without gaps.
 */
#ifndef BP_FORMAT_SAFETENSORS_H
#define BP_FORMAT_SAFETENSORS_H

#include "format/out.h"

enum {
    BP_ST_PREFIX = 8,              /**< Bytes before the header. */
    BP_ST_HEADER_LIMIT = 16 << 20, /**< Bytes of a header. */
    BP_ST_TENSOR_LIMIT = 16384,    /**< Tensors of a file. */
    BP_ST_TOKEN_LIMIT = 262144,    /**< Commas and opening brackets of a header. */
    BP_ST_NAME_LIMIT = 255,        /**< Bytes of a name. */
    BP_ST_RANK_LIMIT = 8,          /**< Dimensions of a tensor. */
    BP_ST_DEPTH_LIMIT = 4          /**< Brackets within each other. */
};

enum bp_dtype {
    BP_DTYPE_F64,
    BP_DTYPE_F32,
    BP_DTYPE_F16,
    BP_DTYPE_BF16,
    BP_DTYPE_I64,
    BP_DTYPE_I32,
    BP_DTYPE_I16,
    BP_DTYPE_I8,
    BP_DTYPE_U64,
    BP_DTYPE_U32,
    BP_DTYPE_U16,
    BP_DTYPE_U8,
    BP_DTYPE_BOOL,
    BP_DTYPE_COUNT
};

/** As the header writes it. */
const char *bp_dtype_name(enum bp_dtype dtype);
/** Bytes of an element. */
size_t bp_dtype_size(enum bp_dtype dtype);

struct bp_st_tensor {
    const char *name;
    enum bp_dtype dtype;
    size_t rank;
    size_t shape[BP_ST_RANK_LIMIT];
    size_t count;      /**< Of elements: the product of the shape. */
    size_t begin, end; /**< In the data, in bytes. */
};

struct bp_st_pair {
    const char *key;
    const char *value;
    bool used; /**< For who reads them. */
};

/** A header that was read and found right. */
struct bp_st_header {
    struct bp_st_tensor *tensors; /**< In the order of their data. */
    size_t tensor_count;
    struct bp_st_pair *pairs; /**< In the order of their keys' bytes. */
    size_t pair_count;
    size_t data_size;
    struct bp_bytes memory; /**< All of the above, and the texts. */
};

/** The size of the header from the first 8 bytes.
 * @return ::BP_EDATA, or ::BP_ELIMIT for one above @p limit, with a line in @p text. */
bp_status bp_st_prefix(const unsigned char *prefix, size_t limit, size_t *size,
                       struct bp_text *text);

/** What can be seen without a parser, before one takes memory: the characters outside of
 *  strings, depth, and how much there is.
 * @return ::BP_EDATA, or ::BP_ELIMIT for too much of it. */
bp_status bp_st_scan(const unsigned char *json, size_t size, struct bp_text *text);

/** Read a header. Whether the data are as long as data_size is for the caller to see.
 * @return ::BP_EDATA, ::BP_ELIMIT, ::BP_ENOMEM, or ::BP_EUNSUPPORTED in a build without
 *         jansson, with a line in @p text; nothing is left allocated then. */
bp_status bp_st_parse(const struct bp_host *host, const unsigned char *json, size_t size,
                      struct bp_st_header *header, struct bp_text *text);

void bp_st_release(const struct bp_host *host, struct bp_st_header *header);

/** The value of a key, which is marked as used; NULL without one. */
const char *bp_st_value(struct bp_st_header *header, const char *key);

/** A header that is written: first pairs, then tensors in the order of their data. */
struct bp_st_writer {
    struct bp_out out;
    size_t pairs;
    size_t tensors;
    size_t offset; /**< Of the next tensor's data. */
    bool too_large;
};

void bp_st_begin(struct bp_st_writer *writer, const struct bp_host *host);
void bp_st_release_writer(struct bp_st_writer *writer);
/** The value is UTF-8. */
void bp_st_pair(struct bp_st_writer *writer, const char *key, const char *value);
/** Name, dtype, rank and shape are read. */
void bp_st_tensor(struct bp_st_writer *writer, const struct bp_st_tensor *tensor);
/** Close the header, pad it so that the data begin on @p alignment, a power of two, and
 *  put its size in front.
 * @return ::BP_ENOMEM, ::BP_ELIMIT for a header that bp_st_parse() would not take. */
bp_status bp_st_finish(struct bp_st_writer *writer, size_t alignment,
                       struct bp_text *text);

#endif
