#include "storage/tree_walk.hpp"

#include <algorithm>
#include <utility>

#include "storage/page_walk.hpp"

namespace tokenry::storage {

using base::Bytes;
namespace layout = lmdb_layout;

namespace {

constexpr std::size_t even(std::size_t size) { return size + (size & 1); }

}  // namespace

TreeWalk::TreeWalk(PageWalk& pages, TreeKind kind, const layout::Database& tree, Visitor visit)
    : pages_(pages), kind_(std::move(kind)), tree_(tree), visit_(std::move(visit)) {}

void TreeWalk::report(std::uint64_t number, const std::string& what) {
  complete_ = false;
  pages_.findings_.add("page " + std::to_string(number) + ", " + kind_.name + ": " + what);
}

void TreeWalk::run() {
  if (tree_.root == layout::kNoPage) {
    if (tree_.depth != 0) pages_.findings_.add(kind_.name + " is empty but has a depth");
    check_counts();
    return;
  }
  if (tree_.depth == 0 || tree_.depth > layout::kDeepestTree) {
    pages_.findings_.add(kind_.name + " has a depth of " + std::to_string(tree_.depth) +
                         ", which no tree can have");
    return;
  }
  levels_.resize(tree_.depth);
  visit_page(tree_.root, 0, {});
  if (complete_) check_counts();
}

void TreeWalk::visit_page(std::uint64_t number, unsigned level_number, const Range& range) {
  if (!pages_.claim(number, 1, kind_.name)) {
    complete_ = false;
    return;
  }
  Level& level = levels_[level_number];
  if (!pages_.read_page(number, kind_.name, level.page)) {
    complete_ = false;
    return;
  }
  const bool is_leaf = level_number + 1 == tree_.depth;
  if (layout::number_at(level.page, 0, 8) != number) {
    return report(number, "says that it is another page");
  }
  const std::uint64_t flags = layout::number_at(level.page, layout::kPageFlagsAt, 2);
  if (flags != (is_leaf ? layout::kLeafPage : layout::kBranchPage)) {
    return report(number, is_leaf ? "is not a leaf, though the tree ends there"
                                  : "is not a branch, though the tree goes on below it");
  }
  if (!read_nodes(number, is_leaf, level)) return;
  if (!check_keys(number, level.nodes, is_leaf, range)) return;
  if (is_leaf) {
    ++found_.leaf_pages;
    return visit_leaf(number, level.nodes);
  }
  ++found_.branch_pages;
  for (std::size_t i = 0; i < level.nodes.size(); ++i) {
    Range below;
    below.lower = i == 0 ? range.lower : &level.nodes[i].key;
    below.upper = i + 1 == level.nodes.size() ? range.upper : &level.nodes[i + 1].key;
    visit_page(level.nodes[i].child, level_number + 1, below);
  }
}

bool TreeWalk::read_nodes(std::uint64_t number, bool is_leaf, Level& level) {
  const Bytes page = level.page;
  const std::size_t lower = layout::number_at(page, layout::kLowerAt, 2);
  const std::size_t upper = layout::number_at(page, layout::kUpperAt, 2);
  if (lower < layout::kPageHeaderSize || lower % 2 != 0 || lower > upper || upper > page.size()) {
    report(number, "its header is out of bounds");
    return false;
  }
  const std::size_t count = (lower - layout::kPageHeaderSize) / 2;
  if (count < (is_leaf || kind_.may_have_single_child ? 1U : 2U)) {
    report(number, "holds too few entries");
    return false;
  }
  level.nodes.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = layout::number_at(page, layout::kPageHeaderSize + 2 * i, 2);
    if (at < upper || !read_node(page, at, is_leaf, level.nodes[i])) {
      report(number, "entry " + std::to_string(i) + " is out of bounds");
      return false;
    }
  }
  if (nodes_tile(level, upper)) return true;
  report(number, "its entries overlap, or leave gaps");
  return false;
}

bool TreeWalk::read_node(Bytes page, std::size_t at, bool is_leaf, Node& node) const {
  if (at % 2 != 0 || at + layout::kNodeHeaderSize > page.size()) return false;
  node = Node();
  node.at = at;
  node.flags = static_cast<std::uint16_t>(layout::number_at(page, at + layout::kNodeFlagsAt, 2));
  const std::size_t key_size = layout::number_at(page, at + layout::kNodeKeySizeAt, 2);
  std::size_t room = page.size() - at - layout::kNodeHeaderSize;
  if (key_size > layout::kLongestKey || key_size > room) return false;
  node.key = page.subspan(at + layout::kNodeHeaderSize, key_size);
  room -= key_size;
  std::size_t in_node = 0;
  if (is_leaf) {
    node.data_size = layout::number_at(page, at, 4);
    const bool in_chain = (node.flags & layout::kOverflowNode) != 0;
    if (!in_chain && node.data_size > room) return false;
    in_node = in_chain ? sizeof(std::uint64_t) : node.data_size;
    if (in_node > room) return false;
    node.data = page.subspan(at + layout::kNodeHeaderSize + key_size, in_node);
  } else {
    node.child = layout::number_at(page, at, 6);
  }
  node.size = even(layout::kNodeHeaderSize + key_size + in_node);
  return true;
}

