"""init: stores, catalogs, and what is wrong with them."""

import grp
import json
import os
import stat

import pytest
from conftest import Cli, run


def init(path, *arguments):
    return run("--store", str(path), "--json", "init", *arguments)


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_json_shape(tmp_path):
    result = init(tmp_path / "store", "--catalog", "whm")
    assert result.code == 0 and result.err == ""
    answer = result.json
    assert list(answer) == ["store", "store_id", "prefix", "sealed", "scope_count"]
    assert len(answer.pop("store_id")) == 32
    assert answer == {
        "store": str(tmp_path / "store"),
        "prefix": "tkry",
        "sealed": True,
        "scope_count": 64,
    }


def test_human_line(tmp_path):
    result = run("--store", str(tmp_path / "store"), "init", "--catalog", "whm")
    expected = "Created the store %s: 64 scopes, token prefix tkry, sealed.\n"
    assert (result.code, result.out) == (0, expected % (tmp_path / "store"))


def test_without_a_catalog_there_are_no_scopes(tmp_path):
    assert init(tmp_path / "store").json["scope_count"] == 0


def test_an_empty_directory_is_taken(tmp_path):
    (tmp_path / "store").mkdir()
    assert init(tmp_path / "store").code == 0


def test_prefix_begins_the_tokens(tmp_path):
    program = Cli(tmp_path / "store")
    program.ok("init", "--catalog", "whm", "--prefix", "acme42")
    assert program.create()["token"].startswith("acme42_")


@pytest.mark.parametrize("prefix", ["a", "abcdefghijk", "Acme", "ac_me", "ac-me"])
def test_bad_prefixes(tmp_path, prefix):
    result = init(tmp_path / "store", "--prefix", prefix)
    assert result.code == 2 and result.error["code"] == "invalid_argument", result
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("prefix", ["ab", "abcdefghij", "00"])
def test_prefixes_at_the_limits(tmp_path, prefix):
    assert init(tmp_path / "store", "--prefix", prefix).json["prefix"] == prefix


def test_unsealed(tmp_path):
    assert init(tmp_path / "store", "--unsealed").json["sealed"] is False
    assert not (tmp_path / "store" / "key").exists()


def test_the_key_is_private(tmp_path):
    init(tmp_path / "store")
    assert mode(tmp_path / "store" / "key") == 0o600


def test_key_file_elsewhere(tmp_path):
    key = str(tmp_path / "the.key")
    assert run("--store", str(tmp_path / "store"), "--key-file", key, "init").code == 0
    assert mode(key) == 0o600 and not (tmp_path / "store" / "key").exists()
    result = run("--store", str(tmp_path / "store"), "--json", "list")
    assert result.code == 5 and result.error["code"] == "key_missing", result
    result = run("--store", str(tmp_path / "store"), "--key-file", key, "--json", "list")
    assert result.code == 0


def test_group_shares_the_files(tmp_path):
    group = grp.getgrgid(os.getegid()).gr_name
    assert init(tmp_path / "store", "--group", group).code == 0
    assert mode(tmp_path / "store" / "data.mdb") == 0o660
    assert mode(tmp_path / "store" / "key") == 0o640
    assert os.stat(tmp_path / "store" / "data.mdb").st_gid == os.getegid()


def test_unknown_group(tmp_path):
    result = init(tmp_path / "store", "--group", "no-such-group-here")
    assert result.code == 3 and result.error["code"] == "not_found", result
    assert not (tmp_path / "store").exists()


def test_an_existing_store_is_a_conflict(cli):
    token = cli.create()["token"]
    result = cli("--json", "init")
    assert result.code == 4 and result.error["code"] == "store_exists"
    assert cli.verify(token).code == 0


def test_a_directory_in_use_is_a_conflict(tmp_path):
    (tmp_path / "file").write_text("mine")
    assert init(tmp_path).code == 4
    assert os.listdir(tmp_path) == ["file"]


def test_a_missing_parent_is_an_error(tmp_path):
    result = init(tmp_path / "none" / "store")
    assert result.code in (2, 5) and not (tmp_path / "none").exists(), result


# ---- catalog files


def catalog(tmp_path, content):
    path = tmp_path / "catalog.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def test_catalog_file(tmp_path):
    scopes = [
        {"name": "dns.edit", "group": "DNS", "text": "Edit zones é"},
        {"name": "root", "everything": True, "escalates": True},
        {"name": "plain", "everything": False, "escalates": False, "group": "", "text": ""},
    ]
    path = catalog(tmp_path, {"scopes": scopes})
    program = Cli(tmp_path / "store")
    program.ok("init", "--catalog", path)
    blank = {"name": "", "group": "", "text": "", "everything": False, "escalates": False}
    assert program.json("scope", "list") == [{**blank, **scope} for scope in scopes]


