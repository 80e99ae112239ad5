#include "live_bytes.hpp"

#include "base/bytes.hpp"
#include "storage/lmdb_layout.hpp"

namespace tokenry::engine {

namespace layout = storage::lmdb_layout;

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kFreeListHead = 16 + 24;
constexpr std::uint64_t kMainHead = kFreeListHead + 48;
constexpr std::uint64_t kRootInHead = 40;
constexpr std::uint64_t kTxnIdAt = 16 + 128;

}  // namespace

LiveBytes::LiveBytes(const std::string& data) : data_(data), live_(data.size(), false) {
  const bool second_is_newest = number(kPage + kTxnIdAt, 8) > number(kTxnIdAt, 8);
  mark_meta(0, !second_is_newest);
  mark_meta(1, second_is_newest);
  const std::uint64_t newest = second_is_newest ? kPage : 0;
  mark_tree(newest + kFreeListHead, Kind::free_list);
  mark_tree(newest + kMainHead, Kind::main);
}

std::uint64_t LiveBytes::number(std::uint64_t at, std::size_t width) const {
  return base::load_le(reinterpret_cast<const std::uint8_t*>(data_.data()) + at, width);
}

void LiveBytes::mark(std::uint64_t from, std::uint64_t size) {
  for (std::uint64_t at = from; at < from + size; ++at) live_.at(at) = true;
}

void LiveBytes::mark_meta(std::uint64_t page, bool is_newest) {
  const std::uint64_t at = page * kPage;
  mark(at, 8);                  // page number
  mark(at + 10, 2);             // page flags
  mark(at + 16, 8);             // magic and version
  mark(at + kFreeListHead, 4);  // page size
  mark(at + kTxnIdAt + (is_newest ? 1 : 0), is_newest ? 7 : 8);
  if (!is_newest) return;
  mark(at + 16 + 16, 8);  // map size
  mark(at + kFreeListHead, 48);
  mark(at + kMainHead + 4, 44);  // all but its pad
  mark(at + 16 + 120, 8);        // last page
}

void LiveBytes::mark_tree(std::uint64_t head_at, Kind kind) {
  const std::uint64_t root = number(head_at + kRootInHead, 8);
  if (root != layout::kNoPage) mark_page(root, kind);
}

void LiveBytes::mark_page(std::uint64_t page, Kind kind) {
  const std::uint64_t at = page * kPage;
  const bool is_leaf = number(at + layout::kPageFlagsAt, 2) == layout::kLeafPage;
  const std::uint64_t lower = number(at + layout::kLowerAt, 2);
  mark(at, 8);
  mark(at + layout::kPageFlagsAt, lower - layout::kPageFlagsAt);
  for (std::uint64_t i = layout::kPageHeaderSize; i < lower; i += 2) {
    const std::uint64_t node = at + number(at + i, 2);
    mark(node, layout::kNodeHeaderSize);
    if (is_leaf) {
      mark_leaf_node(node, kind);
    } else {
      mark_page(number(node, 6), kind);
    }
  }
}

void LiveBytes::mark_leaf_node(std::uint64_t node, Kind kind) {
  const std::uint64_t key = node + layout::kNodeHeaderSize;
  const std::uint64_t key_size = number(node + layout::kNodeKeySizeAt, 2);
  const std::uint64_t value = key + key_size;
  std::uint64_t size = number(node, 4);
  if (kind != Kind::free_list) mark(key, key_size);
  std::uint64_t content = value;
  if ((number(node + layout::kNodeFlagsAt, 2) & layout::kOverflowNode) != 0) {
    mark(value, 8);
    const std::uint64_t chain = number(value, 8) * kPage;
    mark(chain, 8);
    mark(chain + layout::kPageFlagsAt, 6);
    content = chain + layout::kPageHeaderSize;
  }
  // A list of free pages may have room behind its end.
  if (kind == Kind::free_list) size = 8 * (1 + number(content, 8));
  mark(content, size);
  if (kind == Kind::main) mark_tree(value, Kind::table);
}

std::vector<std::uint64_t> LiveBytes::places() const {
  std::vector<std::uint64_t> places;
  for (std::uint64_t at = 0; at < live_.size(); ++at) {
    if (live_[at]) places.push_back(at);
  }
  return places;
}

std::vector<std::uint64_t> LiveBytes::pages() const {
  std::vector<std::uint64_t> pages;
  for (const std::uint64_t at : places()) {
    if (pages.empty() || pages.back() != at / kPage) pages.push_back(at / kPage);
  }
  return pages;
}

}  // namespace tokenry::engine
