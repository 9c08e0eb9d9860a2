/* SPDX-License-Identifier: MIT */
/* Data packed by gzip: unpacked as gzip does, or refused; never half. */
#include "dataset_helpers.h"

#include "format/gzip.h"

#include <stdlib.h>

#if defined(BP_WITH_ZLIB) && BP_WITH_ZLIB

#include <zlib.h>

enum {
    PLAIN_SIZE = 100000
};

struct fixture {
    struct failing_env env;
    struct bp_host host;
    struct bp_text text;
    unsigned char plain[PLAIN_SIZE]; /* Does not shrink much, */
    unsigned char packed[3 * PLAIN_SIZE];
    size_t packed_size;
};

/* Append a member. */
static void pack(struct fixture *f, const void *bytes, size_t size)
{
    z_stream stream = {0};

    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    stream.next_in = (z_const Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)size;
    stream.next_out = f->packed + f->packed_size;
    stream.avail_out = (uInt)(sizeof f->packed - f->packed_size);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    f->packed_size += stream.total_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
}

static int begin_packed(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    uint64_t random = 1234567u;

    failing_env_init(&f->env);
    assert_int_equal(bp_host_init(&f->host, &f->env.env), BP_OK);
    for (size_t i = 0; i < PLAIN_SIZE; i++)
        f->plain[i] = (unsigned char)(test_random(&random) >> 60);
    *state = f;
    return 0;
}

static int end_packed(void **state)
{
    struct fixture *f = *state;

    assert_env_clean(&f->env);
    failing_env_free(&f->env);
    free(f);
    return 0;
}

static bp_status unpack(struct fixture *f, size_t limit, struct bp_bytes *bytes)
{
    unsigned char *exact = malloc(f->packed_size); /* ASan sees what is read beyond */
    bp_status status;

    assert_non_null(exact);
    memcpy(exact, f->packed, f->packed_size);
    *bytes = (struct bp_bytes){NULL, 0};
    f->text.line[0] = '\0';
    status = bp_gzip_unpack(&f->host, exact, f->packed_size, limit, bytes, &f->text);
    free(exact);
    return status;
}

static void assert_unpacks(struct fixture *f, size_t limit, const void *expected,
                           size_t size)
{
    struct bp_bytes bytes;

    if (unpack(f, limit, &bytes) != BP_OK)
        fail_msg("refused: %s", f->text.line);
    assert_int_equal(bytes.size, size);
    assert_memory_equal(bytes.data, expected, size);
    bp_host_release(&f->host, bytes.data, bytes.size);
}

static void assert_refused(struct fixture *f, size_t limit, bp_status status,
                           const char *words)
{
    struct bp_bytes bytes;

    assert_int_equal(unpack(f, limit, &bytes), status);
    assert_null(bytes.data);
    assert_line(f->text.line, words);
    assert_int_equal(f->env.live_count, 0);
}

static void is_gzip(void **state)
{
    (void)state;
    assert_true(bp_gzip_is((const unsigned char *)"\x1F\x8B\x08", 3));
    assert_false(bp_gzip_is((const unsigned char *)"\x1F\x8B", 1));
    assert_false(bp_gzip_is((const unsigned char *)"\x1F\x8A", 2));
    assert_false(bp_gzip_is((const unsigned char *)"\x1E\x8B", 2));
    assert_false(bp_gzip_is(NULL, 0));
}

static void sizes(void **state)
{
    static const size_t cases[] = {0, 1, 2, 4095, 4096, 4097, 65536, PLAIN_SIZE};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        f->packed_size = 0;
        pack(f, f->plain, cases[i]);
        assert_unpacks(f, 1 << 20, f->plain, cases[i]);
        if (cases[i] > 0)
            assert_unpacks(f, cases[i], f->plain, cases[i]);
    }
}

/* One member of known size costs no second copy of the data. */
static void takes_the_memory_it_needs(void **state)
{
    struct fixture *f = *state;

    pack(f, f->plain, PLAIN_SIZE);
    assert_unpacks(f, 1 << 20, f->plain, PLAIN_SIZE);
    assert_true(f->env.peak_bytes < PLAIN_SIZE + 65536);
}

static void members_are_joined(void **state)
{
    struct fixture *f = *state;

    pack(f, f->plain, 50000);
    pack(f, f->plain, 0);
    pack(f, f->plain + 50000, 30000);
    pack(f, f->plain + 80000, 20000);
    assert_unpacks(f, 1 << 20, f->plain, PLAIN_SIZE);
    assert_unpacks(f, PLAIN_SIZE, f->plain, PLAIN_SIZE);
    assert_refused(f, PLAIN_SIZE - 1, BP_ELIMIT,
                   "the data are more than 99999 bytes when they are unpacked");
}

