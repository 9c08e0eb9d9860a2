#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make four small files of the names and the form of MNIST's: small_idx.py FOLDER."""

import random
import struct
import sys
from pathlib import Path

SIDE, CLASSES = 28, 10


def image(label, draw):
    """Noise; two rows of pixels that belong to the class are bright."""
    pixels = bytearray(draw.randrange(64) for _ in range(SIDE * SIDE))
    for at in range(2 * label * SIDE, (2 * label + 2) * SIDE):
        pixels[at] += 180
    return bytes(pixels)


def write_part(folder, part, rows, draw):
    labels = bytes(row % CLASSES for row in range(rows))
    with open(folder / f"{part}-images-idx3-ubyte", "wb") as file:
        file.write(struct.pack(">IIII", 0x803, rows, SIDE, SIDE))
        file.write(b"".join(image(label, draw) for label in labels))
    with open(folder / f"{part}-labels-idx1-ubyte", "wb") as file:
        file.write(struct.pack(">II", 0x801, rows) + labels)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True)
    write_part(target, "train", 300, random.Random(1))
    write_part(target, "t10k", 100, random.Random(2))
