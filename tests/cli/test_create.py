"""create: the token's text, once, where it was asked for."""

import os
import re
import shutil
import stat
import subprocess

import pytest
from conftest import PROGRAM, plain_environment

TOKEN = re.compile(r"tkry_[0-9A-Za-z]{50}")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
SCOPE = ["--scope", "edit-dns"]


def test_standard_output_holds_the_token_alone(cli):
    result = cli("create", "root", "bot", *SCOPE)
    assert result.code == 0 and TOKEN.fullmatch(result.out.rstrip("\n")), result
    assert result.out.count("\n") == 1
    assert "copy it now, it is not shown again" in result.err
    assert cli.verify(result.out).code == 0


def test_json_shape(cli):
    result = cli("--json", "create", "root", "bot", *SCOPE, "--scope", "create-dns")
    assert result.code == 0 and result.err == ""
    answer = result.json
    assert list(answer) == [
        "token", "id", "owner", "label", "scopes", "effective_scopes", "created_at", "expires_at",
    ]  # fmt: skip
    assert TOKEN.fullmatch(answer["token"]) and answer["id"] == answer["token"][5:16]
    assert (answer["owner"], answer["label"]) == ("root", "bot")
    assert sorted(answer["scopes"]) == ["create-dns", "edit-dns"] == sorted(
        answer["effective_scopes"]
    )
    assert RFC3339.fullmatch(answer["created_at"]) and answer["expires_at"] is None


@pytest.mark.parametrize(
    "options",
    [
        ["--scope", "create-dns,edit-dns"],
        ["--scope", "create-dns", "--scope", "edit-dns"],
        ["--scope=edit-dns", "--scope", "create-dns,edit-dns"],
    ],
)
def test_scopes_repeat_and_take_commas(cli, options):
    answer = cli.json("create", "root", "bot", *options)
    assert answer["scopes"] == ["create-dns", "edit-dns"]


@pytest.mark.parametrize("text", [",", "a,", ",a", "create-dns,,edit-dns"])
def test_empty_names_in_a_list(cli, text):
    cli.fails(2, "--scope: a name in the list is empty", "create", "r", "b", "--scope", text)


def test_without_scopes_it_is_refused(cli):
    cli.fails(2, "--no-scopes", "create", "root", "bot")
    cli.fails(2, "--no-scopes", "create", "root", "bot", "--scope", "")
    assert cli.json("list") == []


def test_no_scopes_grants_identity_alone(cli):
    answer = cli.json("create", "root", "bot", "--no-scopes")
    assert answer["scopes"] == [] == answer["effective_scopes"]
    assert cli.verify(answer["token"]).code == 0
    assert cli.verify(answer["token"], "--scope", "edit-dns").code == 1


def test_no_scopes_excludes_scopes(cli):
    cli.fails(2, "--no-scopes", "create", "root", "bot", "--no-scopes", *SCOPE)
    cli.fails(2, "--no-scopes", "create", "root", "bot", "--no-scopes", "--like", "root/x")


def test_an_unknown_scope_names_the_nearest(cli):
    cli.fails(2, "edit-dns", "create", "root", "bot", "--scope", "edit-dsn")
    result = cli("--json", "create", "root", "bot", "--scope", "edit-dsn")
    assert result.code == 2 and result.error["code"] == "unknown_scope"


def test_label_in_use_is_a_conflict_until_revoked(cli):
    cli.create()
    result = cli("--json", "create", "root", "bot", *SCOPE)
    assert result.code == 4 and result.error["code"] == "conflict"
    cli.ok("revoke", "root/bot")
    assert cli.create()["label"] == "bot"


def test_a_suspended_owner_is_a_conflict(cli):
    cli.create()
    cli.ok("owner", "suspend", "root")
    cli.fails(4, "suspended", "create", "root", "other", *SCOPE)


@pytest.mark.parametrize(
    "owner, label",
    [("", "bot"), ("root", ""), ("ro ot", "bot"), ("root", "b/t"), ("root", "b@t"),
     ("a" * 129, "bot"), ("root", "b" * 65), ("röt", "bot")],
)  # fmt: skip
def test_bad_names(cli, owner, label):
    result = cli("--json", "create", owner, label, *SCOPE)
    assert result.code == 2 and result.error["code"] == "invalid_argument", result


