/* SPDX-License-Identifier: MIT */
/*
 * The library from the shell: train a network on a table, use it, look into it, take it
 * elsewhere. All of it goes through the public header.
 */
#include "tool.h"

#include "common/check.h"
#include "common/options.h"

#include <stdlib.h>
#include <string.h>

static const struct command *const commands[] = {
    &command_train,    &command_resume,  &command_predict,
    &command_evaluate, &command_inspect, &command_export,
    &command_explain,  &command_picture, &command_watch,
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *file)
{
    fputs("Usage: backprop COMMAND [OPTION]... [FILE]...\n"
          "Train neural networks on tables, and use them.\n"
          "\n"
          "Commands:\n",
          file);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(file, "  %-9s  %s\n", commands[i]->name, commands[i]->summary);
    fputs(
        "\n"
        "  -h, --help     display this help and exit\n"
        "  -V, --version  output version information and exit\n"
        "\n"
        "'backprop COMMAND --help' tells the options of a command.\n"
        "\n"
        "A table, a model to read or a file to write may be -, for standard input and\n"
        "output. Tables are CSV, plain or gzipped.\n"
        "\n"
        "Exit status: 0 if all went well, 1 if not, 2 for a command line that was not\n"
        "understood, 130 if training was interrupted (the best weights are saved).\n"
        "\n"
        "Example:\n"
        "  backprop train penguins.csv --target species --hidden 32,16 -o p.safetensors\n"
        "  backprop predict p.safetensors new.csv\n",
        file);
}

static int is_word(const char *word, const char *brief, const char *full)
{
    return strcmp(word, brief) == 0 || strcmp(word, full) == 0;
}

/* What getopt and hints call the program. */
static int run(const struct command *command, int argc, char **argv)
{
    static char name[32];

    snprintf(name, sizeof name, "backprop %s", command->name);
    argv[0] = name;
    return command->run(argc, argv);
}

int main(int argc, char **argv)
{
    check_is_brief = 1;
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (is_word(argv[1], "-h", "--help")) {
        print_help(stdout);
        return EXIT_SUCCESS;
    }
    if (is_word(argv[1], "-V", "--version")) {
        printf("backprop %s\n", bp_version_text());
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i]->name) == 0)
            return run(commands[i], argc - 1, argv + 1);
    fprintf(stderr, "error: '%s' is no command; backprop --help lists them\n", argv[1]);
    return EXIT_USAGE;
}
