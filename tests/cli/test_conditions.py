"""Where a token may be used from and how often: --allow-ip, --max-uses, --rate."""

import concurrent.futures
import time

import pytest

SCOPE = ["--scope", "edit-dns"]
RATE_FORM = "--rate: give N/s, N/m (minutes), N/h, N/d, or N/SPAN"


def networks(count):
    """So many different addresses, in the list's form."""
    return ["198.51.%d.%d" % (100 + i // 256, i % 256) for i in range(count)]


def from_address(cli, token, address):
    return cli.verify(token, *(["--ip", address] if address else [])).json["reason"]


def reasons(cli, token, count):
    return [cli.verify(token).json["reason"] for _ in range(count)]


# ---- --allow-ip


@pytest.mark.parametrize(
    "options, kept",
    [
        (["--allow-ip", "192.0.2.7"], ["192.0.2.7"]),
        (["--allow-ip", "192.0.2.0/24,2001:db8::/32"], ["192.0.2.0/24", "2001:db8::/32"]),
        (["--allow-ip", "192.0.2.0/24", "2001:db8::/32"], ["192.0.2.0/24", "2001:db8::/32"]),
        (["--allow-ip", "192.0.2.7", "--allow-ip", "::1"], ["192.0.2.7", "::1"]),
        (["--allow-ip=192.0.2.7", "--allow-ip=::1,::2"], ["192.0.2.7", "::1", "::2"]),
        (["--allow-ip", "192.0.2.7", "192.0.2.7"], ["192.0.2.7"]),
        (["--allow-ip", "192.0.2.7/32"], ["192.0.2.7"]),
        (["--allow-ip", "0.0.0.0/0"], ["0.0.0.0/0"]),
        (["--allow-ip", "::/0"], ["::/0"]),
        (["--allow-ip", "::ffff:192.0.2.0/120"], ["192.0.2.0/24"]),
        (["--allow-ip", "2001:DB8:0::1"], ["2001:db8::1"]),
        (["--allow-ip", "any"], []),
    ],
)
def test_lists(cli, options, kept):
    cli.create("root", "bot", "edit-dns", *options)
    assert cli.json("show", "root/bot")["allow_ips"] == kept
    cli.create("root", "other")
    assert cli.json("edit", "root/other", *options)["allow_ips"] == kept


def test_positional_arguments_may_follow_the_list(cli):
    cli.json("create", *SCOPE, "--allow-ip", "192.0.2.1", "192.0.2.2", "root", "bot")
    assert cli.json("show", "root/bot")["allow_ips"] == ["192.0.2.1", "192.0.2.2"]
    answer = cli.json("edit", "--allow-ip", "192.0.2.3", "::1", "root/bot")
    assert answer["allow_ips"] == ["192.0.2.3", "::1"]


@pytest.mark.parametrize(
    "address, allowed",
    [
        ("192.0.2.0", True), ("192.0.2.255", True), ("192.0.3.0", False), ("192.0.1.255", False),
        ("::ffff:192.0.2.9", True), ("2001:db8::", True), ("2001:db8:ffff::1", True),
        ("2001:db9::", False), ("10.1.2.3", True), ("10.1.2.4", False), ("::10.1.2.3", False),
        (None, False),
    ],
)  # fmt: skip
def test_who_is_admitted(cli, address, allowed):
    chosen = "192.0.2.0/24,2001:db8::/32,::ffff:10.1.2.3"
    token = cli.create("root", "bot", "edit-dns", "--allow-ip", chosen)["token"]
    assert from_address(cli, token, address) == ("ok" if allowed else "address_denied")


def test_a_denial_by_address(cli):
    made = cli.create("root", "bot", "edit-dns", "--allow-ip", "192.0.2.7")
    result = cli.verify(made["token"], "--ip", "192.0.2.8")
    assert result.code == 1 and result.json["id"] == made["id"]
    assert (result.json["reason"], result.json["http_status"]) == ("address_denied", 403)
    text = cli("verify", stdin=made["token"]).out
    assert text == "denied: address_denied (HTTP 403) root/bot %s\n" % made["id"]


def test_without_a_list_no_address_is_needed(cli):
    token = cli.create()["token"]
    assert from_address(cli, token, None) == from_address(cli, token, "192.0.2.7") == "ok"


def test_edit_replaces_and_any_clears(cli):
    token = cli.create("root", "bot", "edit-dns", "--allow-ip", "192.0.2.7")["token"]
    cli.ok("edit", "root/bot", "--allow-ip", "192.0.2.8")
    assert from_address(cli, token, "192.0.2.7") == "address_denied"
    assert from_address(cli, token, "192.0.2.8") == "ok"
    cli.ok("edit", "root/bot", "--allow-ip", "any")
    assert from_address(cli, token, None) == "ok"


def test_a_hundred_networks_and_no_more(cli):
    token = cli.create("root", "bot", "edit-dns", "--allow-ip", *networks(100))["token"]
    assert len(cli.json("show", "root/bot")["allow_ips"]) == 100
    assert from_address(cli, token, networks(100)[-1]) == "ok"
    words = "at most 100 addresses and networks"
    cli.fails(2, words, "create", "root", "x", *SCOPE, "--allow-ip", *networks(101))
    cli.fails(2, words, "edit", "root/bot", "--allow-ip", ",".join(networks(101)))
    assert len(cli.json("show", "root/bot")["allow_ips"]) == 100 and cli("show", "root/x").code == 3


@pytest.mark.parametrize(
    "text, words",
    [
        ("10.0.0.1/8", "has host bits set; the network is 10.0.0.0/8"),
        ("192.0.2.1/24", "the single address 192.0.2.1"),
        ("2001:db8::1/32", "the network is 2001:db8::/32"),
        ("::ffff:192.0.2.1/120", "has host bits set"),
        ("10.0.0.0/33", "must be 0 to 32"),
        ("::/129", "must be 0 to 128"),
        ("10.0.0.0/", "must be 0 to 32"),
        ("10.0.0.0/-1", "must be 0 to 32"),
        ("10.0.0.0/08", "must be 0 to 32"),
        ("10.0.0.0/8x", "must be 0 to 32"),
        ("10.0.0.0/255.0.0.0", "must be 0 to 32"),
        ("10.0.0", "is not an IPv4 or IPv6 address or network"),
        ("10.0.0.256", "is not an IPv4 or IPv6 address or network"),
        ("10.0.0.1:80", "is not an IPv4 or IPv6 address or network"),
        ("[::1]", "is not an IPv4 or IPv6 address or network"),
        ("host.example", "is not an IPv4 or IPv6 address or network"),
        ("1::2::3", "is not an IPv4 or IPv6 address or network"),
        ("all", "is not an IPv4 or IPv6 address or network"),
        ("", "--allow-ip: the list is empty"),
        ("::1,,::2", "--allow-ip"),
        ("any,10.0.0.0/8", "any must stand alone"),
        ("10.0.0.0/8,any", "any must stand alone"),
    ],
)
def test_bad_networks_change_nothing(cli, text, words):
    cli.create("root", "bot", "edit-dns", "--allow-ip", "192.0.2.7")
    before = cli.json("show", "root/bot")
    cli.fails(2, words, "create", "root", "x", *SCOPE, "--allow-ip", text)
    cli.fails(2, words, "edit", "root/bot", "--allow-ip", text)
    assert cli.json("show", "root/bot") == before and cli("show", "root/x").code == 3


# ---- --max-uses


def test_max_uses_is_exact(cli):
    token = cli.create("root", "bot", "edit-dns", "--max-uses", "3")["token"]
    assert reasons(cli, token, 5) == ["ok"] * 3 + ["uses_exhausted"] * 2
    assert cli.verify(token).json["http_status"] == 401
    shown = cli.json("show", "root/bot")
    assert (shown["max_uses"], shown["uses_left"], shown["use_count"]) == (3, 0, 3)
    assert shown["denied_count"] == 3


def test_processes_share_it(cli):
    token = cli.create("root", "bot", "edit-dns", "--max-uses", "20")["token"]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda _: cli.verify(token).code, range(32)))
    assert codes.count(0) == 20 and codes.count(1) == 12


