/* SPDX-License-Identifier: MIT */
#include "format/npy_header.h"

#include "format/quote.h"

#include <string.h>

/* What is left of the dictionary. */
struct cursor {
    const unsigned char *at, *end;
    struct bp_text *text;
};

static bp_status fail_expected(const struct cursor *c, const char *expected)
{
    struct bp_quote quote;

    return bp_fail(c->text, BP_EDATA, "the header goes on with %s, expected %s",
                   bp_quote(&quote, c->at, (size_t)(c->end - c->at)), expected);
}

static void skip_spaces(struct cursor *c)
{
    while (c->at < c->end && *c->at == ' ')
        c->at++;
}

/* Pass over a word and the spaces behind it. @return false if something else is there. */
static bool take(struct cursor *c, const char *word)
{
    const size_t length = strlen(word);

    if ((size_t)(c->end - c->at) < length || memcmp(c->at, word, length) != 0)
        return false;
    c->at += length;
    skip_spaces(c);
    return true;
}

/* The type: byte order, kind, bytes; in quotes. What NumPy has and we have not is told
 * from what is no type at all. */
static bp_status read_descr(struct cursor *c, struct bp_npy *npy)
{
    const unsigned char *type = c->at + 1;
    struct bp_quote quote;

    if (c->end - c->at < 5 || *c->at != '\'')
        return bp_fail(c->text, BP_EUNSUPPORTED,
                       "descr is %s, expected a number's type: no records",
                       bp_quote(&quote, c->at, (size_t)(c->end - c->at)));
    if (type[3] != '\'' || strchr("<>|=", type[0]) == NULL ||
        strchr("fiub", type[1]) == NULL || strchr("1248", type[2]) == NULL ||
        memchr(type, '\0', 3) != NULL || (type[1] == 'f' && type[2] < '4') ||
        (type[1] == 'b' && type[2] != '1') || (type[0] == '|' && type[2] != '1'))
        return bp_fail(c->text, BP_EUNSUPPORTED,
                       "descr is %s, expected f4, f8, i1 to i8, u1 to u8 or b1: no "
                       "objects, texts or other numbers",
                       bp_quote(&quote, c->at, (size_t)(c->end - c->at)));
    npy->big_endian = type[0] == '>';
    npy->kind = (char)type[1];
    npy->size = (size_t)(type[2] - '0');
    c->at += 5;
    skip_spaces(c);
    return BP_OK;
}

static bp_status read_order(struct cursor *c, struct bp_npy *npy)
{
    npy->fortran = take(c, "True");
    if (npy->fortran || take(c, "False"))
        return BP_OK;
    return fail_expected(c, "True or False");
}

static bool is_digit(const struct cursor *c)
{
    return c->at < c->end && *c->at >= '0' && *c->at <= '9';
}

/* A whole number, without leading zeros, that a size can hold. */
static bool take_size(struct cursor *c, size_t *size)
{
    const unsigned char *first = c->at;
    size_t value = 0;

    for (; is_digit(c); c->at++)
        if (!bp_mul(value, 10, &value) || !bp_add(value, (size_t)(*c->at - '0'), &value))
            return false;
    if (c->at == first || (*first == '0' && c->at - first > 1))
        return false;
    *size = value;
    skip_spaces(c);
    return true;
}

/* "(3, 4)", "(3,)" or "()". */
static bp_status read_shape(struct cursor *c, struct bp_npy *npy)
{
    if (!take(c, "("))
        return fail_expected(c, "'('");
    while (!take(c, ")")) {
        if (npy->rank == BP_NPY_RANK_LIMIT)
            return bp_fail(c->text, BP_EDATA, "the shape has more than %d dimensions",
                           BP_NPY_RANK_LIMIT);
        if (!take_size(c, &npy->shape[npy->rank]))
            return fail_expected(c, "a dimension that is whole and not negative");
        npy->rank++;
        if (take(c, ","))
            continue;
        if (npy->rank == 1 || !take(c, ")"))
            return fail_expected(c, "',' or ')'");
        break;
    }
    return BP_OK;
}

static const struct {
    const char *key;
    bp_status (*read)(struct cursor *c, struct bp_npy *npy);
} keys[] = {
    {"'descr':", read_descr},
    {"'fortran_order':", read_order},
    {"'shape':", read_shape},
};

enum { KEYS = sizeof keys / sizeof keys[0] };

/* One of the keys that were not there yet, and its value. */
static bp_status read_pair(struct cursor *c, struct bp_npy *npy, bool *seen)
{
    for (size_t i = 0; i < KEYS; i++)
        if (!seen[i] && take(c, keys[i].key)) {
            seen[i] = true;
            return keys[i].read(c, npy);
        }
    return fail_expected(c, "'descr', 'fortran_order' or 'shape', each once");
}

static bp_status read_end(struct cursor *c)
{
    if (!take(c, "}"))
        return fail_expected(c, "'}'");
    if (c->end - c->at != 1 || *c->at != '\n')
        return fail_expected(c, "spaces and a line end");
    return BP_OK;
}

bp_status bp_npy_header(const unsigned char *header, size_t size, struct bp_npy *npy,
                        struct bp_text *text)
{
    struct cursor c = {header, header + size, text};
    bool seen[KEYS] = {false};
    bp_status status = BP_OK;

    npy->rank = 0;
    if (!take(&c, "{"))
        return fail_expected(&c, "'{'");
    for (size_t i = 0; status == BP_OK && i < KEYS; i++) {
        status = read_pair(&c, npy, seen);
        if (status == BP_OK && !take(&c, ",") && i + 1 < KEYS)
            status = fail_expected(&c, "','");
    }
    return status == BP_OK ? read_end(&c) : status;
}
