/* SPDX-License-Identifier: MIT */
/*
 * Fuzz targets: plain functions that take any bytes, and must come back. What they find
 * out ends the program by abort(). replay.c runs them over files; with clang's libFuzzer,
 * driver.c runs one of them over whatever it invents.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

typedef void (*fuzz_fn)(const uint8_t *bytes, size_t size);

struct fuzz_target {
    const char *name;
    fuzz_fn run;
};

/** All of them; the last has no name. */
extern const struct fuzz_target fuzz_targets[];

void fuzz_model(const uint8_t *bytes, size_t size);
void fuzz_checkpoint(const uint8_t *bytes, size_t size);
void fuzz_import(const uint8_t *bytes, size_t size);
void fuzz_csv(const uint8_t *bytes, size_t size);
void fuzz_idx(const uint8_t *bytes, size_t size);
void fuzz_npy(const uint8_t *bytes, size_t size);
void fuzz_round_trip(const uint8_t *bytes, size_t size);
void fuzz_calls(const uint8_t *bytes, size_t size);

#endif
