#include "storage/preflight.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "storage/table.hpp"

namespace tokenry::storage {

using base::Code;
using base::Result;
using base::Status;

namespace {

// LMDB's file layout (mdb.c of 0.9): two meta pages, each a 16-byte page header and then these.
constexpr std::size_t kPageHeader = 16;
constexpr std::uint32_t kLmdbMagic = 0xBEEFC0DE;
constexpr std::uint32_t kLmdbVersion = 1;
constexpr std::size_t kMetaEnd = kPageHeader + 136;
constexpr std::size_t kPageSizeAt = kPageHeader + 24;  // md_pad of the first database
constexpr std::size_t kMainRootAt = kPageHeader + 24 + 48 + 40;
constexpr std::size_t kLastPageAt = kPageHeader + 120;
constexpr std::size_t kTxnIdAt = kPageHeader + 128;
constexpr std::uint16_t kLeafPage = 0x02;
constexpr std::size_t kNodeHeader = 8;

// Magic numbers that linux/magic.h lacks.
constexpr long kCifs = 0xFF534D42;
constexpr long kSmb2 = 0xFE534D42;
constexpr long kNineP = 0x01021997;
constexpr long kCeph = 0x00C36400;
constexpr long kLustre = 0x0BD00BD0;
constexpr long kGpfs = 0x47504653;

std::uint64_t native(const std::uint8_t* at, std::size_t width) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, width);  // the file is native, and so far all machines are little-endian
  return value;
}

Status damaged(const std::string& path, std::string_view how) {
  return {Code::store_damaged, path + " " + std::string(how)};
}

