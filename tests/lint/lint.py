#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Rules of the house that a compiler does not know.

    lint.py [--root DIR] [RULE...]

Prints one line for each violation and ends with 1 if there is any. tests/lint/levels.txt
holds the levels of includes, tests/lint/allowed.txt the exceptions with their reasons.
test_lint.py plants a violation of each rule and sees that it is found.
"""

import argparse
import fnmatch
import os
import re
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

COLUMNS = 90
SCRIPT_COLUMNS = 110
FILE_LINES = 800
FUNCTION_LINES = 60
PARAMETERS = 6
HEADER_COMMENT = 0.60
HEADER_LINES_A_FUNCTION = 25

HEADER = "include/backprop.h"
Fault = namedtuple("Fault", "path line text")
Function = namedtuple("Function", "name parameters line result")


# --- Reading --------------------------------------------------------------------------


class Tree:
    """The repository: its files, and the exceptions."""

    def __init__(self, root):
        self.root = Path(root)
        self.allowed = self._read_allowed()
        self.used = set()

    def text(self, path):
        return (self.root / path).read_bytes().decode("utf-8", "surrogateescape")

    def files(self, *patterns):
        found = set()
        for pattern in patterns:
            found.update(p for p in self.root.glob(pattern) if p.is_file())
        return sorted(p.relative_to(self.root).as_posix() for p in found)

    def _read_allowed(self):
        allowed = {}
        for number, line in self.lines_of_list("tests/lint/allowed.txt"):
            match = re.fullmatch(r"(\w+) (\S+): ([^#]+)# \S.*", line)
            if not match:
                sys.exit(f"tests/lint/allowed.txt:{number}: not 'rule file: words # why'")
            rule, path, words = match.groups()
            allowed[rule, path] = set(words.split())
        return allowed

    def lines_of_list(self, path):
        for number, line in enumerate(self.text(path).splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                yield number, line.strip()

    def allows(self, rule, path, word="*"):
        words = self.allowed.get((rule, path), set())
        if "*" in words or word in words:
            self.used.add((rule, path))
            return True
        return False


def blank(match):
    """As many lines as before, nothing on them."""
    return re.sub(r"[^\n]", " ", match.group())


def code_of(text):
    """C without comments, strings and characters; lines and columns stay."""
    tokens = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(tokens, blank, text, flags=re.S)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def split_parameters(text):
    """Between the parentheses of a declaration: its parameters, split at top commas."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    parts.append(text[start:])
    parts = [" ".join(p.split()) for p in parts]
    return [] if parts in (["void"], [""]) else parts


def api_functions(text):
    """Public functions: all that BP_API marks."""
    found = []
    pattern = r"^BP_API\s+([^;(]*?)(\w+)\s*\(([^;]*)\)\s*;"
    for match in re.finditer(pattern, code_of(text), flags=re.M):
        names = [p if p == "..." else re.findall(r"\w+", p)[-1]
                 for p in split_parameters(match[3])]
        line = line_of(text, match.start())
        found.append(Function(match[2], names, line, match[1].strip()))
    return found


def last_call(head):
    """The name before the last pair of outer parentheses, and what is between them."""
    end = head.rstrip()
    depth = 0
    for at in range(len(end) - 1, -1, -1):
        depth += (end[at] == ")") - (end[at] == "(")
        if depth == 0:
            name = re.search(r"(\w+)\s*$", end[:at])
            return (name[1], end[at + 1: -1]) if end[at] == "(" and name else (None, "")
    return None, ""


def definitions(code):
    """Functions that are defined: (name, parameters, first line, lines of the body). The
    style puts their braces into the first column, and no others."""
    code = re.sub(r"^\s*#(?:[^\n]*\\\n)*[^\n]*", blank, code, flags=re.M)
    for match in re.finditer(r"^\{.*?^\}", code, flags=re.M | re.S):
        head = re.split(r"[;}]", code[: match.start()])[-1]
        name, inside = last_call(head)
        if name:
            lines = match.group().count("\n") + 1
            yield name, split_parameters(inside), line_of(code, match.start()), lines


