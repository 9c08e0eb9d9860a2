/* SPDX-License-Identifier: MIT */
/* Saving and loading while the files fail: at every call, and with the process killed. */
#include "bundle_forge.h"

#include "env.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const size_t widths[] = {9, 40, 3};

static bp_network *make_one(const bp_env *env, uint64_t seed)
{
    return make_network(&(struct net_recipe){env, widths, 3, BP_ACTIVATION_TANH,
                                             BP_ACTIVATION_SOFTMAX, 0},
                        seed);
}

static struct forge bytes_of(bp_network *network)
{
    struct forge forge = {NULL, 0};

    assert_status(bp_network_save_memory(network, NULL, NULL, 0, &forge.size), BP_ELIMIT);
    forge.bytes = malloc(forge.size);
    assert_non_null(forge.bytes);
    ok(bp_network_save_memory(network, NULL, forge.bytes, forge.size, &forge.size));
    return forge;
}

/* ---- a table that fails ---- */

/* An old file, and a network that is to replace it. */
struct replacing {
    struct failing_env *host;
    bp_network *network;
    struct forge old, new;
};

static void replacing_begin(struct replacing *r, struct failing_env *host)
{
    bp_network *before = make_one(&host->env, 1);

    r->host = host;
    r->network = make_one(&host->env, 2);
    r->old = bytes_of(before);
    r->new = bytes_of(r->network);
    assert_memory_not_equal(r->old.bytes, r->new.bytes, r->old.size);
    bp_network_destroy(before);
}

static void replacing_end(struct replacing *r)
{
    bp_network_destroy(r->network);
    forge_free(&r->old);
    forge_free(&r->new);
}

static void put_old(const struct replacing *r)
{
    while (r->host->file_count > 0)
        (void)r->host->files.remove(r->host->file[0].path, r->host);
    (void)failing_env_add_file(r->host, "file", r->old.bytes, r->old.size);
}

static bool holds(const struct replacing *r, const struct forge *forge)
{
    const struct env_file *file = failing_env_find_file(r->host, "file");

    assert_non_null(file);
    return file->size == forge->size &&
           memcmp(file->bytes, forge->bytes, forge->size) == 0;
}

static bool leaves_a_trace(const struct replacing *r)
{
    return failing_env_find_file(r->host, "file.bp-save") != NULL;
}

/* The n-th call fails, once or for ever. @return whether there was an n-th call. */
static bool save_failing(struct replacing *r, size_t nth, int32_t code, bool for_ever)
{
    bp_status status;
    bool reached;

    put_old(r);
    failing_env_arm_files(r->host, nth, code);
    r->host->fail_file_for_ever = for_ever;
    status = bp_network_save(r->network, "file", NULL);
    reached = r->host->file_calls >= nth;
    failing_env_arm_files(r->host, 0, 0);
    assert_int_equal(r->host->open_files, 0);
    assert_true(status == BP_OK || status == BP_EIO);
    if (status == BP_OK) {
        assert_true(holds(r, &r->new));
        assert_false(leaves_a_trace(r));
    } else {
        assert_true(reached);
        assert_true(holds(r, &r->old) || holds(r, &r->new));
        assert_true(for_ever || !leaves_a_trace(r));
        assert_non_null(strstr(bp_network_error(r->network), "'file"));
        assert_true(code != EINTR || nth > 2 || for_ever);
    }
    ok(bp_network_save(r->network, "file", NULL));
    assert_true(holds(r, &r->new));
    assert_false(leaves_a_trace(r));
    return reached;
}

static void every_call_of_a_save(void **state)
{
    static const int32_t codes[] = {EIO, ENOSPC, EINTR, EACCES};
    static const size_t chunks[] = {0, 700, 64};
    struct replacing r;
    size_t faults = 0;

    replacing_begin(&r, *state);
    for (size_t c = 0; c < COUNT(codes); c++)
        for (size_t k = 0; k < COUNT(chunks); k++)
            for (int for_ever = 0; for_ever < 2; for_ever++) {
                size_t nth = 1;

                r.host->write_chunk = chunks[k];
                while (save_failing(&r, nth, codes[c], for_ever != 0))
                    nth++;
                assert_true(nth > 8);
                faults += nth - 1;
            }
    print_message("%zu faults of file calls while saving\n", faults);
    replacing_end(&r);
}