// Reads exactly size bytes at offset; less than that is false.
bool read_at(int fd, std::uint64_t offset, std::uint8_t* to, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::pread(fd, to, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

struct Meta {
  std::uint32_t page_size = 0;
  std::uint64_t main_root = 0;
  std::uint64_t last_page = 0;
  std::uint64_t txn_id = 0;
  bool operator==(const Meta&) const = default;
};

// Both meta pages: commits write them in turn.
struct Metas {
  bool has_first = false;
  bool has_second = false;
  Meta first;
  Meta second;
  bool operator==(const Metas&) const = default;

  const Meta& newest() const { return has_second && second.txn_id > first.txn_id ? second : first; }
};

bool is_page_size(std::uint64_t size) {
  return size >= 512 && size <= 65536 && (size & (size - 1)) == 0;
}

// The meta page at offset, or nothing if it is none.
bool read_meta(int fd, std::uint64_t offset, Meta& meta) {
  std::array<std::uint8_t, kMetaEnd> page{};
  if (!read_at(fd, offset, page.data(), page.size())) return false;
  if (native(&page[kPageHeader], 4) != kLmdbMagic) return false;
  if (native(&page[kPageHeader + 4], 4) != kLmdbVersion) return false;
  meta.page_size = static_cast<std::uint32_t>(native(&page[kPageSizeAt], 4));
  meta.main_root = native(&page[kMainRootAt], 8);
  meta.last_page = native(&page[kLastPageAt], 8);
  meta.txn_id = native(&page[kTxnIdAt], 8);
  return is_page_size(meta.page_size);
}

Metas read_metas(int fd) {
  Metas metas;
  metas.has_first = read_meta(fd, 0, metas.first);
  metas.has_second = metas.has_first && read_meta(fd, metas.first.page_size, metas.second);
  return metas;
}

// Whether the leaf page names all tables. The engine's few names fit in one page, so the root of
// the main database is that page.
bool names_all_tables(const std::vector<std::uint8_t>& page) {
  if ((native(&page[10], 2) & kLeafPage) == 0) return false;
  const std::size_t lower = native(&page[12], 2);
  if (lower < kPageHeader || lower > page.size()) return false;
  std::array<bool, kTableCount> seen{};
  for (std::size_t at = kPageHeader; at + 2 <= lower; at += 2) {
    const std::size_t node = native(&page[at], 2);
    if (node + kNodeHeader > page.size()) return false;
    const std::size_t key_size = native(&page[node + 6], 2);
    if (key_size > page.size() - node - kNodeHeader) return false;
    const std::string_view key = base::as_text({&page[node + kNodeHeader], key_size});
    for (std::size_t i = 0; i < kTableCount; ++i) seen[i] = seen[i] || key == kTables[i].name;
  }
  return std::all_of(seen.begin(), seen.end(), [](bool s) { return s; });
}

// The data file's page size, if all that the newest meta page speaks of is there. The file's size
// is asked for after the meta pages were read, since a commit may make it grow in between.
Result<std::uint32_t> check_layout(int fd, const Metas& metas, const std::string& path) {
  if (!metas.has_first) return damaged(path, "is not a Tokenry store");
  struct stat facts {};
  if (::fstat(fd, &facts) != 0) return base::errno_status(errno, "cannot stat " + path);
  const std::uint64_t pages = static_cast<std::uint64_t>(facts.st_size) / metas.first.page_size;
  const Meta& newest = metas.newest();
  if (!metas.has_second || newest.last_page >= pages) {
    return damaged(path, "is truncated; restore it from a backup");
  }
  std::vector<std::uint8_t> root(metas.first.page_size);
  const bool has_root = newest.main_root <= newest.last_page &&
                        read_at(fd, newest.main_root * root.size(), root.data(), root.size());
  if (!has_root || !names_all_tables(root)) return damaged(path, "is not a Tokenry store");
  return metas.first.page_size;
}

// Other processes may commit meanwhile and use pages anew that were just being read. A fault counts
// only if no commit came in between.
Result<std::uint32_t> check_layout(int fd, const std::string& path) {
  constexpr int kAttempts = 100;
  Metas metas = read_metas(fd);
  for (int attempt = 1;; ++attempt) {
    Result<std::uint32_t> page_size = check_layout(fd, metas, path);
    if (page_size.ok() || attempt == kAttempts) return page_size;
    const Metas now = read_metas(fd);
    if (now == metas) return page_size;
    metas = now;
  }
}

}  // namespace

std::string data_file(const std::string& directory) { return directory + "/data.mdb"; }
std::string lock_file(const std::string& directory) { return directory + "/lock.mdb"; }

Status check_file_system(const std::string& directory) {
  struct statfs facts {};
  if (::statfs(directory.c_str(), &facts) != 0) {
    return base::errno_status(errno, "cannot look at " + directory);
  }
  constexpr std::array<long, 9> kNetworkFileSystems = {
      NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, AFS_SUPER_MAGIC, kCifs, kSmb2,
      kNineP,          kCeph,           kLustre,         kGpfs};
  for (const long magic : kNetworkFileSystems) {
    if (static_cast<std::uint32_t>(facts.f_type) == static_cast<std::uint32_t>(magic)) {
      return {Code::filesystem_unsupported,
              directory + " is on a network file system; a store must be on a local one"};
    }
  }
  return {};
}

Result<DataFileFacts> preflight(const std::string& directory) {
  struct stat there {};
  if (::stat(directory.c_str(), &there) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return Status(Code::store_missing, "no store at " + directory);
    }
    return base::errno_status(errno, "cannot open the store at " + directory);
  }
  if (!S_ISDIR(there.st_mode)) {
    return Status(Code::store_missing, directory + " is not a directory, so it holds no store");
  }
  TOKENRY_TRY(check_file_system(directory));

  const std::string path = data_file(directory);
  base::Result<base::FileDescriptor> file = base::open_file(path, O_RDWR);
  if (!file.ok() && file.code() == Code::store_missing) {
    return Status(Code::store_missing, "no store at " + directory + " (it has no data.mdb)");
  }
  if (!file.ok()) return file.status();
  struct stat facts {};
  if (::fstat(file->get(), &facts) != 0) return base::errno_status(errno, "cannot stat " + path);
  if (!S_ISREG(facts.st_mode)) return damaged(path, "is not a regular file");
  TOKENRY_ASSIGN(const std::uint32_t page_size, check_layout(file->get(), path));
  return DataFileFacts{base::identity_of(facts), page_size, facts.st_mode, facts.st_uid,
                       facts.st_gid};
}

}  // namespace tokenry::storage
