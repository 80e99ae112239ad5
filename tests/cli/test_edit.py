"""edit: what it changes, from the next verification on, and what it leaves."""

import pytest


def test_json_is_the_token_as_it_is_then(cli):
    cli.create("root", "bot", "edit-dns", "--note", "old")
    answer = cli.json("edit", "root/bot", "--note", "new")
    assert answer["note"] == "new" and answer == cli.json("show", "root/bot")


def test_label(cli):
    token = cli.create()["token"]
    cli.ok("edit", "root/bot", "--label", "robot")
    assert cli.verify(token).json["label"] == "robot"
    assert cli("show", "root/bot").code == 3
    cli.create("root", "bot")


@pytest.mark.parametrize(
    "options, expected",
    [
        (["--scopes", "kill-dns"], ["kill-dns"]),
        (["--scopes", "kill-dns,edit-dns", "--scopes", "park-dns"],
         ["edit-dns", "kill-dns", "park-dns"]),
        (["--scopes", ""], []),
        (["--add-scope", "kill-dns"], ["create-dns", "edit-dns", "kill-dns"]),
        (["--add-scope", "edit-dns"], ["create-dns", "edit-dns"]),
        (["--remove-scope", "create-dns"], ["edit-dns"]),
        (["--remove-scope", "kill-dns"], ["create-dns", "edit-dns"]),
        (["--remove-scope", "create-dns,edit-dns"], []),
        (["--add-scope", "kill-dns", "--remove-scope", "kill-dns,edit-dns"], ["create-dns"]),
        (["--scopes", "kill-dns", "--add-scope", "park-dns", "--remove-scope", "kill-dns"],
         ["park-dns"]),
    ],
)  # fmt: skip
def test_scopes(cli, options, expected):
    token = cli.create(scopes="create-dns,edit-dns")["token"]
    assert sorted(cli.json("edit", "root/bot", *options)["scopes"]) == expected
    for scope in ("create-dns", "edit-dns", "kill-dns", "park-dns"):
        assert cli.verify(token, "--scope", scope).code == (0 if scope in expected else 1)


def test_expiry(cli):
    token = cli.create("root", "bot", "edit-dns", "--expires", "1d")["token"]
    assert cli.json("edit", "root/bot", "--expires", "2099-12-31")["expires_at"] == (
        "2099-12-31T23:59:59Z"
    )
    assert cli.json("edit", "root/bot", "--expires", "never")["expires_at"] is None
    assert cli.verify(token).code == 0


def test_not_before(cli):
    token = cli.create()["token"]
    cli.ok("edit", "root/bot", "--not-before", "1h")
    assert cli.verify(token).json["reason"] == "not_yet_valid"
    assert cli.json("edit", "root/bot", "--not-before", "never")["not_before"] is None
    assert cli.verify(token).code == 0


def test_note_can_be_removed(cli):
    cli.create("root", "bot", "edit-dns", "--note", "n")
    assert cli.json("edit", "root/bot", "--note", "")["note"] == ""


def test_by_id_and_by_text(cli):
    made = cli.create()
    assert cli.json("edit", made["id"], "--note", "a")["note"] == "a"
    assert cli.json("edit", "-", "--note", "b", stdin=made["token"])["note"] == "b"


def test_what_is_not_named_stays(cli):
    made = cli.create("root", "bot", "edit-dns", "--expires", "1d", "--note", "n")
    before = cli.json("show", "root/bot")
    after = cli.json("edit", "root/bot", "--label", "robot")
    assert after == {**before, "label": "robot"} and after["id"] == made["id"]


def test_dry_run_shows_and_changes_nothing(cli):
    token = cli.create(scopes="create-dns,edit-dns")["token"]
    before = cli.json("show", "root/bot")
    would = cli.json("edit", "root/bot", "--scopes", "kill-dns", "--label", "x", "--dry-run")
    assert (would["scopes"], would["label"]) == (["kill-dns"], "x")
    assert cli.json("show", "root/bot") == before
    assert cli.verify(token, "--scope", "edit-dns").code == 0
    text = cli.ok("edit", "root/bot", "--note", "x", "--dry-run")
    assert text.startswith("Nothing was changed.") and "Note:" in text


def test_dry_run_finds_what_is_wrong(cli):
    cli.create()
    cli.create("root", "other")
    cli.fails(4, "", "edit", "root/bot", "--label", "other", "--dry-run")


def test_nothing_to_change(cli):
    cli.create()
    cli.fails(2, "nothing to change", "edit", "root/bot")
    cli.fails(2, "nothing to change", "edit", "root/bot", "--dry-run")


@pytest.mark.parametrize(
    "options, code",
    [
        (["--scopes", "no-such"], 2),
        (["--add-scope", "edit-dsn"], 2),
        (["--remove-scope", "edit-dsn"], 2),
        (["--add-scope", "a,,b"], 2),
        (["--label", ""], 2),
        (["--label", "a/b"], 2),
        (["--label", "x" * 65], 2),
        (["--note", "n" * 1025], 2),
        (["--expires", "2001-01-01"], 2),
        (["--expires", "3mo"], 2),
        (["--expires", "1h", "--not-before", "2h"], 2),
        (["--label", "taken"], 4),
    ],
)
def test_wrong_changes_change_nothing(cli, options, code):
    cli.create()
    cli.create("root", "taken")
    before = cli.json("show", "root/bot")
    assert cli("edit", "root/bot", *options).code == code
    assert cli.json("show", "root/bot") == before


def test_missing_and_revoked(cli):
    cli.fails(3, "root/bot", "edit", "root/bot", "--note", "x")
    cli.create()
    cli.ok("revoke", "root/bot")
    cli.fails(4, "revoked", "edit", "root/bot", "--note", "x")


def test_new_escalating_scopes_are_warned_of(cli):
    cli.create("root", "bot", "passwd")
    assert "warning" not in cli("edit", "root/bot", "--note", "x").err
    assert "warning: scope all lets" in cli("edit", "root/bot", "--add-scope", "all").err
