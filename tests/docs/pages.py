#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hold the prose of the pages against the tree.

    pages.py SOURCE              every link leads somewhere, every bp_ and BP_ name is one
                                 of the sources, every path into the repository exists,
                                 and so does every preset, data set and stage of soak
    pages.py --self-test SOURCE  add one wrong word at a time: each must be found
"""

import re
import sys
from pathlib import Path

FOLDERS = "include|lib|examples|tests|docs|scripts|cmake"
PATH = re.compile(rf"(?<![\w./-])((?:{FOLDERS})/[\w.*{{}},/-]*[\w*}}/])")
NAME = re.compile(r"(?<![\w-])((?:bp|BP)_\w*\*?)")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# What a command names, and the file that must have it.
COMMANDS = [
    (re.compile(r"--preset (\w+)"), "CMakePresets.json", '"name": "{}"'),
    (re.compile(r"soak\.sh (\w[\w-]*)"), "scripts/soak.sh", "\n{} "),
    (re.compile(r"get-data\.sh (\w+)"), "scripts/get-data.sh", "\n  {} "),
    (re.compile(r"demo\.sh (--[\w-]+)"), "scripts/demo.sh", "\n  {} "),
    (re.compile(r"bench\.sh (--[\w-]+)"), "scripts/bench.sh", "\n  {}"),
]
SOURCES = ("include/*.h", "lib/**/*.[ch]", "tests/**/*.[ch]",
           "CMakeLists.txt", "**/CMakeLists.txt", "cmake/*", "CMakePresets.json",
           "scripts/*.sh", "docs/Doxyfile.in")
# What the pages must say, whatever else they say.
REQUIRED = {"README.md": ("sh scripts/demo.sh", "sh scripts/test.sh")}


def pages_of(source):
    return [page for pattern in ("*.md", "docs/*.md", "examples/**/*.md")
            for page in sorted(source.glob(pattern))]


def words_of(source):
    words = set()
    for pattern in SOURCES:
        for path in source.glob(pattern):
            if path.is_file() and "build" not in path.relative_to(source).parts[0]:
                words.update(re.findall(r"\b(?:bp|BP)_\w*", path.read_text("utf-8")))
    return words


def known(name, words):
    """A name, or a beginning of names: `BP_COST_`, `bp_dataset_*`."""
    if name.endswith(("_", "*")):
        return any(word.startswith(name.rstrip("*")) for word in words)
    return name in words or f"{name}_f32" in words or f"BP_REAL({name})" in words


def alternatives(path):
    """lib/{a,b}.c is lib/a.c and lib/b.c."""
    match = re.search(r"\{([^{}]*)\}", path)
    if not match:
        return [path]
    return [one for choice in match[1].split(",")
            for one in alternatives(path[:match.start()] + choice + path[match.end():])]


def slug(heading):
    heading = re.sub(r"[`*]", "", heading.strip().lower())
    return re.sub(r"[^\w -]", "", heading).replace(" ", "-")


def headings(text):
    return {slug(line.lstrip("#")) for line in text.splitlines() if line.startswith("#")}


def link_faults(page, text, target):
    if re.match(r"[a-z]+:", target):
        return []
    path, _, anchor = target.partition("#")
    other = (page.parent / path) if path else page
    if not other.exists():
        return [f"the link {target} leads nowhere"]
    if anchor and anchor not in headings(text if not path else other.read_text("utf-8")):
        return [f"no heading for {target}"]
    return []


def command_faults(line, source):
    return [f"{file} knows no {word}" for pattern, file, form in COMMANDS
            for word in pattern.findall(line)
            if form.format(word) not in (source / file).read_text("utf-8")]


def faults_of(page, text, source, words):
    found, place = [], page.relative_to(source).as_posix()
    for number, line in enumerate(text.splitlines(), 1):
        faults = [f"{name} is no name of the sources"
                  for name in NAME.findall(line) if not known(name, words)]
        faults += command_faults(line, source)
        for mention in PATH.findall(line):
            faults += [f"there is no {path}" for path in alternatives(mention)
                       if not list(source.glob(path.rstrip("/")))]
        for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
            faults += link_faults(page, text, target)
        if "to be measured" in line:
            faults.append("a figure that is still to be measured")
        found += [f"{place}:{number}: {fault}" for fault in faults]
    found += [f"{place}: does not say `{needed}`"
              for needed in REQUIRED.get(place, ()) if needed not in text]
    return found


def check(source):
    words = words_of(source)
    pages = pages_of(source)
    found = [fault for page in pages
             for fault in faults_of(page, page.read_text("utf-8"), source, words)]
    print("\n".join(found) if found else f"{len(pages)} pages, nothing wrong")
    return 1 if found or not pages else 0


WRONG = ["`bp_network_spoilt()`", "`BP_SPOILT_*`", "`lib/spoilt.c`",
         "`tests/{docs,spoilt}/`", "[a](docs/spoilt.md)", "[a](#spoilt-heading)",
         "[a](docs/design.md#spoilt)", "accuracy: to be measured",
         "ctest --preset spoilt", "soak.sh spoilt",
         "get-data.sh spoilt", "demo.sh --spoilt", "bench.sh --spoilt"]
RIGHT = ["`bp_network_create()`", "`BP_COST_*`", "`lib/base.h`", "`tests/{docs,docs}/`",
         "[a](docs/design.md)", "[a](#spoilt-heading)\n\n## Spoilt heading", "`[a](b)`",
         "ctest --preset dev", "soak.sh lesson", "get-data.sh mnist",
         "demo.sh --all-splits", "bench.sh --quick"]


def self_test(source):
    words = words_of(source)
    page = source / "CHANGELOG.md"
    missed = [line for line in WRONG if not faults_of(page, line, source, words)]
    wronged = [line for line in RIGHT if faults_of(page, line, source, words)]
    if not faults_of(source / "README.md", "nothing", source, words):
        missed.append("what README.md must say")
    for line in missed:
        print(f"MISSED {line}")
    for line in wronged:
        print(f"WRONGLY FOUND {line}")
    return 1 if missed or wronged else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--self-test"]:
        sys.exit(self_test(Path(sys.argv[2]).resolve()))
    sys.exit(check(Path(sys.argv[1]).resolve()))
