/* SPDX-License-Identifier: MIT */
/*
 * Files of models, made to be damaged: six small ones that are right, and what changes
 * their header and makes them look right again (sizes and checksum), so that a test sees
 * the fault it means.
 */
#ifndef TESTS_BUNDLE_FORGE_H
#define TESTS_BUNDLE_FORGE_H

#include "unit_helpers.h"

struct forge {
    unsigned char *bytes; /* From malloc(). */
    size_t size;
};

enum { FORGE_MODELS = 6 };

/* A model of each sort: 0 plain, float; 1 in double with cost, scaler and names; 2 with
 * callbacks of the caller's; 3 without biases; 4 all settings, names beyond ASCII; 5
 * every layer that is there for training. */
struct forge forge_model(size_t which);

/* What model 2 is loaded with; the others as well. */
const bp_load_options *forge_options(void);

void forge_free(struct forge *forge);

/* A file of this header and so many bytes of data, all 0; sealed. */
struct forge forge_make(const char *header, size_t data_size);

/* Put `to` in the place of the first `from` in the header, which must be there. */
void forge_replace(struct forge *forge, const char *from, const char *to);

/* Set size, padding and checksum right. */
void forge_seal(struct forge *forge);

/* Set the checksum right, and nothing else. */
void forge_checksum(struct forge *forge);

size_t forge_header_size(const struct forge *forge);

/* Load from memory through a watching host: the status, and nothing live afterwards.
 * The line goes to `line`, of 256 bytes. */
bp_status forge_load(const struct forge *forge, const bp_load_options *options,
                     char *line);

#endif
