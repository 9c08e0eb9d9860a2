# SPDX-License-Identifier: MIT
"""Short trials, in which each library finds its best settings for a work."""

import statistics
from dataclasses import dataclass, field, replace
from pathlib import Path

from contestant import Contestant
from peers import present
from workers import Absent, Fault, Missing

# A share of examples answered rightly that differs by more from what the others reach, in
# the same steps from the same parameters, is a wrong result.
ACCURACY_TOLERANCE = 0.03
# With more threads a peer that is so much slower than with one is left out.
HOPELESS = 1.1
# A trial begins with a part of its steps, and ends there if they take so much longer than
# the best so far.
PROBE = 8
PROBE_LIMIT = 2.5
# What a library chose with one thread, a quick run does not try again with more.
KEPT = ("update", "model", "layout", "chunk")


@dataclass
class Notes:
    """What a run found out beside its figures."""
    absent: dict = field(default_factory=dict)  # peer -> why
    cannot: dict = field(default_factory=dict)  # (label, work) -> why
    faults: list = field(default_factory=list)  # lines
    known: dict = field(default_factory=dict)  # (who, product, process) -> of itself


def right(answer, reference):
    """Whether a result is what it should be."""
    if answer.get("deviation", 0) > 1:
        return False
    if reference is None or "accuracy" not in answer:
        return True
    return abs(answer["accuracy"] - reference) <= ACCURACY_TOLERANCE


class Trials:
    """The trials of one work. `ask` asks a contestant's program."""

    def __init__(self, bench, work, favourites):
        self.bench, self.work, self.notes = bench, work, bench.notes
        self.favourites = favourites  # (who, verb, threads) -> the process that was best
        self.answers = {}  # those of whole trials
        self.reference = None  # accuracy

    # --- One trial --------------------------------------------------------------------

    def answer(self, contestant, process, settings, limit=None):
        """The answer to a trial; None if a part of it shows that it is too slow."""
        key = contestant.who, contestant.threads, process, tuple(sorted(settings.items()))
        if key not in self.answers:
            size = self.bench.trial_of(self.work)
            if limit and contestant.who != "backprop" and self.too_slow(
                    contestant, process, settings, (size, limit)):
                return None
            self.answers[key] = self.bench.ask(contestant, process, settings, size, True)
        return self.answers[key]

    def too_slow(self, contestant, process, settings, limits):
        size, limit = limits
        rows = max(size.rows // PROBE, min(size.rows, self.work.batch))
        part = replace(size, rows=rows, steps=max(size.steps // PROBE, 1),
                       seconds=size.seconds / PROBE)
        if part == size:
            return False
        probe = self.bench.ask(contestant, process, settings, part, True)
        return probe["seconds"] / probe["count"] > PROBE_LIMIT * limit

    def tried(self, contestant, process, settings, limit=None):
        """The answer to a trial; None if it cannot be, and the notes say why."""
        peer = contestant.peer
        try:
            return self.answer(contestant, process, settings, limit)
        except Absent as absent:
            self.notes.absent[peer] = str(absent)
        except Missing as missing:
            self.notes.cannot.setdefault((peer.label, self.work.name), str(missing))
        except Fault as fault:
            self.notes.faults.append(f"{self.what(contestant, process, settings)}: {fault}")
        return None

    def what(self, contestant, process, settings):
        return f"{self.work.name}, {contestant.peer.label}, {process.label} {settings}"

    def seconds(self, contestant, process, settings, limit):
        """Seconds of a step and the answer; None, None if there is none, or a wrong one."""
        answer = self.tried(contestant, process, settings, limit)
        if answer is None:
            return None, None
        what = self.what(contestant, process, settings)
        if not right(answer, self.reference):
            told = {k: answer[k] for k in ("accuracy", "deviation") if k in answer}
            self.notes.faults.append(f"{what}: wrong: {told}, expected {self.reference}")
            return None, None
        seconds = answer["seconds"] / answer["count"]
        if self.bench.options.verbose:
            self.bench.report(f"    {what}: {1e6 * seconds:.2f} us a step")
        return seconds, answer

    # --- The best of all --------------------------------------------------------------

    @staticmethod
    def kind_of(contestant):
        return contestant.who, contestant.work.verb, contestant.threads

    def choices(self, contestant, axis):
        """In a quick run the best way to start a program is found once."""
        favourite = self.favourites.get(self.kind_of(contestant))
        return [(process, fields) for process, fields in axis
                if not self.bench.options.quick or None in (process, favourite) or
                process == favourite]

    def axes(self, contestant, sibling):
        """What is tried. In a quick run only how to start and to use threads, with what is
        known from the sibling with one thread."""
        axes = contestant.peer.axes(self.work, contestant.threads)
        if self.bench.options.quick and sibling:
            known = {k: v for k, v in sibling.settings.items() if k in KEPT}
            return [[(process, {**fields, **known}) for process, fields in axes[0]]]
        hurried = self.bench.late() or self.bench.options.scale == "smoke"
        return axes[:1] if hurried else axes

    def find_best(self, contestant, sibling):
        """Axis after axis: the best setting of each is kept for the next."""
        best = sibling.trial if sibling else None
        for axis in self.axes(contestant, sibling):
            before = contestant.settings
            for process, fields in self.choices(contestant, axis):
                process = process or contestant.process
                limit = min((t for t in (best, contestant.trial) if t), default=None)
                settings = {**before, **fields}
                seconds, _ = self.seconds(contestant, process, settings, limit)
                if seconds and (contestant.trial is None or seconds < contestant.trial):
                    contestant.trial, contestant.process = seconds, process
                    contestant.settings = settings
            if contestant.trial is None:
                return None
        self.favourites[self.kind_of(contestant)] = contestant.process
        return contestant

    def threads_of(self, peer):
        """A peer with each number of threads that is not hopeless."""
        found, counts = [], peer.threads(self.work)
        if self.bench.options.quick and self.work.small and peer.name != "backprop":
            counts = counts[:1]
        for threads in counts:
            first = found[0] if found else None
            one = self.find_best(Contestant(peer, self.work, threads), first)
            if one and (not first or peer.name == "backprop" or
                        one.trial <= HOPELESS * first.trial):
                found.append(one)
        return found

    def agree(self, peers):
        """The accuracy that the most agree on, each in its first setting: none of them is
        the judge of the others."""
        told = []
        for peer in peers:
            one = Contestant(peer, self.work, peer.threads(self.work)[0])
            process, settings = self.choices(one, self.axes(one, None)[0])[0]
            answer = self.tried(one, process, settings)
            if answer and "accuracy" in answer:
                told.append(answer["accuracy"])
        self.reference = statistics.median(told) if told else None

    def contestants(self, peers):
        """Those that can do the work, each with its best settings."""
        mine = [peer for peer in peers if peer.command(self.work)]
        for peer in mine:
            if not present(peer.command(self.work)):
                name = Path(peer.command(self.work)[0]).name
                self.notes.absent[peer] = f"there is no {name}"
        mine = [peer for peer in mine if peer not in self.notes.absent]
        self.agree(mine)
        found = []
        for peer in [peer for peer in mine if peer not in self.notes.absent]:
            with_threads = self.threads_of(peer)
            if with_threads:
                self.notes.cannot.pop((peer.label, self.work.name), None)
            found += with_threads
        return found
