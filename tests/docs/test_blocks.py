#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prove that blocks.py finds what is wrong: small pages, each with one fault, must fail,
and their sound twins must pass. Takes the arguments of blocks.py, without pages."""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
import blocks  # noqa: E402

HELLO = '#include <stdio.h>\nint main(void)\n{\n    puts("hello");\n    return 0;\n}\n'


def block(language, text, how=""):
    comment = f"<!-- test: {how} -->\n" if how else ""
    return f"{comment}```{language}\n{text.rstrip()}\n```\n\n"


CMAKE = "add_executable(hello hello.c)\n"
SAVED = block("c", HELLO, "save hello.c")

# name, page, whether it must pass
PAGES = [
    ("program", block("c", HELLO), True),
    ("program that fails", block("c", HELLO.replace("return 0", "return 1")), False),
    ("program that warns",
     block("c", HELLO.replace("void", "int argc, char **argv")), False),
    ("program that does not compile", block("c", HELLO.replace("puts", "put(")), False),
    ("program without a function of the library",
     block("c", "#include <backprop.h>\nint main(void) { return bp_nothing(); }"), False),
    ("fragment without a word", block("c", "bp_version();"), False),
    ("fragment",
     block("c", "CHECK(bp_version() == 0 ? BP_EINVAL : BP_OK);", "body network"), True),
    ("fragment that fails", block("c", "CHECK(BP_EINVAL);", "body network"), False),
    ("fragment without a frame", block("c", "CHECK(BP_OK);", "body nowhere"), False),
    ("unknown way", block("c", HELLO, "later"), False),
    ("output", block("c", HELLO) + block("text", "hello", "output"), True),
    ("other output", block("c", HELLO) + block("text", "goodbye", "output"), False),
    ("output of nothing", block("text", "hello", "output"), False),
    ("text without a word", block("text", "hello"), False),
    ("tree", block("text", "lib/          the library\n  base.h", "tree"), True),
    ("tree without endings", block("text", "lib/\n  base status", "tree"), True),
    ("tree with a hole", block("text", "lib/\n  nothing.h", "tree"), False),
    ("shell", block("sh", "exit 1"), True),
    ("shell that does not parse", block("sh", "if true; then"), False),
    ("shell that is run", block("sh", "test -f include/backprop.h", "run tree"), True),
    ("shell that fails", block("sh", "false\ntrue", "run tree"), False),
    ("shell beside kept programs",
     SAVED + block("sh", "test -f hello.c", "run consumer"), True),
    ("shell with the tool",
     block("sh", "build/demo/examples/backprop --version", "run tool"), True),
    ("shell in which the tool fails",
     block("sh", "build/demo/examples/backprop inspect nothing", "run tool"), False),
    ("shell, unknown way", block("sh", "true", "run away"), False),
    ("cmake", SAVED + block("cmake", CMAKE, "consumer"), True),
    ("cmake without a word", SAVED + block("cmake", CMAKE), False),
    ("cmake that fails", SAVED + block("cmake", CMAKE + "nothing()", "consumer"), False),
    ("cmake that proves nothing", block("cmake", "set(a b)", "consumer"), False),
    ("cmake, program that fails",
     block("c", HELLO, "save hello.c") + block(
         "cmake", CMAKE + 'file(WRITE hello.c "int main(void) { return 1; }")\n'
         "target_sources(hello PRIVATE ${CMAKE_BINARY_DIR}/../hello.c)", "consumer"),
     False),
    ("python",
     block("python", "import ctypes\nctypes.CDLL('libbackprop.so.0')"), True),
    ("python that fails", block("python", "raise SystemExit(1)"), False),
    ("javascript that does not parse", block("js", "if ("), False),
    ("formula", block("math", r"a = \frac{1}{2}"), True),
    ("formula with a brace too few", block("math", r"a = \frac{1}{2"), False),
    ("no language", block("", "hello"), False),
    ("language with attributes", block("{.c}", HELLO), False),
    ("unknown language", block("cobol", "hello"), False),
    ("indented block", "Words:\n\n    hello\n", False),
    ("list with a second line", "- one\n\n    its second paragraph\n", True),
    ("block without end", "```c\nint x;\n", False),
    ("comment without a block", "<!-- test: output -->\nwords\n", False),
]


def main():
    arguments = blocks.argparse.ArgumentParser()
    for name in ("--source", "--stage", "--work"):
        arguments.add_argument(name, type=Path, required=True)
    arguments.add_argument("--cc", default="cc")
    arguments.add_argument("--tools", type=Path)
    options = arguments.parse_args()
    wrong = []
    blocks.shutil.rmtree(options.work, ignore_errors=True)
    tree = blocks.clean_copy(options.source.resolve(), options.work.resolve() / "source")
    for number, (name, text, good) in enumerate(PAGES):
        if "run tool" in text and options.tools is None:
            continue
        one = blocks.argparse.Namespace(**vars(options))
        one.source, one.work = tree, options.work / str(number)
        page = options.work / f"{number}.md"
        page.write_text(text)
        failed, _ = blocks.test_page(blocks.Tester(one), page)
        if (failed == 0) != good:
            wrong.append(f"{name}: {'failed' if good else 'passed'}")
    blocks.shutil.rmtree(options.work)
    print("\n".join(["", f"{len(PAGES)} pages, {len(wrong)} judged wrongly"] + wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
