/* SPDX-License-Identifier: MIT */
/*
 * A CSV file becomes a data set in three passes over its text: the first record tells the
 * columns; the second pass counts the rows, checks that each has all columns, and finds
 * missing values; then memory is reserved, once, and the third pass reads the numbers.
 *
 * With one_hot, a column of texts is as many inputs as it has words, named "column=word";
 * two more passes learn the words, unless the caller gives them by these names.
 */
#include "dataset_read.h"
#include "dataset_words.h"
#include "format/csv.h"
#include "format/decimal.h"
#include "format/quote.h"

#include <stdio.h>
#include <string.h>

enum role { ROLE_NONE, ROLE_FEATURE, ROLE_TARGET };

struct column {
    struct bp_csv_field name;
    char number[8]; /* The name, where the file has none. */
    enum role role;
    size_t index; /* Among the features or the targets. */
    bool is_text; /* One hot: its words are inputs. */
    bool given;   /* So the caller says. */
    struct bp_words words;
};

struct table {
    const struct bp_host *host;
    struct bp_text *text;
    bp_csv_options options;
    struct bp_csv body; /* At the first row. */
    size_t cols;
    struct column *columns;
    size_t features, targets;
    size_t rows, kept;
    struct bp_content content;
    float *inputs, *outputs; /* Where the next row goes. */
    int32_t *label;
    float *values; /* The row that is being read: features, then targets. */
    size_t values_size;
    struct bp_csv_field class_field;
    struct bp_csv_field unknown; /* A word of the row; text NULL: none. */
    bool complete;
    struct bp_name_set classes;
};

static bp_status no_memory(struct table *table)
{
    return bp_fail(table->text, BP_ENOMEM, "out of memory for the data set");
}

/* Columns. */

static bp_status count_columns(struct table *table)
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

static void name_by_number(struct column *column, size_t number)
{
    const int length =
        snprintf(column->number, sizeof column->number, "%u", (unsigned int)number);

    column->name.text = (const unsigned char *)column->number;
    column->name.length = (size_t)length;
}