def test_names_at_the_limits(cli):
    cli.create("a" * 128, "b" * 64)
    cli.create("A.b_c@d+e-f", "A.b_c-d")


def test_note_limits(cli):
    cli.create("root", "bot", "edit-dns", "--note", "n" * 1024)
    assert cli.json("show", "root/bot")["note"] == "n" * 1024
    cli.fails(2, "1024", "create", "root", "other", *SCOPE, "--note", "n" * 1025)


def test_expiry_must_lie_ahead_and_after_not_before(cli):
    assert cli("create", "root", "a", *SCOPE, "--expires", "2001-01-01").code == 2
    assert cli("create", "root", "b", *SCOPE, "--expires", "1d", "--not-before", "2d").code == 2
    assert cli.json("list") == []


def test_not_before(cli):
    token = cli.create("root", "bot", "edit-dns", "--not-before", "1h")["token"]
    assert cli.verify(token).json["reason"] == "not_yet_valid"
    assert cli.status("root/bot") == "not_yet_valid"


def test_created_by_is_the_actor(cli):
    cli("--actor", "x", "list")
    cli.create()
    assert cli.json("show", "root/bot")["created_by"] == "tester"


@pytest.mark.parametrize("actor", ["", "a\nb", "a" * 129])
def test_bad_actors(cli, actor):
    done = subprocess.run(
        [PROGRAM, "--store", cli.store, "--actor", actor, "create", "root", "bot", *SCOPE],
        capture_output=True, env=plain_environment(), check=False,
    )  # fmt: skip
    assert done.returncode == 2 and done.stderr.startswith(b"tokenry: "), done


# ---- --like


def test_like_takes_the_scopes(cli):
    cli.create("root", "old", "create-dns,edit-dns", "--expires", "1d", "--note", "old one")
    answer = cli.json("create", "root", "new", "--like", "root/old")
    assert answer["scopes"] == ["create-dns", "edit-dns"] and answer["expires_at"] is None
    assert cli.json("show", "root/new")["note"] == ""


def test_like_adds_to_scope(cli):
    cli.create("root", "old", "edit-dns")
    answer = cli.json("create", "root", "new", "--like", "root/old", "--scope", "kill-dns")
    assert sorted(answer["scopes"]) == ["edit-dns", "kill-dns"]


def test_like_by_id_and_by_text(cli):
    old = cli.create("root", "old", "edit-dns")
    assert cli.json("create", "root", "a", "--like", old["id"])["scopes"] == ["edit-dns"]
    by_text = cli.json("create", "root", "b", "--like", "-", stdin=old["token"])
    assert by_text["scopes"] == ["edit-dns"]


def test_like_what_is_not_there_or_has_nothing(cli):
    cli.fails(3, "root/none", "create", "root", "new", "--like", "root/none")
    cli.create("root", "bare", None)
    cli.fails(2, "--no-scopes", "create", "root", "new", "--like", "root/bare")


# ---- warnings


@pytest.mark.parametrize("scope", ["passwd", "create-user-session", "manage-api-tokens", "all"])
def test_scopes_that_escalate_are_warned_of(cli, scope):
    result = cli("create", "root", "bot", "--scope", scope)
    assert result.code == 0 and "warning: scope %s lets" % scope in result.err, result
    assert TOKEN.fullmatch(result.out.strip())


def test_other_scopes_are_not_warned_of(cli):
    assert "warning" not in cli("create", "root", "bot", *SCOPE).err


# ---- --out


def test_out_writes_the_token_to_a_private_file(cli, tmp_path):
    path = tmp_path / "token"
    result = cli("create", "root", "bot", *SCOPE, "--out", str(path))
    assert result.code == 0 and result.out == "" and str(path) in result.err, result
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert TOKEN.fullmatch(path.read_text().rstrip("\n"))
    assert cli.verify(path.read_bytes()).code == 0
    assert TOKEN.search(result.err) is None


