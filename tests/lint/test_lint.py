#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plants a violation of each rule into a copy of the repository; the lint must find it.

What the tree has of violations already is not looked at here: only what is new counts.
"""

import shutil
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import lint  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("include", "lib", "tests", "examples", "scripts")


class LintTest(unittest.TestCase):
    """One copy for all; each test puts back what it changed."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = Path(cls.folder.name)
        skip = shutil.ignore_patterns("__pycache__", "build", "data", "node_modules")
        for name in KEPT:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, cls.root / name, ignore=skip)
        cls.before = {}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def faults(self, rule):
        return Counter((f.path, f.text) for f in lint.RULES[rule](lint.Tree(self.root)))

    def plant(self, rule, path, edit, *expected):
        """Edit a file; each text expected must be in a new fault."""
        if rule not in self.before:
            self.before[rule] = self.faults(rule)
        file = self.root / path
        kept = file.read_bytes() if file.exists() else None
        text = kept.decode() if kept else ""
        changed = edit(text)
        self.assertNotEqual(changed, text, "the plant changes nothing")
        file.write_bytes(changed.encode())
        try:
            new = self.faults(rule) - self.before[rule]
        finally:
            if kept is None:
                file.unlink()
            else:
                file.write_bytes(kept)
        for want in expected:
            self.assertTrue(any(want in text for _, text in new),
                            f"{rule} does not say '{want}', but {sorted(new)}")
        if not expected:
            self.assertEqual(new, Counter(), f"{rule} is too strict")

    def append(self, rule, path, addition, *expected):
        self.plant(rule, path, lambda text: text + addition, *expected)

    def replace(self, rule, path, old, new, *expected):
        self.plant(rule, path, lambda text: text.replace(old, new, 1), *expected)

    # --- the header and the tables ---

    HEADER_END = "#ifdef __cplusplus\n}"

    def declare(self, rule, text, *expected):
        end = self.HEADER_END
        self.replace(rule, lint.HEADER, end, text + end, *expected)

    NEW = ("/** New. */\n"
           "BP_API bp_status bp_network_fold(bp_network *network, size_t at);\n")

    def test_badargs_new_function(self):
        self.declare("badargs", self.NEW,
                     "bp_network_fold: no row of bad arguments for at",
                     "bp_network_fold: no row of bad arguments for network")

    def test_badargs_new_parameter(self):
        self.replace("badargs", lint.HEADER, "bp_network_build(bp_network *network,",
                     "bp_network_build(bp_network *network, int32_t how,",
                     "bp_network_build: no row of bad arguments for how")

    def test_badargs_lost_row(self):
        path = "tests/contract/test_badargs_network.c"
        self.replace("badargs", path, "BAD(bp_network_clone, copy,",
                     "BAD(bp_network_clone, network,",
                     "bp_network_clone: no row of bad arguments for copy")

    def test_badargs_unknown_function(self):
        path = "tests/contract/test_badargs_network.c"
        self.replace("badargs", path, "BAD(bp_network_clone, copy,",
                     "BAD(bp_network_clown, copy,", "row for bp_network_clown")

    def test_badargs_does_not_compile(self):
        path = "tests/contract/test_badargs_network.c"
        self.append("badargs", path, "#error planted\n", "planted")

    def test_oom_new_function(self):
        self.declare("oom", self.NEW, "bp_network_fold: no row")

    def test_oom_lost_row(self):
        path = "tests/support/call_rows.h"
        self.replace("oom", path, "CALL(bp_network_view_changed, NEVER",
                     "CALL(bp_network_build, NEVER", "bp_network_view_changed: no row",
                     "the row of bp_network_build does not call it")

    def test_oom_unknown_function(self):
        self.append("oom", "tests/support/call_rows.h",
                    'CALL(bp_gone, NEVER, "", bp_gone())\n', "row for bp_gone")

    def test_header_include(self):
        self.replace("header", lint.HEADER, "#include <stddef.h>",
                     "#include <stddef.h>\n#include <stdbool.h>", "includes <stdbool.h>")

    def test_header_parameters(self):
        self.declare("header", "BP_API void bp_seven(int32_t a, int32_t b, int32_t c, "
                               "int32_t d, int32_t e, int32_t f, int32_t g);\n",
                     "bp_seven: 7 parameters")

    def test_header_types(self):
        self.declare("header", "BP_API void bp_open(FILE *f, long n, ...);\n",
                     "'FILE'", "'long'", "'...'")

    def test_header_comment(self):
        bare = "".join(f"BP_API int32_t bp_bare_{i}(void);\n" for i in range(2000))
        self.declare("header", bare, "of the lines have comment")

    def test_header_length(self):
        self.declare("header", "/* filler */\n" * 3000, "lines a function")

    def test_docs_function(self):
        self.declare("docs", "BP_API bp_status bp_bare(bp_network *network);\n",
                     "bp_bare has no comment")

    def test_docs_macro(self):
        self.declare("docs", "#define BP_BARE 1\n", "BP_BARE has no comment")

    def test_docs_type(self):
        self.declare("docs", "typedef struct bp_bare bp_bare;\n",
                     "bp_bare has no comment")

    def test_docs_enumerator(self):
        self.declare("docs", "/** Kinds. */\nenum {\n    BP_BARE_A = 0, /**< Has. */\n"
                             "    BP_BARE_B = 1\n};\n", "BP_BARE_B has no comment")

    def test_docs_field(self):
        self.declare("docs", "/** Bare. */\ntypedef struct bp_bare {\n"
                             "    uint32_t struct_size; /**< Has. */\n    size_t none;\n"
                             "    size_t more; /**< Has. */\n} bp_bare;\n",
                     "none has no comment")

    def test_docs_group_is_no_comment_of_the_next(self):
        self.declare("docs", "/** One. */\nBP_API int32_t bp_one(void);\n"
                             "BP_API int32_t bp_two(void);\n", "bp_two has no comment")

    # --- the library ---

    def test_levels_up(self):
        self.append("levels", "lib/env.c", '#include "network.h"\n', "includes up")

    def test_levels_sideways(self):
        self.append("levels", "lib/env.c", '#include "pool.h"\n', "includes sideways")

    def test_levels_no_room(self):
        self.append("levels", "lib/stray.c", "/* SPDX */\n", "is in no room")

    def test_levels_down(self):
        self.append("levels", "lib/network.c", '#include "env.h"\n')

    def test_calls(self):
        for name in ("printf", "abort", "exit", "assert", "malloc", "free", "strtod",
                     "setlocale", "srand", "tanhf", "exp", "pow", "fesetround", "getenv"):
            with self.subTest(name):
                self.append("calls", "lib/status.c", f"void f(void) {{ {name} (1); }}\n",
                            f"calls {name}")

    def test_calls_exception_is_for_its_file(self):
        self.append("calls", "lib/base.c", "void f(void) { getenv(1); }\n",
                    "calls getenv")

    def test_calls_allowed(self):
        self.append("calls", "lib/status.c",
                    "/* printf(1) */ void f(void) { sqrt(2); fma(1, 2, 3); fabs(1); "
                    'g("abort()"); table->free(1); bp_exp(1); }\n')

    def test_platform(self):
        for line in ("#ifdef _WIN32\n#endif\n", "#if defined(__linux__)\n#endif\n",
                     "#if 0\n#elif defined(X) || \\\n    defined(__AVX2__)\n#endif\n",
                     "#ifndef __GNUC__\n#endif\n"):
            with self.subTest(line):
                self.append("platform", "lib/status.c", line, "asks for the platform")

    def test_platform_allowed(self):
        self.append("platform", "lib/cpu.c", "#ifdef _WIN32\n#endif\n")
        self.append("platform", "lib/kernel/math_f32.c", "#ifdef __AVX2__\n#endif\n")
        self.append("platform", "lib/status.c", "#ifdef BP_WITH_ZLIB\n#endif\n")

    def test_names(self):
        self.append("names", "lib/status.c", "int stray(int a)\n{\n    return a;\n}\n",
                    "stray has linkage")

    def test_names_allowed(self):
        self.append("names", "lib/status.c",
                    "static int stray(int a)\n{\n    return a;\n}\n"
                    "int bp_fine(int a)\n{\n    return a;\n}\n")

    # --- all sources ---

    def test_text(self):
        for addition, what in (("/* " + "x" * 90 + " */\n", "over 90 columns"),
                               ("/* \u00e9 */\n", "not ASCII"), ("\tint a;\n", "a tab"),
                               ("int a; \n", "space at the end"),
                               ("int a;\r\n", "a carriage return"),
                               ("int a;", "no line end")):
            with self.subTest(what):
                self.append("text", "lib/status.c", addition, what)

    def test_text_at_the_limit(self):
        self.append("text", "lib/status.c", "/* " + "x" * 84 + " */\n")

    def test_text_licence(self):
        for path in ("lib/status.c", "tests/lint/lint.py", "tests/support/compare.h"):
            with self.subTest(path):
                self.replace("text", path, "SPDX-License-Identifier", "Licence",
                             "no line with the licence")

    def test_lines_file(self):
        self.append("lines", "lib/status.c", "\n" * 800, "lines, expected under 800")

    def test_lines_function(self):
        body = "    a();\n" * 60
        self.append("lines", "lib/status.c",
                    f"static void endless(int a)\n{{\n{body}}}\n", "endless: 62 lines")

    def test_lines_parameters(self):
        self.append("lines", "lib/status.c",
                    "static void many(int a, int (*b)(int, int), int c, int d, int e,\n"
                    "                 int f, int g)\n{\n}\n", "many: 7 parameters")

    def test_lines_allowed(self):
        body = "    a();\n" * 57
        self.append("lines", "lib/status.c",
                    "static void fine(int a, int (*b)(int, int), int c, int d, int e,\n"
                    f"                 int f)\n{{\n{body}}}\n")

    def test_places(self):
        place = "/" + "work" + "/main"
        self.append("places", "lib/status.c", f"/* see {place} */\n", "names a place")

    # --- the lint itself ---

    def test_every_rule_is_tested(self):
        source = Path(__file__).read_text(encoding="ascii")
        for rule in lint.RULES:
            self.assertRegex(source, rf'\("{rule}", ', f"no plant for the rule {rule}")

    def test_exception_that_nothing_needs(self):
        path = self.root / "tests/lint/allowed.txt"
        kept = path.read_text()
        path.write_text(kept + "calls lib/status.c: printf # none\n")
        try:
            texts = [fault.text for _, fault in lint.check(self.root)]
        finally:
            path.write_text(kept)
        self.assertIn("calls lib/status.c: nothing there needs it", texts)


if __name__ == "__main__":
    unittest.main()
