/* SPDX-License-Identifier: MIT */
/*
 * bench_files FOLDER [REPETITIONS]: what it costs to load and to save a model of 100 MB,
 * beside a plain read with the checksum of what was read, and a plain write with fsync.
 * The four are done in turns; the best time of each counts. The file is in the system's
 * memory when it is read.
 */
#define _POSIX_C_SOURCE 200809L

#include "clock.h"
#include "format/crc32.h"
#include "worker.h"

#include <backprop.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 3536, BLOCK = 1 << 20, REPETITIONS = 7, PATH = 4096 };

struct files {
    char model[PATH], plain[PATH];
    bp_network *network;
    unsigned char *bytes;
    size_t size;
};

static void need(int holds, const char *what)
{
    if (!holds)
        worker_die("%s failed", what);
}

static void read_plain(struct files *files)
{
    const int file = open(files->model, O_RDONLY);
    struct bp_crc32 crc;
    ssize_t count;
    size_t at = 0;

    need(file >= 0, "open");
    bp_crc32_begin(&crc);
    while ((count = read(file, files->bytes + at, BLOCK)) > 0) {
        bp_crc32_add(&crc, files->bytes + at, (size_t)count);
        at += (size_t)count;
    }
    need(at == files->size && bp_crc32_value(&crc) != 1, "read");
    (void)close(file);
}

static void load(struct files *files)
{
    bp_bundle *bundle;

    need(bp_bundle_create(NULL, &bundle) == BP_OK, "bp_bundle_create");
    need(bp_bundle_load(bundle, files->model, NULL) == BP_OK, bp_bundle_error(bundle));
    bp_bundle_destroy(bundle);
}

static void write_plain(struct files *files)
{
    const int file = open(files->plain, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    size_t at = 0;

    need(file >= 0, "create");
    while (at < files->size) {
        const size_t left = files->size - at;
        const ssize_t count = write(file, files->bytes + at, left < BLOCK ? left : BLOCK);

        need(count > 0, "write");
        at += (size_t)count;
    }
    need(fsync(file) == 0 && close(file) == 0, "fsync");
    (void)remove(files->plain);
}

static void save(struct files *files)
{
    need(bp_network_save(files->network, files->model, NULL) == BP_OK,
         bp_network_error(files->network));
}

/* New memory for the plain read each time, as a load takes its own. */
static double time_of(void (*work)(struct files *files), struct files *files)
{
    double begin;

    files->bytes = malloc(files->size + BLOCK);
    need(files->bytes != NULL, "malloc");
    if (work == write_plain)
        memset(files->bytes, 1, files->size);
    begin = bench_now();
    work(files);
    free(files->bytes);
    return bench_now() - begin;
}

static void begin(struct files *files, const char *folder)
{
    (void)snprintf(files->model, PATH, "%s/bench.safetensors", folder);
    (void)snprintf(files->plain, PATH, "%s/bench.bytes", folder);
    need(bp_network_create(WIDTH, NULL, &files->network) == BP_OK, "create");
    for (int layer = 0; layer < 2; layer++)
        need(bp_network_add_dense(files->network, WIDTH, BP_ACTIVATION_RELU) == BP_OK,
             "bp_network_add_dense");
    need(bp_network_build(files->network, 1) == BP_OK, "bp_network_build");
    save(files);
    need(bp_network_save_memory(files->network, NULL, NULL, 0, &files->size) == BP_ELIMIT,
         "bp_network_save_memory");
}

int main(int argc, char **argv)
{
    static void (*const works[])(struct files *) = {read_plain, load, write_plain, save};
    static const char *const names[] = {"plain read and checksum", "bp_bundle_load",
                                        "plain write and fsync", "bp_network_save"};
    const int repetitions = argc > 2 ? atoi(argv[2]) : REPETITIONS;
    double best[4] = {1e9, 1e9, 1e9, 1e9};
    struct files files;

    if (argc < 2)
        worker_die("usage: bench_files FOLDER [REPETITIONS]");
    begin(&files, argv[1]);
    for (int i = 0; i < 4 * repetitions; i++) {
        const double took = time_of(works[i % 4], &files);

        best[i % 4] = took < best[i % 4] ? took : best[i % 4];
    }
    printf("a model of %.1f MB\n", (double)files.size * 1e-6);
    for (int i = 0; i < 4; i++)
        printf("%-24s %7.1f ms\n", names[i], 1e3 * best[i]);
    printf("load %.2f, save %.2f times the plain one, expected at most 2\n",
           best[1] / best[0], best[3] / best[2]);
    (void)remove(files.model);
    bp_network_destroy(files.network);
    return 0;
}