def test_what_is_denied_costs_no_use(cli):
    token = cli.create("root", "bot", "edit-dns", "--max-uses", "1")["token"]
    assert cli.verify(token, "--scope", "kill-dns").json["reason"] == "scope_denied"
    assert cli.json("show", "root/bot")["uses_left"] == 1
    assert reasons(cli, token, 2) == ["ok", "uses_exhausted"]


def test_edit_counts_from_now_on(cli):
    token = cli.create("root", "bot", "edit-dns", "--max-uses", "1")["token"]
    assert reasons(cli, token, 2) == ["ok", "uses_exhausted"]
    cli.ok("edit", "root/bot", "--max-uses", "2")
    assert cli.json("show", "root/bot")["uses_left"] == 2
    assert reasons(cli, token, 3) == ["ok", "ok", "uses_exhausted"]
    answer = cli.json("edit", "root/bot", "--max-uses", "none")
    assert answer["max_uses"] is None and answer["uses_left"] is None
    assert reasons(cli, token, 3) == ["ok"] * 3


def test_a_rotation_does_not_give_uses_back(cli):
    cli.create("root", "bot", "edit-dns", "--max-uses", "2")
    token = cli.json("rotate", "root/bot")["token"]
    assert reasons(cli, token, 3) == ["ok", "ok", "uses_exhausted"]
    again = cli.json("rotate", "root/bot", "--overlap", "0")["token"]
    assert reasons(cli, again, 1) == ["uses_exhausted"]


