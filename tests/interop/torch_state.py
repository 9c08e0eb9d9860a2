# SPDX-License-Identifier: MIT
"""torch_state.py LIBRARY: a state_dict of nn.Sequential that PyTorch saves is imported and
predicts as PyTorch does; what the library saves is loaded into nn.Sequential, the same."""

import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from backprop import F32, F64, Network, bp

ROWS = np.random.default_rng(1).normal(0, 1, (50, 5)).astype(np.float32)
TOLERANCE = 2e-6
MODULES = {"linear": nn.Identity, "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid,
           "softplus": nn.Softplus, "elu": nn.ELU, "softmax": lambda: nn.Softmax(1)}


def numbers():
    """The activations' numbers by their names."""
    named = []
    while bp.bp_activation_name(len(named)):
        named.append(bp.bp_activation_name(len(named)).decode())
    return {name: named.index(name) for name in MODULES}


def sequential(hidden, last, dtype):
    return nn.Sequential(nn.Linear(5, 7), MODULES[hidden](), nn.Linear(7, 6),
                         MODULES[hidden](), nn.Linear(6, 3), MODULES[last]()).to(dtype)


def compare(network, model, what):
    with torch.no_grad():
        dtype = next(model.parameters()).dtype
        theirs = model(torch.from_numpy(ROWS).to(dtype)).to(torch.float32).numpy()
    worst = float(np.max(np.abs(network.predict(ROWS) - theirs)))
    assert worst < TOLERANCE, (what, worst)
    return worst


def there(network, model, path):
    """PyTorch writes, the library imports."""
    save_file(model.state_dict(), path)
    network.call("bp_network_import", path)
    return compare(network, model, f"imported {path.name}")


def back(network, model, path):
    """The library writes, PyTorch loads: layers.N is the Nth Linear, every second module."""
    network.call("bp_network_save", path)
    tensors = {name.split(".")[1:][0]: {} for name in load_file(path)}
    for name, tensor in load_file(path).items():
        _, layer, part = name.split(".")
        tensors[layer][part] = tensor
    model.load_state_dict({f"{2 * int(layer)}.{part}": tensor
                           for layer, parts in tensors.items()
                           for part, tensor in parts.items()})
    return compare(network, model, f"saved {path.name}")


def main():
    folder = Path(tempfile.mkdtemp())
    number = numbers()
    worst = count = 0
    torch.manual_seed(1)
    for precision, dtype in ((F32, torch.float32), (F64, torch.float64)):
        for hidden in MODULES:
            for last in ("linear", "softmax"):
                layers = [(7, number[hidden]), (6, number[hidden]), (3, number[last])]
                name = f"{hidden}-{last}-{precision}.safetensors"
                model = sequential(hidden, last, dtype)
                worst = max(worst, there(Network(5, layers, precision), model, folder / name))
                other = Network(5, layers, precision, seed=count + 2)
                worst = max(worst, back(other, model, folder / name))
                count += 1
    print(f"{count} networks there and back: the largest difference is {worst:.1e} "
          f"(PyTorch {torch.__version__})")


main()
