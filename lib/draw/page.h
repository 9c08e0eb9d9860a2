/* SPDX-License-Identifier: MIT */
/* Text on its way to the caller, with numbers the same in every locale. */
#ifndef BP_DRAW_PAGE_H
#define BP_DRAW_PAGE_H

#include "base.h"

enum { BP_PAGE_SIZE = 4096 };

struct bp_page {
    bp_write_fn write;
    void *user;
    int32_t answer; /**< Of the caller; once it is not 0 nothing more is written. */
    size_t used;
    char buffer[BP_PAGE_SIZE];
};

void bp_page_begin(struct bp_page *page, bp_write_fn write, void *user);

/** Hand over what is left. @return 0, or what the caller answered. */
int32_t bp_page_end(struct bp_page *page);

/** Write a text in which
 *
 *     %s  a text as it is          %z  a size_t
 *     %e  a text, escaped for XML  %f  a coordinate: to hundredths
 *     %j  a text, escaped for JSON %g  a number to four digits
 *     %%  a percent sign           %r  a number to all digits, `null` if not finite
 *     %n  as %e, cut if it is long %h  a number for little room
 *
 *  Texts to be escaped are UTF-8; what is none becomes U+FFFD. */
void bp_page_put(struct bp_page *page, const char *format, ...);

#endif
