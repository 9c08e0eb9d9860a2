/* SPDX-License-Identifier: MIT */
/*
 * A CSV file becomes a data set in three passes over its text: the first record tells the
 * columns; the second pass counts the rows, checks that each has all columns, and finds
 * missing values; then memory is reserved, once, and the third pass reads the numbers.
 *
 * With one_hot, a column of texts is as many inputs as it has words, named "column=word";
 * two more passes learn the words, unless the caller gives them by these names.
 */
#include "dataset_csv.h"
#include "format/decimal.h"
#include "format/quote.h"

#include <string.h>

bp_status bp_table_no_memory(struct bp_table *table)
{
    return bp_fail(table->text, BP_ENOMEM, "out of memory for the data set");
}

/* Rows. */

static bool is_missing(const struct bp_table *table, const struct bp_csv_field *field)
{
    const struct bp_csv_field trimmed = bp_csv_trimmed(field);

    return trimmed.length == 0 || (table->options.missing != NULL &&
                                   bp_csv_equals(&trimmed, table->options.missing));
}

/* What is wrong with a value: `wrong` with the value in quotes, or alone. */
static bp_status fail_value(struct bp_table *table, const struct bp_csv_field *field,
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

static bp_status fail_ragged(struct bp_table *table, const struct bp_csv_field *field)
{
    if (field->column == 0 && field->length == 0)
        return bp_fail(table->text, BP_EDATA, "line %zu is empty, expected %zu fields",
                       field->line, table->cols);
    return bp_fail(table->text, BP_EDATA, "line %zu has %s%zu fields, expected %zu",
                   field->line, field->last ? "" : "more than ", field->column + 1,
                   table->cols);
}

bp_status bp_table_read_row(struct bp_table *table, struct bp_csv *csv, bp_field_fn visit)
{
    struct bp_csv_field field = {0};

    table->complete = true;
    table->unknown.text = NULL;
    for (size_t col = 0; col < table->cols; col++) {
        const struct bp_column *column = &table->columns[col];
        bp_status status = bp_csv_next(csv, &field, table->text);

        if (status != BP_OK)
            return status;
        if (field.last != (col + 1 == table->cols))
            return fail_ragged(table, &field);
        if (column->role == BP_ROLE_NONE)
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

static bp_status count_rows(struct bp_table *table)
{
    struct bp_csv csv = table->body;

    while (!bp_csv_at_end(&csv)) {
        bp_status status;

        if (table->rows == table->options.row_limit)
            return bp_fail(table->text, BP_ELIMIT, "line %zu: more than %zu rows",
                           csv.line, table->rows);
        status = bp_table_read_row(table, &csv, NULL);
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

bool bp_plain_begin(const struct bp_table *table, const struct bp_csv_field *field,
                    struct bp_plain *plain)
{
    *plain = (struct bp_plain){(const char *)field->text, field->length, NULL, 0};
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

void bp_plain_end(const struct bp_table *table, const struct bp_plain *plain)
{
    bp_host_release(table->host, plain->taken, plain->size);
}

/* Values. */

static bp_status read_value(struct bp_table *table, const struct bp_column *column,
                            const struct bp_csv_field *field)
{
    const bool target = column->role == BP_ROLE_TARGET;
    const struct bp_csv_field trimmed = bp_csv_trimmed(field);
    float *to;

    if (column->is_text)
        return bp_table_read_word(table, column, field);
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

static bool learn_class(struct bp_table *table, uint32_t *index)
{
    struct bp_plain plain;
    bool done;

    if (!bp_plain_begin(table, &table->class_field, &plain))
        return false;
    done = bp_name_set_add(&table->classes, plain.text, plain.length, index);
    bp_plain_end(table, &plain);
    return done;
}

/* Move the row that was read into the parts. */
static bp_status keep_row(struct bp_table *table)
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
        return bp_table_no_memory(table);
    if (table->classes.count > BP_CLASSES_LIMIT)
        return bp_fail(table->text, BP_ELIMIT, "line %zu: more than %d classes",
                       table->class_field.line, BP_CLASSES_LIMIT);
    *table->label++ = (int32_t)index;
    return BP_OK;
}

static bp_status read_rows(struct bp_table *table)
{
    struct bp_csv csv = table->body;
    bp_status status = BP_OK;

    while (status == BP_OK && !bp_csv_at_end(&csv)) {
        status = bp_table_read_row(table, &csv, read_value);
        if (status == BP_OK && table->complete)
            status = keep_row(table);
    }
    return status;
}

static bool reserve(struct bp_table *table)
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

/* Number the classes by their names; so far they are numbered as they came. */
static bool finish_classes(struct bp_table *table)
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

static bp_status finish(struct bp_table *table)
{
    const bool classes = table->options.target_kind == BP_CSV_CLASSES;

    if ((classes && !finish_classes(table)) || !bp_table_name_inputs(table))
        return bp_table_no_memory(table);
    return BP_OK;
}

/* All together. */

static bp_status read_table(struct bp_table *table)
{
    bp_status status = bp_table_read_columns(table);

    if (status == BP_OK)
        status = bp_table_choose_targets(table);
    if (status == BP_OK)
        status = bp_table_choose_features(table);
    if (status == BP_OK)
        status = count_rows(table);
    if (status == BP_OK)
        status = bp_table_find_words(table);
    if (status == BP_OK && !reserve(table))
        status = bp_table_no_memory(table);
    if (status == BP_OK)
        status = read_rows(table);
    return status == BP_OK ? finish(table) : status;
}

static bp_status fill_csv(struct bp_dataset *dataset, const struct bp_load *load,
                          const bp_csv_options *options)
{
    const struct bp_host *host = &dataset->host;
    struct bp_table table = {.host = host, .text = &dataset->text, .options = *options};
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
