# SPDX-License-Identifier: MIT
"""Layers, forward and backward. Masks and noise are drawn here by a Philox4x32-10 of its
own, from the addresses that docs/numerics.md gives, and handed to PyTorch."""

import math

import torch
import torch.nn.functional as F

from parity_file import constants

TITLE = "Layers: y of x in training, and the gradients of given dC/dy; y in prediction."

MASK = 0xFFFFFFFF
SEED = 0x9876543210  # of the trainers; in tests/test_parity_layers.c as well
DROPOUT, NOISE = 6, 7  # streams


def philox(counter, key):
    """Salmon et al., 2011: the four words of a counter of four under a key of two."""
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [b >> 32 ^ c[1] ^ k[0], b & MASK, a >> 32 ^ c[3] ^ k[1], a & MASK]
        k = [k[0] + 0x9E3779B9 & MASK, k[1] + 0xBB67AE85 & MASK]
    return c


assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]


def block(stream, layer, step, n, seed=SEED):
    return philox([stream, layer, n, step], [seed & MASK, seed >> 32])


def places(rows, cols):
    """Numbers of the elements: rows begin at multiples of 16."""
    stride = (cols + 15) // 16 * 16
    return [[r * stride + j for j in range(cols)] for r in range(rows)]


def kept(rows, cols, layer, step, p):
    """1 where a number is kept, 0 where it is dropped."""
    def one(i):
        word = block(DROPOUT, layer, step, 16 * (i // 64) + i % 16)[i % 64 // 16]
        return 0 if (word >> 8) / 2**24 < p else 1
    return [[one(i) for i in row] for row in places(rows, cols)]


def normals(rows, cols, layer, step):
    def one(i):
        w = block(NOISE, layer, step, i)
        u = ((w[1] << 32 | w[0]) >> 11) + 1
        v = (w[3] << 32 | w[2]) >> 11
        return math.sqrt(-2 * math.log(u / 2**53)) * math.cos(2 * math.pi * v / 2**53)
    return [[one(i) for i in row] for row in places(rows, cols)]


def numbers(rows, cols, seed):
    """From -1 to 1, in steps that a float holds exactly."""
    return [[((i * 7919 + j * 104729 + seed * 31337 + i * j * j) % 2039 - 1019) / 1024
             for j in range(cols)] for i in range(rows)]


class Case:
    """x, dC/dy and parameters of one layer, and what PyTorch makes of them."""

    def __init__(self, dtype, rows, cols, outputs=None):
        self.dtype = dtype
        self.x = self.tensor(numbers(rows, cols, 1), True)
        self.g = self.tensor(numbers(rows, outputs or cols, 2))
        self.arrays = dict(precision=1 if dtype == torch.float32 else 2, rows=rows,
                           cols=cols)

    def tensor(self, values, grad=False):
        return torch.tensor(values, dtype=self.dtype, requires_grad=grad)

    def kind(self, name, **settings):
        values = constants()
        self.arrays["kind"] = values[f"BP_LAYER_KIND_{name}"]
        if settings:
            self.arrays["keys"] = [values[f"BP_LAYER_{key}"] for key in settings]
            self.arrays["settings"] = list(settings.values())

    def finish(self, y, **more):
        y.backward(self.g)
        self.arrays |= dict(x=self.x, g=self.g, y=y, dx=self.x.grad, **more)
        return self.arrays


def dense(dtype, rows, inputs, outputs, bias):
    c = Case(dtype, rows, inputs, outputs)
    c.kind("DENSE", BIAS=int(bias))
    c.arrays["outputs"] = outputs
    w = c.tensor(numbers(outputs, inputs, 3), True)
    b = c.tensor(numbers(1, outputs, 4)[0], True) if bias else None
    y = F.linear(c.x, w, b)
    arrays = c.finish(y, weight=w, weight_grad=w.grad)
    arrays["weight_grad"] = w.grad
    if bias:
        arrays |= dict(bias=b, bias_grad=b.grad)
    return arrays


def dropout(dtype, rows, cols, p):
    c = Case(dtype, rows, cols)
    c.kind("DROPOUT", PROBABILITY=p)
    mask = c.tensor(kept(rows, cols, 1, 0, p))
    return c.finish(c.x * mask.div(1 - p) if p < 1 else c.x * 0, predicted=c.x)


def noise(dtype, rows, cols, deviation):
    c = Case(dtype, rows, cols)
    c.kind("NOISE", DEVIATION=deviation)
    blur = torch.tensor(normals(rows, cols, 1, 0), dtype=torch.float64) * deviation
    return c.finish(c.x + blur.to(dtype), predicted=c.x)


def affine(c, cols, plain):
    if plain:
        return None, None
    return c.tensor(numbers(1, cols, 5)[0], True), c.tensor(numbers(1, cols, 6)[0], True)


def with_grads(arrays, w, b):
    if w is not None:
        arrays |= dict(weight=w, bias=b, weight_grad=w.grad, bias_grad=b.grad)
    return arrays


def layer_norm(dtype, rows, cols, eps=1e-5, plain=False):
    c = Case(dtype, rows, cols)
    c.kind("LAYER_NORM", EPSILON=eps, AFFINE=int(not plain))
    w, b = affine(c, cols, plain)
    y = F.layer_norm(c.x, [cols], w, b, eps)
    return with_grads(c.finish(y, predicted=y), w, b)


def batch_norm(dtype, rows, cols, eps=1e-5, momentum=0.1, plain=False):
    c = Case(dtype, rows, cols)
    c.kind("BATCH_NORM", EPSILON=eps, MOMENTUM=momentum, AFFINE=int(not plain))
    w, b = affine(c, cols, plain)
    mean = c.tensor(numbers(1, cols, 7)[0])
    variance = c.tensor([abs(x) + 0.5 for x in numbers(1, cols, 8)[0]])
    before = mean.clone(), variance.clone()
    y = F.batch_norm(c.x, mean, variance, w, b, True, momentum, eps)
    predicted = F.batch_norm(c.x, mean, variance, w, b, False, momentum, eps)
    arrays = c.finish(y, predicted=predicted, mean=before[0], variance=before[1],
                      mean_after=mean, variance_after=variance)
    return with_grads(arrays, w, b)


TABLE = {
    "dense": lambda t: dense(t, 5, 7, 4, True),
    "dense.plain": lambda t: dense(t, 3, 18, 5, False),
    "dropout": lambda t: dropout(t, 5, 20, 0.4),
    "dropout.none": lambda t: dropout(t, 2, 3, 0.0),
    "dropout.all": lambda t: dropout(t, 2, 3, 1.0),
    "noise": lambda t: noise(t, 4, 5, 0.3),
    "layer_norm": lambda t: layer_norm(t, 3, 19),
    "layer_norm.plain": lambda t: layer_norm(t, 4, 5, 0.125, True),
    "batch_norm": lambda t: batch_norm(t, 6, 5),
    "batch_norm.plain": lambda t: batch_norm(t, 3, 17, 0.125, 0.25, True),
    "batch_norm.two": lambda t: batch_norm(t, 2, 3, 1e-3, 1.0),
}


def cases():
    for name, make in TABLE.items():
        for dtype, suffix in ((torch.float32, "f32"), (torch.float64, "f64")):
            yield f"{name}.{suffix}", make(dtype)
