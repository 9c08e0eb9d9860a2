#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Look at every picture as a reader of it would.

    check_pictures.py PROGRAM FOLDER

Runs PROGRAM, which fills FOLDER. Every SVG must be well-formed XML in ASCII, have a title
and a description, hold nothing that runs or is loaded, and keep every mark and text
within its frame. Every JSON must be JSON, with numbers that hold together: the chain rule
is done once more on them.
"""

import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "title", "desc", "style", "rect", "circle", "path", "text", "tspan",
           "animate", "g"}
# Widths of characters as parts of the size of the font, a little generous.
WIDE = 0.58


class Wrong(Exception):
    """What is wrong with a picture."""


def need(fact, text):
    if not fact:
        raise Wrong(text)


def marks(root):
    """(x, y, room to the left, room to the right) of all marks and texts."""
    for node in root.iter():
        kind = node.tag.replace(SVG, "")
        if kind == "circle" and node.get("cx"):
            r = float(node.get("r"))
            yield float(node.get("cx")), float(node.get("cy")), r, r
        elif kind == "rect" and node.get("x"):
            yield float(node.get("x")), float(node.get("y")), 0, float(node.get("width"))
        elif kind == "text":
            words = node.get("class").split()
            size = 13 if "y" in words else 10 if "x" in words else 11
            text = "".join([node.text or ""] + [(part.text or "") + (part.tail or "")
                            for part in node if part.tag == SVG + "tspan"])
            width = len(text) * size * WIDE
            left = width / 2 if "m" in words else width if "e" in words else 0
            turned = re.match(r"translate\((\S+) (\S+)\) rotate\(-45\)",
                              node.get("transform", ""))
            if turned:  # its end lies to the upper right
                x, y = map(float, turned.groups())
                yield x + 0.71 * width, y - 0.71 * width, 0, 0
                continue
            yield float(node.get("x")), float(node.get("y")), left, width - left


def check_svg(path):
    data = path.read_bytes()
    need(data.isascii(), "not ASCII")
    root = ElementTree.fromstring(data)
    tags = {node.tag.replace(SVG, "") for node in root.iter()}
    need(tags <= ALLOWED, f"elements {tags - ALLOWED}")
    for node in root.iter():
        need(not any(name.startswith("on") or "href" in name for name in node.keys()),
             f"attributes {node.keys()}")
        for name, value in node.items():
            need("nan" not in value and "inf" not in value, f"{name} is {value}")
    need(root[0].tag == SVG + "title" and root[0].text, "no title")
    need(root[1].tag == SVG + "desc" and root[1].text, "no description")
    _, _, width, height = map(float, root.get("viewBox").split())
    need(width >= 360, f"{width} wide, expected at least 360")
    for x, y, left, right in marks(root):
        need(x - left >= -12 and x + right <= width + 12 and 0 <= y <= height,
             f"a mark at {x}, {y}, {left} to the left and {right} to the right, in a "
             f"frame of {width} by {height}")
    if path.name.endswith("-nudge.svg") or path.name == "often-plane.svg":
        need("animate" in tags, "nothing moves")


def near(a, b):
    return abs(a - b) <= 1e-12 * max(1, abs(a), abs(b))


def check_example(layers, example):
    """z = w a + b, and dC/da = sum of w dC/dz, from the numbers in the file."""
    before, before_grad = example["inputs"], example["dC_dinputs"]
    for layer, row in zip(layers, example["layers"]):
        if layer["kind"] != "dense":
            before, before_grad = row["a"], row["dC_da"]
            continue
        weights, inputs = layer["weights"], layer["inputs"]
        for to, z in enumerate(row["z"]):
            terms = weights[to * inputs: (to + 1) * inputs]
            need(near(z, layer["biases"][to] + sum(w * a for w, a in zip(terms, before))),
                 f"z of unit {to} is {z}")
        for one, grad in enumerate(before_grad):
            total = sum(d * weights[to * inputs + one]
                        for to, d in enumerate(row["dC_dz"]))
            need(near(grad, total), f"dC/da of unit {one} is {grad}, expected {total}")
        before, before_grad = row["a"], row["dC_da"]


SETTINGS = {"dropout": ["probability"], "noise": ["deviation"], "layer_norm": ["epsilon"],
            "batch_norm": ["epsilon", "momentum", "running_mean", "running_variance"]}


def check_layers(found, path):
    """Each kind tells what it needs; one network has all kinds that there are."""
    for layer in found["layers"]:
        for name in SETTINGS.get(layer["kind"], []):
            need(name in layer, f"{layer['kind']} without {name}")
    if path.stem in ("mixed", "step"):
        kinds = {layer["kind"] for layer in found["layers"]}
        need(kinds == {"dense", *SETTINGS}, f"kinds {kinds}")


def check_slopes(found, example):
    """dC/dz = da/dz dC/da, where units and rows do not see each other."""
    for layer, row in zip(found["layers"], example["layers"]):
        if row["coupled"] or (found["joined"] and layer["kind"] == "batch_norm"):
            continue
        for slope, after, before in zip(row["da_dz"], row["dC_da"], row["dC_dz"]):
            need(near(before, slope * after), f"dC/dz is {before}")


def check_joined(found):
    """To move z of a unit in all rows alike changes nothing behind a batch norm."""
    for index, layer in enumerate(found["layers"]):
        if layer["kind"] != "batch_norm" or not found["joined"]:
            continue
        rows = [example["layers"][index]["dC_dz"] for example in found["examples"]]
        for column in zip(*rows):
            need(near(sum(column), 0) and any(column), f"dC/dz of a unit: {column}")


def check_json(path):
    found = json.loads(path.read_text("ascii"))
    need(found["examples"], "no examples")
    need(found["joined"] == (path.stem == "step"), "joined")
    need(path.stem != "step" or len(found["influences"]) == 5, "no influences")
    check_layers(found, path)
    check_joined(found)
    for example in found["examples"]:
        check_example(found["layers"], example)
        check_slopes(found, example)


def check_dot(path):
    text = path.read_text("ascii")
    need(text.startswith("digraph") and text.endswith("}\n"), "no graph")
    need(text.count("{") == text.count("}"), "braces")
    for line in text.splitlines():
        quotes = re.sub(r'"[^"\\]*(?:\\n[^"\\]*)?"', "", line)
        need('"' not in quotes and "\\" not in quotes, f"quotes: {line}")
    if not shutil.which("dot"):
        return
    drawn = subprocess.run(["dot", "-Tsvg", path], capture_output=True, check=False)
    # Graphviz 2 makes no UTF-8 of what is beyond U+FFFF, and Pango says so.
    faults = re.sub(rb"\n*\(process:\d+\): Pango-WARNING[^\n]*\n*", b"", drawn.stderr)
    need(drawn.returncode == 0 and not faults, f"dot: {faults[:300]}")
    nodes = re.findall(rb'class="(node|edge)"', drawn.stdout)
    need({b"node", b"edge"} <= set(nodes), "dot draws no graph")


CHECKS = {".svg": check_svg, ".json": check_json, ".dot": check_dot}


def main():
    program, folder = sys.argv[1], Path(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run([program, str(folder)], check=True)
    failed, paths = 0, sorted(folder.iterdir())
    for path in paths:
        try:
            CHECKS[path.suffix](path)
        except (Wrong, ElementTree.ParseError, ValueError) as fault:
            failed += 1
            print(f"{path.name}: {fault}")
    print(f"{len(paths)} pictures, {failed} failed")
    return 1 if failed or len(paths) < 110 else 0


if __name__ == "__main__":
    sys.exit(main())
