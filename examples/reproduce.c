/* SPDX-License-Identifier: MIT */
/*
 * Published results of dense networks, repeated: each row of the table is trained with
 * several seeds, and what comes of it is put beside what was published. The rows are in
 * reproduce_rows.c, a training is in reproduce_train.c.
 */
#include "reproduce.h"
#include "common/check.h"
#include "common/options.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: reproduce [OPTION...] [ROW...]\n"
    "\n"
    "Trains the rows that are named, or all that do not take long, and prints what was\n"
    "published beside what was measured.\n"
    "\n"
    "  --list             the rows\n"
    "  --data FOLDER      where the folders mnist and fashion are (default data)\n"
    "  --digits FOLDER    where digits.csv.gz is (default examples/data)\n"
    "  --seeds N          so many seeds a row (default: 5 for most)\n"
    "  --first-seed N     the first of them (default 1)\n"
    "  --epochs N         another number of epochs than the row has\n"
    "  --seconds N        a budget of time for a training: the rate falls to 0 by then\n"
    "  --threads N        at most so many threads (default: as many as help)\n"
    "  --results FILE     add a line for each training to this file\n"
    "  --curves FOLDER    a CSV file for each training: cost and accuracy by epoch\n"
    "  --table            no training: the table of what is in --results, in Markdown\n"
    "  --picture FILE     no training: draw what is in --curves, as SVG\n"
    "  --help             this text\n";

enum { SEEDS_MOST = 100 };

/* ---- What was measured ---- */

/* Outcomes of one row. */
struct outcomes {
    struct outcome of[SEEDS_MOST];
    size_t count;
};

struct summary {
    double mean, spread; /* of what the row chooses */
    double best;
    double last;    /* mean on test images after the last epoch */
    double beside;  /* mean of validation, or of the nearest neighbour */
    double seconds; /* mean */
    uint64_t epochs;
};

static struct summary sum_up(const struct row *row, const struct outcomes *outcomes)
{
    struct summary s = {0};
    const double n = (double)outcomes->count;

    for (size_t i = 0; i < outcomes->count; i++) {
        const double chosen = row_chosen(row, &outcomes->of[i]);
        s.mean += chosen / n;
        s.best = fmax(s.best, chosen);
        s.last += outcomes->of[i].last / n;
        s.beside += outcomes->of[i].validation_last / n;
        s.seconds += outcomes->of[i].seconds / n;
        s.epochs = outcomes->of[i].epochs;
    }
    for (size_t i = 0; i < outcomes->count; i++)
        s.spread += pow(row_chosen(row, &outcomes->of[i]) - s.mean, 2);
    s.spread = outcomes->count > 1 ? sqrt(s.spread / (n - 1)) : 0;
    return s;
}

static void keep(const struct row *row, const struct wishes *wishes,
                 const struct outcome *o)
{
    FILE *file;

    if (wishes->results == NULL)
        return;
    file = fopen(wishes->results, "a");
    if (file == NULL)
        fail("%s cannot be written", wishes->results);
    fprintf(file, "%s %llu %llu %llu %.2f %.2f %.2f %.2f %.1f\n", row->name,
            (unsigned long long)o->seed, (unsigned long long)o->epochs,
            (unsigned long long)o->best_epoch, o->best, o->last, o->validation_best,
            o->validation_last, o->seconds);
    if (fclose(file) != 0)
        fail("%s cannot be written", wishes->results);
}

/* One line of a file of results. @return 0 if it is none. */
static int parse(const char *line, char name[64], struct outcome *o)
{
    unsigned long long seed, epochs, best_epoch;

    if (sscanf(line, "%63s %llu %llu %llu %lf %lf %lf %lf %lf", name, &seed, &epochs,
               &best_epoch, &o->best, &o->last, &o->validation_best, &o->validation_last,
               &o->seconds) != 9)
        return 0;
    o->seed = seed;
    o->epochs = epochs;
    o->best_epoch = best_epoch;
    return 1;
}

/* A later line of the same seed takes the place of an earlier one. */
static void put(struct outcomes *outcomes, const struct outcome *o)
{
    size_t i = 0;

    while (i < outcomes->count && outcomes->of[i].seed != o->seed)
        i++;
    if (i == SEEDS_MOST)
        fail("more than %d seeds of a row", SEEDS_MOST);
    outcomes->of[i] = *o;
    outcomes->count += i == outcomes->count;
}

