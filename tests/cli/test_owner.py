"""owner: list, show, set, suspend, resume, rename, delete."""

import pytest

KEYS = ["name", "suspended", "ceiling_everything", "ceiling", "token_count", "created_at",
        "created_by"]  # fmt: skip


def test_shape(cli):
    cli.create()
    shown = cli.json("owner", "show", "root")
    assert list(shown) == KEYS and shown.pop("created_at").endswith("Z")
    assert shown == {
        "name": "root", "suspended": False, "ceiling_everything": True,
        "ceiling": shown["ceiling"], "token_count": 1, "created_by": "tester",
    }  # fmt: skip
    (listed,) = cli.json("owner", "list")
    assert listed == cli.json("owner", "show", "root")


def test_list_is_by_name(cli):
    for owner in ("zoe", "anna", "root"):
        cli.create(owner)
    assert [owner["name"] for owner in cli.json("owner", "list")] == ["anna", "root", "zoe"]
    lines = cli.ok("owner", "list").splitlines()
    assert [line.split()[0] for line in lines] == ["OWNER", "anna", "root", "zoe"]


def test_empty_list(cli):
    assert cli.ok("--json", "owner", "list") == "[]\n"
    result = cli("owner", "list")
    assert result.code == 0 and result.out == "" and "no owners" in result.err


def test_for_people(cli):
    cli.create()
    cli.ok("owner", "set", "root", "--ceiling", "create-dns,edit-dns")
    text = cli.ok("owner", "show", "root")
    assert "Ceiling:  create-dns, edit-dns\n" in text and "Tokens:   1\n" in text


def test_a_ceiling_narrows_at_once_and_can_be_lifted(cli):
    token = cli.create(scopes="create-dns,edit-dns")["token"]
    answer = cli.json("owner", "set", "root", "--ceiling", "edit-dns,kill-dns")
    assert sorted(answer["ceiling"]) == ["edit-dns", "kill-dns"] and not answer["ceiling_everything"]
    assert cli.verify(token, "--scope", "create-dns").code == 1
    shown = cli.json("show", "root/bot")
    assert shown["scopes"] == ["create-dns", "edit-dns"]
    assert shown["effective_scopes"] == ["edit-dns"]
    assert "Effective" in cli.ok("show", "root/bot")
    assert cli.json("owner", "set", "root", "--ceiling", "all")["ceiling_everything"] is True
    assert cli.verify(token, "--scope", "create-dns").code == 0


def test_set_makes_a_missing_owner(cli):
    assert cli.json("owner", "set", "anna", "--ceiling", "edit-dns")["token_count"] == 0
    assert cli.create("anna", "bot", "all")["effective_scopes"] == ["edit-dns"]


def test_an_empty_ceiling_allows_nothing(cli):
    token = cli.create()["token"]
    answer = cli.json("owner", "set", "root", "--ceiling", "")
    assert answer["ceiling"] == [] and answer["ceiling_everything"] is False
    assert cli.verify(token, "--scope", "edit-dns").code == 1


def test_all_means_no_limit_also_where_no_scope_is_called_so(tmp_path):
    from conftest import Cli

    cli = Cli(tmp_path / "store")
    cli.ok("init")
    cli.ok("scope", "add", "x", "--group", "g", "--text", "t")
    assert cli.json("owner", "set", "root", "--ceiling", "all")["ceiling_everything"] is True
    assert cli("owner", "set", "root", "--ceiling", "all,x").code == 2


def test_unknown_scope_in_a_ceiling(cli):
    cli.create()
    cli.fails(2, "edit-dns", "owner", "set", "root", "--ceiling", "edit-dsn")
    assert cli.json("owner", "show", "root")["ceiling_everything"] is True


def test_suspend_and_resume(cli):
    token = cli.create()["token"]
    assert cli.json("owner", "suspend", "root")["suspended"] is True
    assert cli.verify(token).json["reason"] == "owner_suspended"
    cli.ok("owner", "suspend", "root")
    assert "suspended" in cli.ok("owner", "list")
    assert cli.json("owner", "resume", "root")["suspended"] is False
    assert cli.verify(token).code == 0
    cli.ok("owner", "resume", "root")


def test_rename(cli):
    token = cli.create()["token"]
    assert cli.json("owner", "rename", "root", "admin")["name"] == "admin"
    assert cli.verify(token).json["owner"] == "admin"
    assert cli("owner", "show", "root").code == 3
    assert cli.status("admin/bot") == "active"


def test_rename_conflicts(cli):
    cli.create("root")
    cli.create("anna")
    result = cli("--json", "owner", "rename", "root", "anna")
    assert result.code == 4 and result.error["code"] == "conflict"
    assert cli("owner", "rename", "root", "bad name").code == 2
    assert cli.status("root/bot") == "active"


def test_delete_needs_yes_without_a_terminal(cli):
    token = cli.create()["token"]
    cli.fails(2, "--yes", "owner", "delete", "root")
    cli.fails(2, "--yes", "owner", "delete", "root", stdin="yes\n")
    assert cli.verify(token).code == 0


def test_delete(cli):
    made = [cli.create("root", label) for label in ("a", "b", "c")]
    cli.ok("revoke", "root/c")
    answer = cli.json("owner", "delete", "root", "--yes")
    assert answer == {"deleted": "root", "revoked_count": 2}
    assert cli("owner", "show", "root").code == 3
    for token in made:
        assert cli.verify(token["token"]).code == 1


def test_delete_for_people(cli):
    cli.create()
    assert cli.ok("owner", "delete", "root", "--yes") == "deleted: root, 1 token revoked\n"


@pytest.mark.parametrize(
    "arguments",
    [["show", "none"], ["suspend", "none"], ["resume", "none"], ["rename", "none", "other"],
     ["delete", "none"], ["delete", "none", "--yes"]],
)  # fmt: skip
def test_missing_owners(cli, arguments):
    result = cli("--json", "owner", *arguments)
    assert result.code == 3 and result.error["code"] == "not_found", result


@pytest.mark.parametrize("owner", ["", "a b", "a/b", "a" * 129, "é"])
def test_bad_names(cli, owner):
    assert cli("owner", "set", owner, "--ceiling", "all").code == 2
    assert cli.json("owner", "list") == []
