/* SPDX-License-Identifier: MIT */
#include "files.h"

#include "common/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

FILE *file_open(const char *path)
{
    FILE *file = file_is_standard(path) ? stdout : fopen(path, "wb");

    if (file == NULL)
        fail("%s cannot be written: %s", path, strerror(errno));
    return file;
}

void file_close(FILE *file, const char *path)
{
    const int bad = ferror(file) | (file == stdout ? fflush(file) : fclose(file));

    if (bad)
        fail("%s cannot be written", file_is_standard(path) ? "standard output" : path);
}

int file_is_there(const char *path)
{
    FILE *file = fopen(path, "rb");

    if (file != NULL)
        (void)fclose(file);
    return file != NULL;
}

int file_is_standard(const char *path)
{
    return path == NULL || strcmp(path, "-") == 0;
}

/* What a program that ends by an error leaves behind goes. */
static char unfinished[4096];

static void remove_unfinished(void)
{
    if (unfinished[0] != '\0')
        (void)remove(unfinished);
}

static void remember_unfinished(const char *path)
{
    static int is_registered;

    snprintf(unfinished, sizeof unfinished, "%s", path);
    if (!is_registered)
        is_registered = atexit(remove_unfinished) == 0;
}

struct fresh fresh_open(const char *path)
{
    struct fresh fresh = {.path = path};

    if (file_is_standard(path)) {
        fresh.path = NULL;
        fresh.file = stdout;
        return fresh;
    }
    fresh.beside = check_allocate(strlen(path) + sizeof ".new", 1);
    strcpy(fresh.beside, path);
    strcat(fresh.beside, ".new");
    fresh.file = file_open(fresh.beside);
    remember_unfinished(fresh.beside);
    return fresh;
}

void fresh_close(struct fresh *fresh)
{
    file_close(fresh->file, fresh->beside);
    if (fresh->beside != NULL && rename(fresh->beside, fresh->path) != 0)
        fail("%s cannot be written: %s", fresh->path, strerror(errno));
    unfinished[0] = '\0';
    free(fresh->beside);
}

int32_t write_piece(const void *bytes, size_t size, void *user)
{
    return fwrite(bytes, 1, size, user) == size ? 0 : 1;
}

/* Room for as much again. */
static char *grow(char *text, size_t *room)
{
    char *more;

    *room *= 2;
    more = realloc(text, *room);
    if (more == NULL)
        fail("out of memory for %zu bytes", *room);
    return more;
}

char *file_read(const char *path, size_t *size)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    size_t room = 65536;
    char *text = check_allocate(room, 1);

    if (file == NULL)
        fail("%s cannot be read: %s", path, strerror(errno));
    *size = 0;
    for (size_t got; (got = fread(text + *size, 1, room - 1 - *size, file)) > 0;) {
        *size += got;
        if (*size + 1 == room)
            text = grow(text, &room);
    }
    if (ferror(file))
        fail("%s cannot be read", path);
    if (file != stdin)
        (void)fclose(file);
    text[*size] = '\0';
    return text;
}

void file_put_field(FILE *file, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, file);
        return;
    }
    putc('"', file);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            putc('"', file);
        putc(*text, file);
    }
    putc('"', file);
}
