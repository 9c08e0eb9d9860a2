/* SPDX-License-Identifier: MIT */
/*
 * Rows of bad arguments. Each is one call that must be refused, in a world w that it must
 * leave as it was:
 *
 *     BAD(function, parameter, what is wrong, status, object, call);
 *
 * The status is exact; no object changes, no output, no allocation stays; `object`, if it
 * is not NULL, says so in a line that names the parameter, and no other object's line
 * changes. For the parameter `state` (the object is not at that point) any line will do.
 *
 * A lint holds the rows against backprop.h: every parameter of every function has one, or
 * one of
 *
 *     ANY(function, parameter, why no value of it is bad);
 */
#ifndef SUPPORT_BADARGS_H
#define SUPPORT_BADARGS_H

#include "fixtures.h"

#include <math.h>
#include <string.h>

enum {
    BAD_ENVS_COUNT = 17
};

/** All ways in which a ::bp_env can be wrong. */
struct bad_envs {
    bp_memory memory[4];
    bp_files files[11];
    bp_clock clock[2];
    bp_env env[BAD_ENVS_COUNT + 1];
    size_t count;
};

void bad_envs_init(struct bad_envs *bad, const struct world *world);

struct bad_row {
    const char *function;
    const char *parameter;
    const char *word; /**< What the line must name: the parameter as a rule. */
    const char *what;
    bp_status expected;
    const void *object; /**< Whose line is looked at, or NULL. */
    const char *file;
    int line;
};

/** A parameter of which no value is bad. */
struct bad_any {
    const char *function;
    const char *parameter;
    const char *why;
};

/** What the world was before a row. */
struct bad_before {
    uint64_t digest;
    uint64_t texts; /**< Of all objects but the row's. */
    size_t live_count;
    char line[256];
    struct world_out out;
};

void bad_take(struct bad_before *before, struct world *world, const void *object,
              const char *line);
void bad_check(const struct bad_before *before, struct world *world,
               const struct bad_row *row, bp_status status, const char *line);

/** Rows that were checked by this program, and those whose call did otherwise. */
extern size_t bad_rows;
extern size_t bad_faults;

/* The object's line, and a failure that gives it another line first. */
const char *bad_no_line(const void *object);
void bad_provoke_none(const void *object);
void bad_provoke_scaler(bp_scaler *scaler);
void bad_provoke_layer(bp_layer *layer);
void bad_provoke_network(bp_network *network);
void bad_provoke_workspace(bp_workspace *workspace);
void bad_provoke_cost(bp_cost *cost);
void bad_provoke_optimizer(bp_optimizer *optimizer);
void bad_provoke_schedule(bp_schedule *schedule);
void bad_provoke_trainer(bp_trainer *trainer);
void bad_provoke_dataset(bp_dataset *dataset);
void bad_provoke_trace(bp_trace *trace);
void bad_provoke_bundle(bp_bundle *bundle);
void bad_provoke_metrics(bp_metrics *metrics);
void bad_provoke_history(bp_history *history);
void bad_provoke_recorder(bp_recorder *recorder);
void bad_provoke_snapshot(bp_snapshot *snapshot);
void bad_provoke_stream(bp_stream *stream);

#define BAD_LINE(object)                        \
    _Generic((object), bp_layer *               \
             : bp_layer_error, bp_network *     \
             : bp_network_error, bp_workspace * \
             : bp_workspace_error, bp_cost *    \
             : bp_cost_error, bp_optimizer *    \
             : bp_optimizer_error, bp_trainer * \
             : bp_trainer_error, bp_dataset *   \
             : bp_dataset_error, bp_scaler *    \
             : bp_scaler_error, bp_schedule *   \
             : bp_schedule_error, bp_trace *    \
             : bp_trace_error, bp_bundle *      \
             : bp_bundle_error, bp_snapshot *   \
             : bp_snapshot_error, bp_metrics *  \
             : bp_metrics_error, bp_history *   \
             : bp_history_error, bp_recorder *  \
             : bp_recorder_error, bp_stream *   \
             : bp_stream_error, default         \
             : bad_no_line)(object)

