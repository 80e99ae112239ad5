"""log: the table, JSON lines, following, and what an auditor does with an export."""

import base64
import hashlib
import json
import os
import re
import signal
import subprocess
import time

import pytest
from conftest import PROGRAM, Cli, plain_environment, run

KEYS = ["sequence", "at", "operation", "id", "actor", "owner", "label", "fields", "body", "hash",
        "previous_hash"]  # fmt: skip


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def events(cli, *arguments):
    return lines(cli.ok("--json", "log", *arguments))


def words(found):
    return ["%s %s" % (event["operation"], event["label"] or event["owner"]) for event in found]


# ---- what is printed


def test_each_change_is_an_event(cli):
    made = cli.create("root", "bot", "edit-dns", "--expires", "2100-01-01", "--note", "kept out")
    cli.ok("edit", "root/bot", "--label", "robot", "--note", "also kept out")
    cli.ok("suspend", "root/robot")
    cli.ok("revoke", "root/robot")
    cli.ok("owner", "set", "anna", "--ceiling", "edit-dns")
    found = events(cli)
    assert all(list(event) == KEYS for event in found)
    assert [event["sequence"] for event in found] == [1, 2, 3, 4, 5, 6]
    assert {event["actor"] for event in found} == {"tester"}
    assert words(found) == ["store_created None", "created bot", "edited robot", "suspended robot",
                            "revoked robot", "owner_created anna"]  # fmt: skip
    assert {event["id"] for event in found[1:5]} == {made["id"]}
    assert found[1]["fields"] == {"scopes": "edit-dns", "expires_at": "2100-01-01T23:59:59Z",
                                  "not_before": None, "owner_made": True}  # fmt: skip
    assert found[2]["fields"] == {"label": "robot", "previous_label": "bot", "note": True}
    assert found[5]["fields"] == {"ceiling": "edit-dns"} and found[5]["id"] is None
    assert found[0]["fields"]["scope"].split()[:2] == ["acct-summary", "basic-system-info"]
    bodies = b"".join(base64.b64decode(event["body"]) for event in found)
    assert b"kept out" not in bodies and made["token"].encode()[5:] not in bodies


def test_the_hashes_can_be_computed_by_others(cli):
    cli.create()
    found = events(cli)
    head = cli.ok("log", "--head").split()
    previous = bytes.fromhex(head[1]) + bytes(16)
    for event in found:
        assert event["previous_hash"] == previous.hex()
        body = base64.b64decode(event["body"])
        previous = hashlib.blake2b(previous + body, digest_size=32,
                                   person=b"tokenry-log-hash").digest()  # fmt: skip
        assert event["hash"] == previous.hex()
    assert head[0] == "tokenry-head-1" and head[2] == "2" and head[3] == previous.hex()


def test_for_people(cli):
    cli.create("root", "bot", "edit-dns")
    cli.ok("edit", "root/bot", "--expires", "never")
    cli.ok("freeze", "--yes")
    table = cli.ok("log").splitlines()
    assert table[0].split() == ["TIME", "ACTOR", "OPERATION", "TOKEN", "ID", "CHANGE"]
    assert len(table) == 5
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  tester  created +root/bot ", table[2])
    assert table[2].endswith("scopes=edit-dns, owner_made")
    assert table[3].endswith("expires_at=none")
    assert "scope=acct-summary, basic-system-info and 62 more" in table[1]
    assert table[4].split()[2:] == ["frozen", "-", "-"]


def test_rows_events_are_for_machines(cli):
    names = ["bot-%d" % i for i in range(300)]
    for name in names[:3]:
        cli.create("root", name)
    before = len(events(cli))
    # 300 tokens would take long to make one by one: scopes of a store do as well.
    store = Cli(cli.store + "-2")
    catalog = [{"name": "s%d" % i} for i in range(256)]
    path = cli.store + "-catalog.json"
    with open(path, "w") as file:
        json.dump({"scopes": catalog}, file)
    assert before == 4
    result = store("init", "--catalog", path)
    assert result.code == 0, result
    assert words(events(store)) == ["store_created None", "rows None"]
    assert len(store.ok("log").splitlines()) == 2


