/* SPDX-License-Identifier: MIT */
/* The dictionary in front of an NPY array. */
#ifndef BP_FORMAT_NPY_HEADER_H
#define BP_FORMAT_NPY_HEADER_H

#include "format/npy.h"

/** Read it: type, order and shape. @return as bp_npy_read(). */
bp_status bp_npy_header(const unsigned char *header, size_t size, struct bp_npy *npy,
                        struct bp_text *text);

#endif
