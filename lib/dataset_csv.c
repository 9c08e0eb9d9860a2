/* SPDX-License-Identifier: MIT */
/*
 * A CSV file becomes a data set in three passes over its text: the first record tells the
 * columns; the second pass counts the rows, checks that each has all columns, and finds
 * missing values; then memory is reserved, once, and the third pass reads the numbers.
 */
#include "dataset_names.h"
#include "dataset_read.h"
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
    struct bp_csv_field class_field;
    bool complete;
    struct bp_name_set classes;
};

/* Options. */

bp_status bp_csv_options_init(bp_csv_options *options)
{
    if (options == NULL)
        return BP_EINVAL;
    *options = (bp_csv_options){.struct_size = sizeof *options,
                                .separator = ',',
                                .has_header = 1,
                                .target_kind = BP_CSV_CLASSES,
                                .missing = "NA",
                                .row_limit = 100000000};
    return BP_OK;
}

/* Printable or a tab, and nothing that belongs to numbers, words or quotes. */
static bool separator_ok(int32_t c)
{
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool number = (c >= '0' && c <= '9') || c == '.' || c == '+' || c == '-';

    return c == '\t' || (c >= ' ' && c <= '~' && c != '"' && !letter && !number);
}

static bp_status check_flag(struct bp_text *text, const char *name, int32_t value)
{
    if (value == 0 || value == 1)
        return BP_OK;
    return bp_fail(text, BP_EINVAL, "%s is %ld, expected 0 or 1", name, (long)value);
}

static bp_status check_list(struct bp_text *text, const char *name,
                            const char *const *list, size_t count)
{
    if (list == NULL && count != 0)
        return bp_fail(text, BP_EINVAL, "%s_count is %zu, expected 0 as %s is NULL", name,
                       count, name);
    if (list != NULL && count == 0)
        return bp_fail(text, BP_EINVAL, "%s_count is 0, expected at least 1", name);
    for (size_t i = 0; i < count; i++)
        if (list[i] == NULL)
            return bp_fail(text, BP_EINVAL, "%s[%zu] is NULL", name, i);
    return BP_OK;
}

static bp_status check_lists(struct bp_text *text, const bp_csv_options *options)
{
    bp_status status =
        check_list(text, "targets", options->targets, options->targets_count);

    if (status == BP_OK && options->target_kind == BP_CSV_NO_TARGETS &&
        options->targets != NULL)
        return bp_fail(text, BP_EINVAL,
                       "targets are given, expected NULL for BP_CSV_NO_TARGETS");
    if (status == BP_OK && options->target_kind == BP_CSV_CLASSES &&
        options->targets_count > 1)
        return bp_fail(text, BP_EINVAL,
                       "targets_count is %zu, expected 1 at most for classes",
                       options->targets_count);
    if (status == BP_OK)
        status = check_list(text, "features", options->features, options->features_count);
    return status;
}

static bp_status check_options(struct bp_text *text, const bp_csv_options *options)
{
    bp_status status;

    if (options->struct_size != sizeof *options)
        return bp_fail(text, BP_EINVAL, "struct_size is %lu, expected %zu",
                       (unsigned long)options->struct_size, sizeof *options);
    if (!separator_ok(options->separator))
        return bp_fail(text, BP_EINVAL,
                       "separator is %ld, expected a character such as ',' ';' or tab",
                       (long)options->separator);
    if (options->target_kind < BP_CSV_CLASSES || options->target_kind > BP_CSV_NO_TARGETS)
        return bp_fail(text, BP_EINVAL, "target_kind is %ld, expected a BP_CSV_ value",
                       (long)options->target_kind);
    if (options->reserved != 0)
        return bp_fail(text, BP_EINVAL, "reserved is %lu, expected 0",
                       (unsigned long)options->reserved);
    if (options->row_limit == 0)
        return bp_fail(text, BP_EINVAL, "row_limit is 0, expected at least 1");
    status = check_flag(text, "has_header", options->has_header);
    if (status == BP_OK)
        status = check_flag(text, "drop_missing", options->drop_missing);
    return status == BP_OK ? check_lists(text, options) : status;
}

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
        status = choose(table, "features", options->features[i], ROLE_FEATURE, i);
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

/* Values. */

static bp_status read_value(struct table *table, const struct column *column,
                            const struct bp_csv_field *field)
{
    const bool target = column->role == ROLE_TARGET;
    const struct bp_csv_field trimmed = bp_csv_trimmed(field);
    float *to = table->values + column->index + (target ? table->features : 0);

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
    const struct bp_csv_field *field = &table->class_field;
    char *text;
    bool done;

    if (!field->doubled)
        return bp_name_set_add(&table->classes, (const char *)field->text, field->length,
                               index);
    text = bp_host_allocate(table->host, field->length);
    if (text == NULL)
        return false;
    done = bp_name_set_add(&table->classes, text, bp_csv_text(field, text), index);
    bp_host_release(table->host, text, field->length);
    return done;
}

/* Move the row that was read into the parts. */
static bp_status keep_row(struct table *table)
{
    uint32_t index;

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

    table->values =
        bp_host_allocate(table->host, table->cols * sizeof(float)); /* limited */
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

static bool finish_names(struct table *table)
{
    const size_t head = table->features * sizeof(size_t); /* limited */
    struct bp_block *block;
    size_t *offsets;
    size_t at = head;

    for (size_t col = 0; col < table->cols; col++)
        at += table->columns[col].name.length + 1; /* one line: limited */
    block = bp_block_create(table->host, at);
    if (block == NULL)
        return false;
    offsets = (size_t *)(void *)bp_block_data(block);
    at = head;
    for (size_t col = 0; col < table->cols; col++) {
        const struct column *column = &table->columns[col];

        if (column->role != ROLE_FEATURE)
            continue;
        offsets[column->index] = at;
        at += bp_csv_text(&column->name, (char *)bp_block_data(block) + at) + 1;
    }
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
    bp_host_release(host, table.values, table.cols * sizeof(float));
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
        status = check_options(&dataset->text, options);
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
