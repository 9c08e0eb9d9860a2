/* SPDX-License-Identifier: MIT */
/*
 * CSV text, one field after the other, without memory of its own. The grammar is that of
 * RFC 4180, with any separator, and line feeds alone for line ends if all are so:
 *
 *     file   = [byte order mark] record *(line-end record) [line-end]
 *     record = field *(separator field)
 *     field  = *(any but separator " CR LF NUL)
 *            | " *(any but " NUL | "") "
 */
#ifndef BP_FORMAT_CSV_H
#define BP_FORMAT_CSV_H

#include "base.h"

enum {
    BP_CSV_FIELD_LIMIT = 1 << 20,
    BP_CSV_LINE_LIMIT = 1 << 24,
    BP_CSV_COLUMNS_LIMIT = 65536
};

/** A place between two fields. A copy can be read again from there. */
struct bp_csv {
    const unsigned char *next, *end;
    const unsigned char *record; /**< Where the record begins. */
    size_t line;                 /**< From 1. */
    size_t column;               /**< Of the field that is next, from 0. */
    unsigned char separator;
    char line_end; /**< 'n': LF, 'r': CR LF; 0: none seen yet. */
};

struct bp_csv_field {
    const unsigned char *text; /**< Without the quotes around it. */
    size_t length;
    size_t line;   /**< Where it begins. */
    size_t column; /**< From 0. */
    bool doubled;  /**< Has doubled quotes inside. */
    bool last;     /**< Of its record. */
};

/** Begin at the first field, after a byte order mark of UTF-8. */
void bp_csv_begin(struct bp_csv *csv, const unsigned char *bytes, size_t size,
                  int32_t separator);

/** Whether there is no further record; to be asked after a `last` field. */
bool bp_csv_at_end(const struct bp_csv *csv);

/** Read a field.
 * @return ::BP_EDATA or ::BP_ELIMIT with a line in @p text. */
bp_status bp_csv_next(struct bp_csv *csv, struct bp_csv_field *field,
                      struct bp_text *text);

/** Write what the field says, with single quotes; it is not longer than field->length.
 * @return the length. */
size_t bp_csv_text(const struct bp_csv_field *field, char *to);

/** Whether it says this. */
bool bp_csv_equals(const struct bp_csv_field *field, const char *text);

/** Without the spaces around it. */
struct bp_csv_field bp_csv_trimmed(const struct bp_csv_field *field);

#endif
