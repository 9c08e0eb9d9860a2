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

static void test_c(void **state)
{
    struct world *w = *state;
    static const char *const names[] = {
        "",    "1a",   "a-b",      "a b",
        "a.c", "../a", "\xc3\xa9", "a23456789012345678901234567890ab"};
    bp_save_options changed = w->save_all;

    BAD(bp_network_export_c, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_export_c(NULL, "folder", "net", NULL));
    BAD(bp_network_export_c, folder, "NULL", BP_EINVAL, w->net,
        bp_network_export_c(w->net, NULL, "net", NULL));
    BAD(bp_network_export_c, name, "NULL", BP_EINVAL, w->net,
        bp_network_export_c(w->net, "folder", NULL, NULL));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; ++i)
        BAD(bp_network_export_c, name, "no identifier", BP_EINVAL, w->net,
            bp_network_export_c(w->net, "folder", names[i], NULL));
    BAD(bp_network_export_c, state, "not built", BP_ESTATE, w->open,
        bp_network_export_c(w->open, "folder", "net", NULL));
    BAD(bp_network_export_c, state, "callbacks", BP_EUNSUPPORTED, w->net_own,
        bp_network_export_c(w->net_own, "folder", "net", NULL));
    changed.scaler = w->unfitted;
    BAD_SAYS(bp_network_export_c, options, "scaler", "not fitted", BP_ESTATE, w->net,
             bp_network_export_c(w->net, "folder", "net", &changed));
}

static void test_int8(void **state)
{
    struct world *w = *state;
    bp_save_options changed = w->save_all;
    bp_int8_report report = {.struct_size = 1};

    BAD(bp_network_export_c_int8, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_export_c_int8(NULL, "folder", "net", w->data, NULL, NULL));
    BAD(bp_network_export_c_int8, folder, "NULL", BP_EINVAL, w->net,
        bp_network_export_c_int8(w->net, NULL, "net", w->data, NULL, NULL));
    BAD(bp_network_export_c_int8, name, "NULL", BP_EINVAL, w->net,
        bp_network_export_c_int8(w->net, "folder", NULL, w->data, NULL, NULL));
    BAD(bp_network_export_c_int8, name, "no identifier", BP_EINVAL, w->net,
        bp_network_export_c_int8(w->net, "folder", "1", w->data, NULL, NULL));
    BAD(bp_network_export_c_int8, data, "NULL", BP_EINVAL, w->net,
        bp_network_export_c_int8(w->net, "folder", "net", NULL, NULL, NULL));
    BAD(bp_network_export_c_int8, data, "empty", BP_ESTATE, w->net,
        bp_network_export_c_int8(w->net, "folder", "net", w->empty, NULL, NULL));
    BAD_SAYS(bp_network_export_c_int8, report, "report", "a wrong struct_size", BP_EINVAL,
             w->net,
             bp_network_export_c_int8(w->net, "folder", "net", w->data, NULL, &report));
    BAD(bp_network_export_c_int8, state, "not built", BP_ESTATE, w->open,
        bp_network_export_c_int8(w->open, "folder", "net", w->data, NULL, NULL));
    BAD(bp_network_export_c_int8, state, "callbacks", BP_EUNSUPPORTED, w->net_own,
        bp_network_export_c_int8(w->net_own, "folder", "net", w->data, NULL, NULL));
    changed.scaler = w->unfitted;
    BAD_SAYS(bp_network_export_c_int8, options, "scaler", "not fitted", BP_ESTATE, w->net,
             bp_network_export_c_int8(w->net, "folder", "net", w->data, &changed, NULL));
}

BAD_GROUP(test_onnx, test_c, test_int8)
