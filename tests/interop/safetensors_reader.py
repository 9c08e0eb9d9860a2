# SPDX-License-Identifier: MIT
"""safetensors_reader.py LIBRARY: the reference reader opens what the library saves, and
the library imports what the reference writer writes."""

import ctypes
import tempfile
from pathlib import Path

import numpy as np
import safetensors
from safetensors.numpy import load_file, save_file

from backprop import F32, F64, Network, bp, ok, options, scaler


def main():
    folder = Path(tempfile.mkdtemp())
    for precision, dtype in ((F32, np.float32), (F64, np.float64)):
        network = Network(5, [(7, 2), (3, 13)], precision)
        path = folder / f"{precision}.safetensors"
        rows = np.arange(30, dtype=np.float32).reshape(6, 5) ** 2
        network.call("bp_network_save", path, options(scaler=scaler(rows)))
        tensors = load_file(path)
        assert list(tensors["layers.0.weight"].shape) == [7, 5]
        assert all(t.dtype == dtype for n, t in tensors.items() if n.startswith("layers"))
        a = np.tanh(rows @ tensors["layers.0.weight"].T + tensors["layers.0.bias"])
        z = a @ tensors["layers.1.weight"].T + tensors["layers.1.bias"]
        p = np.exp(z - z.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        assert np.allclose(network.predict(rows), p, atol=1e-5)
        with safetensors.safe_open(path, "numpy") as file:
            assert file.metadata()["format"] == "backprop 1.0"
        # And back, under PyTorch's names, in halves as well.
        for kind in (np.float64, np.float32, np.float16):
            theirs = {f"{i}.{part}": tensors[f"layers.{i // 2}.{part}"].astype(kind)
                      for i in (0, 2) for part in ("weight", "bias")}
            save_file(theirs, folder / "theirs.safetensors")
            other = Network(5, [(7, 2), (3, 13)], precision, seed=2)
            other.call("bp_network_import", folder / "theirs.safetensors")
            got = np.zeros((7, 5))
            ok(bp.bp_network_get_parameter_f64(
                other.handle, ctypes.c_size_t(0), 0, got.ctypes.data_as(ctypes.c_void_p),
                ctypes.c_size_t(35)))
            assert np.array_equal(got, theirs["0.weight"].astype(dtype).astype(np.float64))
    print(f"saved, read, written and imported (safetensors {safetensors.__version__})")


main()
