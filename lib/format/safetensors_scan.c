/* SPDX-License-Identifier: MIT */
#include "format/safetensors.h"

#include "format/quote.h"

#include <string.h>

bp_status bp_st_prefix(const unsigned char *prefix, size_t limit, size_t *size,
                       struct bp_text *text)
{
    uint64_t value = 0;

    for (int i = BP_ST_PREFIX; i > 0; i--)
        value = value << 8 | prefix[i - 1];
    if (value < 2)
        return bp_fail(text, BP_EDATA, "the header has %llu bytes, expected at least 2",
                       (unsigned long long)value);
    if (value > limit)
        return bp_fail(text, BP_ELIMIT, "the header has %llu bytes, expected at most %zu",
                       (unsigned long long)value, limit);
    *size = (size_t)value;
    return BP_OK;
}

struct scan {
    const unsigned char *json;
    size_t size;
    size_t at;
    size_t depth;
    size_t tokens;
    struct bp_text *text;
};

static bp_status fail_at(const struct scan *s, const char *expected)
{
    struct bp_quote quote;

    return bp_fail(s->text, BP_EDATA, "byte %zu of the header is %s, expected %s", s->at,
                   bp_quote(&quote, s->json + s->at, 1), expected);
}

/* Behind the closing quote. Whether it is UTF-8 is for the parser to see. */
static bp_status scan_string(struct scan *s)
{
    for (s->at++; s->at < s->size && s->json[s->at] != '"'; s->at++) {
        if (s->json[s->at] < ' ')
            return fail_at(s, "no control character in a string");
        s->at += s->json[s->at] == '\\';
    }
    if (s->at >= s->size)
        return bp_fail(s->text, BP_EDATA, "a string of the header does not end");
    s->at++;
    return BP_OK;
}

static bp_status count_token(struct scan *s)
{
    if (s->depth > BP_ST_DEPTH_LIMIT)
        return fail_at(s, "at most 4 brackets within each other");
    if (++s->tokens > BP_ST_TOKEN_LIMIT)
        return bp_fail(s->text, BP_ELIMIT,
                       "the header has more than %d elements, expected at most so many",
                       BP_ST_TOKEN_LIMIT);
    return BP_OK;
}

/* The only words of a header are strings and whole numbers: a sign, a point, an exponent,
 * a comment or a word is a fault. */
static bp_status scan_character(struct scan *s)
{
    const unsigned char c = s->json[s->at];
    bp_status status = BP_OK;

    if (c == '"')
        return scan_string(s);
    if (c == '{' || c == '[') {
        s->depth++;
        status = count_token(s);
    } else if (c == ',') {
        status = count_token(s);
    } else if (c == '}' || c == ']') {
        s->depth -= s->depth > 0;
    } else if (c == '\0' || strchr(":0123456789 \t\r\n", c) == NULL) {
        status = fail_at(s, "what a header may hold outside of strings");
    }
    s->at++;
    return status;
}

bp_status bp_st_scan(const unsigned char *json, size_t size, struct bp_text *text)
{
    struct scan s = {.json = json, .size = size, .text = text};
    bp_status status = BP_OK;

    if (size == 0 || json[0] != '{')
        return bp_fail(text, BP_EDATA, "the header does not begin with '{'");
    do
        status = scan_character(&s);
    while (status == BP_OK && s.at < size && s.depth > 0);
    if (status != BP_OK)
        return status;
    if (s.depth > 0)
        return bp_fail(text, BP_EDATA, "the header ends before its last bracket");
    for (; s.at < size; s.at++)
        if (json[s.at] != ' ')
            return fail_at(&s, "only spaces after the last bracket");
    return BP_OK;
}
