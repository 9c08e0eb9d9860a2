/* SPDX-License-Identifier: MIT */
/* Columns of texts: each of their words is an input. */
#include "dataset_csv.h"
#include "format/decimal.h"

#include <string.h>

/* Rows that are kept; the others are passed over. */
static bp_status each_row(struct bp_table *table, bp_field_fn visit)
{
    struct bp_csv csv = table->body;
    bp_status status = BP_OK;

    while (status == BP_OK && !bp_csv_at_end(&csv)) {
        struct bp_csv ahead = csv;

        status = bp_table_read_row(table, &ahead, NULL);
        if (status == BP_OK && table->complete)
            status = bp_table_read_row(table, &csv, visit);
        csv = ahead;
    }
    return status;
}

static bp_status find_text(struct bp_table *table, const struct bp_column *column,
                           const struct bp_csv_field *field)
{
    const struct bp_csv_field trimmed = bp_csv_trimmed(field);
    float value;

    if (column->role == BP_ROLE_FEATURE && !column->is_text &&
        bp_decimal_read(trimmed.text, trimmed.length, &value) == BP_DECIMAL_MALFORMED)
        table->columns[field->column].is_text = true;
    return BP_OK;
}

static bp_status learn_word(struct bp_table *table, const struct bp_column *column,
                            const struct bp_csv_field *field)
{
    struct bp_words *words = &table->columns[field->column].words;
    struct bp_plain plain;
    bool done;

    if (!column->is_text || column->given)
        return BP_OK;
    if (!bp_plain_begin(table, field, &plain))
        return bp_table_no_memory(table);
    done = bp_words_find(words, plain.text, plain.length) != SIZE_MAX;
    if (!done && words->set.count == BP_WORDS_LIMIT) {
        bp_plain_end(table, &plain);
        return bp_fail(table->text, BP_ELIMIT,
                       "line %zu, column %zu: more than %d words in a column of texts",
                       field->line, field->column + 1, BP_WORDS_LIMIT);
    }
    done = done || bp_words_add(words, plain.text, plain.length, 0);
    bp_plain_end(table, &plain);
    return done ? BP_OK : bp_table_no_memory(table);
}

/* Inputs move to the right of those that are wider than one; @p to has their places, and
 * at first their widths. */
static bool move_features(struct bp_table *table, size_t *to)
{
    size_t at = 0;
    bool done = true;

    for (size_t i = 0; i < table->features; i++) {
        const size_t width = to[i];

        to[i] = at;
        at += width; /* limited, as there are 65 536 columns of 1000 words at most */
    }
    for (size_t col = 0; done && col < table->cols; col++) {
        struct bp_column *column = &table->columns[col];

        if (column->role != BP_ROLE_FEATURE)
            continue;
        for (size_t i = 0; column->given && i < column->words.set.count; i++)
            bp_words_slots(&column->words)[i] = to[bp_words_slots(&column->words)[i]];
        if (!column->given)
            column->index = to[column->index];
        if (column->is_text && !column->given)
            done = bp_words_rank(&column->words, column->index);
    }
    table->features = at;
    return done;
}

static bp_status lay_out(struct bp_table *table)
{
    size_t size = 0;
    size_t *widths = bp_mul(table->features, sizeof *widths, &size)
                         ? bp_host_allocate(table->host, size)
                         : NULL;
    bool done;

    if (widths == NULL)
        return bp_table_no_memory(table);
    for (size_t i = 0; i < table->features; i++)
        widths[i] = 1;
    for (size_t col = 0; col < table->cols; col++) {
        const struct bp_column *column = &table->columns[col];

        if (column->role == BP_ROLE_FEATURE && column->is_text && !column->given)
            widths[column->index] = column->words.set.count;
    }
    done = move_features(table, widths);
    bp_host_release(table->host, widths, size);
    return done ? BP_OK : bp_table_no_memory(table);
}

bp_status bp_table_find_words(struct bp_table *table)
{
    bp_status status;

    if (!table->options.one_hot)
        return BP_OK;
    status = each_row(table, find_text);
    if (status == BP_OK)
        status = each_row(table, learn_word);
    return status == BP_OK ? lay_out(table) : status;
}

bp_status bp_table_read_word(struct bp_table *table, const struct bp_column *column,
                             const struct bp_csv_field *field)
{
    const size_t *slots = bp_words_slots(&column->words);
    struct bp_plain plain;
    size_t slot;

    if (!bp_plain_begin(table, field, &plain))
        return bp_table_no_memory(table);
    slot = bp_words_find(&column->words, plain.text, plain.length);
    bp_plain_end(table, &plain);
    for (size_t i = 0; i < column->words.set.count; i++)
        table->values[slots[i]] = 0;
    if (slot != SIZE_MAX)
        table->values[slot] = 1;
    else if (table->unknown.text == NULL)
        table->unknown = *field;
    return BP_OK;
}

/* Names. */

/* Bytes of the names of a column's inputs. @return false if they are too many. */
static bool measure_names(const struct bp_column *column, size_t *size)
{
    size_t all = column->name.length + 1; /* one line: limited */

    if (column->is_text && (!bp_mul(all, column->words.set.count, &all) ||
                            !bp_add(all, column->words.set.used, &all)))
        return false;
    return bp_add(*size, all, size);
}

struct naming {
    unsigned char *data;
    size_t *offsets;
    size_t at;
};

/* "column", or "column=word"; behind it a NUL. */
static void put_name(struct naming *naming, const struct bp_column *column, size_t slot,
                     const char *word)
{
    naming->offsets[slot] = naming->at;
    naming->at += bp_csv_text(&column->name, (char *)naming->data + naming->at);
    if (word != NULL) {
        naming->data[naming->at++] = '=';
        memcpy(naming->data + naming->at, word, strlen(word));
        naming->at += strlen(word);
    }
    naming->data[naming->at++] = '\0';
}

static void put_names(struct naming *naming, const struct bp_column *column)
{
    const struct bp_words *words = &column->words;

    if (!column->is_text)
        put_name(naming, column, column->index, NULL);
    for (uint32_t i = 0; column->is_text && i < words->set.count; i++)
        put_name(naming, column, bp_words_slots(words)[i],
                 bp_name_set_text(&words->set, i));
}

bool bp_table_name_inputs(struct bp_table *table)
{
    struct naming naming = {.at = 0};
    struct bp_block *block;
    size_t size = 0;

    if (!bp_mul(table->features, sizeof(size_t), &size))
        return false;
    naming.at = size;
    for (size_t col = 0; col < table->cols; col++)
        if (!measure_names(&table->columns[col], &size))
            return false;
    block = bp_block_create(table->host, size);
    if (block == NULL)
        return false;
    naming.data = bp_block_data(block);
    naming.offsets = (size_t *)(void *)naming.data;
    for (size_t col = 0; col < table->cols; col++)
        if (table->columns[col].role == BP_ROLE_FEATURE)
            put_names(&naming, &table->columns[col]);
    table->content.input_names = (struct bp_names){table->features, block};
    return true;
}
