/* SPDX-License-Identifier: MIT */
/* Bytes that are put together before they are written: an array that grows. */
#ifndef BP_FORMAT_OUT_H
#define BP_FORMAT_OUT_H

#include "env.h"

struct bp_out {
    const struct bp_host *host;
    struct bp_bytes room; /**< size is that of the allocation. */
    size_t used;
    bool failed; /**< There was no memory; all that came after it was dropped. */
};

void bp_out_begin(struct bp_out *out, const struct bp_host *host);
void bp_out_release(struct bp_out *out);

void bp_out_bytes(struct bp_out *out, const void *bytes, size_t size);
void bp_out_text(struct bp_out *out, const char *text);
/** In decimal. */
void bp_out_number(struct bp_out *out, uint64_t number);
/** As a string of JSON, in its quotes. The text is UTF-8. */
void bp_out_json(struct bp_out *out, const char *text);

/** Whether a text is UTF-8: no overlong form, no surrogate, nothing past U+10FFFF. */
bool bp_utf8_ok(const char *text);

#endif
