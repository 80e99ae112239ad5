"""rotate: two secrets of one token, how the old one ends, and what the operator sees of it."""

import datetime
import re
import stat
import subprocess
import time

import pytest
from conftest import PROGRAM, plain_environment, run

TOKEN = re.compile(r"tkry_[0-9A-Za-z]{50}")
HOUR_S = 3600


def rotate(cli, *options, name="root/bot"):
    """Rotates; gives the new text."""
    return cli.json("rotate", name, *options)["token"]


def reason(cli, token, *options):
    return cli.verify(token, *options).json["reason"]


def facts(cli, name="root/bot"):
    lines = cli.ok("show", name).splitlines()
    return dict(re.split(r":\s+", line, maxsplit=1) for line in lines)


def seconds_until(text):
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment.timestamp() - time.time()


def wait_for_the_second_after(moment):
    """Sleeps until the clock's second is another: presentations are known to the second."""
    second = datetime.datetime.fromisoformat(moment[:19] + "+00:00").timestamp()
    time.sleep(max(0.0, second + 1.01 - time.time()))


def test_both_secrets_work_during_the_overlap(cli):
    made = cli.create("root", "bot", "edit-dns", "--note", "n", "--expires", "90d")
    before = cli.json("show", "root/bot")
    new = rotate(cli)
    assert new != made["token"] and new[:16] == made["token"][:16]
    assert reason(cli, made["token"], "--scope", "edit-dns") == "ok"
    assert reason(cli, new, "--scope", "edit-dns") == "ok"
    after = cli.json("show", "root/bot")
    for key in ("id", "label", "scopes", "note", "expires_at", "created_at"):
        assert after[key] == before[key], key
    assert after["secret_created_at"] > before["secret_created_at"]


def test_json_is_that_of_create(cli):
    made = cli.create()
    answer = cli.json("rotate", "root/bot")
    assert list(answer) == list(made)
    assert {**made, "token": None} == {**answer, "token": None}
    assert TOKEN.fullmatch(answer["token"])


def test_for_people(cli):
    cli.create()
    result = cli("rotate", "root/bot")
    assert result.code == 0 and TOKEN.fullmatch(result.out.rstrip("\n")), result
    assert "copy it now, it is not shown again" in result.err
    assert re.search(r"the old secret works until \S+Z \(in 1 day\)\n", result.err)
    result = cli("rotate", "root/bot", "--overlap", "0")
    assert "the old secret no longer works" in result.err
    result = cli("rotate", "root/bot", "--retire-on-use")
    assert "or until the new one is first used" in result.err


@pytest.mark.parametrize(
    "overlap, seconds",
    [(None, 24 * HOUR_S), ("90s", 90), ("30m", 1800), ("24h", 24 * HOUR_S), ("7d", 168 * HOUR_S),
     ("2w", 336 * HOUR_S), ("366d", 366 * 24 * HOUR_S)],
)  # fmt: skip
def test_overlaps(cli, overlap, seconds):
    cli.create()
    rotate(cli, *([] if overlap is None else ["--overlap", overlap]))
    left = seconds_until(cli.json("show", "root/bot")["overlap_ends_at"])
    assert seconds - 60 < left <= seconds


@pytest.mark.parametrize("overlap", ["0", "0s", "0h"])
def test_without_overlap_the_old_secret_ends_at_once(cli, overlap):
    old = cli.create()["token"]
    new = rotate(cli, "--overlap", overlap)
    assert reason(cli, old) == "retired_secret" and reason(cli, new) == "ok"
    assert cli.verify(old).json["http_status"] == 401


def test_the_overlap_ends_by_itself(cli):
    old = cli.create()["token"]
    new = rotate(cli, "--overlap", "1s")
    time.sleep(1.05)
    assert reason(cli, old) == "retired_secret" and reason(cli, new) == "ok"
    cli.fails(4, "the previous secret is retired", "rotate", "--abort", "root/bot")


