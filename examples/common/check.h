/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_CHECK_H
#define EXAMPLES_CHECK_H

/*
 * Every call of the library that can fail answers with a status. The examples look at
 * each of them, and end with the reason if it is not BP_OK:
 *
 *     CHECK_STATUS(bp_network_create(2, NULL, &network));
 *     CHECK(network, bp_network_build(network, 1));
 *
 * The first form is for calls that make an object, and for those that only read one: they
 * leave no line of text anywhere, so the status is all there is. The second asks the
 * object for its line.
 * A program that must go on living would write the `if` itself, of course.
 */

#include <backprop.h>

#define CHECK_STATUS(call) check_status((call), "", #call, __FILE__, __LINE__)

#define CHECK(object, call)                                                              \
    do {                                                                                 \
        const bp_status check_result = (call);                                           \
        if (check_result != BP_OK)                                                       \
            check_status(check_result, CHECK_REASON(object), #call, __FILE__, __LINE__); \
    } while (0)

/* The error line of any object: each kind of object has its own function for it. */
/* clang-format off */
#define CHECK_REASON(object)                                                             \
    _Generic((object),                                                                   \
        bp_layer *:         bp_layer_error,                                              \
        bp_network *:       bp_network_error,                                            \
        bp_workspace *:     bp_workspace_error,                                          \
        bp_cost *:          bp_cost_error,                                               \
        bp_optimizer *:     bp_optimizer_error,                                          \
        bp_trainer *:       bp_trainer_error,                                            \
        bp_scaler *:        bp_scaler_error,                                             \
        bp_bundle *:        bp_bundle_error,                                             \
        bp_schedule *:      bp_schedule_error,                                           \
        bp_history *:       bp_history_error,                                            \
        bp_stream *:        bp_stream_error,                                             \
        bp_trace *:         bp_trace_error,                                              \
        bp_metrics *:       bp_metrics_error,                                            \
        bp_recorder *:      bp_recorder_error,                                           \
        bp_dataset *:       bp_dataset_error,                                            \
        const bp_dataset *: bp_dataset_error)(object)
/* clang-format on */

/* Return if the status is BP_OK; print why it is not and where, and exit, otherwise. */
void check_status(bp_status status, const char *reason, const char *call,
                  const char *file, int line);

/* For tools, whose users have not written the calls: 1 leaves call and place out. */
extern int check_is_brief;

/* Memory for count elements, all 0; exits if there is none. Take it back with free(). */
void *check_allocate(size_t count, size_t size);

/* Print "error: ..." in the manner of printf(), and exit. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2), noreturn))
#endif
void fail(const char *format, ...);

#endif
