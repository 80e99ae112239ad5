"""Help, manual page and completion name the same commands and options, and the completion works."""

import re
import subprocess

import pytest
from conftest import PROGRAM, SOURCE_DIR, plain_environment, run

MANUAL = (SOURCE_DIR / "man" / "tokenry.1").read_text()
COMPLETION = SOURCE_DIR / "completion" / "tokenry.bash"
GLOBAL = {"--store", "--key-file", "--actor", "--json", "--help"}


def section(text, title):
    """The lines of a help text below a title, up to the next one."""
    found = re.search(r"^%s:\n((?:[ ].*\n|\n)*)" % title, text, re.M)
    return found.group(1) if found else ""


def help_of(command):
    result = run(*command, "--help")
    assert result.code == 0
    return result.out


def commands_in_help(command=()):
    names = re.findall(r"^  (\S+)", section(help_of(command), "Commands"), re.M)
    found = []
    for name in names:
        below = commands_in_help((*command, name))
        found += below or [(*command, name)]
    return found


def options_in_help(command):
    return set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", section(help_of(command), "Options"), re.M))


COMMANDS = commands_in_help()


def unquoted(text):
    """Text of the manual page without its font requests and escapes."""
    text = re.sub(r"\\f.|\\\(..", " ", text).replace("\\-", "-")
    return re.sub(r'^\.[A-Z]{1,2} |["]', "", text, flags=re.M)


def manual_sections():
    """The part of the manual page for each command."""
    body = re.split(r"^\.SH ", MANUAL, flags=re.M)
    (commands,) = [part for part in body if part.startswith("COMMANDS")]
    sections = {}
    for part in re.split(r"^\.SS ", commands, flags=re.M)[1:]:
        title, text = part.split("\n", 1)
        for name in title.split(", "):
            sections[tuple(name.split())] = text
    return sections


def options_in_manual(text):
    """Those that have a paragraph of their own, and those in the synopsis."""
    plain = unquoted(text)
    described = set(re.findall(r"^\.TP\n(?:-h , +)?(--[a-z-]+)", plain, re.M))
    synopsis = set(re.findall(r"--[a-z-]+", plain.split(".PP")[0]))
    return described, synopsis