# --- The public header ----------------------------------------------------------------


def rule_badargs(tree):
    """Every parameter of every public function has a row of bad arguments."""
    rows = set()
    for path in tree.files("tests/contract/test_badargs_*.c"):
        command = os.environ.get("CC", "cc").split()
        command += ["-E", "-Iinclude", "-Ilib", "-Itests/support", path]
        source = subprocess.run(command, cwd=tree.root, capture_output=True, text=True)
        if source.returncode != 0:
            return [Fault(path, 1, source.stderr.strip())]
        pattern = r'struct bad_(?:row|any)\)?\s*\{\s*"(\w+)"\s*,\s*"(\w+)"'
        rows.update(re.findall(pattern, source.stdout))
    functions = api_functions(tree.text(HEADER))
    faults = [
        Fault(HEADER, f.line, f"{f.name}: no row of bad arguments for {parameter}")
        for f in functions
        for parameter in f.parameters
        if (f.name, parameter) not in rows
    ]
    known = {f.name for f in functions}
    for name in sorted({name for name, _ in rows} - known):
        faults.append(Fault("tests/contract", 1, f"row for {name}, which is not public"))
    return faults


def rule_oom(tree):
    """Every public function has a row in the table of calls, which test_oom runs."""
    path = "tests/support/call_rows.h"
    text = tree.text(path)
    rows = re.findall(r"^CALL\((\w+), (ALLOCATES|MAY|NEVER), ", text, flags=re.M)
    functions = api_functions(tree.text(HEADER))
    named = {name for name, _ in rows}
    faults = [
        Fault(HEADER, f.line, f"{f.name}: no row in {path}")
        for f in functions
        if f.name not in named
    ]
    for name in sorted(named - {f.name for f in functions}):
        faults.append(Fault(path, 1, f"row for {name}, which is not public"))
    for match in re.finditer(r"^CALL\((\w+),[^,]*,[^,]*,(.*?)\)\n(?=$|CALL|/\*)", text,
                             flags=re.M | re.S):
        if not re.search(rf"\b{match[1]}\(", match[2]):
            line = line_of(text, match.start())
            faults.append(Fault(path, line, f"the row of {match[1]} does not call it"))
    return faults


def rule_header(tree):
    """Size, share of comment, includes, parameters of the public header."""
    text = tree.text(HEADER)
    code = code_of(text)
    lines = text.splitlines()
    functions = api_functions(text)
    faults = []
    spoken = sum(
        1 for line, bare in zip(lines, code.splitlines()) if line.strip() != bare.strip()
    )
    share = spoken / max(1, sum(1 for line in lines if line.strip()))
    if share < HEADER_COMMENT:
        faults.append(Fault(HEADER, 1, f"{share:.0%} of the lines have comment, "
                                       f"expected {HEADER_COMMENT:.0%}"))
    average = len(lines) / max(1, len(functions))
    if average > HEADER_LINES_A_FUNCTION:
        faults.append(Fault(HEADER, 1, f"{average:.1f} lines a function, "
                                       f"expected at most {HEADER_LINES_A_FUNCTION}"))
    for match in re.finditer(r"^\s*#\s*include\s*(\S+)", text, flags=re.M):
        if match[1] not in ("<stddef.h>", "<stdint.h>"):
            line = line_of(text, match.start())
            faults.append(Fault(HEADER, line, f"includes {match[1]}"))
    for f in functions:
        if len(f.parameters) > PARAMETERS:
            faults.append(Fault(HEADER, f.line, f"{f.name}: {len(f.parameters)} "
                                                f"parameters, at most {PARAMETERS}"))
    for match in re.finditer(r"\b(bool|long|FILE|va_list|inline|_Bool)\b|\.\.\.", code):
        faults.append(Fault(HEADER, line_of(text, match.start()),
                            f"'{match.group()}' is not for foreign callers"))
    return faults


