/* SPDX-License-Identifier: MIT */
/*
 * Fits that keep their state in files: when they write, what of, and that a fit whose
 * process was killed at any call of the file table goes on from the newest whole file, to
 * the bit.
 */
#include "unit_helpers.h"

#include "env.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INPUTS = 3, OUTPUTS = 2, ROWS = 17, BATCH = 5, STEPS = 4, EPOCHS = 5 };

struct run {
    bp_network *network;
    bp_trainer *trainer;
    bp_dataset *data, *held;
    bp_fit_options options;
};

/* Batch norm and dropout, so that statistics and masks are part of it. */
static bp_network *make_net(const bp_env *env, uint64_t seed)
{
    bp_network *network = NULL;
    bp_layer *norm = NULL;
    bp_layer *dropout = NULL;

    ok(bp_layer_create_batch_norm(NULL, &norm));
    ok(bp_layer_create_dropout(0.2, NULL, &dropout));
    ok(bp_network_create(INPUTS, env, &network));
    ok(bp_network_add_dense(network, 6, BP_ACTIVATION_TANH));
    ok(bp_network_add(network, norm));
    ok(bp_network_add(network, dropout));
    ok(bp_network_add_dense(network, OUTPUTS, BP_ACTIVATION_LINEAR));
    ok(bp_network_build(network, seed));
    bp_layer_destroy(norm);
    bp_layer_destroy(dropout);
    return network;
}

static void run_create(struct run *r, const bp_env *env, uint64_t seed)
{
    bp_optimizer *adam = NULL;

    ok(bp_optimizer_create(BP_OPTIMIZER_ADAM, NULL, &adam));
    r->network = make_net(env, seed);
    r->trainer = make_trainer_with(r->network, BP_COST_MSE, adam, BATCH, seed);
    r->data = make_dataset(ROWS, INPUTS, OUTPUTS, NULL);
    r->held = make_dataset(7, INPUTS, OUTPUTS, NULL);
    ok(bp_fit_options_init(&r->options));
    r->options.epochs = EPOCHS;
    r->options.validation = r->held;
    r->options.resume = 1;
}

static void run_destroy(struct run *r)
{
    bp_trainer_destroy(r->trainer);
    bp_network_destroy(r->network);
    bp_dataset_destroy(r->data);
    bp_dataset_destroy(r->held);
}

static bp_status train(struct run *r)
{
    return bp_trainer_train(r->trainer, r->data, &r->options, NULL);
}

static bp_status take_up(struct run *r, const bp_env *env, const char *path)
{
    bp_snapshot *snapshot = NULL;
    bp_status status;

    ok(bp_snapshot_create(env, &snapshot));
    status = bp_snapshot_load(snapshot, path, NULL);
    if (status == BP_OK)
        ok(bp_trainer_restore(r->trainer, snapshot));
    bp_snapshot_destroy(snapshot);
    return status;
}

/* ---- when it writes ---- */

struct watched {
    struct failing_env *host;
    const char *name;
    const void *bytes;
    size_t writes;
    uint64_t stop;
};

/* A file that was replaced has other bytes, at another place. */
static int32_t watch(const bp_progress *progress, void *user)
{
    struct watched *w = user;
    const struct env_file *file = failing_env_find_file(w->host, w->name);

    if (file != NULL && file->bytes != w->bytes) {
        w->writes++;
        w->bytes = file->bytes;
    }
    return w->stop > 0 && progress->step >= w->stop;
}

static uint64_t number_in(const bp_env *env, const char *path, const char *name)
{
    bp_snapshot *snapshot = NULL;
    bp_number_entry number = {.struct_size = sizeof number};
    size_t i = 0;

    ok(bp_snapshot_create(env, &snapshot));
    ok(bp_snapshot_load(snapshot, path, NULL));
    do
        ok(bp_snapshot_get_number(snapshot, i++, &number));
    while (strcmp(number.name, name) != 0);
    bp_snapshot_destroy(snapshot);
    return number.whole;
}

static void epochs_best_and_last(void **state)
{
    struct failing_env *host = *state;
    struct run r;
    bp_fit_result result = {.struct_size = sizeof result};

    run_create(&r, &host->env, 1);
    r.options.checkpoint = "last";
    r.options.checkpoint_best = "best";
    r.options.checkpoint_epochs = 2;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, &result));
    assert_int_equal(number_in(&host->env, "last", "fit.epochs"), EPOCHS);
    assert_int_equal(number_in(&host->env, "last", "trainer.step"), EPOCHS * STEPS);
    assert_int_equal(number_in(&host->env, "best", "fit.epochs"), result.best_epoch);
    assert_int_equal(number_in(&host->env, "best", "fit.best_epoch"), result.best_epoch);
    run_destroy(&r);
}

