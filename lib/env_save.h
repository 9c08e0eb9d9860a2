/* SPDX-License-Identifier: MIT */
/*
 * A file that is there as a whole or not at all. It is written beside its place under
 * another name, synced, closed, and renamed; then the folder is synced. Whatever fails,
 * what had the name before is as it was, and what was written goes. A process that is
 * killed can leave the other name behind: the next save clears it.
 */
#ifndef BP_ENV_SAVE_H
#define BP_ENV_SAVE_H

#include "env.h"

struct bp_save {
    const struct bp_host *host;
    struct bp_text *text;
    const char *path;
    struct bp_bytes temporary; /**< The other name. */
    void *file;                /**< NULL once closed. */
};

/** Begin.
 * @return ::BP_EUNSUPPORTED if the file table only reads, ::BP_EIO, ::BP_ENOMEM, with a
 *         line in @p text; nothing is left to end then. */
bp_status bp_save_begin(struct bp_save *save, const struct bp_host *host,
                        const char *path, struct bp_text *text);

/** Write all of it. @return ::BP_EIO; the save still has to be ended. */
bp_status bp_save_write(struct bp_save *save, const void *bytes, size_t size);

/** Put the file into its place if @p status is ::BP_OK; else take it away.
 * @return @p status, or ::BP_EIO. */
bp_status bp_save_end(struct bp_save *save, bp_status status);

#endif
