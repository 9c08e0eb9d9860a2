#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden numbers of PyTorch, as small text files that tests in C read.

    make.py [--check] [NAME...]

Writes NAME.txt for each module NAME.py of this folder that has a TITLE and a function
cases(); all of them if none is named. With --check nothing is written: what the modules
make is compared with the files, and a difference ends with 1. Ends with 77 where there is
no PyTorch.
"""

import argparse
import importlib
import sys

sys.dont_write_bytecode = True

try:
    import torch
except ImportError:
    print("there is no PyTorch here: nothing compared")
    sys.exit(77)

import parity_file

NAMES = sorted(p.stem for p in parity_file.ROOM.glob("*.py")
               if p.stem not in ("make", "parity_file"))


def make(name):
    module = importlib.import_module(name)
    torch.manual_seed(0)
    return parity_file.render(module.TITLE, torch.__version__, module.cases())


def check(name, text):
    path = parity_file.ROOM / f"{name}.txt"
    faults = parity_file.differences(path.read_text(), text) if path.exists() else [
        "there is no such file"]
    for fault in faults:
        print(f"{name}.txt: {fault}")
    return not faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(NAMES))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    good = True
    for name in arguments.names or NAMES:
        text = make(name)
        if arguments.check:
            good = check(name, text) and good
        else:
            (parity_file.ROOM / f"{name}.txt").write_text(text)
        print(f"{name}: {len(parity_file.parse(text))} cases")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
