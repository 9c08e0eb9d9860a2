/* SPDX-License-Identifier: MIT */
/* Every chunk is done exactly once, on any number of threads. */
#include "unit_helpers.h"

#include "pool.h"

enum { CHUNKS = 1000 };

/* Chunks write to places of their own, so the counts need no lock. */
static void count_chunk(void *work, size_t chunk)
{
    ++((unsigned *)work)[chunk];
}

static void every_chunk_once(void **state)
{
    static const size_t counts[] = {0, 1, 2, 3, 7, 64, CHUNKS};
    static const uint32_t threads[] = {1, 2, 5, 256};
    unsigned done[CHUNKS + 1];

    (void)state;
    for (size_t t = 0; t < COUNT(threads); t++)
        for (size_t c = 0; c < COUNT(counts); c++) {
            struct bp_pool pool = {.threads = threads[t]};

            memset(done, 0, sizeof done);
            bp_parallel_for(&pool, counts[c], count_chunk, done);
            for (size_t i = 0; i <= CHUNKS; i++)
                assert_int_equal(done[i], i < counts[c]);
        }
}

/* All is written when the call returns. */
static void square_chunk(void *work, size_t chunk)
{
    ((double *)work)[chunk] = (double)(chunk * chunk);
}

static void done_on_return(void **state)
{
    struct bp_pool pool = {.threads = 4};
    double squares[CHUNKS] = {0};
    double sum = 0;

    (void)state;
    bp_parallel_for(&pool, CHUNKS, square_chunk, squares);
    for (size_t i = 0; i < CHUNKS; i++)
        sum += squares[i];
    assert_same_f64(sum, 332833500.0); /* n (n - 1) (2 n - 1) / 6 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_chunk_once),
        cmocka_unit_test(done_on_return),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
