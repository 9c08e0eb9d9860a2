# SPDX-License-Identifier: MIT
"""The bars: what the project asks of itself on each work, and whether a run reached it."""

from collections import namedtuple

from results import seconds

Verdict = namedtuple("Verdict", "work bar measured reached")  # reached: None if unknown

# Two medians of the same thing differ by so much from run to run.
NOISE = 1.03
# Where AVX-512 doubles the peak, these shares count for those.
SHARES_DOUBLED = {0.80: 0.65, 0.85: 0.75, 0.90: 0.75, 0.95: 0.75}


class Bars:
    def __init__(self, results, peak, threads):
        self.results, self.peak = results, peak
        self.most = max(threads)
        self.verdicts = []

    def add(self, work, bar, measured, reached):
        self.verdicts.append(Verdict(work, bar, measured, reached))

    def unknown(self, work, bar, why):
        self.add(work, bar, why, None)

    def share_wanted(self, share):
        return SHARES_DOUBLED.get(share, share) if self.peak.doubled else share

    # --- The kinds of bars ------------------------------------------------------------

    def faster(self, work, times, who=None):
        """So many times the speed of the best peer, each at its best."""
        ours, peer = self.results.ours(work), self.results.peer(work, who)
        bar = f">= {times:g} x {peer['label'] if who and peer else who or 'the best peer'}"
        if ours is None or peer is None:
            return self.unknown(work, bar, "not measured")
        ratio = seconds(peer) / seconds(ours)
        self.add(work, bar, f"{ratio:.2f} x {peer['label']}, {peer['threads']} "
                            f"thread{'s' * (peer['threads'] > 1)}", ratio >= times)

    def faster_where_room(self, work, times, share):
        """As faster(); but where the peer's own share of the peak leaves less room, as
        much as our share of the peak allows."""
        peer = self.results.peer(work)
        if peer and peer["peak_share"]:
            times = min(times, round(self.share_wanted(share) / peer["peak_share"], 2))
        self.faster(work, times)

    def share(self, work, share, threads=None):
        """Share of the peak, for each number of threads."""
        wanted = self.share_wanted(share)
        for count in [threads] if threads else sorted({1, self.most}):
            row = self.results.ours(work, count)
            bar = f">= {100 * wanted:g} % of the peak, {count} thread{'s' * (count > 1)}"
            if row is None or row["peak_share"] is None:
                self.unknown(work, bar, "not measured")
            else:
                self.add(work, bar, f"{100 * row['peak_share']:.1f} %",
                         row["peak_share"] >= wanted)

    def below(self, work, limit):
        row = self.results.ours(work)
        if row is None:
            return self.unknown(work, f"<= {1e6 * limit:g} us", "not measured")
        step = seconds(row) / (60000 if "seconds_per_epoch" in row else 1)
        self.add(work, f"<= {1e6 * limit:g} us", f"{1e6 * step:.2f} us",
                 step <= limit)

    def threads_pay(self, work, times):
        one, many = (self.results.ours(work, count) for count in (1, self.most))
        bar = f"{self.most} threads >= {times:g} x one"
        if one is None or many is None or self.most < 2:
            return self.unknown(work, bar, "not measured")
        ratio = seconds(one) / seconds(many)
        self.add(work, bar, f"{ratio:.2f} x", ratio >= times)

    def threads_do_no_harm(self, work):
        one, many = (self.results.ours(work, count) for count in (1, self.most))
        bar = f"{self.most} threads allowed: never slower than one"
        if one is None or many is None or self.most < 2:
            return self.unknown(work, bar, "not measured")
        ratio = seconds(one) / seconds(many)
        self.add(work, bar, f"{ratio:.2f} x", ratio * NOISE >= 1)

    def no_thread_started(self, work):
        row = self.results.ours(work)
        bar = "no thread started"
        if row is None:
            return self.unknown(work, bar, "not measured")
        self.add(work, bar, f"{row['started']} started", row["started"] == 0)

    # --- The list ---------------------------------------------------------------------

    def judge(self):
        self.faster("W1", 10)
        self.faster("W2", 4)
        self.faster("W3", 2)
        self.share("W3", 0.80)
        self.faster_where_room("W4", 1.6, 0.80)
        self.share("W4", 0.80)
        self.faster_where_room("W4-SGD", 1.6, 0.85)
        self.share("W4-SGD", 0.85)
        self.faster("W5", 8, "fann")
        self.below("W5", 8e-6)
        self.faster("W6", 2, "fann")
        self.faster("W6-predict", 2, "fann")
        self.faster("W7", 2)
        self.share("W7", 0.85)
        for work in [w for w in self.results.works() if w.startswith("product-")]:
            self.share(work, 0.95, 1)
            if self.most > 1:
                self.share(work, 0.90, self.most)
        for work in ("W3", "W4"):
            self.threads_pay(work, 1.85)
        for work in ("W1", "W5", "W6"):
            self.threads_do_no_harm(work)
        self.below("first", 50e-6)
        self.no_thread_started("first")
        return [v for v in self.verdicts if self.results.of(v.work)]
