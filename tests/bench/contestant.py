# SPDX-License-Identifier: MIT
"""A library with a number of threads, on one work: its settings, and what it answered."""

import statistics
from dataclasses import dataclass, field

from peers import Process
from works import MNIST_ROWS


@dataclass
class Contestant:
    peer: object
    work: object
    threads: int
    process: Process = None
    settings: dict = field(default_factory=dict)
    trial: float = None  # seconds of a step, in the trials
    answers: list = field(default_factory=list)
    repetitions: int = 0
    size: object = None
    version: str = ""
    fault: str = ""

    @property
    def who(self):
        return self.peer.name

    @property
    def seconds(self):
        """Of one epoch, or of one step, call or product: each repetition's."""
        per = [answer["seconds"] / answer["count"] for answer in self.answers]
        if self.work.by_epoch:
            batch = self.work.batch
            per = [p * -(-MNIST_ROWS // batch) for p in per]
        return per

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def spread(self):
        """Between the fastest and the slowest, as a share of the median."""
        return (max(self.seconds) - min(self.seconds)) / self.median

    @property
    def gflops(self):
        if self.work.verb == "first":
            return None
        return 1e-9 * self.work.flops(self.answers[-1]) / self.median

    @property
    def accuracy(self):
        return self.answers[-1].get("accuracy")

    @property
    def started(self):
        return max(answer.get("started", 0) for answer in self.answers)
