/* SPDX-License-Identifier: MIT */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>

size_t bad_rows;
size_t bad_faults;

const char *bad_no_line(const void *object)
{
    (void)object;
    return NULL;
}

/* ---- lines that differ from those that rows look for ---- */

enum { ODD_KEY = -77, ODD_COUNT = 77777 };

void bad_provoke_none(const void *object)
{
    (void)object;
}

/* Each of its few failures is looked at by a row. */
void bad_provoke_scaler(bp_scaler *scaler)
{
    (void)scaler;
}

void bad_provoke_layer(bp_layer *layer)
{
    (void)bp_layer_set(layer, ODD_KEY, 0);
}

void bad_provoke_network(bp_network *network)
{
    (void)bp_network_set(network, ODD_KEY, 0);
}

void bad_provoke_workspace(bp_workspace *workspace)
{
    bp_network *network = NULL;
    float output;

    if (bp_network_create(1, NULL, &network) != BP_OK)
        return;
    (void)bp_network_predict(network, workspace, &(const float){1}, ODD_COUNT, &output,
                             1);
    bp_network_destroy(network);
}

void bad_provoke_cost(bp_cost *cost)
{
    (void)bp_cost_set(cost, ODD_KEY, 0);
}

void bad_provoke_schedule(bp_schedule *schedule)
{
    (void)bp_schedule_set(schedule, ODD_KEY, 0);
}

void bad_provoke_optimizer(bp_optimizer *optimizer)
{
    (void)bp_optimizer_set(optimizer, ODD_KEY, 0);
}

void bad_provoke_trainer(bp_trainer *trainer)
{
    (void)bp_trainer_set(trainer, ODD_KEY, 0);
}

void bad_provoke_bundle(bp_bundle *bundle)
{
    (void)bp_bundle_load(bundle, NULL, NULL);
}

void bad_provoke_dataset(bp_dataset *dataset)
{
    (void)bp_dataset_generate(dataset, ODD_KEY, 2, 0, 1);
}

void bad_provoke_trace(bp_trace *trace)
{
    (void)bp_trace_run(trace, &(const float){1}, ODD_COUNT, &(const float){1}, 1);
}

void bad_provoke_metrics(bp_metrics *metrics)
{
    (void)bp_metrics_set(metrics, ODD_KEY, 0);
}

static int32_t refuse_bytes(const void *bytes, size_t size, void *user)
{
    (void)bytes;
    (void)size;
    (void)user;
    return ODD_KEY;
}

void bad_provoke_snapshot(bp_snapshot *snapshot)
{
    const float value = 1;
    const bp_tensor odd = {.struct_size = sizeof odd,
                           .precision = ODD_KEY,
                           .values = &value,
                           .rows = 1,
                           .cols = 1};

    (void)bp_snapshot_add_tensor(snapshot, &odd);
}

void bad_provoke_history(bp_history *history)
{
    (void)bp_history_write_csv(history, refuse_bytes, NULL);
}

void bad_provoke_recorder(bp_recorder *recorder)
{
    (void)bp_recorder_write(recorder, ODD_KEY, refuse_bytes, NULL);
}

void bad_provoke_stream(bp_stream *stream)
{
    (void)bp_stream_set(stream, 999, 0);
}

/* ---- lines of all objects ---- */

static void mix(uint64_t *digest, const void *object, const void *other, const char *line)
{
    if (object == NULL || object == other)
        return;
    for (; *line != '\0'; ++line)
        *digest = (*digest ^ (unsigned char)*line) * 1099511628211u;
    *digest = (*digest ^ 0xFF) * 1099511628211u;
}

static void mix_models(uint64_t *d, const struct world *w, const void *but)
{
    mix(d, w->dense, but, bp_layer_error(w->dense));
    mix(d, w->shape, but, bp_layer_error(w->shape));
    mix(d, w->own, but, bp_layer_error(w->own));
    mix(d, w->bare, but, bp_network_error(w->bare));
    mix(d, w->open, but, bp_network_error(w->open));
    mix(d, w->net, but, bp_network_error(w->net));
    mix(d, w->net64, but, bp_network_error(w->net64));
    mix(d, w->unit, but, bp_network_error(w->unit));
    mix(d, w->other, but, bp_network_error(w->other));
    mix(d, w->ws, but, bp_workspace_error(w->ws));
    mix(d, w->ws64, but, bp_workspace_error(w->ws64));
    mix(d, w->ws_unit, but, bp_workspace_error(w->ws_unit));
}