// LMDB keeps a page's nodes packed at its end, in any order.
bool TreeWalk::nodes_tile(const Level& level, std::size_t upper) const {
  std::vector<std::pair<std::size_t, std::size_t>> places;
  places.reserve(level.nodes.size());
  for (const Node& node : level.nodes) places.emplace_back(node.at, node.size);
  std::sort(places.begin(), places.end());
  std::size_t expected = upper;
  for (const auto& [at, size] : places) {
    if (at != expected) return false;
    expected += size;
  }
  return expected == level.page.size();
}

bool TreeWalk::key_size_fits(Bytes key) const {
  return kind_.integer_key_size != 0 ? key.size() == kind_.integer_key_size : !key.empty();
}

bool TreeWalk::is_less(Bytes a, Bytes b) const {
  if (kind_.integer_key_size != 0) {
    return layout::number_at(a, 0, a.size()) < layout::number_at(b, 0, b.size());
  }
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

bool TreeWalk::check_keys(std::uint64_t number, const std::vector<Node>& nodes, bool is_leaf,
                          const Range& range) {
  // A branch's first key stands for everything below the second and is never looked at.
  const std::size_t first = is_leaf ? 0 : 1;
  for (std::size_t i = first; i < nodes.size(); ++i) {
    const Bytes key = nodes[i].key;
    if (!key_size_fits(key)) {
      report(number, "entry " + std::to_string(i) + " has a key of a size that it cannot have");
      return false;
    }
    if (i > first && !is_less(nodes[i - 1].key, key)) {
      report(number, "its keys are out of order");
      return false;
    }
    if ((range.lower != nullptr && is_less(key, *range.lower)) ||
        (range.upper != nullptr && !is_less(key, *range.upper))) {
      report(number, "holds a key that belongs elsewhere in the tree");
      return false;
    }
  }
  return true;
}

void TreeWalk::visit_leaf(std::uint64_t number, const std::vector<Node>& nodes) {
  found_.entries += nodes.size();
  for (const Node& node : nodes) visit_entry(number, node);
}

void TreeWalk::visit_entry(std::uint64_t number, const Node& node) {
  const bool in_chain = (node.flags & layout::kOverflowNode) != 0;
  const bool may_be_in_chain = kind_.node_flags == 0;
  if ((node.flags & ~layout::kOverflowNode) != kind_.node_flags || (in_chain && !may_be_in_chain)) {
    return report(number, "an entry is of a kind that has no place there");
  }
  Entry entry{node.key, node.data, 0, node.data_size};
  if (in_chain) {
    entry.chain_start = layout::number_at(node.data, 0, 8);
    if (!check_chain(entry.chain_start, node.data_size)) {
      complete_ = false;
      return;
    }
  }
  visit_(entry);
}

bool TreeWalk::check_chain(std::uint64_t first, std::uint64_t data_size) {
  const std::uint64_t page_size = pages_.meta_.page_size;
  const std::uint64_t needed = (layout::kPageHeaderSize + data_size + page_size - 1) / page_size;
  if (!pages_.claim(first, needed, kind_.name)) return false;
  std::vector<std::uint8_t> header(layout::kPageHeaderSize);
  if (!pages_.read_bytes(first, 0, header, kind_.name)) return false;
  if (layout::number_at(header, 0, 8) != first ||
      layout::number_at(header, layout::kPageFlagsAt, 2) != layout::kOverflowPage) {
    report(first, "is not the overflow page that an entry leads to");
    return false;
  }
  const std::uint64_t length = layout::number_at(header, layout::kChainLengthAt, 4);
  if (length < needed) {
    report(first, "its overflow pages are too few for their entry");
    return false;
  }
  // A value that shrank may keep pages that it no longer needs.
  if (length > needed && !pages_.claim(first + needed, length - needed, kind_.name)) return false;
  found_.overflow_pages += length;
  return true;
}

void TreeWalk::check_counts() {
  const auto compare = [&](std::uint64_t said, std::uint64_t found, const char* what) {
    if (said == found) return;
    pages_.findings_.add(kind_.name + " has " + std::to_string(found) + " " + what +
                         " but its head says " + std::to_string(said));
  };
  compare(tree_.entries, found_.entries, "entries");
  compare(tree_.branch_pages, found_.branch_pages, "branch pages");
  compare(tree_.leaf_pages, found_.leaf_pages, "leaf pages");
  compare(tree_.overflow_pages, found_.overflow_pages, "overflow pages");
}

}  // namespace tokenry::storage
