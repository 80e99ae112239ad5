// The file format of LMDB 0.9 as far as this room reads it without LMDB: all numbers are native,
// and so far all machines are little-endian.
//
// Page: number (8), pad (2), flags (2), then in trees lower (2) and upper (2), in overflow chains
// the count of pages (4); 16 bytes in all. Offsets of nodes follow, 2 bytes each, up to `lower`;
// the nodes fill the page from `upper` to its end. Pages 0 and 1 are the meta pages. Node: low (2),
// high (2), flags (2), key size (2), key; in a leaf then the data, whose size is high << 16 | low,
// or the number of its overflow page; in a branch the number of the child is flags << 32 | high <<
// 16 | low.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace tokenry::storage::lmdb_layout {

inline constexpr std::uint32_t kMagic = 0xBEEFC0DE;
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
inline constexpr std::uint64_t kFirstDataPage = 2;

inline constexpr std::size_t kPageHeaderSize = 16;
inline constexpr std::size_t kPageFlagsAt = 10;
inline constexpr std::size_t kLowerAt = 12;
inline constexpr std::size_t kUpperAt = 14;
inline constexpr std::size_t kChainLengthAt = 12;
enum PageFlag : std::uint16_t { kBranchPage = 1, kLeafPage = 2, kOverflowPage = 4, kMetaPage = 8 };

inline constexpr std::size_t kNodeHeaderSize = 8;
inline constexpr std::size_t kNodeFlagsAt = 4;
inline constexpr std::size_t kNodeKeySizeAt = 6;
inline constexpr std::size_t kLongestKey = 511;
inline constexpr unsigned kDeepestTree = 32;  // CURSOR_STACK
enum NodeFlag : std::uint16_t { kOverflowNode = 1, kDatabaseNode = 2 };

inline constexpr std::uint16_t kIntegerKeys = 8;  // of Database::flags
inline constexpr std::size_t kDatabaseSize = 48;
inline constexpr std::size_t kMetaEnd = kPageHeaderSize + 136;

inline std::uint64_t number_at(base::Bytes bytes, std::size_t at, std::size_t width) {
  return base::load_le(bytes.data() + at, width);
}

// MDB_db: one tree.
struct Database {
  std::uint32_t pad = 0;  // of the free list's: the page size
  std::uint16_t flags = 0;
  std::uint16_t depth = 0;
  std::uint64_t branch_pages = 0;
  std::uint64_t leaf_pages = 0;
  std::uint64_t overflow_pages = 0;
  std::uint64_t entries = 0;
  std::uint64_t root = kNoPage;
  bool operator==(const Database&) const = default;
};

// The first kDatabaseSize bytes.
Database parse_database(base::Bytes bytes);

// MDB_meta, with the header of its page.
struct Meta {
  std::uint64_t page_number = 0;
  std::uint16_t page_flags = 0;
  std::uint32_t page_size = 0;
  std::uint64_t map_size_bytes = 0;
  Database free_list;
  Database main;
  std::uint64_t last_page = 0;
  std::uint64_t txn_id = 0;
  bool operator==(const Meta&) const = default;
};

// Both meta pages: commits write them in turn. One that is none is left out.
struct Metas {
  std::optional<Meta> first;
  std::optional<Meta> second;
  bool operator==(const Metas&) const = default;

  bool complete() const { return first && second; }
  // Of a file that has the first.
  const Meta& newest() const { return second && second->txn_id > first->txn_id ? *second : *first; }
};

Metas read_metas(int fd);

// Likewise, read until two readings agree, for a file that others commit to.
Metas read_metas_steadily(int fd);

// Reads exactly size bytes at offset; anything else is false, with errno 0 at the end of the file.
bool read_at(int fd, std::uint64_t offset, std::uint8_t* to, std::size_t size);

}  // namespace tokenry::storage::lmdb_layout
