#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Train XOR through the shared library by ctypes.

    xor.py LIBRARY EXPECTED    EXPECTED: the bits of the final cost, 16 hex digits

The same network as in tests/install/xor.c, so the same bits.
"""

import ctypes
import struct
import sys

TANH, SIGMOID = 2, 1
BINARY_CROSS_ENTROPY = 8
SGD, RATE, MOMENTUM = 1, 1, 2
BATCH = 1

pointer, size, integer, real = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int32,
                                ctypes.c_double)
seed = ctypes.c_uint64
floats = ctypes.POINTER(ctypes.c_float)
PROTOTYPES = {
    "bp_network_create": [size, pointer, ctypes.POINTER(pointer)],
    "bp_network_add_dense": [pointer, size, integer],
    "bp_network_build": [pointer, seed],
    "bp_cost_create": [integer, pointer, ctypes.POINTER(pointer)],
    "bp_optimizer_create": [integer, pointer, ctypes.POINTER(pointer)],
    "bp_optimizer_set": [pointer, integer, real],
    "bp_trainer_create": [pointer, pointer, pointer, ctypes.POINTER(pointer)],
    "bp_trainer_set": [pointer, integer, real],
    "bp_trainer_build": [pointer, seed],
    "bp_trainer_step": [pointer, floats, size, floats, size, ctypes.POINTER(real)],
}
DESTROY = ["bp_network_destroy", "bp_cost_destroy", "bp_optimizer_destroy",
           "bp_trainer_destroy"]


class Library:
    """Calls that raise where the library answers anything but BP_OK."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        self.library.bp_status_text.restype = ctypes.c_char_p
        self.library.bp_status_text.argtypes = [integer]
        for name, arguments in PROTOTYPES.items():
            function = getattr(self.library, name)
            function.argtypes, function.restype = arguments, integer
        for name in DESTROY:
            function = getattr(self.library, name)
            function.argtypes, function.restype = [pointer], None

    def call(self, name, *arguments):
        status = getattr(self.library, name)(*arguments)
        if status != 0:
            text = self.library.bp_status_text(status).decode()
            raise RuntimeError(f"{name}: {text}")

    def create(self, name, *arguments):
        made = pointer()
        self.call(name, *arguments, ctypes.byref(made))
        return made


def train(bp):
    network = bp.create("bp_network_create", 2, None)
    bp.call("bp_network_add_dense", network, 4, TANH)
    bp.call("bp_network_add_dense", network, 1, SIGMOID)
    bp.call("bp_network_build", network, 1)

    cost = bp.create("bp_cost_create", BINARY_CROSS_ENTROPY, None)
    optimizer = bp.create("bp_optimizer_create", SGD, None)
    bp.call("bp_optimizer_set", optimizer, RATE, 0.5)
    bp.call("bp_optimizer_set", optimizer, MOMENTUM, 0.9)
    trainer = bp.create("bp_trainer_create", network, cost, optimizer)
    bp.call("bp_trainer_set", trainer, BATCH, 4)
    bp.call("bp_trainer_build", trainer, 1)

    inputs = (ctypes.c_float * 8)(0, 0, 0, 1, 1, 0, 1, 1)
    targets = (ctypes.c_float * 4)(0, 1, 1, 0)
    final = real()
    for _ in range(500):
        bp.call("bp_trainer_step", trainer, inputs, 8, targets, 4, ctypes.byref(final))

    bp.library.bp_trainer_destroy(trainer)
    bp.library.bp_optimizer_destroy(optimizer)
    bp.library.bp_cost_destroy(cost)
    bp.library.bp_network_destroy(network)
    return final.value


def main():
    library, expected = sys.argv[1:]
    bits = struct.pack(">d", train(Library(library))).hex()
    print(f"final cost {bits}, expected {expected}")
    return 0 if bits == expected else 1


if __name__ == "__main__":
    sys.exit(main())
