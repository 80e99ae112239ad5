#!/usr/bin/env python3
"""The checks of the documents find what they look for: each runs over a page with one fault."""

import os
import shutil
import tempfile
import unittest
from pathlib import Path

import check_pages
import markdown
import run_page

SOURCE = Path(os.environ["TOKENRY_TEST_SOURCE"])


class Pages(unittest.TestCase):
    """A page made up of the given text, done as a reader would."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tokenry-docs-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_text(self, text):
        page = self.folder / "page.md"
        page.write_text(text)
        return run_page.run_page(page, run_page.Settings(), self.folder)

    def refuses(self, words, text):
        with self.assertRaises(markdown.BadPage) as refused:
            self.run_text(text)
        self.assertIn(words, str(refused.exception))

    def test_well_page(self):
        page = ("```sh\nexport A=1\n```\n```sh\necho $A; tokenry --version >/dev/null\n```\n"
                "```prints\n1\n```\n```sh exit=3\nexit 3\n```\n```text\nnot run\n```\n")
        self.assertEqual(self.run_text(page), 5)

    def test_failing_command(self):
        self.refuses("failed with 7", "```sh\n(exit 7)\n```\n")

    def test_failure_before_the_last_command(self):
        self.refuses("failed with 1", "```sh\nfalse\ntrue\n```\n")

    def test_wrong_exit_code(self):
        self.refuses("ended with 0, not 3", "```sh exit=3\ntrue\n```\n")

    def test_early_failure_in_a_block_with_an_exit_code(self):
        self.refuses("ended with 5, not 3", "```sh exit=3\n(exit 5)\nexit 3\n```\n")

    def test_wrong_output(self):
        self.refuses("page.md:4", "```sh\necho 1\n```\n```prints\n2\n```\n")

    def test_output_of_nothing(self):
        self.refuses("no sh block", "```text\n1\n```\n```prints\n1\n```\n")

    def test_program_that_warns(self):
        self.refuses("unused", "```c warns.c\nint main(void) { int unused; return 0; }\n```\n"
                               "```sh\ncc warns.c -o warns\n```\n")

    def test_file_without_a_name(self):
        self.refuses("name one file", "```c\nint main(void) { return 0; }\n```\n")

    def test_unknown_language(self):
        self.refuses("unknown language", "```rust\nfn main() {}\n```\n")

    def test_unclosed_block(self):
        self.refuses("not closed", "```sh\ntrue\n")

    def test_page_without_commands(self):
        self.refuses("no sh block", "Text.\n")

    def test_header_that_is_refused(self):
        self.refuses("failed with", "```sh\nexport TOKENRY_STORE=$PWD/s\ntokenry init\n"
                     "curl -H 'Authorization: whm root:none' https://example.com/\n```\n")

    def test_plain_http(self):
        self.refuses("no https URL", "```sh\ncurl -H 'Authorization: whm a:b'\n```\n")


class Documents(unittest.TestCase):
    """A copy of the documents with one change."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tokenry-docs-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        ignored = shutil.ignore_patterns("build", ".git")
        shutil.copytree(SOURCE, self.root, dirs_exist_ok=True, symlinks=True, ignore=ignored)
        self.library = check_pages.load(os.environ["TOKENRY_TEST_LIBRARY"])

    def faults_after(self, page, old, new):
        path = self.root / page
        text = path.read_text(encoding="utf-8")
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return check_pages.check(self.root, self.library)

    def test_missing_file(self):
        faults = self.faults_after("README.md", "](docs/guide.md)", "](docs/missing.md)")
        self.assertEqual(len(faults), 1)
        self.assertIn("no file docs/missing.md", faults[0])

    def test_missing_heading(self):
        faults = self.faults_after("README.md", "](docs/guide.md)", "](docs/guide.md#missing)")
        self.assertEqual(len(faults), 1)
        self.assertIn("no heading", faults[0])

    def test_wrong_http_status(self):
        faults = self.faults_after("docs/guide.md", "| `expired` | 401 |", "| `expired` | 403 |")
        self.assertEqual(len(faults), 2)

    def test_missing_code(self):
        faults = self.faults_after("docs/abi.md", "| 104 | `closed` |", "| 199 | `closed` |")
        self.assertEqual(len(faults), 2)


if __name__ == "__main__":
    unittest.main()
