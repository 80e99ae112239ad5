// How far long work has come, told to whoever waits for it.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "base/clock.hpp"

namespace tokenry::base {

// Calls back on the thread that does the work, at most ten times a second but for the last time,
// when all is done. The units of done and total are the work's own.
class Progress {
 public:
  using Callback = std::function<void(std::uint64_t done, std::uint64_t total)>;

  Progress() = default;
  explicit Progress(Callback callback) : callback_(std::move(callback)) {}

  // Cheap enough to be called for each page or row.
  void report(std::uint64_t done, std::uint64_t total) {
    if (!callback_) return;
    total_ = total;
    const std::int64_t now_ms = coarse_monotonic_ms();
    if (now_ms - reported_at_ms_ < kPauseMs) return;
    reported_at_ms_ = now_ms;
    callback_(done < total ? done : total, total);
  }

  // total may be less than was reported before: then that stands.
  void finish(std::uint64_t total) const {
    const std::uint64_t all = total < total_ ? total_ : total;
    if (callback_) callback_(all, all);
  }

 private:
  static constexpr std::int64_t kPauseMs = 100;

  Callback callback_;
  std::uint64_t total_ = 0;
  std::int64_t reported_at_ms_ = coarse_monotonic_ms();
};

}  // namespace tokenry::base