def public_names(code):
    """(name, line) of every macro, type, enumerator, field and function."""
    for match in re.finditer(r"^#define (BP_\w+)\b(?! *$)", code, flags=re.M):
        yield match[1], line_of(code, match.start())
    for match in re.finditer(r"^typedef [^;{]*?(?:\(\*)?(bp_\w+)\)?(?:\([^;]*\))?;", code,
                             flags=re.M):
        yield match[1], line_of(code, match.start())
    for match in re.finditer(r"^BP_API\s+[^;(]*?(\w+)\s*\(", code, flags=re.M):
        yield match[1], line_of(code, match.start())
    for match in re.finditer(r"^(typedef struct \w+|enum) \{(.*?)^\}", code,
                             flags=re.M | re.S):
        yield match[1], line_of(code, match.start())
        body = match.start(2)
        pattern = r"(\w+)(?:\s*=\s*-?\w+)?\s*(?:,|\s*$)" if match[1] == "enum" else (
            r"(?:\(\*(\w+)\)|(\w+))(?:\([^;]*\))?;")
        for item in re.finditer(pattern, match[2], flags=re.M):
            name = next(g for g in item.groups() if g)
            yield name, line_of(code, body + item.start())


def rule_docs(tree):
    """Every public name has a comment of its own: above it, or behind it."""
    text = tree.text(HEADER)
    lines = text.splitlines()
    bare = code_of(text).splitlines()
    faults = []
    spoken = set()
    for name, line in public_names(code_of(text)):
        above = line - 2
        while above >= 0 and bare[above].strip():
            if re.search(r"[;{},]\s*$", bare[above]) or bare[above].startswith("#"):
                break
            above -= 1
        ends = bare[line - 1].rstrip().endswith((";", ","))
        declared = lines[line - 1: line if ends else line + 1]
        behind = any("/**<" in part for part in declared)
        if not behind and not lines[above].rstrip().endswith("*/"):
            faults.append(Fault(HEADER, line, f"{name} has no comment"))
        elif not behind and "/**<" in lines[above]:
            faults.append(Fault(HEADER, line, f"{name} has no comment of its own"))
        else:
            spoken.add(name)
    # Of a macro with several definitions one is enough.
    return [f for f in faults if f.text.split()[0] not in spoken or "BP_" not in f.text]


# --- The library ----------------------------------------------------------------------


def rooms_of(tree):
    rooms, allow = [], set()
    for number, line in tree.lines_of_list("tests/lint/levels.txt"):
        room = re.fullmatch(r"(\d+) (\w+): (.+)", line)
        exception = re.fullmatch(r"allow (\S+) -> (\S+): .+", line)
        if room:
            rooms.append((int(room[1]), room[2], room[3].split()))
        elif exception:
            allow.add(exception.groups())
        else:
            sys.exit(f"tests/lint/levels.txt:{number}: neither a room nor an exception")
    return rooms, allow


def room_of(rooms, path):
    for level, room, patterns in rooms:
        if any(fnmatch.fnmatch(path, pattern) for pattern in patterns):
            return level, room
    return None


def rule_levels(tree):
    """Includes in lib/ go down."""
    rooms, allow = rooms_of(tree)
    faults = []
    for path in tree.files("lib/**/*.[ch]"):
        own = room_of(rooms, path[len("lib/"):])
        if own is None:
            faults.append(Fault(path, 1, "is in no room of levels.txt"))
            continue
        text = tree.text(path)
        for match in re.finditer(r'^\s*#\s*include\s*"([^"]+)"', text, flags=re.M):
            other = room_of(rooms, match[1])
            short = path[len("lib/"):]
            if other is None or other == own or (short, match[1]) in allow:
                if other is None:
                    faults.append(Fault(path, line_of(text, match.start()),
                                        f"{match[1]} is in no room of levels.txt"))
                continue
            if other[0] >= own[0]:
                way = "up" if other[0] > own[0] else "sideways"
                faults.append(Fault(path, line_of(text, match.start()),
                                    f"includes {way}: {match[1]} is in {other[1]}, level "
                                    f"{other[0]}; this is {own[1]}, level {own[0]}"))
    return faults


