/* SPDX-License-Identifier: MIT */
/* Orders of rows, for splits and folds. */
#ifndef BP_DATASET_ORDER_H
#define BP_DATASET_ORDER_H

#include "dataset.h"

/** picks[i] = i; NULL if there is no memory. */
struct bp_block *bp_order_identity(const struct bp_host *host, size_t rows);

size_t *bp_order_picks(struct bp_block *block);

/** Take the rows in the order of @p picks. @return false if there is no memory. */
bool bp_dataset_reorder(struct bp_dataset *dataset, struct bp_block *picks);

/** Keep only these rows, */
void bp_dataset_cut(struct bp_dataset *dataset, size_t first, size_t rows);

/** or make a data set of them; NULL if there is no memory. */
struct bp_dataset *bp_dataset_cut_twin(const struct bp_dataset *dataset, size_t first,
                                       size_t rows);

#endif
