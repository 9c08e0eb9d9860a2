# SPDX-License-Identifier: MIT
"""Every cost: its value, and dC/d outputs; fused with an activation where it can be."""

import torch
import torch.nn.functional as F

from parity_file import constants

TITLE = "Costs: the value of a batch, and its gradient. Rows of 3 outputs."

LOGITS = [[0.5, -1.25, 2], [3, 0.125, -0.75], [-2.5, 1.5, 0.25], [20, -30, 1]]
UNIT = [[0.5, 0.25, 0.875], [0.125, 0.75, 0.0625], [0.96875, 0.5, 0.375], [0, 1, 0.25]]
REAL_TARGETS = [[1, -1, 0.25], [-2, 0.125, 0.75], [-2.5, 4, 0.5], [1, 2, 3]]
UNIT_TARGETS = [[0, 1, 0.25], [1, 0.5, 0.75], [0.125, 1, 0], [1, 0, 1]]
RIGHT_TARGETS = UNIT_TARGETS[:3] + [[0, 1, 1]]
SIGNS = [[1, -1, 1], [-1, 1, -1], [1, 1, -1], [-1, -1, 1]]
COUNTS = [[0, 1, 4], [2, 0, 1.5], [3, 0.25, 1], [7, 0, 2]]
SHARES = [[0.25, 0.75, 0], [0.5, 0.25, 0.25], [0, 0, 1], [0.125, 0.375, 0.5]]
LABELS = [2, 0, 1, 1]

N, D = 4, 3


def hinge(a, y):
    return F.relu(1 - y * a).mean()


def classes(smoothing):
    return lambda z, y: F.cross_entropy(z, y, label_smoothing=smoothing)


def sum_bce(a, y):
    return F.binary_cross_entropy(a, y, reduction="sum") / N


def fused_bce(mean):
    """Of sigmoid outputs, by the stable formula on what went into the sigmoid."""
    return lambda z, y: F.binary_cross_entropy_with_logits(z, y) * (1 if mean else D)


def kl(a, y):
    return F.kl_div(a, y, reduction="batchmean")


# name of the case, cost, activation before it, outputs or logits, targets, function,
# setting
TABLE = [
    ("quadratic", "QUADRATIC", None, LOGITS, REAL_TARGETS,
     lambda a, y: 0.5 * ((a - y) ** 2).sum() / N, None),
    ("cross_entropy", "CROSS_ENTROPY", None, UNIT, RIGHT_TARGETS, sum_bce, None),
    ("cross_entropy.sigmoid", "CROSS_ENTROPY", "SIGMOID", LOGITS, UNIT_TARGETS,
     fused_bce(False), None),
    ("mse", "MSE", None, LOGITS, REAL_TARGETS, F.mse_loss, None),
    ("mae", "MAE", None, LOGITS, REAL_TARGETS, F.l1_loss, None),
    ("huber", "HUBER", None, LOGITS, REAL_TARGETS, F.huber_loss, None),
    ("huber.0.3", "HUBER", None, LOGITS, REAL_TARGETS,
     lambda a, y: F.huber_loss(a, y, delta=0.3), 0.3),
    ("smooth_l1", "SMOOTH_L1", None, LOGITS, REAL_TARGETS, F.smooth_l1_loss, None),
    ("smooth_l1.2.5", "SMOOTH_L1", None, LOGITS, REAL_TARGETS,
     lambda a, y: F.smooth_l1_loss(a, y, beta=2.5), 2.5),
    ("softmax", "SOFTMAX_CROSS_ENTROPY", None, LOGITS, SHARES, classes(0.0), None),
    ("softmax.layer", "SOFTMAX_CROSS_ENTROPY", "SOFTMAX", LOGITS, SHARES, classes(0.0),
     None),
    ("softmax.labels", "SOFTMAX_CROSS_ENTROPY", None, LOGITS, LABELS, classes(0.0), None),
    ("softmax.smooth", "SOFTMAX_CROSS_ENTROPY", None, LOGITS, SHARES, classes(0.1), 0.1),
    ("softmax.labels.smooth", "SOFTMAX_CROSS_ENTROPY", "LOG_SOFTMAX", LOGITS, LABELS,
     classes(0.25), 0.25),
    ("bce", "BINARY_CROSS_ENTROPY", None, UNIT, RIGHT_TARGETS, F.binary_cross_entropy,
     None),
    ("bce.sigmoid", "BINARY_CROSS_ENTROPY", "SIGMOID", LOGITS, UNIT_TARGETS,
     fused_bce(True), None),
    ("bce.logits", "BINARY_CROSS_ENTROPY_LOGITS", None, LOGITS, UNIT_TARGETS,
     F.binary_cross_entropy_with_logits, None),
    ("hinge", "HINGE", None, LOGITS, SIGNS, hinge, None),
    ("kl", "KL_DIVERGENCE", None, None, SHARES, kl, None),
    ("poisson", "POISSON", None, LOGITS, COUNTS,
     lambda a, y: F.poisson_nll_loss(a, y, log_input=True, full=False), None),
]

# Sure and wrong: PyTorch 1.13 clamps the denominator at 1e-12 in float, also where it
# computes in double.
FLOAT_ONLY = [
    ("bce.clamped", "BINARY_CROSS_ENTROPY", None, UNIT, UNIT_TARGETS,
     F.binary_cross_entropy, None),
]


def case_of(row, dtype):
    _, cost, activation, outputs, targets, function, setting = row
    if outputs is None:
        outputs = torch.log_softmax(torch.tensor(LOGITS, dtype=dtype), 1).tolist()
    a = torch.tensor(outputs, dtype=dtype, requires_grad=True)
    labels = targets is LABELS
    value = function(a, torch.tensor(targets, dtype=torch.int64 if labels else dtype))
    value.backward()
    arrays = dict(precision=1 if dtype == torch.float32 else 2,
                  kind=constants()[f"BP_COST_{cost}"], a=a, value=value, da=a.grad)
    arrays["labels" if labels else "targets"] = torch.tensor(targets)
    if activation is not None:
        arrays["activation"] = constants()[f"BP_ACTIVATION_{activation}"]
    if setting is not None:
        arrays["setting"] = setting
    return arrays


def cases():
    for row in TABLE:
        for dtype, suffix in ((torch.float32, "f32"), (torch.float64, "f64")):
            yield f"{row[0]}.{suffix}", case_of(row, dtype)
    for row in FLOAT_ONLY:
        yield f"{row[0]}.f32", case_of(row, torch.float32)
