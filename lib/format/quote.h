/* SPDX-License-Identifier: MIT */
/* Bytes of a file, to be shown in a line of text. */
#ifndef BP_FORMAT_QUOTE_H
#define BP_FORMAT_QUOTE_H

#include "base.h"

enum { BP_QUOTE_SIZE = 64 };

/** In quotes, a long text cut, what is not printable ASCII as \xHH. */
struct bp_quote {
    char text[BP_QUOTE_SIZE];
};

/** @return quote->text. */
const char *bp_quote(struct bp_quote *quote, const void *bytes, size_t length);

#endif