def test_max_uses_at_its_limit(cli):
    cli.create("root", "bot", "edit-dns", "--max-uses", "1000000000000")
    assert cli.json("show", "root/bot")["max_uses"] == 1000000000000
    cli.create("root", "one", "edit-dns", "--max-uses", "none")
    assert cli.json("show", "root/one")["max_uses"] is None


@pytest.mark.parametrize(
    "text, words",
    [
        ("1000000000001", "at most 1000000000000"),
        ("99999999999999999999999", "at most 1000000000000"),
        ("0", "--max-uses: give a whole number of 1 or more, or none"),
        ("00", "--max-uses: give"), ("-1", "--max-uses: give"), ("+1", "--max-uses: give"),
        ("1.5", "--max-uses: give"), ("1k", "--max-uses: give"), ("", "--max-uses: give"),
        (" 1", "--max-uses: give"), ("any", "--max-uses: give"),
    ],
)  # fmt: skip
def test_bad_max_uses_change_nothing(cli, text, words):
    cli.create("root", "bot", "edit-dns", "--max-uses", "5")
    before = cli.json("show", "root/bot")
    cli.fails(2, words, "create", "root", "x", *SCOPE, "--max-uses", text)
    cli.fails(2, words, "edit", "root/bot", "--max-uses", text)
    assert cli.json("show", "root/bot") == before and cli("show", "root/x").code == 3


# ---- --rate


@pytest.mark.parametrize(
    "options, kept",
    [
        (["--rate", "10/s"], [(10, 1000)]),
        (["--rate", "10/m"], [(10, 60_000)]),
        (["--rate", "10/h"], [(10, 3_600_000)]),
        (["--rate", "10/d"], [(10, 86_400_000)]),
        (["--rate", "10/s", "--rate", "1000/1h"], [(10, 1000), (1000, 3_600_000)]),
        (["--rate", "10/s,1000/12h"], [(10, 1000), (1000, 43_200_000)]),
        (["--rate", "5/90s"], [(5, 90_000)]),
        (["--rate", "1/31d"], [(1, 2_678_400_000)]),
        (["--rate", "1/2w"], [(1, 1_209_600_000)]),
        (["--rate", "100000/s"], [(100_000, 1000)]),
        (["--rate", "1000000/10s"], [(1_000_000, 10_000)]),
        (["--rate", "none"], []),
    ],
)
def test_rates(cli, options, kept):
    wanted = [{"count": count, "period_ms": period_ms} for count, period_ms in kept]
    cli.create("root", "bot", "edit-dns", *options)
    assert cli.json("show", "root/bot")["rates"] == wanted
    cli.create("root", "other")
    assert cli.json("edit", "root/other", *options)["rates"] == wanted


@pytest.mark.parametrize(
    "options, words",
    [
        (["1/s", "2/m", "3/h"], "at most 2 rates"),
        (["1/s,2/m,3/h"], "at most 2 rates"),
        (["0/s"], "1 to 1000000 uses"),
        (["1000001/m"], "1 to 1000000 uses"),
        (["99999999999999999999999/s"], "1 to 1000000 uses"),
        (["100001/s"], "at most 100000 uses a second"),
        (["1/32d"], "1 second to 31 days"),
        (["1/0s"], "1 second to 31 days"),
        (["1/99999999999999999999d"], "1 second to 31 days"),
        (["10"], RATE_FORM), (["10/"], RATE_FORM), (["/s"], RATE_FORM), (["10/x"], RATE_FORM),
        (["10/500"], RATE_FORM), (["10/ms"], RATE_FORM), (["10/1mo"], RATE_FORM),
        (["10/S"], RATE_FORM), (["-1/s"], RATE_FORM), (["1.5/s"], RATE_FORM),
        (["10/s/s"], RATE_FORM), (["10 /s"], RATE_FORM), (["any"], RATE_FORM),
        ([""], "--rate: the list is empty"), (["1/s,"], "--rate"),
        (["none", "1/s"], "none must stand alone"),
    ],
)  # fmt: skip
def test_bad_rates_change_nothing(cli, options, words):
    cli.create("root", "bot", "edit-dns", "--rate", "7/h")
    before = cli.json("show", "root/bot")
    given = [part for text in options for part in ("--rate", text)]
    cli.fails(2, words, "create", "root", "x", *SCOPE, *given)
    cli.fails(2, words, "edit", "root/bot", *given)
    assert cli.json("show", "root/bot") == before and cli("show", "root/x").code == 3


