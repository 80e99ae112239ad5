#!/usr/bin/env python3
"""Uses Tokenry as a stranger would: installed below a folder of its own, or as a subproject.

usage: package_test.py CASE, with the settings in the environment (see Settings)

Cases: c_client, cmake_package, subproject, python_cffi, program, files, finds_faults.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Settings:
    """What CMake tells about the build under test."""

    def __init__(self):
        self.build = Path(os.environ["TOKENRY_TEST_BUILD"])
        self.source = Path(os.environ["TOKENRY_TEST_SOURCE"])
        self.version = os.environ["TOKENRY_TEST_VERSION"]
        self.libdir = os.environ["TOKENRY_TEST_LIBDIR"]
        self.cmake = os.environ["TOKENRY_TEST_CMAKE"]
        self.cc = os.environ["TOKENRY_TEST_CC"]
        self.cxx = os.environ["TOKENRY_TEST_CXX"]
        self.launcher = os.environ.get("TOKENRY_TEST_LAUNCHER", "")


def run(*command, environment=None):
    """Runs a command and returns its output; ends the test with the output if it fails."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        sys.exit("%s\nfailed with %d:\n%s"
                 % (" ".join(map(str, command)), done.returncode, done.stdout))
    return done.stdout


def expect(is_true, what):
    if not is_true:
        sys.exit("expected: " + what)


