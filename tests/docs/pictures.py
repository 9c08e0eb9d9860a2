#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hold the pictures in docs/images against those that the page's program draws.

    pictures.py [--update] DRAWN IMAGES

DRAWN is the folder that the program of the lesson filled when the site was built, IMAGES
the folder docs/images, whose copies are for readers of the page without the site. One that
differs, is missing, or is of nobody's making, is a failure; --update writes them. What was
measured, by scripts/bench.sh and scripts/reproduce.sh, is drawn by these and not here.
"""

import sys
from pathlib import Path


MEASURED = ("performance-", "results.svg")


def pictures(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.svg"))
            if not path.name.startswith(MEASURED)}


def main():
    update = sys.argv[1] == "--update"
    drawn, images = pictures(Path(sys.argv[-2])), Path(sys.argv[-1])
    if update:
        for name, data in drawn.items():
            (images / name).write_bytes(data)
    kept = pictures(images)
    wrong = sorted(name for name in drawn.keys() | kept.keys()
                   if drawn.get(name) != kept.get(name))
    for name in wrong:
        print(f"docs/images/{name} is stale: pictures.py --update draws it")
    print(f"{len(drawn)} pictures, {len(wrong)} stale")
    return 1 if wrong or not drawn else 0


if __name__ == "__main__":
    sys.exit(main())
