"""Which store a command opens, and who it says did it."""

import os
import pwd

import pytest
from conftest import Cli, run

def store_id(path):
    return Cli(path).json("stat")["store_id"]


def test_the_option_comes_before_the_variable(cli, tmp_path):
    run("--store", str(tmp_path / "b"), "init")
    environment = {"TOKENRY_STORE": str(tmp_path / "b")}
    assert run("--json", "stat", env=environment).json["store_id"] == store_id(tmp_path / "b")
    answer = run("--store", cli.store, "--json", "stat", env=environment).json
    assert answer["store_id"] == store_id(cli.store)


def test_an_empty_variable_is_none(stranger):
    done = stranger("--json", "stat", TOKENRY_STORE="")
    assert done.returncode == 5 and "/home/.local/share/tokenry" in done.stderr


def test_users_have_a_store_below_xdg_data_home(stranger):
    data = stranger.folder / "home" / "data"
    done = stranger("init", XDG_DATA_HOME=str(data))
    assert done.returncode == 0, done
    assert (data / "tokenry" / "data.mdb").exists()
    assert stranger("list", XDG_DATA_HOME=str(data)).returncode == 0
    assert stranger("list").returncode == 5


def test_without_xdg_data_home_it_is_below_home(stranger):
    assert stranger("init").returncode == 0
    store = stranger.folder / "home" / ".local" / "share" / "tokenry"
    assert (store / "data.mdb").exists()
    assert stranger("list").returncode == 0


@pytest.mark.parametrize("path", ["data", "./data", "../data", ""])
def test_a_relative_xdg_data_home_is_ignored(stranger, path):
    (stranger.folder / "tmp" / "data").mkdir()
    done = stranger("init", XDG_DATA_HOME=path, cwd=stranger.folder / "tmp")
    assert done.returncode == 0, done
    assert (stranger.folder / "home" / ".local" / "share" / "tokenry" / "data.mdb").exists()
    assert os.listdir(stranger.folder / "tmp") == ["data"]


def test_a_store_in_the_current_directory_is_never_taken(stranger, tmp_path):
    store = stranger.folder / "tmp"
    assert stranger("--store", str(store), "init").returncode == 0
    done = stranger("list", cwd=store)
    assert done.returncode == 5 and "/home/.local/share/tokenry" in done.stderr, done


def test_without_any_home_it_is_that_of_the_account(stranger):
    done = stranger("list", HOME="")
    assert done.returncode == 5
    home = pwd.getpwuid(stranger.uid).pw_dir
    assert home + "/.local/share/tokenry" in done.stderr, done


def test_roots_store_is_in_var_lib():
    environment = {"XDG_DATA_HOME": "/nowhere"}
    result = run("stat", env=environment)
    expected = "/var/lib/tokenry" if os.geteuid() == 0 else "/nowhere/tokenry"
    assert expected in result.out + result.err, result


def test_init_makes_no_parent_of_a_path_that_was_chosen(stranger):
    chosen = stranger.folder / "home" / "a" / "b"
    assert stranger("--store", str(chosen), "init").returncode != 0
    assert stranger("init", TOKENRY_STORE=str(chosen)).returncode != 0
    assert not chosen.parent.exists()


# ---- the actor


def created_by(cli, *options, **environment):
    label = "bot%d" % len(cli.json("list"))
    done = run("--store", cli.store, *options, "create", "root", label, "--scope", "edit-dns",
               env=environment)  # fmt: skip
    assert done.code == 0, done
    return cli.json("show", "root/" + label)["created_by"]


def test_the_actor_is_the_login_name(cli):
    login = pwd.getpwuid(os.getuid()).pw_name
    assert created_by(cli, USER="somebody", LOGNAME="somebody") == login


def test_the_actor_is_who_called_sudo(cli):
    assert created_by(cli, SUDO_USER="anna") == "anna"
    assert created_by(cli, SUDO_USER="") == pwd.getpwuid(os.getuid()).pw_name


def test_the_option_names_the_actor(cli):
    assert created_by(cli, "--actor", "ci job 7", SUDO_USER="anna") == "ci job 7"


def test_an_account_without_a_name_is_its_number(stranger):
    if os.geteuid() == 0:
        stranger.uid = 54321
        for name in ("", "home", "tmp"):
            os.chown(stranger.folder / name, stranger.uid, stranger.uid)
    assert stranger("init").returncode == 0
    assert stranger("create", "root", "bot", "--no-scopes").returncode == 0
    done = stranger("--json", "show", "root/bot")
    expected = "uid:54321" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    assert '"created_by":"%s"' % expected in done.stdout


# ---- rights


def test_a_store_of_someone_else(stranger):
    store = stranger.folder / "tmp" / "store"
    assert stranger("--store", str(store), "init").returncode == 0
    # An account's own files can always be closed to it but by root.
    for path in (store / "data.mdb", store):
        path.chmod(0)
    if os.geteuid() == 0:
        os.chown(store, 0, 0)
    done = stranger("--store", str(store), "--json", "list")
    store.chmod(0o700)
    assert done.returncode == 5 and '"code":"permission_denied"' in done.stderr, done
