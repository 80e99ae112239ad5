"""verify: verdicts, their exit codes and shapes."""

import base64
import time

import pytest
from conftest import wait_until_expired

WITH_ID = ["allowed", "reason", "http_status", "id", "owner", "label", "scopes"]
WITHOUT_ID = ["allowed", "reason", "http_status"]


def test_allowed(cli):
    made = cli.create(scopes="create-dns,edit-dns")
    result = cli.verify(made["token"], "--scope", "edit-dns")
    assert result.code == 0 and result.err == ""
    assert list(result.json) == WITH_ID
    assert result.json == {
        "allowed": True, "reason": "ok", "http_status": 200, "id": made["id"],
        "owner": "root", "label": "bot", "scopes": ["create-dns", "edit-dns"],
    }  # fmt: skip


def test_scope_denied_names_what_is_missing(cli):
    made = cli.create(scopes="edit-dns")
    result = cli.verify(made["token"], "--scope", "kill-dns,edit-dns", "--scope", "passwd")
    assert result.code == 1 and list(result.json) == WITH_ID + ["missing_scopes"]
    answer = result.json
    assert (answer["allowed"], answer["reason"], answer["http_status"]) == (
        False, "scope_denied", 403,
    )  # fmt: skip
    assert sorted(answer["missing_scopes"]) == ["kill-dns", "passwd"]


def test_no_scope_required_is_allowed(cli):
    assert cli.verify(cli.create()["token"]).code == 0


def test_a_scope_that_is_everything_is_enough(cli):
    assert cli.verify(cli.create(scopes="all")["token"], "--scope", "kill-dns").code == 0


@pytest.mark.parametrize(
    "form",
    [
        "{t}", "{t}\n", "{t}\r\n", "whm root:{t}", "WHM root:{t}\n", "cpanel root:{t}",
        "Bearer {t}", "Token {t}", "Authorization: whm root:{t}\r\n", "Basic {ut}", "Basic {t_}",
    ],
)  # fmt: skip
def test_forms(cli, form):
    token = cli.create()["token"]
    encode = lambda text: base64.b64encode(text.encode()).decode()
    text = form.format(t=token, ut=encode("root:" + token), t_=encode(token + ":"))
    assert cli.verify(text, "--scope", "edit-dns").code == 0


def test_human_lines(cli):
    made = cli.create()
    result = cli("verify", "--scope", "edit-dns", stdin=made["token"])
    assert (result.code, result.out) == (0, "allowed (HTTP 200) root/bot %s\n" % made["id"])
    result = cli("verify", "--scope", "kill-dns", stdin=made["token"])
    assert result.code == 1 and result.err == ""
    assert result.out == "denied: scope_denied (HTTP 403) root/bot %s, lacks kill-dns\n" % made["id"]
    result = cli("verify", stdin="nonsense")
    assert (result.code, result.out) == (1, "denied: malformed (HTTP 401)\n")


@pytest.mark.parametrize(
    "text, reason, http_status",
    [
        ("", "no_credentials", 401),
        ("\n", "no_credentials", 401),
        ("nonsense", "malformed", 401),
        ("tkry_" + "0" * 50, "malformed", 401),
        ("Digest abc", "bad_header", 400),
        (b"\xff\xfe\x00", "bad_header", 400),
    ],
)
def test_garbage(cli, text, reason, http_status):
    result = cli.verify(text)
    assert result.code == 1 and list(result.json) == WITHOUT_ID, result
    assert (result.json["reason"], result.json["http_status"]) == (reason, http_status)


@pytest.mark.parametrize("size", [8191, 8192, 8193, 8195, 8196, 100_000, 1_000_000])
def test_long_input_is_denied(cli, size):
    result = cli.verify("a" * size)
    assert result.code == 1 and result.json["reason"] in ("malformed", "bad_header"), result


def test_another_stores_token_is_unknown(cli, tmp_path):
    from conftest import Cli

    other = Cli(tmp_path / "other")
    other.ok("init", "--catalog", "whm")
    result = cli.verify(other.create()["token"])
    assert result.code == 1 and list(result.json) == WITHOUT_ID
    assert result.json["reason"] == "unknown"


def test_one_changed_character_is_not_allowed(cli):
    token = cli.create()["token"]
    for position in range(5, len(token)):
        if position % 7:
            continue
        changed = "1" if token[position] != "1" else "2"
        result = cli.verify(token[:position] + changed + token[position + 1 :])
        assert result.code == 1 and list(result.json) == WITHOUT_ID


@pytest.mark.parametrize(
    "change, reason",
    [
        (["revoke", "root/bot"], "revoked"),
        (["suspend", "root/bot"], "suspended"),
        (["owner", "suspend", "root"], "owner_suspended"),
        (["edit", "root/bot", "--not-before", "1h"], "not_yet_valid"),
    ],
)
def test_states(cli, change, reason):
    made = cli.create()
    assert cli.verify(made["token"]).code == 0
    cli.ok(*change)
    result = cli.verify(made["token"])
    assert result.code == 1 and result.json["reason"] == reason
    assert result.json["http_status"] == 401
    assert result.json["id"] == made["id"] and result.json["owner"] == "root"


def test_expired(cli):
    before = time.time()
    made = cli.create("root", "bot", "edit-dns", "--expires", "1s")
    wait_until_expired(time.time() + 1.01)
    result = cli.verify(made["token"])
    assert result.code == 1 and result.json["reason"] == "expired", time.time() - before
    assert cli.status("root/bot") == "expired"


def test_the_owner_in_the_header_must_be_the_tokens(cli):
    token = cli.create()["token"]
    result = cli.verify("whm other:" + token)
    assert result.code == 1 and result.json["reason"] == "owner_mismatch"


def test_unknown_scope_is_wrong_usage(cli):
    result = cli("--json", "verify", "--scope", "no-such", stdin=cli.create()["token"])
    assert result.code == 2 and result.out == "" and result.error["code"] == "unknown_scope"


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "::"])
def test_addresses(cli, address):
    assert cli.verify(cli.create()["token"], "--ip", address).code == 0


@pytest.mark.parametrize("address", ["", "192.0.2", "192.0.2.256", "host.example", "1::2::3",
                                     "192.0.2.1/24"])  # fmt: skip
def test_bad_addresses(cli, address):
    result = cli("--json", "verify", "--ip", address, stdin="x")
    assert result.code == 2 and "--ip" in result.error["message"]


def test_ceilings_and_renames_reach_the_token(cli):
    token = cli.create(scopes="create-dns,edit-dns")["token"]
    cli.ok("owner", "set", "root", "--ceiling", "edit-dns")
    assert cli.verify(token, "--scope", "create-dns").json["reason"] == "scope_denied"
    assert cli.verify(token, "--scope", "edit-dns").json["scopes"] == ["edit-dns"]
    cli.ok("owner", "rename", "root", "admin")
    assert cli.verify("whm admin:" + token).json["owner"] == "admin"
    assert cli.verify("whm root:" + token).json["reason"] == "owner_mismatch"


def test_purged_is_unknown(cli):
    token = cli.create()["token"]
    cli.ok("revoke", "root/bot")
    cli.ok("purge", "root/bot")
    assert cli.verify(token).json == {"allowed": False, "reason": "unknown", "http_status": 401}
