# SPDX-License-Identifier: MIT
"""Every schedule: the rates of its first moments, from PyTorch's schedulers."""

import warnings

import torch

from parity_file import constants

TITLE = "Schedules: the rate of each moment, from 0."

warnings.filterwarnings("ignore")  # schedulers would like optimizers to step before them

S = torch.optim.lr_scheduler
BASE = 0.3


def warmed(steps, start, after):
    """A linear warm-up, and what comes after it."""
    def make(optimizer):
        return S.SequentialLR(
            optimizer,
            [S.LinearLR(optimizer, start_factor=start, total_iters=steps),
             after(optimizer)], milestones=[steps])
    return make


# name, form, what makes PyTorch's scheduler, settings of ours, milestones of ours
FORMS = [
    ("constant", "CONSTANT", lambda o: S.ConstantLR(o, factor=1.0), {}, []),
    ("step", "STEP", lambda o: S.StepLR(o, step_size=7, gamma=0.3),
     dict(PERIOD=7, GAMMA=0.3), []),
    ("multi_step", "MULTI_STEP",
     lambda o: S.MultiStepLR(o, milestones=[5, 6, 20, 20], gamma=0.5), dict(GAMMA=0.5),
     [5, 6, 20, 20]),
    ("exponential", "EXPONENTIAL", lambda o: S.ExponentialLR(o, gamma=0.93),
     dict(GAMMA=0.93), []),
    ("cosine", "COSINE", lambda o: S.CosineAnnealingLR(o, T_max=30, eta_min=0.01),
     dict(PERIOD=30, MIN=0.01), []),
    ("cosine.restarts", "COSINE",
     lambda o: S.CosineAnnealingWarmRestarts(o, T_0=8, T_mult=1, eta_min=0.02),
     dict(PERIOD=8, RESTART=1, MIN=0.02), []),
    ("cosine.longer", "COSINE",
     lambda o: S.CosineAnnealingWarmRestarts(o, T_0=5, T_mult=2),
     dict(PERIOD=5, RESTART=2), []),
    ("cosine.warm", "COSINE",
     warmed(6, 0.1, lambda o: S.CosineAnnealingLR(o, T_max=40)),
     dict(PERIOD=40, WARMUP=6, WARMUP_START=0.1), []),
    ("step.warm", "STEP",
     warmed(5, 0.25, lambda o: S.StepLR(o, step_size=10, gamma=0.5)),
     dict(PERIOD=10, GAMMA=0.5, WARMUP=5, WARMUP_START=0.25), []),
    ("one_cycle", "ONE_CYCLE",
     lambda o: S.OneCycleLR(o, max_lr=BASE, total_steps=50, cycle_momentum=False),
     dict(PERIOD=50), []),
    ("one_cycle.linear", "ONE_CYCLE",
     lambda o: S.OneCycleLR(o, max_lr=BASE, total_steps=50, pct_start=0.4,
                            div_factor=10, final_div_factor=100,
                            anneal_strategy="linear", cycle_momentum=False),
     dict(PERIOD=50, RISE=0.4, DIVISOR=10, FINAL_DIVISOR=100, LINEAR=1), []),
]

MOMENTS = 50

# Values of a cost that falls, stays and rises, and what a plateau makes of them.
VALUES = [2 - k / 8 for k in range(8)] + [1 + (k * 5 % 7) / 64 for k in range(22)] + [
    0.9 - k / 4096 for k in range(12)] + [0.5, 0.75, 4, 5, 6.5, 5, 9.5, 0.25, 0.23, 0.2, 0.5,
                                       0.5]

PLATEAUS = [
    ("plateau", dict(), dict()),
    ("plateau.patience", dict(factor=0.5, patience=2, min_lr=0.03),
     dict(GAMMA=0.5, PATIENCE=2, MIN=0.03)),
    ("plateau.cooldown", dict(factor=0.5, patience=1, cooldown=3),
     dict(GAMMA=0.5, PATIENCE=1, COOLDOWN=3)),
    ("plateau.absolute",
     dict(factor=0.5, patience=3, threshold=0.01, threshold_mode="abs"),
     dict(GAMMA=0.5, PATIENCE=3, THRESHOLD=0.01, ABSOLUTE=1)),
    ("plateau.maximize", dict(factor=0.3, patience=4, mode="max"),
     dict(GAMMA=0.3, PATIENCE=4, MAXIMIZE=1)),
    ("plateau.maximize_by_half", dict(factor=0.9, patience=1, mode="max", threshold=0.5),
     dict(GAMMA=0.9, PATIENCE=1, MAXIMIZE=1, THRESHOLD=0.5)),
    ("plateau.by_a_tenth", dict(factor=0.9, patience=1, threshold=0.1),
     dict(GAMMA=0.9, PATIENCE=1, THRESHOLD=0.1)),
    ("plateau.maximize_absolute",
     dict(factor=0.3, patience=4, mode="max", threshold=0.02, threshold_mode="abs"),
     dict(GAMMA=0.3, PATIENCE=4, MAXIMIZE=1, THRESHOLD=0.02, ABSOLUTE=1)),
    ("plateau.least_fall", dict(factor=0.001, patience=0),
     dict(GAMMA=0.001, PATIENCE=0)),
]


def optimizer_at(rate):
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)


def rate_of(optimizer):
    return optimizer.param_groups[0]["lr"]


def rates(make):
    optimizer = optimizer_at(BASE)
    scheduler = make(optimizer)
    for moment in range(MOMENTS):
        yield rate_of(optimizer)
        if moment + 1 < MOMENTS:
            optimizer.step()
            scheduler.step()


def plateau(arguments):
    optimizer = optimizer_at(BASE)
    scheduler = S.ReduceLROnPlateau(optimizer, **arguments)
    for value in VALUES:
        scheduler.step(value)
        yield rate_of(optimizer)


def described(form, settings):
    codes = constants()
    return {
        "kind": codes["BP_SCHEDULE_" + form],
        "keys": [codes["BP_SCHEDULE_" + key] for key in settings],
        "settings": list(settings.values()),
        "base": BASE,
    }


def cases():
    for name, form, make, settings, milestones in FORMS:
        yield name, {**described(form, settings), "milestones": milestones,
                     "rates": list(rates(make))}
    for name, arguments, settings in PLATEAUS:
        yield name, {**described("PLATEAU", settings), "values": VALUES,
                     "rates": list(plateau(arguments))}
