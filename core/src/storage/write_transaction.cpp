#include "storage/write_transaction.hpp"

#include <lmdb.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>

#include "storage/environment.hpp"
#include "storage/lmdb_status.hpp"
#include "storage/preflight.hpp"

namespace tokenry::storage {

using base::Bytes;
using base::Code;
using base::Result;
using base::Status;

namespace {

MDB_val to_val(Bytes bytes) { return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())}; }

}  // namespace

WriteTransaction::WriteTransaction(std::shared_ptr<Environment> environment, Growth growth)
    : environment_owner_(std::move(environment)),
      growth_(growth),
      lock_(environment_owner_->write_mutex_) {
  environment_ = environment_owner_.get();
}

Result<std::unique_ptr<WriteTransaction>> WriteTransaction::begin(
    std::shared_ptr<Environment> environment, Growth growth) {
  std::unique_ptr<WriteTransaction> write(new WriteTransaction(std::move(environment), growth));
  Environment& env = *write->environment_owner_;
  if (!env.usable()) {
    return Status(Code::store_busy, "the store was closed or replaced meanwhile");
  }
  if (growth == Growth::allowed) TOKENRY_TRY(env.secure_reserve());
  const int code = ::mdb_txn_begin(env.env_, nullptr, 0, &write->txn_);
  if (code != 0) {
    write->txn_ = nullptr;
    // Another process runs with a larger map, or an earlier write failed: reopening mends both.
    if (code == MDB_PANIC || code == MDB_MAP_RESIZED) env.mark_unusable();
    return lmdb_status(code, "cannot begin a change");
  }
  if (growth == Growth::allowed) write->live_pages_before_ = write->live_pages();
  return write;
}

WriteTransaction::~WriteTransaction() {
  if (txn_ != nullptr) ::mdb_txn_abort(txn_);
}

Status WriteTransaction::put(Table table, Bytes key, Bytes value) {
  MDB_val key_val = to_val(key);
  MDB_val value_val = to_val(value);
  ++put_counts_[static_cast<std::size_t>(table)];
  const int code = ::mdb_put(txn_, environment_->handle_of(table), &key_val, &value_val, 0);
  return code == 0 ? Status() : explain_failure(code);
}

Status WriteTransaction::remove(Table table, Bytes key) {
  MDB_val key_val = to_val(key);
  const int code = ::mdb_del(txn_, environment_->handle_of(table), &key_val, nullptr);
  return code == 0 || code == MDB_NOTFOUND ? Status() : explain_failure(code);
}

WriteTransaction::PagesByTable WriteTransaction::live_pages() const noexcept {
  PagesByTable pages{};
  for (std::size_t i = 0; i < kTableCount; ++i) {
    MDB_stat facts{};
    if (::mdb_stat(txn_, environment_->handle_of(static_cast<Table>(i)), &facts) != 0) continue;
    pages[i] = facts.ms_branch_pages + facts.ms_leaf_pages + facts.ms_overflow_pages;
  }
  return pages;
}

// Whether the change leaves the reserve alone. It takes new pages for what it added and for each
// page that it copied to change it: a path down a table's tree for a put, and no page twice. Events
// all go to the end of their table, down one path.
Status WriteTransaction::check_room() const {
  constexpr std::uint64_t kPagesPerPut = 6;
  const PagesByTable live = live_pages();
  std::uint64_t taken = 0;
  for (std::size_t i = 0; i < kTableCount; ++i) {
    const bool at_the_end = static_cast<Table>(i) == Table::events;
    const std::uint64_t paths =
        at_the_end ? std::min<std::uint64_t>(put_counts_[i], 1) : put_counts_[i];
    const std::uint64_t before = live_pages_before_[i];
    taken += live[i] - std::min(live[i], before);
    taken += std::min(kPagesPerPut * paths, before);
  }
  return environment_owner_->check_room_for(taken);
}

Status WriteTransaction::commit() {
  if (growth_ == Growth::allowed) {
    if (Status status = check_room(); !status.ok()) {
      ::mdb_txn_abort(txn_);
      txn_ = nullptr;
      return status;
    }
  }
  const int code = ::mdb_txn_commit(txn_);
  txn_ = nullptr;  // ended even where the commit failed
  if (code == 0) return {};
  Status status = explain_failure(code);
  // A failed write of the meta page leaves the environment in a state that only reopening mends.
  MDB_txn* probe = nullptr;
  if (::mdb_txn_begin(environment_owner_->env_, nullptr, 0, &probe) == MDB_PANIC) {
    environment_owner_->mark_unusable();
  } else if (probe != nullptr) {
    ::mdb_txn_abort(probe);
  }
  return status;
}

Status WriteTransaction::explain_failure(int code) const {
  // A full disk shows as EIO (a short write) in LMDB.
  if (code == EIO || code == ENOSPC || code == EDQUOT || code == EFBIG) {
    struct statvfs disk {};
    const std::string& directory = environment_owner_->directory();
    const bool is_full = ::statvfs(directory.c_str(), &disk) == 0 &&
                         disk.f_bavail * disk.f_frsize < 16U * environment_owner_->page_size();
    if (code != EIO || is_full) {
      return {Code::store_full, "the disk of " + directory +
                                    " is full; nothing was changed or lost; free some space"};
    }
  }
  return lmdb_status(code, "cannot change the store");
}

}  // namespace tokenry::storage
