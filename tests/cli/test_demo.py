"""The demo tells its story, measures, and leaves nothing behind."""

import os
import re
import subprocess

from conftest import SOURCE_DIR, plain_environment

BUILD_DIR = os.environ["TOKENRY_BUILD_DIR"]


def demo(build_dir, tmp_path):
    return subprocess.run(
        [str(SOURCE_DIR / "demo.sh"), build_dir],
        capture_output=True,
        text=True,
        check=False,
        env=plain_environment(TMPDIR=str(tmp_path)),
        timeout=240,
    )


def test_the_story(tmp_path):
    done = demo(BUILD_DIR, tmp_path)
    assert done.returncode == 0, done
    story = done.stdout
    positions = [
        story.index(words)
        for words in ("$ tokenry init --catalog whm", "$ token=$(tokenry create", "allowed (HTTP 200)",
                      "denied: scope_denied (HTTP 403)", "$ tokenry list", "LAST USED",
                      "$ tokenry edit", "$ new=$(tokenry rotate", "$ tokenry rotate --finish",
                      "denied: retired_secret (HTTP 401)", "STILL PRESENTED",
                      "denied: address_denied (HTTP 403)", "denied: rate_limited (HTTP 429)",
                      "$ tokenry revoke", "denied: revoked (HTTP 401)",
                      "verifications a second")
    ]  # fmt: skip
    assert positions == sorted(positions)
    rate = int(re.search(r"^(\d+) verifications a second", story, re.M).group(1))
    assert rate > 0
    assert re.search(r"tkry_[0-9A-Za-z]{20}", story + done.stderr) is None
    assert os.listdir(tmp_path) == []


def test_without_a_build_it_fails(tmp_path):
    done = demo(str(tmp_path), tmp_path)
    assert done.returncode == 1 and "no build" in done.stderr
