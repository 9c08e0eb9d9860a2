#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make Doxygen's pages of ours, which are written for a reader of Markdown.

    site_pages.py PAGE             print the page as Doxygen wants it, line for line: headings
                             and links get Doxygen's labels, formulas its marks, and the
                             end a link to the page that is next
    site_pages.py --layout FILE    write the tree of the site in the order of order.txt
"""

import re
import sys
from pathlib import Path
from xml.sax.saxutils import quoteattr

ROOT = Path(__file__).resolve().parent.parent
ORDER = ROOT / "docs" / "order.txt"
MAIN = ROOT / "README.md"
FENCE = re.compile(r"^\s*(`{3,})\s*(\w*)\s*$")
HEADING = re.compile(r"^(#+)\s+(.*?)\s*$")
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")
IMAGE = re.compile(r"^!\[([^\]]*)\]\(([^)\s]+)\)$")
FORMULA = re.compile(r"\$`([^`]*)`\$")
CODE = re.compile(r"(`[^`]*`)")
REFERENCE = """    <tab type="modules" visible="yes" title="By group"/>
    <tab type="classlist" visible="yes" title="Structures"/>
    <tab type="globals" visible="yes" title="By name"/>
    <tab type="filelist" visible="yes" title="The header"/>
"""


def order():
    """The parts in order: their name, "" before the first, and their pages."""
    parts = [("", [])]
    for line in ORDER.read_text("utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        if "." in line:
            parts[-1][1].append(ROOT / line)
        else:
            parts.append((line, []))
    return [(name, [page for page in pages if page.exists()]) for name, pages in parts]


def unlisted(pages=None):
    """The pages of the repository that have no line in order.txt."""
    if pages is None:
        pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "examples/README.md"]
    return sorted(page for page in pages if page not in listed())


def label(page):
    """The name of a page for Doxygen, and of its file."""
    if page == MAIN:
        return "index"
    name = page.parent.name if page.stem == "README" else page.stem
    return f"page_{re.sub(r'[^a-z0-9]', '_', name.lower())}"


def slug(heading):
    """The anchor that a reader of Markdown gives a heading."""
    heading = re.sub(r"[`*]", "", heading.strip().lower())
    return re.sub(r"[^\w -]", "", heading).replace(" ", "-")


def anchor(page, name):
    return f"{label(page)}_{name.replace('-', '_')}"


def title(page):
    return page.read_text("utf-8").split("\n", 1)[0].lstrip("# ")


def listed():
    return [page for _, pages in order() for page in pages]


def link(page, match):
    """A link between pages, by label; a file of the repository is only named."""
    text, target = match[1], match[2]
    if re.match(r"[a-z]+:", target):
        return match[0]
    path, _, place = target.partition("#")
    other = (page.parent / path).resolve() if path else page
    if other not in listed():
        return text
    if other == MAIN and place:
        return f"[{text}](index.html#{anchor(other, place)})"
    return f"[{text}](@ref {anchor(other, place) if place else label(other)})"


def image(match):
    name = Path(match[2]).name
    return f'<div class="picture"><img src="{name}" alt="{match[1]}"/></div>'


def heading(page, match, seen):
    """A heading with its label; the second of a name is name-1, as elsewhere."""
    name = slug(match[2])
    seen.append(name)
    if seen.count(name) > 1:
        name += f"-{seen.count(name) - 1}"
    own = label(page) if match[1] == "#" else anchor(page, name)
    if page == MAIN:
        # No labels here, or the tree would mix them with the pages.
        return match[0] if match[1] == "#" else f'<h2 id="{own}">{match[2]}</h2>'
    return f"{match[0]} {{#{own}}}"


def prose(page, line, seen):
    match = HEADING.match(line)
    if match:
        return heading(page, match, seen)
    line = FORMULA.sub(r"\\f$\1\\f$", line)
    line = IMAGE.sub(image, line)
    if "](" not in line:
        return line
    # What looks like a link inside of code is none.
    held = CODE.findall(line)
    bare = CODE.sub("\0", line)
    bare = LINK.sub(lambda match: link(page, match), bare)
    return re.sub("\0", lambda _: held.pop(0), bare)


def lines(page):
    closing, formula, seen = None, False, []
    for line in page.read_text("utf-8").splitlines():
        fence = FENCE.match(line)
        if closing:
            ends = fence and fence[1] == closing and not fence[2]
            closing = None if ends else closing
            yield r"\f]" if ends and formula else line
        elif fence:
            closing, formula = fence[1], fence[2] == "math"
            yield r"\f[" if formula else line
        else:
            yield prose(page, line, seen)
    pages = listed()
    place = pages.index(page) + 1 if page in pages else len(pages)
    if place < len(pages):
        yield ""
        yield f"Next: [{title(pages[place])}](@ref {label(pages[place])})"


def tab(page, title_of):
    return (f'    <tab type="user" visible="yes" url="@ref {label(page)}" '
            f"title={quoteattr(title_of(page))}/>\n")


def layout():
    text = '<doxygenlayout version="1.0">\n  <navindex>\n'
    for name, pages in order():
        tabs = "".join(tab(page, title) for page in pages if label(page) != "index")
        if name == "Reference":
            tabs = REFERENCE
        if name:
            tabs = (f'   <tab type="usergroup" visible="yes" title="{name}">\n{tabs}'
                    "   </tab>\n")
        text += tabs
    return f"{text}  </navindex>\n</doxygenlayout>\n"


def write_layout(path):
    Path(path).write_text(layout(), "utf-8")


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--layout":
        write_layout(sys.argv[2])
    elif len(sys.argv) == 2:
        for line in lines(Path(sys.argv[1]).resolve()):
            print(line)
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
