// One B-tree of the data file, as the page walk meets it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "storage/lmdb_layout.hpp"

namespace tokenry::storage {

class PageWalk;

// What kind of tree is expected.
struct TreeKind {
  std::string name;                    // for findings: "table labels", "the free list"
  std::size_t integer_key_size = 0;    // keys are native numbers of that size; 0: bytes
  std::uint16_t node_flags = 0;        // that every entry has
  bool may_have_single_child = false;  // LMDB keeps at least two in trees of tables
};

class TreeWalk {
 public:
  // Called for each entry in key order; the data is that of the node, for an entry in overflow
  // pages their first page's number.
  struct Entry {
    base::Bytes key;
    base::Bytes data;
    std::uint64_t chain_start = 0;  // number of the first overflow page; 0: the data is in the node
    std::uint64_t data_size = 0;
  };
  using Visitor = std::function<void(const Entry&)>;

  TreeWalk(PageWalk& pages, TreeKind kind, const lmdb_layout::Database& tree, Visitor visit);

  void run();

 private:
  // A node, its offsets checked.
  struct Node {
    std::size_t at = 0;
    std::size_t size = 0;  // as it takes up room
    std::uint16_t flags = 0;
    base::Bytes key;
    base::Bytes data;             // of a leaf
    std::uint64_t data_size = 0;  // of a leaf
    std::uint64_t child = 0;      // of a branch
  };
  struct Level {
    std::vector<std::uint8_t> page;
    std::vector<Node> nodes;
  };
  // Keys that a page may hold: from lower on and below upper.
  struct Range {
    const base::Bytes* lower = nullptr;
    const base::Bytes* upper = nullptr;
  };

  void visit_page(std::uint64_t number, unsigned level, const Range& range);
  bool read_nodes(std::uint64_t number, bool is_leaf, Level& level);
  bool read_node(base::Bytes page, std::size_t at, bool is_leaf, Node& node) const;
  bool nodes_tile(const Level& level, std::size_t upper) const;
  bool check_keys(std::uint64_t number, const std::vector<Node>& nodes, bool is_leaf,
                  const Range& range);
  bool key_size_fits(base::Bytes key) const;
  bool is_less(base::Bytes a, base::Bytes b) const;
  void visit_leaf(std::uint64_t number, const std::vector<Node>& nodes);
  void visit_entry(std::uint64_t number, const Node& node);
  bool check_chain(std::uint64_t first, std::uint64_t data_size);
  void check_counts();
  void report(std::uint64_t number, const std::string& what);

  PageWalk& pages_;
  const TreeKind kind_;
  const lmdb_layout::Database tree_;
  const Visitor visit_;
  std::vector<Level> levels_;
  lmdb_layout::Database found_;
  bool complete_ = true;  // every page could be read, so that the counts mean something
};

}  // namespace tokenry::storage
