"""freeze and thaw: the whole store at once."""


def test_a_frozen_store_refuses_every_token_until_thaw(cli):
    made = cli.create("root", "bot", "edit-dns")
    assert cli.ok("freeze", "--yes") == "frozen: every token is refused until thaw\n"
    answer = cli.verify(made["token"], "--scope", "edit-dns")
    assert answer.code == 1
    assert answer.json["reason"] == "frozen" and answer.json["http_status"] == 503
    assert answer.json["id"] == made["id"]
    assert cli.json("stat")["frozen"] is True and "FROZEN" in cli.ok("stat")
    assert cli.ok("thaw", "--yes") == "thawed\n"
    assert cli.verify(made["token"], "--scope", "edit-dns").code == 0
    assert cli.json("stat")["frozen"] is False


def test_both_are_idempotent_and_speak_json(cli):
    for _ in range(2):
        assert cli.json("freeze", "--yes") == {"frozen": True}
    for _ in range(2):
        assert cli.json("thaw", "--yes") == {"frozen": False}


def test_both_need_yes_without_a_terminal(cli):
    made = cli.create()
    cli.fails(2, "--yes", "freeze")
    assert cli.verify(made["token"]).code == 0
    cli.ok("freeze", "--yes")
    cli.fails(2, "--yes", "thaw", stdin="yes\n")
    assert cli.verify(made["token"]).code == 1


def test_the_operator_works_on_in_a_frozen_store(cli):
    made = cli.create("root", "leaked")
    cli.ok("freeze", "--yes")
    cli.ok("revoke", "root/leaked")
    cli.create("root", "fresh")
    cli.ok("thaw", "--yes")
    assert cli.verify(made["token"]).json["reason"] == "revoked"
