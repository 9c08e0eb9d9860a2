#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measure the library and its peers, alternately, in one run. Started by
scripts/bench.sh, which builds the programs and fetches the data, and tells what the
options are."""

import argparse
import os
import sys
import time
from pathlib import Path

import peers
import plot
import report
from bars import Bars
from measure import Bench
from peak import Peak
from results import Results
from scaling import Scaling, write
from works import WORKS
from workers import Absent, Fault, Missing, Workers


def chosen(names):
    """Works by their names, or by what these begin with."""
    if not names:
        return WORKS
    found = []
    for name in names:
        low = name.lower()
        some = [w for w in WORKS if w.name.lower() == low] or [
            w for w in WORKS if w.name.lower().startswith(low + "-")]
        if not some:
            sys.exit(f"bench.sh: '{name}' is no work; see --list")
        found += some
    return [w for w in WORKS if w in found]


def arguments():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--build", type=Path)
    parser.add_argument("--data")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--scaling", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--scale", choices=("full", "quick", "smoke"), default="full")
    parser.add_argument("--threads", type=int,
                        default=len(os.sched_getaffinity(0)))
    parser.add_argument("--repetitions", type=int)
    parser.add_argument("--seconds", type=int, default=100,
                        help="for all that a quick run measures")
    parser.add_argument("--python", help="the interpreter of Debian's peers")
    parser.add_argument("works", nargs="*")
    options = parser.parse_args()
    for name, limit in (("threads", 256), ("repetitions", 1000)):
        value = getattr(options, name)
        if value is not None and not 1 <= value <= limit:
            sys.exit(f"bench.sh: --{name} is {value}, expected 1 to {limit}")
    if options.page and (options.works or options.scale == "quick"):
        sys.exit("bench.sh: the page is for a full run of all works")
    options.threads = sorted({1, options.threads})
    options.quick = options.scale != "full"
    return options


def say(line):
    print(line, flush=True)


def progress(line):
    say(f"... {line}")


def measure(options, works, workers):
    """The bench with all it noted, the peak, and the results; points of scaling."""
    bench = Bench(workers, peers.all_peers(options), options, progress)
    ours = [options.build / "tests" / "bench" / "bench_ours"]
    peak = Peak(workers, ours, options)
    peak.measure()
    measured = bench.run(works)
    points = []
    if options.scaling or options.page:
        points = Scaling(workers, ours, peak, options).measure(progress)
    peak.measure()
    results = Results()
    for contestants in measured:
        results.add(contestants, peak)
    return bench, peak, results, points


def keep_scaling(options, points):
    """The points, and pictures of them: beside the page, if it is written."""
    source = options.build / "scaling.json"
    folder = report.PAGE.parent / "images" if options.page else options.build
    folder.mkdir(exist_ok=True)
    write(source, points)
    plot.draw_all(source, folder)
    say(f"{len(points)} points in {source}, pictures in {folder}")


def main():
    options = arguments()
    works = chosen(options.works)
    options.load = os.getloadavg()[0]
    if options.list:
        say("\n".join(f"{work.name:30} {work.title}" for work in works))
        return 0
    if options.scaling and not options.page and not options.works:
        works = []
    begun = time.monotonic()
    with Workers(options.data) as workers:
        try:
            bench, peak, results, points = measure(options, works, workers)
        except (Absent, Missing, Fault) as fault:
            sys.exit(f"bench.sh: our own program does not work: {fault}")
    bars = Bars(results, peak, options.threads).judge()
    head = report.machine(peak, options) + report.blas_lines(bench.notes.known)
    text = "\n".join(f"- {line}" for line in head) + "\n\n" + report.body(
        results, bars, bench.notes)
    say("\n" + text)
    if options.json:
        report.write_json(options.json, results)
    if points:
        keep_scaling(options, points)
    if options.page:
        report.write_page(text)
    say(f"\n{len(results.rows)} figures in {time.monotonic() - begun:.0f} s")
    return 0 if results.rows or points else 1


if __name__ == "__main__":
    sys.exit(main())