@pytest.mark.parametrize(
    "overlap, words",
    [
        ("367d", "the overlap must be 0 to 366 days"),
        ("99999999999999999999w", "the overlap must be 0 to 366 days"),
        ("1mo", "--overlap: give 24h, 7d"),
        ("24", "--overlap: give 24h, 7d"),
        ("", "--overlap: give 24h, 7d"),
        ("-1h", "--overlap: give 24h, 7d"),
        ("h", "--overlap: give 24h, 7d"),
        ("never", "--overlap: give 24h, 7d"),
        ("2099-01-01", "--overlap: give 24h, 7d"),
    ],
)
def test_bad_overlaps(cli, overlap, words):
    old = cli.create()["token"]
    before = cli.json("show", "root/bot")
    cli.fails(2, words, "rotate", "root/bot", "--overlap", overlap)
    assert cli.json("show", "root/bot") == before and reason(cli, old) == "ok"


def test_retire_on_use(cli):
    old = cli.create()["token"]
    new = rotate(cli, "--retire-on-use")
    assert cli.json("show", "root/bot")["retires_on_use"] is True
    assert facts(cli)["Ends early"] == "at the new secret's first use"
    assert reason(cli, old) == "ok"
    assert reason(cli, new, "--scope", "kill-dns") == "scope_denied"
    assert reason(cli, old) == "ok", "a denied call is not a use"
    assert reason(cli, new) == "ok"
    assert reason(cli, old) == "retired_secret"
    shown = cli.json("show", "root/bot")
    assert shown["retires_on_use"] is False and seconds_until(shown["overlap_ends_at"]) <= 0


def test_a_new_secret_that_nobody_used_is_replaced(cli):
    old = cli.create()["token"]
    lost = rotate(cli)
    new = rotate(cli)
    assert [reason(cli, token) for token in (lost, old, new)] == ["unknown", "ok", "ok"]
    assert cli.verify(lost).json == {"allowed": False, "reason": "unknown", "http_status": 401}


def test_a_used_one_is_not(cli):
    old = cli.create()["token"]
    new = rotate(cli)
    assert reason(cli, new) == "ok"
    cli.fails(4, "finish or abort it first", "rotate", "root/bot")
    cli.fails(4, "finish or abort it first", "rotate", "root/bot", "--retire-on-use")
    cli.fails(4, "finish or abort it first", "rotate", "root/bot", "--overlap", "1h")
    result = cli("--json", "rotate", "root/bot")
    assert result.code == 4 and result.error["code"] == "conflict" and result.out == ""
    assert [reason(cli, token) for token in (old, new)] == ["ok", "ok"]


def test_after_a_leak_only_the_newest_works(cli):
    old = cli.create()["token"]
    leaked = rotate(cli)
    assert reason(cli, leaked) == "ok"
    new = rotate(cli, "--overlap", "0")
    assert [reason(cli, token) for token in (leaked, new)] == ["retired_secret", "ok"]
    assert reason(cli, old) == "unknown"


def test_finish(cli):
    old = cli.create()["token"]
    new = rotate(cli)
    answer = cli.json("rotate", "--finish", "root/bot")
    assert answer == cli.json("show", "root/bot") and "note" in answer
    assert [reason(cli, token) for token in (old, new)] == ["retired_secret", "ok"]
    cli.ok("rotate", "--finish", "root/bot")
    assert reason(cli, rotate(cli)) == "ok"


def test_abort_of_an_unused_secret(cli):
    old = cli.create()["token"]
    new = rotate(cli)
    answer = cli.json("rotate", "--abort", "root/bot")
    assert answer["overlap_ends_at"] is None
    assert [reason(cli, token) for token in (old, new)] == ["ok", "unknown"]
    cli.fails(4, "never rotated", "rotate", "--abort", "root/bot")


def test_abort_of_a_used_secret(cli):
    old = cli.create()["token"]
    new = rotate(cli)
    assert reason(cli, new) == "ok"
    text = cli.ok("rotate", "--abort", "root/bot")
    assert text.startswith("Token:") and "Rotation:        over since " in text
    assert [reason(cli, token) for token in (old, new)] == ["ok", "retired_secret"]


@pytest.mark.parametrize("option", ["--finish", "--abort"])
def test_nothing_to_end(cli, option):
    cli.create()
    cli.fails(4, "never rotated", "rotate", option, "root/bot")
    cli.fails(3, "root/none", "rotate", option, "root/none")
    cli.fails(2, "T", "rotate", option)


