# SPDX-License-Identifier: MIT
"""L-BFGS with a strong Wolfe search: the iterates on three functions, in double."""

import torch

TITLE = "L-BFGS, strong Wolfe: x before, and after each of 20 steps of 1 iteration each."

STEPS = 20


def quadratic(x):
    """1/2 sum of a_i (x_i - b_i)^2, a_i = 10^(i/2), b_i = i - 2, plus a coupling."""
    a = torch.tensor([1.0, 4.0, 10.0, 32.0, 100.0, 316.0], dtype=torch.float64)
    b = torch.arange(6, dtype=torch.float64) - 2
    d = x - b
    return (a * d * d).sum() / 2 + (d[1:] * d[:-1]).sum() / 4


def rosenbrock(x):
    """Sum of 100 (x_(i+1) - x_i^2)^2 + (1 - x_i)^2."""
    head, tail = x[:-1], x[1:]
    return (100 * (tail - head * head) ** 2 + (1 - head) ** 2).sum()


def logistic(x):
    """Mean of log(1 + e^-z) + |x|^2 / 200, z = y (row x); rows and y by a formula."""
    rows = torch.tensor([[((r * 5 + c) * 379 % 101 - 50) / 32 for c in range(4)]
                         for r in range(12)], dtype=torch.float64)
    y = torch.tensor([1.0 if r * 7 % 5 < 2 else -1.0 for r in range(12)],
                     dtype=torch.float64)
    return (torch.log1p(torch.exp(-y * (rows @ x))).mean() + (x * x).sum() / 200)


FUNCTIONS = [
    ("quadratic", quadratic, [3.0, -1.0, 0.5, 2.0, -2.0, 1.0], {}),
    ("rosenbrock", rosenbrock, [-1.2, 1.0], {}),
    ("rosenbrock.4", rosenbrock, [-1.2, 1.0, 0.5, -0.25], {}),
    ("rosenbrock.history", rosenbrock, [-1.2, 1.0, 0.5, -0.25], dict(history_size=3)),
    ("logistic", logistic, [0.0, 0.0, 0.0, 0.0], {}),
    ("logistic.rate", logistic, [1.0, -2.0, 3.0, 0.0], dict(lr=0.5)),
]


def run(function, start, arguments, iterations, steps):
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    works = torch.optim.LBFGS([x], max_iter=iterations, line_search_fn="strong_wolfe",
                              **arguments)

    def closure():
        works.zero_grad()
        value = function(x)
        value.backward()
        return value

    path = []
    for _ in range(steps):
        works.step(closure)
        path += x.detach().tolist()
    return path


def cases():
    for name, function, start, arguments in FUNCTIONS:
        yield name, {
            "before": start,
            "rate": arguments.get("lr", 1),
            "history": arguments.get("history_size", 100),
            "path": run(function, start, arguments, 1, STEPS),
            "one": run(function, start, arguments, STEPS, 1),
        }
