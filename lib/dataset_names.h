/* SPDX-License-Identifier: MIT */
/* Names learnt from a file, each once. */
#ifndef BP_DATASET_NAMES_H
#define BP_DATASET_NAMES_H

#include "dataset.h"

struct bp_name_set {
    const struct bp_host *host;
    size_t count;
    size_t used;           /**< Bytes of the texts. */
    struct bp_bytes texts; /**< One after the other, each with a NUL. */
    struct bp_bytes begins;
    struct bp_bytes nodes;
    uint32_t root;
};

void bp_name_set_begin(struct bp_name_set *set, const struct bp_host *host);
void bp_name_set_release(struct bp_name_set *set);

/** Find a name, or add it. @p name has no NUL. Fewer than 2^31 names.
 * @param index  its number, by the order of coming.
 * @return false if there is no memory. */
bool bp_name_set_add(struct bp_name_set *set, const char *name, size_t length,
                     uint32_t *index);

/** The number of a name; false if it is not there. */
bool bp_name_set_find(const struct bp_name_set *set, const char *name, size_t length,
                      uint32_t *index);

/** The text of a name that is there. */
const char *bp_name_set_text(const struct bp_name_set *set, uint32_t index);

/** Number the names, at least one, by the order of their bytes.
 * @param ranks  set->count places for the new number of each.
 * @return false if there is no memory. */
bool bp_name_set_rank(const struct bp_name_set *set, uint32_t *ranks);

/** Make the names of a data set, in the order of @p ranks.
 * @return false if there is no memory. */
bool bp_name_set_names(const struct bp_name_set *set, const uint32_t *ranks,
                       struct bp_names *names);

#endif
