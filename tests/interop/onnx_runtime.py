# SPDX-License-Identifier: MIT
"""onnx_runtime.py LIBRARY: every network of built-in operations, exported, is accepted by
the ONNX checker, and ONNX Runtime gives the outputs of the library."""

import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

from backprop import F32, F64, Network, bp, options, scaled, scaler

SPREAD = np.random.default_rng(1)
TOLERANCE = 2e-5


def compare(path, network, rows, given):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert model.ir_version == 8 and model.opset_import[0].version == 13
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    theirs = session.run(["output"], {"input": rows})[0]
    ours = network.predict(given)
    worst = np.max(np.abs(theirs - ours) / np.maximum(1, np.abs(ours)))
    assert theirs.shape == ours.shape and worst < TOLERANCE, (path.name, worst)
    return worst


WEIGHT, BIAS, MEAN, VARIANCE = range(4)
PROBABILITY, DEVIATION, EPSILON, AFFINE = 6, 7, 8, 10


def norms():
    """Networks of the layers that are there for training, their numbers at random."""
    for kind in ("layer_norm", "batch_norm"):
        for affine in (0, 1):
            for precision in (F32, F64):
                network = Network(5, [("noise", {DEVIATION: 1}), (7, 2),
                                      (kind, {AFFINE: affine, EPSILON: 1e-3}),
                                      ("dropout", {PROBABILITY: 0.5}), (4, 3)],
                                  precision, seed=9)
                if affine:
                    network.set(2, WEIGHT, SPREAD.normal(1, 1, 7))
                    network.set(2, BIAS, SPREAD.normal(0, 1, 7))
                if kind == "batch_norm":
                    network.set(2, MEAN, SPREAD.normal(0, 1, 7))
                    network.set(2, VARIANCE, SPREAD.uniform(0.01, 3, 7))
                yield f"{kind}-{affine}-{precision}", network


def main():
    folder = Path(tempfile.mkdtemp())
    names = []
    while bp.bp_activation_name(len(names)):
        names.append(bp.bp_activation_name(len(names)).decode())
    worst = count = 0
    for activation, name in enumerate(names):
        for precision in (F32, F64):
            for layers in ([(7, activation), (3, activation)],
                           [(7, 2), (None, activation), (4, 0)]):
                network = Network(5, layers, precision, seed=activation + 1)
                path = folder / f"{name}-{precision}-{len(layers)}.onnx"
                rows = SPREAD.normal(0, 2, (40, 5)).astype(np.float32)
                network.call("bp_network_export_onnx", path)
                worst = max(worst, compare(path, network, rows, rows))
                count += 1
    for name, network in norms():
        path = folder / f"{name}.onnx"
        rows = SPREAD.normal(0, 2, (40, 5)).astype(np.float32)
        network.call("bp_network_export_onnx", path)
        worst = max(worst, compare(path, network, rows, rows))
        count += 1
    rows = SPREAD.normal(1000, 3, (60, 5)).astype(np.float32)
    made = scaler(rows)
    network = Network(5, [(8, 3), (2, 13)])
    path = folder / "scaled.onnx"
    network.call("bp_network_export_onnx", path, options(scaler=made))
    worst = max(worst, compare(path, network, rows, scaled(made, rows)))
    print(f"{count + 1} networks, {len(names)} activations, 4 more layers: the largest difference is "
          f"{worst:.1e} (onnx {onnx.__version__}, onnxruntime {ort.__version__})")


main()
