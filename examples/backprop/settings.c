/* SPDX-License-Identifier: MIT */
/*
 * What was asked of a training, from the command line and from the file beside its
 * checkpoint. That file is text, an option a line as in `--hidden=32,16`, below the word
 * that names the table:
 *
 *     backprop-training 0123456789abcdef
 *     /data/penguins.csv
 *     --target=species
 *
 * The number is the fingerprint of the rows. Paths in it are whole.
 */
#include "training.h"

#include "common/check.h"
#include "common/options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_WORDS = 2 * MOST_SETTINGS, MOST_PATH = 4096 };

#define WHOLE 18446744073709551615u

static const struct option options[] = {{"output", required_argument, NULL, 'o'},
                                        {"features", required_argument, NULL, 'f'},
                                        {"regression", no_argument, NULL, 'r'},
                                        {"hidden", required_argument, NULL, 'H'},
                                        {"activation", required_argument, NULL, 'a'},
                                        {"dropout", required_argument, NULL, 'D'},
                                        {"epochs", required_argument, NULL, 'e'},
                                        {"patience", required_argument, NULL, 'p'},
                                        {"batch", required_argument, NULL, 'b'},
                                        {"rate", required_argument, NULL, 'R'},
                                        {"held-out", required_argument, NULL, 'v'},
                                        {"seed", required_argument, NULL, 'S'},
                                        {"checkpoint", required_argument, NULL, 'c'},
                                        {"every", required_argument, NULL, 'E'},
                                        {"history", required_argument, NULL, 'Y'},
                                        {"watch", required_argument, NULL, 'W'},
                                        {"regions", required_argument, NULL, 'G'},
                                        {"quiet", no_argument, NULL, 'q'},
                                        TABLE_OPTIONS};

/* Options whose value is a path, and those that may change when a training goes on: the
 * others are in the state that it goes on from. */
static const char paths[] = "ocYWG", changeable[] = "oepEqYWG";

/* ---- the command line ---- */

static void refuse(const char *name, const char *expected)
{
    fprintf(stderr, "error: %s is '%s', expected %s\n", name, optarg, expected);
    exit(EXIT_USAGE);
}

/* "5" is epochs, "30s" is seconds. */
static void read_every(struct settings *s, const char *text)
{
    const size_t length = strlen(text);
    char number[32];

    s->every_epochs = 0;
    s->every_seconds = 0;
    if (length == 0 || length >= sizeof number || text[length - 1] != 's') {
        s->every_epochs = option_whole("--every", text, 1, 1000000000);
        return;
    }
    memcpy(number, text, length - 1);
    number[length - 1] = '\0';
    s->every_seconds = option_number("--every", number);
    if (!(s->every_seconds > 0))
        refuse("--every", "epochs as 5 or seconds as 30s");
}

/* From 0 to below the whole. */
static double read_part(const char *name, int whole)
{
    const double part = option_number(name, optarg);
    char expected[48];

    snprintf(expected, sizeof expected, "a number from 0 to below %d", whole);
    if (!(part >= 0 && part < whole))
        refuse(name, expected);
    return part;
}

static void read_option(struct settings *s, int option)
{
    switch (option) {
    case 'o': s->output = optarg; break;
    case 'f': s->features = optarg; break;
    case 'r': s->regression = 1; break;
    case 'H': s->hidden = optarg; break;
    case 'q': s->quiet = 1; break;
    case 'c': s->checkpoint = optarg; break;
    case 'Y': s->history = optarg; break;
    case 'W': s->watch = optarg; break;
    case 'G': s->regions = optarg; break;
    case 'E': read_every(s, optarg); break;
    case 'D': s->dropout = read_part("--dropout", 1); break;
    case 'R':
        s->rate = option_number("--rate", optarg);
        if (!(s->rate > 0 && s->rate <= 1e6))
            refuse("--rate", "a number above 0");
        break;
    case 'v': s->held_out = read_part("--held-out", 100); break;
    case 'e': s->epochs = option_whole("--epochs", optarg, 1, 1000000000); break;
    case 'p': s->patience = option_whole("--patience", optarg, 0, 1000000000); break;
    case 'b': s->batch = option_whole("--batch", optarg, 1, 1000000); break;
    case 'S': s->seed = option_whole("--seed", optarg, 0, WHOLE); break;
    case 'a':
        if (bp_activation_find(optarg, &s->activation) == BP_OK)
            break;
        refuse("--activation", "a name such as tanh");
        break;
    default: (void)table_option(&s->table, option, train_help);
    }
}

static const struct settings defaults = {.table = {.separator = ',', .has_header = 1},
                                         .hidden = "32",
                                         .activation = BP_ACTIVATION_RELU,
                                         .rate = 0.005,
                                         .held_out = 20,
                                         .epochs = 200,
                                         .patience = 30,
                                         .batch = 32,
                                         .seed = 1,
                                         .every_seconds = 30};

/* Where an option is in the list. */
static size_t place_of(int option)
{
    size_t i = 0;

    while (options[i].val != option)
        i++;
    return i;
}