class Case:
    def __init__(self, folder):
        self.settings = Settings()
        self.folder = folder
        self.prefix = folder / "prefix"
        self.library_folder = self.prefix / self.settings.libdir

    def install(self):
        """Installs below one folder and moves it, so that no path of the first may be needed."""
        first = self.folder / "first"
        run(self.settings.cmake, "--install", self.settings.build, "--prefix", first)
        first.rename(self.prefix)

    def pkg_config(self, *options):
        # Nothing but the installed package is to be found.
        return run("pkg-config", *options, "tokenry", environment={
            "PKG_CONFIG_LIBDIR": str(self.library_folder / "pkgconfig"), "PKG_CONFIG_PATH": ""})

    def configure(self, source, build, *options):
        launcher = []
        if self.settings.launcher:
            launcher = ["-DCMAKE_%s_COMPILER_LAUNCHER=%s" % (language, self.settings.launcher)
                        for language in ("C", "CXX")]
        run(self.settings.cmake, "-S", HERE / source, "-B", build, "-G", "Ninja",
            "-DCMAKE_BUILD_TYPE=", "-DCMAKE_C_COMPILER=" + self.settings.cc,
            "-DCMAKE_CXX_COMPILER=" + self.settings.cxx, *launcher, *options)

    def build_client(self, program):
        """Builds client.c as strictly as C99 allows, with what pkg-config says and no more."""
        flags = shlex.split(self.pkg_config("--cflags", "--libs"))
        run(self.settings.cc, "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror",
            HERE / "client.c", "-o", program, *flags, "-Wl,-rpath," + str(self.library_folder))

    # ---- the cases

    def c_client(self):
        self.install()
        expect(self.pkg_config("--modversion").strip() == self.settings.version,
               "pkg-config knows the version %s" % self.settings.version)
        program = self.folder / "client"
        self.build_client(program)
        output = run(program, self.folder / "store")
        first, *steps = output.splitlines()
        expect(first == "tokenry " + self.settings.version, "the library's own version")
        expect([re.split(r"  +", step)[1].split(" ")[0] for step in steps] == ["200", "403", "401"],
               "the three verdicts 200, 403 and 401, not:\n" + output)

    def cmake_package(self):
        self.install()
        build = self.folder / "build"
        self.configure("cmake_consumer", build, "-DCMAKE_PREFIX_PATH=%s" % self.prefix,
                       "-DEXPECTED_VERSION=" + self.settings.version)
        run(self.settings.cmake, "--build", build)
        run(build / "consumer", self.folder / "store", self.settings.version)

    def subproject(self):
        build = self.folder / "build"
        self.configure("subproject_consumer", build,
                       "-DTOKENRY_SOURCE=%s" % self.settings.source,
                       "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON")
        run(self.settings.cmake, "--build", build, "--parallel", "2")
        run(build / "consumer", self.folder / "store", self.settings.version)
        commands = json.loads((build / "compile_commands.json").read_text())
        ours = [entry["command"] for entry in commands if entry["file"].endswith("client.cpp")]
        expect(len(ours) == 1, "one command that compiles client.cpp")
        foreign = [word for word in shlex.split(ours[0])
                   if re.match(r"-(W|f|D|O|g)", word)]
        expect(not foreign, "no flag of Tokenry in the consumer's own command: %s" % foreign)
        run(self.settings.cmake, "--install", build, "--prefix", self.prefix)
        expect(not self.prefix.exists(), "a subproject that installs nothing without being asked")

    def python_cffi(self):
        self.install()
        header = self.folder / "tokenry.i"
        header.write_text(run(self.settings.cc, "-std=c99", "-E", "-P",
                              self.prefix / "include" / "tokenry.h"))
        run(sys.executable, "-B", HERE / "client_cffi.py", self.folder / "store",
            self.library_folder / "libtokenry.so.0", header)

    def program(self):
        self.install()
        output = run(self.prefix / "bin" / "tokenry", "--version",
                     environment={"LD_LIBRARY_PATH": str(self.library_folder)})
        expect(self.settings.version in output, "the program's version, not: " + output)

    def files(self):
        """What is installed, and that it names no folder of the machine that built it."""
        self.install()
        found = {path.relative_to(self.prefix).as_posix(): path
                 for path in self.prefix.rglob("*") if path.is_file()}
        libdir = self.settings.libdir
        for name in ("include/tokenry.h", "include/tokenry.hpp",
                     libdir + "/libtokenry.so", libdir + "/libtokenry.so.0",
                     libdir + "/libtokenry.so." + self.settings.version,
                     libdir + "/pkgconfig/tokenry.pc",
                     libdir + "/cmake/tokenry/tokenryConfig.cmake",
                     libdir + "/cmake/tokenry/tokenryConfigVersion.cmake",
                     libdir + "/cmake/tokenry/tokenryTargets.cmake"):
            expect(name in found, "%s is installed; there are %s" % (name, sorted(found)))
        soname = run("readelf", "-d", found[libdir + "/libtokenry.so"])
        expect("[libtokenry.so.0]" in soname, "the SONAME libtokenry.so.0")
        run(self.settings.cmake, "--install", self.settings.build, "--strip",
            "--prefix", self.folder / "stripped")
        for folder in (self.prefix, self.folder / "stripped"):
            for path in folder.rglob("*"):
                if path.is_file():
                    content = path.read_bytes()
                    for machine in (self.settings.source, self.folder):
                        # As a path of its own, not as the end of another.
                        named = rb"(?<![\w.-])" + re.escape(bytes(machine)) + rb"(?![\w.-])"
                        expect(re.search(named, content) is None,
                               "%s does not name %s" % (path, machine))

    def finds_faults(self):
        """The cases fail where they should: each with one thing broken in what is installed."""
        self.install()
        header = self.prefix / "include" / "tokenry.h"
        text = header.read_text()
        program = self.folder / "client"

        def broken(action):
            try:
                action()
            except SystemExit:
                return True
            return False

        self.build_client(program)
        run(program, self.folder / "first-store")
        header.write_text(text.replace(
            "#include <stddef.h>", "#include <stddef.h>\nstruct later { struct { int field; }; };"))
        expect(broken(lambda: self.build_client(program)), "a header that is not C99 is noticed")
        header.write_text(text.replace("TOKENRY_REVOKED = 7", "TOKENRY_REVOKED = 9"))
        self.build_client(program)
        expect(broken(lambda: run(program, self.folder / "store")),
               "a wrong answer ends the client")
        header.write_text(text)
        (self.library_folder / "pkgconfig" / "tokenry.pc").unlink()
        expect(broken(lambda: self.build_client(program)), "a missing package is noticed")

        copy = self.folder / "copy"
        shutil.copytree(self.settings.source, copy, symlinks=True,
                        ignore=shutil.ignore_patterns("build", ".git"))
        self.settings.source = copy
        lists = copy / "CMakeLists.txt"
        for fault in ('set(CMAKE_CXX_FLAGS "-O0" CACHE STRING "" FORCE)',
                      "set(CMAKE_CXX_STANDARD 20 PARENT_SCOPE)",
                      'option(SOME_OPTION "Not named TOKENRY_" ON)',
                      "set(BUILD_TESTING ON PARENT_SCOPE)",
                      "set_property(DIRECTORY .. APPEND PROPERTY COMPILE_OPTIONS -Wshadow)"):
            original = lists.read_text()
            lists.write_text(original + fault + "\n")
            expect(broken(lambda: self.configure("subproject_consumer", self.folder / "leak",
                                                 "-DTOKENRY_SOURCE=%s" % copy)),
                   "this leak is noticed: " + fault)
            shutil.rmtree(self.folder / "leak")
            lists.write_text(original)
        self.configure("subproject_consumer", self.folder / "leak", "-DTOKENRY_SOURCE=%s" % copy)


def main(arguments):
    if len(arguments) != 1 or not callable(getattr(Case, arguments[0], None)):
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="tokenry-package-") as folder:
        getattr(Case(Path(folder)), arguments[0])()


if __name__ == "__main__":
    main(sys.argv[1:])
