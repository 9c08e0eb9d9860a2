/* SPDX-License-Identifier: MIT */
#include "format/out.h"

#include "format/exact.h"

#include <string.h>

enum { FIRST_ROOM = 1024 };

void bp_out_begin(struct bp_out *out, const struct bp_host *host)
{
    *out = (struct bp_out){.host = host};
}

void bp_out_release(struct bp_out *out)
{
    bp_host_release(out->host, out->room.data, out->room.size);
    out->room = (struct bp_bytes){NULL, 0};
}

/* Twice the room, or as much as is needed. */
static bool grow(struct bp_out *out, size_t needed)
{
    const size_t twice = out->room.size < SIZE_MAX / 2 ? 2 * out->room.size : needed;
    const size_t most = twice > FIRST_ROOM ? twice : FIRST_ROOM;
    const size_t size = most > needed ? most : needed;
    unsigned char *data = bp_host_allocate(out->host, size);

    if (data == NULL)
        return false;
    if (out->used > 0)
        memcpy(data, out->room.data, out->used);
    bp_host_release(out->host, out->room.data, out->room.size);
    out->room = (struct bp_bytes){data, size};
    return true;
}

void bp_out_bytes(struct bp_out *out, const void *bytes, size_t size)
{
    size_t needed;

    if (out->failed || size == 0)
        return;
    if (!bp_add(out->used, size, &needed) ||
        (needed > out->room.size && !grow(out, needed))) {
        out->failed = true;
        return;
    }
    memcpy(out->room.data + out->used, bytes, size);
    out->used = needed;
}

void bp_out_text(struct bp_out *out, const char *text)
{
    bp_out_bytes(out, text, strlen(text));
}

void bp_out_number(struct bp_out *out, uint64_t number)
{
    struct bp_exact text;

    bp_out_text(out, bp_exact_whole(&text, number));
}

/* JSON allows all but quotes, backslashes and control characters as they are. */
static void put_character(struct bp_out *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    char escape[] = "\\u0000";

    if (c >= ' ' && c != '"' && c != '\\') {
        bp_out_bytes(out, &c, 1);
    } else if (c >= ' ') {
        escape[1] = (char)c;
        bp_out_bytes(out, escape, 2);
    } else {
        escape[4] = digits[c >> 4];
        escape[5] = digits[c & 15];
        bp_out_text(out, escape);
    }
}

void bp_out_json(struct bp_out *out, const char *text)
{
    bp_out_text(out, "\"");
    for (; *text != '\0'; text++)
        put_character(out, (unsigned char)*text);
    bp_out_text(out, "\"");
}

/* Bytes of a character that begins with this one; 0 for none. C0, C1 and F5 to FF begin
 * none: they would be overlong or too large. */
static size_t length_of(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF)
        return 3;
    return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

/* What the second byte may be after some of the first ones. */
static bool second_ok(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xE0: return second >= 0xA0;
    case 0xED: return second <= 0x9F;
    case 0xF0: return second >= 0x90;
    case 0xF4: return second <= 0x8F;
    default: return true;
    }
}

bool bp_utf8_ok(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;

    while (*c != 0) {
        const size_t length = length_of(*c);

        if (length == 0 || (length > 1 && !second_ok(c[0], c[1])))
            return false;
        for (size_t i = 1; i < length; i++)
            if ((c[i] & 0xC0) != 0x80)
                return false;
        c += length;
    }
    return true;
}
