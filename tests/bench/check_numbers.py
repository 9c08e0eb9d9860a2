#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check_numbers.py DATA OURS PROGRAM...: the two programs make the same examples and the
same parameters at first."""

import math
import sys

from peers import Process
from works import Size, WORKS
from workers import Workers

REQUESTS = [work.request(Size(rows=200), 10) for work in WORKS
            if work.name in ("W1", "W3", "W6")]


def numbers_of(workers, command, fields):
    answer, _ = workers.ask(command, Process("as found"), "numbers", fields)
    return answer["numbers"]


if __name__ == "__main__":
    folder, ours, *other = sys.argv[1:]
    wrong = 0
    with Workers(folder) as workers:
        for fields in REQUESTS:
            a = numbers_of(workers, [ours], fields)
            b = numbers_of(workers, other, fields)
            same = len(a) == len(b) and all(
                math.isclose(x, y, rel_tol=1e-7) for x, y in zip(a, b))
            print("alike" if same else f"differ: {fields['layers']}: {a}, {b}")
            wrong += not same
    sys.exit(1 if wrong else 0)
