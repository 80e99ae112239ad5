#!/usr/bin/env python3
"""Does what a page of the documents shows, block by block, as a reader would who pastes it.

usage: run_page.py PAGE, with the settings in the environment (see Settings)

A block's language says what becomes of it:

  c, cpp, python, json, conf   written to the file that the fence names after the language
  sh                           run by bash with -euo pipefail, all of a page's in one shell;
                               "exit=N" after the language: the block must end with N
  prints                       what the sh block before it must have printed on standard output
  text, console, cmake         to be read only

Tokenry is installed below a folder of its own first; the shell finds it by PATH, PKG_CONFIG_PATH
and LD_LIBRARY_PATH alone, and `curl` is a stand-in that judges the header it is to send.
"""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import markdown

FILES = {"c", "cpp", "python", "json", "conf"}
READ_ONLY = {"text", "console", "cmake"}
MARK = "tokenry-docs-block"

# A server's part in the examples: the request must go over TLS, and its credentials must be good.
CURL = """#!/usr/bin/env bash
set -euo pipefail
header='' url=''
while (($#)); do
  case $1 in
    -H) header=$2; shift ;;
    https://*) url=$1 ;;
    -s | -sS | --fail) ;;
    *) echo "curl: unexpected argument $1" >&2; exit 2 ;;
  esac
  shift
done
[[ $url ]] || { echo 'curl: no https URL' >&2; exit 2; }
[[ $header == @* ]] && header=$(<"${header#@}")
[[ $header == Authorization:* ]] || { echo 'curl: no Authorization header' >&2; exit 2; }
printf '%s' "$header" | tokenry verify
"""


class Settings:
    """What CMake tells about the build under test."""

    def __init__(self):
        self.build = Path(os.environ["TOKENRY_TEST_BUILD"])
        self.libdir = os.environ["TOKENRY_TEST_LIBDIR"]
        self.cmake = os.environ["TOKENRY_TEST_CMAKE"]
        self.cc = os.environ["TOKENRY_TEST_CC"]
        self.cxx = os.environ["TOKENRY_TEST_CXX"]
        self.python = os.environ["TOKENRY_TEST_PYTHON"]


def script_of(blocks, folder):
    """Writes the files of the page; gives the shell's script and what its blocks must print."""
    script = ["set -euo pipefail"]
    expected = []
    count = 0
    previous = None
    for block in blocks:
        if block.language in FILES:
            if len(block.words) != 1 or "/" in block.words[0]:
                raise markdown.BadPage("%s: the fence must name one file" % block.place)
            (folder / block.words[0]).write_text(block.text)
        elif block.language == "sh":
            script += shell_step(block)
            count += 1
        elif block.language == "prints":
            if previous is None or previous.language != "sh":
                raise markdown.BadPage("%s: no sh block stands before it" % block.place)
            expected.append((count - 1, block))
        elif block.language not in READ_ONLY:
            raise markdown.BadPage("%s: unknown language \"%s\"" % (block.place, block.language))
        previous = block
    if count == 0:
        raise markdown.BadPage("the page has no sh block, so nothing would be tested")
    return "".join(line + "\n" for line in script), expected


def shell_step(block):
    """The script of one sh block. Its end is marked on standard output."""
    end = ["printf '%%s\\n' %s" % MARK]
    said = ["echo \"at %s\" >&2" % block.place]
    if not block.words:
        return said + block.lines + end
    word = block.words[0]
    if len(block.words) != 1 or not word.startswith("exit=") or not word[5:].isdigit():
        raise markdown.BadPage("%s: after sh only exit=N may stand" % block.place)
    # A subshell, so that its failure ends the block and not the page.
    return said + ["set +e", "(", "set -e"] + block.lines + [
        ")", "status=$?", "set -e",
        "((status == %s)) || { echo \"ended with $status, not %s\" >&2; exit 1; }"
        % (word[5:], word[5:])] + end


def compiler(path, command):
    path.write_text("#!/bin/sh\nexec %s \"$@\"\n" % command)


def make_programs(folder, settings):
    """The programs that a page may name but that are not as on a reader's machine."""
    folder.mkdir()
    compiler(folder / "cc", settings.cc + " -Wall -Wextra -Werror")
    compiler(folder / "c++", settings.cxx + " -Wall -Wextra -Werror")
    compiler(folder / "python3", settings.python)
    (folder / "curl").write_text(CURL)
    for program in folder.iterdir():
        program.chmod(program.stat().st_mode | stat.S_IXUSR)


def environment(folder, settings):
    prefix = folder / "prefix"
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TMPDIR", "TOKENRY_CELLS_DIR")
            if name in os.environ}
    return {
        **kept,
        "HOME": str(folder / "home"),
        "NO_COLOR": "1",
        "PATH": "%s:%s:%s" % (folder / "programs", prefix / "bin", "/usr/local/bin:/usr/bin:/bin"),
        "PKG_CONFIG_PATH": str(prefix / settings.libdir / "pkgconfig"),
        "LD_LIBRARY_PATH": str(prefix / settings.libdir),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def check_printed(output, expected):
    printed = output.split(MARK + "\n")
    for index, block in expected:
        if printed[index] != block.text:
            raise markdown.BadPage("%s: the block before it printed:\n%s"
                                   % (block.place, printed[index]))


def run_page(page, settings, folder):
    blocks, _ = markdown.split(page.name, page.read_text(encoding="utf-8"))
    work = folder / "work"
    (folder / "home").mkdir()
    work.mkdir()
    script, expected = script_of(blocks, work)
    subprocess.run([settings.cmake, "--install", settings.build, "--prefix", folder / "prefix"],
                   check=True, stdout=subprocess.DEVNULL)
    make_programs(folder / "programs", settings)
    done = subprocess.run([shutil.which("bash"), "-c", script], cwd=work, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=environment(folder, settings), check=False)
    if done.returncode != 0:
        raise markdown.BadPage("a block failed with %d:\n%s%s"
                               % (done.returncode, done.stdout, done.stderr))
    check_printed(done.stdout, expected)
    return len(blocks)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="tokenry-docs-") as folder:
        try:
            count = run_page(Path(arguments[0]), Settings(), Path(folder))
        except markdown.BadPage as error:
            print(error)
            return 1
    print("%d blocks are well" % count)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
