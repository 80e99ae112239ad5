"""The grammar of WHEN, at its edges, and how times are printed."""

import datetime
import itertools
import re
import time

import pytest

COUNTER = itertools.count()
DAY = 24 * 3600
ALL_FORMS = "give 90d, 12h, 30m (minutes), 1s, 2w"


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def create(cli, *options):
    return cli("--json", "create", "root", "t%d" % next(COUNTER), "--no-scopes", *options)


def expiry(cli, when):
    result = create(cli, "--expires", when)
    assert result.code == 0, result
    return result.json["expires_at"]


def refusal(cli, when, option="--expires"):
    result = create(cli, option, when)
    assert result.code == 2 and result.error["code"] == "invalid_argument", result
    return result.error["message"]


@pytest.mark.parametrize(
    "when, span",
    [("1s", 1), ("1m", 60), ("30m", 1800), ("12h", 43200), ("1d", DAY), ("90d", 90 * DAY),
     ("2w", 14 * DAY), ("007d", 7 * DAY), ("3650d", 3650 * DAY), ("31536000s", 365 * DAY)],
)  # fmt: skip
def test_spans(shared_cli, when, span):
    before = time.time()
    at = seconds(expiry(shared_cli, when))
    assert before + span - 0.001 <= at <= time.time() + span + 0.001


@pytest.mark.parametrize(
    "when, expected",
    [
        ("2099-01-31", "2099-01-31T23:59:59Z"),
        ("2096-02-29", "2096-02-29T23:59:59Z"),
        ("9999-12-31", "9999-12-31T23:59:59Z"),
        ("2099-01-31T12:34:56Z", "2099-01-31T12:34:56Z"),
        ("2099-01-31t12:34:56z", "2099-01-31T12:34:56Z"),
        ("2099-01-31 12:34:56Z", "2099-01-31T12:34:56Z"),
        ("2099-01-31T00:30:00+02:00", "2099-01-30T22:30:00Z"),
        ("2099-12-31T23:30:00-01:00", "2100-01-01T00:30:00Z"),
        ("2099-01-31T12:00:00-00:00", "2099-01-31T12:00:00Z"),
        ("2099-01-31T12:00:00+23:59", "2099-01-30T12:01:00Z"),
        ("2099-01-31T12:00:00.5Z", "2099-01-31T12:00:00.500Z"),
        ("2099-01-31T12:00:00.007Z", "2099-01-31T12:00:00.007Z"),
        ("2099-01-31T12:00:00.1239999Z", "2099-01-31T12:00:00.123Z"),
        ("2099-01-31T12:00:00.000Z", "2099-01-31T12:00:00Z"),
        ("2099-06-30T23:59:60Z", "2099-07-01T00:00:00Z"),
        ("2099-07-01T01:59:60+02:00", "2099-07-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
        ("never", None),
    ],
)
def test_moments(shared_cli, when, expected):
    assert expiry(shared_cli, when) == expected


@pytest.mark.parametrize("when", ["3M", "3mo", "3mon", "3month", "3months", "1y", "2years"])
def test_months_and_years_are_refused_with_a_hint(shared_cli, when):
    assert "use 30d or a date" in refusal(shared_cli, when)


@pytest.mark.parametrize(
    "when",
    ["", "d", "90", "-1d", "+1d", "1.5d", "1 d", " 1d", "1d ", "1D", "1dd", "1d2h", "1x", "Never",
     "NEVER", "tomorrow", "0x10d", "１d", "1ms"],
)  # fmt: skip
def test_other_words_are_refused(shared_cli, when):
    assert ALL_FORMS in refusal(shared_cli, when)


@pytest.mark.parametrize(
    "when",
    ["2099-1-31", "2099-01-32", "2099-00-10", "2099-13-01", "2099-02-29", "2100-02-29",
     "2099-04-31", "2099-01-31T", "2099-01-31T12", "2099-01-31T12:00Z", "2099-01-31T12:00:00",
     "2099-01-31T24:00:00Z", "2099-01-31T12:60:00Z", "2099-01-31T12:00:61Z",
     "2099-01-31T12:00:60Z", "2099-01-31T12:00:00.Z", "2099-01-31T12:00:00,5Z",
     "2099-01-31T12:00:00+2:00", "2099-01-31T12:00:00+24:00", "2099-01-31T12:00:00+02:60",
     "2099-01-31T12:00:00+0200", "2099-01-31T12:00:00Zx", "2099-01-31Z", "2099-01-31x",
     "2099-", "2099-01", "2099/01/31"],
)  # fmt: skip
def test_bad_dates(shared_cli, when):
    message = refusal(shared_cli, when)
    assert "2027-01-31" in message


@pytest.mark.parametrize("when", ["0s", "0d", "000w"])
def test_spans_of_nothing(shared_cli, when):
    assert "at least 1" in refusal(shared_cli, when)


@pytest.mark.parametrize("when", ["9999999d", "99999999999999999999s", "18446744073709551617s",
                                  "9223372036854775807w", "300000000000s"])  # fmt: skip
def test_spans_beyond_the_calendar(shared_cli, when):
    assert "before the year 10000" in refusal(shared_cli, when)


@pytest.mark.parametrize("when", ["1970-01-01T00:00:00Z", "1969-12-31", "0000-01-01",
                                  "1970-01-01T00:30:00+01:00"])  # fmt: skip
def test_times_that_would_mean_none(shared_cli, when):
    assert "after 1970-01-01T00:00:00Z" in refusal(shared_cli, when)
    assert "--not-before" in refusal(shared_cli, when, "--not-before")


def test_the_past_is_refused_for_an_expiry_alone(shared_cli):
    refusal(shared_cli, "2001-01-01")
    assert create(shared_cli, "--not-before", "2001-01-01T00:00:00Z").code == 0


def test_the_same_grammar_holds_for_not_before_and_edit(shared_cli):
    assert "use 30d" in refusal(shared_cli, "1mo", "--not-before")
    shared_cli.create("root", "edited", None)
    answer = shared_cli.json("edit", "root/edited", "--not-before", "2098-01-31",
                             "--expires", "2099-01-31")  # fmt: skip
    assert answer["not_before"] == "2098-01-31T23:59:59Z"
    assert answer["expires_at"] == "2099-01-31T23:59:59Z"


@pytest.mark.parametrize(
    "when, words",
    [("90d", "in 89 days"), ("2w", "in 13 days"), ("25h", "in 1 day"), ("24h", "in 23 hours"),
     ("61m", "in 1 hour"), ("60m", "in 59 minutes"), ("90s", "in 1 minute"),
     ("729d", "in 728 days"), ("731d", "in 2 years"), ("1100d", "in 3 years")],
)  # fmt: skip
def test_relative_times(shared_cli, when, words):
    label = "r%d" % next(COUNTER)
    shared_cli.create("root", label, None, "--expires", when)
    assert re.search(r"Expires:.*\(%s\)" % words, shared_cli.ok("show", "root/" + label))


def test_the_past_is_told_too(shared_cli):
    shared_cli.create("root", "past", None)
    time.sleep(1.1)
    assert re.search(r"Created:.*\(\d seconds? ago\)", shared_cli.ok("show", "root/past"))
