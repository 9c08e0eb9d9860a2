# SPDX-License-Identifier: MIT
"""missed.py COVERAGE.JSON REASONS: each line and branch that was not run through, from
gcovr, less those for which the file of reasons says why they cannot be; then the figures.

A reason is a line "file | pattern | why": lines of the file (a pattern of the shell) that
the regular expression is found in. One that fits nothing that was missed is an error.
"""

import json
import re
import sys
from fnmatch import fnmatch
from pathlib import Path


class Count:
    def __init__(self):
        self.run = self.all = self.excused = 0

    def add(self, run, missed, excused):
        self.run += run
        self.all += run + missed
        self.excused += missed if excused else 0

    def told(self, what):
        reachable = self.all - self.excused
        return (f"{what}: {100 * self.run / reachable:.1f} % ({self.run} of {reachable}, "
                f"and {self.excused} with a reason)")


def read_reasons(path):
    rows = [line.split(" | ") for line in Path(path).read_text().splitlines()
            if line and not line.startswith("#")]
    return [(file, re.compile(pattern), why) for file, pattern, why in rows]


def main():
    reasons = read_reasons(sys.argv[2])
    used = set()
    lines, branches = Count(), Count()
    for file in json.loads(Path(sys.argv[1]).read_text())["files"]:
        source = Path(file["file"]).read_text().splitlines()
        for line in file["lines"]:
            if line["line_number"] > len(source):
                sys.exit(f"{file['file']} has changed since it was counted")
            text = source[line["line_number"] - 1].strip()
            counts = [branch["count"] for branch in line.get("branches", ())]
            gone, missed = line["count"] == 0, counts.count(0)
            fits = {i for i, (where, pattern, _) in enumerate(reasons)
                    if fnmatch(file["file"], where) and pattern.search(text)}
            lines.add(not gone, gone, fits)
            branches.add(len(counts) - missed, missed, fits)
            if gone or missed:
                used |= fits
                if not fits:
                    what = f"{missed} of {len(counts)} branches" if missed else "line"
                    print(f"{file['file']}:{line['line_number']}: {what}: {text}")
    for i, (where, pattern, _) in enumerate(reasons):
        if i not in used:
            sys.exit(f"reasons: '{where} | {pattern.pattern}' fits nothing that was missed")
    print(lines.told("lines"))
    print(branches.told("branches"))


main()