/* What each kind of failure leaves, and says. */
static void what_is_said(void **state)
{
    struct replacing r;
    const size_t last = 9; /* create, header, 4 tensors, sync, close, rename, folder */
    static const char *const lines[] = {
        "cannot create 'file.bp-save': no space left (28)",
        "cannot write 'file': no space left (28)",
        "cannot write 'file': no space left (28)",
        "cannot write 'file': no space left (28)",
        "cannot write 'file': no space left (28)",
        "cannot write 'file': no space left (28)",
        "cannot sync 'file': no space left (28)",
        "cannot close 'file': no space left (28)",
        "cannot rename the new file to 'file': no space left (28)",
        "cannot sync the folder of 'file': no space left (28)",
    };

    replacing_begin(&r, *state);
    for (size_t i = 0; i <= last; i++) {
        put_old(&r);
        failing_env_arm_files(r.host, i + 1, ENOSPC);
        assert_status(bp_network_save(r.network, "file", NULL), BP_EIO);
        failing_env_arm_files(r.host, 0, 0);
        assert_string_equal(bp_network_error(r.network), lines[i]);
        assert_true(holds(&r, i < last ? &r.old : &r.new));
        assert_false(leaves_a_trace(&r));
    }
    replacing_end(&r);
}

/* Tables that lie. */

static int32_t write_nothing(void *file, const void *bytes, size_t size, size_t *done,
                             void *user)
{
    (void)file;
    (void)bytes;
    (void)size;
    (void)done;
    (void)user;
    return 0;
}

static int32_t write_too_much(void *file, const void *bytes, size_t size, size_t *done,
                              void *user)
{
    (void)file;
    (void)bytes;
    (void)user;
    *done = size + 1;
    return 0;
}

static int32_t interrupted(void *file, const void *bytes, size_t size, size_t *done,
                           void *user)
{
    (void)file;
    (void)bytes;
    (void)size;
    (void)done;
    (void)user;
    return EINTR;
}

static void tables_that_lie(void **state)
{
    static int32_t (*const writes[])(void *, const void *, size_t, size_t *, void *) = {
        write_nothing, write_too_much, interrupted};
    struct failing_env *host = *state;

    for (size_t i = 0; i < COUNT(writes); i++) {
        bp_network *network;

        host->files.write = writes[i];
        network = make_one(&host->env, 1);
        assert_status(bp_network_save(network, "file", NULL), BP_EIO);
        assert_null(failing_env_find_file(host, "file"));
        assert_null(failing_env_find_file(host, "file.bp-save"));
        bp_network_destroy(network);
    }
}

/* ---- loading ---- */

static bp_status load(struct failing_env *host, const char *words)
{
    bp_bundle *bundle = NULL;
    bp_status status;

    ok(bp_bundle_create(&host->env, &bundle));
    status = bp_bundle_load(bundle, "file", NULL);
    assert_int_equal(host->open_files, 0);
    assert_int_equal(bp_bundle_get_network(bundle) != NULL, status == BP_OK);
    if (status != BP_OK)
        assert_line(bp_bundle_error(bundle), words);
    bp_bundle_destroy(bundle);
    return status;
}

static void every_call_of_a_load(void **state)
{
    static const size_t chunks[] = {0, 1, 100};
    struct failing_env *host = *state;
    const struct forge forge = forge_model(1);
    struct env_file *file = failing_env_add_file(host, "file", forge.bytes, forge.size);

    for (size_t k = 0; k < COUNT(chunks); k++) {
        size_t calls;

        file->chunk = chunks[k];
        failing_env_arm_files(host, 0, 0);
        assert_int_equal(load(host, ""), BP_OK);
        calls = host->file_calls;
        for (size_t nth = 1; nth <= calls; nth++) {
            const bool counts = nth == 1 || (nth > 2 && nth < calls);

            failing_env_arm_files(host, nth, EIO);
            assert_int_equal(load(host, "'file': input or output error (5)"), BP_EIO);
            failing_env_arm_files(host, nth, EINTR);
            assert_int_equal(load(host, "'file': interrupted (4)"),
                             counts ? BP_OK : BP_EIO);
            failing_env_arm_files(host, nth, EINTR);
            host->fail_file_for_ever = true;
            assert_int_equal(load(host, "'file': interrupted (4)"), BP_EIO);
        }
        failing_env_arm_files(host, 0, 0);
    }
    free(forge.bytes);
}

