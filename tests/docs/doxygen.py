#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Build the documentation, and prove that a gap in it is found.

    doxygen.py DOXYFILE              run Doxygen; warnings are errors; then look in its
                                     XML for public names without words, which Doxygen
                                     forgives in values of enumerations and macros
    doxygen.py --self-test DOXYFILE  spoil copies of the header, each in one way: every
                                     one must fail
"""

import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs"))
import site_index  # noqa: E402
import site_pages as site  # noqa: E402


def setting(text, key):
    return re.search(rf'^{key}\s*=\s*"?([^"\n]*?)"?\s*$', text, re.M)[1]


def words(element):
    return any("".join(element.find(tag).itertext()).strip()
               for tag in ("briefdescription", "detaileddescription")
               if element.find(tag) is not None)


def gaps(folder):
    """Public names that the XML has no words for."""
    found, names = [], 0
    for path in sorted(folder.glob("*.xml")):
        for member in xml.parse(path).iter():
            name = member.findtext("name") or ""
            if member.tag not in ("memberdef", "enumvalue") or name == "":
                continue
            if name.startswith("@") or member.get("kind") == "enum":
                continue
            names += 1
            if not words(member):
                found.append(name)
    if names == 0:
        found.append(f"no names at all in {folder}")
    return found


def build(doxyfile):
    """What is wrong, "" if all is well."""
    text = doxyfile.read_text(encoding="utf-8")
    output = Path(setting(text, "OUTPUT_DIRECTORY"))
    log = Path(setting(text, "WARN_LOGFILE"))
    for folder in ("html", "xml"):
        shutil.rmtree(output / folder, ignore_errors=True)
    output.mkdir(parents=True, exist_ok=True)
    if setting(text, "LAYOUT_FILE"):
        site.write_layout(setting(text, "LAYOUT_FILE"))
        if site.unlisted():
            return "".join(f"{page} is not in docs/order.txt\n" for page in site.unlisted())
    done = subprocess.run(["doxygen", doxyfile], cwd=output, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    faults = log.read_text(encoding="utf-8") if log.exists() else ""
    if done.returncode != 0 or faults:
        return f"doxygen: exit status {done.returncode}\n{done.stdout}{faults}"
    if setting(text, "GENERATE_HTML") == "YES":
        site_index.write(output / "xml", output / "html" / "siteindex.js")
    missing = gaps(output / "xml")
    return "".join(f"{name} is not documented\n" for name in sorted(set(missing)))


# What is spoilt, and a word that the complaint must name.
SPOILS = [
    ("a function without words", r"^BP_API uint32_t bp_version\(void\);",
     r"\g<0>\nBP_API int32_t bp_spoilt(void);", "bp_spoilt"),
    ("a value without words", r"^    BP_EINVAL = -1,",
     r"    BP_SPOILT = 77,\n\g<0>", "BP_SPOILT"),
    ("a field without words", r"^    uint32_t struct_size; /\*\*< sizeof\(bp_clock\)",
     r"    int32_t spoilt;\n\g<0>", "spoilt"),
    ("a type without words", r"^typedef int32_t bp_status;",
     r"\g<0>\ntypedef int32_t bp_spoilt;", "bp_spoilt"),
    ("a macro without words", r"^#define BP_VERSION_PATCH.*",
     r"\g<0>\n#define BP_SPOILT 1", "BP_SPOILT"),
    ("a parameter left out of its list", r"^ \* @param stride .*\n", "", "stride"),
    ("a parameter that is not there", r"^ \* @param stride ", " * @param spoilt ",
     "spoilt"),
    ("a link to nothing", r"::BP_ENOMEM", "::BP_SPOILT", "BP_SPOILT"),
]


def spoil(doxyfile, folder, number, pattern, replacement):
    text = doxyfile.read_text(encoding="utf-8")
    header = Path(re.search(r'^INPUT\s*=\s*"([^"]*\.h)"', text, re.M)[1])
    source = header.read_text(encoding="utf-8")
    if pattern is not None:
        source, count = re.subn(pattern, replacement, source, count=1, flags=re.M)
        if count == 0:
            raise SystemExit(f"{pattern} matches nothing in the header")
    place = folder / str(number)
    place.mkdir()
    (place / header.name).write_text(source, encoding="utf-8")
    for key, value in (("INPUT", place / header.name), ("OUTPUT_DIRECTORY", place),
                       ("WARN_LOGFILE", place / "log"), ("GENERATE_HTML", "NO"),
                       ("LAYOUT_FILE", ""), ("HTML_HEADER", ""),
                       ("USE_MDFILE_AS_MAINPAGE", "")):
        quoted = f'"{value}"' if value not in ("", "NO") else value
        text = re.sub(rf"^{key}\s*=.*$", lambda _: f"{key} = {quoted}", text, flags=re.M)
    (place / "Doxyfile").write_text(text, encoding="utf-8")
    return build(place / "Doxyfile")


def self_test(doxyfile):
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        faults = spoil(doxyfile, folder, "whole", None, None)
        if faults:
            print(f"FAILED the header as it is\n{faults}")
            return 1
        for number, (what, pattern, replacement, word) in enumerate(SPOILS):
            faults = spoil(doxyfile, folder, number, pattern, replacement)
            good = word in faults
            failures += not good
            print(f"{'found ' if good else 'MISSED'} {what}")
    found = site.unlisted([site.ROOT / "docs" / "spoilt.md"])
    failures += not found
    print(f"{'found ' if found else 'MISSED'} a page that is not in the order")
    return 1 if failures else 0


def main():
    arguments = sys.argv[1:]
    proving = arguments[:1] == ["--self-test"]
    if len(arguments) != 1 + proving:
        print(__doc__)
        return 2
    doxyfile = Path(arguments[-1]).resolve()
    if proving:
        return self_test(doxyfile)
    faults = build(doxyfile)
    print(faults or "the documentation is whole")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
