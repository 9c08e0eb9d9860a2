/* SPDX-License-Identifier: MIT */
/* Why a network does not learn: the findings, and the parts that look for them. */
#ifndef BP_DIAGNOSE_H
#define BP_DIAGNOSE_H

#include "fit.h"
#include "trainer_snapshot.h"

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

/** Add a finding whose line is in @p text. */
void bp_examination_add(struct bp_examination *look, const bp_finding *finding,
                        const struct bp_text *text);

/** Columns of inputs and targets. @return ::BP_ENOMEM with a line. */
bp_status bp_examine_data(struct bp_examination *look);

/** Parameters as they are. @return whether all are finite. */
bool bp_examine_parameters(struct bp_examination *look);

/** Units and gradients over the rows. @return ::BP_ENOMEM, ::BP_ESTOPPED with a line. */
bp_status bp_examine_passes(struct bp_examination *look);

/** What one step would do. */
bp_status bp_examine_step(struct bp_examination *look);

#endif
