// The clocks. Times are int64 milliseconds since the epoch, UTC.
#pragma once

#include <cstdint>
#include <ctime>

namespace tokenry::base {

inline std::int64_t now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// A clock that never steps; its resolution is a kernel tick, its cost a few ns.
inline std::int64_t coarse_monotonic_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

inline std::int64_t coarse_monotonic_s() { return coarse_monotonic_ms() / 1000; }

}  // namespace tokenry::base
