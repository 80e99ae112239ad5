"""backup: a copy of the store while it is in use."""

import os
import stat

from conftest import Cli
from test_terminal import on_terminal


def mode_of(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_a_backup_is_a_store_with_its_key(cli, tmp_path):
    made = cli.create()
    gone = cli.create("root", "gone")
    cli.ok("revoke", "root/gone")
    said = cli.ok("backup", str(tmp_path / "copy"))
    size = os.path.getsize(tmp_path / "copy" / "data.mdb")
    assert said == "Backed up %s to %s, %d bytes of data and the key: keep it as safe as the store.\n" % (
        cli.store, tmp_path / "copy", size)  # fmt: skip
    assert sorted(os.listdir(tmp_path / "copy")) == ["data.mdb", "key"]
    assert mode_of(tmp_path / "copy") == 0o700
    assert mode_of(tmp_path / "copy" / "data.mdb") == mode_of(tmp_path / "copy" / "key") == 0o600
    copy = Cli(tmp_path / "copy")
    assert copy.verify(made["token"]).code == 0
    assert copy.verify(gone["token"]).json["reason"] == "revoked"
    assert "no problem found" in copy.ok("check")


def test_without_its_key_it_opens_with_the_stores(cli, tmp_path):
    made = cli.create()
    said = cli.ok("backup", str(tmp_path / "copy"), "--without-key")
    assert "without its key" in said and "keep the key elsewhere" in said
    assert os.listdir(tmp_path / "copy") == ["data.mdb"]
    copy = Cli(tmp_path / "copy")
    copy.fails(5, "is missing", "stat")
    assert copy("--key-file", cli.store + "/key", "verify", stdin=made["token"]).code == 0


def test_json(cli, tmp_path):
    answer = cli.json("backup", str(tmp_path / "copy"))
    size = os.path.getsize(tmp_path / "copy" / "data.mdb")
    assert answer == {"backup": str(tmp_path / "copy"), "has_key": True, "data_bytes": size}
    assert cli.json("backup", str(tmp_path / "data"), "--without-key")["has_key"] is False


def test_an_unsealed_store_has_no_key(tmp_path):
    cli = Cli(tmp_path / "open")
    cli.ok("init", "--unsealed")
    assert cli.ok("backup", str(tmp_path / "copy")).endswith("; the store has no key.\n")
    assert "no problem found" in Cli(tmp_path / "copy").ok("check")


def test_what_is_there_is_left_alone(cli, tmp_path):
    (tmp_path / "copy").mkdir()
    cli.fails(4, "exists", "backup", str(tmp_path / "copy"))
    assert os.listdir(tmp_path / "copy") == []
    cli.fails(5, "cannot make a directory", "backup", str(tmp_path / "none" / "copy"))
    assert sorted(os.listdir(tmp_path)) == ["copy", "store"]


def test_it_needs_a_directory(cli):
    cli.fails(2, "DIR", "backup")
    cli.fails(2, "", "backup", "")


def test_a_key_that_was_moved_away_is_said_with_the_option_that_helps(cli, tmp_path):
    os.rename(cli.store + "/key", tmp_path / "key")
    cli.fails(5, "is missing", "backup", str(tmp_path / "copy"))
    cli.ok("--key-file", str(tmp_path / "key"), "backup", str(tmp_path / "copy"))
    assert (tmp_path / "copy" / "key").read_text() == (tmp_path / "key").read_text()


def test_no_bar_for_what_is_done_at_once(cli, tmp_path):
    code, seen = on_terminal(cli, "backup", str(tmp_path / "copy")).finish()
    assert code == 0 and "[=" not in seen and "\x1b" not in seen
