/* SPDX-License-Identifier: MIT */
/* What gzip compressed, from memory to memory. */
#ifndef BP_FORMAT_GZIP_H
#define BP_FORMAT_GZIP_H

#include "env.h"

/** Whether the bytes begin as gzip's do. */
bool bp_gzip_is(const unsigned char *bytes, size_t size);

/** Unpack; members that follow each other are joined, as gzip does.
 * @param limit  more bytes are refused.
 * @return ::BP_EDATA, ::BP_ELIMIT, ::BP_ENOMEM, or ::BP_EUNSUPPORTED without zlib, with a
 *         line in @p text; nothing is left allocated then. */
bp_status bp_gzip_unpack(const struct bp_host *host, const unsigned char *packed,
                         size_t size, size_t limit, struct bp_bytes *bytes,
                         struct bp_text *text);

#endif
