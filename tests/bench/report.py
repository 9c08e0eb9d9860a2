# SPDX-License-Identifier: MIT
"""Tables for people, lines of JSON for programs, and the page."""

import json
import os
import platform
from datetime import date
from pathlib import Path

from peers import ROOT, holding
from results import seconds

PAGE = ROOT / "docs" / "performance.md"
BEGIN = "<!-- bench-table: begins; `sh scripts/bench.sh --page` writes it -->"
END = "<!-- bench-table: ends -->"
COLUMNS = ["library", "threads", "time", "spread", "GFLOP/s", "of the peak",
           "of the best peer's speed", "accuracy", "settings"]


def short(value):
    """Three figures, and the unit."""
    for unit, size in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def percent(value, digits=1):
    return "" if value is None else f"{100 * value:.{digits}f} %"


def cells(row):
    return [f"{row['label']} {row['version']}", str(row["threads"]),
            short(seconds(row)), percent(row["spread"]),
            "" if row["gflops"] is None else f"{row['gflops']:.3g}",
            percent(row["peak_share"]),
            "" if row["ratio"] is None else f"{row['ratio']:.2f}",
            percent(row["accuracy"], 2), row["settings"]]


def table(head, lines, right=()):
    """Markdown that can be read as it is."""
    widths = [max(len(line[i]) for line in [head] + lines) for i in range(len(head))]

    def text(line):
        parts = [cell.rjust(w) if i in right else cell.ljust(w)
                 for i, (cell, w) in enumerate(zip(line, widths))]
        return "| " + " | ".join(parts) + " |"

    rule = ["-" * (w + 1) + ":" if i in right else "-" * (w + 2)
            for i, w in enumerate(widths)]
    return "\n".join([text(head), "|" + "|".join(rule) + "|"] +
                     [text(line) for line in lines])


def work_table(results, work):
    rows = results.of(work)
    unit = "an epoch" if "seconds_per_epoch" in rows[0] else "a step"
    unit = {"W6-predict": "a prediction", "W7": "a call", "first": "a call"}.get(work, unit)
    head = [f"time of {unit}" if c == "time" else c for c in COLUMNS]
    return table(head, [cells(row) for row in rows], right=(1, 2, 3, 4, 5, 6, 7))


def product_table(results, works):
    head = ["product"] + COLUMNS[:1] + COLUMNS[1:7] + ["settings"]
    lines = []
    for work in works:
        for row in results.of(work):
            line = cells(row)
            lines.append([work.replace("product-", "")] + line[:7] + [line[8]])
    return table(head, lines, right=(2, 3, 4, 5, 6, 7))


def missing_lines(notes):
    """What was not measured: libraries that are not installed; works that one cannot do,
    in one line for each reason."""
    lines = [f"missing: {peer.label} (`{peer.package}`): {why}"
             for peer, why in notes.absent.items()]
    grouped = {}
    for (who, work), why in notes.cannot.items():
        grouped.setdefault((who, why), []).append(work)
    return lines + [f"not measured: {who}, {', '.join(brief(works))}: {why}"
                    for (who, why), works in grouped.items()]


def brief(works):
    products = [w for w in works if w.startswith("product-")]
    return [w for w in works if w not in products] + (["products"] if products else [])


def body(results, bars, notes):
    """Tables of all works, what was not measured, and the bars."""
    parts, works = [], results.works()
    for work in [w for w in works if not w.startswith("product-")]:
        parts += [f"**{work}**: {results.of(work)[0]['title']}", work_table(results, work)]
    products = [w for w in works if w.startswith("product-")]
    if products:
        parts += ["**Product alone**", product_table(results, products)]
    parts += ["\n".join(f"- {line}" for line in missing_lines(notes) + notes.faults)]
    words = {True: "yes", False: "**no**", None: "unknown"}
    if bars:
        lines = [[v.work, v.bar, v.measured, words[v.reached]] for v in bars]
        parts += ["**Bars**", table(["work", "bar", "measured", "reached"], lines)]
    return "\n\n".join(part for part in parts if part)


# --- The machine ----------------------------------------------------------------------


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    told = {key.strip(): value.strip() for key, value in fields.items()}
    name = told.get("model name", platform.processor() or platform.machine())
    family = told.get("cpu family"), told.get("model")
    return name + (f" (family {family[0]}, model {family[1]})" if all(family) else "")


def commit():
    head = ROOT / ".git"
    if not head.exists():
        return ""
    told = os.popen(f"git -C '{ROOT}' rev-parse --short HEAD 2>/dev/null").read().strip()
    return f", commit {told}" if told else ""


ISA_NAMES = {1: "scalar", 2: "AVX2", 3: "AVX-512", 4: "NEON"}


def machine(peak, options):
    lines = [f"{processor()}, {len(os.sched_getaffinity(0))} processors, "
             f"{platform.system()} {platform.release()}, {date.today()}{commit()}",
             f"load of the machine before the run: {options.load:.1f}",
             f"instruction set of our library: {ISA_NAMES[peak.isa]}"]
    for (isa, threads), gflops in sorted(peak.best.items()):
        if gflops == 0:
            continue
        lines.append(f"peak, {ISA_NAMES[isa]}, {threads} "
                     f"thread{'s' * (threads > 1)}: {gflops:.1f} GFLOP/s")
    if options.scale != "full":
        lines.append(f"a part of each work only ({options.scale}); times of an epoch are "
                     "reckoned from it")
    return lines


def blas_lines(known):
    """The kernel that each BLAS chose, and what held it back."""
    lines = [f"variable: {name}={value}" for name, value in holding().items()]
    seen = set()
    for (who, _, process), hello in known.items():
        words = [f"{key} {hello[key]}" for key in ("kernel", "level") if hello.get(key)]
        words += [" ".join(hello["files"])] if hello.get("files") else []
        line = f"{who}, {process.label}: {'; '.join(words)}"
        if words and line not in seen:
            seen.add(line)
            lines.append(line)
    return lines


# --- Where it goes --------------------------------------------------------------------


JSON_HIDDEN = ("title", "label", "debian")


def write_json(path, results):
    with open(path, "w", encoding="utf-8") as file:
        for row in results.rows:
            shown = {k: v for k, v in row.items() if k not in JSON_HIDDEN}
            file.write(json.dumps(shown) + "\n")


def write_page(text):
    page = PAGE.read_text("utf-8")
    begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    PAGE.write_text(f"{page[:begin]}\n\n{text}\n\n{page[end:]}", "utf-8")
