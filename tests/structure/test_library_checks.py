"""The checks of the built library find what they are there to find, on small libraries of C."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import abi
import hardening

HEADER = """
enum tokenry_code { TOKENRY_FINE = 0, /* a comment, with a comma */ TOKENRY_BAD = 7 };
typedef struct tokenry_box { unsigned size; int first; int second; } tokenry_box;
int tokenry_read(const tokenry_box *box);
int tokenry_write(tokenry_box *box, int value);
"""
SOURCE = """
#include "tokenry.h"
int tokenry_read(const tokenry_box *box) { return box->second; }
int tokenry_write(tokenry_box *box, int value) { return box->second = value; }
"""
THIRD_DECLARED = "int tokenry_third(int value);\n"
THIRD_DEFINED = "int tokenry_third(int value) { return value; }\n"
HARDENED = ["-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack"]


def without_line(text, word):
    return "".join(line for line in text.splitlines(True) if word not in line)


def build(folder, header, source, flags=("-g",)):
    """Builds a library of source in folder and returns its path."""
    folder.mkdir(exist_ok=True)
    (folder / "tokenry.h").write_text(header)
    (folder / "tokenry.c").write_text(source)
    library = folder / "libtokenry.so"
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", *flags,
                    "-o", str(library), str(folder / "tokenry.c")], check=True)
    return library


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Abi(Folder):
    def setUp(self):
        super().setUp()
        self.baseline = self.folder / "baseline"
        self.baseline.mkdir()
        library = build(self.folder / "old", HEADER, SOURCE)
        self.assertEqual(self.run_action("write", library), 0)

    def run_action(self, action, library):
        return abi.main([action, "--library", str(library), "--header",
                         str(library.parent / "tokenry.h"), "--baseline", str(self.baseline)])

    def assert_answers(self, expected, header=HEADER, source=SOURCE, flags=("-g",)):
        """expected: the answers of symbols, constants and types, in this order."""
        library = build(self.folder / "new", header, source, flags)
        actions = ("symbols", "constants", "types")
        self.assertEqual(tuple(self.run_action(action, library) for action in actions), expected)

    def test_no_change(self):
        self.assert_answers((0, 0, 0))

    def test_function_added(self):
        self.assert_answers((1, 0, 0), HEADER + THIRD_DECLARED, SOURCE + THIRD_DEFINED)

    def test_function_removed(self):
        self.assert_answers((1, 0, 1), without_line(HEADER, "tokenry_read"),
                            without_line(SOURCE, "tokenry_read"))

    def test_function_exported_that_is_not_declared(self):
        self.assert_answers((1, 0, 0), HEADER, SOURCE + THIRD_DEFINED)

    def test_function_declared_that_is_not_exported(self):
        self.assert_answers((1, 0, 0), HEADER + THIRD_DECLARED, SOURCE)

    def test_foreign_symbol_exported(self):
        self.assert_answers((1, 0, 0), HEADER, SOURCE + "int helper(void) { return 1; }\n")

    def test_parameter_of_another_type(self):
        self.assert_answers((0, 0, 1), HEADER.replace("int value", "long value"),
                            SOURCE.replace("int value", "long value"))

    def test_field_added_at_the_end(self):
        self.assert_answers((0, 0, 1), HEADER.replace("int second;", "int second; int third;"))

    def test_field_added_in_the_middle(self):
        self.assert_answers((0, 0, 1), HEADER.replace("int second;", "int third; int second;"))

    def test_field_removed(self):
        self.assert_answers((0, 0, 1), HEADER.replace("int first;", ""))

    def test_field_of_another_type(self):
        self.assert_answers((0, 0, 1), HEADER.replace("int first;", "long first;"))

    def test_fields_exchanged(self):
        self.assert_answers((0, 0, 1), HEADER.replace("int first; int second;",
                                                      "int second; int first;"))

    def test_constant_of_another_number(self):
        self.assert_answers((0, 1, 0), HEADER.replace("TOKENRY_BAD = 7", "TOKENRY_BAD = 8"))

    def test_constant_added(self):
        self.assert_answers((0, 1, 0), HEADER.replace("TOKENRY_BAD = 7",
                                                      "TOKENRY_BAD = 7, TOKENRY_WORSE"))

    def test_constant_removed(self):
        self.assert_answers((0, 1, 0), HEADER.replace("TOKENRY_BAD = 7", ""))

    def test_library_without_types_is_an_error(self):
        self.assert_answers((0, 0, 2), flags=())

    def test_missing_baseline_is_an_error(self):
        for name in (abi.SYMBOLS, abi.CONSTANTS, abi.TYPES):
            (self.baseline / name).unlink()
        self.assert_answers((2, 2, 2))

    def test_baseline_names_no_folder_of_this_machine(self):
        for path in self.baseline.iterdir():
            self.assertNotIn(str(self.folder), path.read_text())


class Hardening(Folder):
    def answer(self, *flags):
        return hardening.main([str(build(self.folder / "library", HEADER, SOURCE, flags))])

    def test_all_protections(self):
        self.assertEqual(self.answer(*HARDENED), 0)

    def test_each_protection_missing(self):
        for flag in ("-Wl,-z,norelro", "-Wl,-z,lazy", "-Wl,-z,execstack", "-Wl,-rpath,/nowhere"):
            with self.subTest(flag=flag):
                self.assertEqual(self.answer(*HARDENED, flag), 1)

    def test_no_library_is_an_error(self):
        self.assertEqual(hardening.main([str(self.folder / "none.so")]), 2)


if __name__ == "__main__":
    unittest.main()
