/* SPDX-License-Identifier: MIT */
#include "dataset_words.h"

void bp_words_begin(struct bp_words *words, const struct bp_host *host)
{
    *words = (struct bp_words){.slots = {NULL, 0}};
    bp_name_set_begin(&words->set, host);
}

void bp_words_release(struct bp_words *words)
{
    bp_host_release(words->set.host, words->slots.data, words->slots.size);
    bp_name_set_release(&words->set);
    words->slots = (struct bp_bytes){NULL, 0};
}

size_t *bp_words_slots(const struct bp_words *words)
{
    return (size_t *)(void *)words->slots.data;
}

bool bp_words_add(struct bp_words *words, const char *word, size_t length, size_t slot)
{
    uint32_t index;

    if (words->slots.data == NULL) {
        words->slots.data =
            bp_host_allocate(words->set.host, BP_WORDS_LIMIT * sizeof(size_t));
        if (words->slots.data == NULL)
            return false;
        words->slots.size = BP_WORDS_LIMIT * sizeof(size_t);
    }
    if (!bp_name_set_add(&words->set, word, length, &index))
        return false;
    bp_words_slots(words)[index] = slot;
    return true;
}

size_t bp_words_find(const struct bp_words *words, const char *word, size_t length)
{
    uint32_t index;

    return bp_name_set_find(&words->set, word, length, &index)
               ? bp_words_slots(words)[index]
               : SIZE_MAX;
}

bool bp_words_rank(struct bp_words *words, size_t first)
{
    uint32_t ranks[BP_WORDS_LIMIT];

    if (!bp_name_set_rank(&words->set, ranks))
        return false;
    for (size_t i = 0; i < words->set.count; i++)
        bp_words_slots(words)[i] = first + ranks[i];
    return true;
}
