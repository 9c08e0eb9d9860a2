# SPDX-License-Identifier: MIT
"""The little of the library that the tests with strangers need, by ctypes."""

import ctypes
import sys

import numpy as np

bp = ctypes.CDLL(sys.argv[1])
for name in ("bp_network_error", "bp_bundle_error", "bp_dataset_error", "bp_activation_name",
             "bp_bundle_class_name"):
    getattr(bp, name).restype = ctypes.c_char_p
bp.bp_bundle_get_network.restype = ctypes.c_void_p
bp.bp_dataset_rows.restype = ctypes.c_size_t
bp.bp_dataset_inputs.restype = ctypes.c_size_t
F32, F64 = 1, 2


class SaveOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("reserved", ctypes.c_uint32),
                ("cost", ctypes.c_void_p), ("scaler", ctypes.c_void_p),
                ("class_names", ctypes.POINTER(ctypes.c_char_p)),
                ("class_count", ctypes.c_size_t),
                ("input_names", ctypes.POINTER(ctypes.c_char_p)),
                ("input_count", ctypes.c_size_t)]


def ok(status, why=None):
    if status != 0:
        raise SystemExit(f"status {status}: {why}")


def size(value):
    return ctypes.c_size_t(value)


class Network:
    """Dense layers of (outputs, activation), an activation alone as (None, activation), or
    a kind by its name, with settings by their keys."""

    def __init__(self, inputs, layers, precision=F32, seed=1):
        self.handle = ctypes.c_void_p()
        ok(bp.bp_network_create(size(inputs), None, ctypes.byref(self.handle)))
        ok(bp.bp_network_set(self.handle, 1, ctypes.c_double(precision)))
        for outputs, activation in layers:
            layer = ctypes.c_void_p()
            if isinstance(outputs, str):
                numbers = [ctypes.c_double(0)] if outputs in ("dropout", "noise") else []
                ok(getattr(bp, f"bp_layer_create_{outputs}")(*numbers, None,
                                                             ctypes.byref(layer)))
                for key, value in activation.items():
                    ok(bp.bp_layer_set(layer, key, ctypes.c_double(value)))
            elif outputs is None:
                ok(bp.bp_layer_create_activation(activation, None, ctypes.byref(layer)))
            else:
                ok(bp.bp_layer_create_dense(size(outputs), activation, None,
                                            ctypes.byref(layer)))
                ok(bp.bp_layer_set(layer, 4, ctypes.c_double(9)))  # biases from N(0, 1)
            ok(bp.bp_network_add(self.handle, layer))
            bp.bp_layer_destroy(layer)
        ok(bp.bp_network_build(self.handle, ctypes.c_uint64(seed)), self.error())
        self.inputs = inputs

    def set(self, layer, which, values):
        values = np.ascontiguousarray(values, np.float64)
        ok(bp.bp_network_set_parameter_f64(
            self.handle, size(layer), which, values.ctypes.data_as(ctypes.c_void_p),
            size(values.size)), self.error())

    def error(self):
        return bp.bp_network_error(self.handle).decode()

    def predict(self, rows):
        bp.bp_network_outputs.restype = ctypes.c_size_t
        rows = np.ascontiguousarray(rows, np.float32)
        out = np.zeros((len(rows), bp.bp_network_outputs(self.handle)), np.float32)
        workspace = ctypes.c_void_p()
        ok(bp.bp_workspace_create(self.handle, size(len(rows)), ctypes.byref(workspace)))
        ok(bp.bp_network_predict(self.handle, workspace, rows.ctypes.data_as(ctypes.c_void_p),
                                 size(rows.size), out.ctypes.data_as(ctypes.c_void_p),
                                 size(out.size)))
        bp.bp_workspace_destroy(workspace)
        return out

    def call(self, function, path, options=None):
        ok(getattr(bp, function)(self.handle, str(path).encode(),
                                 ctypes.byref(options) if options else None), self.error())


def scaler(rows):
    """A standard scaler fitted on rows."""
    data, made = ctypes.c_void_p(), ctypes.c_void_p()
    rows = np.ascontiguousarray(rows, np.float32)
    ok(bp.bp_dataset_create(None, ctypes.byref(data)))
    ok(bp.bp_dataset_set_inputs(data, rows.ctypes.data_as(ctypes.c_void_p), size(len(rows)),
                                size(rows.shape[1]), size(rows.shape[1])))
    ok(bp.bp_scaler_create(1, None, ctypes.byref(made)))
    ok(bp.bp_scaler_fit(made, data))
    bp.bp_dataset_destroy(data)
    return made


def scaled(made, rows):
    rows = np.ascontiguousarray(rows, np.float32).copy()
    ok(bp.bp_scaler_transform(made, rows.ctypes.data_as(ctypes.c_void_p), size(rows.size)))
    return rows


def options(**fields):
    made = SaveOptions()
    ok(bp.bp_save_options_init(ctypes.byref(made)))
    for name, value in fields.items():
        setattr(made, name, value)
    return made
