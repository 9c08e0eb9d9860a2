/* SPDX-License-Identifier: MIT */
/* Where a kernel's random numbers come from: the key and the counter of Philox4x32, see
 * lib/rng.h. Both precisions share it. */
#ifndef BP_KERNEL_COUNTER_H
#define BP_KERNEL_COUNTER_H

#include <stdint.h>

struct bp_counter {
    uint32_t key[2];
    uint32_t word[4]; /**< The third counts from 0: what stands in it is not looked at. */
};

/** Normal numbers of sixteen counters, from @p first on, in double. */
typedef void (*bp_normals_fn)(const struct bp_counter *counter, uint32_t first,
                              double out[16]);

/** That for a `BP_ISA_` value that bp_cpu_isa() gave; the same bits from all. */
bp_normals_fn bp_normals_for(int32_t isa);

#endif
