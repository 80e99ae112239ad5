// The thread that folds a store's usage every few seconds, for hosts without a loop of their own.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace tokenry::engine {

class Store;

class Maintainer {
 public:
  explicit Maintainer(bool enabled);
  ~Maintainer();
  Maintainer(const Maintainer&) = delete;
  Maintainer& operator=(const Maintainer&) = delete;

  // Begins the thread with the first use that this process records; in a forked child anew. A few
  // ns once it runs.
  void ensure_running(Store& store) noexcept;

  // Whether this process recorded any use.
  bool was_needed() const noexcept;

  // Waits for the thread to end. Nothing begins it again. The caller does not hold the process
  // lock, which the thread may be waiting for.
  void stop() noexcept;

 private:
  struct Thread;

  void start(Store& store, std::uint64_t generation) noexcept;

  const bool enabled_;
  std::atomic<std::uint64_t> generation_{0};  // of the process that it was begun in

  // Guarded by the process lock. A parent's thread is left alone in its child.
  std::unique_ptr<Thread> thread_;
  bool stopped_ = false;
};

}  // namespace tokenry::engine
