/* SPDX-License-Identifier: MIT */
/* Which tensor of a file is which parameter of a network. */
#ifndef BP_BUNDLE_IMPORT_H
#define BP_BUNDLE_IMPORT_H

#include "bundle.h"

/** A parameter, and the tensor that goes into it. */
struct bp_match {
    size_t layer;
    int32_t which; /**< A `BP_PARAMETER_` value. */
    const struct bp_place *place;
    const struct bp_st_tensor *tensor; /**< NULL: none yet. */
    uint64_t number;                   /**< By which tensors without names are ordered. */
};

/** The parameters of a network in their order. @return how many; @p matches may be NULL
 *  to count. */
size_t bp_match_list(const struct bp_network *network, struct bp_match *matches);

/** Find the tensor of each parameter, by the caller's names or by numbers in theirs, and
 *  compare the shapes.
 * @return ::BP_EDATA, ::BP_ESHAPE, ::BP_EINVAL with a line in @p text. */
bp_status bp_match_tensors(const struct bp_st_header *header,
                           const bp_import_options *options, struct bp_match *matches,
                           size_t count, struct bp_text *text);

#endif