@pytest.mark.parametrize(
    "options",
    [["--overlap", "1h"], ["--retire-on-use"], ["--out", "x"], ["--out", "x", "--as", "env"],
     ["--as", "env"]],
)  # fmt: skip
@pytest.mark.parametrize("end", ["--finish", "--abort"])
def test_ending_excludes_what_makes_a_secret(cli, end, options, tmp_path):
    cli.create()
    result = cli.fails(2, end + " makes no new secret", "rotate", end, "root/bot", *options,
                       cwd=tmp_path)  # fmt: skip
    assert result.out == "" and not (tmp_path / "x").exists()


def test_finish_excludes_abort(cli):
    cli.create()
    rotate(cli)
    before = cli.json("show", "root/bot")
    cli.fails(2, "either --finish or --abort", "rotate", "--finish", "--abort", "root/bot")
    assert cli.json("show", "root/bot") == before


def test_retire_on_use_needs_an_overlap(cli):
    old = cli.create()["token"]
    cli.fails(2, "--retire-on-use needs an overlap", "rotate", "root/bot", "--overlap", "0",
              "--retire-on-use")  # fmt: skip
    assert reason(cli, old) == "ok"


def test_names_of_the_token(cli):
    made = cli.create()
    by_id = rotate(cli, name=made["id"])
    assert reason(cli, by_id) == "ok"
    cli.ok("rotate", "--finish", "-", stdin=by_id)
    by_text = cli.json("rotate", "-", stdin="Authorization: whm root:%s\n" % by_id)["token"]
    assert reason(cli, by_text) == "ok"
    # A retired secret still names its token.
    assert cli.json("show", "-", stdin=by_id)["id"] == made["id"]
    for bad in ("", "bot", "root/bot/x"):
        assert cli("rotate", bad).code == 2
    cli.fails(3, "root/none", "rotate", "root/none")
    cli.fails(2, "standard input is empty", "rotate", "-")


def test_a_revoked_token_has_no_new_secret(cli):
    cli.create()
    cli.ok("revoke", "root/bot")
    for options in ([], ["--overlap", "0"], ["--finish"], ["--abort"]):
        cli.fails(4, "revoked", "rotate", "root/bot", *options)


def test_the_actor_is_recorded(cli):
    cli.create()
    done = run("--store", cli.store, "--actor", "night-shift", "rotate", "root/bot")
    assert done.code == 0 and facts(cli)["Changed"].endswith(" by night-shift")


# ---- where the text goes


@pytest.mark.parametrize(
    "form, pattern",
    [("token", r"%s\n"), ("header", r"Authorization: whm root:%s\n"), ("env", r"TOKENRY_TOKEN=%s\n")],
)
def test_out_and_as(cli, tmp_path, form, pattern):
    cli.create()
    path = tmp_path / "new"
    result = cli("rotate", "root/bot", "--out", str(path), "--as", form)
    assert result.code == 0 and result.out == "" and str(path) in result.err, result
    assert TOKEN.search(result.err) is None
    assert re.fullmatch(pattern % TOKEN.pattern, path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_out_in_json_has_no_token(cli, tmp_path):
    cli.create()
    answer = cli.json("rotate", "root/bot", "--out", str(tmp_path / "new"))
    assert answer["token"] is None
    assert reason(cli, (tmp_path / "new").read_bytes()) == "ok"


def test_what_is_wrong_with_out_changes_nothing(cli, tmp_path):
    cli.create()
    before = cli.json("show", "root/bot")
    taken = tmp_path / "taken"
    taken.write_text("mine")
    cli.fails(4, "never overwritten", "rotate", "root/bot", "--out", str(taken))
    cli.fails(5, "No such file", "rotate", "root/bot", "--out", str(tmp_path / "a" / "b"))
    cli.fails(2, "--out", "rotate", "root/bot", "--as", "header")
    cli.fails(2, "--as", "rotate", "root/bot", "--out", str(tmp_path / "c"), "--as", "json")
    assert cli.json("show", "root/bot") == before
    assert taken.read_text() == "mine" and not (tmp_path / "c").exists()


def test_out_is_removed_where_rotate_fails(cli, tmp_path):
    cli.create()
    cli.ok("revoke", "root/bot")
    assert cli("rotate", "root/bot", "--out", str(tmp_path / "new")).code == 4
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "options, old_secret, old_reason",
    [([], "the old one works until", "ok"),
     (["--overlap", "0"], "the old one no longer works", "retired_secret")],
)  # fmt: skip
@pytest.mark.parametrize("json_option", [[], ["--json"]])
def test_a_secret_that_got_lost_can_be_made_again(cli, options, old_secret, old_reason, json_option):
    old = cli.create()["token"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [PROGRAM, "--store", cli.store, *json_option, "rotate", "root/bot", *options],
            stdout=full, stderr=subprocess.PIPE, env=plain_environment(), check=False, text=True,
        )  # fmt: skip
    assert done.returncode == 5 and done.stderr.count("\n") == 1, done
    assert old_secret in done.stderr and "run the same command again" in done.stderr
    assert reason(cli, old) == old_reason
    new = rotate(cli, *options)
    assert [reason(cli, token) for token in (old, new)] == [old_reason, "ok"]


