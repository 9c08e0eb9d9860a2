/* SPDX-License-Identifier: MIT */
#include "strict.h"

#define BP_PRECISION 32

#include "kernel/table.h"