static bp_status read_columns(struct table *table)
{
    struct bp_csv_field field;
    bp_status status = count_columns(table);

    if (status != BP_OK)
        return status;
    table->columns =
        bp_host_allocate(table->host, table->cols * sizeof *table->columns); /* limited */
    if (table->columns == NULL)
        return no_memory(table);
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
static bp_status choose(struct table *table, const char *list, const char *name,
                        enum role role, size_t index)
{
    struct column *found = NULL;
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
    if (found->role != ROLE_NONE)
        return bp_fail(table->text, BP_EINVAL, "%s[%zu] is %s, which is chosen already",
                       list, index, quote.text);
    found->role = role;
    found->index = index;
    return BP_OK;
}

/* NULL also where two are called so. */
static struct column *column_of(const struct table *table, const char *name)
{
    struct column *found = NULL;

    for (size_t col = 0; col < table->cols; col++)
        if (bp_csv_equals(&table->columns[col].name, name)) {
            if (found != NULL)
                return NULL;
            found = &table->columns[col];
        }
    return found;
}

/* A word of a column becomes the input @p index. */
static bp_status add_word(struct table *table, struct column *column, const char *word,
                          size_t index)
{
    struct bp_quote quote;
    const size_t length = strlen(word);

    (void)bp_quote(&quote, word, length);
    if ((column->role != ROLE_NONE && !column->given) ||
        bp_words_find(&column->words, word, length) != SIZE_MAX)
        return bp_fail(table->text, BP_EINVAL,
                       "features[%zu] is the word %s, which is chosen already", index,
                       quote.text);
    if (column->words.set.count == BP_WORDS_LIMIT)
        return bp_fail(table->text, BP_ELIMIT,
                       "features[%zu] is the word %s, beyond %d words of a column", index,
                       quote.text, BP_WORDS_LIMIT);
    if (!bp_words_add(&column->words, word, length, index))
        return no_memory(table);
    column->role = ROLE_FEATURE;
    column->is_text = column->given = true;
    return BP_OK;
}

/* The column of "column=word", and where the word begins; `=` may be in both. */
static struct column *split_word(const struct table *table, char *name, char **word)
{
    for (char *at = strchr(name, '='); at != NULL; at = strchr(at + 1, '=')) {
        struct column *column;

        *at = '\0';
        column = column_of(table, name);
        *at = '=';
        *word = at + 1;
        if (column != NULL)
            return column;
    }
    return NULL;
}

static bp_status choose_feature(struct table *table, const char *name, size_t index)
{
    const size_t size = strlen(name) + 1;
    char *copy, *word = NULL;
    struct column *column;
    bp_status status;

    if (!table->options.one_hot || column_of(table, name) != NULL)
        return choose(table, "features", name, ROLE_FEATURE, index);
    copy = bp_host_allocate(table->host, size);
    if (copy == NULL)
        return no_memory(table);
    memcpy(copy, name, size);
    column = split_word(table, copy, &word);
    status = column != NULL ? add_word(table, column, word, index)
                            : choose(table, "features", name, ROLE_FEATURE, index);
    bp_host_release(table->host, copy, size);
    return status;
}

static bp_status choose_targets(struct table *table)
{
    const bp_csv_options *options = &table->options;
    bp_status status = BP_OK;

    if (options->target_kind == BP_CSV_NO_TARGETS)
        return BP_OK;
    if (options->targets == NULL) {
        table->columns[table->cols - 1].role = ROLE_TARGET;
        table->targets = 1;
        return BP_OK;
    }
    for (size_t i = 0; i < options->targets_count && status == BP_OK; i++)
        status = choose(table, "targets", options->targets[i], ROLE_TARGET, i);
    table->targets = options->targets_count;
    return status;
}

static bp_status choose_features(struct table *table)
{
    const bp_csv_options *options = &table->options;
    bp_status status = BP_OK;

    table->features = options->features_count;
    for (size_t i = 0; i < options->features_count && status == BP_OK; i++)
        status = choose_feature(table, options->features[i], i);
    for (size_t col = 0; col < table->cols && options->features == NULL; col++)
        if (table->columns[col].role == ROLE_NONE) {
            table->columns[col].role = ROLE_FEATURE;
            table->columns[col].index = table->features++;
        }
    if (status == BP_OK && table->features == 0)
        return bp_fail(table->text, BP_EDATA,
                       "the file has %zu columns, expected one more than the targets",
                       table->cols);
    return status;
}

/* Rows. */

static bool is_missing(const struct table *table, const struct bp_csv_field *field)
{
    const struct bp_csv_field trimmed = bp_csv_trimmed(field);

    return trimmed.length == 0 || (table->options.missing != NULL &&
                                   bp_csv_equals(&trimmed, table->options.missing));
}

/* What is wrong with a value: `wrong` with the value in quotes, or alone. */
static bp_status fail_value(struct table *table, const struct bp_csv_field *field,
                            const char *wrong, bool show)
{
    const struct bp_csv_field *name = &table->columns[field->column].name;
    struct bp_quote column;
    struct bp_quote value = {""};

    if (show)
        (void)bp_quote(&value, field->text, field->length);
    return bp_fail(table->text, BP_EDATA, "line %zu, column %s: %s%s%s", field->line,
                   bp_quote(&column, name->text, name->length), value.text,
                   show ? " is " : "", wrong);
}

static bp_status fail_ragged(struct table *table, const struct bp_csv_field *field)
{
    if (field->column == 0 && field->length == 0)
        return bp_fail(table->text, BP_EDATA, "line %zu is empty, expected %zu fields",
                       field->line, table->cols);
    return bp_fail(table->text, BP_EDATA, "line %zu has %s%zu fields, expected %zu",
                   field->line, field->last ? "" : "more than ", field->column + 1,
                   table->cols);
}

typedef bp_status (*field_fn)(struct table *table, const struct column *column,
                              const struct bp_csv_field *field);

/* Read a row; @p visit sees the values that are there and wanted. */
static bp_status read_row(struct table *table, struct bp_csv *csv, field_fn visit)
{
    struct bp_csv_field field = {0};

    table->complete = true;
    table->unknown.text = NULL;
    for (size_t col = 0; col < table->cols; col++) {
        const struct column *column = &table->columns[col];
        bp_status status = bp_csv_next(csv, &field, table->text);

        if (status != BP_OK)
            return status;
        if (field.last != (col + 1 == table->cols))
            return fail_ragged(table, &field);
        if (column->role == ROLE_NONE)
            continue;
        if (is_missing(table, &field)) {
            table->complete = false;
            if (!table->options.drop_missing)
                return fail_value(table, &field, "the value is missing", false);
        } else if (visit != NULL) {
            status = visit(table, column, &field);
            if (status != BP_OK)
                return status;
        }
    }
    return BP_OK;
}

static bp_status count_rows(struct table *table)
{
    struct bp_csv csv = table->body;

    while (!bp_csv_at_end(&csv)) {
        bp_status status;

        if (table->rows == table->options.row_limit)
            return bp_fail(table->text, BP_ELIMIT, "line %zu: more than %zu rows",
                           csv.line, table->rows);
        status = read_row(table, &csv, NULL);
        if (status != BP_OK)
            return status;
        table->rows++;
        table->kept += table->complete;
    }
    if (table->rows == 0)
        return bp_fail(table->text, BP_EDATA, "no rows follow the header");
    if (table->kept == 0)
        return bp_fail(table->text, BP_EDATA, "each of the %zu rows has a missing value",
                       table->rows);
    return BP_OK;
}

/* What a field says: the text of the file, or one that was taken for it. */
struct plain {
    const char *text;
    size_t length;
    char *taken;
    size_t size;
};

static bool plain_begin(const struct table *table, const struct bp_csv_field *field,
                        struct plain *plain)
{
    *plain = (struct plain){(const char *)field->text, field->length, NULL, 0};
    if (!field->doubled)
        return true;
    plain->size = field->length;
    plain->taken = bp_host_allocate(table->host, plain->size);
    if (plain->taken == NULL)
        return false;
    plain->text = plain->taken;
    plain->length = bp_csv_text(field, plain->taken);
    return true;
}

static void plain_end(const struct table *table, const struct plain *plain)
{
    bp_host_release(table->host, plain->taken, plain->size);
}

/* Words. */

/* Rows that are kept; the others are passed over. */
static bp_status each_row(struct table *table, field_fn visit)
{
    struct bp_csv csv = table->body;
    bp_status status = BP_OK;

    while (status == BP_OK && !bp_csv_at_end(&csv)) {
        struct bp_csv ahead = csv;

        status = read_row(table, &ahead, NULL);
        if (status == BP_OK && table->complete)
            status = read_row(table, &csv, visit);
        csv = ahead;
    }
    return status;
}

static bp_status find_text(struct table *table, const struct column *column,
                           const struct bp_csv_field *field)
{
    const struct bp_csv_field trimmed = bp_csv_trimmed(field);
    float value;

    if (column->role == ROLE_FEATURE && !column->is_text &&
        bp_decimal_read(trimmed.text, trimmed.length, &value) == BP_DECIMAL_MALFORMED)
        table->columns[field->column].is_text = true;
    return BP_OK;
}

static bp_status learn_word(struct table *table, const struct column *column,
                            const struct bp_csv_field *field)
{
    struct bp_words *words = &table->columns[field->column].words;
    struct plain plain;
    bool done;

    if (!column->is_text || column->given)
        return BP_OK;
    if (!plain_begin(table, field, &plain))
        return no_memory(table);
    done = bp_words_find(words, plain.text, plain.length) != SIZE_MAX;
    if (!done && words->set.count == BP_WORDS_LIMIT) {
        plain_end(table, &plain);
        return bp_fail(table->text, BP_ELIMIT,
                       "line %zu, column %zu: more than %d words in a column of texts",
                       field->line, field->column + 1, BP_WORDS_LIMIT);
    }
    done = done || bp_words_add(words, plain.text, plain.length, 0);
    plain_end(table, &plain);
    return done ? BP_OK : no_memory(table);
}

/* Inputs move to the right of those that are wider than one; @p to has their places, and
 * at first their widths. */
static bool move_features(struct table *table, size_t *to)
{
    size_t at = 0;
    bool done = true;

    for (size_t i = 0; i < table->features; i++) {
        const size_t width = to[i];

        to[i] = at;
        at += width; /* limited, as there are 65 536 columns of 1000 words at most */
    }
    for (size_t col = 0; done && col < table->cols; col++) {
        struct column *column = &table->columns[col];

        if (column->role != ROLE_FEATURE)
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

static bp_status lay_out(struct table *table)
{
    size_t size = 0;
    size_t *widths = bp_mul(table->features, sizeof *widths, &size)
                         ? bp_host_allocate(table->host, size)
                         : NULL;
    bool done;

    if (widths == NULL)
        return no_memory(table);
    for (size_t i = 0; i < table->features; i++)
        widths[i] = 1;
    for (size_t col = 0; col < table->cols; col++) {
        const struct column *column = &table->columns[col];

        if (column->role == ROLE_FEATURE && column->is_text && !column->given)
            widths[column->index] = column->words.set.count;
    }
    done = move_features(table, widths);
    bp_host_release(table->host, widths, size);
    return done ? BP_OK : no_memory(table);
}

static bp_status find_words(struct table *table)
{
    bp_status status;

    if (!table->options.one_hot)
        return BP_OK;
    status = each_row(table, find_text);
    if (status == BP_OK)
        status = each_row(table, learn_word);
    return status == BP_OK ? lay_out(table) : status;
}

/* Values. */

/* 1 for the word, 0 for the others of its column. */
static bp_status read_word(struct table *table, const struct column *column,
                           const struct bp_csv_field *field)
{
    const size_t *slots = bp_words_slots(&column->words);
    struct plain plain;
    size_t slot;

    if (!plain_begin(table, field, &plain))
        return no_memory(table);
    slot = bp_words_find(&column->words, plain.text, plain.length);
    plain_end(table, &plain);
    for (size_t i = 0; i < column->words.set.count; i++)
        table->values[slots[i]] = 0;
    if (slot != SIZE_MAX)
        table->values[slot] = 1;
    else if (table->unknown.text == NULL)
        table->unknown = *field;
    return BP_OK;
}

static bp_status read_value(struct table *table, const struct column *column,
                            const struct bp_csv_field *field)
{
    const bool target = column->role == ROLE_TARGET;
    const struct bp_csv_field trimmed = bp_csv_trimmed(field);
    float *to;

    if (column->is_text)
        return read_word(table, column, field);
    to = table->values + column->index + (target ? table->features : 0);

    if (target && table->options.target_kind == BP_CSV_CLASSES) {
        table->class_field = *field;
        return BP_OK;
    }
    switch (bp_decimal_read(trimmed.text, trimmed.length, to)) {
    case BP_DECIMAL_OK: return BP_OK;
    case BP_DECIMAL_OVERFLOW:
        return fail_value(table, field, "beyond float, expected at most 3.4e38", true);
    default: return fail_value(table, field, "no number", true);
    }
}

static bool learn_class(struct table *table, uint32_t *index)
{
    struct plain plain;
    bool done;

    if (!plain_begin(table, &table->class_field, &plain))
        return false;
    done = bp_name_set_add(&table->classes, plain.text, plain.length, index);
    plain_end(table, &plain);
    return done;
}

/* Move the row that was read into the parts. */
static bp_status keep_row(struct table *table)
{
    uint32_t index;

    if (table->unknown.text != NULL)
        return fail_value(table, &table->unknown,
                          "none of the words that are inputs of it", true);
    memcpy(table->inputs, table->values, table->features * sizeof(float));
    table->inputs += table->features;
    if (table->options.target_kind == BP_CSV_NO_TARGETS)
        return BP_OK;
    if (table->options.target_kind == BP_CSV_NUMBERS) {
        memcpy(table->outputs, table->values + table->features,
               table->targets * sizeof(float));
        table->outputs += table->targets;
        return BP_OK;
    }
    if (!learn_class(table, &index))
        return no_memory(table);
    if (table->classes.count > BP_CLASSES_LIMIT)
        return bp_fail(table->text, BP_ELIMIT, "line %zu: more than %d classes",
                       table->class_field.line, BP_CLASSES_LIMIT);
    *table->label++ = (int32_t)index;
    return BP_OK;
}

static bp_status read_rows(struct table *table)
{
    struct bp_csv csv = table->body;
    bp_status status = BP_OK;

    while (status == BP_OK && !bp_csv_at_end(&csv)) {
        status = read_row(table, &csv, read_value);
        if (status == BP_OK && table->complete)
            status = keep_row(table);
    }
    return status;
}

static bool reserve(struct table *table)
{
    struct bp_part *parts = table->content.parts;
    const bool numbers = table->options.target_kind == BP_CSV_NUMBERS;
    void *last;

    if (!bp_add(table->features, table->targets, &table->values_size) ||
        !bp_mul(table->values_size, sizeof(float), &table->values_size))
        return false;
    table->values = bp_host_allocate(table->host, table->values_size);
    table->inputs =
        bp_part_create(table->host, table->kept, table->features, &parts[BP_PART_INPUTS]);
    if (table->values == NULL || table->inputs == NULL)
        return false;
    table->content.rows = table->kept;
    table->content.dropped = table->rows - table->kept;
    if (table->options.target_kind == BP_CSV_NO_TARGETS)
        return true;
    last = bp_part_create(table->host, table->kept, numbers ? table->targets : 1,
                          &parts[numbers ? BP_PART_TARGETS : BP_PART_LABELS]);
    table->outputs = numbers ? last : NULL;
    table->label = numbers ? NULL : last;
    return last != NULL;
}

/* Names. */

/* Number the classes by their names; so far they are numbered as they came. */
static bool finish_classes(struct table *table)
{
    const struct bp_host *host = table->host;
    const size_t size = table->classes.count * sizeof(uint32_t); /* limited */
    uint32_t *ranks = bp_host_allocate(host, size);
    int32_t *labels = table->label - table->kept;
    bool done = ranks != NULL && bp_name_set_rank(&table->classes, ranks) &&
                bp_name_set_names(&table->classes, ranks, &table->content.class_names);

    for (size_t row = 0; done && row < table->kept; row++)
        labels[row] = (int32_t)ranks[labels[row]];
    table->content.classes = table->classes.count;
    bp_host_release(host, ranks, size);
    return done;
}

/* Bytes of the names of a column's inputs. @return false if they are too many. */
static bool measure_names(const struct column *column, size_t *size)
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
static void put_name(struct naming *naming, const struct column *column, size_t slot,
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

static void put_names(struct naming *naming, const struct column *column)
{
    const struct bp_words *words = &column->words;

    if (!column->is_text)
        put_name(naming, column, column->index, NULL);
    for (uint32_t i = 0; column->is_text && i < words->set.count; i++)
        put_name(naming, column, bp_words_slots(words)[i],
                 bp_name_set_text(&words->set, i));
}

static bool finish_names(struct table *table)
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
        if (table->columns[col].role == ROLE_FEATURE)
            put_names(&naming, &table->columns[col]);
    table->content.input_names = (struct bp_names){table->features, block};
    return true;
}

static bp_status finish(struct table *table)
{
    const bool classes = table->options.target_kind == BP_CSV_CLASSES;

    if ((classes && !finish_classes(table)) || !finish_names(table))
        return no_memory(table);
    return BP_OK;
}

/* All together. */

static bp_status read_table(struct table *table)
{
    bp_status status = read_columns(table);

    if (status == BP_OK)
        status = choose_targets(table);
    if (status == BP_OK)
        status = choose_features(table);
    if (status == BP_OK)
        status = count_rows(table);
    if (status == BP_OK)
        status = find_words(table);
    if (status == BP_OK && !reserve(table))
        status = no_memory(table);
    if (status == BP_OK)
        status = read_rows(table);
    return status == BP_OK ? finish(table) : status;
}

static bp_status fill_csv(struct bp_dataset *dataset, const struct bp_load *load,
                          const bp_csv_options *options)
{
    const struct bp_host *host = &dataset->host;
    struct table table = {.host = host, .text = &dataset->text, .options = *options};
    bp_status status;

    bp_csv_begin(&table.body, load->data, load->size, options->separator);
    bp_name_set_begin(&table.classes, host);
    status = read_table(&table);
    bp_name_set_release(&table.classes);
    bp_host_release(host, table.values, table.values_size);
    for (size_t col = 0; table.columns != NULL && col < table.cols; col++)
        bp_words_release(&table.columns[col].words);
    bp_host_release(host, table.columns, table.cols * sizeof *table.columns);
    if (status == BP_OK)
        bp_dataset_adopt(dataset, &table.content);
    else
        bp_content_release(host, &table.content);
    return status;
}

/* What both functions check before they read anything. */
static bp_status prepare(struct bp_dataset *dataset, const bp_csv_options *options,
                         bp_csv_options *chosen)
{
    bp_status status;

    (void)bp_csv_options_init(chosen);
    if (options != NULL) {
        status = bp_csv_check_options(&dataset->text, options);
        if (status != BP_OK)
            return status;
        *chosen = *options;
    }
    return bp_dataset_check_empty(dataset);
}

bp_status bp_dataset_read_csv(bp_dataset *dataset, const char *path,
                              const bp_csv_options *options)
{
    bp_csv_options chosen;
    struct bp_load load;
    bp_status status;

    if (dataset == NULL)
        return BP_EINVAL;
    if (path == NULL)
        return bp_fail_null(&dataset->text, "path");
    status = prepare(dataset, options, &chosen);
    if (status == BP_OK)
        status = bp_load_file(&dataset->host, path, &load, &dataset->text);
    if (status != BP_OK)
        return status;
    status = fill_csv(dataset, &load, &chosen);
    bp_load_release(&dataset->host, &load);
    return status == BP_OK ? status : bp_load_blame(path, status, &dataset->text);
}

bp_status bp_dataset_parse_csv(bp_dataset *dataset, const void *bytes, size_t size,
                               const bp_csv_options *options)
{
    bp_csv_options chosen;
    struct bp_load load = {0};
    bp_status status;

    if (dataset == NULL)
        return BP_EINVAL;
    if (bytes == NULL)
        return bp_fail_null(&dataset->text, "bytes");
    status = prepare(dataset, options, &chosen);
    if (status == BP_OK)
        status = bp_load_bytes(&dataset->host, bytes, size, &load, &dataset->text);
    if (status != BP_OK)
        return status;
    status = fill_csv(dataset, &load, &chosen);
    bp_load_release(&dataset->host, &load);
    return status;
}
