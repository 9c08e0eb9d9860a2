/* SPDX-License-Identifier: MIT */
#include "base.h"

#define BP_PRECISION 32
#include "op/engine_template.h"
