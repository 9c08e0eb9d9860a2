/* SPDX-License-Identifier: MIT */
/* Names of operations: copied, so that they live as long as the copy of their table. */
#ifndef BP_NAME_H
#define BP_NAME_H

#include "base.h"

enum { BP_NAME_SIZE = 64 };

/** Copy a name of 1 to BP_NAME_SIZE - 1 bytes. @return false if it is none. */
bool bp_name_copy(char *to, const char *name);

#endif