def test_filters(cli):
    first = cli.create("root", "a")
    cli.create("anna", "b")
    cli.ok("owner", "rename", "anna", "beth")
    cli.ok("revoke", "root/a")
    cli.ok("purge", "root/a")
    assert words(events(cli, "--token", first["id"])) == ["created a", "revoked a", "purged a"]
    assert words(events(cli, "--token", "beth/b")) == ["created b"]
    assert words(events(cli, "--owner", "anna")) == ["created b", "owner_renamed anna"]
    assert words(events(cli, "--owner", "beth")) == ["owner_renamed anna"]
    assert words(events(cli, "--limit", "2")) == ["revoked a", "purged a"]
    assert words(events(cli, "--owner", "root", "--limit", "1")) == ["purged a"]
    assert len(events(cli, "--limit", "1000")) == 6
    assert cli.ok("log", "--owner", "nobody") == ""
    assert cli("log", "--owner", "nobody").err == "tokenry: no events match\n"


def test_since(cli):
    cli.create("root", "a")
    assert len(events(cli, "--since", "1h")) == 2
    time.sleep(1.1)
    cli.create("root", "b")
    assert words(events(cli, "--since", "1s")) == ["created b"]
    at = events(cli)[-1]["at"]
    assert words(events(cli, "--since", at)) == ["created b"]
    today = at[:10]
    assert len(events(cli, "--since", today)) >= 1, "a date is that day's beginning"
    assert events(cli, "--since", "2100-01-01") == []
    assert len(events(cli, "--since", "9999w")) == 3


@pytest.mark.parametrize("text", ["never", "", "yesterday", "1y", "0d", "2027-13-01", "-1d"])
def test_since_takes_no_nonsense(cli, text):
    cli.fails(2, "--since", "log", "--since=" + text)


def test_usage(cli):
    cli.fails(2, "either --follow or --export", "log", "--follow", "--export")
    cli.fails(2, "--head is of the whole log", "log", "--head", "--owner", "root")
    cli.fails(2, "--export is of the whole log", "log", "--export", "--limit", "3")
    cli.fails(2, "public key too", "log", "--verify", "-")
    cli.fails(2, "public key too", "log", "--verify", "-", "--public-key")
    cli.fails(2, "with --verify only", "log", "--public-key", "ab")
    cli.fails(2, "64 small hexadecimal digits", "log", "--verify", "-", "--public-key", "AB" * 32)
    cli.fails(2, "--limit", "log", "--limit", "0")
    cli.fails(3, "no token", "log", "--token", "root/none")
    cli.fails(2, "an owner must be", "log", "--owner", "a b")


def test_heads_and_keys(cli):
    head = cli.json("log", "--head")
    assert list(head) == ["head", "store_id", "sequence", "signed_at", "hash", "public_key"]
    assert head["sequence"] == 1 and head["store_id"] == cli.json("stat")["store_id"]
    assert cli.ok("log", "--head") == head["head"] + "\n"
    assert cli.ok("log", "--public-key") == head["public_key"] + "\n"
    assert cli.json("log", "--public-key") == {"public_key": head["public_key"]}


def test_an_unsealed_store_has_no_key(tmp_path):
    cli = Cli(tmp_path / "store")
    cli.ok("init", "--unsealed")
    cli.fails(4, "not sealed", "log", "--public-key")
    export = cli.ok("log", "--export")
    result = run("log", "--verify", "-", "--public-key", "00" * 32, stdin=export)
    assert result.code == 5 and "did not sign" in result.err


# ---- an export in an auditor's hands


class Export:
    """An export of six events, and its public key."""

    def __init__(self, cli):
        cli.create("root", "bot", "edit-dns")
        cli.create("anna", "ci", "edit-dns", "--note", "n")
        cli.ok("suspend", "anna/ci")
        cli.ok("owner", "set", "root", "--ceiling", "edit-dns")
        cli.ok("revoke", "root/bot")
        self.key = cli.ok("log", "--public-key").strip()
        self.lines = cli.ok("log", "--export").splitlines()
        assert len(self.lines) == 7

    def verify(self, changed=None, key=None, **options):
        text = "".join(line + "\n" for line in (self.lines if changed is None else changed))
        # A folder without any store, and no way to one.
        return run("--store", "/nonexistent", "log", "--verify", "-", "--public-key",
                   key or self.key, stdin=text, **options)  # fmt: skip

    def refused(self, words, changed, **options):
        result = self.verify(changed, **options)
        assert result.code == 5, result
        assert result.out == "" and result.err.count("\n") == 1, result
        assert words in result.err, result

    def with_line(self, index, line):
        return self.lines[:index] + [line] + self.lines[index + 1 :]


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    cli = Cli(tmp_path_factory.mktemp("export") / "store")
    cli.ok("init", "--catalog", "whm")
    return Export(cli)


