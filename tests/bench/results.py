# SPDX-License-Identifier: MIT
"""What was measured, as records: one of a work, a library and a number of threads."""

import re


def settings_of(contestant):
    """In words; nothing for what there is no choice about."""
    told = {key: value for key, value in contestant.settings.items() if key != "threads"}
    words = [f"{key} {value}" for key, value in told.items()]
    label = contestant.process.label
    if label != "as found" or words:
        words.insert(0, label)
    return ", ".join(words)


def version_of(text):
    """The number in what a library says of itself."""
    found = re.search(r"\d+(\.\d+)+\S*", text)
    return found.group() if found else text


def record(contestant, peak):
    c = contestant
    of_peak = peak.of(c.threads)
    gflops = c.gflops
    unit = "seconds_per_epoch" if c.work.by_epoch else "seconds_per_step"
    return {
        "work": c.work.name, "who": c.who, "version": version_of(c.version),
        "threads": c.threads, unit: c.median, "gflops": gflops,
        "peak_share": gflops / of_peak if gflops and of_peak else None,
        "accuracy": c.accuracy, "spread": c.spread, "repetitions": len(c.answers),
        "settings": settings_of(c), "title": c.work.title, "label": c.peer.label,
        "debian": c.peer.debian, "started": c.started if c.work.once else None,
    }


def seconds(row):
    return row.get("seconds_per_epoch", row.get("seconds_per_step"))


class Results:
    """All records of a run."""

    def __init__(self):
        self.rows = []

    def add(self, contestants, peak):
        rows = [record(c, peak) for c in contestants]
        best = best_of(rows, peers_only=True)
        for row in rows:
            row["ratio"] = seconds(best) / seconds(row) if best else None
        self.rows += rows

    def of(self, work):
        return [row for row in self.rows if row["work"] == work]

    def ours(self, work, threads=None):
        """Our record of a work; the fastest, if the number of threads is not said."""
        return best_of([row for row in self.of(work) if row["who"] == "backprop" and
                        threads in (None, row["threads"])])

    def peer(self, work, who=None):
        """The fastest of the peers that the bars are held against."""
        return best_of([row for row in self.of(work) if who in (None, row["who"])],
                       peers_only=True)

    def works(self):
        return list(dict.fromkeys(row["work"] for row in self.rows))


def best_of(rows, peers_only=False):
    if peers_only:
        rows = [row for row in rows if row["who"] != "backprop" and row["debian"]]
    return min(rows, key=seconds, default=None)
