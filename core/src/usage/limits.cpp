#include "usage/limits.hpp"

#include <algorithm>

// The rates are GCRA, the generic cell rate algorithm: one word holds the theoretical arrival time
// (TAT), up to which the window's capacity is spoken for.
namespace tokenry::usage {
namespace {

// What one use takes of the window.
std::uint64_t step_us(const RateWindow& rate) {
  return (rate.period_us + rate.count - 1) / rate.count;
}

// How far ahead of the present the TAT may be after a charge. Counted in steps, not as the period:
// rounded steps would let one use less than `count` through at once.
std::uint64_t burst_us(const RateWindow& rate) { return step_us(rate) * rate.count; }

// A word that was never written is nobody's, whatever the tag.
bool carries(std::uint64_t word, std::uint16_t tag) { return word != 0 && tag_of(word) == tag; }

// Whether the word may be charged by a caller with this tag. One of other limits may not, unless
// they are known to be older; it is noted.
bool is_chargeable(std::uint64_t value, Word word, std::uint16_t tag, OlderTags& older) {
  if (value == 0 || tag_of(value) == tag || older.knows(word, tag_of(value))) return true;
  older.note(word, tag_of(value));
  return false;
}

// A TAT further ahead than charges can bring it comes from another limit or another clock.
std::uint64_t arrival_us(std::uint64_t word, std::uint16_t tag, const RateWindow& rate,
                         std::uint64_t now_us) {
  const std::uint64_t arrival = carries(word, tag) ? value_of(word) : 0;
  return std::clamp(arrival, now_us, now_us + burst_us(rate));
}

std::uint64_t wait_until_admitted_us(std::uint64_t arrival, const RateWindow& rate,
                                     std::uint64_t now_us) {
  const std::uint64_t after_charge = arrival + step_us(rate);
  const std::uint64_t latest = now_us + burst_us(rate);
  return after_charge > latest ? after_charge - latest : 0;
}

}  // namespace

Charge charge_rate(Cell& cell, std::size_t window, std::uint16_t tag, const RateWindow& rate,
                   std::uint64_t now_us, OlderTags& older, std::uint64_t& wait_us) noexcept {
  const auto place = static_cast<Word>(kFirstRate + window);
  SharedWord& word = cell.word(place);
  wait_us = 0;
  std::uint64_t found = word.load();
  while (true) {
    if (!is_chargeable(found, place, tag, older)) return Charge::stale;
    const std::uint64_t arrival = arrival_us(found, tag, rate, now_us);
    wait_us = wait_until_admitted_us(arrival, rate, now_us);
    if (wait_us > 0) return Charge::denied;
    const std::uint64_t next = arrival + step_us(rate);
    // After nine years without a reboot the word cannot hold the time: the safe side.
    if (next > kValueMask) return Charge::denied;
    if (word.compare_exchange_weak(found, tagged(tag, next))) return Charge::done;
  }
}

void refund_rate(Cell& cell, std::size_t window, std::uint16_t tag,
                 const RateWindow& rate) noexcept {
  SharedWord& word = cell.word(kFirstRate + window);
  std::uint64_t found = word.load();
  while (carries(found, tag)) {
    const std::uint64_t less = value_of(found) - std::min(value_of(found), step_us(rate));
    if (word.compare_exchange_weak(found, tagged(tag, less))) return;
  }
}

Charge charge_rates(Cell& cell, std::uint16_t tag, std::span<const RateWindow> rates,
                    std::uint64_t now_us, OlderTags& older, std::uint64_t& wait_us) noexcept {
  wait_us = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const Charge charge = charge_rate(cell, i, tag, rates[i], now_us, older, wait_us);
    if (charge == Charge::done) continue;
    refund_rates(cell, tag, rates.first(i));
    if (charge == Charge::stale) return charge;
    for (std::size_t other = 0; other < rates.size(); ++other) {
      const std::uint64_t word = cell.word(kFirstRate + other).load();
      const std::uint64_t arrival = arrival_us(word, tag, rates[other], now_us);
      wait_us = std::max(wait_us, wait_until_admitted_us(arrival, rates[other], now_us));
    }
    return charge;
  }
  return Charge::done;
}

void refund_rates(Cell& cell, std::uint16_t tag, std::span<const RateWindow> rates) noexcept {
  for (std::size_t i = 0; i < rates.size(); ++i) refund_rate(cell, i, tag, rates[i]);
}

Charge spend(Cell& cell, std::uint16_t tag, std::uint64_t allowed, OlderTags& older) noexcept {
  SharedWord& word = cell.word(kSpent);
  std::uint64_t found = word.load();
  while (true) {
    if (!is_chargeable(found, kSpent, tag, older)) return Charge::stale;
    const std::uint64_t already = carries(found, tag) ? value_of(found) : 0;
    if (already >= std::min(allowed, kValueMask)) return Charge::denied;
    if (word.compare_exchange_weak(found, tagged(tag, already + 1))) return Charge::done;
  }
}

void unspend(Cell& cell, std::uint16_t tag) noexcept {
  SharedWord& word = cell.word(kSpent);
  std::uint64_t found = word.load();
  while (carries(found, tag) && value_of(found) > 0) {
    if (word.compare_exchange_weak(found, found - 1)) return;
  }
}

std::uint64_t spent(const Cell& cell, std::uint16_t tag) noexcept {
  const std::uint64_t word = cell.word(kSpent).load();
  return carries(word, tag) ? value_of(word) : 0;
}

}  // namespace tokenry::usage
