/* SPDX-License-Identifier: MIT */
/* The words of a column of categories, and which input each of them is. */
#ifndef BP_DATASET_WORDS_H
#define BP_DATASET_WORDS_H

#include "dataset_names.h"

struct bp_words {
    struct bp_name_set set;
    struct bp_bytes slots; /**< A size_t for each word, by the order of coming. */
};

enum { BP_WORDS_LIMIT = 1000 };

void bp_words_begin(struct bp_words *words, const struct bp_host *host);
void bp_words_release(struct bp_words *words);

/** Add a word that is not there yet; fewer than ::BP_WORDS_LIMIT are there.
 * @return false if there is no memory. */
bool bp_words_add(struct bp_words *words, const char *word, size_t length, size_t slot);

/** The input of a word; SIZE_MAX if it is not there. */
size_t bp_words_find(const struct bp_words *words, const char *word, size_t length);

size_t *bp_words_slots(const struct bp_words *words);

/** Give the words, at least one, the inputs from @p first on, by the order of bytes.
 * @return false if there is no memory. */
bool bp_words_rank(struct bp_words *words, size_t first);

#endif
