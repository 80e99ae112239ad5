"""suspend, resume, revoke, purge."""

import pytest


def reason(cli, token):
    return cli.verify(token).json["reason"]


def test_suspend_and_resume(cli):
    token = cli.create()["token"]
    assert cli.ok("suspend", "root/bot").startswith("suspended: root/bot (")
    assert reason(cli, token) == "suspended"
    cli.ok("suspend", "root/bot")
    assert cli.ok("resume", "root/bot").startswith("resumed: root/bot (")
    assert reason(cli, token) == "ok"
    cli.ok("resume", "root/bot")


def test_revoke_is_for_good_and_idempotent(cli):
    token = cli.create()["token"]
    assert cli.ok("revoke", "root/bot").startswith("revoked: root/bot (")
    assert reason(cli, token) == "revoked"
    cli.ok("revoke", "root/bot")
    cli.fails(4, "root/bot", "resume", "root/bot")
    cli.fails(4, "root/bot", "suspend", "root/bot")
    assert reason(cli, token) == "revoked"


def test_purge_removes_the_record(cli):
    made = cli.create()
    cli.fails(4, "root/bot", "purge", "root/bot")
    assert reason(cli, made["token"]) == "ok"
    cli.ok("revoke", "root/bot")
    assert cli.ok("purge", "root/bot").startswith("purged: root/bot (")
    assert cli("show", made["id"]).code == 3
    assert cli.json("list") == []


@pytest.mark.parametrize(
    "verb, done", [("suspend", "suspended"), ("resume", "resumed"), ("revoke", "revoked")]
)
def test_json_shape(cli, verb, done):
    ids = [cli.create("root", label)["id"] for label in ("a", "b")]
    answer = cli.json(verb, "root/a", "root/b")
    assert list(answer) == [done, "failed", "dry_run"]
    assert answer == {done: ids, "failed": [], "dry_run": False}


def test_json_of_purge(cli):
    made = cli.create()
    cli.ok("revoke", "root/bot")
    answer = cli.json("purge", "root/bot")
    assert answer == {"purged": [made["id"]], "failed": [], "dry_run": False}


def test_several_names_of_one_token_count_once(cli):
    made = cli.create()
    answer = cli.json("revoke", "root/bot", made["id"], "-", stdin=made["token"])
    assert answer["revoked"] == [made["id"]]


@pytest.mark.parametrize("verb", ["suspend", "resume", "revoke", "purge"])
def test_what_is_found_is_changed_and_the_rest_named(cli, verb):
    made = [cli.create("root", label) for label in ("a", "b")]
    if verb == "resume":
        cli.ok("suspend", "root/a", "root/b")
    if verb == "purge":
        cli.ok("revoke", "root/a", "root/b")
    names = ["root/a", "root/none", "00000000000", "root/b", "nobody/x"]
    result = cli("--json", verb, *names)
    assert result.code == 3, result
    assert list(result.json.values())[0] == [token["id"] for token in made]
    missing = ["root/none", "00000000000", "nobody/x"]
    assert result.json["failed"] == [{"token": name, "code": "not_found"} for name in missing]
    assert result.error["code"] == "not_found"
    assert all(name in result.error["message"] for name in missing)
    expected = {"suspend": "suspended", "resume": "ok", "revoke": "revoked",
                "purge": "unknown"}[verb]  # fmt: skip
    assert [reason(cli, token["token"]) for token in made] == [expected] * 2


def test_the_rest_is_named_in_one_line(cli):
    cli.create()
    result = cli.fails(3, "not found: root/x, root/y", "revoke", "root/x", "root/bot", "root/y")
    assert "1 other token revoked" in result.err
    assert result.out.startswith("revoked: root/bot")


def test_nothing_found(cli):
    result = cli.fails(3, "not found: root/x", "revoke", "root/x")
    assert result.out == "" and "other" not in result.err


def test_conflicts_count_for_more_than_missing_ones(cli):
    cli.create("root", "live")
    cli.create("root", "dead")
    cli.ok("revoke", "root/dead")
    result = cli("--json", "purge", "root/none", "root/live", "root/dead")
    assert result.code == 4 and result.error["code"] == "conflict", result
    assert result.json["failed"] == [
        {"token": "root/none", "code": "not_found"},
        {"token": "root/live", "code": "conflict"},
    ]
    assert len(result.json["purged"]) == 1 and cli.status("root/live") == "active"


def test_by_text_from_standard_input(cli):
    made = cli.create()
    result = cli("revoke", "-", stdin="Authorization: whm root:%s\n" % made["token"])
    assert result.code == 0 and made["id"] in result.out
    assert made["token"][16:] not in result.out + result.err
    assert reason(cli, made["token"]) == "revoked"


def test_a_text_that_no_token_has(cli, tmp_path):
    made = cli.create()
    cli.ok("revoke", "root/bot")
    cli.ok("purge", "root/bot")
    result = cli.fails(3, "the token on standard input", "revoke", "-", stdin=made["token"])
    assert made["token"][16:] not in result.err


def test_a_text_that_is_no_token_ends_the_command_before_it_begins(cli):
    token = cli.create()["token"]
    assert cli("revoke", "root/bot", "-", stdin="nonsense").code == 2
    assert reason(cli, token) == "ok"


def test_only_one_dash(cli):
    token = cli.create()["token"]
    cli.fails(2, "only one -", "revoke", "-", "-", stdin=token)
    assert reason(cli, token) == "ok"


def test_a_bad_name_ends_the_command_before_it_begins(cli):
    token = cli.create()["token"]
    assert cli("revoke", "root/bot", "nonsense").code == 2
    assert reason(cli, token) == "ok"


def test_dry_run_of_revoke(cli):
    made = cli.create()
    assert cli.ok("revoke", "--dry-run", "root/bot").startswith("Would be revoked: root/bot (")
    assert cli.json("revoke", "--dry-run", "root/bot") == {
        "revoked": [made["id"]], "failed": [], "dry_run": True,
    }  # fmt: skip
    result = cli.fails(3, "1 other token would be revoked", "revoke", "--dry-run", "root/bot", "r/x")
    assert result.out.startswith("Would be")
    assert reason(cli, made["token"]) == "ok"


def test_dry_run_of_purge(cli):
    made = cli.create()
    assert cli("purge", "--dry-run", "root/bot").code == 4
    cli.ok("revoke", "root/bot")
    assert cli.ok("purge", "--dry-run", "root/bot").startswith("Would be purged")
    assert cli.json("show", made["id"])["status"] == "revoked"


def test_suspend_takes_no_dry_run(cli):
    cli.fails(2, "unknown option --dry-run", "suspend", "--dry-run", "root/bot")


def test_many_in_one_command(cli):
    labels = ["b%02d" % i for i in range(30)]
    for label in labels:
        cli.create("root", label)
    answer = cli.json("revoke", *["root/" + label for label in labels])
    assert len(answer["revoked"]) == 30
    assert cli.json("list", "--status", "active") == []
