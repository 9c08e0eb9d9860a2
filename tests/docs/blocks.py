#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Test every code block of a page: what a reader copies has to work.

    blocks.py --source DIR --stage DIR --work DIR [--cc CC] [--tools DIR] PAGE...

SOURCE is the repository, STAGE an installation of the library, WORK a folder that is
emptied and used. A block that nobody has said how to test is a failure. A comment
before the fence says how, where the language alone does not:

    ```c        with a main: compiled against the installed library, warnings are errors,
                and run. Otherwise one of
                  <!-- test: save NAME -->   as above, and kept as NAME for later blocks
                  <!-- test: body NAME -->   put in place of BODY in preamble/NAME.c, and
                                             that program is compiled and run; `draws`
                                             after it: the site's build runs it, too, for
                                             the pictures that it writes
    ```sh       parsed by sh -n, or
                  <!-- test: run tree -->      run in a clean copy of the repository, with
                                               the kept programs in it
                  <!-- test: run tool -->      the same, with what the demo has built in
                                               build/demo/examples
                  <!-- test: run consumer -->  run beside the kept programs, with the
                                               installed library to be found
    ```cmake      <!-- test: consumer -->      the CMakeLists.txt of a project with the
                                               kept programs and, in the folder backprop,
                                               a clean copy of the repository; all its
                                               programs are built and run
    ```python   run, with the shared library to be found
    ```js       run by node with koffi, with the shared library to be found
    ```text       <!-- test: output -->        what the block before it prints
                  <!-- test: tree -->          a folder; the paths in it must exist
    ```math     a formula in TeX; its braces must match. tests/site sets it.

    blocks.py --drawing PAGE FILE

writes the program that draws the pictures of PAGE to FILE.

The exit status is 77 if only koffi was missing, 1 if anything failed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SKIPPED = 77
HERE = Path(__file__).resolve().parent
FENCE = re.compile(r"^( *)(`{3,}|~{3,})\s*([^`]*?)\s*$")
DIRECTIVE = re.compile(r"^\s*<!--\s*test:\s*(.*?)\s*-->\s*$")
WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror"]


class Failure(Exception):
    """What is wrong with a block, in a few lines."""


class Skip(Exception):
    """Why a block could not be run here."""


class Block:
    def __init__(self, page, line, language, how, text):
        self.page, self.line, self.language = page, line, language
        self.how, self.text = how, text
        self.output, self.skipped = None, False

    def __str__(self):
        return f"{self.page}:{self.line}"


def extract(page, text):
    """All fenced blocks of a page, in order. Indented blocks are refused: they have no
    language, and nobody would test them."""
    blocks, how, opened, listed = [], [], None, False
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if opened:
            if fence and fence[2].startswith(opened["fence"]) and not fence[3]:
                body = "\n".join(opened["lines"]) + "\n"
                blocks.append(
                    Block(page, opened["line"], opened["language"], opened["how"], body))
                opened, how = None, []
            else:
                opened["lines"].append(line[len(opened["indent"]):])
        elif fence:
            opened = {"fence": fence[2], "indent": fence[1], "language": fence[3],
                      "line": number, "how": how, "lines": []}
        elif DIRECTIVE.match(line):
            how = DIRECTIVE.match(line)[1].split()
        elif line.strip():
            if how:
                raise Failure(f"{page}:{number}: a `test:` comment and no block after it")
            indented = len(line) - len(line.lstrip()) >= 4
            if indented and not listed:
                raise Failure(f"{page}:{number}: an indented code block; use a fence")
            if not indented:
                listed = bool(re.match(r"\s*([-*+]|\d+\.)\s", line)) or (
                    listed and line.startswith(" "))
    if opened:
        raise Failure(f"{page}:{opened['line']}: the block has no end")
    return blocks


def framed(block):
    """The program that a block with `body` is part of."""
    frame = (HERE / "preamble" / f"{block.how[1]}.c").read_text()
    return frame.replace("BODY", block.text)


def write_drawing(page, path):
    """The one block of a page that draws, as a program."""
    blocks = [block for block in extract(page.name, page.read_text(encoding="utf-8"))
              if block.how[2:] == ["draws"]]
    if len(blocks) != 1:
        raise SystemExit(f"{page}: {len(blocks)} blocks draw, expected 1")
    path.write_text(framed(blocks[0]))


def run(command, **options):
    """The output of a command that must succeed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, timeout=900, **options)
    if done.returncode != 0:
        words = " ".join(map(str, command))
        raise Failure(f"{words}\nexit status {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def lines_of(text):
    return [line.rstrip() for line in text.strip().splitlines()]


def clean_copy(source, to):
    """What a fresh clone would have: no build folders, no downloaded data."""
    def ignore(folder, names):
        top = Path(folder) == Path(source)
        return [name for name in names if name in (".git", "node_modules", "__pycache__")
                or top and (name == "data" or name.startswith("build"))]

    if not to.exists():
        shutil.copytree(source, to, ignore=ignore)
    return to


class Tester:
    def __init__(self, options):
        self.source, self.stage = options.source.resolve(), options.stage.resolve()
        self.work, self.cc = options.work.resolve(), options.cc
        self.tools = options.tools
        shutil.rmtree(self.work, ignore_errors=True)
        self.kept = self.work / "kept"
        self.kept.mkdir(parents=True)
        found = sorted(self.stage.glob("lib*/**/libbackprop.so"))
        if not found:
            raise SystemExit(f"{self.stage} holds no libbackprop.so")
        self.libraries = found[0].parent
        self.environment = dict(
            os.environ, LD_LIBRARY_PATH=str(self.libraries), CC=self.cc,
            PKG_CONFIG_PATH=str(self.libraries / "pkgconfig"))

    def reader(self):
        """What a reader has who installed to ~/.local, and no more."""
        home = self.work / "home"
        home.mkdir(exist_ok=True)
        if not (home / ".local").exists():
            (home / ".local").symlink_to(self.stage)
        bare = {name: value for name, value in os.environ.items()
                if name not in ("LD_LIBRARY_PATH", "PKG_CONFIG_PATH")}
        return dict(bare, HOME=str(home), CC=self.cc)

    def folder(self, block):
        folder = self.work / f"line-{block.line}"
        folder.mkdir()
        return folder

    def program(self, block, text):
        folder = self.folder(block)
        (folder / "block.c").write_text(text)
        run([self.cc, *WARNINGS, f"-I{self.stage / 'include'}", "block.c", "-o", "block",
             f"-L{self.libraries}", "-lbackprop"], cwd=folder)
        return run(["./block"], cwd=folder, env=self.environment)

    def test_c(self, block):
        if block.how[:1] == ["body"] and block.how[2:] in ([], ["draws"]):
            return self.program(block, framed(block))
        if "int main(" not in block.text:
            raise Failure("C without a main: say `body NAME` in a `test:` comment")
        if block.how[:1] == ["save"] and len(block.how) == 2:
            (self.kept / block.how[1]).write_text(block.text)
        elif block.how:
            raise Failure(f"no way of testing C is called `{' '.join(block.how)}`")
        return self.program(block, block.text)

    def test_sh(self, block):
        folder = self.folder(block)
        (folder / "block.sh").write_text(block.text)
        run(["sh", "-n", "block.sh"], cwd=folder)
        if not block.how:
            return None
        if block.how == ["run", "tool"]:
            place = self.demo()
        elif block.how == ["run", "tree"]:
            place = clean_copy(self.source, self.work / "tree")
            for path in self.kept.glob("*.c"):
                shutil.copy(path, place)
        elif block.how == ["run", "consumer"]:
            return run(["sh", "-eu", str(folder / "block.sh")], cwd=self.kept,
                       env=self.reader())
        else:
            raise Failure(f"no way of testing sh is called `{' '.join(block.how)}`")
        return run(["sh", "-eu", str(folder / "block.sh")], cwd=place,
                   env=self.environment)

    def demo(self):
        """A clone in which the demo has run."""
        if self.tools is None or not (self.tools / "backprop").exists():
            raise Skip("the examples are not built, or without jansson")
        place = clean_copy(self.source, self.work / "tool")
        folder = place / "build/demo/examples"
        if not folder.exists():
            folder.parent.mkdir(parents=True)
            folder.symlink_to(self.tools.resolve())
        return place

    def test_cmake(self, block):
        if block.how != ["consumer"]:
            raise Failure("CMake needs `consumer` in a `test:` comment")
        folder = self.folder(block)
        for path in self.kept.glob("*.c"):
            shutil.copy(path, folder)
        (folder / "backprop").symlink_to(clean_copy(self.source, self.work / "tree"))
        head = "cmake_minimum_required(VERSION 3.20)\nproject(consumer C)\n"
        if "project(" in block.text:
            head = ""
        (folder / "CMakeLists.txt").write_text(head + block.text)
        run(["cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.stage}",
             f"-DCMAKE_C_COMPILER={self.cc}", "-DCMAKE_BUILD_TYPE=Release"], cwd=folder)
        run(["cmake", "--build", "build", "-j", "2"], cwd=folder)
        programs = re.findall(r"add_executable\(\s*(\w+)", block.text)
        if not programs:
            raise Failure("there is no add_executable in it, so nothing was proven")
        return "".join(run([folder / "build" / name], cwd=folder) for name in programs)

    def test_python(self, block):
        folder = self.folder(block)
        (folder / "block.py").write_text(block.text)
        return run([sys.executable, "block.py"], cwd=folder, env=self.environment)

    def test_js(self, block):
        folder = self.folder(block)
        (folder / "block.js").write_text(block.text)
        run(["node", "--check", "block.js"], cwd=folder)
        places = [os.environ.get("NODE_PATH", ""),
                  str(self.source / "build/node/node_modules")]
        environment = dict(self.environment,
                           NODE_PATH=os.pathsep.join(filter(None, places)))
        try:
            run(["node", "-e", "require('koffi')"], cwd=folder, env=environment)
        except Failure:
            raise Skip("koffi is not installed; `sh scripts/test.sh` installs it")
        return run(["node", "block.js"], cwd=folder, env=environment)

    def test_math(self, block):
        depth = 0
        for brace in re.findall(r"(?<!\\)[{}]", block.text):
            depth += 1 if brace == "{" else -1
            if depth < 0:
                break
        if depth != 0 or not block.text.strip():
            raise Failure("the braces of the formula do not match")

    def test_text(self, block, before):
        if block.how == ["output"]:
            if before is not None and before.skipped:
                raise Skip("the block before it was not run")
            if before is None or before.output is None:
                raise Failure("`output`, and no block before it that was run")
            if lines_of(block.text) != lines_of(before.output):
                raise Failure(f"{before} prints\n{before.output}")
        elif block.how == ["tree"]:
            self.test_tree(block.text)
        else:
            raise Failure("text needs `output` or `tree` in a `test:` comment")

    def test_tree(self, text):
        """Two spaces of indentation a level; words after two spaces are remarks. A name
        may lack its ending: `arena` stands for arena.h and arena.c."""
        parents = {}
        for line in text.splitlines():
            name = re.split(r" {2,}", line.strip())[0]
            depth = (len(line) - len(line.lstrip())) // 2
            if not name or depth > len(parents):
                continue
            for word in name.split():
                path = "/".join([parents[level] for level in range(depth)] + [word])
                path = path.rstrip("/")
                if not list(self.source.glob(path)) + list(self.source.glob(path + ".*")):
                    raise Failure(f"there is no {path}")
            parents = {level: parents[level] for level in range(depth)}
            if name.endswith("/"):
                parents[depth] = name.rstrip("/")

    def test(self, block, before):
        if block.language == "text":
            return self.test_text(block, before)
        method = getattr(self, f"test_{block.language}", None) if block.language else None
        if method is None:
            raise Failure(f"no way of testing the language `{block.language}`")
        block.output = method(block)


def test_page(tester, page):
    """Count what failed and what was passed over."""
    failed = skipped = 0
    before = None
    try:
        blocks = extract(page.name, page.read_text(encoding="utf-8"))
    except Failure as fault:
        print(f"FAILED {fault}")
        return 1, 0
    for block in blocks:
        label = f"{block} {block.language} {' '.join(block.how)}".rstrip()
        try:
            tester.test(block, before)
            print(f"ok     {label}")
        except Skip as reason:
            skipped += 1
            block.skipped = True
            print(f"not run {label}: {reason}")
        except (Failure, OSError, subprocess.TimeoutExpired) as fault:
            failed += 1
            print(f"FAILED {label}\n{fault}")
        before = block if block.language != "text" else before
    print(f"{page.name}: {len(blocks)} blocks, {failed} failed, {skipped} not run")
    return failed, skipped


def main():
    if sys.argv[1:2] == ["--drawing"]:
        write_drawing(Path(sys.argv[2]), Path(sys.argv[3]))
        return 0
    parser = argparse.ArgumentParser()
    for name in ("--source", "--stage", "--work"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--tools", type=Path)
    parser.add_argument("pages", nargs="+", type=Path, metavar="PAGE")
    options = parser.parse_args()
    tester = Tester(options)
    failed, skipped = map(sum, zip(*[test_page(tester, page) for page in options.pages]))
    for name in ("tree", "tool"):
        shutil.rmtree(tester.work / name, ignore_errors=True)
    return 1 if failed else SKIPPED if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
