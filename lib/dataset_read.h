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

void bp_load_release(const struct bp_host *host, struct bp_load *load);

#endif
