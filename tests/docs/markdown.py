"""The few parts of Markdown that the checks of the documents look at."""

import re

FENCE = re.compile(r"^(`{3,})\s*(.*)$")


class BadPage(Exception):
    """A page that cannot be read as its writer meant it."""


class Block:
    """A fenced code block: its language, the words after it, its text and where it stands."""

    def __init__(self, page, line, info):
        words = info.split()
        self.language = words[0] if words else ""
        self.words = words[1:]
        self.place = "%s:%d" % (page, line)
        self.lines = []

    @property
    def text(self):
        return "".join(line + "\n" for line in self.lines)


def split(page, text):
    """The code blocks of a page, and the page's other lines as pairs of number and line."""
    blocks = []
    prose = []
    block = None
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        match = FENCE.match(line)
        if block is None and match:
            fence = match.group(1)
            block = Block(page, number, match.group(2))
        elif block is None:
            prose.append((number, line))
        elif line == fence:
            blocks.append(block)
            block = None
        else:
            block.lines.append(line)
    if block is not None:
        raise BadPage("%s: the code block is not closed" % block.place)
    return blocks, prose


def anchors(prose):
    """The anchors of a page's headings, as GitHub makes them."""
    found = set()
    for _, line in prose:
        match = re.match(r"^#{1,6}\s+(.*?)\s*$", line)
        if match:
            words = re.sub(r"[^\w\- ]", "", match.group(1).lower())
            found.add(words.replace(" ", "-"))
    return found


def links(prose):
    """All [text](target) as pairs of line number and target."""
    return [(number, target) for number, line in prose
            for target in re.findall(r"\]\(([^)\s]+)\)", line)]


def table_rows(prose, heading):
    """The rows of the table whose first cell in the head is heading, as lists of cells."""
    rows = []
    inside = False
    for _, line in prose:
        if not line.startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0] == heading:
            inside = True
        elif inside and not re.match(r"^:?-+:?$", cells[0]):
            rows.append(cells)
    return rows
