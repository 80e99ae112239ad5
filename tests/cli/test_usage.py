"""Options, help, errors and exit codes that belong to no single command."""

import json
import os
import re
import subprocess

import pytest
from conftest import PROGRAM, plain_environment, run

SECRET = "tkry_" + "Ab3" * 16 + "xy"


def test_help_goes_to_standard_output():
    result = run("--help")
    assert result.code == 0 and result.err == ""
    for command in ("init", "create", "verify", "list", "show", "edit", "stat", "owner", "scope"):
        assert re.search(r"^\s+%s\b" % command, result.out, re.M), command


def test_help_of_a_command_is_its_own():
    result = run("create", "--help")
    assert result.code == 0 and "--no-scopes" in result.out and "--unsealed" not in result.out
    assert run("owner", "set", "--help").out.count("--ceiling") == 1


def test_help_needs_no_arguments_of_the_command():
    assert run("edit", "-h").code == 0


def test_version():
    result = run("--version")
    assert result.code == 0 and re.fullmatch(r"tokenry \d+\.\d+\.\d+\n", result.out)


@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "a command is required; see tokenry --help"),
        (["owner"], "a command is required; see tokenry owner --help"),
        (["scope"], "a command is required"),
        (["frobnicate"], 'unknown command "frobnicate"'),
        (["owner", "promote", "root"], 'unknown command "promote"'),
        (["--frobnicate", "list"], "unknown option --frobnicate"),
        (["list", "--frobnicate"], "unknown option --frobnicate; see tokenry list --help"),
        (["list", "--frobnicate=value"], "unknown option --frobnicate;"),
        (["list", "surplus"], 'one argument too many: "surplus"'),
        (["create", "root"], "LABEL"),
        (["create"], "OWNER"),
        (["show"], "T"),
        (["revoke"], "T"),
        (["list", "--limit"], "--limit"),
        (["--store", "a", "--store", "b", "list"], "--store"),
        (["--store", "", "list"], "--store"),
        (["--store=", "list"], "--store"),
        (["scope", "add", "x", "--text", "t"], "--group"),
        (["scope", "add", "x", "--group", "g"], "--text"),
        (["owner", "set", "root"], "--ceiling"),
        (["owner", "rename", "root"], "NEW-NAME"),
    ],
)
def test_wrong_usage(arguments, words):
    result = run(*arguments)
    assert result.code == 2 and result.out == "", result
    assert result.err.startswith("tokenry: ") and result.err.count("\n") == 1, result
    assert words in result.err, result


def test_usage_error_as_json():
    result = run("--json", "list", "surplus")
    assert result.code == 2 and result.out == ""
    assert result.error["code"] == "invalid_argument" and "surplus" in result.error["message"]
    # Also where the option comes after what is wrong.
    assert run("--frobnicate", "list", "--json").error["code"] == "invalid_argument"


def test_json_after_two_dashes_is_an_argument():
    result = run("show", "--", "--json")
    assert result.code == 2 and result.err.startswith("tokenry: a token is named by")


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", SECRET],
        ["show", SECRET],
        ["revoke", SECRET],
        ["list", "--token=" + SECRET],
        [SECRET],
        ["create", "root", "bot", SECRET],
        ["create", "root", "bot", "--scope", "edit-dns", "--expires", SECRET],
        ["list", "--status", SECRET],
        ["verify", "--ip", SECRET],
    ],
)
def test_a_token_given_as_an_argument_is_not_repeated(cli, arguments):
    for json_option in ([], ["--json"]):
        result = cli(*json_option, *arguments)
        assert result.code == 2, result
        assert SECRET[5:] not in result.err + result.out, result


def test_global_options_may_follow_the_command(tmp_path, cli):
    result = run("list", "--json", "--store", cli.store)
    assert result.code == 0 and result.json == []


def test_words_after_two_dashes_are_arguments(cli):
    cli.ok("create", "--scope", "edit-dns", "--", "-owner", "-label")
    assert cli.json("show", "--", "-owner/-label")["label"] == "-label"


def test_a_label_may_be_named_like_a_command(cli):
    cli.create("list", "create")
    assert cli.json("show", "list/create")["owner"] == "list"


def test_an_empty_value_after_an_equals_sign_is_kept(cli):
    cli.create("root", "bot", "edit-dns", "--note", "something")
    assert cli.json("edit", "root/bot", "--note=", "--label", "bot2")["note"] == ""


@pytest.mark.parametrize("note", ["{}", "[]", "[a,b]", "%%", "--note", "a=b", "'\"", "é 漢"])
def test_values_are_taken_as_they_are(cli, note):
    cli.create("root", "bot", "edit-dns", "--note", note)
    assert cli.json("show", "root/bot")["note"] == note


def test_json_error_shape(cli):
    result = cli("--json", "show", "root/nobody")
    assert result.code == 3 and result.out == "" and result.error["code"] == "not_found"


def test_store_missing_is_a_store_error(tmp_path):
    result = run("--json", "--store", str(tmp_path / "none"), "list")
    assert result.code == 5 and result.error["code"] == "store_missing"


def test_not_a_store_is_a_store_error_and_stays(tmp_path):
    (tmp_path / "data.mdb").write_bytes(b"something else" * 1000)
    result = run("--json", "--store", str(tmp_path), "list")
    assert result.code == 5, result
    assert (tmp_path / "data.mdb").read_bytes() == b"something else" * 1000


def test_wrong_key_is_a_store_error(cli, tmp_path):
    other = tmp_path / "other"
    other.write_bytes(os.urandom(32))
    other.chmod(0o600)
    result = cli("--json", "--key-file", str(other), "list")
    assert result.code == 5 and result.error["code"] in ("key_wrong", "store_damaged"), result
    result = cli("--json", "--key-file", str(tmp_path / "none"), "list")
    assert result.code == 5 and result.error["code"] == "key_missing", result


FULL = [["--help"], ["--version"], ["list"], ["scope", "list"], ["stat"], ["show", "root/bot"]]


@pytest.mark.parametrize("arguments", FULL)
def test_a_full_standard_output_is_an_error(cli, arguments):
    cli.create()
    for json_option in ([], ["--json"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [PROGRAM, "--store", cli.store, *json_option, *arguments],
                stdout=full,
                stderr=subprocess.PIPE,
                env=plain_environment(),
                check=False,
            )
        assert done.returncode == 5
        message = done.stderr.decode()
        if json_option:
            assert json.loads(message)["error"]["code"] == "io_error"
        else:
            assert message == (
                "tokenry: cannot write to standard output: No space left on device\n"
            )


def test_a_closed_standard_output_is_an_error_and_spares_the_store(cli):
    cli.create()
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" --store "$1" list >&-', PROGRAM, cli.store],
        env=plain_environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 5, done
    assert cli.status("root/bot") == "active"


def test_closed_descriptors_do_not_harm_the_store(cli):
    done = subprocess.run(
        [
            "/bin/sh",
            "-c",
            '"$0" --store "$1" suspend root/none <&- >&- 2>&-',
            PROGRAM,
            cli.store,
        ],
        env=plain_environment(),
        check=False,
    )
    assert done.returncode == 3
    assert cli.json("list") == []


def test_a_reader_that_goes_ends_the_program_quietly(cli):
    done = subprocess.run(
        ["/bin/bash", "-c", '"$0" --store "$1" scope list | true; exit "${PIPESTATUS[0]}"',
         PROGRAM, cli.store],
        env=plain_environment(),
        capture_output=True,
        check=False,
    )
    # Either all was written before the reader went, or SIGPIPE ended the program.
    assert done.returncode in (0, 141) and done.stderr == b""
