/* SPDX-License-Identifier: MIT */
/* The default tables, and reading a file through tables that fail. */
#define _POSIX_C_SOURCE 200809L

#include "env.h"
#include "failing_env.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    BYTES = 200000
};

static unsigned char content[BYTES];

static int begin(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < BYTES; i++)
        content[i] = (unsigned char)(i * 31 + i / 251);
    return 0;
}

/* --- The default tables ----------------------------------------------------------- */

static void default_memory_is_aligned(void **state)
{
    static const size_t sizes[] = {1, 3, 64, 1000, 1u << 20};
    size_t alignment, i;

    (void)state;
    for (alignment = 1; alignment <= 64; alignment *= 2)
        for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            void *const memory =
                bp_default_memory.allocate(sizes[i], alignment, bp_default_memory.user);

            assert_non_null(memory);
            assert_int_equal((uintptr_t)memory % alignment, 0);
            memset(memory, 0xa5, sizes[i]);
            bp_default_memory.release(memory, sizes[i], alignment,
                                      bp_default_memory.user);
        }
}

/* A sanitizer's allocator stops the program otherwise; these names are theirs. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);

const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void default_memory_may_have_none(void **state)
{
    (void)state;
    assert_null(bp_default_memory.allocate(PTRDIFF_MAX, 64, bp_default_memory.user));
}

static void default_clock_does_not_go_back(void **state)
{
    const struct timespec pause = {0, 2000000};
    const double first = bp_default_clock.seconds(bp_default_clock.user);
    double last = first;
    int i;

    (void)state;
    for (i = 0; i < 1000; i++) {
        const double now = bp_default_clock.seconds(bp_default_clock.user);

        assert_true(now >= last);
        last = now;
    }
    assert_int_equal(nanosleep(&pause, NULL), 0);
    assert_true(bp_default_clock.seconds(bp_default_clock.user) - first >= 0.002);
    assert_true(bp_default_clock.seconds(bp_default_clock.user) - first < 60);
}

static char folder[] = "bp-test-env-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    FILE *file;

    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/file", folder);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(content, 1, BYTES, file) != BYTES)
        return -1;
    return fclose(file);
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

static void default_files_read_a_file(void **state)
{
    const bp_files *const files = &bp_default_files;
    unsigned char buffer[1000];
    void *file = NULL;
    uint64_t size = 0;
    size_t done = 0, count = 0;

    (void)state;
    errno = 77;
    assert_int_equal(files->open(path, &file, files->user), 0);
    assert_non_null(file);
    assert_int_equal(files->size(file, &size, files->user), 0);
    assert_int_equal(size, BYTES);
    do {
        assert_int_equal(files->read(file, buffer, sizeof buffer, &done, files->user), 0);
        assert_true(done <= sizeof buffer && count + done <= BYTES);
        assert_memory_equal(buffer, content + count, done);
        count += done;
    } while (done > 0);
    assert_int_equal(count, BYTES);
    assert_int_equal(files->close(file, files->user), 0);
    assert_int_equal(errno, 77);
}

static int32_t open_code(const char *name)
{
    void *file = NULL;
    const int32_t code = bp_default_files.open(name, &file, bp_default_files.user);

    if (code == 0)
        (void)bp_default_files.close(file, bp_default_files.user);
    return code;
}

/* A descriptor that is left open shows as the next one to be had. */
static int next_descriptor(void)
{
    const int descriptor = open("/dev/null", O_RDONLY);

    (void)close(descriptor);
    return descriptor;
}

static void default_files_refuse_what_is_no_file(void **state)
{
    const int before = next_descriptor();
    char fifo[64];

    (void)state;
    (void)snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    errno = 77;
    assert_int_equal(open_code(folder), EISDIR);
    assert_int_equal(open_code(fifo), ENODEV);
    assert_int_equal(open_code("/dev/null"), ENODEV);
    assert_int_equal(open_code("no-such-file"), ENOENT);
    assert_int_equal(open_code(""), ENOENT);
    assert_int_equal(errno, 77);
    assert_int_equal(unlink(fifo), 0);
    assert_int_equal(next_descriptor(), before);
}

static void default_files_answer_codes(void **state)
{
    const bp_files *const files = &bp_default_files;
    void *file = NULL;
    uint64_t size = 0;
    size_t done = 0;
    char byte;

    (void)state;
    assert_int_equal(files->open(path, &file, files->user), 0);
    assert_int_equal(files->close(file, files->user), 0);
    assert_int_equal(files->size(file, &size, files->user), EBADF);
    assert_int_equal(files->read(file, &byte, 1, &done, files->user), EBADF);
    assert_int_equal(files->close(file, files->user), EBADF);
}

