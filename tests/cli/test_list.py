"""list and show."""

import re
import time

import pytest
from conftest import wait_until_expired

KEYS = [
    "id", "owner", "label", "scopes", "effective_scopes", "status", "created_at", "created_by",
    "secret_created_at", "not_before", "expires_at", "last_used_at", "last_used_ip", "use_count",
    "denied_count", "exercised_scopes", "allow_ips", "max_uses", "uses_left", "rates",
    "overlap_ends_at", "retires_on_use", "newest_secret_used", "previous_secret_seen_at",
]  # fmt: skip


def names(tokens):
    return [token["owner"] + "/" + token["label"] for token in tokens]


@pytest.fixture(scope="module")
def filled(shared_cli):
    """A store with tokens of every status."""
    cli = shared_cli
    cli.create("anna", "live", "edit-dns")
    cli.create("anna", "later", "edit-dns", "--not-before", "1h")
    cli.create("anna", "stopped", "kill-dns")
    cli.ok("suspend", "anna/stopped")
    cli.create("anna", "gone", "create-dns,kill-dns")
    cli.ok("revoke", "anna/gone")
    cli.create("bert", "idle", "edit-dns")
    cli.ok("owner", "suspend", "bert")
    cli.create("root", "old", "all", "--expires", "1s")
    made_at = time.time()
    cli.create("root", "x1", "create-dns", "--expires", "30d")
    cli.create("root", "x2", "passwd", "--expires", "10d")
    wait_until_expired(made_at + 1.01)
    return cli


def test_empty_store(cli):
    result = cli("--json", "list")
    assert (result.code, result.out, result.err) == (0, "[]\n", "")
    result = cli("list")
    assert (result.code, result.out) == (0, "") and "no tokens match" in result.err


def test_json_shape(cli):
    made = cli.create("root", "bot", "edit-dns", "--expires", "1d", "--note", "n")
    (token,) = cli.json("list")
    assert list(token) == KEYS
    assert token["created_at"] == made["created_at"] == token["secret_created_at"]
    assert token["expires_at"] == made["expires_at"]
    assert token["id"] == made["id"] and token["created_by"] == "tester"
    assert token["not_before"] is None and token["last_used_at"] is None
    assert token["status"] == "active"


def test_show_is_the_same_object_with_note(cli):
    cli.create("root", "bot", "edit-dns", "--note", "for the build")
    (token,) = cli.json("list")
    shown = cli.json("show", "root/bot")
    assert list(shown) == KEYS + ["note"]
    assert shown.pop("note") == "for the build" and shown == token


def test_one_object_a_line(filled):
    lines = filled.ok("--json", "list").splitlines()
    assert len(lines) == 8 and lines[0].startswith("[{") and lines[-1].endswith("}]")


@pytest.mark.parametrize(
    "options, expected",
    [
        ([], "anna/gone anna/later anna/live anna/stopped bert/idle root/old root/x1 root/x2"),
        (["--owner", "bert"], "bert/idle"),
        (["--owner", "bert,root"], "bert/idle root/old root/x1 root/x2"),
        (["--owner", "bert", "--owner", "nobody"], "bert/idle"),
        (["--owner", "nobody"], ""),
        (["--status", "active"], "anna/live root/x1 root/x2"),
        (["--status", "not_yet_valid"], "anna/later"),
        (["--status", "expired"], "root/old"),
        (["--status", "owner_suspended"], "bert/idle"),
        (["--status", "suspended"], "anna/stopped"),
        (["--status", "revoked"], "anna/gone"),
        (["--status", "revoked,suspended", "--status", "expired"],
         "anna/gone anna/stopped root/old"),
        (["--scope", "edit-dns"], "anna/later anna/live bert/idle root/old"),
        (["--scope", "passwd,kill-dns"], "anna/gone anna/stopped root/old root/x2"),
        (["--label", "x*"], "root/x1 root/x2"),
        (["--label", "x?"], "root/x1 root/x2"),
        (["--label", "x[!1]"], "root/x2"),
        (["--label", "[a-l]*"], "anna/gone anna/later anna/live bert/idle"),
        (["--label", "live"], "anna/live"),
        (["--label", "LIVE"], ""),
        (["--owner", "root", "--status", "active", "--scope", "passwd"], "root/x2"),
        (["--limit", "2"], "anna/gone anna/later"),
        (["--limit", "100"],
         "anna/gone anna/later anna/live anna/stopped bert/idle root/old root/x1 root/x2"),
        (["--sort", "-owner", "--limit", "2"], "root/x2 root/x1"),
        (["--sort", "label", "--owner", "anna,bert"],
         "anna/gone bert/idle anna/later anna/live anna/stopped"),
        (["--sort", "created", "--limit", "3"], "anna/live anna/later anna/stopped"),
        (["--sort", "-created", "--limit", "2"], "root/x2 root/x1"),
        (["--sort", "expires", "--limit", "3"], "root/old root/x2 root/x1"),
    ],
)  # fmt: skip
def test_filters_and_order(filled, options, expected):
    assert names(filled.json("list", *options)) == expected.split()