static void collect(const struct row *row, const char *path, struct outcomes *outcomes)
{
    char line[256], name[64];
    struct outcome o;
    FILE *file = fopen(path, "r");

    if (file == NULL)
        fail("%s cannot be read", path);
    while (fgets(line, sizeof line, file) != NULL)
        if (parse(line, name, &o) && strcmp(name, row->name) == 0)
            put(outcomes, &o);
    fclose(file);
}

/* ---- The table ---- */

static const char *title(const struct row *row)
{
    if (strcmp(row->data, "mnist") == 0)
        return "MNIST";
    return strcmp(row->data, "fashion") == 0 ? "Fashion-MNIST" : "digits 8 x 8";
}

/* What the measured figure is, in words. */
static void print_kind(const struct row *row, const struct summary *s)
{
    if (strcmp(row->data, "digits") == 0)
        printf("five folds; nearest neighbour %.2f %%", s->beside);
    else if (row->choice == CHOOSE_VALIDATION)
        printf("best on validation; last epoch on test %.2f %%", s->last);
    else if (row->choice == CHOOSE_BEST)
        printf("best epoch; best seed %.2f %%; last epoch %.2f %%", s->best, s->last);
    else
        printf("last epoch");
}

static void print_row(const struct row *row, const struct outcomes *outcomes)
{
    const struct summary s = sum_up(row, outcomes);

    printf("| `%s` | %s | %s | %s | ", row->name, title(row), row->what, row->published);
    if (outcomes->count == 0) {
        puts("not measured | | | |");
        return;
    }
    if (outcomes->count > 1)
        printf("%.2f +- %.2f %%", s.mean, s.spread);
    else
        printf("%.2f %%", s.mean);
    printf(" | ");
    print_kind(row, &s);
    printf(" | %zu of %llu epochs | %.0f |\n", outcomes->count,
           (unsigned long long)s.epochs, s.seconds);
}

static void print_table(const char *path)
{
    if (path == NULL)
        fail("--table wants --results as well");
    puts("| row | data | network and training | published | measured | what it is | "
         "seeds | seconds a seed |\n"
         "|---|---|---|---|---|---|---|---:|");
    for (size_t i = 0; i < row_count; i++) {
        struct outcomes outcomes = {.count = 0};
        collect(&rows[i], path, &outcomes);
        print_row(&rows[i], &outcomes);
    }
}

static void print_list(void)
{
    for (size_t i = 0; i < row_count; i++)
        printf("%-23s %-8s %-28s%s\n", rows[i].name, rows[i].data, rows[i].published,
               rows[i].soak ? " (only if it is named)" : "");
}

/* ---- Running ---- */

static struct row adjusted(const struct row *row, const struct wishes *wishes)
{
    struct row result = *row;

    if (wishes->epochs > 0)
        result.epochs = wishes->epochs;
    if (wishes->seconds > 0)
        result.seconds = wishes->seconds;
    if (wishes->seeds > 0)
        result.seeds = wishes->seeds;
    return result;
}

static void run_row(const struct row *chosen, const struct wishes *wishes, size_t index,
                    size_t count)
{
    const struct row row = adjusted(chosen, wishes);
    struct outcomes outcomes = {.count = 0};

    printf("\n[%zu of %zu] %s: %s\n  %s; published: %s\n", index + 1, count, row.name,
           title(&row), row.what, row.published);
    for (uint64_t i = 0; i < row.seeds; i++) {
        const uint64_t seed = wishes->first_seed + i;
        struct outcome o;
        printf("  seed %llu (%llu of %llu)\n", (unsigned long long)seed,
               (unsigned long long)(i + 1), (unsigned long long)row.seeds);
        fflush(stdout);
        o = strcmp(row.data, "digits") == 0 ? run_digits(&row, wishes, seed)
                                            : run_images(&row, wishes, seed);
        printf("  seed %llu: %.2f %%, in %.1f s\n", (unsigned long long)seed,
               row_chosen(&row, &o), o.seconds);
        keep(&row, wishes, &o);
        put(&outcomes, &o);
    }
    print_row(&row, &outcomes);
    fflush(stdout);
}

