/* SPDX-License-Identifier: MIT */
/* All kernels in float; --bench measures them. */
#include "strict.h"

#define BP_PRECISION 32

#include "check.h"
#include "check_activate.h"
#include "check_layers.h"
#include "check_linear.h"
#include "check_links.h"
#include "check_move.h"
#include "check_product.h"
#include "check_update.h"

#include "bench.h"

#include "check_main.h"
