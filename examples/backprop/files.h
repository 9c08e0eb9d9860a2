/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_BACKPROP_FILES_H
#define EXAMPLES_BACKPROP_FILES_H

/* Files of the tool: what it reads and writes by the names that the user gave. What fails
 * ends the program with the reason. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Standard output for NULL and "-", or the file of that name; file_close() ends the
 * program if not all went out. */
FILE *file_open(const char *path);
void file_close(FILE *file, const char *path);

int file_is_there(const char *path);

/* A file that takes the place of an old one as a whole: whoever reads that name meanwhile
 * has the old one or the new one. path NULL or "-": standard output. */
struct fresh {
    FILE *file;
    const char *path;
    char *beside;
};

struct fresh fresh_open(const char *path);
void fresh_close(struct fresh *fresh);

/* Whether a path stands for standard input or output. */
int file_is_standard(const char *path);

/* A bp_write_fn whose user is a FILE. */
int32_t write_piece(const void *bytes, size_t size, void *user);

/* All of a file, or of standard input for "-", with a NUL behind it; take it back with
 * free(). */
char *file_read(const char *path, size_t *size);

/* A text as a field of a CSV file. */
void file_put_field(FILE *file, const char *text);

#endif
