"""check: whether every page and every row of the store is as it must be."""

import os
import shutil
import subprocess

import pytest
from conftest import Cli
from test_terminal import on_terminal


def damage(cli, old, new):
    """Replaces bytes of the data file, wherever they stand."""
    path = cli.store + "/data.mdb"
    with open(path, "rb") as file:
        data = file.read()
    assert old in data and len(old) == len(new)
    with open(path, "r+b") as file:
        file.write(data.replace(old, new))


def test_a_whole_store(cli):
    assert cli.ok("check") == "0 tokens, 69 rows, no problem found\n"
    cli.create()
    # A token is a record, a details row and a label; the first of an owner makes the owner's row.
    assert cli.ok("check") == "1 token, 74 rows, no problem found\n"


def test_json(cli):
    cli.create()
    report = cli.json("check")
    pages = report.pop("page_count")
    assert pages > 10
    assert report == {"clean": True, "finding_count": 0, "findings": [], "rows_checked": True,
                      "token_count": 1, "row_count": 74}  # fmt: skip


def test_an_altered_row_is_named(cli):
    made = cli.create("root", "deploy-bot")
    damage(cli, b"deploy-bot", b"deploy-bat")
    result = cli.fails(5, "problem", "check")
    assert result.out.startswith("slot 0: the seal of details row 0 does not match")
    report = cli("--json", "check")
    assert report.code == 5 and report.error["code"] == "store_damaged"
    assert report.json["clean"] is False and report.json["rows_checked"] is True
    assert report.json["finding_count"] == len(report.json["findings"]) > 0
    cli.ok("revoke", made["id"])


@pytest.mark.parametrize("size", [0, 100, 4096, 20000])
def test_a_cut_file(cli, size):
    os.truncate(cli.store + "/data.mdb", size)
    result = cli.fails(5, "restore a backup", "check")
    assert result.out.count("\n") == 1
    assert cli("--json", "check").json["rows_checked"] is False


def test_what_keeps_it_from_looking(cli, tmp_path):
    Cli(tmp_path / "none").fails(5, "no store", "check")
    os.rename(cli.store + "/key", tmp_path / "key")
    result = cli.fails(5, "is missing", "check")
    assert result.out == ""
    assert "no problem found" in cli.ok("--key-file", str(tmp_path / "key"), "check")


def test_while_others_have_the_store_open(cli):
    made = cli.create()
    busy = subprocess.Popen(
        ["bash", "-c", 'for i in $(seq 12); do "$@" create root bot-$i --no-scopes; done', "-",
         os.environ["TOKENRY_CLI"], "--store", cli.store],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    while busy.poll() is None:
        assert "no problem found" in cli.ok("check")
    assert busy.returncode == 0
    assert cli.verify(made["token"]).code == 0


def test_no_bar_for_what_is_done_at_once(cli):
    code, seen = on_terminal(cli, "check").finish()
    assert code == 0 and seen.replace("\r\n", "\n") == "0 tokens, 69 rows, no problem found\n"


def test_a_head_that_was_kept_elsewhere(cli, tmp_path):
    made = cli.create()
    shutil.copytree(cli.store, tmp_path / "older")
    cli.ok("revoke", made["id"])
    head = cli.ok("log", "--head").strip()
    assert "no problem found" in cli.ok("check", "--head", head)
    older = Cli(str(tmp_path / "older"))
    assert "no problem found" in older.ok("check")
    result = older.fails(5, "1 problem", "check", "--head", head)
    assert "before the kept head" in result.out
    assert older("--json", "check", "--head", head).json["finding_count"] == 1


def test_a_head_that_is_none(cli, tmp_path):
    cli.fails(2, "a head is one line", "check", "--head", "nonsense")
    other = Cli(str(tmp_path / "other"))
    other.ok("init")
    cli.fails(2, "the head is of store", "check", "--head", other.ok("log", "--head").strip())
