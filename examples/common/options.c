/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "check.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Leave with EXIT_USAGE. */
static void refuse(const char *name, const char *text, const char *expected)
{
    fprintf(stderr, "error: %s is '%s', expected %s\n", name, text, expected);
    exit(EXIT_USAGE);
}

unsigned long long option_whole(const char *name, const char *text,
                                unsigned long long low, unsigned long long high)
{
    char expected[96];
    char *end;

    errno = 0;
    const unsigned long long value = strtoull(text, &end, 10);
    snprintf(expected, sizeof expected, "a whole number from %llu to %llu", low, high);
    /* strtoull() takes "-1" and " 1", and answers 0 for "": only digits will do. */
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < low ||
        value > high)
        refuse(name, text, expected);
    return value;
}

double option_number(const char *name, const char *text)
{
    char *end;
    const double value = strtod(text, &end);

    if (end == text || *end != '\0' || !isfinite(value))
        refuse(name, text, "a number");
    return value;
}

double option_percent(const char *name, const char *text)
{
    char *end;
    const double value = strtod(text, &end);

    /* "not at least 0" is also true of NaN, which is neither above nor below. */
    if (end == text || *end != '\0' || !(value >= 0.0 && value <= 100.0))
        refuse(name, text, "a number from 0 to 100");
    return value;
}

void option_unknown(const char *program)
{
    fprintf(stderr, "%s --help lists the options.\n", program);
    exit(EXIT_USAGE);
}

void option_no_more(int argc, char **argv, int next)
{
    if (next >= argc)
        return;
    fprintf(stderr, "error: '%s' was not expected here\n", argv[next]);
    option_unknown(argv[0]);
}

const char *option_folder(int argc, char **argv, const char *folder, const char *help)
{
    static const struct option options[] = {{"data", required_argument, NULL, 'd'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "d:h", options, NULL)) != -1) {
        if (option == 'd') {
            folder = optarg;
        } else if (option == 'h') {
            fputs(help, stdout);
            exit(EXIT_SUCCESS);
        } else {
            option_unknown(argv[0]);
        }
    }
    option_no_more(argc, argv, optind);
    return folder;
}

static int can_read(const char *path)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL)
        return 0;
    fclose(file);
    return 1;
}

void find_file(const char *folder, const char *name, const char *hint, char *path,
               size_t size)
{
    const int length = snprintf(path, size, "%s/%s.gz", folder, name);

    if (length < 0 || (size_t)length >= size)
        fail("the path %s/%s.gz has more than %zu bytes", folder, name, size - 1);
    const int packed = can_read(path);
    path[strlen(path) - strlen(".gz")] = '\0';
    if (can_read(path))
        return;
    if (!packed)
        fail("%s cannot be read, nor %s.gz: %s\n  %s", path, path, strerror(errno), hint);
    strcat(path, ".gz");
}
