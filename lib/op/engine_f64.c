/* SPDX-License-Identifier: MIT */
#include "base.h"

#define BP_PRECISION 64
#include "op/engine_template.h"
