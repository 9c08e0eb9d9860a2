# SPDX-License-Identifier: MIT
"""Measuring: all contestants of a work in turn, round after round."""

import statistics
import time
from dataclasses import replace

from trials import Notes, Trials, right
from workers import Fault, Missing

SLOW_SECONDS = 8.0  # from which on three repetitions are enough
SLOW_REPETITIONS = 3
# A quick run ends in time, come what may: when its seconds are over, what is left is left
# out, and before that, when it is late, it does less.
HURRIED_REPETITIONS = 2
# Of one repetition of what is counted in steps.
STEPS_SECONDS = {"full": 0.4, "quick": 0.1, "smoke": 0.001}


class Bench:
    """One run. `report` is called with a line now and then."""

    def __init__(self, workers, peers, options, report):
        self.workers, self.peers = workers, peers
        self.options, self.report = options, report
        self.notes, self.favourites = Notes(), {}
        self.begun = time.monotonic()
        self.done = 0.0  # share of the works

    def size_of(self, work):
        size = work.quick if self.options.scale == "quick" else work.full
        if self.options.scale == "smoke":
            size = replace(work.trial, rows=min(work.trial.rows, 64),
                           steps=min(work.trial.steps, 50),
                           seconds=min(work.trial.seconds, 0.001), repetitions=1)
        if self.options.repetitions:
            size = replace(size, repetitions=self.options.repetitions)
        return size

    def trial_of(self, work):
        return self.size_of(work) if self.options.scale == "smoke" else work.trial

    def test_rows(self, work, trial):
        if work.verb == "predict" and work.batch > 1:
            return work.batch
        return {"full": 1000 if trial else 10000, "quick": 500,
                "smoke": 100}[self.options.scale]

    def ask(self, contestant, process, settings, size, trial):
        work = contestant.work
        fields = dict(work.request(size, self.test_rows(work, trial)), **settings)
        answer, hello = self.workers.ask(contestant.peer.command(work), process,
                                         work.verb, fields, work.once)
        self.notes.known[contestant.who, work.verb == "product", process] = hello
        contestant.version = hello["version"]
        return answer

    def plan(self, contestant):
        """How much one repetition does, and how many there are."""
        size = self.size_of(contestant.work)
        repetitions = size.repetitions
        if size.rows:
            steps = size.rows / contestant.work.batch
            if steps * contestant.trial > SLOW_SECONDS and not self.options.repetitions:
                repetitions = min(repetitions, SLOW_REPETITIONS)
        elif size.steps > 1:
            enough = int(STEPS_SECONDS[self.options.scale] / contestant.trial) + 1
            enough = max(enough, contestant.work.trial.steps)
            size = replace(size, steps=min(size.steps, enough))
        if self.late():
            repetitions = min(repetitions, HURRIED_REPETITIONS)
        contestant.size, contestant.repetitions = size, repetitions

    def spent(self):
        return (time.monotonic() - self.begun) / self.options.seconds

    def over(self):
        return self.options.scale == "quick" and self.spent() > 1

    def late(self):
        return self.options.scale == "quick" and self.spent() > self.done

    def run(self, works):
        """All works; those that a quick run had no time for are told."""
        measured = []
        for place, work in enumerate(works):
            self.done = (place + 1) / len(works)
            if self.over():
                self.notes.faults.append(f"not measured, for want of time: {work.name}")
                continue
            measured.append(self.measure(work))
        return measured

    def measure(self, work):
        """All contestants of a work, measured in turn."""
        self.report(f"{work.name}: {work.title}")
        contestants = Trials(self, work, self.favourites).contestants(self.peers)
        for contestant in contestants:
            self.plan(contestant)
        for turn in range(max((c.repetitions for c in contestants), default=0)):
            if turn and self.over():
                break
            for contestant in contestants:
                if turn < contestant.repetitions and not contestant.fault:
                    self.one_turn(contestant)
        return self.correct([c for c in contestants if c.answers and not c.fault])

    def one_turn(self, contestant):
        try:
            contestant.answers.append(self.ask(
                contestant, contestant.process, contestant.settings, contestant.size,
                False))
        except (Missing, Fault) as fault:
            contestant.fault = str(fault)
            self.notes.faults.append(
                f"{contestant.work.name}, {contestant.peer.label}: {fault}")

    def correct(self, contestants):
        """Without those whose result is wrong."""
        told = {c.who: c.accuracy for c in contestants if c.accuracy is not None}
        middle = statistics.median(told.values()) if told else None
        kept = []
        for c in contestants:
            if all(right(answer, middle) for answer in c.answers):
                kept.append(c)
            else:
                self.notes.faults.append(
                    f"{c.work.name}, {c.peer.label}, {c.threads} threads: wrong, "
                    f"{c.accuracy}, the others reach {middle}")
        return kept
