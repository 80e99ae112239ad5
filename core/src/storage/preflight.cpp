#include "storage/preflight.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "storage/lmdb_layout.hpp"
#include "storage/table.hpp"

namespace tokenry::storage {

using base::Code;
using base::Result;
using base::Status;
namespace layout = lmdb_layout;

namespace {

// Magic numbers that linux/magic.h lacks.
constexpr long kCifs = 0xFF534D42;
constexpr long kSmb2 = 0xFE534D42;
constexpr long kNineP = 0x01021997;
constexpr long kCeph = 0x00C36400;
constexpr long kLustre = 0x0BD00BD0;
constexpr long kGpfs = 0x47504653;

Status damaged(const std::string& path, std::string_view how) {
  return {Code::store_damaged, path + " " + std::string(how)};
}

// Whether the leaf page names all tables. The engine's few names fit in one page, so the root of
// the main database is that page.
bool names_all_tables(const std::vector<std::uint8_t>& page) {
  if ((layout::number_at(page, layout::kPageFlagsAt, 2) & layout::kLeafPage) == 0) return false;
  const std::size_t lower = layout::number_at(page, layout::kLowerAt, 2);
  if (lower < layout::kPageHeaderSize || lower > page.size()) return false;
  std::array<bool, kTableCount> seen{};
  for (std::size_t at = layout::kPageHeaderSize; at + 2 <= lower; at += 2) {
    const std::size_t node = layout::number_at(page, at, 2);
    if (node + layout::kNodeHeaderSize > page.size()) return false;
    const std::size_t key_size = layout::number_at(page, node + layout::kNodeKeySizeAt, 2);
    const std::size_t key_at = node + layout::kNodeHeaderSize;
    if (key_size > page.size() - key_at) return false;
    const std::string_view key = base::as_text({page.data() + key_at, key_size});
    for (std::size_t i = 0; i < kTableCount; ++i) seen[i] = seen[i] || key == kTables[i].name;
  }
  return std::all_of(seen.begin(), seen.end(), [](bool s) { return s; });
}

// The data file's page size, if all that the newest meta page speaks of is there. The file's size
// is asked for after the meta pages were read, since a commit may make it grow in between.
Result<std::uint32_t> check_layout(int fd, const layout::Metas& metas, const std::string& path) {
  if (!metas.first) return damaged(path, "is not a Tokenry store");
  struct stat facts {};
  if (::fstat(fd, &facts) != 0) return base::errno_status(errno, "cannot stat " + path);
  const std::uint64_t pages = static_cast<std::uint64_t>(facts.st_size) / metas.first->page_size;
  const layout::Meta& newest = metas.newest();
  if (!metas.second || newest.last_page >= pages) {
    return damaged(path, "is truncated; restore it from a backup");
  }
  std::vector<std::uint8_t> root(metas.first->page_size);
  const bool has_root =
      newest.main.root <= newest.last_page &&
      layout::read_at(fd, newest.main.root * root.size(), root.data(), root.size());
  if (!has_root || !names_all_tables(root)) return damaged(path, "is not a Tokenry store");
  return metas.first->page_size;
}

// Other processes may commit meanwhile and use pages anew that were just being read. A fault counts
// only if no commit came in between.
Result<std::uint32_t> check_layout(int fd, const std::string& path) {
  constexpr int kAttempts = 100;
  layout::Metas metas = layout::read_metas(fd);
  for (int attempt = 1;; ++attempt) {
    Result<std::uint32_t> page_size = check_layout(fd, metas, path);
    if (page_size.ok() || attempt == kAttempts) return page_size;
    const layout::Metas now = layout::read_metas(fd);
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

Status check_directory(const std::string& directory) {
  struct stat there {};
  if (::stat(directory.c_str(), &there) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return {Code::store_missing, "no store at " + directory};
    }
    return base::errno_status(errno, "cannot open the store at " + directory);
  }
  if (!S_ISDIR(there.st_mode)) {
    return {Code::store_missing, directory + " is not a directory, so it holds no store"};
  }
  return check_file_system(directory);
}

Result<DataFileFacts> preflight(const std::string& directory) {
  TOKENRY_TRY(check_directory(directory));
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
