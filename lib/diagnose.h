/* SPDX-License-Identifier: MIT */
/* Why a network does not learn: the findings, and the parts that look for them. */
#ifndef BP_DIAGNOSE_H
#define BP_DIAGNOSE_H

#include "fit.h"
#include "twin.h"

/** A finding with the text that it owns. */
struct bp_found {
    bp_finding finding;
    struct bp_text text;
};

struct bp_diagnosis {
    struct bp_host host;
    struct bp_text text;
    struct bp_found *found;
    size_t count, capacity;
};

/** A look that goes on. */
struct bp_examination {
    struct bp_trainer *trainer; /**< Whose line tells a failure. */
    struct bp_twin twin;        /**< What is tried, is tried on this. */
    const struct bp_dataset *data;
    size_t rows;  /**< Of the data set that are looked at, */
    size_t *pick; /**< and which. */
    double *row;  /**< Room for the widest row, */
    size_t width; /**< of so many. */
    struct bp_diagnosis *diagnosis;
};

/** A report without findings, with room for those of a network; NULL without memory. */
struct bp_diagnosis *bp_diagnosis_create(const struct bp_network *network);

/** Add a finding whose line is in @p text. */
void bp_diagnosis_add(struct bp_diagnosis *diagnosis, const bp_finding *finding,
                      const struct bp_text *text);

/** Columns of inputs and targets. @return ::BP_ENOMEM with a line. */
bp_status bp_examine_data(struct bp_examination *look);

/** Parameters as they are. @return whether all are finite. */
bool bp_examine_parameters(struct bp_examination *look);

/** Units and gradients over the rows. @return ::BP_ENOMEM, ::BP_ESTOPPED with a line. */
bp_status bp_examine_passes(struct bp_examination *look);

/** Classes that are never predicted; as bp_examine_passes(). */
bp_status bp_examine_classes(struct bp_examination *look);

/** What one update would do; as bp_examine_passes(). */
bp_status bp_examine_update(struct bp_examination *look);

/* What the parts share. */

/** A line for a finding. */
#define BP_FINDING_LINE(text, ...) ((void)bp_fail(text, BP_OK, __VA_ARGS__))

/** Add the finding that numbers of this layer, `what`, are the first not to be finite. */
void bp_find_not_finite(struct bp_examination *look, size_t layer, const char *what);

/** Numbers of one row of a tensor in @p arena, in double: as many as its columns. They
 *  lie in look->row until the next call. */
const double *bp_examine_row(const struct bp_examination *look,
                             const struct bp_network *network,
                             const struct bp_arena *arena, const struct bp_place *place,
                             size_t row);

/** Sum of the squares of a tensor. */
double bp_examine_squares(const struct bp_examination *look,
                          const struct bp_network *network, const struct bp_arena *arena,
                          const struct bp_place *place);

/** Whether weights and biases of a layer are finite in @p arena. */
bool bp_examine_finite(const struct bp_examination *look,
                       const struct bp_network *network, const struct bp_arena *arena,
                       size_t layer);

/** Whether a layer has weights between units. */
bool bp_examine_is_dense(const struct bp_network *network, size_t layer);

bp_status bp_examine_no_memory(struct bp_examination *look);

#endif
