/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_OPTIONS_H
#define EXAMPLES_OPTIONS_H

/* Reading what the user typed. A value that cannot be ends the program with a message
 * that names the option, the value, and what was expected. */

#include <stddef.h>

/* The exit code for a command line that was not understood. */
enum { EXIT_USAGE = 2 };

/* A whole number from low to high. */
unsigned long long option_whole(const char *name, const char *text,
                                unsigned long long low, unsigned long long high);

/* A finite number, with a decimal point. */
double option_number(const char *name, const char *text);

/* A number from 0 to 100. */
double option_percent(const char *name, const char *text);

/* For getopt_long(): it has said what is wrong; point to the help and exit. */
void option_unknown(const char *program);

/* Refuse words that follow the options. `next` is getopt's optind. */
void option_no_more(int argc, char **argv, int next);

/* For programs whose options are --data FOLDER and --help, no more: the folder. */
const char *option_folder(int argc, char **argv, const char *folder, const char *help);

/* The path of a file in a folder, with ".gz" at the end if only that is there. If there
 * is neither, the program ends; `hint` says where the file can be had. */
void find_file(const char *folder, const char *name, const char *hint, char *path,
               size_t size);

#endif
