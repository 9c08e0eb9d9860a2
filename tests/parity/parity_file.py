# SPDX-License-Identifier: MIT
"""Files of golden numbers: how they are written, read and compared. README.md beside this
file describes the format; tests/support/parity.c reads it in C."""

import re
from pathlib import Path

ROOM = Path(__file__).resolve().parent
HEADER = ROOM.parents[1] / "include" / "backprop.h"
COLUMNS = 90

# What a number that was made again may differ by, where a machine or a version of PyTorch
# computes in another order: far below what the tests in C allow.
TOLERANCE = {"f32": 1e-6, "f64": 1e-13}


def constants():
    """Every enumerator of the public header, by name."""
    found = re.findall(r"\b(BP_\w+) = (-?\d+)", HEADER.read_text())
    return {name: int(value) for name, value in found}


def flatten(value):
    """Numbers of a tensor, a list or a single number, in order."""
    if hasattr(value, "detach"):
        value = value.detach().double().reshape(-1).tolist()
    if not isinstance(value, (list, tuple)):
        value = [value]
    return [float(x) for x in value]


def text_of(x):
    """Exact and short: whole numbers as such, others in hexadecimal."""
    if x == x and abs(x) < 1e6 and x == int(x):
        return str(int(x))
    return re.sub(r"\.?0*p", "p", float(x).hex())


def wrap(words):
    lines, line = [], ""
    for word in words:
        if line and len(line) + 1 + len(word) > COLUMNS:
            lines.append(line)
            line = "   "
        line += (" " if line.strip() else "") + word if line else word
    return lines + [line]


def render(title, version, cases):
    """The text of a file: @cases are (name, {array name: values})."""
    lines = [f"# {title}", f"# Made by tests/parity/make.py with PyTorch {version}."]
    for name, arrays in cases:
        lines += ["", f"case {name}"]
        for key, value in arrays.items():
            lines += wrap([f"{key}:"] + [text_of(x) for x in flatten(value)])
    return "\n".join(lines) + "\n"


def parse(text):
    """{case: {array: [numbers]}}, of a file's text."""
    cases, arrays, values = {}, None, None
    words = iter(re.sub(r"#.*", "", text).split())
    for word in words:
        if word == "case":
            arrays = cases.setdefault(next(words), {})
        elif word.endswith(":"):
            values = arrays.setdefault(word[:-1], [])
        else:
            values.append(float.fromhex(word) if "x" in word else float(word))
    return cases


def differences(kept, made):
    """Lines that say where two files' numbers differ."""
    kept, made = parse(kept), parse(made)
    faults = [f"case {name}: only in one of both" for name in set(kept) ^ set(made)]
    for name in set(kept) & set(made):
        tolerance = TOLERANCE["f32" if name.endswith(".f32") else "f64"]
        for key in set(kept[name]) | set(made[name]):
            ours, theirs = kept[name].get(key, []), made[name].get(key, [])
            bad = len(ours) != len(theirs) or any(
                not (a == b or abs(a - b) <= tolerance * max(1, abs(a), abs(b)))
                for a, b in zip(ours, theirs))
            if bad:
                faults.append(f"case {name}: {key} differs")
    return sorted(faults)
