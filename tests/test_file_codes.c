/* SPDX-License-Identifier: MIT */
/* What the default table of file functions answers where a file cannot be made, and what
 * is told of every code; tables that answer what no table may. */
#define _POSIX_C_SOURCE 200809L

#include "unit_helpers.h"

#include "env_source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void codes_have_texts(void **state)
{
    static const struct {
        int32_t code;
        const char *text;
    } codes[] = {
        {ENOENT, "no such file"},   {EACCES, "permission denied"},
        {EPERM, "not permitted"},   {EISDIR, "is a directory"},
        {ENOTDIR, "no directory"},  {ENODEV, "not a regular file"},
        {ENAMETOOLONG, "too long"}, {EMFILE, "in this process"},
        {ENFILE, "too many open"},  {ENOMEM, "out of memory"},
        {EINTR, "interrupted"},     {EIO, "input or output"},
        {ENOSPC, "no space"},       {EFBIG, "too large"},
        {EROFS, "read-only"},       {EEXIST, "has that name"},
        {EBUSY, "another writer"},  {12345, "error (12345)"},
    };
    struct bp_text text;

    (void)state;
    for (size_t i = 0; i < COUNT(codes); i++) {
        assert_status(bp_fail_code(&text, "open", "x", codes[i].code), BP_EIO);
        assert_non_null(strstr(text.line, codes[i].text));
    }
}

/* ---- the default table ---- */

static char folder[] = "bp-test-codes-XXXXXX";
static char path[64], other[64];

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/file", folder);
    (void)snprintf(other, sizeof other, "%s/other", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    (void)unlink(other);
    return rmdir(folder);
}

static int32_t create_code(const char *name)
{
    void *file = NULL;
    const int32_t code = bp_default_files.create(name, &file, NULL);

    if (code == 0)
        assert_int_equal(bp_default_files.close(file, NULL), 0);
    return code;
}

static void what_cannot_be_made(void **state)
{
    const bp_files *const files = &bp_default_files;
    static char longest[5000];

    (void)state;
    memset(longest, 'a', sizeof longest - 1);
    longest[4500] = '/';
    errno = 77;
    assert_int_equal(create_code("no-such-folder/file"), ENOENT);
    assert_int_equal(create_code(longest), ENAMETOOLONG);
    assert_int_equal(files->sync_folder(longest, NULL), ENAMETOOLONG);
    assert_int_equal(files->sync_folder("no-such-folder/file", NULL), ENOENT);
    assert_int_equal(files->sync_folder(path, NULL), 0);
    assert_int_equal(files->sync_folder("file", NULL), 0);
    assert_int_equal(files->rename("no-such-file", path, NULL), ENOENT);
    assert_int_equal(files->remove("no-such-file", NULL), ENOENT);
    assert_int_equal(errno, 77);
}

/* A folder, a FIFO and a link are not taken for what a writer has left behind. */
static void what_is_no_file_stays(void **state)
{
    struct stat status;

    (void)state;
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_not_equal(create_code(path), 0);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_not_equal(create_code(path), 0);
    assert_int_equal(lstat(path, &status), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("nowhere", path), 0);
    assert_int_not_equal(create_code(path), 0);
    assert_int_equal(lstat(path, &status), 0);
    assert_int_equal(unlink(path), 0);
}

static void files_of_another_writer(void **state)
{
    const bp_files *const files = &bp_default_files;
    int descriptor;
    void *file = NULL;
    size_t done = 0;

    (void)state;
    assert_int_equal(files->create(path, &file, NULL), 0);
    assert_int_equal(create_code(path), EBUSY);
    assert_int_equal(files->write(file, "x", 1, &done, NULL), 0);
    assert_int_equal(files->rename(path, other, NULL), EBUSY);
    assert_int_equal(files->close(file, NULL), 0);
    assert_int_equal(create_code(path), 0); /* it was left behind, and is replaced */
    assert_int_equal(mkdir(other, 0700), 0);
    assert_int_equal(files->rename(path, other, NULL), EISDIR);
    assert_int_equal(rmdir(other), 0);
    descriptor = open(path, O_RDONLY);
    file = (void *)((intptr_t)descriptor + 1);
    assert_int_equal(files->write(file, "x", 1, &done, NULL), EBADF);
    assert_int_equal(files->close(file, NULL), 0);
    assert_int_equal(files->sync(file, NULL), EBADF);
}

/* ---- sources ---- */

static struct bp_host host;

static int32_t gives_too_much(void *file, void *buffer, size_t size, size_t *done,
                              void *user)
{
    (void)file;
    (void)buffer;
    (void)user;
    *done = size + 1;
    return 0;
}

static int32_t opens(const char *name, void **file, void *user)
{
    (void)name;
    (void)user;
    *file = &host;
    return 0;
}

static int32_t closes(void *file, void *user)
{
    (void)file;
    (void)user;
    return 0;
}

static int32_t has_ten(void *file, uint64_t *size, void *user)
{
    (void)file;
    (void)user;
    *size = 10;
    return 0;
}

static void sources_at_their_edges(void **state)
{
    struct bp_source source;
    struct bp_text text;
    char bytes[4];

    (void)state;
    assert_status(bp_host_init(&host, NULL), BP_OK);
    host.files.open = opens;
    host.files.size = has_ten;
    host.files.close = closes;
    host.files.read = gives_too_much;
    ok(bp_source_open(&source, &host, "x", &text));
    assert_status(bp_source_read(&source, bytes, 4), BP_EIO);
    assert_non_null(strstr(text.line, "got 5 bytes, expected at most 4"));
    assert_status(bp_source_close(&source, BP_EIO), BP_EIO);
    bp_source_memory(&source, "abc", 3, &text);
    ok(bp_source_read(&source, bytes, 0));
    ok(bp_source_read(&source, bytes, 3));
    ok(bp_source_end(&source));
    assert_status(bp_source_close(&source, BP_EDATA), BP_EDATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_have_texts),
        cmocka_unit_test(what_cannot_be_made),
        cmocka_unit_test(what_is_no_file_stays),
        cmocka_unit_test(files_of_another_writer),
        cmocka_unit_test(sources_at_their_edges),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder) ? 1 : 0;
}
