/* SPDX-License-Identifier: MIT */
/* Bad arguments: networks for other programs. See badargs.h. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Each row is refused by both calls. */
#define BAD_EXPORT(parameter, word, what, status, object)                              \
    do {                                                                               \
        BAD_SAYS(bp_network_export_onnx, parameter, word, what, status, object,        \
                 bp_network_export_onnx(object, "new", options));                      \
        BAD_SAYS(bp_network_export_onnx_memory, parameter, word, what, status, object, \
                 bp_network_export_onnx_memory(object, options, w->out.bytes,          \
                                               WORLD_MODEL_SIZE, &w->out.count));      \
    } while (0)

static void test_onnx(void **state)
{
    struct world *w = *state;
    static const char *const bad[] = {"a", "\xff"};
    bp_save_options changed = w->save_all;
    const bp_save_options *options = NULL;
    size_t again = 0;

    BAD(bp_network_export_onnx, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_export_onnx(NULL, "new", NULL));
    BAD(bp_network_export_onnx, path, "NULL", BP_EINVAL, w->net,
        bp_network_export_onnx(w->net, NULL, NULL));
    BAD_EXPORT(state, "state", "not built", BP_ESTATE, w->open);
    BAD_EXPORT(state, "state", "callbacks", BP_EUNSUPPORTED, w->net_own);
    options = &changed;
    changed.struct_size--;
    BAD_EXPORT(options, "options", "a wrong struct_size", BP_EINVAL, w->net);
    changed = w->save_all;
    changed.scaler = w->unfitted;
    BAD_EXPORT(options, "scaler", "not fitted", BP_ESTATE, w->net);
    changed = w->save_all;
    changed.class_names = bad;
    BAD_EXPORT(options, "options", "not UTF-8", BP_EDATA, w->net);
    BAD(bp_network_export_onnx_memory, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_export_onnx_memory(NULL, NULL, w->out.bytes, WORLD_MODEL_SIZE,
                                      &w->out.count));
    BAD(bp_network_export_onnx_memory, bytes, "NULL", BP_EINVAL, w->net,
        bp_network_export_onnx_memory(w->net, NULL, NULL, 1, &w->out.count));
    BAD(bp_network_export_onnx_memory, size, "NULL", BP_EINVAL, w->net,
        bp_network_export_onnx_memory(w->net, NULL, w->out.bytes, 1, NULL));
    BAD(bp_network_export_onnx_memory, capacity, "1", BP_ELIMIT, w->net,
        bp_network_export_onnx_memory(w->net, NULL, w->out.bytes, 1, &again));
    assert_true(again > 1);
}

BAD_GROUP(test_onnx)
