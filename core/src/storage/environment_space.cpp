// How much room a store has: map, disk and the reserve that revocation goes on into.
#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "storage/environment.hpp"
#include "storage/lmdb_status.hpp"

namespace tokenry::storage {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr std::uint64_t kReserveBytes = 2 << 20;
constexpr std::uint64_t kReserveStepBytes = 2 << 20;

std::uint64_t round_up(std::uint64_t value, std::uint64_t step) {
  return (value + step - 1) / step * step;
}

}  // namespace

Status Environment::secure_reserve() {
  MDB_envinfo info{};
  if (const int code = ::mdb_env_info(env_, &info); code != 0) {
    return lmdb_status(code, "cannot look at the store's map");
  }
  TOKENRY_TRY(check_map_room(0));
  const std::uint64_t used = (info.me_last_pgno + 1) * page_size_;
  const std::uint64_t needed = std::min<std::uint64_t>(used + kReserveBytes, info.me_mapsize);
  if (needed <= reserved_until_) return {};
  const std::uint64_t until =
      std::min<std::uint64_t>(round_up(needed, kReserveStepBytes), info.me_mapsize);
  // The size grows with it (no KEEP_SIZE): then a file that is shorter than its used part is always
  // a truncated one, and commits within the reserve need not journal a new size.
  const std::uint64_t from = std::max(reserved_until_, used);
  int result = 0;
  do {
    result = ::fallocate(data_fd_, 0, static_cast<off_t>(from), static_cast<off_t>(until - from));
  } while (result != 0 && errno == EINTR);
  if (result == 0) {
    reserved_until_ = until;
    return {};
  }
  if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) {
    return {Code::store_full,
            "the disk of " + directory_ + " is full; free some space (revocation still works)"};
  }
  // A file system without fallocate: growing goes on without a reserve.
  return {};
}

// Growing stops at 95 % of the map, so that revocation has the rest.
Status Environment::check_map_room(std::uint64_t page_count) const {
  MDB_envinfo info{};
  ::mdb_env_info(env_, &info);
  const std::uint64_t page_limit = info.me_mapsize / page_size_ / 100 * 95;
  const std::uint64_t wanted = info.me_last_pgno + page_count;
  if (wanted < page_limit) return {};
  TOKENRY_ASSIGN(const std::uint64_t free_pages, count_free_pages());
  if (wanted - std::min<std::uint64_t>(free_pages, wanted) < page_limit) return {};
  return {Code::store_full, "the store's map of " + std::to_string(info.me_mapsize >> 20) +
                                " MiB is full; purge revoked tokens (revocation still works)"};
}

Status Environment::check_room_for(std::uint64_t page_count) const {
  const std::uint64_t wanted = page_count * page_size_;
  if (wanted <= kReserveBytes / 2) return {};
  TOKENRY_TRY(check_map_room(page_count));
  MDB_envinfo info{};
  struct stat data {};
  struct statvfs disk {};
  const bool known = ::mdb_env_info(env_, &info) == 0 && ::fstat(data_fd_, &data) == 0 &&
                     ::statvfs(directory_.c_str(), &disk) == 0;
  if (!known) return {};
  const std::uint64_t used = (info.me_last_pgno + 1) * page_size_;
  const std::uint64_t file = std::max(static_cast<std::uint64_t>(data.st_size), used);
  const std::uint64_t room = disk.f_bavail * disk.f_frsize + (file - used);
  if (room >= wanted + kReserveBytes) return {};
  TOKENRY_ASSIGN(const std::uint64_t free_pages, count_free_pages());
  if (room + free_pages * page_size_ >= wanted + kReserveBytes) return {};
  return {Code::store_full, "the disk of " + directory_ +
                                " has no room for a change of that size; free some space, or make "
                                "it in smaller steps (revocation still works)"};
}

Result<std::uint64_t> Environment::count_free_pages() const {
  MDB_txn* txn = nullptr;
  int code = ::mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
  if (code != 0) return lmdb_status(code, "cannot look at the free pages");
  std::uint64_t pages = 0;
  MDB_cursor* cursor = nullptr;
  code = ::mdb_cursor_open(txn, 0, &cursor);  // database 0 lists the free pages of each commit
  if (code == 0) {
    MDB_val key{};
    MDB_val value{};
    while (::mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
      std::size_t count = 0;
      if (value.mv_size < sizeof count) continue;
      std::memcpy(&count, value.mv_data, sizeof count);
      pages += count;
    }
    ::mdb_cursor_close(cursor);
  }
  ::mdb_txn_abort(txn);
  return pages;
}

// Slots in use; me_numreaders is how many ever were at the same time.
std::uint32_t Environment::count_readers() const {
  std::uint32_t lines = 0;
  const auto count_line = [](const char* text, void* count) {
    // A line for each reader, under a heading; or one line in brackets if there is none.
    *static_cast<std::uint32_t*>(count) += text[0] == '(' ? 0 : 1;
    return 0;
  };
  ::mdb_reader_list(env_, count_line, &lines);
  return lines == 0 ? 0 : lines - 1;
}

Result<EnvironmentFacts> Environment::facts() const {
  const std::lock_guard lock(readers_mutex_);
  if (env_ == nullptr)
    return Status(Code::store_busy, "the store was closed or replaced meanwhile");
  MDB_envinfo info{};
  if (const int code = ::mdb_env_info(env_, &info); code != 0) {
    return lmdb_status(code, "cannot look at the store's map");
  }
  struct stat data {};
  if (::fstat(data_fd_, &data) != 0) return base::errno_status(errno, "cannot stat data.mdb");
  EnvironmentFacts facts;
  facts.map_size_bytes = info.me_mapsize;
  facts.used_bytes = (info.me_last_pgno + 1) * page_size_;
  facts.data_file_bytes = static_cast<std::uint64_t>(data.st_size);
  facts.reader_count = count_readers();
  facts.reader_limit = info.me_maxreaders;
  return facts;
}

}  // namespace tokenry::storage
