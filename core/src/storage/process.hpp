// Which process this is: forks seen, and the one lock of all that a process shares.
#pragma once

#include <cstdint>

namespace tokenry::storage {

// 1 in the process that first asked; higher in each child after fork() or a raw clone(). What was
// made under another generation belongs to the parent. A few ns.
std::uint64_t process_generation() noexcept;

// Holds the process-wide lock. Opening, closing and reattaching stores happens under it, and fork()
// waits for it, so a child never inherits a half-done state. Not recursive.
class ProcessLock {
 public:
  ProcessLock();
  ~ProcessLock();
  ProcessLock(const ProcessLock&) = delete;
  ProcessLock& operator=(const ProcessLock&) = delete;
};

}  // namespace tokenry::storage