static void sizes_that_are_not_so(void **state)
{
    struct failing_env *host = *state;
    const struct forge forge = forge_model(1);
    struct env_file *file = failing_env_add_file(host, "file", forge.bytes, forge.size);

    file->unknown_size = true;
    assert_int_equal(load(host, ""), BP_OK);
    file->size--;
    assert_int_equal(load(host, "the data end after"), BP_EDATA);
    file->size = 100;
    assert_int_equal(load(host, "file: the data end after 100 bytes"), BP_EDATA);
    file->unknown_size = false;
    file->claimed_size = forge.size; /* it shrinks while it is read */
    assert_int_equal(load(host, "'file' ended after 100 bytes"), BP_EIO);
    file->size = forge.size - 1;
    assert_int_equal(load(host, "it had"), BP_EIO);
    file->size = forge.size;
    file->claimed_size = forge.size - 1;
    assert_int_equal(load(host, "the data behind the header"), BP_EDATA);
    file->claimed_size = forge.size + 1;
    assert_int_equal(load(host, "the data behind the header"), BP_EDATA);
    free(forge.bytes);
}

/* It grows while it is read: what was opened is not what is there. */
static void file_that_grows(void **state)
{
    struct failing_env *host = *state;
    struct forge forge = forge_model(1);
    struct env_file *file;
    const size_t size = forge.size;

    forge.bytes = realloc(forge.bytes, size + 1);
    assert_non_null(forge.bytes);
    forge.bytes[size] = 0;
    file = failing_env_add_file(host, "file", forge.bytes, size + 1);
    file->claimed_size = size;
    assert_int_equal(load(host, "the data go on after"), BP_EDATA);
    file->unknown_size = true;
    assert_int_equal(load(host, "the data go on after"), BP_EDATA);
    forge_free(&forge);
}

/* ---- the system's files ---- */

static char folder[] = "bp-test-bundle-XXXXXX";
static char path[64], temporary[64];

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/model", folder);
    (void)snprintf(temporary, sizeof temporary, "%s/model.bp-save", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    (void)unlink(temporary);
    return rmdir(folder);
}

/* Entries of the folder but "." and "..". */
static size_t count_entries(void)
{
    DIR *entries = opendir(folder);
    size_t count = 0;

    assert_non_null(entries);
    while (readdir(entries) != NULL)
        count++;
    (void)closedir(entries);
    return count - 2;
}

static bp_status load_path(const char *name, char *line)
{
    bp_bundle *bundle = NULL;
    bp_status status;

    ok(bp_bundle_create(NULL, &bundle));
    status = bp_bundle_load(bundle, name, NULL);
    (void)snprintf(line, 256, "%s", bp_bundle_error(bundle));
    bp_bundle_destroy(bundle);
    return status;
}

static void a_real_file(void **state)
{
    bp_network *network = make_one(NULL, 1);
    char line[256];
    struct stat status;

    (void)state;
    errno = 77;
    ok(bp_network_save(network, path, NULL));
    ok(load_path(path, line));
    assert_int_equal(errno, 77);
    assert_int_equal(count_entries(), 1);
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISREG(status.st_mode) && (status.st_mode & 0600) == 0600);
    ok(bp_network_save(network, path, NULL));
    assert_int_equal(count_entries(), 1);
    /* Without a folder in its path. */
    ok(bp_network_save(network, "bp-test-bundle-here", NULL));
    ok(load_path("bp-test-bundle-here", line));
    assert_int_equal(unlink("bp-test-bundle-here"), 0);
    bp_network_destroy(network);
}

