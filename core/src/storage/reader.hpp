// A thread's place in an environment: one read transaction, kept and renewed for each snapshot.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/status.hpp"
#include "storage/read_view.hpp"

struct MDB_txn;

namespace tokenry::storage {

class Environment;

// Used by one thread; ended by it, or by the environment when that closes.
class Reader {
 public:
  // tag groups the readers that end together (one open store's).
  static std::shared_ptr<Reader> attach(const std::shared_ptr<Environment>& environment,
                                        std::uint64_t tag);

  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  std::uint64_t tag() const { return tag_; }
  Environment& environment() const { return *environment_; }
  bool attached() const noexcept { return !ended_.load(std::memory_order_relaxed); }

  // Called by the thread when it ends: gives the reader slot back.
  void detach();

  // Called by the environment: waits for a running snapshot, then ends the transaction.
  void end() noexcept;

 private:
  friend class Snapshot;
  Reader(std::shared_ptr<Environment> environment, std::uint64_t tag)
      : environment_(std::move(environment)), tag_(tag) {}
  // Begins the transaction at the newest commit; LMDB's code.
  int begin() noexcept;
  void forget() noexcept;

  // On a line of its own: written at each snapshot by this thread alone.
  alignas(64) std::atomic<bool> busy_{false};
  std::atomic<bool> ended_{false};
  std::shared_ptr<Environment> environment_;
  std::uint64_t tag_;
  MDB_txn* txn_ = nullptr;
};

// The store at one moment. Begins with the newest commit; keep it short, since pages freed by later
// commits cannot be used again until it ends. One at a time on a thread.
class Snapshot : public ReadView {
 public:
  explicit Snapshot(Reader& reader) noexcept;
  ~Snapshot();

  // False: nothing can be read. status() says why; detached() that the store must be reopened.
  bool ok() const noexcept { return txn_ != nullptr; }
  bool detached() const noexcept { return detached_; }
  base::Status status() const;

 private:
  Reader& reader_;
  int code_ = 0;
  bool detached_ = false;
};

}  // namespace tokenry::storage
