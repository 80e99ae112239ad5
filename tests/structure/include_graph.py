#!/usr/bin/env python3
"""Fails where an #include crosses the rooms in a direction that is not allowed.

usage: include_graph.py PROJECT_ROOT

Prints one line for each forbidden include; answers 0 if there is none, 1 otherwise, and 2 if the
tree holds nothing to look at.
"""

import posixpath
import re
import sys
from pathlib import Path

# The rooms of core/src in their order; each may include itself and what is named here.
CORE_ROOMS = {
    "base": [],
    "token": ["base"],
    "model": ["base"],
    "record": ["model", "base"],
    "storage": ["base"],
    "usage": ["model", "base"],
    "engine": ["usage", "storage", "record", "model", "token", "base"],
}

# Headers of other projects, by the beginning of their name, and the folders that may include them.
THIRD_PARTY = {
    "lmdb.h": ["core/src/storage"],
    "sodium": ["core/src/token", "core/src/engine"],
    "nlohmann/": ["bindings"],
    "CLI/": ["bindings/cli"],
    "gtest/": [],
    "gmock/": [],
    "valgrind/": ["core/src/token"],
}

# Folders of the C library and the kernel; any other <folder/header> must stand in THIRD_PARTY.
SYSTEM_FOLDERS = ["arpa", "linux", "net", "netinet", "sys"]

# The interface, which bindings stand on and which the core does not know.
PUBLIC_HEADERS = ["tokenry.h", "tokenry.hpp"]

SUFFIXES = {".c", ".cc", ".cpp", ".h", ".hpp", ".inc"}
DIRECTIVE = re.compile(r"^\s*#\s*include\b\s*(.*)$")
OPERAND = re.compile(r'^(?:<([^>]+)>|"([^"]+)")')


def source_files(root):
    """The sources of core, capi and bindings, as paths relative to root with '/' between."""
    found = []
    for top in ("core", "capi", "bindings"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                found.append(path.relative_to(root).as_posix())
    return found


def is_below(path, folder):
    return path.startswith(folder + "/")


def core_room_of(path):
    """The room of a file of the core, or None for a file elsewhere."""
    parts = path.split("/")
    return parts[2] if parts[:2] == ["core", "src"] and len(parts) > 3 else None


def room_of_header(header):
    """The room that an include "room/..." names, or None."""
    first, slash, _ = header.partition("/")
    return first if slash and first in CORE_ROOMS else None


def judge_third_party(path, header, is_angled):
    for beginning, folders in THIRD_PARTY.items():
        if header.startswith(beginning):
            if any(is_below(path, folder) for folder in folders):
                return None
            return "may be included below %s only" % (" or ".join(folders) or "tests")
    folder, slash, _ = header.partition("/")
    is_known = folder in SYSTEM_FOLDERS or room_of_header(header) is not None
    if is_angled and slash and not is_known:
        return "is of another project, which the table THIRD_PARTY must name"
    return None


def judge_core(path, header):
    room = core_room_of(path)
    if room is None:
        return "stands in no room: sources belong into core/src/ROOM"
    if room not in CORE_ROOMS:
        return "stands in the room %s, which the table CORE_ROOMS must name" % room
    target = room_of_header(header)
    if target is None:
        return "does not name its room: write \"room/file\""
    if target != room and target not in CORE_ROOMS[room]:
        return "is not allowed: %s may include %s" % (
            room, ", ".join([room] + CORE_ROOMS[room]))
    return None


def is_own_file(root, header, home, folders):
    """Whether header, sought in folders, is a file below home."""
    for folder in folders:
        target = posixpath.normpath(posixpath.join(folder, header))
        if is_below(target, home) and (root / target).is_file():
            return True
    return False


def judge_binding(root, path, header):
    host = "/".join(path.split("/")[:2])
    folders = (posixpath.dirname(path), host, host + "/src")
    if header in PUBLIC_HEADERS or is_own_file(root, header, host, folders):
        return None
    return "is not allowed: a binding stands on tokenry.h and tokenry.hpp alone"


def judge_capi(root, path, header):
    if is_below(path, "capi/src"):
        if room_of_header(header) or header in PUBLIC_HEADERS:
            return None
        if is_own_file(root, header, "capi/src", (posixpath.dirname(path), "capi/src")):
            return None
        return "is not allowed: capi/src may include the core, the interface and itself"
    if header in PUBLIC_HEADERS:
        return None
    return "is not allowed: the interface's headers include none but each other"


def judge_quoted(root, path, header):
    if path.startswith("core/"):
        return judge_core(path, header)
    if path.startswith("capi/"):
        return judge_capi(root, path, header)
    return judge_binding(root, path, header)


def judge(root, path, operand):
    """What is wrong with an include of the file at path, or None."""
    match = OPERAND.match(operand)
    if match is None:
        return "cannot be read: write <header> or \"room/file\""
    angled, quoted = match.groups()
    complaint = judge_third_party(path, angled or quoted, angled is not None)
    if complaint:
        return complaint
    if quoted is not None:
        return judge_quoted(root, path, quoted)
    if room_of_header(angled) or angled in PUBLIC_HEADERS:
        return judge_quoted(root, path, angled)
    return None


def check(root):
    """All complaints about the tree at root, a line each, and how many includes were read."""
    complaints = []
    count = 0
    for path in source_files(root):
        lines = (root / path).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            match = DIRECTIVE.match(line)
            if match is None:
                continue
            count += 1
            complaint = judge(root, path, match.group(1))
            if complaint:
                complaints.append("%s:%d: include of %s %s"
                                  % (path, number, match.group(1).strip(), complaint))
    return complaints, count


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    complaints, count = check(Path(arguments[0]))
    for line in complaints:
        print(line)
    if count == 0:
        print("no include was found below core, capi and bindings of %s" % arguments[0])
        return 2
    print("%d includes read, %d forbidden" % (count, len(complaints)))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
