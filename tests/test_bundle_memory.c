/* SPDX-License-Identifier: MIT */
/* How much memory a load takes: by its table, and of the whole process where the address
 * space has a limit. */
#include "bundle_forge.h"

#include "bundle.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

enum { MIB = 1 << 20 };

static struct forge save(bp_network *network)
{
    struct forge forge = {NULL, 0};

    assert_status(bp_network_save_memory(network, NULL, NULL, 0, &forge.size), BP_ELIMIT);
    forge.bytes = malloc(forge.size);
    assert_non_null(forge.bytes);
    ok(bp_network_save_memory(network, NULL, forge.bytes, forge.size, &forge.size));
    return forge;
}

/* The parameters once, the header twice, the mover, and little more. */
static void by_the_table(void **state)
{
    struct failing_env *host = *state;
    static const size_t widths[] = {800, 400, 16};
    bp_network *network =
        make_network(&(struct net_recipe){NULL, widths, 3, BP_ACTIVATION_TANH, 0, 0}, 1);
    struct forge forge = save(network);
    bp_bundle *bundle = NULL;
    const size_t arena = 4 * ((800 + 1) * 400 + (400 + 1) * 16);

    ok(bp_bundle_create(&host->env, &bundle));
    ok(bp_bundle_load_memory(bundle, forge.bytes, forge.size, NULL));
    assert_true(host->peak_bytes <=
                arena + 2 * forge_header_size(&forge) + sizeof(struct bp_mover) + 16384);
    assert_true(host->live_bytes <= arena + 16384);
    bp_bundle_destroy(bundle);
    bp_network_destroy(network);
    forge_free(&forge);
}

/* Saving takes a header and the mover. */
static void saving(void **state)
{
    struct failing_env *host = *state;
    static const size_t widths[] = {800, 400, 16};
    bp_network *network = make_network(
        &(struct net_recipe){&host->env, widths, 3, BP_ACTIVATION_TANH, 0, 0}, 1);
    const size_t before = host->live_bytes;

    host->peak_bytes = 0;
    ok(bp_network_save(network, "file", NULL));
    assert_true(host->peak_bytes <= before + sizeof(struct bp_mover) + 8192);
    assert_int_equal(host->live_bytes, before);
    bp_network_destroy(network);
}

/* ---- the whole process ---- */

static size_t address_space(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;

    if (file != NULL && fscanf(file, "%lu", &pages) != 1)
        pages = 0;
    if (file != NULL)
        (void)fclose(file);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Load in a child that has so much more than it has now. @return the status. */
static bp_status load_within(const struct forge *forge, size_t more)
{
    const pid_t child = fork();
    int answer = 0;

    assert_true(child >= 0);
    if (child == 0) {
        const rlim_t most = address_space() + more;
        const struct rlimit limit = {most, most};
        bp_bundle *bundle = NULL;

        if (setrlimit(RLIMIT_AS, &limit) != 0 || bp_bundle_create(NULL, &bundle) != BP_OK)
            _exit(100);
        _exit(-bp_bundle_load_memory(bundle, forge->bytes, forge->size, NULL));
    }
    assert_int_equal(waitpid(child, &answer, 0), child);
    assert_true(WIFEXITED(answer));
    return -WEXITSTATUS(answer);
}

static bool can_limit(void)
{
#if defined(SANITIZED)
    return false;
#else
    return address_space() > 0 && getenv("BP_NO_LIMIT") == NULL;
#endif
}

static char *repeat(const char *begin, const char *part, size_t count, const char *end)
{
    char *text = malloc(strlen(begin) + count * (strlen(part) + 12) + strlen(end) + 1);
    char *to = text;

    assert_non_null(text);
    to += sprintf(to, "%s", begin);
    for (size_t i = 0; i < count; i++)
        to += sprintf(to, part, i);
    (void)sprintf(to, "%s", end);
    return text;
}

/* The headers that take most: many keys, many numbers, one long string. */
static void hostile_headers(void **state)
{
    static const struct {
        const char *begin, *part;
        size_t count;
        const char *end;
    } rows[] = {
        {"{\"__metadata__\":{\"\":\"\"", ",\"%zx\":\"\"", 262000, "}}"},
        {"{\"z\":[0", ",0", 262000, "]}"},
        {"{\"z\":[[]", ",[]", 131000, "]}"},
        {"{\"z\":{}", ",\"%zx\":{}", 131000, "}"},
        {"{\"__metadata__\":{\"\":\"", "xxxxxxxxxxxxxxxx", 1048570, "\"}}"},
    };
    static const size_t header_cap = 16 * MIB;

    (void)state;
    if (!can_limit())
        skip();
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *json = repeat(rows[i].begin, rows[i].part, rows[i].count, rows[i].end);
        struct forge forge = forge_make(json, 0);
        const bp_status status = load_within(&forge, 6 * header_cap);

        if (status != BP_EDATA && status != BP_ELIMIT)
            fail_msg("header %zu: the answer is %d", i, (int)status);
        forge_free(&forge);
        free(json);
    }
}

/* A model of 40 MB, with room for it, the mover and the cap of a header. */
static void the_declared_size(void **state)
{
    static const size_t widths[] = {3200, 3200};
    bp_network *network = make_network(&(struct net_recipe){NULL, widths, 2, 0, 0, 0}, 1);
    struct forge forge = save(network);

    (void)state;
    bp_network_destroy(network);
    if (!can_limit()) {
        forge_free(&forge);
        skip();
    }
    assert_int_equal(load_within(&forge, forge.size + 16 * MIB), BP_OK);
    assert_int_equal(load_within(&forge, forge.size / 2), BP_ENOMEM);
    forge_free(&forge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(by_the_table),
        HOST_TEST(saving),
        cmocka_unit_test(hostile_headers),
        cmocka_unit_test(the_declared_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
