/* SPDX-License-Identifier: MIT */
/* Learning curves, in memory and in files; and the command that draws them. */
#include "curves.h"

#include "tool.h"

#include "common/check.h"
#include "common/options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: backprop watch HISTORY -o FILE [OPTION]...\n"
    "Draw the learning curves of a training, as SVG.\n"
    "\n"
    "HISTORY is a table with a line an epoch, as 'backprop train --history' adds them\n"
    "while it runs. Of the columns epoch, cost, validation_cost, accuracy and rate\n"
    "those are drawn that are there; others are passed over. To look on while a\n"
    "training runs, say 'backprop train --watch FILE' and reload the picture in a\n"
    "browser.\n"
    "\n"
    "  -o, --output FILE     where the picture goes (default: standard output)\n"
    "      --separator CHAR  between fields (default ,)\n"
    "  -h, --help            display this help and exit\n";

/* The name of a column in a table, and where it is drawn. */
static const struct {
    const char *column, *frame, *name;
} kinds[CURVE_COUNT] = {
    [CURVE_EPOCH] = {"epoch", NULL, NULL},
    [CURVE_COST] = {"cost", "cost", "training"},
    [CURVE_VALIDATION] = {"validation_cost", "cost", "held out"},
    [CURVE_ACCURACY] = {"accuracy", "accuracy", "held out"},
    [CURVE_RATE] = {"rate", "rate", "learning rate"},
};

void curves_add(struct curves *curves, const double values[CURVE_COUNT])
{
    if (curves->count == curves->room) {
        curves->room = 2 * curves->room + 256;
        for (size_t i = 0; i < CURVE_COUNT; i++) {
            curves->values[i] =
                realloc(curves->values[i], curves->room * sizeof *curves->values[i]);
            if (curves->values[i] == NULL)
                fail("out of memory for the history");
        }
    }
    for (size_t i = 0; i < CURVE_COUNT; i++)
        curves->values[i][curves->count] = (double)(float)values[i];
    curves->count++;
}

void curves_cut(struct curves *curves, uint64_t epoch)
{
    while (curves->count > 0 &&
           curves->values[CURVE_EPOCH][curves->count - 1] > (double)epoch)
        curves->count--;
}

void curves_free(struct curves *curves)
{
    for (size_t i = 0; i < CURVE_COUNT; i++)
        free(curves->values[i]);
    *curves = (struct curves){0};
}

/* ---- tables ---- */

/* Rows of the column beside the epochs, where it is not empty; NULL without such a
 * column. */
static bp_dataset *read_column(const struct table *table, size_t kind)
{
    const char *const columns[] = {kinds[CURVE_EPOCH].column, kinds[kind].column};
    bp_csv_options options;
    bp_dataset *data;
    bp_status status;

    CHECK_STATUS(bp_csv_options_init(&options));
    options.target_kind = BP_CSV_NO_TARGETS;
    options.separator = table->separator;
    options.drop_missing = 1;
    options.features = columns;
    options.features_count = kind == CURVE_EPOCH ? 1 : 2;
    CHECK_STATUS(bp_dataset_create(NULL, &data));
    status = bp_dataset_read_csv(data, table->path, &options);
    if (status == BP_OK)
        return data;
    /* BP_EINVAL: no such column. */
    if (status != BP_EINVAL || kind == CURVE_EPOCH)
        fail("%s", bp_dataset_error(data));
    bp_dataset_destroy(data);
    return NULL;
}

static void take_column(struct curves *curves, const bp_dataset *data, size_t kind)
{
    size_t at = 0;

    for (size_t row = 0; row < bp_dataset_rows(data); row++) {
        float pair[2];

        CHECK_STATUS(bp_dataset_get_inputs(data, row, pair, 2));
        while (at < curves->count && (float)curves->values[CURVE_EPOCH][at] != pair[0])
            at++;
        if (at < curves->count)
            curves->values[kind][at] = (double)pair[1];
    }
}

static struct curves read_table(const struct table *table)
{
    struct curves curves = {.count = 0};
    bp_dataset *data = read_column(table, CURVE_EPOCH);

