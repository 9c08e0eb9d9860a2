# SPDX-License-Identifier: MIT
"""How the cost of an example grows with threads, batch, width and depth."""

import json
import statistics

from peers import Process
from works import CE, MNIST_ROWS, Size, Work, epoch

REPETITIONS = 3
SECONDS = {"full": 0.4, "quick": 0.02, "smoke": 0.0}  # of one repetition, about
PROBE_ROWS = 256


def network(widths, batch):
    layers = ",".join(map(str, [784, *widths, 10]))
    name = f"784-{'-'.join(map(str, widths))}-10"
    return Work(name, name, "train", epoch(layers, "relu", "linear", CE, batch, "adam",
                                           0.001), Size(), Size(), Size())


def powers(first, last):
    return [1 << n for n in range(first, last + 1)]


# The name of a sweep, its abscissa, and the network at a point of it.
SWEEPS = {
    "batch": (powers(0, 10), lambda x: network((512, 512), x)),
    "width": (powers(4, 11), lambda x: network((x, x), 128)),
    "depth": ([1, 2, 3, 4, 6, 8, 12, 16], lambda x: network((256,) * x, 128)),
}
THREADS = {"784-100-10, batch 32": network((100,), 32),
           "784-512-512-10, batch 128": network((512, 512), 128),
           "784-2048-2048-10, batch 256": network((2048, 2048), 256)}


class Scaling:
    def __init__(self, workers, command, peak, options):
        self.workers, self.command = workers, command
        self.peak, self.options = peak, options

    def seconds(self, work, threads, rows):
        fields = dict(work.request(Size(rows=rows), 10), threads=threads)
        answer, _ = self.workers.ask(self.command, Process("as found"), "train", fields)
        return answer["seconds"]

    def point(self, sweep, x, work, threads):
        """The record of one network."""
        probe = min(PROBE_ROWS, 64 * work.batch)
        each = self.seconds(work, threads, probe) / probe
        rows = int(min(MNIST_ROWS, max(SECONDS[self.options.scale] / each, probe)))
        rows = max(rows // work.batch, 1) * work.batch
        each = statistics.median(self.seconds(work, threads, rows) / rows
                                 for _ in range(REPETITIONS))
        flops = work.flops(None) / MNIST_ROWS
        peak = self.peak.of(threads)
        return {"sweep": sweep, "x": x, "threads": threads, "network": work.name,
                "batch": work.batch, "seconds_per_example": each,
                "gflops": 1e-9 * flops / each,
                "peak_share": 1e-9 * flops / each / peak if peak else None}

    def measure(self, report):
        points = []
        for sweep, (places, make) in SWEEPS.items():
            report(f"scaling with {sweep}")
            if self.options.scale == "smoke":
                places = places[:2]
            points += [self.point(sweep, x, make(x), threads)
                       for x in places for threads in self.options.threads]
        report("scaling with threads")
        works = list(THREADS.items())[:1 if self.options.scale == "smoke" else None]
        points += [dict(self.point("threads", threads, work, threads), network=name)
                   for name, work in works
                   for threads in range(1, max(self.options.threads) + 1)]
        return points


def write(path, points):
    path.write_text("".join(json.dumps(point) + "\n" for point in points), "utf-8")
