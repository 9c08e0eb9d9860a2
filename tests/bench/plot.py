#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draw what `scripts/bench.sh --scaling` measured.

    plot.py POINTS FOLDER

POINTS has a line of JSON for each point; FOLDER gets performance-batch.svg and its like,
one for each sweep.
"""

import json
import math
import sys
from pathlib import Path

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 44, 56
LINES = 4  # so many look different
TITLES = {
    "batch": ("Batch, 784-512-512-10 ReLU, Adam", "rows of a batch"),
    "width": ("Width, 784-w-w-10 ReLU, batch 128, Adam", "units w of a hidden layer"),
    "depth": ("Depth, 784-256-...-256-10 ReLU, batch 128, Adam", "hidden layers"),
    "threads": ("Threads, ReLU, Adam", "threads"),
}
STYLE = """
  .page { fill: #ffffff } text { font: 13px sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 } .grid { stroke: #d1d9e0 }
  .axis { stroke: #59636e } .line { fill: none; stroke-width: 2 }
  .limit { stroke: #59636e; stroke-dasharray: 5 4 } .dot { stroke: none }
  .c0 { stroke: #0969da; fill: #0969da } .c1 { stroke: #bc4c00; fill: #bc4c00 }
  .c2 { stroke: #1a7f37; fill: #1a7f37 } .c3 { stroke: #8250df; fill: #8250df }
  polyline { fill: none !important }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d }
    .axis, .limit { stroke: #9198a1 }
    .c0 { stroke: #58a6ff; fill: #58a6ff } .c1 { stroke: #f0883e; fill: #f0883e }
    .c2 { stroke: #3fb950; fill: #3fb950 } .c3 { stroke: #bc8cff; fill: #bc8cff }
  }
"""


class Axis:
    """Numbers to places, by logarithms or evenly."""

    def __init__(self, values, begin, end, even=False):
        self.even, self.begin, self.end = even, begin, end
        self.low, self.high = min(values), max(values)
        if not even:
            self.low, self.high = self.low / 1.15, self.high * 1.15
        if self.low == self.high:
            self.high = self.low + 1

    def scale(self, value):
        return value if self.even else math.log(value)

    def place(self, value):
        low, high = self.scale(self.low), self.scale(self.high)
        share = (self.scale(value) - low) / (high - low)
        return self.begin + share * (self.end - self.begin)

    def decades(self):
        """1, 2 and 5 of each power of ten in range."""
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        marks = [m * 10.0 ** n for n in range(first, last + 1) for m in (1, 2, 5)]
        return [m for m in marks if self.low <= m <= self.high]


def tag(name, text=None, **attributes):
    inside = " ".join(f'{key.replace("_", "-").rstrip("-")}="{value}"'
                      for key, value in attributes.items())
    return f"<{name} {inside}/>" if text is None else f"<{name} {inside}>{text}</{name}>"


def short(value):
    return f"{value:g}" if value < 1e4 else f"{value / 1000:g} k"


def curves_of(sweep, points):
    """Label, places and style of each line: microseconds an example; for threads how many
    times the speed of one."""
    if sweep == "threads":
        one = {p["network"]: p["seconds_per_example"] for p in points if p["x"] == 1}
        names = list(dict.fromkeys(p["network"] for p in points))
        curves = [(name, [(p["x"], one[name] / p["seconds_per_example"]) for p in points
                          if p["network"] == name], "line") for name in names]
        places = sorted({p["x"] for p in points})
        return curves + [("as many times", [(x, x) for x in places], "line limit")]
    counts = sorted({p["threads"] for p in points})
    curves = [(f"{count} thread{'s' * (count > 1)}",
               [(p["x"], 1e6 * p["seconds_per_example"]) for p in points
                if p["threads"] == count], "line") for count in counts]
    limit = [(p["x"], 1e6 * p["seconds_per_example"] * p["peak_share"]) for p in points
             if p["threads"] == counts[-1] and p["peak_share"]]
    if limit:
        curves.append((f"the limit, {counts[-1]} threads at the peak", limit, "line limit"))
    return curves


def grid(x, y, places, even):
    parts = []
    marks = sorted({round(v) for v in range(0, math.ceil(y.high) + 1)}) if even else None
    for mark in marks if even else y.decades():
        at = f"{y.place(mark):.1f}"
        parts += [tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=at, y2=at, class_="grid"),
                  tag("text", short(mark), x=LEFT - 8, y=f"{float(at) + 4:.1f}",
                      text_anchor="end")]
    for mark in places:
        at = f"{x.place(mark):.1f}"
        parts += [tag("line", x1=at, x2=at, y1=TOP, y2=HEIGHT - BOTTOM, class_="grid"),
                  tag("text", short(mark), x=at, y=HEIGHT - BOTTOM + 18,
                      text_anchor="middle")]
    return parts


def dressed(style, number):
    """The class of a curve: a limit has its own look, the others have a colour each."""
    return style if "limit" in style else f"{style} c{number % LINES}"


def line(x, y, curve, number):
    label, points, style = curve
    path = " ".join(f"{x.place(a):.1f},{y.place(b):.1f}" for a, b in points)
    parts = [tag("polyline", points=path, class_=dressed(style, number))]
    if "limit" not in style:
        parts += [tag("circle", cx=f"{x.place(a):.1f}", cy=f"{y.place(b):.1f}", r=3,
                      class_=f"dot c{number % LINES}") for a, b in points]
    return parts


def legend(curves):
    parts = []
    for number, (label, _, style) in enumerate(curves):
        at = TOP + 18 + 20 * number
        parts += [tag("line", x1=LEFT + 14, x2=LEFT + 38, y1=at - 4, y2=at - 4,
                      class_=dressed(style, number)),
                  tag("text", label, x=LEFT + 46, y=at)]
    return parts


def draw(sweep, points):
    even = sweep == "threads"
    curves = curves_of(sweep, points)
    values = [b for _, line_points, _ in curves for _, b in line_points]
    places = sorted({p["x"] for p in points})
    x = Axis(places, LEFT + 12, WIDTH - RIGHT - 12, even)
    # Room above for the names of the lines.
    y = Axis([0, *values, max(values) * 1.5] if even else [*values, max(values) * 4],
             HEIGHT - BOTTOM, TOP, even)
    title, below = TITLES[sweep]
    unit = "times the speed of one thread" if even else "microseconds an example"
    parts = [tag("rect", class_="page", width=WIDTH, height=HEIGHT),
             tag("text", title, x=LEFT, y=24, class_="title"),
             tag("text", below, x=(LEFT + WIDTH - RIGHT) / 2, y=HEIGHT - 14,
                 text_anchor="middle"),
             tag("text", unit, x=18, y=(TOP + HEIGHT - BOTTOM) / 2, text_anchor="middle",
                 transform=f"rotate(-90 18 {(TOP + HEIGHT - BOTTOM) / 2})")]
    parts += grid(x, y, places, even)
    for number, curve in enumerate(curves):
        parts += line(x, y, curve, number)
    parts += legend(curves)
    inside = "\n".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'role="img" aria-label="{title}">\n<style>{STYLE}</style>\n{inside}\n</svg>\n')


def draw_all(source, folder):
    points = [json.loads(text) for text in Path(source).read_text("utf-8").splitlines()]
    for sweep in dict.fromkeys(point["sweep"] for point in points):
        picture = draw(sweep, [p for p in points if p["sweep"] == sweep])
        (Path(folder) / f"performance-{sweep}.svg").write_text(picture, "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    draw_all(*sys.argv[1:])
