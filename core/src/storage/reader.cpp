#include "storage/reader.hpp"

#include <lmdb.h>
#include <sched.h>

#include <new>

#include "storage/environment.hpp"
#include "storage/lmdb_status.hpp"
#include "storage/process.hpp"

namespace tokenry::storage {

std::shared_ptr<Reader> Reader::attach(const std::shared_ptr<Environment>& environment,
                                       std::uint64_t tag) {
  std::shared_ptr<Reader> reader(new Reader(environment, tag));
  const std::lock_guard lock(environment->readers_mutex_);
  environment->readers_.push_back(reader);
  return reader;
}

void Reader::detach() {
  // A child must not touch what it inherited: its parent goes on with it.
  if (environment_->generation_ != process_generation()) return;
  // Under the lock to the end, so that a closing environment waits for it.
  const std::shared_ptr<Environment> environment = environment_;
  const std::lock_guard lock(environment->readers_mutex_);
  end();
  environment->readers_.remove_if([&](const auto& other) { return other.get() == this; });
}

void Reader::end() noexcept {
  if (ended_.exchange(true, std::memory_order_seq_cst)) return;
  // Dekker's handshake with Snapshot: it sets busy_ and then reads ended_.
  while (busy_.load(std::memory_order_seq_cst)) ::sched_yield();
  // Aborting gives the slot back, so it must be this reader's still.
  if (txn_ != nullptr && ::mdb_txn_renew(txn_) == MDB_BAD_RSLOT) forget();
  if (txn_ != nullptr) ::mdb_txn_abort(txn_);
  txn_ = nullptr;
}

// Keeps the memory for ever: LMDB would free it together with the slot, which is another's by now.
void Reader::forget() noexcept {
  struct Forgotten {
    MDB_txn* txn;
    Forgotten* next;
  };
  static std::atomic<Forgotten*> all{nullptr};
  if (auto* one = new (std::nothrow) Forgotten{txn_, all.load()}) {
    while (!all.compare_exchange_weak(one->next, one)) {
    }
  }
  txn_ = nullptr;
}

int Reader::begin() noexcept {
  if (txn_ != nullptr) {
    const int code = ::mdb_txn_renew(txn_);
    if (code != MDB_BAD_RSLOT) return code;
    // The lock file was set up anew, or the slot was taken for a dead process's.
    forget();
  }
  MDB_env* env = environment_->env_;
  const int code = ::mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn_);
  if (code != MDB_READERS_FULL) return code;
  int cleared = 0;
  ::mdb_reader_check(env, &cleared);
  return ::mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn_);
}

Snapshot::Snapshot(Reader& reader) noexcept : reader_(reader) {
  reader.busy_.store(true, std::memory_order_seq_cst);
  environment_ = reader.environment_.get();
  if (reader.ended_.load(std::memory_order_seq_cst) || !environment_->usable()) {
    detached_ = true;
    return;
  }
  code_ = reader.begin();
  if (code_ == 0) txn_ = reader.txn_;
}

Snapshot::~Snapshot() {
  if (txn_ != nullptr) ::mdb_txn_reset(txn_);
  reader_.busy_.store(false, std::memory_order_release);
}

base::Status Snapshot::status() const {
  if (ok()) return {};
  if (detached_) return {base::Code::store_busy, "the store was closed or replaced meanwhile"};
  return lmdb_status(code_, "cannot read the store");
}

}  // namespace tokenry::storage
