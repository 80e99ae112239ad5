"""check where there is much to look at. Makes tokens through the library in this process, so it is
not for a build whose sanitizer must be loaded first."""

import pytest
from bulk import make_tokens
from test_check import damage
from test_terminal import on_terminal


def test_of_many_problems_the_first_are_listed_and_all_counted(cli):
    make_tokens(cli.store, 1200)
    damage(cli, b"tester", b"taster")  # who made them, in each details row
    result = cli.fails(5, "problems in the store", "check")
    lines = result.out.splitlines()
    assert len(lines) == 1001 and lines[0].startswith('owner "owner-0": the seal')
    report = cli("--json", "check").json
    assert len(report["findings"]) == 1000 and report["finding_count"] > 1200
    assert lines[-1] == "and %d more" % (report["finding_count"] - 1000)


@pytest.fixture(scope="module")
def large(shared_cli):
    make_tokens(shared_cli.store, 150_000)
    return shared_cli


def test_a_bar_on_a_terminal_while_it_lasts(large):
    code, seen = on_terminal(large, "check").finish()
    assert code == 0 and seen.count("Checking [") >= 1, seen
    # The bar is taken back before the answer.
    assert seen.endswith("\r\x1b[K150000 tokens, 600079 rows, no problem found\r\n"), seen


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, None])
def test_no_bar_where_it_cannot_be_taken_back(large, environment):
    if environment:
        code, seen = on_terminal(large, "check", **environment).finish()
    else:
        result = large("check")
        code, seen = result.code, result.out + result.err
    assert code == 0 and "Checking" not in seen
