"""What list, show and stat tell of uses."""

import datetime
import os
import pty
import re
import subprocess
import time

import pytest
from conftest import PROGRAM, TIMEOUT_S, plain_environment


def names(tokens):
    return [token["label"] for token in tokens]


def seconds_since(text):
    return time.time() - datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def wait_for_next_second():
    time.sleep(1.01 - time.time() % 1)


def test_never_used(cli):
    cli.create()
    shown = cli.json("show", "root/bot")
    assert shown["last_used_at"] is None and shown["last_used_ip"] is None
    assert (shown["use_count"], shown["denied_count"], shown["exercised_scopes"]) == (0, 0, [])
    text = cli.ok("show", "root/bot")
    assert re.search(r"^Last used: +never$", text, re.M)
    assert re.search(r"^Uses: +0, denied 0$", text, re.M) and "Exercised" not in text


def test_a_use(cli):
    token = cli.create(scopes="create-dns,edit-dns")["token"]
    assert cli.verify(token, "--scope", "edit-dns", "--ip", "192.0.2.7").code == 0
    shown = cli.json("show", "root/bot")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", shown["last_used_at"])
    assert -1 < seconds_since(shown["last_used_at"]) < 60
    assert shown["last_used_ip"] == "192.0.2.7" and shown["use_count"] == 1
    assert shown["exercised_scopes"] == ["edit-dns"]
    text = cli.ok("show", "root/bot")
    assert re.search(r"^Last used: +\S+Z \(.+\) from 192\.0\.2\.7$", text, re.M)
    assert re.search(r"^Uses: +1, denied 0$", text, re.M)
    assert re.search(r"^Exercised: +edit-dns$", text, re.M)
    (listed,) = cli.json("list")
    assert listed == {key: value for key, value in shown.items() if key != "note"}


@pytest.mark.parametrize(
    "given, shown",
    [("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:DB8:0::1", "2001:db8::1"),
     ("::1", "::1")],
)  # fmt: skip
def test_addresses_of_the_last_use(cli, given, shown):
    token = cli.create()["token"]
    cli.verify(token, "--ip", given)
    assert cli.json("show", "root/bot")["last_used_ip"] == shown


def test_a_later_use_without_an_address(cli):
    token = cli.create()["token"]
    cli.verify(token, "--ip", "192.0.2.7")
    wait_for_next_second()
    cli.verify(token)
    assert cli.json("show", "root/bot")["last_used_ip"] is None
    assert " from " not in cli.ok("show", "root/bot")


def test_denials_after_the_right_secret(cli):
    token = cli.create()["token"]
    cli.verify(token, "--scope", "kill-dns", "--ip", "192.0.2.7")
    cli.verify("whm nobody:" + token)
    cli.verify(token[:-1])
    cli.verify("nonsense")
    shown = cli.json("show", "root/bot")
    assert (shown["use_count"], shown["denied_count"]) == (0, 2)
    assert shown["last_used_at"] is None and shown["exercised_scopes"] == []


def test_exercised_scopes_add_up(cli):
    token = cli.create(scopes="create-dns,edit-dns,kill-dns")["token"]
    cli.verify(token)
    assert re.search(r"^Exercised: +none$", cli.ok("show", "root/bot"), re.M)
    cli.verify(token, "--scope", "kill-dns")
    cli.verify(token, "--scope", "create-dns,kill-dns")
    assert cli.json("show", "root/bot")["exercised_scopes"] == ["create-dns", "kill-dns"]


def test_an_address_that_is_none_counts_nothing(cli):
    token = cli.create()["token"]
    for address in ("192.0.2.7:443", "[::1]", "[::1]:443", "fe80::1%eth0", "localhost", " ::1", ""):
        cli.fails(2, "--ip: give an IPv4 or IPv6 address without a port", "verify", "--ip", address,
                  stdin=token)  # fmt: skip
    assert cli.json("show", "root/bot")["use_count"] == 0


def test_sort_by_last_use(cli):
    texts = {label: cli.create("root", label)["token"] for label in ("a", "b", "c", "d")}
    for label in ("c", "a"):
        cli.verify(texts[label])
        wait_for_next_second()
    used = names(cli.json("list", "--sort", "last-used"))
    assert sorted(used[:2]) == ["b", "d"] and used[2:] == ["c", "a"]
    assert names(cli.json("list", "--sort", "-last-used", "--limit", "2")) == ["a", "c"]
    cli.fails(2, "last-used", "list", "--sort", "used")


def test_the_column(cli):
    token = cli.create("root", "used")["token"]
    cli.create("root", "idle")
    cli.verify(token)
    lines = cli.ok("list").splitlines()
    column = lines[0].index("LAST USED")
    rows = {line.split()[1]: line[column:] for line in lines[1:]}
    assert re.match(r"(now|\d+ seconds? ago) ", rows["used"]) and rows["idle"].startswith("never ")


def on_terminal(cli, columns, *arguments):
    """What the program writes to a terminal of that width, in lines."""
    master, slave = pty.openpty()
    subprocess.run(["stty", "cols", str(columns)], stdin=slave, check=True)
    process = subprocess.Popen([PROGRAM, "--store", cli.store, *arguments], stdout=slave,
                               env=plain_environment(TERM="dumb"))  # fmt: skip
    os.close(slave)
    seen = b""
    try:
        while part := os.read(master, 65536):
            seen += part
    except OSError:  # the terminal's last user has gone
        pass
    os.close(master)
    assert process.wait(TIMEOUT_S) == 0
    return seen.decode().replace("\r\n", "\n").splitlines()


