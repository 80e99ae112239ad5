"""The include check finds what it is there to find: each case is a small tree of its own."""

import tempfile
import unittest
from pathlib import Path

import include_graph


class IncludeGraph(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, path, *includes):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join("#include %s\n" % name for name in includes))

    def complaints(self, path, *includes):
        self.write(path, *includes)
        return include_graph.check(self.root)[0]

    def assert_allowed(self, path, *includes):
        self.assertEqual(self.complaints(path, *includes), [])

    def assert_forbidden(self, path, include, reason):
        found = self.complaints(path, "<vector>", include)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(path + ":2: "), found)
        self.assertIn(reason, found[0])
        (self.root / path).unlink()

    def test_allowed_edges_of_every_room(self):
        for room, targets in include_graph.CORE_ROOMS.items():
            self.assert_allowed("core/src/%s/a.cpp" % room, '"%s/a.hpp"' % room,
                                *['"%s/a.hpp"' % target for target in targets])

    def test_every_other_edge_of_every_room(self):
        rooms = include_graph.CORE_ROOMS
        edges = [(room, target) for room in rooms for target in rooms
                 if target != room and target not in rooms[room]]
        self.assertGreater(len(edges), len(rooms))
        for room, target in edges:
            with self.subTest(room=room, target=target):
                self.assert_forbidden("core/src/%s/a.cpp" % room, '"%s/a.hpp"' % target,
                                      "is not allowed")

    def test_the_table_has_no_way_back(self):
        earlier = []
        for room, targets in include_graph.CORE_ROOMS.items():
            self.assertLessEqual(set(targets), set(earlier), room)
            earlier.append(room)

    def test_angle_brackets_do_not_hide_an_edge(self):
        self.assert_forbidden("core/src/base/a.cpp", "<engine/a.hpp>", "is not allowed")

    def test_spaces_do_not_hide_an_edge(self):
        target = self.root / "core/src/base/a.cpp"
        target.parent.mkdir(parents=True)
        target.write_text('  #  include   "engine/a.hpp"\n')
        self.assertEqual(len(include_graph.check(self.root)[0]), 1)

    def test_include_without_room(self):
        self.assert_forbidden("core/src/base/a.cpp", '"bytes.hpp"', "does not name its room")

    def test_include_by_macro(self):
        self.assert_forbidden("core/src/base/a.cpp", "TOKENRY_HEADER", "cannot be read")

    def test_room_that_the_table_does_not_name(self):
        self.assert_forbidden("core/src/attic/a.cpp", '"base/a.hpp"', "must name")

    def test_file_outside_of_all_rooms(self):
        self.assert_forbidden("core/src/a.cpp", '"base/a.hpp"', "stands in no room")

    def test_core_does_not_know_the_interface(self):
        self.assert_forbidden("core/src/engine/a.cpp", "<tokenry.h>", "does not name its room")

    def test_lmdb_outside_of_storage(self):
        self.assert_allowed("core/src/storage/a.cpp", "<lmdb.h>")
        for path in ("core/src/engine/a.cpp", "core/src/base/a.cpp", "capi/src/a.cpp"):
            with self.subTest(path=path):
                self.assert_forbidden(path, "<lmdb.h>", "core/src/storage")

    def test_sodium_outside_of_token_and_engine(self):
        self.assert_allowed("core/src/token/a.cpp", "<sodium.h>")
        self.assert_allowed("core/src/engine/a.cpp", "<sodium.h>")
        self.assert_forbidden("core/src/base/a.cpp", "<sodium/utils.h>", "core/src/token")

    def test_json_outside_of_bindings(self):
        self.assert_allowed("bindings/cli/a.cpp", "<nlohmann/json.hpp>")
        self.assert_forbidden("capi/src/a.cpp", "<nlohmann/json.hpp>", "bindings")

    def test_third_party_that_the_table_does_not_name(self):
        self.assert_forbidden("core/src/base/a.cpp", "<boost/any.hpp>", "THIRD_PARTY")

    def test_system_folders(self):
        self.assert_allowed("core/src/storage/a.cpp", "<sys/stat.h>", "<linux/magic.h>")

    def test_binding_on_the_interface_and_itself(self):
        self.write("bindings/cli/src/other.hpp")
        self.assert_allowed("bindings/cli/src/a.cpp", "<tokenry.h>", '"tokenry.hpp"',
                            '"other.hpp"')

    def test_binding_on_the_core(self):
        self.assert_forbidden("bindings/cli/src/a.cpp", '"engine/store.hpp"', "alone")

    def test_binding_on_another_binding(self):
        self.write("bindings/python/other.hpp")
        self.assert_forbidden("bindings/cli/a.cpp", '"../python/other.hpp"', "alone")

    def test_binding_on_the_core_by_a_relative_path(self):
        self.write("core/src/base/a.hpp")
        self.assert_forbidden("bindings/cli/a.cpp", '"../../core/src/base/a.hpp"', "alone")

    def test_capi_on_a_binding(self):
        self.write("bindings/cli/b.hpp")
        self.assert_forbidden("capi/src/a.cpp", '"../../bindings/cli/b.hpp"', "is not allowed")

    def test_interface_on_the_core(self):
        self.assert_forbidden("capi/include/tokenry.hpp", '"base/status.hpp"', "is not allowed")

    def test_empty_tree_is_an_error(self):
        self.assertEqual(include_graph.main([str(self.root)]), 2)


if __name__ == "__main__":
    unittest.main()
