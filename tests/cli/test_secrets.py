"""A token's text stands on create's standard output and nowhere else."""

import base64
import os
import pathlib
import subprocess

from conftest import PROGRAM, plain_environment


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


def test_the_process_leaves_no_core(cli):
    """While it waits for a token, the program allows no core dump and is not dumpable."""
    process = subprocess.Popen(
        [PROGRAM, "--store", cli.store, "verify"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=plain_environment(),
    )  # fmt: skip
    try:
        process.stdin.write(b"begun")
        process.stdin.flush()
        limits = ""
        for _ in range(1000):
            limits = pathlib.Path("/proc/%d/limits" % process.pid).read_text()
            (line,) = [line for line in limits.splitlines() if line.startswith("Max core")]
            if line.split()[4:6] == ["0", "0"]:
                break
            os.sched_yield()
        assert line.split()[4:6] == ["0", "0"], line
        # The kernel gives what belongs to a process that is not dumpable to root.
        owner = os.stat("/proc/%d/environ" % process.pid).st_uid
        assert owner == 0
    finally:
        process.communicate(b"\n")
    assert process.returncode == 1