enum {
    OPTION_LIST = 1,
    OPTION_DATA,
    OPTION_DIGITS,
    OPTION_SEEDS,
    OPTION_FIRST_SEED,
    OPTION_EPOCHS,
    OPTION_SECONDS,
    OPTION_THREADS,
    OPTION_RESULTS,
    OPTION_CURVES,
    OPTION_TABLE,
    OPTION_PICTURE,
    OPTION_HELP
};

static const struct option long_options[] = {
    {"list", no_argument, NULL, OPTION_LIST},
    {"data", required_argument, NULL, OPTION_DATA},
    {"digits", required_argument, NULL, OPTION_DIGITS},
    {"seeds", required_argument, NULL, OPTION_SEEDS},
    {"first-seed", required_argument, NULL, OPTION_FIRST_SEED},
    {"epochs", required_argument, NULL, OPTION_EPOCHS},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"results", required_argument, NULL, OPTION_RESULTS},
    {"curves", required_argument, NULL, OPTION_CURVES},
    {"table", no_argument, NULL, OPTION_TABLE},
    {"picture", required_argument, NULL, OPTION_PICTURE},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

/* What is only told. @return 0 if the option is none of these. */
static void take_number(struct wishes *wishes, int option)
{
    switch (option) {
    case OPTION_SEEDS:
        wishes->seeds = option_whole("--seeds", optarg, 1, SEEDS_MOST);
        break;
    case OPTION_FIRST_SEED:
        wishes->first_seed = option_whole("--first-seed", optarg, 0, 1000000000);
        break;
    case OPTION_EPOCHS:
        wishes->epochs = option_whole("--epochs", optarg, 1, 1000000);
        break;
    case OPTION_SECONDS:
        wishes->seconds = (double)option_whole("--seconds", optarg, 1, 1000000);
        break;
    default: wishes->threads = (unsigned)option_whole("--threads", optarg, 1, 256); break;
    }
}

static void take_word(struct wishes *wishes, int option)
{
    switch (option) {
    case OPTION_DATA: wishes->folder = optarg; break;
    case OPTION_DIGITS: wishes->digits = optarg; break;
    case OPTION_RESULTS: wishes->results = optarg; break;
    case OPTION_PICTURE: wishes->picture = optarg; break;
    default: wishes->curves = optarg; break;
    }
}

/* Which of those that train nothing was asked for; 0: none. */
static int read_options(int argc, char **argv, struct wishes *wishes)
{
    int option, asked = 0;

    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        switch (option) {
        case OPTION_LIST:
        case OPTION_TABLE: asked = option; break;
        case OPTION_HELP: fputs(help, stdout); exit(EXIT_SUCCESS);
        case '?': option_unknown("reproduce"); break;
        case OPTION_SEEDS:
        case OPTION_FIRST_SEED:
        case OPTION_EPOCHS:
        case OPTION_SECONDS:
        case OPTION_THREADS: take_number(wishes, option); break;
        default: take_word(wishes, option); break;
        }
    }
    if (wishes->picture != NULL && wishes->curves == NULL)
        fail("--picture wants --curves as well");
    return wishes->picture != NULL ? OPTION_PICTURE : asked;
}

static void check_names(int argc, char **argv)
{
    for (int i = optind; i < argc; i++)
        if (row_find(argv[i]) == NULL) {
            fprintf(stderr, "'%s' is no row; see --list\n", argv[i]);
            exit(EXIT_USAGE);
        }
}

static void run_all(const struct wishes *wishes)
{
    size_t count = 0, index = 0;

    for (size_t i = 0; i < row_count; i++)
        count += !rows[i].soak;
    for (size_t i = 0; i < row_count; i++)
        if (!rows[i].soak)
            run_row(&rows[i], wishes, index++, count);
}

int main(int argc, char **argv)
{
    struct wishes wishes = {.folder = "data", .digits = "examples/data", .first_seed = 1};
    const int asked = read_options(argc, argv, &wishes);

    check_names(argc, argv);
    if (asked == OPTION_LIST)
        print_list();
    else if (asked == OPTION_TABLE)
        print_table(wishes.results);
    else if (asked == OPTION_PICTURE)
        draw_curves(wishes.picture, wishes.curves);
    else if (optind == argc)
        run_all(&wishes);
    else
        for (int i = optind; i < argc; i++)
            run_row(row_find(argv[i]), &wishes, (size_t)(i - optind),
                    (size_t)(argc - optind));
    return EXIT_SUCCESS;
}
