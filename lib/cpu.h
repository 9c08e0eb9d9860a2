/* SPDX-License-Identifier: MIT */
/* What the processor and the operating system can do together. */
#ifndef BP_CPU_H
#define BP_CPU_H

#include "base.h"

/** The best `BP_ISA_` value at or below @p cap, and below the environment variable
 * BP_MAX_ISA if it is set, that this machine runs. Never ::BP_ISA_BEST. */
int32_t bp_cpu_isa(int32_t cap);

#endif