def test_a_good_export_is_valid(export, tmp_path):
    result = export.verify()
    assert result.code == 0 and result.err == ""
    assert re.fullmatch(r"valid: 6 events, from 1 to 6, signed \S+Z\n", result.out)
    path = tmp_path / "export"
    path.write_text("\n".join(export.lines))
    answer = run("--json", "log", "--verify", str(path), "--public-key", export.key)
    assert answer.code == 0
    assert list(answer.json) == ["valid", "event_count", "first_sequence", "last_sequence",
                                 "store_id", "signed_at"]  # fmt: skip
    assert answer.json["event_count"] == 6 and answer.json["valid"] is True


def test_an_export_may_begin_in_the_middle(export):
    result = export.verify(export.lines[3:])
    assert result.code == 0 and "3 events, from 4 to 6," in result.out
    result = export.verify(export.lines[6:])
    assert result.code == 5 and "events end at 0" in result.err


def test_a_cut_export(export):
    for count in range(7):
        export.refused("has no head after line %d" % count, export.lines[:count])
    for index in (0, 3, 5, 6):
        cut = export.lines[:index] + [export.lines[index][:-1]]
        export.refused("line %d is not" % (index + 1), cut)


def test_a_removed_line(export):
    for index in range(1, 5):
        changed = export.lines[:index] + export.lines[index + 1 :]
        export.refused("line %d is event %d, but" % (index + 1, index + 2), changed)
    export.refused("line 6 is the head at event 6, but the events end at 5",
                   export.lines[:5] + export.lines[6:])  # fmt: skip


def test_a_doubled_line(export):
    for index in range(6):
        changed = export.lines[: index + 1] + export.lines[index:]
        export.refused("line %d is event" % (index + 2), changed)
    export.refused("line 8 stands after the head", export.lines + [export.lines[6]])


def test_swapped_lines(export):
    for index in range(1, 5):
        changed = list(export.lines)
        changed[index], changed[index + 1] = changed[index + 1], changed[index]
        export.refused("line %d is event" % (index + 1), changed)
    changed = list(export.lines)
    changed[5], changed[6] = changed[6], changed[5]
    export.refused("line 6 is the head at event 6", changed)


@pytest.mark.parametrize("key", KEYS)
def test_a_line_whose_words_differ_from_its_body(export, key):
    event = json.loads(export.lines[2])
    other = json.loads(export.lines[1])
    event[key] = {"sequence": 7, "fields": {}, "at": "2020-01-01T00:00:00Z",
                  "operation": "revoked"}.get(key, other[key])  # fmt: skip
    line = json.dumps(event, separators=(",", ":"))
    if key == "actor":
        line = line.replace('"tester"', '"nobody"')
    assert line != export.lines[2]
    export.refused("line 3 ", export.with_line(2, line))


