#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hold the pictures of the lesson against what the example draws.

    pictures.py [--update] EXPLAIN IMAGES

EXPLAIN is the built example, IMAGES the folder docs/images. A picture that differs, is
missing, or is of nobody's making, is a failure; --update writes them. The pictures of a
bench, performance-*.svg, are another program's.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

PREFIX = "explain-"


def draw(program, folder):
    """The pictures by the names that the pages use."""
    subprocess.run([program, "--lesson", "--out", folder], check=True,
                   stdout=subprocess.DEVNULL)
    return {path.name[len(PREFIX):]: path.read_bytes()
            for path in sorted(Path(folder).glob(f"{PREFIX}lesson-*.svg"))}


def main():
    update = sys.argv[1] == "--update"
    program, images = sys.argv[-2], Path(sys.argv[-1])
    with tempfile.TemporaryDirectory() as folder:
        drawn = draw(program, folder)
    if update:
        for name, data in drawn.items():
            (images / name).write_bytes(data)
    kept = {path.name: path.read_bytes() for path in images.glob("*.svg")
            if not path.name.startswith("performance-")}
    wrong = sorted(name for name in drawn.keys() | kept.keys()
                   if drawn.get(name) != kept.get(name))
    for name in wrong:
        print(f"docs/images/{name} is stale: pictures.py --update draws it")
    print(f"{len(drawn)} pictures, {len(wrong)} stale")
    return 1 if wrong or not drawn else 0


if __name__ == "__main__":
    sys.exit(main())
