// Serialises opening and closing a store between processes.
#pragma once

#include <chrono>
#include <string>

#include "base/file.hpp"
#include "base/status.hpp"

namespace tokenry::storage {

// Opening waits for other openers that long, in steps.
inline constexpr auto kOpenPatience = std::chrono::seconds(5);
inline constexpr auto kOpenStep = std::chrono::milliseconds(2);

// LMDB sets up and tears down its lock file without a lock of its own, and its versions 0.9.26 to
// 0.9.31 destroy the shared mutexes at the last close under a concurrent opener. A flock on the
// directory leaves no file behind. Held until destroyed.
class OpenLock {
 public:
  OpenLock() = default;
  ~OpenLock();
  OpenLock(const OpenLock&) = delete;
  OpenLock& operator=(const OpenLock&) = delete;

  // Waits kOpenPatience at the most. Codes: store_busy, and why the directory cannot be opened.
  base::Status take(const std::string& directory);

 private:
  base::FileDescriptor file_;
};

}  // namespace tokenry::storage