static void what_is_no_file(void **state)
{
    bp_network *network = make_one(NULL, 1);
    char fifo[64];
    char line[256];

    (void)state;
    (void)snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_status(load_path(fifo, line), BP_EIO);
    assert_line(line, "not a regular file");
    assert_status(load_path(folder, line), BP_EIO);
    assert_line(line, "is a directory");
    assert_status(load_path("bp-no-such-folder/file", line), BP_EIO);
    assert_status(bp_network_save(network, "bp-no-such-folder/file", NULL), BP_EIO);
    assert_line(bp_network_error(network), "no such file");
    assert_status(bp_network_save(network, folder, NULL), BP_EIO);
    assert_line(bp_network_error(network), "is a directory");
    assert_int_equal(unlink(fifo), 0);
    bp_network_destroy(network);
}

static void put_file(const char *name, const char *content)
{
    FILE *file = fopen(name, "wb");

    assert_non_null(file);
    assert_int_equal(fputs(content, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static void what_others_left(void **state)
{
    bp_network *network = make_one(NULL, 1);
    char other[64];
    char line[256];
    struct stat status;
    int descriptor;

    (void)state;
    (void)snprintf(other, sizeof other, "%s/other", folder);
    put_file(temporary, "of one that died");
    ok(bp_network_save(network, path, NULL));
    ok(load_path(path, line));
    /* One that is at work still. */
    put_file(temporary, "of one at work");
    descriptor = open(temporary, O_WRONLY);
    assert_true(descriptor >= 0);
    assert_int_equal(flock(descriptor, LOCK_EX), 0);
    assert_status(bp_network_save(network, path, NULL), BP_EIO);
    assert_line(bp_network_error(network), "another writer is at work on it");
    assert_int_equal(access(temporary, F_OK), 0);
    (void)close(descriptor);
    ok(bp_network_save(network, path, NULL));
    /* A link is not followed, and what it points to not touched. */
    put_file(other, "precious");
    assert_int_equal(symlink("other", temporary), 0);
    assert_status(bp_network_save(network, path, NULL), BP_EIO);
    assert_line(bp_network_error(network), "something else has that name");
    assert_int_equal(stat(other, &status), 0);
    assert_int_equal(status.st_size, 8);
    assert_int_equal(unlink(temporary), 0);
    assert_int_equal(unlink(other), 0);
    bp_network_destroy(network);
}

/* Two processes that save to one path: each call succeeds or says that it cannot, and
 * what is there is always a whole file. */
static void two_writers(void **state)
{
    enum { SAVES = 150 };
    bp_network *networks[2] = {make_one(NULL, 1), make_one(NULL, 2)};
    pid_t child;
    size_t saved = 0;
    int answer;
    char line[256];

    (void)state;
    ok(bp_network_save(networks[0], path, NULL));
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        for (int i = 0; i < SAVES; i++) {
            const bp_status status = bp_network_save(networks[1], path, NULL);

            if (status != BP_OK && status != BP_EIO)
                _exit(1);
        }
        _exit(0);
    }
    for (int i = 0; i < SAVES; i++) {
        const bp_status status = bp_network_save(networks[0], path, NULL);

        assert_true(status == BP_OK || status == BP_EIO);
        saved += status == BP_OK;
        ok(load_path(path, line));
    }
    assert_int_equal(waitpid(child, &answer, 0), child);
    assert_int_equal(answer, 0);
    assert_true(saved > 0);
    ok(bp_network_save(networks[0], path, NULL));
    assert_int_equal(count_entries(), 1);
    bp_network_destroy(networks[0]);
    bp_network_destroy(networks[1]);
}

/* ---- kills ---- */

/* The default table, and a process that dies at the n-th call: before it, or after. */
static size_t kill_at, calls;
static bool kill_after;

static int32_t die_or(int32_t code)
{
    (void)code;
    if (kill_after && calls == kill_at)
        (void)kill(getpid(), SIGKILL);
    return code;
}

static void count_call(void)
{
    if (++calls == kill_at && !kill_after)
        (void)kill(getpid(), SIGKILL);
}

static int32_t dying_create(const char *name, void **file, void *user)
{
    count_call();
    return die_or(bp_default_files.create(name, file, user));
}

/* Dying after a write, half of it has gone. */
static int32_t dying_write(void *file, const void *bytes, size_t size, size_t *done,
                           void *user)
{
    count_call();
    return die_or(bp_default_files.write(
        file, bytes, calls == kill_at ? (size + 1) / 2 : size, done, user));
}

static int32_t dying_sync(void *file, void *user)
{
    count_call();
    return die_or(bp_default_files.sync(file, user));
}

static int32_t dying_close(void *file, void *user)
{
    count_call();
    return die_or(bp_default_files.close(file, user));
}

static int32_t dying_rename(const char *from, const char *to, void *user)
{
    count_call();
    return die_or(bp_default_files.rename(from, to, user));
}

static int32_t dying_sync_folder(const char *name, void *user)
{
    count_call();
    return die_or(bp_default_files.sync_folder(name, user));
}

static bp_files dying_files(void)
{
    bp_files files = bp_default_files;

    files.create = dying_create;
    files.write = dying_write;
    files.sync = dying_sync;
    files.close = dying_close;
    files.rename = dying_rename;
    files.sync_folder = dying_sync_folder;
    return files;
}

/* @return whether it was killed, and not just done. */
static bool save_in_a_child(bp_network *network, size_t at, bool after)
{
    const pid_t child = fork();
    int answer = 0;

    assert_true(child >= 0);
    if (child == 0) {
        kill_at = at;
        kill_after = after;
        calls = 0;
        _exit(bp_network_save(network, path, NULL) == BP_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &answer, 0), child);
    assert_true(WIFSIGNALED(answer) || WEXITSTATUS(answer) == 0);
    return WIFSIGNALED(answer);
}

/* What is at the path is one of the two, and loads. @return which. */
static int look(const struct forge files[2])
{
    struct bp_host host;
    struct bp_bytes bytes;
    struct bp_text text;
    char line[256];
    int which;

    ok(bp_host_init(&host, NULL));
    ok(bp_host_read_file(&host, path, 1 << 20, &bytes, &text));
    for (which = 0; which < 2; which++)
        if (bytes.size == files[which].size &&
            memcmp(bytes.data, files[which].bytes, bytes.size) == 0)
            break;
    bp_host_release(&host, bytes.data, bytes.size);
    if (which == 2)
        fail_msg("the file is neither the old nor the new one");
    ok(load_path(path, line));
    return which;
}

static size_t wanted_kills(void)
{
    const char *text = getenv("BP_KILLS");

    return text != NULL ? (size_t)strtoul(text, NULL, 10) : 200;
}

/* The two take turns: the one that is not there is saved, and killed at one call after
 * another. A save that lives clears what the dead left. */
static void kills(void **state)
{
    const bp_files files = dying_files();
    const bp_env env = {sizeof env, NULL, &files, NULL, NULL};
    bp_network *networks[2] = {make_one(&env, 1), make_one(&env, 2)};
    struct forge bytes[2] = {bytes_of(networks[0]), bytes_of(networks[1])};
    const size_t wanted = wanted_kills();
    size_t killed = 0, at = 1, traces = 0, replaced = 0;

    (void)state;
    ok(bp_network_save(networks[0], path, NULL));
    while (killed < wanted) {
        const int before = look(bytes);

        if (!save_in_a_child(networks[!before], at, killed % 2 != 0)) {
            assert_int_equal(look(bytes), !before);
            assert_int_equal(count_entries(), 1);
            at = 1;
            continue;
        }
        killed++;
        at += killed % 2 == 0;
        replaced += look(bytes) != before;
        traces += access(temporary, F_OK) == 0;
        assert_true(count_entries() <= 2);
    }
    ok(bp_network_save(networks[0], path, NULL));
    assert_int_equal(look(bytes), 0);
    assert_int_equal(count_entries(), 1);
    print_message("%zu kills: %zu left a temporary file, %zu had replaced the old one\n",
                  killed, traces, replaced);
    assert_true(wanted < 40 || (traces > 0 && replaced > 0));
    for (int i = 0; i < 2; i++) {
        bp_network_destroy(networks[i]);
        forge_free(&bytes[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(every_call_of_a_save),
        HOST_TEST(what_is_said),
        HOST_TEST(tables_that_lie),
        HOST_TEST(every_call_of_a_load),
        HOST_TEST(sizes_that_are_not_so),
        HOST_TEST(file_that_grows),
        cmocka_unit_test(a_real_file),
        cmocka_unit_test(what_is_no_file),
        cmocka_unit_test(what_others_left),
        cmocka_unit_test(two_writers),
        cmocka_unit_test(kills),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder) ? 1 : 0;
}
