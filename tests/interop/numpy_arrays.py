# SPDX-License-Identifier: MIT
"""numpy_arrays.py LIBRARY: arrays that NumPy saves are read as NumPy has them."""

import ctypes
import tempfile
from pathlib import Path

import numpy as np

from backprop import bp, ok

TYPES = ["?", "i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8",
         "<u8", ">u8", "<f4", ">f4", "<f8", ">f8"]


def read(path):
    data = ctypes.c_void_p()
    ok(bp.bp_dataset_create(None, ctypes.byref(data)))
    ok(bp.bp_dataset_read_npy(data, str(path).encode(), None), bp.bp_dataset_error(data))
    rows, cols = bp.bp_dataset_rows(data), bp.bp_dataset_inputs(data)
    out = np.zeros((rows, cols), np.float32)
    for row in range(rows):
        ok(bp.bp_dataset_get_inputs(data, ctypes.c_size_t(row),
                                    out[row].ctypes.data_as(ctypes.c_void_p),
                                    ctypes.c_size_t(cols)))
    bp.bp_dataset_destroy(data)
    return out


def main():
    path = Path(tempfile.mkdtemp()) / "array.npy"
    count = 0
    for kind in TYPES:
        for shape in ((5,), (4, 3), (2, 3, 4), (2, 2, 2, 3)):
            for order in "CF":
                for version in ((1, 0), (2, 0), (3, 0)):
                    array = np.arange(np.prod(shape)).reshape(shape) - ("u" not in kind) * 3
                    array = np.asarray(array.astype(kind), order=order)
                    with open(path, "wb") as file:
                        np.lib.format.write_array(file, array, version)
                    with np.errstate(over="ignore"):
                        expected = array.astype(np.float32).reshape(shape[0], -1)
                    assert np.array_equal(read(path), expected), (kind, shape, order)
                    count += 1
    print(f"{count} arrays (numpy {np.__version__})")


main()
