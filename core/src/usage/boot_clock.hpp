// The clock of rate windows: it never steps, and goes on while the machine sleeps.
#pragma once

#include <cstdint>
#include <ctime>

namespace tokenry::usage {

// Microseconds since the machine started.
inline std::uint64_t boot_clock_us() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace tokenry::usage
