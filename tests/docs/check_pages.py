#!/usr/bin/env python3
"""Holds the documents against the project: links, and the tables of codes and verdicts.

usage: check_pages.py PROJECT_ROOT LIBRARY

Prints one line for each fault; answers 0 if there is none, 1 otherwise.
"""

import ctypes
import re
import sys
from pathlib import Path

import markdown

PAGES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/design.md", "docs/abi.md",
         "docs/guide.md", "docs/format.md")
REASONS = range(0, 19)
CODES = [0] + list(range(100, 120))


class Pages:
    """The documents of a tree, each split into blocks and prose."""

    def __init__(self, root):
        self.root = root
        self.prose = {}
        for name in PAGES:
            text = (root / name).read_text(encoding="utf-8")
            self.prose[name] = markdown.split(name, text)[1]


def link_faults(pages):
    faults = []
    for name, prose in pages.prose.items():
        for number, target in markdown.links(prose):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            other = (pages.root / name).parent / path if path else pages.root / name
            place = "%s:%d: " % (name, number)
            if not other.exists():
                faults.append(place + "no file " + target)
            elif anchor:
                _, prose_there = markdown.split(str(other), other.read_text(encoding="utf-8"))
                if anchor not in markdown.anchors(prose_there):
                    faults.append(place + "no heading " + target)
    return faults


def compare(what, documented, true):
    return (["%s: %s is not so" % (what, row) for row in documented if row not in true] +
            ["%s: %s is missing" % (what, row) for row in true if row not in documented])


def verdict_faults(pages, library):
    """The guide's table: reason, HTTP status."""
    true = [[library.tokenry_reason_name(reason).decode(),
             str(library.tokenry_reason_http_status(reason))] for reason in REASONS]
    rows = markdown.table_rows(pages.prose["docs/guide.md"], "reason")
    documented = [[row[0].strip("`"), row[1]] for row in rows]
    return compare("docs/guide.md, verdicts", documented, true)


def code_faults(pages, library):
    """The table of docs/abi.md: number, name."""
    true = [[str(code), library.tokenry_status_name(code).decode()] for code in CODES]
    rows = markdown.table_rows(pages.prose["docs/abi.md"], "code")
    documented = [[row[0], row[1].strip("`")] for row in rows]
    return compare("docs/abi.md, codes", documented, true)


def load(path):
    library = ctypes.CDLL(str(path))
    library.tokenry_reason_name.restype = ctypes.c_char_p
    library.tokenry_status_name.restype = ctypes.c_char_p
    return library


def check(root, library):
    pages = Pages(root)
    return link_faults(pages) + verdict_faults(pages, library) + code_faults(pages, library)


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        faults = check(Path(arguments[0]), load(arguments[1]))
    except (markdown.BadPage, OSError) as error:
        faults = [str(error)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
