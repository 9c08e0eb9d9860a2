/* SPDX-License-Identifier: MIT */
#include "draw/page.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { LONGEST = 10 };

void bp_page_begin(struct bp_page *page, bp_write_fn write, void *user)
{
    page->write = write;
    page->user = user;
    page->answer = 0;
    page->used = 0;
}

static void flush(struct bp_page *page)
{
    if (page->answer == 0 && page->used > 0)
        page->answer = page->write(page->buffer, page->used, page->user);
    page->used = 0;
}

int32_t bp_page_end(struct bp_page *page)
{
    flush(page);
    return page->answer;
}

static void put_bytes(struct bp_page *page, const char *bytes, size_t size)
{
    if (size > sizeof page->buffer - page->used)
        flush(page);
    while (size > sizeof page->buffer) {
        memcpy(page->buffer, bytes, sizeof page->buffer);
        page->used = sizeof page->buffer;
        bytes += page->used;
        size -= page->used;
        flush(page);
    }
    memcpy(page->buffer + page->used, bytes, size);
    page->used += size;
}

static void put_text(struct bp_page *page, const char *text)
{
    put_bytes(page, text, strlen(text));
}

/* ---- text of the caller's ---- */

/* Bytes that follow the first of a UTF-8 sequence, or -1; the least value that so many
 * bytes are for. */
static int tail_of(unsigned char first, uint32_t *value, uint32_t *least)
{
    static const uint32_t leasts[] = {0, 0x80, 0x800, 0x10000};
    int count = first < 0x80             ? 0
                : (first & 0xE0) == 0xC0 ? 1
                : (first & 0xF0) == 0xE0 ? 2
                : (first & 0xF8) == 0xF0 ? 3
                                         : -1;

    if (count < 0)
        return count;
    *value = count == 0 ? first : first & (0x3Fu >> count);
    *least = leasts[count];
    return count;
}

/* The next character, or U+FFFD for a byte that is none. Never 0: the text ends there. */
static uint32_t next_character(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    uint32_t value = 0;
    uint32_t least = 0;
    const int count = tail_of(*at, &value, &least);
    int i;

    *text += 1;
    for (i = 1; i <= count; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0xFFFD;
        value = value << 6 | (at[i] & 0x3Fu);
    }
    if (count < 0 || value < least || value > 0x10FFFF ||
        (value >= 0xD800 && value < 0xE000) || (value & 0xFFFE) == 0xFFFE)
        return 0xFFFD;
    *text += count;
    return value;
}

static void put_hex(struct bp_page *page, uint32_t value)
{
    char text[8];
    size_t at = sizeof text;

    do {
        text[--at] = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value != 0);
    put_bytes(page, text + at, sizeof text - at);
}

/* Characters that XML does not allow at all become U+FFFD as well. A backslash means
 * something to Graphviz. */
static void put_character(struct bp_page *page, uint32_t c)
{
    const char ascii = (char)c;

    if (c >= ' ' && c < 0x7F && strchr("<>&\"'\\", (int)c) == NULL) {
        put_bytes(page, &ascii, 1);
        return;
    }
    put_text(page, "&#x");
    put_hex(page, c < ' ' || (c >= 0x7F && c < 0xA0) ? 0xFFFD : c);
    put_text(page, ";");
}

/* At most so many characters, of which those beyond Latin count twice, then an
 * ellipsis. */
static void put_xml(struct bp_page *page, const char *text, size_t most)
{
    size_t width = 0;

    while (*text != '\0') {
        const uint32_t c = next_character(&text);

        width += c < 0x250 ? 1 : 2;
        if (width >= most && *text != '\0') {
            put_text(page, "&#x2026;");
            return;
        }
        put_character(page, c);
    }
}

static void put_unit(struct bp_page *page, uint32_t unit)
{
    put_text(page, "\\u");
    for (uint32_t least = 0x1000; least > 1 && unit < least; least >>= 4)
        put_text(page, "0");
    put_hex(page, unit);
}

/* What is not ASCII goes as one or two units of UTF-16. */
static void put_json(struct bp_page *page, const char *text)
{
    while (*text != '\0') {
        const uint32_t c = next_character(&text);
        const char ascii = (char)c;

        if (c >= ' ' && c < 0x7F && c != '"' && c != '\\') {
            put_bytes(page, &ascii, 1);
        } else if (c < 0x10000) {
            put_unit(page, c);
        } else {
            put_unit(page, 0xD7C0 + (c >> 10));
            put_unit(page, 0xDC00 + (c & 0x3FF));
        }
    }
}

/* ---- numbers ---- */

static void put_size(struct bp_page *page, size_t value)
{
    char text[24];
    size_t at = sizeof text;

    do {
        text[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    put_bytes(page, text + at, sizeof text - at);
}

/* What is 0 has no sign here. */
static void put_number(struct bp_page *page, double value, int digits)
{
    put_text(page, bp_number_digits(value + 0.0, digits).text);
}

static void put_all_digits(struct bp_page *page, double value)
{
    if (value - value == 0)
        put_number(page, value, 17);
    else
        put_text(page, "null");
}

/* Two digits, or one if it is long, and then without the zero before the point. */
static void put_short(struct bp_page *page, double value)
{
    struct bp_number number = bp_number_digits(value + 0.0, 2);
    const char *text = number.text;

    if (strlen(text) > 6)
        number = bp_number_digits(value, 1);
    if (strlen(text) > 4 && text[0] == '-' && text[1] == '0') {
        put_text(page, "-");
        text += 2;
    } else if (strlen(text) > 4 && text[0] == '0') {
        text++;
    }
    put_text(page, text);
}

/* ---- both ---- */

static void put_directive(struct bp_page *page, char directive, va_list *arguments)
{
    switch (directive) {
    case 's': put_text(page, va_arg(*arguments, const char *)); break;
    case 'e': put_xml(page, va_arg(*arguments, const char *), SIZE_MAX); break;
    case 'n': put_xml(page, va_arg(*arguments, const char *), LONGEST); break;
    case 'j': put_json(page, va_arg(*arguments, const char *)); break;
    case 'z': put_size(page, va_arg(*arguments, size_t)); break;
    case 'f': put_number(page, rint(va_arg(*arguments, double) * 100) / 100, 8); break;
    case 'g': put_number(page, va_arg(*arguments, double), 4); break;
    case 'h': put_short(page, va_arg(*arguments, double)); break;
    case 'r': put_all_digits(page, va_arg(*arguments, double)); break;
    default: put_bytes(page, &directive, 1);
    }
}

void bp_page_put(struct bp_page *page, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    while (*format != '\0' && page->answer == 0) {
        const size_t plain = strcspn(format, "%");

        put_bytes(page, format, plain);
        format += plain;
        if (*format == '\0')
            break;
        put_directive(page, format[1], &arguments);
        format += 2;
    }
    va_end(arguments);
}