# Prints, ends the process, takes memory past the table, depends on the locale, changes
# the host; and functions of libm that are not exactly rounded.
FORBIDDEN = """
printf fprintf sprintf snprintf vprintf vfprintf vsprintf vsnprintf puts fputs putchar
fputc perror fwrite write abort exit _exit _Exit quick_exit assert atexit
malloc calloc realloc free aligned_alloc posix_memalign _aligned_malloc _aligned_free
alloca strdup strndup strtod strtof strtold atof strtol strtoul atoi atol scanf sscanf
fscanf setlocale uselocale newlocale localeconv tolower toupper isspace isdigit isalpha
isalnum signal sigaction raise kill system popen fork execve chdir umask setenv putenv
unsetenv getenv srand rand srandom random time clock strtok strerror longjmp setjmp
fesetround fesetenv feenableexcept feclearexcept feraiseexcept
""".split()
LIBM = """
exp exp2 expm1 log log2 log10 log1p logb pow cbrt hypot sin cos tan asin acos atan atan2
sinh cosh tanh asinh acosh atanh erf erfc tgamma lgamma sincos exp10
""".split()
FORBIDDEN += [name + suffix for name in LIBM for suffix in ("", "f", "l")]


def rule_calls(tree):
    """Nothing in lib/ prints, ends the process, or asks the host for more than the
    tables give; results do not depend on libm."""
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(FORBIDDEN) + r")\s*\(")
    faults = []
    for path in tree.files("lib/**/*.[ch]"):
        code = code_of(tree.text(path))
        for match in pattern.finditer(code):
            if not tree.allows("calls", path, match[1]):
                faults.append(Fault(path, line_of(code, match.start()),
                                    f"calls {match[1]}"))
    return faults


PLATFORM = re.compile(
    r"\b(_WIN32|_WIN64|WIN32|__CYGWIN__|__MINGW\w*|__linux__|linux|__unix__|unix|"
    r"__APPLE__|__MACH__|__\w*BSD__|__ANDROID__|__EMSCRIPTEN__|_POSIX_\w+|"
    r"__x86_64__|__x86_64|__i386__|_M_\w+|__aarch64__|__arm__|__ARM_\w+|__AVX\w*|"
    r"__SSE\w*|__FMA__|__BYTE_ORDER__|__GNUC__|__clang__|_MSC_VER|__GLIBC__)\b")


def rule_platform(tree):
    """Only env_*, cpu, pool and kernel/ know the platform."""
    faults = []
    for path in tree.files("lib/**/*.[ch]"):
        if re.match(r"lib/(env_|cpu\.|pool|kernel/)", path):
            continue
        code = code_of(tree.text(path))
        directive = r"^\s*#\s*(?:el)?if(?:n?def)?\b(?:[^\n]*\\\n)*[^\n]*"
        for match in re.finditer(directive, code, flags=re.M):
            for word in PLATFORM.findall(match.group()):
                if not tree.allows("platform", path, word):
                    faults.append(Fault(path, line_of(code, match.start()),
                                        f"asks for the platform by {word}"))
    return faults


# --- All sources ----------------------------------------------------------------------

SOURCES = [f"{top}/**/*.[ch]" for top in ("include", "lib", "examples", "tests")]
SCRIPTS = ["tests/**/*.py", "tests/**/*.sh", "scripts/*.sh", "scripts/*.py",
           "docs/**/*.py", "docs/**/*.sh", ".ci/run"]


