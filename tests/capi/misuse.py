"""Misuse of the C++ face fails to compile, for the reason that is meant.

usage: misuse.py COMPILER SOURCE INCLUDE_DIR
"""

import os
import re
import subprocess
import sys

# What the compilers say of each, in their words: g++ or clang++.
COPIED = r"deleted|implicitly-deleted"
EXPECTED = {
    "COPY_STORE": COPIED,
    "ASSIGN_STORE": COPIED,
    "COPY_ISSUED": COPIED,
    "ASSIGN_ISSUED": COPIED,
    "COPY_CURSOR": COPIED,
    "STREAM_ISSUED": r"no match for .operator<<|invalid operands",
    "ISSUED_AS_TEXT": r"conversion from|no viable conversion",
    "VERDICT_AS_NUMBER": r"cannot convert|no viable conversion",
    "VERDICT_AS_BOOL": r"cannot convert|no viable conversion",
    "MIX_CODES": r"no match for .operator==|invalid operands",
    "REASON_AS_CODE": r"cannot convert|cannot initialize",
    "CREATE_WITH_POINTER": r"private|no matching",
    "IGNORE_VERDICT": r"nodiscard",
}


def compile_case(compiler, source, include_dir, standard, case):
    """The compiler's exit code and what it said; case None is the proper use."""
    command = [compiler, "-std=" + standard, "-fsyntax-only", "-Werror=unused-result",
               "-I", include_dir, source]
    if case:
        command.append("-D" + case)
    environment = dict(os.environ, LC_ALL="C")
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    return run.returncode, run.stderr


def main():
    compiler, source, include_dir = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        cases = re.findall(r"defined\((\w+)\)", file.read())
    failures = []
    if set(cases) != set(EXPECTED):
        failures.append("cases and expectations differ: "
                        + ", ".join(sorted(set(cases) ^ set(EXPECTED))))
    for standard in ("c++17", "c++20"):
        code, said = compile_case(compiler, source, include_dir, standard, None)
        if code != 0:
            failures.append(f"{standard}: the proper use does not compile:\n{said}")
    for case, reason in EXPECTED.items():
        code, said = compile_case(compiler, source, include_dir, "c++17", case)
        if code == 0:
            failures.append(f"{case} compiles")
        elif not re.search(reason, said):
            failures.append(f"{case} fails for another reason:\n{said}")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
