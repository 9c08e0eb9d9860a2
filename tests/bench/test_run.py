#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The rules of the bench, on peers that are made up: each of them answers what its name
says, so that what run.py makes of it can be known."""

import json
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path
from types import SimpleNamespace

import plot
import report
from bars import Bars
from contestant import Contestant
from measure import Bench
from peers import HOLDING, Peer, Process, holding
from results import Results, seconds, version_of
from works import WORKS
from workers import Absent, Fault, Missing, Workers

# Answers lines of requests: seconds a step, the accuracy, and a word for what to do else.
PROGRAM = """
import json, sys
each, right, how = float(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
for line in sys.stdin:
    words = line.split()
    fields = dict(word.split("=", 1) for word in words[1:])
    if words[0] == "hello":
        if how == "import":
            import a_module_that_nobody_has
        answer = {"version": "Made up 1.2.3"}
    elif how == "dies":
        sys.exit("it died")
    elif how == "cannot":
        answer = {"missing": "it cannot"}
    else:
        count = -(-int(fields["rows"]) // int(fields["batch"]))
        speed = float(fields.get("speed", 1))
        answer = {"seconds": count * each / speed, "count": count,
                  "accuracy": right if fields.get("speed") != "100" else 0.1}
    print(json.dumps(answer), flush=True)
"""
WORK = next(work for work in WORKS if work.name == "W2")


class MadeUp(Peer):
    """A peer of a name: seconds a step with one thread, accuracy, behaviour."""

    def __init__(self, name, each=1e-3, right=0.9, how="works", speeds=(1,), threads=(1,),
                 debian=True):
        self.name = self.label = self.package = name
        self.words = [str(each), str(right), how]
        self.speeds, self.counts, self.debian = speeds, list(threads), debian

    def command(self, work):
        return [sys.executable, "-c", PROGRAM, *self.words]

    def threads(self, work):
        return self.counts

    def axes(self, work, threads):
        return [[(Process("as found"), {"speed": speed, "threads": threads})
                 for speed in self.speeds]]


class Peak:
    isa, doubled = 2, False

    @staticmethod
    def of(threads, isa=None):
        return 100.0 * threads


def options(**changes):
    return SimpleNamespace(**{**dict(scale="full", quick=False, repetitions=3, threads=[1],
                                     verbose=False, seconds=100), **changes})


def run(*made_up, work=WORK, **changes):
    """The bench after a work, and the results."""
    with Workers("nowhere") as workers:
        bench = Bench(workers, list(made_up), options(**changes), lambda line: None)
        results = Results()
        for contestants in bench.run([work]):
            results.add(contestants, Peak)
    return bench, results


class Measuring(unittest.TestCase):
    def test_each_has_its_time_and_ratio(self):
        _, results = run(MadeUp("backprop", 1e-3), MadeUp("slow", 4e-3),
                         MadeUp("slower", 8e-3))
        self.assertEqual([row["who"] for row in results.rows],
                         ["backprop", "slow", "slower"])
        steps = 60000 / 32
        self.assertAlmostEqual(seconds(results.rows[0]), steps * 1e-3)
        self.assertEqual([round(row["ratio"], 6) for row in results.rows], [4, 1, 0.5])
        self.assertEqual(results.rows[0]["version"], "1.2.3")
        self.assertEqual(results.rows[0]["repetitions"], 3)

    def test_flops_leave_out_the_gradient_of_the_first_inputs(self):
        _, results = run(MadeUp("backprop", 1e-3))
        row_flops = 2 * (2 * (784 * 100 + 100 * 10) + 100 * 10)
        self.assertAlmostEqual(results.rows[0]["gflops"],
                               1e-9 * row_flops * 60000 / seconds(results.rows[0]))
        self.assertAlmostEqual(results.rows[0]["peak_share"],
                               results.rows[0]["gflops"] / 100)

    def test_the_best_setting_is_taken(self):
        _, results = run(MadeUp("backprop"), MadeUp("peer", speeds=(1, 4, 2)))
        self.assertIn("speed 4", results.rows[1]["settings"])

    def test_a_faster_but_wrong_setting_is_not(self):
        bench, results = run(MadeUp("backprop"), MadeUp("peer", speeds=(1, 100, 2)))
        self.assertIn("speed 2", results.rows[1]["settings"])
        self.assertTrue(any("wrong" in fault for fault in bench.notes.faults), bench.notes.faults)

    def test_a_wrong_peer_has_no_figure(self):
        bench, results = run(MadeUp("backprop"), MadeUp("right", 2e-3),
                             MadeUp("wrong", 1e-4, right=0.5))
        self.assertEqual([row["who"] for row in results.rows], ["backprop", "right"])
        self.assertTrue(any("wrong" in fault for fault in bench.notes.faults))

    def test_ours_has_no_figure_either_if_it_is_wrong(self):
        bench, results = run(MadeUp("backprop", right=0.5), MadeUp("right"),
                             MadeUp("too"))
        self.assertNotIn("backprop", [row["who"] for row in results.rows])
        self.assertTrue(bench.notes.faults)

    def test_who_is_not_there_is_missing(self):
        bench, results = run(MadeUp("backprop"), MadeUp("gone", how="import"))
        self.assertEqual(len(results.rows), 1)
        lines = report.missing_lines(bench.notes)
        self.assertEqual(len(lines), 1)
        self.assertIn("missing: gone", lines[0])
        self.assertIn("a_module_that_nobody_has", lines[0])

    def test_who_cannot_is_told(self):
        bench, results = run(MadeUp("backprop"), MadeUp("odd", how="cannot"))
        self.assertEqual(len(results.rows), 1)
        self.assertIn("not measured: odd, W2: it cannot", report.missing_lines(bench.notes))

    def test_who_dies_does_not_end_the_run(self):
        bench, results = run(MadeUp("backprop"), MadeUp("ill", how="dies"),
                             MadeUp("well"))
        self.assertEqual([row["who"] for row in results.rows], ["backprop", "well"])
        self.assertTrue(any("it died" in fault for fault in bench.notes.faults))

    def test_a_peer_with_hopeless_threads_is_left_out_ours_never(self):
        _, results = run(MadeUp("backprop", threads=(1, 2), speeds=(1,)),
                         MadeUp("peer", threads=(1, 2)))
        self.assertEqual(len(results.of("W2")), 4)

    def test_a_quick_run_ends_in_time(self):
        bench, results = run(MadeUp("backprop"), scale="quick", quick=True, seconds=1e-9)
        self.assertEqual(results.rows, [])
        self.assertEqual(bench.notes.faults, ["not measured, for want of time: W2"])

    def test_the_programs_end_with_the_run(self):
        with Workers("nowhere") as workers:
            worker = workers.get(MadeUp("a").command(WORK), Process("as found"))
        self.assertIsNotNone(worker.program.poll())

    def test_a_program_that_is_not_there_is_absent(self):
        with Workers("nowhere") as workers, self.assertRaises(Absent):
            workers.get(["/nowhere/at/all"], Process("as found"))
        self.assertFalse(issubclass(Missing, Fault))


class Judging(unittest.TestCase):
    def verdicts(self, *made_up, **peak):
        _, results = run(*made_up, threads=[1])
        bars = Bars(results, SimpleNamespace(doubled=False, **peak), [1])
        return bars

    def test_a_bar_is_reached_or_not(self):
        for each, reached in ((1e-3, True), (3e-3, False)):
            bars = self.verdicts(MadeUp("backprop", each), MadeUp("peer", 4e-3))
            bars.faster("W2", 4)
            self.assertEqual(bars.verdicts[0].reached, reached)

    def test_peers_that_are_not_debians_do_not_count(self):
        bars = self.verdicts(MadeUp("backprop", 1e-3), MadeUp("peer", 4e-3),
                             MadeUp("current", 2e-3, debian=False))
        bars.faster("W2", 4)
        self.assertTrue(bars.verdicts[0].reached)

    def test_without_a_peer_nothing_is_known(self):
        bars = self.verdicts(MadeUp("backprop", 1e-3))
        bars.faster("W2", 4)
        self.assertIsNone(bars.verdicts[0].reached)

    def test_where_a_peer_leaves_less_room_that_counts(self):
        # 60 % of the peak for the peer: 0.8 / 0.6 is what can be asked.
        row = 2 * (2 * (784 * 100 + 100 * 10) + 100 * 10)
        each = row * 32 / 60e9
        bars = self.verdicts(MadeUp("backprop", each / 1.4), MadeUp("peer", each))
        bars.faster_where_room("W2", 1.6, 0.80)
        self.assertTrue(bars.verdicts[0].reached)
        self.assertIn("1.33", bars.verdicts[0].bar)

    def test_shares_are_smaller_where_avx512_doubles_the_peak(self):
        bars = Bars(Results(), SimpleNamespace(doubled=True), [1])
        self.assertEqual([bars.share_wanted(s) for s in (0.8, 0.85, 0.95)],
                         [0.65, 0.75, 0.75])


class Telling(unittest.TestCase):
    def test_times_have_units(self):
        self.assertEqual([report.short(t) for t in (2.5, 2.5e-3, 2.5e-6, 2.5e-8)],
                         ["2.5 s", "2.5 ms", "2.5 us", "25 ns"])

    def test_versions_are_numbers(self):
        self.assertEqual(version_of("OpenBLAS 0.3.21 NO_LAPACKE Zen"), "0.3.21")

    def test_a_table_lines_up(self):
        lines = report.table(["a", "b"], [["1", "22"], ["333", "4"]], (1,)).splitlines()
        self.assertEqual(len({len(line) for line in lines}), 1)
        self.assertEqual(lines[1], "|-----|---:|")

    def test_the_page_is_written_between_its_marks(self):
        page = report.PAGE
        with tempfile.TemporaryDirectory() as folder:
            report.PAGE = Path(folder) / "page.md"
            try:
                report.PAGE.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
                report.write_page("new")
                text = report.PAGE.read_text()
            finally:
                report.PAGE = page
        self.assertEqual(text, f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n")

    def test_our_page_has_the_marks(self):
        text = report.PAGE.read_text("utf-8")
        self.assertLess(text.index(report.BEGIN), text.index(report.END))

    def test_json_has_a_line_for_each_figure(self):
        _, results = run(MadeUp("backprop"), MadeUp("peer"))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "r.json"
            report.write_json(path, results)
            rows = [json.loads(line) for line in path.read_text().splitlines()]
        self.assertEqual([row["who"] for row in rows], ["backprop", "peer"])
        self.assertEqual(rows[0]["work"], "W2")


class Environment(unittest.TestCase):
    def test_what_holds_back_is_found_and_can_be_left_out(self):
        name = HOLDING[0] + "CORETYPE_OF_A_TEST"
        with unittest.mock.patch.dict("os.environ", {name: "x"}):
            self.assertEqual(holding()[name], "x")
            self.assertIn(name, Process("as found").environment())
            self.assertNotIn(name, Process("unset", unset=True).environment())

    def test_another_blas_goes_first(self):
        with unittest.mock.patch.dict("os.environ", {"LD_LIBRARY_PATH": "/old"}):
            path = Process("p", library_path="/new").environment()["LD_LIBRARY_PATH"]
        self.assertEqual(path, "/new:/old")


class Plotting(unittest.TestCase):
    POINTS = [{"sweep": "batch", "x": x, "threads": t, "network": "n",
               "seconds_per_example": 1e-6 / x / t, "peak_share": 0.5}
              for x in (1, 2, 4) for t in (1, 2)]

    def test_a_line_for_each_number_of_threads_and_the_limit(self):
        labels = [label for label, _, _ in plot.curves_of("batch", self.POINTS)]
        self.assertEqual(labels, ["1 thread", "2 threads",
                                  "the limit, 2 threads at the peak"])

    def test_places_rise_with_values(self):
        axis = plot.Axis([1, 10, 100], 0, 300)
        places = [axis.place(v) for v in (1, 10, 100)]
        self.assertAlmostEqual(places[1] - places[0], places[2] - places[1])

    def test_more_threads_are_a_ratio(self):
        points = [{"sweep": "threads", "x": t, "threads": t, "network": "n",
                   "seconds_per_example": 1 / t} for t in (1, 2)]
        (_, line, _), _ = plot.curves_of("threads", points)
        self.assertEqual(line, [(1, 1.0), (2, 2.0)])


class Contestants(unittest.TestCase):
    def test_the_median_and_the_spread(self):
        one = Contestant(MadeUp("a"), WORK, 1)
        one.answers = [{"seconds": s, "count": 1} for s in (1.0, 2.0, 1.1)]
        steps = 60000 / 32
        self.assertAlmostEqual(one.median, 1.1 * steps)
        self.assertAlmostEqual(one.spread, 1 / 1.1)


if __name__ == "__main__":
    unittest.main()
