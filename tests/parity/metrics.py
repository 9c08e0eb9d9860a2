#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden figures of tests/test_metrics.c, by scikit-learn.

    /usr/bin/python3 tests/parity/metrics.py [--check]

Writes tests/parity/metrics_golden.h; with --check only compares, and ends with 1 if the
file is not what it would write. Rows are drawn so that every number is exact in decimal:
scores are multiples of 1/64, and many of them tie. Needs numpy and scikit-learn, Debian's
python3-sklearn; the version is noted in the file. Without them it ends with 77. The tests
in C need no Python.
"""

import sys
import warnings
from pathlib import Path

try:
    import numpy as np
    import sklearn
    from sklearn import metrics as sk
except ImportError:
    print("there is no scikit-learn here: nothing compared")
    sys.exit(77)

HERE = Path(__file__).resolve().parent
ROWS, CLASSES, COLUMNS = 60, 4, 3


def numbers(name, values, kind="double"):
    values = np.asarray(values).ravel()
    if kind == "double":
        cells = [repr(float(v)) for v in values]
    else:
        cells = [str(int(v)) for v in values]
    lines, line = [], "   "
    for cell in cells:
        if len(line) + len(cell) + 2 > 90:
            lines.append(line)
            line = "   "
        line += f" {cell},"
    lines.append(line)
    return f"static const {kind} {name}[] = {{\n" + "\n".join(lines) + "\n};\n"


def probabilities(rng, rows, classes):
    """Rows of multiples of 1/64 that sum to 1, none of them 0."""
    cuts = rng.multinomial(64 - classes, np.ones(classes) / classes, size=rows) + 1
    return cuts / 64.0


def class_figures(labels, p, weights):
    found = p.argmax(axis=1)
    known = list(range(p.shape[1]))
    kw = {"sample_weight": weights}
    yield "accuracy", sk.accuracy_score(labels, found, **kw)
    yield "top_2", sk.top_k_accuracy_score(labels, p, k=2, labels=known, **kw)
    yield "log_loss", sk.log_loss(labels, p, labels=known, **kw)
    for average in ("macro", "micro", "weighted"):
        kw["average"] = average
        yield f"precision_{average}", sk.precision_score(labels, found, **kw)
        yield f"recall_{average}", sk.recall_score(labels, found, **kw)
        yield f"f1_{average}", sk.f1_score(labels, found, **kw)
    kw["average"] = "macro"
    kw["multi_class"] = "ovr"
    yield "auc_macro", sk.roc_auc_score(labels, p, **kw)
    kw["average"] = "weighted"
    yield "auc_weighted", sk.roc_auc_score(labels, p, **kw)


def class_arrays(labels, p, weights):
    found = p.argmax(axis=1)
    kw = {"sample_weight": weights}
    yield "confusion", sk.confusion_matrix(labels, found, **kw)
    kw["average"] = None
    yield "precision", sk.precision_score(labels, found, **kw)
    yield "recall", sk.recall_score(labels, found, **kw)
    yield "f1", sk.f1_score(labels, found, **kw)
    del kw["average"]
    yield "auc", [sk.roc_auc_score(labels == c, p[:, c], **kw) for c in range(CLASSES)]


def regression(y, a, weights):
    kw = {"sample_weight": weights}
    for name, call in (("mse", sk.mean_squared_error), ("mae", sk.mean_absolute_error),
                       ("r2", sk.r2_score)):
        columns = call(y, a, multioutput="raw_values", **kw)
        yield name, list(columns) + [call(y, a, **kw)]


def untied(rng, p, labels):
    """Without ties for a place: which of equals comes first is everyone's own choice."""
    for row in p:
        while len(set(row)) < len(row):
            row[:] = probabilities(rng, 1, len(row))[0]
    return p


def text():
    rng = np.random.default_rng(20240511)
    warnings.simplefilter("ignore")
    labels = rng.integers(0, CLASSES, ROWS)
    labels[rng.random(ROWS) < 0.3] = 2
    p = untied(rng, probabilities(rng, ROWS, CLASSES), labels)
    weights = rng.integers(0, 9, ROWS) / 4.0
    binary = rng.integers(0, 2, ROWS)
    scores = np.clip(rng.integers(1, 17, ROWS) / 32.0 + binary * 0.25, 0, 1)
    y = rng.integers(-64, 65, (ROWS, COLUMNS)) / 8.0
    y[:, 2] = 1.25
    a = y + rng.integers(-16, 17, (ROWS, COLUMNS)) / 16.0
    out = ["/* SPDX-License-Identifier: MIT */",
           "/* Written by metrics.py with scikit-learn " + sklearn.__version__ + ". */",
           "#ifndef PARITY_METRICS_GOLDEN_H", "#define PARITY_METRICS_GOLDEN_H", "",
           f"enum {{ GOLDEN_ROWS = {ROWS}, GOLDEN_CLASSES = {CLASSES}, "
           f"GOLDEN_COLUMNS = {COLUMNS} }};", "",
           numbers("golden_labels", labels, "int32_t"), numbers("golden_p", p),
           numbers("golden_weights", weights), numbers("golden_binary", binary, "int32_t"),
           numbers("golden_scores", scores), numbers("golden_y", y),
           numbers("golden_a", a)]
    for suffix, w in (("plain", None), ("weighted", weights)):
        for name, value in class_figures(labels, p, w):
            out.append(numbers(f"golden_{name}_{suffix}", [value]))
        for name, value in class_arrays(labels, p, w):
            out.append(numbers(f"golden_{name}_{suffix}", value))
        for name, value in regression(y, a, w):
            out.append(numbers(f"golden_{name}_{suffix}", value))
        out.append(numbers(f"golden_binary_auc_{suffix}",
                           [sk.roc_auc_score(binary, scores, sample_weight=w)]))
        out.append(numbers(f"golden_binary_loss_{suffix}",
                           [sk.log_loss(binary, scores, sample_weight=w)]))
        out.append(numbers(f"golden_binary_accuracy_{suffix}",
                           [sk.accuracy_score(binary, scores >= 0.5, sample_weight=w)]))
    out += ["#endif", ""]
    return "\n".join(out)


def main():
    path = HERE / "metrics_golden.h"
    made = text()
    if "--check" in sys.argv[1:]:
        return 0 if path.read_text() == made else 1
    path.write_text(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
