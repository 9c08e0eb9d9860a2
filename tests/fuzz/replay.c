/* SPDX-License-Identifier: MIT */
/*
 * replay CORPUS [CHANGES]: run each target over the files in CORPUS/TARGET, and over so
 * many changes of each, made from a fixed seed. A fault ends the program.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SIZE = 1 << 20, MOST_FILES = 1000, PATH = 4096 };

static uint64_t state;

/* SplitMix64. */
static uint64_t draw(void)
{
    uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* Exactly as large as its content, so that a sanitizer sees a read past it. */
static void run_exact(const struct fuzz_target *target, const uint8_t *bytes, size_t size)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);

    if (exact == NULL)
        abort();
    memcpy(exact, bytes, size);
    target->run(exact, size);
    free(exact);
}

/* One of the changes that find most: a bit, a byte, a piece that goes, comes twice, or
 * moves, an end that is cut. */
static size_t change(uint8_t *bytes, size_t size)
{
    static const uint8_t odd[] = {0, 1, 0x7F, 0x80, 0xFF, '"', '{', '0', '9', '\n', ','};
    const size_t at = size > 0 ? draw() % size : 0;
    const size_t length = size > 0 ? 1 + draw() % (size - at < 16 ? size - at : 16) : 0;

    if (size == 0)
        return 0;
    switch (draw() % 6) {
    case 0: bytes[at] ^= (uint8_t)(1 << draw() % 8); break;
    case 1: bytes[at] = odd[draw() % sizeof odd]; break;
    case 2: bytes[at] = (uint8_t)draw(); break;
    case 3:
        memmove(bytes + at, bytes + at + length, size - at - length);
        return size - length;
    case 4:
        if (size + length > MOST_SIZE)
            return size;
        memmove(bytes + at + length, bytes + at, size - at);
        return size + length;
    default: return draw() % 4 == 0 ? at : size;
    }
    return size;
}

static size_t run_file(const struct fuzz_target *target, const char *path, size_t changes)
{
    static uint8_t whole[MOST_SIZE], changed[MOST_SIZE];
    FILE *file = fopen(path, "rb");
    size_t size;

    if (file == NULL) {
        printf("%s cannot be read\n", path);
        exit(1);
    }
    size = fread(whole, 1, sizeof whole, file);
    (void)fclose(file);
    run_exact(target, whole, size);
    for (size_t i = 0; i < changes; i++) {
        size_t left = size;

        memcpy(changed, whole, size);
        for (uint64_t times = 1 + draw() % 4; times > 0; times--)
            left = change(changed, left);
        run_exact(target, changed, left);
    }
    return 1 + changes;
}

static size_t run_target(const struct fuzz_target *target, const char *corpus,
                         size_t changes)
{
    char folder[PATH];
    size_t count = 0;
    DIR *entries;
    struct dirent *entry;

    state = 1;
    (void)snprintf(folder, sizeof folder, "%s/%s", corpus, target->name);
    entries = opendir(folder);
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        char path[PATH + 300];

        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        count += run_file(target, path, changes);
    }
    if (entries != NULL)
        (void)closedir(entries);
    return count;
}

int main(int argc, char **argv)
{
    const size_t changes = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 0;
    int missing = 0;

    if (argc < 2)
        return 2;
    for (const struct fuzz_target *target = fuzz_targets; target->name != NULL;
         target++) {
        const size_t count = run_target(target, argv[1], changes);

        printf("%-12s %zu inputs\n", target->name, count);
        missing += count == 0;
    }
    return missing > 0 ? 1 : 0;
}
