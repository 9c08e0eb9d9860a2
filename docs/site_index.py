# SPDX-License-Identifier: MIT
"""Write what the search of the site searches: every public name with its first sentence,
every section of the pages with its words. Taken from Doxygen's XML; docs/site.js uses it."""

import json
import xml.etree.ElementTree as xml
from pathlib import Path


def words(element):
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def address(identity):
    """Where the HTML has what the XML calls compound_1member."""
    compound, _, member = identity.rpartition("_1")
    return f"{compound}.html#{member}" if compound else f"{identity}.html"


def members(compound):
    """Every name in a group or a structure, with the values of enumerations."""
    for member in compound.iter("memberdef"):
        name = member.findtext("name") or ""
        if name and not name.startswith("@"):
            if compound.get("kind") == "struct":
                name = f"{compound.findtext('compoundname')}.{name}"
            yield name, address(member.get("id")), words(member.find("briefdescription"))
        for value in member.iter("enumvalue"):
            yield (value.findtext("name"), address(value.get("id")),
                   words(value.find("briefdescription")) or
                   words(value.find("detaileddescription")))


def sections(compound):
    """Every section of a page, with its words; the page's beginning first."""
    title = compound.findtext("title") or compound.findtext("compoundname")
    page = f"{'index' if compound.get('id') == 'indexpage' else compound.get('id')}.html"
    body = compound.find("detaileddescription")
    parts = list(body.iter("sect1")) if body is not None else []
    first = words(body) if not parts else words(body.find("para"))
    yield title, page, first
    for part in parts:
        heading = words(part.find("title"))
        yield f"{heading} - {title}", address(part.get("id")), words(part)


def entries(folder):
    """[title, address, text], pages first."""
    pages, names = [], []
    for path in sorted(folder.glob("*.xml")):
        for compound in xml.parse(path).iter("compounddef"):
            kind = compound.get("kind")
            if kind == "page":
                pages += sections(compound)
            elif kind in ("group", "struct"):
                text = words(compound.find("briefdescription"))
                names.append((compound.findtext("title") or
                              compound.findtext("compoundname"),
                              f"{compound.get('id')}.html", text))
                names += members(compound)
    return pages + names


def write(folder, path):
    found = [list(entry) for entry in entries(Path(folder))]
    text = json.dumps(found, separators=(",", ":"))
    Path(path).write_text(f"window.siteIndex={text};\n", "utf-8")
