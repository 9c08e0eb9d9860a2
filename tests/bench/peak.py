# SPDX-License-Identifier: MIT
"""What the machine can do."""

from peers import Process


class Peak:
    """The peak, measured at the beginning and at the end of a run; the larger counts."""

    def __init__(self, workers, command, options):
        self.workers, self.command, self.options = workers, command, options
        self.best = {}  # (isa, threads) -> GFLOP/s
        self.isa = workers.get(command, Process("as found")).hello["isa"]

    def measure(self):
        for isa in range(2, self.isa + 1):
            for threads in self.options.threads:
                self.one(isa, threads)

    def one(self, isa, threads):
        runs, seconds = (1, 0.001) if self.options.scale == "smoke" else (5, 0.2)
        answer, _ = self.workers.ask(
            self.command, Process("as found"), "peak",
            dict(isa=isa, threads=threads, runs=runs, seconds=seconds))
        self.best[isa, threads] = max(self.best.get((isa, threads), 0), answer["gflops"])

    def of(self, threads, isa=None):
        """GFLOP/s; 0 where nothing is known."""
        key = isa or self.isa, threads
        if key not in self.best:
            self.one(*key)
        return self.best[key]

    @property
    def doubled(self):
        """Whether AVX-512 does twice the work of AVX2 here."""
        return self.isa == 3 and self.of(1) > 1.5 * self.of(1, 2)
