# SPDX-License-Identifier: MIT
"""Whole networks, trained for 100 steps from given weights, batches and masks."""

import torch
import torch.nn.functional as F

from layers import kept, normals, numbers
from parity_file import constants

TITLE = "Networks trained for 100 steps: costs of steps, and numbers in the end."

STEPS, BATCH, INPUTS = 100, 8, 5


def batch(step):
    """Inputs of a step; the same formula as in tests/test_parity_training.c."""
    return numbers(BATCH, INPUTS, 1000 + step)


def target_numbers(step, outputs):
    return numbers(BATCH, outputs, 5000 + step)


class Net:
    """Layers one by one, each with its tensors, as the library numbers them."""

    def __init__(self, dtype):
        self.dtype, self.layers, self.arrays = dtype, [], {}
        self.width, self.values = INPUTS, constants()

    def tensor(self, values, grad=True):
        return torch.tensor(values, dtype=self.dtype, requires_grad=grad)

    def add(self, kind, forward, number=0.0, units=0, **tensors):
        """`number` is what the layer is made with: p, a deviation, an activation."""
        index = len(self.layers)
        for name, value in tensors.items():
            self.arrays[f"{index}.{name}"] = value
        self.layers.append((self.values[f"BP_LAYER_KIND_{kind}"], number, units, forward,
                            tensors))

    def dense(self, units, activation, function):
        w = self.tensor(numbers(units, self.width, 10 + len(self.layers)))
        b = self.tensor(numbers(1, units, 20 + len(self.layers))[0])
        self.width = units
        self.add("DENSE", lambda x, step: function(F.linear(x, w, b)),
                 self.values[f"BP_ACTIVATION_{activation}"], units, weight=w, bias=b)

    def activation(self, activation, function):
        self.add("ACTIVATION", lambda x, step: function(x),
                 self.values[f"BP_ACTIVATION_{activation}"])

    def dropout(self, p):
        index, cols = len(self.layers), self.width
        self.add("DROPOUT", lambda x, step: x * self.tensor(
            kept(BATCH, cols, index, step, p), False).div(1 - p), p)

    def noise(self, deviation):
        index, cols = len(self.layers), self.width
        self.add("NOISE", lambda x, step: x + (torch.tensor(
            normals(BATCH, cols, index, step), dtype=torch.float64) * deviation).to(
                self.dtype), deviation)

    def gamma_beta(self):
        gamma = [1 + 0.5 * x for x in numbers(1, self.width, 30 + len(self.layers))[0]]
        return self.tensor(gamma), self.tensor(numbers(1, self.width, 40)[0])

    def layer_norm(self):
        w, b = self.gamma_beta()
        cols = [self.width]
        self.add("LAYER_NORM", lambda x, step: F.layer_norm(x, cols, w, b), weight=w,
                 bias=b)

    def batch_norm(self):
        w, b = self.gamma_beta()
        mean, variance = torch.zeros(self.width), torch.ones(self.width)
        mean, variance = mean.to(self.dtype), variance.to(self.dtype)
        self.add("BATCH_NORM",
                 lambda x, step: F.batch_norm(x, mean, variance, w, b, True),
                 weight=w, bias=b, mean=mean, variance=variance)

    def run(self, x, step):
        for layer in self.layers:
            x = layer[3](x, step)
        return x

    def parameters(self):
        return [t for layer in self.layers for t in layer[4].values() if t.requires_grad]


def real(step, outputs):
    return target_numbers(step, outputs)


def unit(step, outputs):
    return [[(x + 1) / 2 for x in row] for row in target_numbers(step, outputs)]


def label(step, outputs):
    return [(step * 7 + r * 3 + r * r) % outputs for r in range(BATCH)]


def tanh_mse(net):
    net.dense(7, "TANH", torch.tanh)
    net.dense(6, "SIGMOID", torch.sigmoid)
    net.dense(3, "LINEAR", lambda z: z)
    return "MSE", F.mse_loss, real, "SGD", dict(lr=0.05, momentum=0.9)


def gelu_softmax(net):
    net.dense(17, "GELU", F.gelu)
    net.layer_norm()
    net.dropout(0.25)
    net.dense(9, "SILU", F.silu)
    net.dense(4, "SOFTMAX", lambda z: z)
    return ("SOFTMAX_CROSS_ENTROPY", lambda z, y: F.cross_entropy(z, y, label_smoothing=0.1),
            label, "ADAM", dict(lr=0.01))


def batch_norm_bce(net):
    net.noise(0.125)
    net.dense(8, "LINEAR", lambda z: z)
    net.batch_norm()
    net.activation("SOFTPLUS", F.softplus)
    net.dropout(0.5)
    net.dense(3, "SIGMOID", lambda z: z)
    return ("CROSS_ENTROPY",
            lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="sum") / BATCH,
            unit, "SGD", dict(lr=0.1))


NETS = dict(tanh=tanh_mse, gelu=gelu_softmax, norm=batch_norm_bce)
OPTIMIZERS = dict(SGD=torch.optim.SGD, ADAM=torch.optim.Adam)
KEYS = dict(lr="RATE", momentum="MOMENTUM")


def case_of(build, dtype):
    net = Net(dtype)
    cost, function, targets, optimizer, settings = build(net)
    begin = {f"{name}": value.detach().clone() for name, value in net.arrays.items()}
    step_by = OPTIMIZERS[optimizer](net.parameters(), **settings)
    costs = []
    for step in range(STEPS):
        y = torch.tensor(targets(step, net.width))
        value = function(net.run(net.tensor(batch(step), False), step),
                         y if y.dtype == torch.int64 else y.to(dtype))
        step_by.zero_grad()
        value.backward()
        step_by.step()
        costs.append(value.detach().double())
    values = constants()
    arrays = dict(precision=1 if dtype == torch.float32 else 2,
                  kinds=[layer[0] for layer in net.layers],
                  numbers=[layer[1] for layer in net.layers],
                  units=[layer[2] for layer in net.layers],
                  cost=values[f"BP_COST_{cost}"],
                  optimizer=values[f"BP_OPTIMIZER_{optimizer}"],
                  keys=[values[f"BP_OPTIMIZER_{KEYS[key]}"] for key in settings],
                  settings=list(settings.values()), costs=[float(c) for c in costs])
    arrays |= {f"{name}.before": value for name, value in begin.items()}
    # In float the order of sums shows, and Adam divides what is nearly 0 by itself.
    if dtype == torch.float64:
        arrays |= {f"{name}.after": value for name, value in net.arrays.items()}
    return arrays


def cases():
    for name, build in NETS.items():
        for dtype, suffix in ((torch.float32, "f32"), (torch.float64, "f64")):
            yield f"{name}.{suffix}", case_of(build, dtype)