def completion(function, command):
    script = 'source "$1"; "$2" "$3"; true'
    done = subprocess.run(
        ["bash", "-c", script, "-", str(COMPLETION), function, " ".join(command)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


def test_there_are_commands():
    assert len(COMMANDS) == 26 and ("owner", "delete") in COMMANDS and ("init",) in COMMANDS


def test_the_manual_has_a_section_for_each_command_and_no_other():
    assert sorted(manual_sections()) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_options_of_a_command(command):
    in_help = options_in_help(command) - {"--help"}
    described, synopsis = options_in_manual(manual_sections()[command])
    if command in (("suspend",), ("resume",)):
        described = synopsis = described - {"--dry-run"}
    assert described == in_help, "manual page"
    assert synopsis == in_help, "manual page, synopsis"
    assert set(completion("_tokenry_options", command)) == in_help, "completion"


def test_global_options():
    in_help = options_in_help(()) - {"--version"}
    assert in_help == GLOBAL
    body = re.split(r"^\.SH ", MANUAL, flags=re.M)
    (options,) = [part for part in body if part.startswith("OPTIONS\n")]
    described = set(re.findall(r"^\.TP\n(?:-h , +)?(--[a-z-]+)", unquoted(options), re.M))
    assert described == GLOBAL | {"--version"}
    assert completion("_tokenry_options", ()) == ["--version"]
    script = 'source "$1"; echo $_tokenry_global_options'
    done = subprocess.run(["bash", "-c", script, "-", str(COMPLETION)], capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert set(done.stdout.split()) == GLOBAL


def test_the_completion_knows_the_commands():
    found = []
    for name in completion("_tokenry_commands", ()):
        below = completion("_tokenry_commands", (name,))
        found += [(name, word) for word in below] or [(name,)]
    assert sorted(found) == sorted(COMMANDS)


def test_the_manual_lists_every_exit_code_status_and_variable():
    for code in range(6):
        assert re.search(r"^\.B %d$" % code, MANUAL, re.M), code
    for status in ("active", "not_yet_valid", "expired", "owner_suspended", "suspended", "revoked",
                   "tampered"):
        assert re.search(r"^\.B %s$" % status, MANUAL, re.M), status
    for variable in ("TOKENRY_STORE", "TOKENRY_CELLS_DIR", "XDG_DATA_HOME", "SUDO_USER",
                     "NO_COLOR"):
        assert re.search(r"^\.B %s$" % variable, MANUAL, re.M), variable


def test_help_fits_a_terminal_and_ends_its_lines():
    for command in [(), *COMMANDS]:
        text = help_of(command)
        assert text.endswith("\n") and "\t" not in text
        assert max(len(line) for line in text.splitlines()) <= 80, command


# ---- the completion at work


def complete(cli, *words):
    """What Tab proposes for the last word."""
    script = """
        source "$1"; shift
        compopt() { :; }
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _tokenry
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    line = [PROGRAM, "--store", cli.store, *words]
    done = subprocess.run(
        ["bash", "-c", script, "-", str(COMPLETION), *line],
        capture_output=True, text=True, check=True, env=plain_environment(),
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


@pytest.fixture(scope="module")
def filled(shared_cli):
    shared_cli.create("root", "deploy-bot")
    shared_cli.create("root", "backup")
    shared_cli.create("anna", "ci")
    return shared_cli


@pytest.mark.parametrize(
    "words, expected",
    [
        (["re"], ["resume", "revoke"]),
        (["owner", "re"], ["resume", "rename"]),
        (["scope", ""], ["list", "add"]),
        (["show", "root/"], ["root/backup", "root/deploy-bot"]),
        (["revoke", "anna/ci", "root/d"], ["root/deploy-bot"]),
        (["edit", "a"], ["anna/ci"]),
        (["create", "a"], ["anna"]),
        (["owner", "delete", "r"], ["root"]),
        (["edit", "root/backup", "--add"], ["--add-scope"]),
        (["create", "root", "x", "--scope", "edit-d"], ["edit-dns"]),
        (["create", "root", "x", "--scope", "kill-dns,edit-d"], ["kill-dns,edit-dns"]),
        (["create", "root", "x", "--scope", "=", "edit-d"], ["edit-dns"]),
        (["create", "root", "x", "--like", "root/d"], ["root/deploy-bot"]),
        (["create", "root", "x", "--as", "h"], ["header"]),
        (["owner", "set", "root", "--ceiling", "al"], ["all", "allow-shell"]),
        (["list", "--status", "exp"], ["expired"]),
        (["list", "--owner", "r"], ["root"]),
        (["list", "--sort", "l"], ["label"]),
        (["list", "--sort", "la"], ["label", "last-used"]),
        (["rot"], ["rotate"]),
        (["rotate", "root/d"], ["root/deploy-bot"]),
        (["rotate", "--finish", "anna"], ["anna/ci"]),
        (["rotate", "root/backup", "--ov"], ["--overlap"]),
        (["rotate", "root/backup", "--overlap", "2"], ["24h"]),
        (["rotate", "root/backup", "--as", "e"], ["env"]),
        (["create", "root", "x", "--allow-ip", "a"], ["any"]),
        (["edit", "root/backup", "--max-uses", ""], ["none"]),
        (["edit", "root/backup", "--rate", "n"], ["none"]),
        (["init", "--cat"], ["--catalog"]),
        (["init", "--catalog", "whm"], ["whm"]),
        (["verify", "--"], ["--scope", "--ip", "--store", "--key-file", "--actor", "--json",
                            "--help"]),
        (["list", "x"], []),
    ],
)  # fmt: skip
def test_completion(filled, words, expected):
    found = complete(filled, *words)
    assert found[: len(expected)] == expected and (expected or not found), found


def test_completion_without_a_store(tmp_path):
    from conftest import Cli

    cli = Cli(tmp_path / "none")
    assert complete(cli, "show", "root/") == []
    assert complete(cli, "sh") == ["show"]


def test_the_completion_is_registered():
    script = 'source "$1"; complete -p tokenry'
    done = subprocess.run(["bash", "-c", script, "-", str(COMPLETION)], capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert "-F _tokenry" in done.stdout
