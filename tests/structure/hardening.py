#!/usr/bin/env python3
"""Fails if a library lacks the protections that it is to be linked with.

usage: hardening.py LIBRARY

Looked for, with readelf: read-only relocations that are all resolved at load time (full RELRO), a
stack that cannot be executed, no text relocations, no search path of its own. Answers 0, or 1 with
a line for each fault, or 2 if the file cannot be read.
"""

import subprocess
import sys


def readelf(option, library):
    return subprocess.run(["readelf", "-W", option, library], check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


def faults(library):
    segments = [line.split() for line in readelf("-l", library).splitlines()]
    dynamic = readelf("-d", library)
    found = []
    if not any(fields[:1] == ["GNU_RELRO"] for fields in segments):
        found.append("no GNU_RELRO segment: relocated data stays writable")
    if not any("BIND_NOW" in line or ("(FLAGS_1)" in line and "NOW" in line.split())
               for line in dynamic.splitlines()):
        found.append("not bound at load time: the table of functions stays writable")
    stack = [fields for fields in segments if fields[:1] == ["GNU_STACK"]]
    if not stack or any("E" in flag for fields in stack for flag in fields[6:-1]):
        found.append("the stack may be executed")
    if "(TEXTREL)" in dynamic:
        found.append("relocations in the code")
    if "(RPATH)" in dynamic or "(RUNPATH)" in dynamic:
        found.append("a search path for libraries is built in")
    return found


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        found = faults(arguments[0])
    except (OSError, subprocess.CalledProcessError) as error:
        print("hardening: %s cannot be examined: %s" % (arguments[0], error))
        return 2
    for line in found:
        print("%s: %s" % (arguments[0], line))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