def test_the_table_fits_a_terminal(cli):
    token = cli.create("root", "deploy-bot", "create-dns,edit-dns,kill-dns", "--expires", "90d")
    cli.create("alice", "ci", "list-accts")
    cli.verify(token["token"])
    lines = on_terminal(cli, 80, "list")
    assert all(len(line) <= 80 for line in lines) and len(lines) == 3
    assert "LAST USED" in lines[0] and "CREATED" not in lines[0]
    assert lines[1].endswith("  list-accts") and lines[2].endswith("  3 scopes")
    wide = on_terminal(cli, 132, "list")
    assert "CREATED" in wide[0] and wide[2].endswith("  create-dns, kill-dns, edit-dns")
    assert all(len(line) <= 132 for line in wide)
    # What is no terminal gets all.
    assert cli.ok("list").splitlines()[0].split("  ")[-1] == "SCOPES"
    assert "CREATED" in cli.ok("list").splitlines()[0]


@pytest.mark.parametrize("columns", [1, 40, 79, 81, 100, 65535])
def test_any_width(cli, columns):
    cli.create("root", "deploy-bot", "create-dns,edit-dns,kill-dns")
    lines = on_terminal(cli, columns, "list")
    assert len(lines) == 2 and "root" in lines[1] and lines[0].endswith("SCOPES")


# ---- the cells


def test_stat_names_the_cells(cli, tmp_path):
    cells = tmp_path / "cells"
    cells.mkdir()
    token = cli.create()["token"]
    for command in (["verify"], ["stat"]):
        assert cli(*command, stdin=token, env={"TOKENRY_CELLS_DIR": str(cells)}).code == 0
    answer = cli.json("stat", env={"TOKENRY_CELLS_DIR": str(cells)})
    (file,) = cells.iterdir()
    assert answer["cells_path"] == str(file) and answer["cells_problem"] is None
    assert answer["cells_bytes"] == file.stat().st_size > 0
    text = cli.ok("stat", env={"TOKENRY_CELLS_DIR": str(cells)})
    assert re.search(r"^Usage cells: +%s, \d+ bytes$" % re.escape(str(file)), text, re.M)


def test_without_cells_stat_says_why(cli, tmp_path):
    nowhere = {"TOKENRY_CELLS_DIR": str(tmp_path / "none")}
    token = cli.create()["token"]
    limited = cli.create("root", "limited", "edit-dns", "--max-uses", "5")["token"]
    answer = cli.json("stat", env=nowhere)
    assert answer["cells_path"] is None and answer["cells_bytes"] == 0
    assert "No such file or directory" in answer["cells_problem"]
    text = cli.ok("stat", env=nowhere)
    assert re.search(r"^Usage cells: +none$", text, re.M)
    assert re.search(r"^Not counted: +cannot open %s/" % re.escape(str(tmp_path / "none")), text, re.M)
    # Nobody can count here: a token without limits works, one with a limit must not.
    assert cli("verify", stdin=token, env=nowhere).code == 0
    result = cli("verify", stdin=limited, env=nowhere)
    assert result.code == 5 and "unavailable" in result.out, result
    assert cli.json("show", "root/bot")["use_count"] == 0


def test_uses_survive_the_loss_of_the_cells(cli, tmp_path):
    """They were folded into the data file when the process that verified ended."""
    cells = tmp_path / "cells"
    cells.mkdir()
    token = cli.create()["token"]
    for _ in range(3):
        assert cli("verify", "--ip", "::1", stdin=token,
                   env={"TOKENRY_CELLS_DIR": str(cells)}).code == 0  # fmt: skip
    for file in cells.iterdir():
        file.unlink()
    shown = cli.json("show", "root/bot", env={"TOKENRY_CELLS_DIR": str(cells)})
    assert shown["use_count"] == 3 and shown["last_used_ip"] == "::1"


def test_processes_that_do_not_share_cells(cli, tmp_path):
    """As in containers: uses add up, a number of uses is exact, a rate is counted for each."""
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()

    def verify(token, i):
        env = {"TOKENRY_CELLS_DIR": str(folders[i % 2])}
        return cli("--json", "verify", stdin=token, env=env).json["reason"]

    token = cli.create("root", "bot", "edit-dns", "--max-uses", "7")["token"]
    reasons = [verify(token, i) for i in range(10)]
    assert reasons == ["ok"] * 7 + ["uses_exhausted"] * 3
    for folder in folders:
        shown = cli.json("show", "root/bot", env={"TOKENRY_CELLS_DIR": str(folder)})
        assert (shown["use_count"], shown["denied_count"], shown["uses_left"]) == (7, 3, 0)

    token = cli.create("root", "slow", "edit-dns", "--rate", "1/d")["token"]
    assert [verify(token, i) for i in range(4)] == ["ok", "ok", "rate_limited", "rate_limited"]


def test_a_rate_begins_full_in_new_cells(cli, tmp_path):
    env = {"TOKENRY_CELLS_DIR": str(tmp_path)}
    token = cli.create("root", "bot", "edit-dns", "--rate", "1/d")["token"]

    def reason():
        return cli("--json", "verify", stdin=token, env=env).json["reason"]

    assert [reason(), reason()] == ["ok", "rate_limited"]
    for file in tmp_path.glob("tokenry-*"):
        file.unlink()
    assert [reason(), reason()] == ["ok", "rate_limited"]
    assert cli.json("show", "root/bot", env=env)["use_count"] == 2
