/* SPDX-License-Identifier: MIT */
/*
 * Snapshots in files: the frame of a model's file, with the numbers of a snapshot as
 * metadata and its tensors as tensors. It knows nothing of trainers.
 */
#ifndef BP_CHECKPOINT_H
#define BP_CHECKPOINT_H

#include "bundle.h"
#include "snapshot.h"

enum {
    BP_CHECKPOINT_MAJOR = 1, /**< A file of a newer major is refused. */
    BP_CHECKPOINT_MINOR = 0  /**< A newer minor may have metadata that are passed over. */
};

/** What metadata are: "whole.NAME" and "real.NAME" are numbers. */
extern const char bp_checkpoint_whole[7], bp_checkpoint_real[6];

/** How the value of "format" begins. */
extern const char bp_checkpoint_format[];

/** A tensor as it is moved. */
struct bp_stored bp_checkpoint_stored(const struct bp_snapshot_tensor *tensor);

/** The first or the next tensor in the file from *index on: doubles come first, so that
 *  they lie on their boundary. NULL at the end; *index begins at 0. */
const struct bp_snapshot_tensor *bp_checkpoint_next(
    const struct bp_snapshot_content *content, size_t *index);

#endif
