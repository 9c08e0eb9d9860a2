/* SPDX-License-Identifier: MIT */
#include "format/quote.h"

static size_t put(char *to, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";

    if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
        to[0] = (char)c;
        return 1;
    }
    to[0] = '\\';
    if (c == '"' || c == '\\') {
        to[1] = (char)c;
        return 2;
    }
    to[1] = 'x';
    to[2] = digits[c >> 4];
    to[3] = digits[c & 15];
    return 4;
}

const char *bp_quote(struct bp_quote *quote, const void *bytes, size_t length)
{
    enum { ROOM = BP_QUOTE_SIZE - (int)sizeof "...\"" - 4 };
    const unsigned char *from = bytes;
    size_t used = 0;
    size_t i = 0;

    quote->text[used++] = '"';
    while (i < length && used <= ROOM)
        used += put(quote->text + used, from[i++]);
    for (int dot = 0; i < length && dot < 3; dot++)
        quote->text[used++] = '.';
    quote->text[used++] = '"';
    quote->text[used] = '\0';
    return quote->text;
}
