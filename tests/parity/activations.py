# SPDX-License-Identifier: MIT
"""Every activation: a = f(z), and dC/dz of given dC/da."""

import torch
import torch.nn.functional as F

from parity_file import constants

TITLE = "Activations: a of z, and dC/dz of dC/da. Rows of `cols`."

# Kinks and thresholds are among them, and where an exponential overflows in float.
POINTS = [-110, -90, -21, -16.75, -8.5, -5, -3.5, -3, -2.25, -1.5, -1, -0.625, -0.25,
          -0.015625, 0, 0.015625, 0.25, 0.625, 1, 1.5, 2.25, 3, 3.5, 5, 8.5, 16.75, 20,
          20.5, 90, 110]
ROWS = [[1, 2, 3, 4], [-1, 0.5, 0.25, -2], [100, 0, -100, 99], [0, 0, 0, 0]]



class HardSigmoid(torch.autograd.Function):
    """The formula: PyTorch 1.13 has the sixth of its derivative in float, also where it
    computes in double."""

    @staticmethod
    def forward(context, z):
        context.save_for_backward(z)
        return F.hardsigmoid(z)

    @staticmethod
    def backward(context, g):
        z, = context.saved_tensors
        return torch.where((z > -3) & (z < 3), g / 6, torch.zeros_like(g))


# name, PyTorch's function, slope or alpha where it is set
SINGLE = [
    ("LINEAR", lambda z: z * 1, None),
    ("SIGMOID", torch.sigmoid, None),
    ("TANH", torch.tanh, None),
    ("RELU", F.relu, None),
    ("LEAKY_RELU", F.leaky_relu, None),
    ("LEAKY_RELU", lambda z: F.leaky_relu(z, 0.25), 0.25),
    ("ELU", F.elu, None),
    ("ELU", lambda z: F.elu(z, 1.5), 1.5),
    ("SELU", F.selu, None),
    ("GELU", F.gelu, None),
    ("GELU_TANH", lambda z: F.gelu(z, approximate="tanh"), None),
    ("SILU", F.silu, None),
    ("SOFTPLUS", F.softplus, None),
    ("SOFTSIGN", F.softsign, None),
    ("HARD_SIGMOID", HardSigmoid.apply, None),
]
COUPLED = [
    ("SOFTMAX", lambda z: F.softmax(z, 1), None),
    ("LOG_SOFTMAX", lambda z: F.log_softmax(z, 1), None),
]


def upstream(rows, cols):
    """dC/da: the same simple numbers on both sides."""
    return [[((7 * i + 3 * j) % 16 - 8) / 8 for j in range(cols)] for i in range(rows)]


def case_of(name, function, slope, points, dtype):
    z = torch.tensor(points, dtype=dtype, requires_grad=True)
    g = torch.tensor(upstream(*z.shape), dtype=dtype)
    a = function(z)
    a.backward(g)
    arrays = dict(precision=1 if dtype == torch.float32 else 2,
                  kind=constants()[f"BP_ACTIVATION_{name}"], rows=z.shape[0],
                  cols=z.shape[1], z=z, g=g, a=a, dz=z.grad)
    if slope is not None:
        arrays["slope"] = slope
    return arrays


def cases():
    for table, points in ((SINGLE, [POINTS]), (COUPLED, ROWS)):
        for name, function, slope in table:
            for dtype, suffix in ((torch.float32, "f32"), (torch.float64, "f64")):
                text = name.lower() + ("" if slope is None else f".{slope}")
                yield f"{text}.{suffix}", case_of(name, function, slope, points, dtype)