# ---- what the operator sees


def test_nothing_of_rotation_where_there_was_none(cli):
    cli.create()
    assert not {"Rotation", "New secret", "Old secret"} & set(facts(cli))
    shown = cli.json("show", "root/bot")
    assert shown["overlap_ends_at"] is None and shown["retires_on_use"] is False
    assert shown["newest_secret_used"] is False and shown["previous_secret_seen_at"] is None


def test_show_during_the_overlap(cli):
    old = cli.create()["token"]
    new = rotate(cli)
    shown = facts(cli)
    assert re.fullmatch(r"pending until \S+Z \(in 23 hours\)", shown["Rotation"])
    assert shown["New secret"] == "not used since the rotation"
    assert shown["Old secret"] == "works; not presented since the rotation"
    cli.verify(old)
    cli.verify(new)
    shown = facts(cli)
    assert shown["New secret"] == "in use"
    assert re.fullmatch(r"works; last presented \S+Z \(.*\)", shown["Old secret"])
    answer = cli.json("show", "root/bot")
    assert answer["newest_secret_used"] is True
    assert -60 < seconds_until(answer["previous_secret_seen_at"]) <= 0


def test_show_names_who_still_presents_the_old_secret(cli):
    old = cli.create()["token"]
    rotate(cli, "--overlap", "0")
    shown = facts(cli)
    assert shown["Rotation"].startswith("over since ")
    assert shown["Retired secret"] == "not presented since the rotation"
    assert "STILL" not in cli.ok("show", "root/bot")
    wait_for_the_second_after(cli.json("show", "root/bot")["overlap_ends_at"])
    assert reason(cli, old) == "retired_secret"
    assert re.fullmatch(r"STILL PRESENTED, last \S+Z \(.*\)", facts(cli)["Retired secret"])
    assert cli.json("show", "root/bot")["denied_count"] == 1


def test_a_use_before_the_end_is_no_alarm(cli):
    old = cli.create()["token"]
    rotate(cli)
    assert reason(cli, old) == "ok"
    seen = cli.json("show", "root/bot")["previous_secret_seen_at"]
    wait_for_the_second_after(seen)
    cli.ok("rotate", "--finish", "root/bot")
    assert re.fullmatch(r"last presented \S+Z \(.*\), before its end", facts(cli)["Retired secret"])


def test_lines_of_show_fit_a_terminal(cli):
    old = cli.create()["token"]
    new = rotate(cli, "--retire-on-use")
    for token in (old, new, old):
        cli.verify(token, "--ip", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff")
        for line in cli.ok("show", "root/bot").splitlines():
            assert len(line) <= 80 or line.startswith("Last used:"), line


def test_no_secret_is_shown_but_the_new_one(cli):
    old = cli.create()["token"]
    result = cli("rotate", "-", stdin=old)
    new = result.out.rstrip("\n")
    said = result.err
    for arguments, stdin in ((["rotate", "-"], "whm nobody:" + new), (["rotate", old], ""),
                             (["rotate", "--finish", "-"], old), (["rotate", "--abort", "-"], new),
                             (["show", "-"], new), (["verify"], old),
                             (["rotate", "root/bot", "--overlap", new], "")):  # fmt: skip
        for json_option in ([], ["--json"]):
            if arguments == ["rotate", "-"]:
                assert cli.verify(new).code == 0  # so that the rotation is refused
            result = cli(*json_option, *arguments, stdin=stdin)
            said += result.out + result.err
    assert said.count("\n") > 14
    for token in (old, new):
        assert token[16:49] not in said
