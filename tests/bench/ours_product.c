/* SPDX-License-Identifier: MIT */
/*
 * Our product alone, as a layer calls it: weights lie [from][to], and are turned on the
 * way for the gradient of the inputs; the batch is read across its rows for that of the
 * weights. There is no public call for a product: the only program of the bench that
 * reaches inside.
 */
#include "strict.h"

#define BP_PRECISION 32

#include "kernel/kernel.h"

#include "cpu.h"
#include "env.h"
#include "matrices.h"

#include <stdlib.h>

struct ours {
    const struct bp_kernels_f32 *kernels;
    struct bp_pool pool;
    float *room; /* As a layer has it for the gradient of its weights. */
};

static void multiply(const struct matrices *m, void *data)
{
    struct ours *const ours = data;
    const struct bp_product_f32 product = {
        .rows = m->c.rows,
        .cols = m->c.cols,
        .depth = m->a.cols,
        .a = m->a.at,
        .a_row = m->a.transposed ? 1 : m->a.stride,
        .a_depth = m->a.transposed ? m->a.stride : 1,
        .b = m->b.at,
        .b_depth = m->b.transposed ? 1 : m->b.stride,
        .b_col = m->b.transposed ? m->b.stride : 1,
        .c = m->c.at,
        .c_stride = m->c.stride,
        .room = ours->room,
    };

    ours->kernels->product(&ours->pool, &product);
}

static void product(const struct request *request)
{
    struct ours ours = {.kernels = bp_kernels_for_f32(bp_cpu_isa(BP_ISA_BEST))};
    struct bp_host host;
    struct matrices m = make_matrices(request, request_is(request, "kind", "weights"),
                                      request_is(request, "kind", "inputs"), bp_stride);

    if (bp_host_init(&host, NULL) != BP_OK ||
        bp_pool_create(&ours.pool, &host, (uint32_t)request_count(request, "threads")) !=
            BP_OK)
        worker_die("no memory for threads");
    ours.room = malloc(m.c.rows * m.a.cols * sizeof *ours.room);
    answer_product(request, &m, multiply, &ours);
    free(ours.room);
    bp_pool_release(&ours.pool);
    destroy_matrices(&m);
}

static void hello(const struct request *request)
{
    (void)request;
    answer("{\"version\": \"%s\", \"isa\": %d}", bp_version_text(),
           (int)bp_cpu_isa(BP_ISA_BEST));
}

int main(void)
{
    static const struct verb verbs[] = {
        {"hello", hello}, {"product", product}, {NULL, NULL}};

    return worker_run(verbs);
}
