/* SPDX-License-Identifier: MIT */
/*
 * The products by OpenBLAS. It takes any layout; which of the four it likes best is tried
 * by run.py (`layout`: whether A and B lie transposed, as two digits).
 */
#include "matrices.h"

#include <cblas.h>

static void multiply(const struct matrices *m, void *data)
{
    (void)data;
    cblas_sgemm(CblasRowMajor, m->a.transposed ? CblasTrans : CblasNoTrans,
                m->b.transposed ? CblasTrans : CblasNoTrans, (blasint)m->c.rows,
                (blasint)m->c.cols, (blasint)m->a.cols, 1.0f, m->a.at,
                (blasint)m->a.stride, m->b.at, (blasint)m->b.stride, 0.0f, m->c.at,
                (blasint)m->c.stride);
}

static size_t same(size_t width)
{
    return width;
}

static void product(const struct request *request)
{
    const char *const layout = request_text(request, "layout");
    struct matrices m = make_matrices(request, layout[0] == '1',
                                      layout[0] != '\0' && layout[1] == '1', same);

    openblas_set_num_threads((int)request_count(request, "threads"));
    answer_product(request, &m, multiply, NULL);
    destroy_matrices(&m);
}

static void hello(const struct request *request)
{
    (void)request;
    answer("{\"version\": \"%s\", \"kernel\": \"%s\"}", openblas_get_config(),
           openblas_get_corename());
}

int main(void)
{
    static const struct verb verbs[] = {
        {"hello", hello}, {"product", product}, {NULL, NULL}};

    return worker_run(verbs);
}
