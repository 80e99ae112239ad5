#include "storage/environment.hpp"

#include <fcntl.h>
#include <lmdb.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <thread>

#include "base/clock.hpp"
#include "storage/descriptors.hpp"
#include "storage/lmdb_status.hpp"
#include "storage/open_lock.hpp"
#include "storage/preflight.hpp"
#include "storage/process.hpp"
#include "storage/reader.hpp"

namespace tokenry::storage {

using base::Code;
using base::Result;
using base::Status;

namespace {

// Slots are 64 bytes in lock.mdb and only those in use are ever walked.
constexpr unsigned kReaderSlots = 4096;

// NOTLS: a reader slot belongs to the transaction, so that threads may come and go.
constexpr unsigned kFlags = MDB_NOTLS;

// Errors that an open can meet when another process opens or closes at that instant, or had this
// process's pid in another container.
bool is_passing(int code) {
  return code == EAGAIN || code == EBUSY || code == EINTR || code == EINVAL;
}

}  // namespace

Status Environment::create(const std::string& directory, std::uint64_t map_size_bytes) {
  MDB_env* env = nullptr;
  int code = ::mdb_env_create(&env);
  if (code == 0) code = ::mdb_env_set_mapsize(env, map_size_bytes);
  if (code == 0) code = ::mdb_env_set_maxdbs(env, kTableCount);
  if (code == 0) code = ::mdb_env_open(env, directory.c_str(), kFlags, 0600);
  MDB_txn* txn = nullptr;
  if (code == 0) code = ::mdb_txn_begin(env, nullptr, 0, &txn);
  for (const TableFacts& table : kTables) {
    MDB_dbi handle = 0;
    const unsigned flags = MDB_CREATE | (table.integer_key ? MDB_INTEGERKEY : 0);
    if (code == 0) code = ::mdb_dbi_open(txn, table.name, flags, &handle);
  }
  if (code == 0) {
    code = ::mdb_txn_commit(txn);
  } else if (txn != nullptr) {
    ::mdb_txn_abort(txn);
  }
  ::mdb_env_close(env);
  return code == 0 ? Status() : lmdb_status(code, "cannot make the store's tables");
}

Result<std::shared_ptr<Environment>> Environment::open(const std::string& directory) {
  const auto give_up_at = std::chrono::steady_clock::now() + kOpenPatience;
  for (;;) {
    // Before OpenLock, whose open(2) of a missing directory would tell less.
    TOKENRY_ASSIGN(const DataFileFacts facts, preflight(directory));
    std::shared_ptr<Environment> environment(new Environment);
    environment->directory_ = directory;
    environment->generation_ = process_generation();
    bool passing = false;
    {
      // For each try anew: who stands in the way may be waiting for it to close.
      OpenLock open_lock;
      TOKENRY_TRY(open_lock.take(directory));
      const Status status = environment->open_lmdb(facts, passing);
      if (status.ok()) return environment;
      environment->mark_unusable();
      environment->close_lmdb();
      if (!passing || std::chrono::steady_clock::now() > give_up_at) return status;
    }
    std::this_thread::sleep_for(kOpenStep);
  }
}

Status Environment::open_lmdb(const DataFileFacts& facts, bool& passing) {
  const std::string what = "cannot open the store at " + directory_;
  int code = ::mdb_env_create(&env_);
  if (code == 0) code = ::mdb_env_set_maxdbs(env_, kTableCount);
  if (code == 0) code = ::mdb_env_set_maxreaders(env_, kReaderSlots);
  if (code == 0) code = ::mdb_env_open(env_, directory_.c_str(), kFlags, facts.mode & 0666);
  if (code == 0) code = ::mdb_env_get_fd(env_, &data_fd_);
  passing = is_passing(code);
  if (passing) return {Code::store_busy, what + ": other openers interfere"};
  if (code != 0) return lmdb_status(code, what);
  struct stat data {};
  if (::fstat(data_fd_, &data) != 0) return base::errno_status(errno, what);
  data_file_ = facts;
  data_file_.identity = base::identity_of(data);
  passing = !(data_file_.identity == facts.identity);
  if (passing) return {Code::store_busy, what + ": data.mdb was replaced meanwhile"};
  TOKENRY_TRY(adopt_lock_file(facts));
  clear_dead_readers();
  return open_tables(passing);
}

void Environment::close_lmdb() noexcept {
  const std::lock_guard lock(readers_mutex_);
  if (env_ != nullptr) ::mdb_env_close(env_);
  env_ = nullptr;
}

// Finds LMDB's descriptor of lock.mdb. Where this call made the file, as root or with a narrow
// umask, gives it the data file's owner and mode, so that no other user of the store is locked out.
Status Environment::adopt_lock_file(const DataFileFacts& facts) {
  struct stat lock {};
  const std::string path = lock_file(directory_);
  if (::stat(path.c_str(), &lock) != 0) return base::errno_status(errno, "cannot stat " + path);
  lock_identity_ = base::identity_of(lock);
  for (const int fd : descriptors_of(lock_identity_)) lock_fd_ = fd;
  for (const base::FileIdentity& file : {data_file_.identity, lock_identity_}) {
    for (const int fd : descriptors_of(file)) {
      // One that has it already may be another thread's, which closes it at this moment.
      const int flags = ::fcntl(fd, F_GETFD);
      if (flags >= 0 && (flags & FD_CLOEXEC) == 0) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
  }
  if (lock_fd_ < 0) return {};
  if (lock.st_uid != facts.owner || lock.st_gid != facts.group) {
    // Only root, or an owner within his groups, can; otherwise the file is as good as we may make
    // it.
    if (::fchown(lock_fd_, facts.owner, facts.group) != 0) errno = 0;
  }
  if ((lock.st_mode & 0666) != (facts.mode & 0666)) {
    if (::fchmod(lock_fd_, facts.mode & 0666) != 0) errno = 0;
  }
  return {};
}

Status Environment::open_tables(bool& passing) {
  const std::string what = "cannot open the tables of " + directory_;
  MDB_envinfo before{};
  MDB_envinfo after{};
  MDB_txn* txn = nullptr;
  int code = ::mdb_env_info(env_, &before);
  if (code == 0) code = ::mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
  passing = is_passing(code);
  if (passing) return {Code::store_busy, what + ": other openers interfere"};
  if (code == 0) code = ::mdb_env_info(env_, &after);
  if (code != 0) return lmdb_status(code, what);
  // lock.mdb tells which commit is the newest, data.mdb has it. Where they disagree, others still
  // use lock.mdb with a data.mdb that was replaced, and this one would be read at an old commit. A
  // commit is in data.mdb first.
  const std::size_t newest = ::mdb_txn_id(txn);
  if (newest + 1 < before.me_last_txnid || newest > after.me_last_txnid) {
    ::mdb_txn_abort(txn);
    return {Code::store_busy, "other processes still use the data.mdb that was replaced in " +
                                  directory_ + "; they notice at their next call, or restart them"};
  }
  for (std::size_t i = 0; i < kTableCount && code == 0; ++i) {
    code = ::mdb_dbi_open(txn, kTables[i].name, kTables[i].integer_key ? MDB_INTEGERKEY : 0,
                          &tables_[i]);
  }
  MDB_stat pages{};
  if (code == 0) code = ::mdb_stat(txn, handle_of(Table::verifiers), &pages);
  if (code != 0) {
    ::mdb_txn_abort(txn);
    return lmdb_status(code, what);
  }
  code = ::mdb_txn_commit(txn);  // keeps the handles
  if (code != 0) return lmdb_status(code, what);
  page_size_ = pages.ms_psize;
  // Each page of records must be one overflow page of its own, or records would move under readers.
  if (pages.ms_overflow_pages != pages.ms_entries) {
    return {Code::format_unsupported, what + ": pages of records do not fill one page each"};
  }
  return {};
}

Environment::~Environment() {
  if (generation_ == process_generation()) close_lmdb();
}

bool Environment::usable() const noexcept {
  return usable_.load(std::memory_order_seq_cst) && generation_ == process_generation();
}

void Environment::check_health() noexcept {
  const std::int64_t now_s = base::coarse_monotonic_s();
  std::int64_t seen_s = checked_at_s_.load(std::memory_order_relaxed);
  if (now_s == seen_s || !checked_at_s_.compare_exchange_strong(seen_s, now_s)) return;
  check_health_now();
}

void Environment::check_health_now() noexcept {
  if (!names_still_fit() || !lock_still_held()) mark_unusable();
}

bool Environment::names_still_fit() const noexcept {
  struct stat facts {};
  char path[4096 + 16];
  for (const auto& [name, identity] :
       {std::pair{"data.mdb", data_file_.identity}, std::pair{"lock.mdb", lock_identity_}}) {
    const int size = std::snprintf(path, sizeof path, "%s/%s", directory_.c_str(), name);
    if (size < 0 || static_cast<std::size_t>(size) >= sizeof path) return false;
    if (::stat(path, &facts) != 0 || !(base::identity_of(facts) == identity)) return false;
  }
  return true;
}

bool Environment::lock_still_held() const noexcept {
  if (lock_fd_ < 0) return true;  // no /proc: cannot look
  // LMDB locks the byte at its pid once it has read. A lock of the open file description conflicts
  // with that one even within a process, so asking for one shows whether it stands.
  struct flock probe {};
  probe.l_type = F_WRLCK;
  probe.l_whence = SEEK_SET;
  probe.l_start = ::getpid();
  probe.l_len = 1;
  if (::fcntl(lock_fd_, F_OFD_GETLK, &probe) != 0) return true;
  return probe.l_type != F_UNLCK;
}

void Environment::end_readers(std::uint64_t tag) {
  // Under the lock to the end: a thread that ends may be ending its reader at this moment, and LMDB
  // must not be closed before it has. Who has a snapshot open never asks for this lock.
  const std::lock_guard lock(readers_mutex_);
  for (auto it = readers_.begin(); it != readers_.end();) {
    const auto next = std::next(it);
    if (tag == 0 || (*it)->tag() == tag) {
      (*it)->end();
      readers_.erase(it);
    }
    it = next;
  }
}

void Environment::shut_down() {
  if (env_ == nullptr || generation_ != process_generation()) return;
  mark_unusable();
  const std::lock_guard copies(copy_mutex_);
  const std::lock_guard lock(write_mutex_);
  end_readers(0);
  OpenLock open_lock;
  // Closing without the lock is better than not closing: only old LMDB versions race then.
  if (const Status status = open_lock.take(directory_); !status.ok()) errno = 0;
  close_lmdb();
}

void Environment::clear_dead_readers() noexcept {
  const std::lock_guard lock(readers_mutex_);
  int cleared = 0;
  if (env_ != nullptr) ::mdb_reader_check(env_, &cleared);
}

}  // namespace tokenry::storage
