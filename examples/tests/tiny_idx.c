/* SPDX-License-Identifier: MIT */
/*
 * Makes four small IDX files as those of MNIST: in an image of class k, row k is bright.
 *
 *     tiny_idx FOLDER
 */
#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 10, CLASSES = 10 };

static void put_number(FILE *file, unsigned number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        fputc((int)(number >> shift & 255u), file);
}

static FILE *create(const char *folder, const char *part, const char *kind)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s-%s-ubyte", folder, part, kind);
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    return file;
}

/* Pixels in a fixed disorder: a linear congruential generator will do. */
static int noise(void)
{
    static unsigned state = 1;

    state = state * 1664525u + 1013904223u;
    return (int)(state >> 26);
}

static void write_images(FILE *file, unsigned rows)
{
    put_number(file, 0x00000803u);
    put_number(file, rows);
    put_number(file, SIDE);
    put_number(file, SIDE);
    for (unsigned row = 0; row < rows; row++)
        for (unsigned pixel = 0; pixel < SIDE * SIDE; pixel++)
            fputc(noise() + (pixel / SIDE == row % CLASSES ? 192 : 0), file);
}

static void write_labels(FILE *file, unsigned rows)
{
    put_number(file, 0x00000801u);
    put_number(file, rows);
    for (unsigned row = 0; row < rows; row++)
        fputc((int)(row % CLASSES), file);
}

static int write_part(const char *folder, const char *part, unsigned rows)
{
    FILE *images = create(folder, part, "images-idx3");
    FILE *labels = create(folder, part, "labels-idx1");

    write_images(images, rows);
    write_labels(labels, rows);
    return fclose(images) | fclose(labels);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: tiny_idx FOLDER\n", stderr);
        return 2;
    }
    return write_part(argv[1], "train", 600) | write_part(argv[1], "t10k", 100);
}
