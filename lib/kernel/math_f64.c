/* SPDX-License-Identifier: MIT */
#include "strict.h"

#define BP_PRECISION 64
#include "kernel/math_real.h"
