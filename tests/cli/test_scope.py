"""scope list and scope add."""

import pytest

ADD = ["--group", "G", "--text", "T"]


def test_whm_has_its_64_scopes(cli):
    scopes = cli.json("scope", "list")
    assert len(scopes) == 64 == len({scope["name"] for scope in scopes})
    assert list(scopes[0]) == ["name", "group", "text", "everything", "escalates"]
    by_name = {scope["name"]: scope for scope in scopes}
    assert [name for name in by_name if by_name[name]["everything"]] == ["all"]
    assert sorted(name for name in by_name if by_name[name]["escalates"]) == [
        "all", "create-user-session", "manage-api-tokens", "passwd",
    ]  # fmt: skip
    assert by_name["edit-dns"]["text"] == "Edit DNS Zones"
    assert all(scope["group"] and scope["text"] for scope in scopes)


def test_table(cli):
    lines = cli.ok("scope", "list").splitlines()
    assert lines[0].split() == ["NAME", "GROUP", "TEXT", "FLAGS"] and len(lines) == 65
    (line,) = [line for line in lines if line.startswith("all ")]
    assert line.endswith("everything, escalates")
    assert [line for line in lines if line != line.rstrip()] == [], "an empty last cell adds no spaces"


def test_wide_characters_keep_the_columns(cli):
    cli.ok("scope", "add", "wide", "--group", "漢字é", "--text", "MARK")
    cli.ok("scope", "add", "narrow", "--group", "abcde", "--text", "MARK")
    lines = cli.ok("scope", "list").splitlines()[-2:]
    # Two of the five characters of the first group take two columns each.
    assert lines[0].startswith("wide") and lines[1].startswith("narrow")
    assert lines[0].index("MARK") + 2 == lines[1].index("MARK")


def test_add(cli):
    answer = cli.json("scope", "add", "zones:edit", "--group", "DNS", "--text", "Edit é")
    assert answer == {
        "name": "zones:edit", "group": "DNS", "text": "Edit é", "everything": False,
        "escalates": False,
    }  # fmt: skip
    assert cli.json("scope", "list")[-1] == answer
    assert cli.verify(cli.create(scopes="zones:edit")["token"], "--scope", "zones:edit").code == 0


def test_add_for_people(cli):
    assert cli.ok("scope", "add", "x", *ADD) == "added: x\n"


def test_everything_contains_scopes_added_later(cli):
    token = cli.create(scopes="all")["token"]
    cli.ok("scope", "add", "later", *ADD)
    assert cli.verify(token, "--scope", "later").code == 0


def test_flags(cli):
    cli.ok("scope", "add", "god", *ADD, "--everything", "--escalates")
    result = cli("create", "root", "bot", "--scope", "god")
    assert "warning: scope god lets" in result.err
    assert cli.verify(result.out, "--scope", "kill-dns").code == 0


@pytest.mark.parametrize("name", ["edit-dns", "EDIT-DNS", "Edit-Dns"])
def test_taken_names(cli, name):
    result = cli("--json", "scope", "add", name, *ADD)
    assert result.code == 4 and result.error["code"] == "conflict", result
    assert len(cli.json("scope", "list")) == 64


@pytest.mark.parametrize("name", ["", "a b", "a,b", "-a", ".a", "é", "a" * 65, "a\n"])
def test_bad_names(cli, name):
    assert cli("scope", "add", *ADD, "--", name).code == 2


def test_limits(cli):
    cli.ok("scope", "add", "a" * 64, "--group", "g" * 256, "--text", "t" * 256)
    assert cli("scope", "add", "b", "--group", "g" * 257, "--text", "t").code == 2
    assert cli("scope", "add", "c", "--group", "g", "--text", "t" * 257).code == 2


def test_an_empty_catalog(tmp_path):
    from conftest import Cli

    cli = Cli(tmp_path / "store")
    cli.ok("init")
    result = cli("scope", "list")
    assert result.code == 0 and result.out == "" and "empty" in result.err
    assert cli.json("scope", "list") == []
