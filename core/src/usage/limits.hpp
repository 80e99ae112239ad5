// Limits that all processes of a host share: rates and numbers of uses, charged on a cell's words.
//
// Each of these words can admit or deny, so each carries a 16-bit tag that the caller makes from
// what its snapshot says of the limits. A word with the caller's tag is used, and one that was
// never written is taken. A word with another tag answers `stale` and stays as it is, since the
// caller's snapshot may be the older one; OlderTags keeps what stood there. If a newer snapshot
// still gives the caller its tag, the other one must be older: it was written by somebody whose
// snapshot had begun before. Then, and only while that very tag stands there, the word counts as
// empty and is replaced.
//
// Lock-free, safe in threads and processes; nothing is marked for folding.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "usage/cell.hpp"

namespace tokenry::usage {

inline constexpr std::size_t kMaxRateWindows = 2;

// `count` at once, and then one for each count-th part of the period (rounded up to a microsecond).
// Both are at least 1; the period is at most kMaxRatePeriodUs.
struct RateWindow {
  std::uint32_t count = 0;
  std::uint64_t period_us = 0;
};
inline constexpr std::uint64_t kMaxRatePeriodUs = 1ULL << 46;  // two years

enum class Charge { done, denied, stale };

// The tags of others that one caller met, for each word. Begin with an empty one, renew the
// snapshot after each `stale`, and give it again.
class OlderTags {
 public:
  bool knows(Word word, std::uint16_t tag) const noexcept { return tags_[index(word)] == tag; }
  void note(Word word, std::uint16_t tag) noexcept { tags_[index(word)] = tag; }

 private:
  static std::size_t index(Word word) noexcept { return word - kFirstRate; }

  std::array<std::optional<std::uint16_t>, kMaxRateWindows + 1> tags_;
};
static_assert(kSpent == kFirstRate + kMaxRateWindows);

// Charges one use to a window. `window` is 0 or 1; `now_us` is Cells::now_us. On `denied` wait_us
// is the time after which it would be admitted if nobody else were; else 0.
Charge charge_rate(Cell& cell, std::size_t window, std::uint16_t tag, const RateWindow& rate,
                   std::uint64_t now_us, OlderTags& older, std::uint64_t& wait_us) noexcept;

// Takes one charge back, where the tag still fits.
void refund_rate(Cell& cell, std::size_t window, std::uint16_t tag,
                 const RateWindow& rate) noexcept;

// Charges one use to all windows (at most two) or to none: what was charged is refunded when a
// later window does not answer `done`. On `denied` wait_us is the longest wait of all.
Charge charge_rates(Cell& cell, std::uint16_t tag, std::span<const RateWindow> rates,
                    std::uint64_t now_us, OlderTags& older, std::uint64_t& wait_us) noexcept;

// Takes one charge of each window back.
void refund_rates(Cell& cell, std::uint16_t tag, std::span<const RateWindow> rates) noexcept;

// Spends one of `allowed` uses; `denied` where all are spent. Never one too many, in whatever
// number of processes.
Charge spend(Cell& cell, std::uint16_t tag, std::uint64_t allowed, OlderTags& older) noexcept;

// Gives one spent use back, where the tag still fits and one was spent.
void unspend(Cell& cell, std::uint16_t tag) noexcept;

// What was spent under this tag.
std::uint64_t spent(const Cell& cell, std::uint16_t tag) noexcept;

}  // namespace tokenry::usage
