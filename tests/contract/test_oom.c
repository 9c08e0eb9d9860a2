/* SPDX-License-Identifier: MIT */
/*
 * Out of memory at every allocation of every public function, each failing once, and for
 * ever after: the answer is BP_ENOMEM, nothing leaks, objects and outputs are as they
 * were, and the same call then succeeds. What says that it takes no memory takes none.
 */
#include "calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

enum {
    MOST_SITES = 2000,
    MOST_CALLS = 400
};

static size_t sites;

/* ---- one call with the n-th allocation failing ---- */

struct snapshot {
    uint64_t digest;
    size_t live_count;
    size_t live_bytes;
    struct world_out out;
};

static void take(struct snapshot *snapshot, const struct world *w)
{
    snapshot->digest = world_digest(w);
    snapshot->live_count = w->host.live_count;
    snapshot->live_bytes = w->host.live_bytes;
    memcpy(&snapshot->out, &w->out, sizeof snapshot->out);
}

static void check_refused(const struct call *call, size_t nth, bp_status status,
                          const struct snapshot *before, struct world *w)
{
    struct snapshot after;

    take(&after, w);
    if (status != BP_ENOMEM)
        fail_msg("%s (%s): allocation %zu failed, the answer is %d", call->function,
                 call->note, nth, (int)status);
    if (after.live_count != before->live_count || after.live_bytes != before->live_bytes)
        fail_msg("%s (%s): allocation %zu failed, %zu bytes live, %zu before",
                 call->function, call->note, nth, after.live_bytes, before->live_bytes);
    if (after.digest != before->digest)
        fail_msg("%s (%s): allocation %zu failed, an object changed", call->function,
                 call->note, nth);
    if (memcmp(&after.out, &before->out, sizeof after.out) != 0)
        fail_msg("%s (%s): allocation %zu failed, an output changed", call->function,
                 call->note, nth);
}

/* True while something was injected. */
static bool fails_at(const struct call *call, size_t nth, bool for_ever)
{
    static struct world world;
    struct snapshot before;
    bp_status status;
    bool injected;

    world_create(&world);
    take(&before, &world);
    failing_env_arm(&world.host, nth, for_ever);
    status = call->run(&world);
    injected = world.host.injected > 0;
    failing_env_arm(&world.host, 0, false);
    if (injected) {
        check_refused(call, nth, status, &before, &world);
        status = call->run(&world);
    }
    if (status != BP_OK)
        fail_msg("%s (%s): allocation %zu: %d with memory enough", call->function,
                 call->note, nth, (int)status);
    world_destroy(&world);
    return injected;
}

static void exhaust(const struct call *call)
{
    size_t nth = 1;

    while (fails_at(call, nth, false)) {
        assert_true(fails_at(call, nth, true));
        assert_true(++nth < MOST_SITES);
    }
    if (nth == 1 && call->memory == ALLOCATES)
        fail_msg("%s (%s) took no memory: move its row to NEVER", call->function,
                 call->note);
    sites += nth - 1;
}

static void take_none(const struct call *call)
{
    static struct world world;
    bp_status status;

    world_create(&world);
    failing_env_arm(&world.host, 0, false);
    status = call->run(&world);
    if (status != BP_OK || world.host.allocations != 0)
        fail_msg("%s (%s): %d, %zu allocations", call->function, call->note, (int)status,
                 world.host.allocations);
    world_destroy(&world);
}

static void test_call(void **state)
{
    const struct call *call = *state;

    if (call->memory == NEVER)
        take_none(call);
    else
        exhaust(call);
}

/* A network grows by one layer after another, over every size of what holds them; each
 * allocation fails once, and the layer is then added again. */
static void grow(struct failing_env *host, bp_network *network)
{
    for (size_t layer = 0; layer < 40; ++layer) {
        bp_status status;
        failing_env_arm(host, 1, false);
        status = bp_network_add_dense(network, 2, BP_ACTIVATION_TANH);
        if (host->injected == 0) {
            ok(status);
            continue;
        }
        ++sites;
        assert_int_equal(status, BP_ENOMEM);
        assert_true(strlen(bp_network_error(network)) > 0);
        assert_int_equal(bp_network_layers(network), layer);
        ok(bp_network_add_dense(network, 2, BP_ACTIVATION_TANH));
    }
}

static void test_grow(void **state)
{
    struct failing_env host;
    bp_network *network = NULL;
    const size_t before = sites;

    (void)state;
    failing_env_init(&host);
    ok(bp_network_create(2, &host.env, &network));
    grow(&host, network);
    assert_true(sites > before);
    failing_env_arm(&host, 0, false);
    ok(bp_network_build(network, 1));
    bp_network_destroy(network);
    assert_env_clean(&host);
    failing_env_free(&host);
}

int main(void)
{
    static struct CMUnitTest tests[MOST_CALLS];
    int failures;

    if (call_count >= MOST_CALLS)
        return 1;
    for (size_t i = 0; i < call_count; ++i) {
        tests[i].name = calls[i].function;
        tests[i].test_func = test_call;
        tests[i].initial_state = (void *)&calls[i];
    }
    tests[call_count] = (struct CMUnitTest)cmocka_unit_test(test_grow);
    failures =
        _cmocka_run_group_tests("out of memory", tests, call_count + 1, NULL, NULL);
    printf("%zu places where memory can fail, each once and for ever after\n", sites);
    return failures ? 1 : 0;
}
