# SPDX-License-Identifier: MIT
"""Every optimizer on given gradients: the parameters after 1 and after 1000 steps."""

import torch

from parity_file import constants

TITLE = "Optimizers on given gradients: parameters before, after 1 and after 1000 steps."

COUNT = 32
STEPS = 1000

O = torch.optim
# name, rule, PyTorch's class, its arguments, settings of ours
RULES = [
    ("sgd", "SGD", O.SGD, dict(lr=0.1), dict(RATE=0.1)),
    ("sgd.momentum", "SGD", O.SGD, dict(lr=0.01, momentum=0.9, weight_decay=0.01),
     dict(RATE=0.01, MOMENTUM=0.9, WEIGHT_DECAY=0.01)),
    ("sgd.nesterov", "SGD", O.SGD, dict(lr=0.01, momentum=0.9, nesterov=True),
     dict(RATE=0.01, MOMENTUM=0.9, NESTEROV=1)),
    ("sgd.dampening", "SGD", O.SGD, dict(lr=0.05, momentum=0.5, dampening=0.25),
     dict(RATE=0.05, MOMENTUM=0.5, DAMPENING=0.25)),
    ("adagrad", "ADAGRAD", O.Adagrad, dict(lr=0.01), dict()),
    ("adagrad.all", "ADAGRAD", O.Adagrad,
     dict(lr=0.1, lr_decay=0.01, weight_decay=0.01, initial_accumulator_value=0.1,
          eps=1e-6),
     dict(RATE=0.1, RATE_DECAY=0.01, WEIGHT_DECAY=0.01, INITIAL=0.1, EPSILON=1e-6)),
    ("rmsprop", "RMSPROP", O.RMSprop, dict(lr=0.01), dict()),
    ("rmsprop.centred", "RMSPROP", O.RMSprop,
     dict(lr=0.003, alpha=0.9, centered=True, weight_decay=0.01),
     dict(RATE=0.003, ALPHA=0.9, CENTRED=1, WEIGHT_DECAY=0.01)),
    ("rmsprop.momentum", "RMSPROP", O.RMSprop, dict(lr=0.001, momentum=0.9, eps=1e-3),
     dict(RATE=0.001, MOMENTUM=0.9, EPSILON=1e-3)),
    ("rmsprop.all", "RMSPROP", O.RMSprop,
     dict(lr=0.001, alpha=0.95, momentum=0.5, centered=True),
     dict(RATE=0.001, ALPHA=0.95, MOMENTUM=0.5, CENTRED=1)),
    ("adam", "ADAM", O.Adam, dict(lr=0.001), dict()),
    ("adam.decay", "ADAM", O.Adam,
     dict(lr=0.01, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.1),
     dict(RATE=0.01, BETA1=0.8, BETA2=0.95, EPSILON=1e-4, WEIGHT_DECAY=0.1)),
    ("amsgrad", "AMSGRAD", O.Adam, dict(lr=0.001, amsgrad=True), dict()),
    ("amsgrad.decay", "AMSGRAD", O.Adam,
     dict(lr=0.01, betas=(0.9, 0.5), weight_decay=0.01, amsgrad=True),
     dict(RATE=0.01, BETA2=0.5, WEIGHT_DECAY=0.01)),
    ("adamw", "ADAMW", O.AdamW, dict(lr=0.001), dict()),
    ("adamw.decay", "ADAMW", O.AdamW, dict(lr=0.01, weight_decay=0.1),
     dict(RATE=0.01, DECOUPLED_DECAY=0.1)),
    ("rprop", "RPROP", O.Rprop, dict(lr=0.01), dict()),
    ("rprop.limits", "RPROP", O.Rprop,
     dict(lr=0.1, etas=(0.25, 2), step_sizes=(0.01, 1)),
     dict(RATE=0.1, DOWN=0.25, UP=2, LEAST=0.01, MOST=1)),
]


def gradient(step, i):
    """Given gradient @i of @step, from 0; the same number in float and in double."""
    return ((step * 7919 + i * 104729 + step * step * i) % 2039 - 1019) / 1024


def start(i):
    return ((i * 523) % 97 - 48) / 64


def run(dtype, optimizer, arguments):
    w = torch.tensor([start(i) for i in range(COUNT)], dtype=dtype)
    yield w.clone()
    works = optimizer([w], **arguments)
    for step in range(STEPS):
        w.grad = torch.tensor([gradient(step, i) for i in range(COUNT)], dtype=dtype)
        works.step()
        if step + 1 in (1, STEPS):
            yield w.clone()


def cases():
    codes = constants()
    for name, rule, optimizer, arguments, settings in RULES:
        for precision, dtype in (("f32", torch.float32), ("f64", torch.float64)):
            before, one, all_steps = run(dtype, optimizer, arguments)
            yield f"{name}.{precision}", {
                "precision": codes["BP_PRECISION_" + precision.upper()],
                "kind": codes["BP_OPTIMIZER_" + rule],
                "keys": [codes["BP_OPTIMIZER_" + key] for key in settings],
                "settings": list(settings.values()),
                "before": before,
                "after.1": one,
                "after.1000": all_steps,
            }