static void mix_others(uint64_t *d, const struct world *w, const void *but)
{
    mix(d, w->cost, but, bp_cost_error(w->cost));
    mix(d, w->huber, but, bp_cost_error(w->huber));
    mix(d, w->sgd, but, bp_optimizer_error(w->sgd));
    mix(d, w->falling, but, bp_schedule_error(w->falling));
    mix(d, w->fresh, but, bp_trainer_error(w->fresh));
    mix(d, w->trainer, but, bp_trainer_error(w->trainer));
    mix(d, w->ready, but, bp_trainer_error(w->ready));
    mix(d, w->trainer64, but, bp_trainer_error(w->trainer64));
    mix(d, w->numbers, but, bp_trainer_error(w->numbers));
    mix(d, w->lines, but, bp_trainer_error(w->lines));
    mix(d, w->empty, but, bp_dataset_error(w->empty));
    mix(d, w->data, but, bp_dataset_error(w->data));
    mix(d, w->labelled, but, bp_dataset_error(w->labelled));
    mix(d, w->inputs, but, bp_dataset_error(w->inputs));
    mix(d, w->labels, but, bp_dataset_error(w->labels));
    mix(d, w->csv, but, bp_dataset_error(w->csv));
    mix(d, w->nothing, but, bp_bundle_error(w->nothing));
    mix(d, w->loaded, but, bp_bundle_error(w->loaded));
    mix(d, w->unfitted, but, bp_scaler_error(w->unfitted));
    mix(d, w->fitted, but, bp_scaler_error(w->fitted));
    mix(d, w->trace_fresh, but, bp_trace_error(w->trace_fresh));
    mix(d, w->trace, but, bp_trace_error(w->trace));
    mix(d, w->trace_own, but, bp_trace_error(w->trace_own));
    mix(d, w->trace_huber, but, bp_trace_error(w->trace_huber));
    mix(d, w->blank, but, bp_metrics_error(w->blank));
    mix(d, w->history, but, bp_history_error(w->history));
    mix(d, w->past, but, bp_history_error(w->past));
    mix(d, w->recorder_fresh, but, bp_recorder_error(w->recorder_fresh));
    mix(d, w->recorder, but, bp_recorder_error(w->recorder));
    mix(d, w->watched, but, bp_trainer_error(w->watched));
    mix(d, w->no_state, but, bp_snapshot_error(w->no_state));
    mix(d, w->taken, but, bp_snapshot_error(w->taken));
    mix(d, w->dry, but, bp_stream_error(w->dry));
    mix(d, w->stream, but, bp_stream_error(w->stream));
    mix(d, w->measured, but, bp_metrics_error(w->measured));
    mix(d, w->metrics, but, bp_metrics_error(w->metrics));
}

static uint64_t digest_lines(const struct world *world, const void *but)
{
    uint64_t digest = 14695981039346656037u;

    mix_models(&digest, world, but);
    mix_others(&digest, world, but);
    return digest;
}

/* ---- a row ---- */

void bad_take(struct bad_before *before, struct world *world, const void *object,
              const char *line)
{
    before->digest = world_digest(world);
    before->texts = digest_lines(world, object);
    before->live_count = world->host.live_count;
    memcpy(&before->out, &world->out, sizeof before->out);
    snprintf(before->line, sizeof before->line, "%s", line != NULL ? line : "");
}

/* Says it and goes on: one run shows all rows that are wrong. */
static void refuse(const struct bad_row *row, const char *why)
{
    print_error("%s:%d: %s, %s, %s: %s\n", row->file, row->line, row->function,
                row->parameter, row->what, why);
    ++bad_faults;
}

/* The name as a whole word: "row" is not in "rows". */
static bool names(const char *line, const char *word)
{
    const size_t length = strlen(word);

    for (const char *at = strstr(line, word); at != NULL; at = strstr(at + 1, word)) {
        const bool starts = at == line || strchr(" (,:.'\"[", at[-1]) != NULL;
        if (starts && (at[length] == '\0' || strchr(" ,.:;)'\"[", at[length]) != NULL))
            return true;
    }
    return false;
}