/* --- bp_host_read_file ------------------------------------------------------------ */

/* One read through a table, and what must hold after it. */
struct trial {
    struct failing_env env;
    struct env_file *file;
    struct bp_host host;
    struct bp_bytes bytes;
    struct bp_text text;
};

static void trial_begin(struct trial *t, size_t size)
{
    failing_env_init(&t->env);
    t->file = failing_env_add_file(&t->env, "x.csv", content, size);
    t->bytes = (struct bp_bytes){NULL, 12345};
    t->text.line[0] = '\0';
    assert_int_equal(bp_host_init(&t->host, &t->env.env), BP_OK);
}

static bp_status trial_read(struct trial *t, size_t limit)
{
    const bp_status status =
        bp_host_read_file(&t->host, "x.csv", limit, &t->bytes, &t->text);

    assert_int_equal(t->env.open_files, 0);
    if (status != BP_OK) {
        assert_int_equal(t->env.live_count, 0);
        assert_null(t->bytes.data);
        assert_int_equal(t->bytes.size, 12345);
        assert_true(t->text.line[0] != '\0');
    }
    return status;
}

static void trial_expect(struct trial *t, size_t limit, size_t size)
{
    assert_int_equal(trial_read(t, limit), BP_OK);
    assert_int_equal(t->bytes.size, size);
    assert_memory_equal(t->bytes.data, content, size);
    bp_host_release(&t->host, t->bytes.data, t->bytes.size);
    assert_env_clean(&t->env);
    failing_env_free(&t->env);
}

static void trial_refuse(struct trial *t, size_t limit, bp_status status,
                         const char *text)
{
    assert_int_equal(trial_read(t, limit), status);
    assert_string_equal(t->text.line, text);
    assert_env_clean(&t->env);
    failing_env_free(&t->env);
}

static void files_of_all_sizes_are_read(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 65535, 65536, 65537, 131072, 131074, BYTES};
    static const size_t chunks[] = {0, 7777, 1};
    size_t i, c, unknown;

    (void)state;
    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (c = 0; c < 3; c++)
            for (unknown = 0; unknown < 2; unknown++) {
                struct trial t;

                trial_begin(&t, sizes[i]);
                t.file->chunk = chunks[c];
                t.file->unknown_size = unknown != 0;
                trial_expect(&t, i % 2 ? SIZE_MAX : sizes[i], sizes[i]);
            }
}

static void known_size_takes_one_allocation(void **state)
{
    struct trial t;

    (void)state;
    trial_begin(&t, BYTES);
    assert_int_equal(trial_read(&t, BYTES), BP_OK);
    assert_int_equal(t.env.allocations, 1);
    assert_int_equal(t.env.peak_bytes, BYTES);
    bp_host_release(&t.host, t.bytes.data, t.bytes.size);
    failing_env_free(&t.env);
}

static void file_that_changes_is_read_as_it_is(void **state)
{
    static const size_t claims[] = {1, 100, BYTES - 1, BYTES + 1, 2 * BYTES};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        struct trial t;

        trial_begin(&t, BYTES);
        t.file->claimed_size = claims[i];
        trial_expect(&t, 2 * BYTES, BYTES);
    }
}

static void limit_is_kept(void **state)
{
    size_t claimed;

    (void)state;
    for (claimed = 0; claimed < 3; claimed++) {
        struct trial t;

        trial_begin(&t, 1001);
        t.file->unknown_size = claimed == 1;
        t.file->claimed_size = claimed == 2 ? 10 : 0;
        trial_refuse(&t, 1000, BP_ELIMIT,
                     "'x.csv' is larger than the limit of 1000 bytes");
    }
}

static void limit_of_nothing_takes_an_empty_file(void **state)
{
    struct trial t;

    (void)state;
    trial_begin(&t, 0);
    t.file->unknown_size = true;
    trial_expect(&t, 0, 0);
    trial_begin(&t, 1);
    t.file->unknown_size = true;
    trial_refuse(&t, 0, BP_ELIMIT, "'x.csv' is larger than the limit of 0 bytes");
}

static void codes_are_told(void **state)
{
    struct trial t;

    (void)state;
    trial_begin(&t, 10);
    t.file->open_error = ENOENT;
    trial_refuse(&t, 100, BP_EIO, "cannot open 'x.csv': no such file (2)");
    trial_begin(&t, 10);
    t.file->open_error = 4711;
    trial_refuse(&t, 100, BP_EIO, "cannot open 'x.csv': error (4711)");
    trial_begin(&t, 10);
    t.file->size_error = EIO;
    trial_refuse(&t, 100, BP_EIO,
                 "cannot get the size of 'x.csv': input or output error (5)");
    trial_begin(&t, 10);
    t.file->close_error = EIO;
    trial_refuse(&t, 100, BP_EIO, "cannot close 'x.csv': input or output error (5)");
}

