"""A token's text stands on create's standard output and nowhere else."""

import base64
import os
import pathlib
import time

import pytest
from conftest import TIMEOUT_S


def test_no_command_shows_a_secret(cli):
    made = cli.create("root", "bot", "edit-dns", "--note", "n")
    token, secret = made["token"], made["token"][16:49]
    basic = base64.b64encode(("root:" + token).encode()).decode()
    said = ""
    commands = [
        (["verify"], token),
        (["verify", "--scope", "kill-dns"], "whm root:" + token),
        (["verify"], "whm nobody:" + token),
        (["verify"], "Basic " + basic),
        (["verify"], token[:-1]),
        (["verify"], token + token),
        (["show", "-"], token),
        (["show", "-"], token[:-1]),
        (["edit", "-", "--note", "x"], token),
        (["edit", "-", "--label", "a/b"], token),
        (["create", "root", "new", "--like", "-", "--out", cli.store + ".out"], token),
        (["suspend", "-"], token),
        (["resume", "-"], token),
        (["list"], ""),
        (["stat"], ""),
        (["owner", "list"], ""),
        (["show", "root/bot"], ""),
        (["revoke", "-"], "Authorization: whm root:" + token),
        (["suspend", "-"], token),
        (["purge", "-"], token),
        (["purge", "-"], token),
        (["show", "-"], "x" * 9000 + token),
    ]
    for arguments, stdin in commands:
        for json_option in ([], ["--json"]):
            result = cli(*json_option, *arguments, stdin=stdin)
            said += result.out + result.err
    assert said.count("\n") > len(commands)
    assert secret not in said and basic not in said


def test_the_store_holds_no_secret(cli):
    token = cli.create()["token"]
    files = [path for path in pathlib.Path(cli.store).rglob("*") if path.is_file()]
    assert len(files) >= 2
    for path in files:
        assert token[16:49].encode() not in path.read_bytes(), path


def core_limits(pid):
    """The soft and hard limit of core files, as words."""
    lines = pathlib.Path("/proc/%d/limits" % pid).read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("Max core file size")]
    return line.split()[4:6]


@pytest.mark.parametrize("command", [["verify"], ["show", "-"]])
def test_the_process_leaves_no_core(stranger, command):
    """While it waits for a token, the program allows no core dump and is not dumpable."""
    store = str(stranger.folder / "home" / "store")
    assert stranger("--store", store, "init").returncode == 0
    process = stranger.start("--store", store, *command)
    try:
        deadline = time.monotonic() + TIMEOUT_S
        # The kernel gives what belongs to a process that is not dumpable to root.
        while core_limits(process.pid) != ["0", "0"] or (
            os.stat("/proc/%d/environ" % process.pid).st_uid != 0
        ):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        process.communicate("nonsense\n", timeout=TIMEOUT_S)
    assert process.returncode == {"verify": 1, "show": 2}[command[0]]
