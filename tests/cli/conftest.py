"""The small language of these tests: run the program on a store of its own, look at what it says."""

import json
import os
import pathlib
import subprocess
import time

import pytest

PROGRAM = os.environ["TOKENRY_CLI"]
SOURCE_DIR = pathlib.Path(__file__).resolve().parents[2] / "bindings" / "cli"
TIMEOUT_S = 120

# What the program reads from the environment must come from the test alone.
CHOICES = ("TOKENRY_STORE", "XDG_DATA_HOME", "SUDO_USER", "NO_COLOR", "TERM", "TOKENRY_TOKEN")


def plain_environment(**changes):
    """The environment without the program's own variables, then with the changes; None removes."""
    environment = {key: value for key, value in os.environ.items() if key not in CHOICES}
    for key, value in changes.items():
        environment.pop(key, None)
        if value is not None:
            environment[key] = value
    return environment


class Result:
    """How a command ended: exit code, standard output, standard error."""

    def __init__(self, code, out, err):
        self.code = code
        self.out = out
        self.err = err

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def error(self):
        """The error object of --json, which must be alone on one line."""
        assert self.err.count("\n") == 1, self.err
        answer = json.loads(self.err)
        assert list(answer) == ["error"] and list(answer["error"]) == ["code", "message"]
        return answer["error"]

    def __repr__(self):
        return "exit %d\n--- stdout\n%s--- stderr\n%s" % (self.code, self.out, self.err)


def run(*arguments, stdin="", env=None, **options):
    """Runs the program with exactly these arguments."""
    data = stdin if isinstance(stdin, bytes) else stdin.encode()
    done = subprocess.run(
        [PROGRAM, *arguments],
        input=data,
        capture_output=True,
        env=plain_environment(**(env or {})),
        timeout=TIMEOUT_S,
        check=False,
        **options,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


class Cli:
    """The program on one store. Called, it runs a command and gives the Result."""

    def __init__(self, store):
        self.store = str(store)

    def __call__(self, *arguments, **options):
        return run("--store", self.store, "--actor", "tester", *arguments, **options)

    def ok(self, *arguments, **options):
        """Runs a command that must succeed; gives its standard output."""
        result = self(*arguments, **options)
        assert result.code == 0, result
        return result.out

    def json(self, *arguments, **options):
        """Runs a command that must succeed with --json; gives what it printed."""
        return json.loads(self.ok("--json", *arguments, **options))

    def create(self, owner="root", label="bot", scopes="edit-dns", *more):
        """Makes a token; gives the object with its text."""
        chosen = ["--scope", scopes] if scopes else ["--no-scopes"]
        return self.json("create", owner, label, *chosen, *more)

    def verify(self, token, *arguments):
        return self("--json", "verify", *arguments, stdin=token)

    def status(self, name):
        return self.json("show", name)["status"]

    def fails(self, code, words, *arguments, **options):
        """Runs a command that must end with the code and one line that holds the words."""
        result = self(*arguments, **options)
        assert result.code == code, result
        assert result.err.startswith("tokenry: ") and result.err.count("\n") == 1, result
        assert words in result.err, result
        return result


@pytest.fixture
def cli(tmp_path):
    """A store with WHM's scopes."""
    program = Cli(tmp_path / "store")
    program.ok("init", "--catalog", "whm")
    return program


@pytest.fixture(scope="module")
def shared_cli(tmp_path_factory):
    """A store with WHM's scopes for all cases of a file that do not mind each other's tokens."""
    program = Cli(tmp_path_factory.mktemp("shared") / "store")
    program.ok("init", "--catalog", "whm")
    return program


def wait_until_expired(moment_s):
    """Sleeps until the clock is past the moment."""
    while time.time() <= moment_s:
        time.sleep(0.02)