def test_every_part_of_every_line_counts(export):
    for index in (0, 1, 4, 6):
        line = export.lines[index]
        for at in range(0, len(line), max(1, len(line) // 40)):
            other = "a" if line[at] != "a" else "b"
            changed = export.with_line(index, line[:at] + other + line[at + 1 :])
            result = export.verify(changed)
            assert result.code == 5, (index, at, result)


def test_an_event_forged_with_its_words(export):
    """Body, words and hash of line 3 agree with each other, but the next line does not follow."""
    event = json.loads(export.lines[2])
    body = base64.b64decode(event["body"]).replace(b"tester", b"nobody")
    event["body"] = base64.b64encode(body).decode()
    event["actor"] = "nobody"
    event["hash"] = hashlib.blake2b(bytes.fromhex(event["previous_hash"]) + body, digest_size=32,
                                    person=b"tokenry-log-hash").hexdigest()  # fmt: skip
    line = json.dumps(event, separators=(",", ":"))
    export.refused("line 4 does not follow", export.with_line(2, line))
    export.refused("line 4 is the head at event 6", export.lines[:2] + [line, export.lines[6]])


def test_a_chain_forged_to_its_end_has_no_signature(export):
    changed = []
    previous = bytes.fromhex(json.loads(export.lines[0])["previous_hash"])
    for line in export.lines[:6]:
        event = json.loads(line)
        body = base64.b64decode(event["body"]).replace(b"tester", b"nobody")
        event["body"] = base64.b64encode(body).decode()
        event["actor"] = "nobody"
        event["previous_hash"] = previous.hex()
        previous = hashlib.blake2b(previous + body, digest_size=32,
                                   person=b"tokenry-log-hash").digest()  # fmt: skip
        event["hash"] = previous.hex()
        changed.append(json.dumps(event, separators=(",", ":")))
    export.refused("line 7 is the head of other events", changed + [export.lines[6]])
    head = json.loads(export.lines[6])["head"].split()
    head[3] = previous.hex()
    forged = json.dumps({"head": " ".join(head)}, separators=(",", ":"))
    export.refused("did not sign", changed + [forged])


def test_another_key_or_another_stores_head(export, cli):
    export.refused("line 7 is a head that the holder of this public key did not sign", None,
                   key="11" * 32)  # fmt: skip
    for i in range(5):
        cli.create("root", "bot-%d" % i)
    foreign = cli.ok("log", "--export").splitlines()
    key = cli.ok("log", "--public-key").strip()
    assert len(foreign) == 7
    export.refused("line 7 is the head of another store", export.lines[:6] + foreign[6:], key=key)
    export.refused("line 2 does not follow", export.lines[:1] + foreign[1:], key=key)


def test_rubbish(export, tmp_path):
    export.refused("has no head after line 0", [])
    export.refused("line 1 is not an event", ["rubbish"])
    export.refused("line 1 is not an event", ["[1]"])
    export.refused("line 1 is not an event: it has no body", ["{}"])
    export.refused("line 1 is not an event: its body", ['{"body":"AAAA","previous_hash":"%s"}'
                                                        % ("00" * 32)])  # fmt: skip
    export.refused("line 1 names no hash", ['{"body":"AAAA"}'])
    export.refused("line 1 is not a head", ['{"head":"x"}'])
    export.refused("too long", ["x" * (5 << 20)])
    export.refused("line 1 is not an event", ["\xff\x00"])
    result = run("log", "--verify", str(tmp_path / "none"), "--public-key", export.key)
    assert result.code == 5 and "cannot read" in result.err


# ---- a log that does not fit


def test_an_altered_event_is_told_and_the_others_are_shown(cli):
    cli.create("root", "bot-that-is-altered")
    cli.create("root", "other")
    path = os.path.join(cli.store, "data.mdb")
    with open(path, "r+b") as file:
        data = file.read()
        # In the event alone: there the label is followed by the first field's code and size.
        wanted = b"bot-that-is-altered\x04"
        assert wanted in data
        file.seek(0)
        file.write(data.replace(wanted, b"bot-that-is-ALTERED\x04"))
    result = cli("--json", "log")
    assert result.code == 5 and words(lines(result.out)) == ["store_created None", "created other"]
    assert result.error["message"].startswith("event 2 was altered")
    cli.fails(5, "event 2 was altered", "log")
    export = cli("log", "--export")
    assert export.code == 5
    key = cli.ok("log", "--public-key").strip()
    result = run("log", "--verify", "-", "--public-key", key, stdin=export.out)
    assert result.code == 5 and "line 2 is event 3" in result.err


# ---- following


class Follower:
    def __init__(self, cli, *arguments):
        self.process = subprocess.Popen(
            [PROGRAM, "--store", cli.store, *arguments, "log", "--follow"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=plain_environment(),
        )  # fmt: skip

    def line(self):
        return self.process.stdout.readline()

    def ends(self, signal_number):
        self.process.send_signal(signal_number)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_follow_goes_on_and_ends_at_a_signal(cli, number):
    follower = Follower(cli, "--json")
    assert json.loads(follower.line())["operation"] == "store_created"
    cli.create("root", "a")
    assert json.loads(follower.line())["label"] == "a"
    cli.create("root", "b")
    cli.ok("revoke", "root/b")
    assert json.loads(follower.line())["label"] == "b"
    assert json.loads(follower.line())["operation"] == "revoked"
    assert follower.ends(number) == (0, "", "")


def test_follow_for_people_with_filters(cli):
    cli.create("root", "a")
    cli.create("anna", "b")
    process = subprocess.Popen(
        [PROGRAM, "--store", cli.store, "log", "--follow", "--owner", "anna", "--limit", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=plain_environment(),
    )  # fmt: skip
    assert "anna/b" in process.stdout.readline()
    cli.ok("suspend", "root/a")
    cli.ok("suspend", "anna/b")
    assert re.search(r" suspended +anna/b ", process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=10) == ("", "") and process.returncode == 0


def test_follow_ends_when_its_reader_has_gone(cli):
    follower = Follower(cli)
    follower.line()
    follower.process.stdout.close()
    assert follower.process.wait(timeout=10) in (0, -signal.SIGPIPE)
    assert follower.process.stderr.read() == ""
