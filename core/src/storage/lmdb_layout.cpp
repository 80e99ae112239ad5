#include "storage/lmdb_layout.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>

namespace tokenry::storage::lmdb_layout {

namespace {

// Within a meta page, behind the page header.
constexpr std::size_t kMapSizeAt = kPageHeaderSize + 16;
constexpr std::size_t kFreeListAt = kPageHeaderSize + 24;
constexpr std::size_t kMainAt = kFreeListAt + kDatabaseSize;
constexpr std::size_t kLastPageAt = kPageHeaderSize + 120;
constexpr std::size_t kTxnIdAt = kPageHeaderSize + 128;

bool is_page_size(std::uint64_t size) {
  return size >= 512 && size <= 65536 && (size & (size - 1)) == 0;
}

// The meta page at offset, or nothing if it is none.
std::optional<Meta> read_meta(int fd, std::uint64_t offset) {
  std::array<std::uint8_t, kMetaEnd> page{};
  if (!read_at(fd, offset, page.data(), page.size())) return std::nullopt;
  if (number_at(page, kPageHeaderSize, 4) != kMagic) return std::nullopt;
  if (number_at(page, kPageHeaderSize + 4, 4) != kVersion) return std::nullopt;
  Meta meta;
  meta.page_number = number_at(page, 0, 8);
  meta.page_flags = static_cast<std::uint16_t>(number_at(page, kPageFlagsAt, 2));
  meta.map_size_bytes = number_at(page, kMapSizeAt, 8);
  meta.free_list = parse_database(base::Bytes(page).subspan(kFreeListAt));
  meta.main = parse_database(base::Bytes(page).subspan(kMainAt));
  meta.page_size = meta.free_list.pad;
  meta.last_page = number_at(page, kLastPageAt, 8);
  meta.txn_id = number_at(page, kTxnIdAt, 8);
  if (!is_page_size(meta.page_size)) return std::nullopt;
  return meta;
}

}  // namespace

Database parse_database(base::Bytes bytes) {
  Database database;
  database.pad = static_cast<std::uint32_t>(number_at(bytes, 0, 4));
  database.flags = static_cast<std::uint16_t>(number_at(bytes, 4, 2));
  database.depth = static_cast<std::uint16_t>(number_at(bytes, 6, 2));
  database.branch_pages = number_at(bytes, 8, 8);
  database.leaf_pages = number_at(bytes, 16, 8);
  database.overflow_pages = number_at(bytes, 24, 8);
  database.entries = number_at(bytes, 32, 8);
  database.root = number_at(bytes, 40, 8);
  return database;
}

Metas read_metas(int fd) {
  Metas metas;
  metas.first = read_meta(fd, 0);
  if (metas.first) metas.second = read_meta(fd, metas.first->page_size);
  return metas;
}

Metas read_metas_steadily(int fd) {
  constexpr int kAttempts = 100;
  Metas metas = read_metas(fd);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Metas again = read_metas(fd);
    if (again == metas) break;
    metas = again;
  }
  return metas;
}

bool read_at(int fd, std::uint64_t offset, std::uint8_t* to, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::pread(fd, to, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = 0;
    if (got <= 0) return false;
    to += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace tokenry::storage::lmdb_layout