def test_an_empty_catalog_file_is_a_catalog(tmp_path):
    assert init(tmp_path / "store", "--catalog", catalog(tmp_path, {"scopes": []})).code == 0


@pytest.mark.parametrize(
    "content, words",
    [
        ("", ":1: not valid JSON"),
        ('{"scopes": [\n{"name": "a"},\n]}', ":3: not valid JSON"),
        ('{"scopes": []} x', ":1: not valid JSON"),
        ([], 'must be an object with the key "scopes"'),
        ({}, 'key "scopes" is missing'),
        ({"scopes": {}}, "scopes: must be an array"),
        ({"scopes": [], "title": ""}, 'unknown key "title"'),
        ({"scopes": ["a"]}, "scopes[0]: must be an object"),
        ({"scopes": [{"name": "a"}, {}]}, 'scopes[1]: key "name" is missing'),
        ({"scopes": [{"name": 7}]}, "scopes[0].name: must be a string"),
        ({"scopes": [{"name": "a", "group": None}]}, "scopes[0].group: must be a string"),
        ({"scopes": [{"name": "a", "text": ["t"]}]}, "scopes[0].text: must be a string"),
        ({"scopes": [{"name": "a", "everything": 1}]}, "scopes[0].everything: must be true or"),
        ({"scopes": [{"name": "a", "escalates": "yes"}]}, "scopes[0].escalates: must be true or"),
        ({"scopes": [{"name": "a", "bit": 3}]}, 'scopes[0]: unknown key "bit"'),
        ('{"scopes": [{"name": "a", "name": "b"}]}', 'key "name" stands twice'),
        ('{"scopes": [], "scopes": []}', 'key "scopes" stands twice'),
        ({"scopes": [{"name": "a b"}]}, 'scopes[0].name: must be 1 to 64'),
        ({"scopes": [{"name": ""}]}, "scopes[0].name: must be 1 to 64"),
        ({"scopes": [{"name": "-a"}]}, "scopes[0].name: must be 1 to 64"),
        ({"scopes": [{"name": "a" * 65}]}, "scopes[0].name: must be 1 to 64"),
        ({"scopes": [{"name": "a", "group": "g" * 257}]}, "scopes[0].group: must hold"),
        ({"scopes": [{"name": "a", "text": "t" * 257}]}, "scopes[0].text: must hold"),
        ({"scopes": [{"name": "a", "text": "a\nb"}]}, "control"),
        ({"scopes": [{"name": "a"}, {"name": "A"}]}, 'scopes[1].name: "A" stands twice'),
        ({"scopes": [{"name": "n%d" % i} for i in range(257)]}, "256"),
    ],
)
def test_bad_catalog_files(tmp_path, content, words):
    result = init(tmp_path / "store", "--catalog", catalog(tmp_path, content))
    assert result.code == 2, result
    assert words in result.error["message"], result
    assert not (tmp_path / "store").exists()


def test_catalog_texts_at_the_limits(tmp_path):
    scope = {"name": "n" * 64, "group": "g" * 256, "text": "t" * 256}
    assert init(tmp_path / "store", "--catalog", catalog(tmp_path, {"scopes": [scope]})).code == 0


def test_a_catalog_of_256_scopes_is_taken(tmp_path):
    path = catalog(tmp_path, {"scopes": [{"name": "n%d" % i} for i in range(256)]})
    assert init(tmp_path / "store", "--catalog", path).json["scope_count"] == 256


def test_catalog_that_is_not_utf_8(tmp_path):
    path = tmp_path / "catalog.json"
    path.write_bytes(b'{"scopes": [{"name": "a", "text": "\xff"}]}')
    result = init(tmp_path / "store", "--catalog", str(path))
    assert result.code == 2 and "not valid JSON" in result.error["message"]


def test_catalog_file_missing_or_too_large(tmp_path):
    result = init(tmp_path / "store", "--catalog", str(tmp_path / "none"))
    assert result.code == 2 and "No such file" in result.error["message"]
    result = init(tmp_path / "store", "--catalog", catalog(tmp_path, " " * (1024 * 1024 + 1)))
    assert result.code == 2 and "1 MiB" in result.error["message"]
    padded = '{"scopes": []}'.ljust(1024 * 1024)
    assert init(tmp_path / "store", "--catalog", catalog(tmp_path, padded)).code == 0