def test_sort_by_status_groups(filled):
    statuses = [token["status"] for token in filled.json("list", "--sort", "status")]
    assert len(statuses) == 8
    assert len(set(statuses)) == sum(a != b for a, b in zip([None] + statuses, statuses))


def test_sort_none_lists_all(filled):
    assert sorted(names(filled.json("list", "--sort", "none"))) == names(
        filled.json("list")
    )


@pytest.mark.parametrize(
    "options, words",
    [
        (["--status", "live"], "--status: give active, not_yet_valid, expired"),
        (["--sort", "size"], "--sort: give owner"),
        (["--sort", ""], "--sort: give owner"),
        (["--limit", "0"], "--limit: give a whole number"),
        (["--limit", "-1"], "--limit"),
        (["--limit", "1x"], "--limit"),
        (["--limit", "18446744073709551616"], "--limit"),
        (["--scope", "edit-dsn"], "edit-dns"),
        (["--owner", "a,,b"], "--owner: a name in the list is empty"),
    ],
)
def test_wrong_usage(shared_cli, options, words):
    shared_cli.fails(2, words, "list", *options)


def test_limits_that_are_allowed(shared_cli):
    shared_cli.ok("list", "--limit", "1")
    shared_cli.ok("list", "--limit", "18446744073709551615")


def test_table(cli):
    cli.create("root", "bot", "create-dns,edit-dns", "--expires", "90d")
    cli.create("mueller", "a-much-longer-label", "all")
    lines = cli.ok("list").splitlines()
    assert lines[0].split("  ")[0] == "OWNER"
    columns = [lines[0].index(word) for word in ("LABEL", "ID", "STATUS", "EXPIRES", "SCOPES")]
    first, second = lines[1], lines[2]
    assert first.startswith("mueller ") and second.startswith("root ")
    for line in (first, second):
        for column in columns:
            assert line[column - 1] == " " and line[column] != " ", line
    assert "in 89 days" in second and "never" in first
    assert second.endswith("create-dns, edit-dns")
    assert "\x1b" not in "".join(lines)


def test_table_shortens_many_scopes(cli):
    chosen = "create-dns,edit-dns,kill-dns,park-dns,add-pkg,edit-pkg"
    cli.create("root", "bot", chosen)
    assert re.search(r"create-dns.* and \d more$", cli.ok("list").splitlines()[1])


def test_status_stands_in_words(filled):
    table = filled.ok("list")
    assert "owner suspended" in table and "not yet valid" in table


def test_show_for_people(cli):
    made = cli.create("root", "bot", "edit-dns", "--expires", "90d", "--note", "for\tthe build")
    facts = dict(
        re.split(r":\s+", line, maxsplit=1) for line in cli.ok("show", "root/bot").splitlines()
    )
    assert facts["Token"] == "root/bot" and facts["Id"] == made["id"]
    assert facts["Status"] == "active" and facts["Scopes"] == "edit-dns"
    assert facts["Expires"] == made["expires_at"] + " (in 89 days)"
    assert facts["Created"].startswith(made["created_at"] + " (")
    assert facts["Created"].endswith(" by tester")


def test_show_by_id_and_text(cli):
    made = cli.create()
    for arguments, stdin in (
        (["root/bot"], ""), ([made["id"]], ""), (["-"], made["token"]),
        (["-"], "Authorization: whm root:%s\n" % made["token"]),
    ):  # fmt: skip
        assert cli.json("show", *arguments, stdin=stdin)["id"] == made["id"]


def test_show_by_text_in_any_state(cli):
    made = cli.create()
    cli.ok("revoke", "root/bot")
    assert cli.json("show", "-", stdin=made["token"])["status"] == "revoked"


def test_a_name_means_the_live_token_or_the_one_revoked_last(cli):
    first = cli.create()
    cli.ok("revoke", "root/bot")
    second = cli.create()
    assert cli.json("show", "root/bot")["id"] == second["id"]
    cli.ok("revoke", "root/bot")
    assert cli.json("show", "root/bot")["id"] == second["id"]
    assert cli.json("show", first["id"])["status"] == "revoked"


def test_show_what_is_not_there(cli):
    other = cli.create()
    cli.ok("revoke", "root/bot")
    cli.ok("purge", "root/bot")
    for arguments, stdin in (
        (["root/bot"], ""), (["nobody/bot"], ""), ([other["id"]], ""), (["00000000000"], ""),
        (["-"], other["token"]),
    ):  # fmt: skip
        result = cli("--json", "show", *arguments, stdin=stdin)
        assert result.code == 3 and result.error["code"] == "not_found", (arguments, result)


@pytest.mark.parametrize("text", ["", "bot", "0000000000", "000000000000", "zzzzzzzzzzz",
                                  "root/bot/x", "/", "root/", "/bot", "--"])  # fmt: skip
def test_bad_names(cli, text):
    assert cli("show", text).code == 2


@pytest.mark.parametrize("stdin", ["", "\n", "nonsense", "a" * 8192, "a" * 8193, "a" * 100_000])
def test_bad_texts(cli, stdin):
    result = cli("--json", "show", "-", stdin=stdin)
    assert result.code == 2 and result.error["code"] == "invalid_argument", result