static void every_truncation_is_refused(void **state)
{
    struct fixture *f = *state;
    size_t size;

    pack(f, f->plain, 300);
    pack(f, f->plain, 10);
    size = f->packed_size;
    for (f->packed_size = 2; f->packed_size < size; f->packed_size++) {
        struct bp_bytes bytes;
        bp_status status = unpack(f, 1000, &bytes);

        if (status == BP_OK) { /* between the members */
            assert_int_equal(bytes.size, 300);
            bp_host_release(&f->host, bytes.data, bytes.size);
            continue;
        }
        assert_int_equal(status, BP_EDATA);
        if (strstr(f->text.line, "end too early") == NULL)
            assert_line(f->text.line, "1 bytes follow the end of the gzip data");
        assert_int_equal(f->env.live_count, 0);
    }
}

static void what_follows_is_refused(void **state)
{
    static const char *const tails[] = {"x", "\x1F", "\x1F\x8A", "garbage"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        char words[64];

        f->packed_size = 0;
        pack(f, f->plain, 100);
        memcpy(f->packed + f->packed_size, tails[i], strlen(tails[i]));
        f->packed_size += strlen(tails[i]);
        snprintf(words, sizeof words, "%zu bytes follow the end of the gzip data",
                 strlen(tails[i]));
        assert_refused(f, 1000, BP_EDATA, words);
    }
    f->packed_size = 0;
    pack(f, f->plain, 100);
    memset(f->packed + f->packed_size, 0, 512); /* padding of a tape */
    f->packed_size += 512;
    assert_refused(f, 1000, BP_EDATA, "512 bytes follow the end of the gzip data");
    f->packed_size -= 512;
    memcpy(f->packed + f->packed_size, "\x1F\x8B\x08", 3);
    f->packed_size += 3;
    assert_refused(f, 1000, BP_EDATA, "the gzip data end too early");
}

/* Damage is found; what means nothing (time, system, bits after the last code) may change
 * without changing what is unpacked. */
static void flips(void **state)
{
    struct fixture *f = *state;
    size_t refused = 0;

    pack(f, f->plain, 60);
    for (size_t at = 2; at < f->packed_size; at++)
        for (unsigned int bit = 0; bit < 8; bit++) {
            struct bp_bytes bytes;
            bp_status status;

            f->packed[at] = (unsigned char)(f->packed[at] ^ 1u << bit);
            status = unpack(f, 1 << 20, &bytes);
            f->packed[at] = (unsigned char)(f->packed[at] ^ 1u << bit);
            if (status == BP_OK) {
                assert_int_equal(bytes.size, 60);
                assert_memory_equal(bytes.data, f->plain, 60);
                bp_host_release(&f->host, bytes.data, bytes.size);
                continue;
            }
            refused++;
            assert_int_equal(status, BP_EDATA);
            assert_line(f->text.line, "gzip data");
        }
    assert_true(refused >= 8 * (f->packed_size - 10) - 7);
    f->packed[f->packed_size - 1] ^= 1;
    assert_refused(f, 1000, BP_EDATA,
                   "the gzip data are damaged: incorrect length check");
    f->packed[f->packed_size - 1] ^= 1;
    f->packed[f->packed_size - 5] ^= 1;
    assert_refused(f, 1000, BP_EDATA, "the gzip data are damaged: incorrect data check");
}

/* 100 MB of zeros are 97 kB: refused at the limit, with no more memory than that. */
static void a_bomb_is_refused(void **state)
{
    enum {
        MEGABYTES = 100,
        LIMIT = 1 << 20
    };
    static const unsigned char zeros[1 << 20];
    struct fixture *f = *state;
    z_stream stream = {0};

    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    stream.next_out = f->packed;
    stream.avail_out = sizeof f->packed;
    for (int i = 0; i < MEGABYTES; i++) {
        stream.next_in = (z_const Bytef *)(uintptr_t)zeros;
        stream.avail_in = sizeof zeros;
        (void)deflate(&stream, i + 1 == MEGABYTES ? Z_FINISH : Z_NO_FLUSH);
    }
    f->packed_size = stream.total_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
    assert_refused(f, LIMIT, BP_ELIMIT, "the data are more than 1048576 bytes when they");
    assert_true(f->env.peak_bytes < LIMIT + 65536);
}

/* The size that a file claims is not believed beyond what deflate can do. */
static void claims_take_no_memory(void **state)
{
    struct fixture *f = *state;

    pack(f, f->plain, 100);
    memset(f->packed + f->packed_size - 4, 0xFF, 4);
    assert_refused(f, (size_t)1 << 30, BP_EDATA, "incorrect length check");
    assert_true(f->env.peak_bytes < 300000);
}