static void read_may_fail_at_any_time(void **state)
{
    size_t at;

    (void)state;
    for (at = 0; at < 12; at++) {
        struct trial t;

        trial_begin(&t, 1000);
        t.file->chunk = 100;
        t.file->read_error = EIO;
        t.file->read_error_at = at;
        if (at < 11)
            trial_refuse(&t, 5000, BP_EIO,
                         "cannot read 'x.csv': input or output error (5)");
        else
            trial_expect(&t, 5000, 1000);
    }
}

static void every_allocation_may_fail(void **state)
{
    size_t n, sites = 0;
    bool injected = true;

    (void)state;
    for (n = 1; injected; n++) {
        struct trial t;

        trial_begin(&t, BYTES);
        t.file->unknown_size = true;
        failing_env_arm(&t.env, n, true);
        if (trial_read(&t, 2 * BYTES) == BP_OK)
            bp_host_release(&t.host, t.bytes.data, t.bytes.size);
        else
            assert_non_null(strstr(t.text.line, "bytes of 'x.csv'"));
        injected = t.env.injected > 0;
        sites += injected;
        assert_env_clean(&t.env);
        failing_env_free(&t.env);
    }
    assert_true(sites >= 4);
}

/* Tables that lie. */

static int32_t read_forever(void *file, void *buffer, size_t size, size_t *done,
                            void *user)
{
    (void)file;
    (void)user;
    memset(buffer, 'x', size);
    *done = size;
    return 0;
}

static int32_t read_too_much(void *file, void *buffer, size_t size, size_t *done,
                             void *user)
{
    (void)file;
    (void)buffer;
    (void)user;
    *done = size + 1;
    return 0;
}

static void endless_file_ends_at_the_limit(void **state)
{
    struct trial t;

    (void)state;
    trial_begin(&t, 10);
    t.file->unknown_size = true;
    t.host.files.read = read_forever;
    trial_refuse(&t, 1000000, BP_ELIMIT,
                 "'x.csv' is larger than the limit of 1000000 bytes");
}

static void table_that_gives_too_much_is_refused(void **state)
{
    struct trial t;

    (void)state;
    trial_begin(&t, 10);
    t.host.files.read = read_too_much;
    trial_refuse(&t, 100, BP_EIO, "read 'x.csv': got 11 bytes, expected at most 10");
}

static void default_tables_read_the_whole_file(void **state)
{
    struct bp_host host;
    struct bp_bytes bytes = {NULL, 0};
    struct bp_text text = {""};

    (void)state;
    assert_int_equal(bp_host_init(&host, NULL), BP_OK);
    assert_int_equal(bp_host_read_file(&host, path, BYTES, &bytes, &text), BP_OK);
    assert_int_equal(bytes.size, BYTES);
    assert_memory_equal(bytes.data, content, BYTES);
    bp_host_release(&host, bytes.data, bytes.size);
    assert_int_equal(bp_host_read_file(&host, path, BYTES - 1, &bytes, &text), BP_ELIMIT);
    assert_int_equal(bp_host_read_file(&host, folder, BYTES, &bytes, &text), BP_EIO);
    assert_non_null(strstr(text.line, "is a directory"));
}

static int begin_all(void **state)
{
    return begin(state) != 0 ? -1 : make_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_memory_is_aligned),
        cmocka_unit_test(default_memory_may_have_none),
        cmocka_unit_test(default_clock_does_not_go_back),
        cmocka_unit_test(default_files_read_a_file),
        cmocka_unit_test(default_files_refuse_what_is_no_file),
        cmocka_unit_test(default_files_answer_codes),
        cmocka_unit_test(files_of_all_sizes_are_read),
        cmocka_unit_test(known_size_takes_one_allocation),
        cmocka_unit_test(file_that_changes_is_read_as_it_is),
        cmocka_unit_test(limit_is_kept),
        cmocka_unit_test(limit_of_nothing_takes_an_empty_file),
        cmocka_unit_test(codes_are_told),
        cmocka_unit_test(read_may_fail_at_any_time),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(endless_file_ends_at_the_limit),
        cmocka_unit_test(table_that_gives_too_much_is_refused),
        cmocka_unit_test(default_tables_read_the_whole_file),
    };

    return cmocka_run_group_tests(tests, begin_all, remove_folder) ? 1 : 0;
}