static void check_line(const struct bad_row *row, const char *line, const char *before)
{
    char why[400];

    for (const char *c = line; *c != '\0'; ++c)
        if (*c < ' ' || *c > '~') {
            refuse(row, "the line has a character that does not print");
            return;
        }
    snprintf(why, sizeof why, "the line is \"%s\"", line);
    if (line[0] == '\0' || (strcmp(row->word, "state") != 0 && !names(line, row->word)))
        refuse(row, why);
    else if (strcmp(line, before) == 0 && strstr(line, "77") != NULL)
        refuse(row, "the line is still that of an earlier failure");
}

void bad_check(const struct bad_before *before, struct world *world,
               const struct bad_row *row, bp_status status, const char *line)
{
    char why[128];

    ++bad_rows;
    snprintf(why, sizeof why, "the answer is %d, expected %d", (int)status,
             (int)row->expected);
    if (status != row->expected)
        refuse(row, why);
    if (memcmp(&world->out, &before->out, sizeof before->out) != 0)
        refuse(row, "an output was written");
    if (world_digest(world) != before->digest)
        refuse(row, "an object changed");
    if (digest_lines(world, row->object) != before->texts)
        refuse(row, "the line of another object changed");
    if (world->host.live_count != before->live_count)
        refuse(row, "the number of live blocks changed");
    if (!failing_env_intact(&world->host))
        refuse(row, world->host.fault);
    if (line != NULL)
        check_line(row, line, before->line);
}

/* ---- tables ---- */

static bp_env *new_env(struct bad_envs *bad, const struct world *world)
{
    bp_env *env = &bad->env[bad->count++];

    *env = *world->env;
    return env;
}

void bad_envs_init(struct bad_envs *bad, const struct world *world)
{
    memset(bad, 0, sizeof *bad);
    for (size_t i = 0; i < 4; ++i)
        bad->memory[i] = world->host.memory;
    for (size_t i = 0; i < 11; ++i)
        bad->files[i] = world->host.files;
    bad->clock[0] = bad->clock[1] = world->host.clock;
    bad->memory[0].struct_size = 0;
    bad->memory[1].struct_size += 8;
    bad->memory[2].allocate = NULL;
    bad->memory[3].release = NULL;
    bad->files[0].struct_size -= 1;
    bad->files[1].open = NULL;
    bad->files[2].size = NULL;
    bad->files[3].read = NULL;
    bad->files[4].close = NULL;
    bad->files[5].create = NULL;
    bad->files[6].write = NULL;
    bad->files[7].sync = NULL;
    bad->files[8].rename = NULL;
    bad->files[9].sync_folder = NULL;
    bad->files[10].remove = NULL;
    bad->clock[0].struct_size = 0;
    bad->clock[1].seconds = NULL;
    for (size_t i = 0; i < 4; ++i)
        new_env(bad, world)->memory = &bad->memory[i];
    for (size_t i = 0; i < 11; ++i)
        new_env(bad, world)->files = &bad->files[i];
    for (size_t i = 0; i < 2; ++i)
        new_env(bad, world)->clock = &bad->clock[i];
    new_env(bad, world)->struct_size = 4;
}

/* ---- the program ---- */

enum { MOST_TESTS = 40 };

static struct world bad_world;

static int world_up(void **state)
{
    (void)state;
    world_create(&bad_world);
    return 0;
}

static int world_down(void **state)
{
    (void)state;
    world_destroy(&bad_world);
    return 0;
}

static void run_group(void **state)
{
    const bad_test_fn *test = *state;
    void *world = &bad_world;
    const size_t faults = bad_faults;

    (*test)(&world);
    if (bad_faults > faults)
        fail_msg("%zu rows are wrong", bad_faults - faults);
}

int bad_run(const bad_test_fn *tests, size_t count)
{
    static struct CMUnitTest units[MOST_TESTS];
    static char names[MOST_TESTS][24];
    int failures;

    if (count > MOST_TESTS)
        return 1;
    for (size_t i = 0; i < count; ++i) {
        snprintf(names[i], sizeof names[i], "group %zu", i + 1);
        units[i].name = names[i];
        units[i].test_func = run_group;
        units[i].setup_func = world_up;
        units[i].teardown_func = world_down;
        units[i].initial_state = (void *)(uintptr_t)&tests[i];
    }
    failures = _cmocka_run_group_tests("bad arguments", units, count, NULL, NULL);
    printf("%zu calls with bad arguments, %zu not refused as they should be\n", bad_rows,
           bad_faults);
    return failures ? 1 : 0;
}
