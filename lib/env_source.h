/* SPDX-License-Identifier: MIT */
/* Bytes in their order, from a file or from the caller's memory. */
#ifndef BP_ENV_SOURCE_H
#define BP_ENV_SOURCE_H

#include "env.h"

struct bp_source {
    const struct bp_host *host;
    struct bp_text *text;
    const char *path; /**< NULL: from memory. */
    void *file;
    const unsigned char *bytes;
    uint64_t size; /**< In all; UINT64_MAX if the file does not know. */
    uint64_t at;   /**< Bytes that were read. */
};

/** Open a file. @return ::BP_EIO with a line in @p text; nothing is open then. */
bp_status bp_source_open(struct bp_source *source, const struct bp_host *host,
                         const char *path, struct bp_text *text);

/** Take the caller's bytes. */
void bp_source_memory(struct bp_source *source, const void *bytes, size_t size,
                      struct bp_text *text);

/** Read exactly so many bytes. @return ::BP_EIO, ::BP_EDATA if it ends before. */
bp_status bp_source_read(struct bp_source *source, void *to, size_t size);

/** See that nothing follows. @return ::BP_EIO, ::BP_EDATA. */
bp_status bp_source_end(struct bp_source *source);

/** Close, also after a failure. @return @p status, or ::BP_EIO where it was ::BP_OK. */
bp_status bp_source_close(struct bp_source *source, bp_status status);

#endif
