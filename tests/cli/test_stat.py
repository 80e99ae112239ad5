"""stat: counts, facts, and what it says of a changed file."""

import pathlib

COUNTS = ["owner_count", "active_count", "not_yet_valid_count", "expired_count",
          "owner_suspended_count", "suspended_count", "revoked_count", "tampered_count"]  # fmt: skip


def test_counts(cli):
    cli.create("root", "a")
    cli.create("root", "b")
    cli.ok("suspend", "root/b")
    cli.create("root", "c", "edit-dns", "--not-before", "1h")
    cli.create("root", "d")
    cli.ok("revoke", "root/d")
    cli.create("anna", "a")
    cli.ok("owner", "suspend", "anna")
    answer = cli.json("stat")
    assert [answer[key] for key in COUNTS] == [2, 1, 1, 0, 1, 1, 1, 0]
    assert answer["scope_count"] == 64 and answer["prefix"] == "tkry"
    assert answer["format_version"] == "1.1"
    assert answer["sealed"] is True and answer["tampered_first"] is None
    assert answer["slot_count"] == 5 and answer["free_slot_count"] == 0


def test_json_keys_in_order(cli):
    assert list(cli.json("stat")) == [
        "store_id", "format_version", "prefix", "sealed", "frozen", "scope_count", *COUNTS,
        "tampered_first", "slot_count", "free_slot_count", "map_size_bytes", "used_bytes",
        "data_file_bytes", "reader_count", "reader_limit", "transaction_id", "cells_path",
        "cells_bytes", "cells_problem",
    ]  # fmt: skip


def test_for_people(cli):
    cli.create()
    text = cli.ok("stat")
    assert "sealed, all intact" in text and cli.store in text
    assert "Active tokens:    1\n" in text


def test_unsealed_says_so(tmp_path):
    from conftest import Cli

    cli = Cli(tmp_path / "store")
    cli.ok("init", "--unsealed")
    assert "not sealed" in cli.ok("stat")
    assert cli.json("stat")["sealed"] is False


def tamper(cli, made):
    """Changes the stored label of the token in the data file."""
    path = pathlib.Path(cli.store) / "data.mdb"
    data = path.read_bytes()
    assert made["label"].encode() in data
    path.write_bytes(data.replace(made["label"].encode(), b"X" * len(made["label"])))


def test_a_changed_row_is_told(cli):
    made = cli.create("root", "a-label-that-stands-alone")
    tamper(cli, made)
    result = cli("stat")
    assert result.code == 5, result
    assert "TAMPERED" in result.out and "changed without its key" in result.err
    result = cli("--json", "stat")
    assert result.code == 5 and result.error["code"] == "tampered"
    assert result.json["tampered_count"] >= 1 and result.json["tampered_first"]


def test_a_token_of_changed_rows_is_shown_and_can_be_stopped(cli):
    cli.create("root", "other")
    made = cli.create("root", "changed", "edit-dns", "--note", "a-note-that-stands-alone")
    path = pathlib.Path(cli.store) / "data.mdb"
    path.write_bytes(path.read_bytes().replace(b"a-note-that", b"a-NOTE-that"))
    (shown,) = cli.json("list", "--status", "tampered")
    assert (shown["id"], shown["owner"], shown["label"]) == (made["id"], "root", "changed")
    assert cli("show", made["id"]).code == 5
    # Only its details changed, so that verification goes on by the record: stop it by that.
    cli.ok("owner", "suspend", "root")
    assert cli("verify", stdin=made["token"]).out.startswith("denied: owner_suspended")
    cli.ok("owner", "resume", "root")
    cli.ok("revoke", made["id"])
    assert cli("verify", stdin=made["token"]).out.startswith("denied: revoked")
    cli.ok("purge", made["id"])
    assert cli.json("stat")["tampered_count"] == 0
