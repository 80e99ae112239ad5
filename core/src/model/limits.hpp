// How often a token may be used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/status.hpp"

namespace tokenry::model {

inline constexpr std::size_t kMaxRates = 2;
inline constexpr std::uint32_t kMaxRateCount = 1'000'000;
inline constexpr std::uint32_t kMinRatePeriodMs = 1'000;
inline constexpr std::uint32_t kMaxRatePeriodMs = 31U * 24 * 3600 * 1000;
// Time between two uses is kept in whole microseconds; a rate above this would lose precision.
inline constexpr std::uint32_t kMaxRatePerMs = 100;
inline constexpr std::uint64_t kMaxMaxUses = 1'000'000'000'000;

// Up to count uses at once, and then one more whenever period / count has passed.
struct Rate {
  std::uint32_t count = 0;
  std::uint32_t period_ms = 0;

  bool operator==(const Rate&) const = default;
};

struct Limits {
  std::uint64_t max_uses = 0;  // since the limit was set; 0: none
  std::vector<Rate> rates;     // all must admit

  // Raised whenever that limit is set anew, so that what was counted for the old one is void.
  std::uint16_t max_uses_version = 0;
  std::uint16_t rates_version = 0;

  bool any() const { return max_uses != 0 || !rates.empty(); }
};

base::Status check_max_uses(std::uint64_t max_uses);
base::Status check_rates(std::span<const Rate> rates);

}  // namespace tokenry::model
