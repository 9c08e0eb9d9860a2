/* SPDX-License-Identifier: MIT */
/*
 * The library from the shell: train a network on a table, use it, look into it, take it
 * elsewhere. All of it goes through the public header.
 */
#include "tool.h"

#include "common/options.h"

#include <stdlib.h>
#include <string.h>

static const struct command *const commands[] = {
    &command_train,   &command_resume, &command_predict, &command_evaluate,
    &command_inspect, &command_export, &command_explain, &command_picture,
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

int main(int argc, char **argv)
{
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
            return commands[i]->run(argc - 1, argv + 1);
    fprintf(stderr, "error: '%s' is no command; backprop --help lists them\n", argv[1]);
    return EXIT_USAGE;
}
