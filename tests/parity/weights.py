#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden numbers of tests/test_weights.c, by PyTorch.

    /usr/bin/python3 tests/parity/weights.py [--check]

Writes tests/parity/weights_golden.h; with --check only compares (to 1e-13), and ends with
1 if the file is not what it would write. A network 3-4 without hidden layer, in double,
is trained for 20 full batches by SGD at rate 1/4, with weights of classes and of rows.
Needs torch, Debian's python3-torch; the version is noted in the file. Without it, it ends
with 77.
"""

import re
import sys
from pathlib import Path

try:
    import torch
except ImportError:
    print("there is no PyTorch here: nothing compared")
    sys.exit(77)

HERE = Path(__file__).resolve().parent
ROWS, INPUTS, CLASSES, STEPS, RATE = 7, 3, 4, 20, 0.25
LABELS = [0, 1, 2, 3, 1, 2, 1]
CLASS_WEIGHTS = [1.0, 0.25, 2.0, 0.5]
ROW_WEIGHTS = [1.0, 0.0, 2.5, 0.75, 1.0, 3.0, 0.5]


def grid(count, step, modulus):
    """Multiples of 1/16 that look drawn: exact in float."""
    return [((i * step + 5) % modulus - modulus // 2) / 16 for i in range(count)]


def cross_entropy_by_class(z, labels, y):
    weight = torch.tensor(CLASS_WEIGHTS, dtype=torch.float64)
    return torch.nn.functional.cross_entropy(z, labels, weight=weight)


def by_row(each):
    w = torch.tensor(ROW_WEIGHTS, dtype=torch.float64)
    return (w * each).sum() / w.sum()


def cross_entropy_by_row(z, labels, y):
    return by_row(torch.nn.functional.cross_entropy(z, labels, reduction="none"))


def mse_by_row(z, labels, y):
    return by_row(((z - y) ** 2).mean(dim=1))


def bce_by_row(z, labels, y):
    each = torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none")
    return by_row(each.mean(dim=1))


def train(cost):
    f64 = torch.float64
    x = torch.tensor(grid(ROWS * INPUTS, 7, 31), dtype=f64).reshape(ROWS, INPUTS)
    w = torch.tensor(grid(CLASSES * INPUTS, 11, 29), dtype=f64).reshape(CLASSES, INPUTS)
    b = torch.tensor(grid(CLASSES, 3, 13), dtype=f64)
    labels = torch.tensor(LABELS)
    y = torch.nn.functional.one_hot(labels, CLASSES).to(f64)
    w.requires_grad_()
    b.requires_grad_()
    optimizer = torch.optim.SGD([w, b], lr=RATE)
    for step in range(STEPS):
        optimizer.zero_grad()
        value = cost(x @ w.T + b, labels, y)
        value.backward()
        if step == 0:
            first = [value.item()] + w.grad.reshape(-1).tolist() + b.grad.tolist()
        optimizer.step()
    return first, w.detach().reshape(-1).tolist() + b.detach().tolist()


def array(name, values):
    cells = ",\n    ".join(float(v).hex() for v in values)
    return f"static const double {name}[] = {{\n    {cells},\n}};\n"


def text():
    out = ["/* SPDX-License-Identifier: MIT */",
           "/* Written by weights.py with PyTorch " + torch.__version__ + ". */",
           "#ifndef PARITY_WEIGHTS_GOLDEN_H", "#define PARITY_WEIGHTS_GOLDEN_H", "",
           array("golden_x", grid(ROWS * INPUTS, 7, 31)),
           array("golden_w", grid(CLASSES * INPUTS, 11, 29)),
           array("golden_b", grid(CLASSES, 3, 13)),
           "/* Of each: cost and gradients of the first batch, then parameters at the end. */",
           ""]
    for name, cost in (("classes", cross_entropy_by_class), ("rows", cross_entropy_by_row),
                       ("mse", mse_by_row), ("bce", bce_by_row)):
        first, last = train(cost)
        out += [array(f"golden_{name}_first", first), array(f"golden_{name}_last", last)]
    return "\n".join(out + ["#endif", ""])


def same(a, b):
    number = r"-?0x[0-9a-f.]+p[+-]\d+"
    if re.sub(number, "", a) != re.sub(number, "", b):
        return False
    pairs = zip(re.findall(number, a), re.findall(number, b))
    return all(abs(float.fromhex(p) - float.fromhex(q)) <= 1e-13 for p, q in pairs)


def main():
    path = HERE / "weights_golden.h"
    made = text()
    if "--check" in sys.argv[1:]:
        return 0 if same(path.read_text(), made) else 1
    path.write_text(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
