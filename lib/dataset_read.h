/* SPDX-License-Identifier: MIT */
/* Where a reader's bytes come from: a file or the caller, plain or packed by gzip. */
#ifndef BP_DATASET_READ_H
#define BP_DATASET_READ_H

#include "dataset.h"

struct bp_load {
    const char *name; /**< What a line about the data begins with: path or argument. */
    const unsigned char *data;
    size_t size;
    struct bp_bytes owned; /**< Nothing where the data are the caller's. */
};

/** Put a name, of which the end counts, before the line in @p text. */
bp_status bp_load_blame(const char *name, bp_status status, struct bp_text *text);

/** Read a file, and unpack it. @return ::BP_OK, or a status with a line in @p text. */
bp_status bp_load_file(const struct bp_host *host, const char *path, struct bp_load *load,
                       struct bp_text *text);

/** Take the caller's bytes, which must live as long as the load, and unpack them. */
bp_status bp_load_bytes(const struct bp_host *host, const void *bytes, size_t size,
                        struct bp_load *load, struct bp_text *text);

/** A reader of two arrays: inputs, and what belongs to them. */
struct bp_pair_reader {
    const char *second, *second_size; /**< Arguments' names. */
    /** Both into @p content; `second->data` is NULL where there is only one. */
    bp_status (*take)(struct bp_dataset *dataset, const struct bp_load *inputs,
                      const struct bp_load *second, struct bp_content *content);
};

/** Fill an empty data set from two files; @p second may be NULL. */
bp_status bp_read_pair(struct bp_dataset *dataset, const struct bp_pair_reader *reader,
                       const char *inputs, const char *second);

/** The bytes of two files, as the caller has them. */
struct bp_pair_bytes {
    const void *inputs, *second;
    size_t inputs_size, second_size;
};

/** As bp_read_pair(), from memory. */
bp_status bp_parse_pair(struct bp_dataset *dataset, const struct bp_pair_reader *reader,
                        const struct bp_pair_bytes *bytes);

void bp_load_release(const struct bp_host *host, struct bp_load *load);

/** That options of a CSV file can be. */
bp_status bp_csv_check_options(struct bp_text *text, const bp_csv_options *options);

#endif
