// Which bytes of a whole data file mean something, so that a check must notice a change of any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tokenry::engine {

// Marked are, for the newest commit: the meta pages (of the older one what LMDB looks at), the
// heads of trees, and of their pages the headers, offsets, nodes and overflow values. Not marked,
// since other values there are as good: padding, the pad field of page headers, bytes without a
// meaning in the meta pages, the keys of branches (any that separate the pages below will do) and
// the keys of the free list (any earlier commit will do), pages that are free, and the last byte of
// the newest commit's number: two less makes the commit before it the newest, which is whole too.
class LiveBytes {
 public:
  explicit LiveBytes(const std::string& data);

  bool is_live(std::uint64_t at) const { return live_[at]; }
  // Numbers of the pages with live bytes.
  std::vector<std::uint64_t> pages() const;
  // Live bytes in order.
  std::vector<std::uint64_t> places() const;

 private:
  std::uint64_t number(std::uint64_t at, std::size_t width) const;
  void mark(std::uint64_t from, std::uint64_t size);
  void mark_meta(std::uint64_t page, bool is_newest);
  enum class Kind { free_list, main, table };
  void mark_tree(std::uint64_t head_at, Kind kind);
  void mark_page(std::uint64_t page, Kind kind);
  void mark_leaf_node(std::uint64_t node, Kind kind);

  const std::string& data_;
  std::vector<bool> live_;
};

}  // namespace tokenry::engine