/* Read options; `allowed` NULL: all. The words that are none come to the end. */
static void read_words(struct settings *s, int argc, char **argv, const char *allowed)
{
    int option;

    optind = 1;
    while ((option = getopt_long(argc, argv, "o:qh", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(allowed != NULL ? resume_help : train_help, stdout);
            exit(EXIT_SUCCESS);
        }
        if (option == '?')
            option_unknown(allowed != NULL ? "backprop resume" : "backprop train");
        if (allowed != NULL && strchr(allowed, option) == NULL) {
            fprintf(stderr,
                    "error: --%s cannot change any more, it is in the checkpoint\n",
                    options[place_of(option)].name);
            option_unknown("backprop resume");
        }
        read_option(s, option);
        s->given[place_of(option)] = optarg != NULL ? optarg : "";
    }
}

struct settings settings_read(int argc, char **argv)
{
    struct settings s = defaults;

    read_words(&s, argc, argv, NULL);
    s.table.path = word_only(argc, argv, optind, "the table");
    if (s.output == NULL) {
        fprintf(stderr, "error: -o is missing: where the model goes\n");
        exit(EXIT_USAGE);
    }
    if (file_is_standard(s.output))
        s.quiet = 1; /* The model is all that goes there. */
    if (s.checkpoint != NULL &&
        (file_is_standard(s.table.path) || file_is_standard(s.output))) {
        fprintf(stderr,
                "error: --checkpoint needs a table and a model in files, not -\n");
        exit(EXIT_USAGE);
    }
    return s;
}

/* ---- the file beside the checkpoint ---- */

static const char *beside(const char *checkpoint, const char *end)
{
    char *path = check_allocate(strlen(checkpoint) + strlen(end) + 1, 1);

    strcpy(path, checkpoint);
    return strcat(path, end);
}

static void put_path(FILE *file, const char *path)
{
    char folder[MOST_PATH];

    if (path[0] != '/') {
        if (getcwd(folder, sizeof folder) == NULL)
            fail("the working folder has no name: %s", strerror(errno));
        fprintf(file, "%s/", folder);
    }
    fprintf(file, "%s", path);
}

static void put_word(FILE *file, size_t index, const char *value)
{
    const struct option *option = &options[index];

    if (strchr(value, '\n') != NULL)
        fail("--%s has two lines, which --checkpoint cannot keep", option->name);
    fprintf(file, "--%s", option->name);
    if (option->has_arg == required_argument)
        putc('=', file);
    if (strchr(paths, option->val) != NULL)
        put_path(file, value);
    else
        fputs(value, file);
    putc('\n', file);
}

void settings_keep(const struct settings *s, uint64_t fingerprint)
{
    const char *path = beside(s->checkpoint, ".options");
    struct fresh fresh = fresh_open(path);

    fprintf(fresh.file, "backprop-training %016" PRIx64 "\n", fingerprint);
    put_path(fresh.file, s->table.path);
    putc('\n', fresh.file);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (s->given[i] != NULL)
            put_word(fresh.file, i, s->given[i]);
    fresh_close(&fresh);
    free((char *)path);
}

void settings_forget(const struct settings *s)
{
    const char *path = beside(s->checkpoint, ".options");

    (void)remove(s->checkpoint);
    (void)remove(path);
    free((char *)path);
}

/* The lines of a file of options, as a command line. */
struct words {
    char *text;
    char *list[MOST_WORDS + 1];
    int count;
};

static struct words read_lines(const char *path)
{
    struct words words = {.count = 0};
    size_t size;

    words.text = file_read(path, &size);
    for (char *at = words.text; *at != '\0' && words.count < MOST_WORDS;) {
        char *end = at + strcspn(at, "\n");

        words.list[words.count++] = at;
        if (*end == '\0')
            break;
        *end = '\0';
        at = end + 1;
    }
    return words;
}

static void take_kept(struct settings *s, const char *checkpoint, uint64_t *fingerprint)
{
    const char *path = beside(checkpoint, ".options");
    struct words words;

    if (!file_is_there(path))
        fail("%s is not there, which 'backprop train --checkpoint %s' writes", path,
             checkpoint);
    words = read_lines(path);
    if (words.count < 2 ||
        sscanf(words.list[0], "backprop-training %16" SCNx64, fingerprint) != 1)
        fail("%s is not what 'backprop train --checkpoint' writes", path);
    read_words(s, words.count, words.list, NULL);
    s->table.path = word_only(words.count, words.list, optind, "the table");
    free((char *)path);
}

struct settings settings_resume(int argc, char **argv, uint64_t *fingerprint)
{
    struct settings s = defaults;
    struct settings tried = defaults;

    read_words(&tried, argc, argv, changeable);
    if (optind >= argc) {
        fprintf(stderr, "error: the checkpoint is missing\n");
        option_unknown("backprop resume");
    }
    take_kept(&s, argv[optind], fingerprint);
    read_words(&s, argc, argv, changeable);
    s.checkpoint = argv[optind];
    s.given[place_of('c')] = s.checkpoint;
    if (optind + 1 < argc)
        s.table.path = argv[optind + 1];
    option_no_more(argc, argv, optind + 2);
    return s;
}
