/* SPDX-License-Identifier: MIT */
#include "parity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- words ---- */

enum { WORD = 128 };

/** What is left of the text. */
struct words {
    const char *at;
};

/* The next word, without comments; false at the end, or where it is too long. */
static bool next_word(struct words *words, char word[WORD])
{
    size_t length;

    words->at += strspn(words->at, " \n");
    while (*words->at == '#') {
        words->at += strcspn(words->at, "\n");
        words->at += strspn(words->at, " \n");
    }
    length = strcspn(words->at, " \n");
    if (length == 0 || length >= WORD)
        return false;
    memcpy(word, words->at, length);
    word[length] = '\0';
    words->at += length;
    return true;
}

static bool at_end(const struct words *words)
{
    return *words->at == '\0';
}

/* ---- the parts of a file ---- */

static void *grown(void *memory, size_t size)
{
    void *larger = realloc(memory, size);

    assert_non_null(larger);
    return larger;
}

static bool add_case(struct parity_file *file, const char *name)
{
    struct parity_case *added;

    if (strlen(name) >= PARITY_NAME)
        return false;
    file->cases = grown(file->cases, (file->count + 1) * sizeof *file->cases);
    added = &file->cases[file->count++];
    memset(added, 0, sizeof *added);
    memcpy(added->name, name, strlen(name) + 1);
    return true;
}

/* @p name with its colon. */
static bool add_array(struct parity_file *file, const char *name)
{
    const size_t length = strlen(name) - 1;
    struct parity_case *of = file->count > 0 ? &file->cases[file->count - 1] : NULL;
    struct parity_array *added;

    if (of == NULL || of->count == PARITY_ARRAYS || length == 0 || length >= PARITY_NAME)
        return false;
    added = &of->arrays[of->count++];
    memcpy(added->name, name, length);
    return true;
}

static bool add_number(struct parity_file *file, const char *word)
{
    struct parity_case *of = file->count > 0 ? &file->cases[file->count - 1] : NULL;
    struct parity_array *array;
    char *end = NULL;
    const double value = strtod(word, &end);

    if (of == NULL || of->count == 0 || *end != '\0')
        return false;
    array = &of->arrays[of->count - 1];
    array->values = grown(array->values, (array->count + 1) * sizeof value);
    array->values[array->count++] = value;
    return true;
}

static bool add(struct parity_file *file, struct words *words, char word[WORD])
{
    if (strcmp(word, "case") == 0)
        return next_word(words, word) && add_case(file, word);
    if (word[strlen(word) - 1] == ':')
        return add_array(file, word);
    return add_number(file, word);
}

struct parity_file *parity_parse(const char *text)
{
    struct parity_file *file = grown(NULL, sizeof *file);
    struct words words = {text};
    char word[WORD];
    bool good = true;

    memset(file, 0, sizeof *file);
    while (good && next_word(&words, word))
        good = add(file, &words, word);
    if (good && at_end(&words) && file->count > 0)
        return file;
    parity_free(file);
    return NULL;
}

void parity_free(struct parity_file *file)
{
    for (size_t i = 0; i < file->count; i++)
        for (size_t j = 0; j < file->cases[i].count; j++)
            free(file->cases[i].arrays[j].values);
    free(file->cases);
    free(file);
}

/* ---- files ---- */

static char *text_of(const char *path)
{
    FILE *stream = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0;
    size_t got;

    if (stream == NULL)
        fail_msg("%s cannot be opened", path);
    do {
        text = grown(text, size + 65537);
        got = fread(text + size, 1, 65536, stream);
        size += got;
    } while (got > 0);
    text[size] = '\0';
    fclose(stream);
    return text;
}

struct parity_file *parity_read(const char *name)
{
    char path[1024];
    struct parity_file *file;
    char *text;

    (void)snprintf(path, sizeof path, "%s/tests/parity/%s.txt", BP_SOURCE_DIR, name);
    text = text_of(path);
    file = parity_parse(text);
    free(text);
    if (file == NULL)
        fail_msg("%s is not a file of golden numbers", path);
    return file;
}

/* ---- what is in it ---- */

static const struct parity_array *find(const struct parity_case *of, const char *array)
{
    for (size_t i = 0; i < of->count; i++)
        if (strcmp(of->arrays[i].name, array) == 0)
            return &of->arrays[i];
    return NULL;
}

bool parity_has(const struct parity_case *of, const char *array)
{
    return find(of, array) != NULL;
}

const double *parity_array(const struct parity_case *of, const char *array, size_t *count)
{
    const struct parity_array *found = find(of, array);

    if (found == NULL)
        fail_msg("case %s has no array %s", of->name, array);
    *count = found->count;
    return found->values;
}

const double *parity_values(const struct parity_case *of, const char *array, size_t count)
{
    size_t found = 0;
    const double *values = parity_array(of, array, &found);

    if (found != count)
        fail_msg("case %s: %s has %zu numbers, expected %zu", of->name, array, found,
                 count);
    return values;
}

double parity_number(const struct parity_case *of, const char *array)
{
    return *parity_values(of, array, 1);
}