def test_the_burst_and_then_a_denial(cli):
    token = cli.create("root", "bot", "edit-dns", "--rate", "3/h")["token"]
    assert reasons(cli, token, 4) == ["ok"] * 3 + ["rate_limited"]
    result = cli.verify(token)
    assert result.code == 1 and result.json["http_status"] == 429
    assert list(result.json)[-1] == "retry_after_ms"
    # One comes back every 20 minutes.
    assert 19 * 60_000 < result.json["retry_after_ms"] <= 20 * 60_000
    text = cli("verify", stdin=token).out
    assert text.startswith("denied: rate_limited (HTTP 429) root/bot ")
    seconds = int(text.rsplit(", retry after ", 1)[1].removesuffix(" s\n"))
    assert 19 * 60 < seconds <= 20 * 60


def test_waiting_as_long_as_told_is_enough(cli):
    token = cli.create("root", "bot", "edit-dns", "--rate", "1/2s")["token"]
    assert reasons(cli, token, 1) == ["ok"]
    result = cli.verify(token)
    assert result.json["reason"] == "rate_limited" and 0 < result.json["retry_after_ms"] <= 2000
    time.sleep(result.json["retry_after_ms"] / 1000)
    assert reasons(cli, token, 1) == ["ok"]


def test_the_narrower_of_two_rates_counts(cli):
    token = cli.create("root", "bot", "edit-dns", "--rate", "1000/s", "--rate", "2/d")["token"]
    assert reasons(cli, token, 3) == ["ok", "ok", "rate_limited"]


def test_edit_of_the_rate(cli):
    token = cli.create("root", "bot", "edit-dns", "--rate", "1/d")["token"]
    assert reasons(cli, token, 2) == ["ok", "rate_limited"]
    cli.ok("edit", "root/bot", "--note", "x")
    assert reasons(cli, token, 1) == ["rate_limited"]
    cli.ok("edit", "root/bot", "--rate", "2/d")
    assert reasons(cli, token, 3) == ["ok", "ok", "rate_limited"]
    cli.ok("edit", "root/bot", "--rate", "none")
    assert reasons(cli, token, 3) == ["ok"] * 3


# ---- all of them


def test_dry_run_shows_and_changes_nothing(cli):
    token = cli.create()["token"]
    before = cli.json("show", "root/bot")
    options = ["--allow-ip", "192.0.2.7", "--max-uses", "1", "--rate", "1/d", "--dry-run"]
    would = cli.json("edit", "root/bot", *options)
    assert would["allow_ips"] == ["192.0.2.7"] and would["max_uses"] == 1
    assert would["rates"] == [{"count": 1, "period_ms": 86_400_000}]
    assert cli.json("show", "root/bot") == before
    assert reasons(cli, token, 2) == ["ok", "ok"]


def test_each_is_a_change_by_itself(cli):
    cli.create("root", "bot", "edit-dns", "--allow-ip", "::1", "--max-uses", "5", "--rate", "9/s")
    before = cli.json("show", "root/bot")
    for options, changed in ((["--allow-ip", "any"], {"allow_ips"}),
                             (["--max-uses", "none"], {"max_uses", "uses_left"}),
                             (["--rate", "none"], {"rates"})):  # fmt: skip
        after = cli.json("edit", "root/bot", *options)
        assert {key for key in after if after[key] != before[key]} == changed
        before = after


def test_show_for_people(cli):
    cli.create("root", "bot", "edit-dns", "--allow-ip", "192.0.2.0/24", "::1", "--max-uses", "5",
               "--rate", "10/s", "--rate", "100/90m")  # fmt: skip
    text = cli.ok("show", "root/bot")
    assert "Allowed from:  192.0.2.0/24, ::1\n" in text and "Uses left:     5 of 5\n" in text
    assert "Rate:          10/s, 100/90m\n" in text
    cli.create("root", "free")
    text = cli.ok("show", "root/free")
    assert not any(word in text for word in ("Allowed from", "Uses left", "Rate"))


def test_like_takes_no_conditions(cli):
    cli.create("root", "bot", "edit-dns", "--allow-ip", "::1", "--max-uses", "5", "--rate", "9/s")
    cli.json("create", "root", "new", "--like", "root/bot")
    shown = cli.json("show", "root/new")
    assert (shown["allow_ips"], shown["max_uses"], shown["rates"]) == ([], None, [])
