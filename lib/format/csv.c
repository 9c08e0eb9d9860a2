/* SPDX-License-Identifier: MIT */
#include "format/csv.h"

#include <string.h>

void bp_csv_begin(struct bp_csv *csv, const unsigned char *bytes, size_t size,
                  int32_t separator)
{
    const bool mark = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0;

    *csv = (struct bp_csv){.next = bytes + (mark ? 3 : 0),
                           .end = bytes + size,
                           .line = 1,
                           .separator = (unsigned char)separator};
    csv->record = csv->next;
}

bool bp_csv_at_end(const struct bp_csv *csv)
{
    return csv->next == csv->end;
}

/* Lines are counted where they begin: fields of several lines have their first. */
static bp_status fail(const struct bp_csv *csv, struct bp_text *text, const char *what)
{
    return bp_fail(text, BP_EDATA, "line %zu, field %zu: %s", csv->line, csv->column + 1,
                   what);
}

static bp_status check_limits(const struct bp_csv *csv, const struct bp_csv_field *field,
                              struct bp_text *text)
{
    if (field->length > BP_CSV_FIELD_LIMIT)
        return bp_fail(text, BP_ELIMIT,
                       "line %zu, field %zu: the field is longer than %d bytes",
                       field->line, field->column + 1, BP_CSV_FIELD_LIMIT);
    if ((size_t)(csv->next - csv->record) > BP_CSV_LINE_LIMIT)
        return bp_fail(text, BP_ELIMIT, "line %zu: the line is longer than %d bytes",
                       field->line, BP_CSV_LINE_LIMIT);
    if (field->column >= BP_CSV_COLUMNS_LIMIT)
        return bp_fail(text, BP_ELIMIT, "line %zu: more than %d columns", field->line,
                       BP_CSV_COLUMNS_LIMIT);
    return BP_OK;
}

/* Most bytes are settled by the first comparison. */
static bool ends_plain(unsigned char c)
{
    return c <= '"' && (c == '"' || c == '\n' || c == '\r' || c == '\0');
}

static bp_status scan_plain(struct bp_csv *csv, struct bp_csv_field *field,
                            struct bp_text *text)
{
    const unsigned char *next = csv->next;

    while (next < csv->end && *next != csv->separator && !ends_plain(*next))
        next++;
    field->length = (size_t)(next - csv->next);
    csv->next = next;
    if (next < csv->end && *next == '"')
        return fail(csv, text, "a quote within a field that does not begin with one");
    if (next < csv->end && *next == 0)
        return fail(csv, text, "a NUL byte");
    return BP_OK;
}

static bp_status scan_quoted(struct bp_csv *csv, struct bp_csv_field *field,
                             struct bp_text *text)
{
    const unsigned char *next = csv->next + 1;
    size_t lines = 0;

    field->text = next;
    for (; next < csv->end; next++) {
        if (*next == 0)
            return fail(csv, text, "a NUL byte");
        lines += *next == '\n';
        if (*next != '"')
            continue;
        if (next + 1 == csv->end || next[1] != '"')
            break;
        field->doubled = true;
        next++;
    }
    if (next == csv->end)
        return fail(csv, text, "the quote that begins here is not closed");
    field->length = (size_t)(next - field->text);
    csv->next = next + 1;
    csv->line += lines;
    return BP_OK;
}

/* Step over what ends the field. */
static bp_status scan_end(struct bp_csv *csv, struct bp_csv_field *field,
                          struct bp_text *text)
{
    const unsigned char *next = csv->next;
    const bool carriage = next < csv->end && *next == '\r';
    const char kind = carriage ? 'r' : 'n';

    field->last = true;
    if (next == csv->end)
        return BP_OK;
    if (*next == csv->separator) {
        field->last = false;
        csv->next++;
        csv->column++;
        return BP_OK;
    }
    if (carriage && (next + 1 == csv->end || next[1] != '\n'))
        return fail(csv, text, "a carriage return without a line feed");
    if (!carriage && *next != '\n')
        return fail(csv, text, "text after the closing quote");
    if (csv->line_end != 0 && csv->line_end != kind)
        return fail(csv, text,
                    carriage ? "the line ends with CR LF, those before it with LF"
                             : "the line ends with LF, those before it with CR LF");
    csv->line_end = kind;
    csv->next += carriage ? 2 : 1;
    csv->line++;
    csv->column = 0;
    return BP_OK;
}

bp_status bp_csv_next(struct bp_csv *csv, struct bp_csv_field *field,
                      struct bp_text *text)
{
    bp_status status;

    *field = (struct bp_csv_field){
        .text = csv->next, .line = csv->line, .column = csv->column};
    if (csv->column == 0)
        csv->record = csv->next;
    if (csv->next < csv->end && *csv->next == '"')
        status = scan_quoted(csv, field, text);
    else
        status = scan_plain(csv, field, text);
    if (status == BP_OK)
        status = check_limits(csv, field, text);
    return status == BP_OK ? scan_end(csv, field, text) : status;
}

size_t bp_csv_text(const struct bp_csv_field *field, char *to)
{
    size_t length = 0;

    for (size_t i = 0; i < field->length; i++) {
        to[length++] = (char)field->text[i];
        i += field->doubled && field->text[i] == '"';
    }
    return length;
}

bool bp_csv_equals(const struct bp_csv_field *field, const char *text)
{
    const size_t length = strlen(text);
    size_t at = 0;

    for (size_t i = 0; i < field->length; i++) {
        if (at == length || (char)field->text[i] != text[at])
            return false;
        i += field->doubled && field->text[i] == '"';
        at++;
    }
    return at == length;
}

struct bp_csv_field bp_csv_trimmed(const struct bp_csv_field *field)
{
    struct bp_csv_field trimmed = *field;

    while (trimmed.length > 0 && trimmed.text[0] == ' ') {
        trimmed.text++;
        trimmed.length--;
    }
    while (trimmed.length > 0 && trimmed.text[trimmed.length - 1] == ' ')
        trimmed.length--;
    return trimmed;
}
