/* SPDX-License-Identifier: MIT */
/* The first record of a CSV file, and what each column is for. */
#include "dataset_csv.h"
#include "format/quote.h"

#include <stdio.h>
#include <string.h>

static bp_status count_columns(struct bp_table *table)
{
    struct bp_csv csv = table->body;
    struct bp_csv_field field = {0};
    bp_status status = BP_OK;

    if (bp_csv_at_end(&csv))
        return bp_fail(table->text, BP_EDATA, "the text is empty");
    while (status == BP_OK && !field.last)
        status = bp_csv_next(&csv, &field, table->text);
    table->cols = field.column + 1;
    return status;
}

static void name_by_number(struct bp_column *column, size_t number)
{
    const int length =
        snprintf(column->number, sizeof column->number, "%u", (unsigned int)number);

    column->name.text = (const unsigned char *)column->number;
    column->name.length = (size_t)length;
}

bp_status bp_table_read_columns(struct bp_table *table)
{
    struct bp_csv_field field;
    bp_status status = count_columns(table);

    if (status != BP_OK)
        return status;
    table->columns =
        bp_host_allocate(table->host, table->cols * sizeof *table->columns); /* limited */
    if (table->columns == NULL)
        return bp_table_no_memory(table);
    for (size_t col = 0; col < table->cols; col++) {
        bp_words_begin(&table->columns[col].words, table->host);
        name_by_number(&table->columns[col], col + 1);
        if (!table->options.has_header)
            continue;
        /* No fault: count_columns() has read it. */
        (void)bp_csv_next(&table->body, &field, table->text);
        table->columns[col].name = field;
    }
    return BP_OK;
}

/* Give a role to the column that option @p list names in place @p index. */
static bp_status choose(struct bp_table *table, const char *list, const char *name,
                        enum bp_role role, size_t index)
{
    struct bp_column *found = NULL;
    struct bp_quote quote;

    (void)bp_quote(&quote, name, strlen(name));
    for (size_t col = 0; col < table->cols; col++) {
        if (!bp_csv_equals(&table->columns[col].name, name))
            continue;
        if (found != NULL)
            return bp_fail(table->text, BP_EDATA,
                           "%s[%zu] is %s, which two columns of the file are called",
                           list, index, quote.text);
        found = &table->columns[col];
    }
    if (found == NULL)
        return bp_fail(table->text, BP_EINVAL,
                       "%s[%zu] is %s, expected a column of the file", list, index,
                       quote.text);
    if (found->role != BP_ROLE_NONE)
        return bp_fail(table->text, BP_EINVAL, "%s[%zu] is %s, which is chosen already",
                       list, index, quote.text);
    found->role = role;
    found->index = index;
    return BP_OK;
}

/* NULL also where two are called so. */
static struct bp_column *column_of(const struct bp_table *table, const char *name)
{
    struct bp_column *found = NULL;

    for (size_t col = 0; col < table->cols; col++)
        if (bp_csv_equals(&table->columns[col].name, name)) {
            if (found != NULL)
                return NULL;
            found = &table->columns[col];
        }
    return found;
}

/* A word of a column becomes the input @p index. */
static bp_status add_word(struct bp_table *table, struct bp_column *column,
                          const char *word, size_t index)
{
    struct bp_quote quote;
    const size_t length = strlen(word);

    (void)bp_quote(&quote, word, length);
    if ((column->role != BP_ROLE_NONE && !column->given) ||
        bp_words_find(&column->words, word, length) != SIZE_MAX)
        return bp_fail(table->text, BP_EINVAL,
                       "features[%zu] is the word %s, which is chosen already", index,
                       quote.text);
    if (column->words.set.count == BP_WORDS_LIMIT)
        return bp_fail(table->text, BP_ELIMIT,
                       "features[%zu] is the word %s, beyond %d words of a column", index,
                       quote.text, BP_WORDS_LIMIT);
    if (!bp_words_add(&column->words, word, length, index))
        return bp_table_no_memory(table);
    column->role = BP_ROLE_FEATURE;
    column->is_text = column->given = true;
    return BP_OK;
}

/* The column of "column=word", and where the word begins; `=` may be in both. */
static struct bp_column *split_word(const struct bp_table *table, char *name, char **word)
{
    for (char *at = strchr(name, '='); at != NULL; at = strchr(at + 1, '=')) {
        struct bp_column *column;

        *at = '\0';
        column = column_of(table, name);
        *at = '=';
        *word = at + 1;
        if (column != NULL)
            return column;
    }
    return NULL;
}

static bp_status choose_feature(struct bp_table *table, const char *name, size_t index)
{
    const size_t size = strlen(name) + 1;
    char *copy, *word = NULL;
    struct bp_column *column;
    bp_status status;

    if (!table->options.one_hot || column_of(table, name) != NULL)
        return choose(table, "features", name, BP_ROLE_FEATURE, index);
    copy = bp_host_allocate(table->host, size);
    if (copy == NULL)
        return bp_table_no_memory(table);
    memcpy(copy, name, size);
    column = split_word(table, copy, &word);
    status = column != NULL ? add_word(table, column, word, index)
                            : choose(table, "features", name, BP_ROLE_FEATURE, index);
    bp_host_release(table->host, copy, size);
    return status;
}

bp_status bp_table_choose_targets(struct bp_table *table)
{
    const bp_csv_options *options = &table->options;
    bp_status status = BP_OK;

    if (options->target_kind == BP_CSV_NO_TARGETS)
        return BP_OK;
    if (options->targets == NULL) {
        table->columns[table->cols - 1].role = BP_ROLE_TARGET;
        table->targets = 1;
        return BP_OK;
    }
    for (size_t i = 0; i < options->targets_count && status == BP_OK; i++)
        status = choose(table, "targets", options->targets[i], BP_ROLE_TARGET, i);
    table->targets = options->targets_count;
    return status;
}

bp_status bp_table_choose_features(struct bp_table *table)
{
    const bp_csv_options *options = &table->options;
    bp_status status = BP_OK;

    table->features = options->features_count;
    for (size_t i = 0; i < options->features_count && status == BP_OK; i++)
        status = choose_feature(table, options->features[i], i);
    for (size_t col = 0; col < table->cols && options->features == NULL; col++)
        if (table->columns[col].role == BP_ROLE_NONE) {
            table->columns[col].role = BP_ROLE_FEATURE;
            table->columns[col].index = table->features++;
        }
    if (status == BP_OK && table->features == 0)
        return bp_fail(table->text, BP_EDATA,
                       "the file has %zu columns, expected one more than the targets",
                       table->cols);
    return status;
}