#define BAD_PROVOKE(object)                        \
    _Generic((object), bp_layer *                  \
             : bad_provoke_layer, bp_network *     \
             : bad_provoke_network, bp_workspace * \
             : bad_provoke_workspace, bp_cost *    \
             : bad_provoke_cost, bp_optimizer *    \
             : bad_provoke_optimizer, bp_trainer * \
             : bad_provoke_trainer, bp_dataset *   \
             : bad_provoke_dataset, bp_scaler *    \
             : bad_provoke_scaler, bp_schedule *   \
             : bad_provoke_schedule, bp_trace *    \
             : bad_provoke_trace, bp_bundle *      \
             : bad_provoke_bundle, bp_snapshot *   \
             : bad_provoke_snapshot, bp_metrics *  \
             : bad_provoke_metrics, bp_history *   \
             : bad_provoke_history, bp_recorder *  \
             : bad_provoke_recorder, bp_stream *   \
             : bad_provoke_stream, default         \
             : bad_provoke_none)(object)

#define BAD(function, parameter, what, expected, object, call) \
    BAD_SAYS(function, parameter, #parameter, what, expected, object, call)

/** A row whose line names something nearer than the parameter: `word`. */
#define BAD_SAYS(function, parameter, word, what, expected, object, call)        \
    do {                                                                         \
        struct bad_before bad_before_;                                           \
        bp_status bad_status_;                                                   \
        BAD_PROVOKE(object);                                                     \
        bad_take(&bad_before_, w, (object), BAD_LINE(object));                   \
        bad_status_ = (call);                                                    \
        bad_check(&bad_before_, w,                                               \
                  &(struct bad_row){#function, #parameter, word, what, expected, \
                                    (object), __FILE__, __LINE__},               \
                  bad_status_, BAD_LINE(object));                                \
    } while (0)

/** A row that only the lint reads. */
#define ANY(function, parameter, why) \
    ((void)sizeof(struct bad_any){#function, #parameter, why})

/** A value that is no object and has no line: `object` of functions that create one, and
 *  of those on const objects. */
#define NOTHING ((const void *)NULL)

/** Rows for codes outside low to high; `call` uses `code`. */
#define BAD_CODES(function, parameter, low, high, object, call)                         \
    do {                                                                                \
        const int32_t bad_codes_[] = {INT32_MIN, (low)-1, (high) + 1, 1000, INT32_MAX}; \
        for (size_t bad_i_ = 0; bad_i_ < 5; ++bad_i_) {                                 \
            const int32_t code = bad_codes_[bad_i_];                                    \
            BAD(function, parameter, "unknown code", BP_EINVAL, object, call);          \
        }                                                                               \
    } while (0)

/** Rows for numbers that are not finite, and for those listed; `call` uses `number`. */
#define BAD_NUMBERS(function, parameter, object, call, ...) \
    BAD_EACH(function, parameter, #parameter, object, call, __VA_ARGS__)

/** The same for the parameter `value` of a setting, which the line calls by its name. */
#define BAD_SETTING(function, name, object, call, ...) \
    BAD_EACH(function, value, name, object, call, __VA_ARGS__)

#define BAD_EACH(function, parameter, word, object, call, ...)                           \
    do {                                                                                 \
        const double bad_numbers_[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, \
                                       __VA_ARGS__};                                     \
        for (size_t bad_i_ = 0; bad_i_ < sizeof bad_numbers_ / sizeof(double);           \
             ++bad_i_) {                                                                 \
            const double number = bad_numbers_[bad_i_];                                  \
            BAD_SAYS(function, parameter, word, "out of range", BP_EINVAL, object,       \
                     call);                                                              \
        }                                                                                \
    } while (0)

/** Rows for the parameter env; `call` uses `env`. */
#define BAD_ENVS(function, call)                                           \
    do {                                                                   \
        struct bad_envs bad_envs_;                                         \
        bad_envs_init(&bad_envs_, w);                                      \
        for (size_t bad_i_ = 0; bad_i_ < bad_envs_.count; ++bad_i_) {      \
            const bp_env *env = &bad_envs_.env[bad_i_];                    \
            BAD(function, env, "a wrong table", BP_EINVAL, NOTHING, call); \
        }                                                                  \
    } while (0)

/* ---- the program ---- */

typedef void (*bad_test_fn)(void **state);

/** Run each with a world of its own; says how many rows there were. */
int bad_run(const bad_test_fn *tests, size_t count);

#define BAD_GROUP(...)                                         \
    int main(void)                                             \
    {                                                          \
        static const bad_test_fn tests[] = {__VA_ARGS__};      \
                                                               \
        return bad_run(tests, sizeof tests / sizeof tests[0]); \
    }

#endif