def test_out_as_header_is_a_line_for_curl(cli, tmp_path):
    path = tmp_path / "header"
    cli.ok("create", "root", "bot", *SCOPE, "--out", str(path), "--as", "header")
    line = path.read_text()
    assert re.fullmatch(r"Authorization: whm root:%s\n" % TOKEN.pattern, line)
    assert cli.verify(line).code == 0


def test_out_as_env_is_an_assignment(cli, tmp_path):
    path = tmp_path / "env"
    cli.ok("create", "root", "bot", *SCOPE, "--out", str(path), "--as", "env")
    assert re.fullmatch(r"TOKENRY_TOKEN=%s\n" % TOKEN.pattern, path.read_text())
    shell = shutil.which("sh")
    sourced = subprocess.run(
        [shell, "-c", '. "$0"; printf %s "$TOKENRY_TOKEN"', str(path)],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert cli.verify(sourced).code == 0


def test_out_as_token_is_the_default(cli, tmp_path):
    path = tmp_path / "token"
    cli.ok("create", "root", "bot", *SCOPE, "--out", str(path), "--as", "token")
    assert TOKEN.fullmatch(path.read_text().rstrip("\n"))


def test_out_in_json_has_no_token(cli, tmp_path):
    path = tmp_path / "token"
    answer = cli.json("create", "root", "bot", *SCOPE, "--out", str(path))
    assert list(answer)[:2] == ["token", "id"] and answer["token"] is None
    assert answer["id"] in path.read_text()


@pytest.mark.parametrize("kind", ["file", "link", "dangling", "directory"])
def test_out_never_overwrites(cli, tmp_path, kind):
    path = tmp_path / "taken"
    if kind == "file":
        path.write_text("mine")
    elif kind == "link":
        (tmp_path / "target").write_text("mine")
        path.symlink_to(tmp_path / "target")
    elif kind == "dangling":
        path.symlink_to(tmp_path / "target")
    else:
        path.mkdir()
    cli.fails(4, "never overwritten", "create", "root", "bot", *SCOPE, "--out", str(path))
    assert cli.json("list") == []
    if kind == "file":
        assert path.read_text() == "mine"
    if kind == "dangling":
        assert not (tmp_path / "target").exists()


def test_out_where_no_file_can_be(cli, tmp_path):
    where = str(tmp_path / "none" / "token")
    cli.fails(5, "No such file", "create", "root", "bot", *SCOPE, "--out", where)
    assert cli.json("list") == []


def test_out_is_removed_where_create_fails(cli, tmp_path):
    cli.create()
    cli.fails(4, "", "create", "root", "bot", *SCOPE, "--out", str(tmp_path / "token"))
    assert not (tmp_path / "token").exists()


def test_as_needs_out_and_a_known_form(cli, tmp_path):
    cli.fails(2, "--out", "create", "root", "bot", *SCOPE, "--as", "header")
    path = tmp_path / "token"
    cli.fails(2, "--as", "create", "root", "bot", *SCOPE, "--out", str(path), "--as", "json")
    assert not path.exists() and cli.json("list") == []


def test_the_umask_does_not_matter_to_out(cli, tmp_path):
    path = tmp_path / "token"
    old = os.umask(0o777)
    try:
        result = cli("create", "root", "bot", *SCOPE, "--out", str(path))
    finally:
        os.umask(old)
    assert result.code == 0 and stat.S_IMODE(path.stat().st_mode) == 0o600


# ---- a text that nobody saw


@pytest.mark.parametrize("json_option", [[], ["--json"]])
def test_a_token_that_cannot_be_printed_is_taken_back(cli, json_option):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [PROGRAM, "--store", cli.store, *json_option, "create", "root", "bot", *SCOPE],
            stdout=full, stderr=subprocess.PIPE, env=plain_environment(), check=False,
        )  # fmt: skip
    assert done.returncode == 5 and b"removed again" in done.stderr, done
    assert cli.json("list") == []
    cli.create()


def test_a_token_that_nobody_reads_is_taken_back(cli):
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [PROGRAM, "--store", cli.store, "create", "root", "bot", *SCOPE],
        stdout=write_end, stderr=subprocess.PIPE, env=plain_environment(), check=False,
    )  # fmt: skip
    os.close(write_end)
    assert done.returncode == 5 and b"Broken pipe" in done.stderr, done
    assert cli.json("list") == []