static void how_often(void **state)
{
    static const size_t expected[] = {1, EPOCHS, 3, 2, 2, 1, 1}; /* files written */
    struct failing_env *host = *state;
    size_t calls_of_one = 0;

    for (size_t every = 0; every < COUNT(expected); every++) {
        struct run r;

        while (host->file_count > 0)
            (void)host->files.remove(host->file[0].path, host);
        run_create(&r, &host->env, 1);
        r.options.checkpoint = "last";
        r.options.checkpoint_epochs = every;
        host->file_calls = 0;
        ok(train(&r));
        if (every == 0)
            calls_of_one = host->file_calls;
        assert_true(calls_of_one > 8);
        assert_int_equal(host->file_calls, expected[every] * calls_of_one);
        run_destroy(&r);
    }
}

static void a_callback_that_stops(void **state)
{
    struct failing_env *host = *state;

    for (uint64_t stop = 1; stop < EPOCHS * STEPS; stop++) {
        struct watched w = {.host = host, .name = "last", .stop = stop};
        struct run whole, first, second;

        run_create(&whole, &host->env, 1);
        run_create(&first, &host->env, 1);
        run_create(&second, &host->env, 2);
        first.options.checkpoint = "last";
        first.options.progress = watch;
        first.options.user = &w;
        ok(train(&whole));
        assert_status(train(&first), BP_ESTOPPED);
        assert_line(bp_trainer_error(first.trainer), "the callback stopped");
        assert_int_equal(number_in(&host->env, "last", "trainer.step"), stop);
        ok(take_up(&second, &host->env, "last"));
        ok(train(&second));
        assert_true(same_parameters(whole.network, second.network));
        run_destroy(&whole);
        run_destroy(&first);
        run_destroy(&second);
    }
}

/* A clock that takes a hundredth of a second for every look at it. */
static void by_seconds(void **state)
{
    struct failing_env *host = *state;
    struct run r;
    struct watched w = {.host = host, .name = "last"};

    host->tick = 0.01;
    run_create(&r, &host->env, 1);
    r.options.checkpoint = "last";
    r.options.checkpoint_seconds = 0.001;
    r.options.progress = watch;
    r.options.user = &w;
    r.options.epochs = 2;
    host->file_calls = 0;
    ok(train(&r));
    assert_int_equal(number_in(&host->env, "last", "trainer.step"), 2 * STEPS);
    assert_true(w.writes > 0 && host->file_calls > 8 * (2 * STEPS - 1));
    run_destroy(&r);
}

static void a_file_that_cannot_be_written(void **state)
{
    struct failing_env *host = *state;
    struct run r;
    bp_position position = {.struct_size = sizeof position};

    run_create(&r, &host->env, 1);
    r.options.checkpoint = "last";
    r.options.checkpoint_epochs = 1;
    failing_env_arm_files(host, 3, 28 /* ENOSPC */);
    assert_status(train(&r), BP_EIO);
    failing_env_arm_files(host, 0, 0);
    assert_line(bp_trainer_error(r.trainer), "checkpoint: cannot write 'last'");
    ok(bp_trainer_position(r.trainer, &position));
    assert_int_equal(position.step, STEPS); /* what was trained stays */
    assert_null(failing_env_find_file(host, "last"));
    run_destroy(&r);
}

/* Each allocation of a fit fails: what was trained stays, and the file is whole. */
static bool fit_without(struct failing_env *host, size_t nth)
{
    struct run r;
    bp_status status;

    run_create(&r, &host->env, 1);
    r.options.checkpoint = "last";
    r.options.checkpoint_best = "best";
    r.options.checkpoint_epochs = 1;
    r.options.epochs = 2;
    failing_env_arm(host, nth, false);
    status = train(&r);
    assert_true(status == (host->injected > 0 ? BP_ENOMEM : BP_OK));
    failing_env_arm(host, 0, false);
    if (status != BP_OK)
        assert_line(bp_trainer_error(r.trainer), "memory");
    if (failing_env_find_file(host, "last") != NULL)
        ok(take_up(&r, &host->env, "last"));
    run_destroy(&r);
    return status != BP_OK;
}

