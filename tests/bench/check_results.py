#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check_results.py FILE: what `scripts/bench.sh --json FILE` wrote is whole."""

import json
import math
import sys
from pathlib import Path

from works import WORKS

ALWAYS = ("work", "who", "version", "threads", "gflops", "peak_share", "accuracy", "spread",
          "repetitions", "ratio", "settings")
TIMES = ("seconds_per_epoch", "seconds_per_step")


def number(value, low, high=math.inf):
    return isinstance(value, (int, float)) and low <= value <= high


def faults_of(row):
    missing = [name for name in ALWAYS if name not in row]
    if missing:
        return [f"no {', '.join(missing)}"]
    times = [row[name] for name in TIMES if name in row]
    faults = []
    if len(times) != 1 or not number(times[0], 1e-12):
        faults.append("no time, or two")
    if not row["version"] or not number(row["threads"], 1):
        faults.append("no version or no threads")
    if row["work"] != "first" and not number(row["gflops"], 1e-9):
        faults.append("no gflops")
    if row["peak_share"] is not None and not number(row["peak_share"], 0):
        faults.append("a wrong share of the peak")
    trains = row["work"].startswith("W")
    if trains != (row["accuracy"] is not None and number(row["accuracy"], 0, 1)):
        faults.append("no accuracy, or one of nothing")
    return faults


def check(path):
    rows = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
    faults = [f"{row.get('work')} {row.get('who')}: {fault}"
              for row in rows for fault in faults_of(row)]
    seen = [(row["work"], row["who"], row["threads"]) for row in rows]
    faults += [f"twice: {one}" for one in set(seen) if seen.count(one) > 1]
    for work in WORKS:
        for threads in [1] if work.once else [1, 2]:
            if (work.name, "backprop", threads) not in seen:
                faults.append(f"{work.name}: ours with {threads} threads is not there")
    return faults


if __name__ == "__main__":
    found = check(sys.argv[1])
    print("\n".join(found) or "all there")
    sys.exit(1 if found else 0)