static void out_of_memory(void **state)
{
    struct fixture *f = *state;
    size_t sites = 0;

    pack(f, f->plain, 5000);
    pack(f, f->plain + 5000, 9000); /* so that there is too little room at first, */
    pack(f, f->plain + 14000, 100); /* and too much at last */
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        bp_status status = BP_ENOMEM;

        for (size_t nth = 1; status != BP_OK; nth++) {
            struct bp_bytes bytes;

            failing_env_arm(&f->env, nth, for_ever);
            status = unpack(f, 1 << 20, &bytes);
            if (status == BP_OK) {
                bp_host_release(&f->host, bytes.data, bytes.size);
                break;
            }
            sites++;
            assert_int_equal(status, BP_ENOMEM);
            assert_line(f->text.line, "out of memory to unpack gzip data");
            assert_int_equal(f->env.live_count, 0);
        }
    }
    failing_env_arm(&f->env, 0, false);
    assert_true(sites >= 10);
}

/* The readers take packed data as they take plain ones. */
static void readers_unpack(void **state)
{
    static const char csv[] = "a,b\n1,x\n2,y\n";
    static const unsigned char idx[] = {0, 0, 8, 1, 0, 0, 0, 2, 0, 255};
    struct fixture *f = *state;
    bp_dataset *dataset = new_dataset(&f->env);

    pack(f, csv, sizeof csv - 1);
    failing_env_add_file(&f->env, "t.csv.gz", f->packed, f->packed_size);
    assert_int_equal(bp_dataset_parse_csv(dataset, f->packed, f->packed_size, NULL),
                     BP_OK);
    assert_int_equal(bp_dataset_rows(dataset), 2);
    bp_dataset_destroy(dataset);
    dataset = new_dataset(&f->env);
    assert_int_equal(bp_dataset_read_csv(dataset, "t.csv.gz", NULL), BP_OK);
    bp_dataset_destroy(dataset);
    f->packed[f->packed_size - 6] ^= 1;
    dataset = new_dataset(&f->env);
    assert_int_equal(bp_dataset_read_csv(dataset, "t.csv.gz", NULL), BP_EDATA);
    assert_line(bp_dataset_error(dataset), "the gzip data are damaged");
    bp_dataset_destroy(dataset);

    f->packed_size = 0;
    pack(f, idx, sizeof idx);
    dataset = new_dataset(&f->env);
    assert_int_equal(bp_dataset_parse_idx(dataset, f->packed, f->packed_size, f->packed,
                                          f->packed_size),
                     BP_OK);
    assert_int_equal(bp_dataset_classes(dataset), 256);
    bp_dataset_destroy(dataset);
    dataset = new_dataset(&f->env);
    assert_int_equal(
        bp_dataset_parse_idx(dataset, idx, sizeof idx, f->packed, f->packed_size - 1),
        BP_EDATA);
    assert_line(bp_dataset_error(dataset), "labels: the gzip data end too early");
    assert_int_equal(bp_dataset_parse_idx(dataset, f->packed, 10, NULL, 0), BP_EDATA);
    assert_line(bp_dataset_error(dataset), "inputs: the gzip data end too early");
    assert_int_equal(bp_dataset_parse_csv(dataset, f->packed, 10, NULL), BP_EDATA);
    bp_dataset_destroy(dataset);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_packed, end_packed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(is_gzip),
        TEST(sizes),
        TEST(takes_the_memory_it_needs),
        TEST(members_are_joined),
        TEST(every_truncation_is_refused),
        TEST(what_follows_is_refused),
        TEST(flips),
        TEST(a_bomb_is_refused),
        TEST(claims_take_no_memory),
        TEST(out_of_memory),
        TEST(readers_unpack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0 ? 1 : 0;
}

#else

/* Without zlib, packed data are refused by name. */
static void unsupported(void **state)
{
    static const unsigned char packed[] = {0x1F, 0x8B, 8, 0};
    bp_dataset *dataset = new_dataset(NULL);

    (void)state;
    assert_int_equal(bp_dataset_parse_csv(dataset, packed, sizeof packed, NULL),
                     BP_EUNSUPPORTED);
    assert_line(bp_dataset_error(dataset), "made without zlib");
    assert_int_equal(bp_dataset_parse_idx(dataset, packed, sizeof packed, NULL, 0),
                     BP_EUNSUPPORTED);
    assert_line(bp_dataset_error(dataset), "inputs: the data are compressed by gzip");
    bp_dataset_destroy(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(unsupported)};

    return cmocka_run_group_tests(tests, NULL, NULL) != 0 ? 1 : 0;
}

#endif