static void memory_that_runs_out(void **state)
{
    size_t nth = 1;

    while (fit_without(*state, nth))
        nth++;
    print_message("%zu places where memory can fail\n", nth - 1);
    assert_true(nth > 50);
}

/* ---- kills ---- */

static char folder[] = "bp-test-checkpoint-XXXXXX";
static char path[64], best[64], temporary[64];

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/last", folder);
    (void)snprintf(best, sizeof best, "%s/best", folder);
    (void)snprintf(temporary, sizeof temporary, "%s/last.bp-save", folder);
    return 0;
}

static void clear_folder(void)
{
    char other[80];

    (void)snprintf(other, sizeof other, "%s.bp-save", best);
    (void)unlink(path);
    (void)unlink(best);
    (void)unlink(temporary);
    (void)unlink(other);
}

static int remove_folder(void **state)
{
    (void)state;
    clear_folder();
    return rmdir(folder);
}

static size_t calls, kill_at;

static void count_call(void)
{
    if (++calls == kill_at)
        (void)kill(getpid(), SIGKILL);
}

static int32_t dying_create(const char *name, void **file, void *user)
{
    count_call();
    return bp_default_files.create(name, file, user);
}

/* Half of what it dies in has gone. */
static int32_t dying_write(void *file, const void *bytes, size_t size, size_t *done,
                           void *user)
{
    const size_t part = calls + 1 == kill_at ? (size + 1) / 2 : size;
    const int32_t code = bp_default_files.write(file, bytes, part, done, user);

    count_call();
    return code;
}

static int32_t dying_sync(void *file, void *user)
{
    count_call();
    return bp_default_files.sync(file, user);
}

static int32_t dying_close(void *file, void *user)
{
    count_call();
    return bp_default_files.close(file, user);
}

static int32_t dying_rename(const char *from, const char *to, void *user)
{
    count_call();
    return bp_default_files.rename(from, to, user);
}

static int32_t dying_sync_folder(const char *name, void *user)
{
    count_call();
    return bp_default_files.sync_folder(name, user);
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

/* One process of the training: it takes up what there is, and goes on until it is done or
 * killed at a call. It answers 0 if it ends with the parameters of a whole run. */
static void one_process(const struct run *whole, uint64_t seed)
{
    const bp_files files = dying_files();
    const bp_env env = {sizeof env, NULL, &files, NULL, NULL};
    struct run r;

    calls = 0;
    run_create(&r, &env, seed);
    r.options.checkpoint = path;
    r.options.checkpoint_best = best;
    r.options.checkpoint_epochs = 1;
    r.options.checkpoint_seconds = 1e-9;
    if (access(path, F_OK) == 0)
        ok(take_up(&r, &env, path));
    ok(train(&r));
    _exit(same_parameters(whole->network, r.network) ? 0 : 1);
}

static size_t wanted_kills(void)
{
    const char *text = getenv("BP_KILLS");

    return text != NULL ? (size_t)strtoul(text, NULL, 10) : 200;
}

/* Until there are so many kills: train anew, killed at a later call each time, until it
 * comes to its end. */
static void kills(void **state)
{
    const size_t wanted = wanted_kills();
    struct run whole;
    size_t killed = 0, ended = 0, at = 1;

    (void)state;
    run_create(&whole, NULL, 1);
    ok(train(&whole));
    clear_folder();
    while (killed < wanted || ended == 0) {
        const pid_t child = fork();
        int answer = 0;

        assert_true(child >= 0);
        kill_at = killed < wanted ? at : 0;
        if (child == 0)
            one_process(&whole, 1);
        assert_int_equal(waitpid(child, &answer, 0), child);
        if (WIFSIGNALED(answer)) {
            killed++;
            at += 5;
            continue;
        }
        assert_int_equal(WEXITSTATUS(answer), 0);
        ended++;
        clear_folder();
        at = 1 + ended % 5;
    }
    print_message("%zu kills, %zu trainings came to their end\n", killed, ended);
    run_destroy(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(epochs_best_and_last),          HOST_TEST(how_often),
        HOST_TEST(a_callback_that_stops),         HOST_TEST(by_seconds),
        HOST_TEST(a_file_that_cannot_be_written),
        HOST_TEST(memory_that_runs_out), cmocka_unit_test(kills),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder) ? 1 : 0;
}