    for (size_t row = 0; row < bp_dataset_rows(data); row++) {
        double values[CURVE_COUNT] = {NAN, NAN, NAN, NAN, NAN};
        float epoch;

        CHECK_STATUS(bp_dataset_get_inputs(data, row, &epoch, 1));
        values[CURVE_EPOCH] = (double)epoch;
        curves_add(&curves, values);
    }
    bp_dataset_destroy(data);
    for (size_t kind = CURVE_COST; kind < CURVE_COUNT; kind++) {
        data = read_column(table, kind);
        if (data != NULL)
            take_column(&curves, data, kind);
        bp_dataset_destroy(data);
    }
    return curves;
}

struct curves curves_read(const char *path)
{
    const struct table table = {.path = path, .separator = ','};

    return read_table(&table);
}

static int is_known(const struct curves *curves, size_t kind)
{
    for (size_t i = 0; i < curves->count; i++)
        if (isfinite(curves->values[kind][i]))
            return 1;
    return 0;
}

static size_t find_known(const struct curves *curves, size_t known[CURVE_COUNT])
{
    size_t columns = 0;

    for (size_t kind = 0; kind < CURVE_COUNT; kind++)
        if (kind == CURVE_EPOCH || is_known(curves, kind))
            known[columns++] = kind;
    return columns;
}

/* Columns of which nothing is known are left out. */
static void put_row(FILE *file, const struct curves *curves, size_t row)
{
    size_t known[CURVE_COUNT];
    const size_t columns = find_known(curves, known);

    for (size_t i = 0; i < columns; i++) {
        const double value = curves->values[known[i]][row];

        if (isfinite(value))
            fprintf(file, "%.9g", value);
        putc(i + 1 < columns ? ',' : '\n', file);
    }
}

void curves_append(const struct curves *curves, const char *path)
{
    FILE *file = fopen(path, "ab");

    if (file == NULL)
        fail("%s cannot be written: %s", path, strerror(errno));
    put_row(file, curves, curves->count - 1);
    file_close(file, path);
}

void curves_write(const struct curves *curves, const char *path)
{
    struct fresh fresh = fresh_open(path);
    size_t known[CURVE_COUNT];
    const size_t columns = find_known(curves, known);

    for (size_t i = 0; i < columns; i++)
        fprintf(fresh.file, "%s%s", i > 0 ? "," : "", kinds[known[i]].column);
    putc('\n', fresh.file);
    for (size_t row = 0; row < curves->count; row++)
        put_row(fresh.file, curves, row);
    fresh_close(&fresh);
}

/* ---- pictures ---- */

void curves_draw(const struct curves *curves, const char *path)
{
    bp_line lines[CURVE_COUNT];
    bp_picture_options options;
    struct fresh fresh;
    size_t count = 0;

    for (size_t kind = CURVE_COST; kind < CURVE_COUNT; kind++)
        if (is_known(curves, kind))
            lines[count++] = (bp_line){.struct_size = sizeof(bp_line),
                                       .frame = kinds[kind].frame,
                                       .name = kinds[kind].name,
                                       .x = curves->values[CURVE_EPOCH],
                                       .y = curves->values[kind],
                                       .count = curves->count};
    if (count == 0)
        fail("the history has none of the columns cost, validation_cost, accuracy and "
             "rate");
    CHECK_STATUS(bp_picture_options_init(&options));
    options.title = "Learning curves";
    fresh = fresh_open(path);
    CHECK_STATUS(bp_lines_draw(lines, count, "epoch", &options, write_piece, fresh.file));
    fresh_close(&fresh);
}

/* ---- the command ---- */

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"output", required_argument, NULL, 'o'},
                                            TABLE_OPTIONS};
    struct table table = {.separator = ',', .has_header = 1};
    const char *output = NULL;
    struct curves curves;
    int option;

    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
        if (option == 'o')
            output = optarg;
        else if ((option != 's' && option != 'h') || !table_option(&table, option, help))
            option_unknown("backprop watch");
    }
    table.path = word_only(argc, argv, optind, "the history");
    curves = read_table(&table);
    curves_draw(&curves, output);
    curves_free(&curves);
    return EXIT_SUCCESS;
}

const struct command command_watch = {"watch", "draw the learning curves of a training",
                                      help, run};