def rule_text(tree):
    """ASCII, no tabs, 90 columns (110 in scripts), no space at the end of a line, the
    licence on top."""
    faults = []
    for path in tree.files(*SOURCES, *SCRIPTS):
        lines = tree.text(path).split("\n")
        columns = COLUMNS if path.endswith((".c", ".h")) else SCRIPT_COLUMNS
        for number, line in enumerate(lines, 1):
            for wrong, what in ((len(line) > columns, f"over {columns} columns"),
                                (not line.isascii(), "not ASCII"),
                                ("\t" in line, "a tab"),
                                (line != line.rstrip(), "space at the end"),
                                ("\r" in line, "a carriage return")):
                if wrong and not tree.allows("text", path):
                    faults.append(Fault(path, number, what))
        head = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
        if "SPDX-License-Identifier: MIT" not in head:
            faults.append(Fault(path, 1, "no line with the licence on top"))
        if lines[-1] != "" and not tree.allows("text", path):
            faults.append(Fault(path, len(lines), "no line end at the end"))
    return faults


def rule_lines(tree):
    """Files and functions of a size that can be read; few parameters."""
    faults = []
    for path in tree.files(*SOURCES):
        text = tree.text(path)
        count = text.count("\n")
        if count >= FILE_LINES and not tree.allows("lines", path):
            faults.append(Fault(path, 1, f"{count} lines, expected under {FILE_LINES}"))
        for name, parameters, line, lines in definitions(code_of(text)):
            if lines >= FUNCTION_LINES and not tree.allows("lines", path, name):
                faults.append(Fault(path, line, f"{name}: {lines} lines, expected under "
                                                f"{FUNCTION_LINES}"))
            if len(parameters) > PARAMETERS and not tree.allows("lines", path, name):
                faults.append(Fault(path, line, f"{name}: {len(parameters)} parameters, "
                                                f"at most {PARAMETERS}"))
    return faults


def rule_names(tree):
    """Names with linkage begin with bp_: a static archive leaks them."""
    faults = []
    for path in tree.files("lib/**/*.c"):
        code = code_of(tree.text(path))
        for match in re.finditer(r"^(?!static\b|typedef\b|#|\s|\{|\})[^;{}#=]*?"
                                 r"\b(\w+)\s*\([^;{}]*\)\s*^\{", code, flags=re.M):
            if not re.match(r"bp_|BP_", match[1]):
                faults.append(Fault(path, line_of(code, match.start()),
                                    f"{match[1]} has linkage and no bp_"))
    return faults


def rule_places(tree):
    """No file names a place of the machine it was written on."""
    pattern = re.compile(r"/work/|/tmp/brief|/home/\w")
    faults = []
    for path in tree.files(*SOURCES, *SCRIPTS, "**/CMakeLists.txt", "*.md", "docs/*.md",
                           "cmake/*", "tests/**/*.txt"):
        if path.startswith(("build/", "tests/lint/lint.py", "tests/lint/test_lint.py")):
            continue
        text = tree.text(path)
        for match in pattern.finditer(text):
            faults.append(Fault(path, line_of(text, match.start()),
                                f"names a place: {match.group()}"))
    return faults


RULES = {name[len("rule_"):]: function for name, function in list(globals().items())
         if name.startswith("rule_")}


def check(root, names=None):
    """All faults of the rules named, or of all rules."""
    tree = Tree(root)
    faults = []
    for name in names or RULES:
        faults += [(name, fault) for fault in RULES[name](tree)]
    if not names:
        unused = sorted(set(tree.allowed) - tree.used)
        faults += [("allowed", Fault("tests/lint/allowed.txt", 1,
                                     f"{rule} {path}: nothing there needs it"))
                   for rule, path in unused]
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", default=Path(__file__).resolve().parents[2])
    parser.add_argument("rules", nargs="*", metavar="RULE", help=" ".join(RULES))
    arguments = parser.parse_args()
    unknown = set(arguments.rules) - set(RULES)
    if unknown:
        parser.error(f"unknown rule {' '.join(sorted(unknown))}")
    faults = check(arguments.root, arguments.rules)
    for rule, fault in faults:
        print(f"{fault.path}:{fault.line}: {fault.text} [{rule}]")
    print(f"{len(faults)} violations of {len(arguments.rules or RULES)} rules")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
