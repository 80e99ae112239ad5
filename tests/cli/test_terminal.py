"""What a terminal sees: colour, questions, and no secret."""

import os
import pty
import select
import signal
import subprocess
import termios
import time

import pytest
from conftest import PROGRAM, TIMEOUT_S, plain_environment


class Terminal:
    """The program with a terminal as its standard input, output and error."""

    def __init__(self, *arguments, stdout=None, stdin=None, **environment):
        self.master, slave = pty.openpty()
        environment.setdefault("TERM", "xterm")
        self.process = subprocess.Popen(
            [PROGRAM, *arguments],
            stdin=slave if stdin is None else stdin,
            stdout=slave if stdout is None else stdout,
            stderr=slave,
            env=plain_environment(**environment),
            start_new_session=True,
        )
        self.slave = slave
        self.seen = ""

    def read_until(self, words):
        """Reads what the program writes until the words stand there."""
        deadline = time.monotonic() + TIMEOUT_S
        while words not in self.seen:
            assert time.monotonic() < deadline, self.seen
            self._read()
        return self.seen

    def _read(self, timeout=0.1):
        if select.select([self.master], [], [], timeout)[0]:
            self.seen += os.read(self.master, 65536).decode()
            return True
        return False

    def type(self, text):
        os.write(self.master, text.encode())

    def echo_is_on(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def wait_for_echo(self, wanted):
        deadline = time.monotonic() + TIMEOUT_S
        while self.echo_is_on() != wanted:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def finish(self):
        """Waits for the end; gives the exit code and all that stood on the terminal."""
        deadline = time.monotonic() + TIMEOUT_S
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.seen
            self._read()
        while self._read(0):
            pass
        os.close(self.slave)
        os.close(self.master)
        return self.process.returncode, self.seen


def on_terminal(cli, *arguments, **options):
    return Terminal("--store", cli.store, *arguments, **options)


# ---- colour


def test_colour_on_a_terminal(cli):
    cli.create()
    code, seen = on_terminal(cli, "list").finish()
    assert code == 0 and "\x1b[32mactive\x1b[0m" in seen


def test_alignment_is_the_same_with_colour(cli):
    cli.create("root", "bot")
    cli.create("root", "other-bot")
    cli.ok("suspend", "root/other-bot")
    plain = cli.ok("list").splitlines()
    _, seen = on_terminal(cli, "list").finish()
    for escape in ("\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m"):
        seen = seen.replace(escape, "")
    # "12 seconds ago" may have moved on.
    assert [line[:40] for line in seen.splitlines()] == [line[:40] for line in plain]


@pytest.mark.parametrize(
    "environment, coloured",
    [({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False), ({}, True)],
)
def test_colour_can_be_declined(cli, environment, coloured):
    cli.create()
    _, seen = on_terminal(cli, "list", **environment).finish()
    assert ("\x1b" in seen) == coloured


def test_no_colour_in_json_or_where_output_is_no_terminal(cli, tmp_path):
    cli.create()
    _, seen = on_terminal(cli, "--json", "list").finish()
    assert "\x1b" not in seen
    with open(tmp_path / "out", "wb") as out:
        on_terminal(cli, "list", stdout=out).finish()
    assert b"\x1b" not in (tmp_path / "out").read_bytes()


def test_stored_text_cannot_steer_the_terminal(cli):
    cli.create("root", "bot", "edit-dns")
    result = cli("edit", "root/bot", "--note", "a\x1b[31mb\u202ec")
    if result.code == 0:
        _, seen = on_terminal(cli, "show", "root/bot", NO_COLOR="1").finish()
        assert "\x1b" not in seen and "\u202e" not in seen and "a\\x1b[31mb" in seen
    else:
        assert result.code == 2


# ---- secrets


def test_verify_reads_a_line_without_echo(cli):
    token = cli.create()["token"]
    terminal = on_terminal(cli, "verify", "--scope", "edit-dns")
    terminal.read_until("Token or Authorization header (not shown): ")
    assert not terminal.echo_is_on()
    terminal.type("whm root:%s\n" % token)
    terminal.wait_for_echo(True)
    code, seen = terminal.finish()
    assert code == 0 and "allowed" in seen
    assert token not in seen and token[16:49] not in seen


def test_a_token_name_of_dash_reads_without_echo(cli):
    token = cli.create()["token"]
    terminal = on_terminal(cli, "revoke", "-")
    terminal.read_until("Token (not shown): ")
    assert not terminal.echo_is_on()
    terminal.type(token + "\n")
    code, seen = terminal.finish()
    assert code == 0 and "revoked" in seen and token[16:49] not in seen
    assert cli.status("root/bot") == "revoked"


def test_end_of_file_on_the_terminal_is_no_credentials(cli):
    terminal = on_terminal(cli, "verify")
    terminal.read_until("(not shown): ")
    terminal.type("\x04")
    code, seen = terminal.finish()
    assert code == 1 and "no_credentials" in seen


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_gives_the_echo_back(cli, number):
    terminal = on_terminal(cli, "verify")
    terminal.read_until("(not shown): ")
    assert not terminal.echo_is_on()
    terminal.process.send_signal(number)
    terminal.wait_for_echo(True)
    code, _ = terminal.finish()
    assert code == -number


def test_the_store_is_opened_before_the_question(cli, tmp_path):
    terminal = Terminal("--store", str(tmp_path / "none"), "verify")
    code, seen = terminal.finish()
    assert code == 5 and "not shown" not in seen


def test_create_prints_the_token_on_a_terminal_too(cli):
    code, seen = on_terminal(cli, "create", "root", "bot", "--scope", "edit-dns").finish()
    assert code == 0 and "tkry_" in seen and "copy it now" in seen


# ---- questions


@pytest.mark.parametrize("answer, code", [("y\n", 0), ("yes\n", 0), ("Y\n", 0), ("n\n", 2),
                                          ("\n", 2), ("\x04", 2), ("yess\n", 2)])  # fmt: skip
def test_deleting_an_owner_asks(cli, answer, code):
    token = cli.create()["token"]
    terminal = on_terminal(cli, "owner", "delete", "root")
    terminal.read_until("Delete owner root and revoke 1 token? [y/N] ")
    terminal.type(answer)
    ended, seen = terminal.finish()
    assert ended == code, seen
    assert cli.verify(token).code == (1 if code == 0 else 0)
    assert ("nothing was changed" in seen) == (code == 2)


def test_yes_does_not_ask(cli):
    cli.create()
    code, seen = on_terminal(cli, "owner", "delete", "root", "--yes").finish()
    assert code == 0 and "[y/N]" not in seen


def test_a_missing_owner_is_no_question(cli):
    code, seen = on_terminal(cli, "owner", "delete", "none").finish()
    assert code == 3 and "[y/N]" not in seen


@pytest.mark.parametrize("arguments", [["suspend", "root/bot"], ["revoke", "root/bot"],
                                       ["owner", "suspend", "root"]])  # fmt: skip
def test_single_changes_never_ask(cli, arguments):
    cli.create()
    code, seen = on_terminal(cli, *arguments).finish()
    assert code == 0 and "?" not in seen
