#!/usr/bin/env python3
"""The committed binary interface (capi/abi/) against the library and the header at hand.

usage: abi.py (symbols|constants|types|write) --library FILE --header FILE --baseline FOLDER
              [--version-script FILE]

symbols    the functions that the library exports, those that the header declares and the list
           symbols.txt are the same
constants  each constant of the header has the number of constants.txt, and none is missing there
types      abidiff finds no change but new functions; a struct that grows at its end is a change
           to be looked at, and then to be written into the baseline
write      writes the three files anew. The types are taken from a library that has the header's
           functions and nothing behind them, so that no internal type of the real one stands in
           the baseline; then the real one is held against it

Answers 0 if all is well, 1 with a line for each difference, 2 if the check itself cannot work.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SYMBOLS = "symbols.txt"
CONSTANTS = "constants.txt"
TYPES = "libtokenry.abi"

ABIDW = ["abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs",
         "--type-id-style", "hash"]


class CheckBroken(Exception):
    """The check could not be made."""


def run(command, accept=(0,)):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    except OSError as error:
        raise CheckBroken("%s cannot be run: %s" % (command[0], error.strerror)) from error
    if done.returncode not in accept:
        raise CheckBroken("%s failed: %s" % (command[0], done.stderr.strip()))
    return done


def preprocessed(header):
    compiler = os.environ.get("CC", "cc")
    return run([compiler, "-std=c99", "-E", "-P", str(header)]).stdout


def prototypes(header):
    """The declarations of the header's functions by name, without the semicolon."""
    found = {name: prototype.strip() for prototype, name in re.findall(
        r"^([a-z][\w\s*]*?\b(tokenry_\w+)\s*\([^;{}]*\))\s*;", preprocessed(header), re.MULTILINE)}
    if not found:
        raise CheckBroken("%s declares no function" % header)
    return found


def exported_symbols(library):
    """Names of all dynamic symbols that the library defines, but for the version's own name."""
    names = set()
    for line in run(["nm", "-D", "--defined-only", str(library)]).stdout.splitlines():
        fields = line.split()
        if len(fields) == 3 and fields[1] != "A":
            names.add(fields[2].split("@")[0])
    if not names:
        raise CheckBroken("%s exports nothing" % library)
    return names


def constants(header):
    """The enumerators of the header as lines "NAME number", in their order there."""
    names = []
    for body in re.findall(r"\benum\s+tokenry_\w+\s*\{([^}]*)\}", preprocessed(header)):
        names += re.findall(r"\b(TOKENRY_\w+)\b\s*(?==|,|$)", body.strip(), re.MULTILINE)
    if not names:
        raise CheckBroken("%s defines no constant" % header)
    prints = "".join('  printf("%s %%lld\\n", (long long)%s);\n' % (name, name) for name in names)
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "constants"
        source = program.with_suffix(".c")
        source.write_text('#include <stdio.h>\n#include "%s"\nint main(void) {\n%s  return 0;\n}\n'
                          % (Path(header).resolve(), prints))
        run([os.environ.get("CC", "cc"), "-std=c99", "-o", str(program), str(source)])
        return run([str(program)]).stdout.splitlines()


def lines_of(path):
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CheckBroken("%s cannot be read: %s" % (path, error.strerror)) from error


def differences(left_name, left, right_name, right):
    """A line for each entry that only one side has."""
    return (["%s is in %s, but not in %s" % (entry, left_name, right_name)
             for entry in sorted(set(left) - set(right))] +
            ["%s is in %s, but not in %s" % (entry, right_name, left_name)
             for entry in sorted(set(right) - set(left))])


def check_symbols(library, header, baseline):
    exported = exported_symbols(library)
    return (differences("the library", exported, "the header", prototypes(header)) +
            differences("the library", exported, SYMBOLS, lines_of(baseline / SYMBOLS)))


def check_constants(library, header, baseline):
    del library
    return differences("the header", constants(header), CONSTANTS, lines_of(baseline / CONSTANTS))


def check_types(library, header, baseline):
    del header  # given abidiff the headers, it would overlook changed structs
    # A library without debug information has no types to compare, and would always pass.
    sections = run(["readelf", "-S", "-W", str(library)]).stdout
    if ".debug_info" not in sections:
        raise CheckBroken("%s has no debug information" % library)
    done = run(["abidiff", "--no-added-syms", str(baseline / TYPES), str(library)],
               accept=range(0, 16))
    if done.returncode & 3:  # abidiff's own failures; 4 and 8 are changes
        raise CheckBroken("abidiff failed: %s" % (done.stderr + done.stdout).strip())
    return done.stdout.splitlines() if done.returncode else []


def build_face(header, soname, version_script, folder):
    """A library with the header's functions, all empty, and debug information."""
    bodies = []
    for prototype in prototypes(header).values():
        is_void = re.match(r"void\s+tokenry_", prototype) is not None
        bodies.append("%s { %s}\n" % (prototype, "" if is_void else "return 0; "))
    source = folder / "tokenry_face.c"
    source.write_text('#include "%s"\n%s' % (Path(header).resolve(), "".join(bodies)))
    library = folder / "libface.so"
    run([os.environ.get("CC", "cc"), "-std=c99", "-g", "-shared", "-fPIC", "-o", str(library),
         str(source)] + (["-Wl,-soname," + soname] if soname else []) +
        (["-Wl,--version-script=%s" % version_script] if version_script else []))
    return library


def write(library, header, baseline, version_script=None):
    (baseline / SYMBOLS).write_text("".join("%s\n" % name
                                            for name in sorted(exported_symbols(library))))
    (baseline / CONSTANTS).write_text("".join("%s\n" % line for line in constants(header)))
    dynamic = run(["readelf", "-W", "-d", str(library)]).stdout
    soname = re.search(r"\(SONAME\).*\[(.*)\]", dynamic)
    with tempfile.TemporaryDirectory() as folder:
        face = build_face(header, soname and soname.group(1), version_script, Path(folder))
        types = run(ABIDW + [str(face)]).stdout
    # Of a source file only the name: its folder is a matter of the machine that built it.
    (baseline / TYPES).write_text(re.sub(r" path='[^']*/([^'/]*)'", r" path='\1'", types))
    return check_symbols(library, header, baseline) + check_types(library, header, baseline)


ACTIONS = {"symbols": check_symbols, "constants": check_constants, "types": check_types,
           "write": write}


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=sorted(ACTIONS))
    for name in ("--library", "--header", "--baseline"):
        parser.add_argument(name, required=True, type=Path)
    parser.add_argument("--version-script", type=Path, help="for write alone")
    options = parser.parse_args(arguments)
    operands = [options.library, options.header, options.baseline]
    if options.action == "write":
        operands.append(options.version_script)
    try:
        found = ACTIONS[options.action](*operands)
    except CheckBroken as error:
        print("abi: %s" % error)
        return 2
    for line in found:
        print(line)
    if found and options.action != "write":
        print("If this is meant: ./dev abi-baseline, read the difference, commit it.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
