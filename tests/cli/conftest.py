"""The small language of these tests: run the program on a store of its own, look at what it says."""

import json
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import time

import pytest

PROGRAM = os.environ["TOKENRY_CLI"]
SOURCE_DIR = pathlib.Path(__file__).resolve().parents[2] / "bindings" / "cli"
TIMEOUT_S = 120
NOBODY = pwd.getpwnam("nobody").pw_uid

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


class Stranger:
    """Runs a readable copy of the program as a user who is not root, in a folder of that user's."""

    def __init__(self, folder):
        self.folder = folder
        self.uid = os.geteuid() or NOBODY
        shutil.copy(PROGRAM, folder / "tokenry")
        libraries = subprocess.run(["ldd", PROGRAM], capture_output=True, check=True, text=True)
        for line in libraries.stdout.splitlines():
            if "libtokenry.so" in line:
                shutil.copy(line.split()[2], folder / line.split()[0])
        (folder / "home").mkdir()
        (folder / "tmp").mkdir()
        if os.geteuid() == 0:
            for path in (folder, folder / "home", folder / "tmp"):
                os.chown(path, self.uid, self.uid)

    def start(self, *arguments, cwd=None, **environment):
        """Starts a command; the caller ends it."""
        environment.setdefault("HOME", str(self.folder / "home"))
        # Another user only where there is the right to change to one.
        options = {"user": self.uid, "group": self.uid, "extra_groups": []}
        return subprocess.Popen(
            [str(self.folder / "tokenry"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd or self.folder,
            env=plain_environment(LD_LIBRARY_PATH=str(self.folder), **environment),
            **(options if os.geteuid() == 0 else {}),
        )

    def __call__(self, *arguments, **options):
        """Runs a command with nothing on standard input."""
        process = self.start(*arguments, **options)
        out, err = process.communicate("", timeout=TIMEOUT_S)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.fixture
def stranger():
    # Below a folder that others may enter, which pytest's own folders are not.
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Stranger(pathlib.Path(folder))


def wait_until_expired(moment_s):
    """Sleeps until the clock is past the moment."""
    while time.time() <= moment_s:
        time.sleep(0.02)
