#include "usage/cell.hpp"

#include <bit>

#include "base/bytes.hpp"

namespace tokenry::usage {
namespace {

// Clocks read in turn by two threads may differ at the turn of a second; more than this says that
// the clock was set back.
constexpr std::int64_t kClockSlackS = 2;

constexpr std::uint16_t low_16(std::int64_t second) { return static_cast<std::uint16_t>(second); }

struct AddressWords {
  std::uint64_t high;
  std::uint64_t middle;
  std::uint64_t low;
};

// Depends on all bits, so that words of two writers do not fit together; never 0, so that zeros
// are no address.
std::uint16_t check_of(std::uint64_t upper, std::uint64_t lower) {
  std::uint64_t mixed =
      upper * 0x9e3779b97f4a7c15ULL ^ std::rotl(lower * 0xd6e8feb86659fd93ULL, 32);
  mixed = (mixed ^ mixed >> 32) * 0xff51afd7ed558ccdULL;
  const auto check = static_cast<std::uint16_t>(mixed >> 48);
  return check != 0 ? check : 1;
}

AddressWords pack(const model::Address& address, std::int64_t second) {
  const std::uint64_t upper = base::load_be(address.bytes.data(), 8);
  const std::uint64_t lower = base::load_be(address.bytes.data() + 8, 8);
  const std::uint16_t mark = low_16(second);
  const std::uint64_t check = check_of(upper, lower);
  return {tagged(mark, upper >> 16), tagged(mark, upper << 32 | lower >> 32),
          tagged(mark, check << 32 | (lower & 0xffff'ffffULL))};
}

void store_if_different(SharedWord& word, std::uint64_t value) {
  if (word.load(std::memory_order_relaxed) != value) word.store(value, std::memory_order_release);
}

}  // namespace

void Cell::count_use(const Use& use) noexcept {
  note_last_use(use);
  note_exercised(use);
  // Last, and sequentially consistent: whoever sees this count sees what came before, and a folder
  // that does not see it finds the bit that is set after it.
  add_one(kUses, use.generation);
}

void Cell::count_denial(std::uint32_t generation) noexcept { add_one(kDenials, generation); }

bool Cell::note_newest_secret(std::uint64_t mark) noexcept {
  if (words_[kNewestSecret].load(std::memory_order_relaxed) == mark) return false;
  words_[kNewestSecret].store(mark);
  return true;
}

bool Cell::note_previous_secret(std::uint16_t tag, std::int64_t now_s) noexcept {
  const std::uint64_t wanted = tagged(tag, static_cast<std::uint64_t>(now_s));
  if (words_[kPreviousSecret].load(std::memory_order_relaxed) == wanted) return false;
  words_[kPreviousSecret].store(wanted);
  return true;
}

CellState Cell::read(std::uint32_t generation) const noexcept {
  const std::uint16_t tag = tag_of_generation(generation);
  const auto value_if_ours = [tag](std::uint64_t word) {
    return tag_of(word) == tag ? value_of(word) : 0;
  };
  CellState state;
  // The counts first: what a use wrote before it counted is then seen with it.
  state.uses = value_if_ours(words_[kUses].load());
  state.denials = value_if_ours(words_[kDenials].load());
  state.last_used_at_s = static_cast<std::int64_t>(value_if_ours(words_[kLastUse].load()));
  if (state.last_used_at_s != 0) state.last_used_from = read_address(state.last_used_at_s);
  state.exercised = read_exercised(generation);
  state.newest_secret_mark = words_[kNewestSecret].load();
  const std::uint64_t previous = words_[kPreviousSecret].load();
  state.previous_secret_tag = tag_of(previous);
  state.previous_secret_at_s = static_cast<std::int64_t>(value_of(previous));
  return state;
}

void Cell::note_last_use(const Use& use) noexcept {
  const std::uint64_t wanted =
      tagged(tag_of_generation(use.generation), static_cast<std::uint64_t>(use.now_s));
  std::uint64_t found = words_[kLastUse].load(std::memory_order_acquire);
  while (found != wanted) {
    const auto found_s = static_cast<std::int64_t>(value_of(found));
    const bool is_ours = tag_of(found) == tag_of(wanted);
    if (is_ours && found_s > use.now_s && found_s <= use.now_s + kClockSlackS) return;
    if (use.address == nullptr) drop_fitting_address(use.now_s);
    if (words_[kLastUse].compare_exchange_weak(found, wanted)) break;
  }
  if (use.address != nullptr) note_address(*use.address, use.now_s);
}

void Cell::note_address(const model::Address& address, std::int64_t now_s) noexcept {
  const AddressWords wanted = pack(address, now_s);
  store_if_different(words_[kAddressHigh], wanted.high);
  store_if_different(words_[kAddressMiddle], wanted.middle);
  store_if_different(words_[kAddressLow], wanted.low);
}

// The low 16 bits of a second come again after 18 hours, and for the slot's next token: an address
// of then must not become one of now.
void Cell::drop_fitting_address(std::int64_t now_s) noexcept {
  std::uint64_t low = words_[kAddressLow].load(std::memory_order_acquire);
  if (low != 0 && tag_of(low) == low_16(now_s)) words_[kAddressLow].compare_exchange_strong(low, 0);
}

void Cell::note_exercised(const Use& use) noexcept {
  if (use.exercised.empty()) return;
  // All who see the change of generation clear the words. A bit that was set in between is lost by
  // that, and set again at its next use.
  SharedWord& generation = words_[kExercisedGeneration];
  if (generation.load(std::memory_order_acquire) != use.generation) {
    for (std::size_t i = 0; i < 4; ++i) words_[kExercised + i].store(0);
    generation.store(use.generation);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    SharedWord& word = words_[kExercised + i];
    const std::uint64_t missing = use.exercised.words[i] & ~word.load(std::memory_order_relaxed);
    if (missing != 0) word.fetch_or(missing);
  }
}

void Cell::add_one(Word word, std::uint32_t generation) noexcept {
  const std::uint16_t tag = tag_of_generation(generation);
  std::uint64_t found = words_[word].load(std::memory_order_relaxed);
  while (tag_of(found) != tag) {
    if (words_[word].compare_exchange_weak(found, tagged(tag, 1))) return;
  }
  words_[word].fetch_add(1);
}

std::optional<model::Address> Cell::read_address(std::int64_t second) const noexcept {
  const std::uint64_t high = words_[kAddressHigh].load(std::memory_order_acquire);
  const std::uint64_t middle = words_[kAddressMiddle].load(std::memory_order_acquire);
  const std::uint64_t low = words_[kAddressLow].load(std::memory_order_acquire);
  const std::uint16_t mark = low_16(second);
  if (tag_of(high) != mark || tag_of(middle) != mark || tag_of(low) != mark) return std::nullopt;
  const std::uint64_t upper = value_of(high) << 16 | value_of(middle) >> 32;
  const std::uint64_t lower = value_of(middle) << 32 | (low & 0xffff'ffffULL);
  if (value_of(low) >> 32 != check_of(upper, lower)) return std::nullopt;
  model::Address address;
  base::store_be(address.bytes.data(), upper, 8);
  base::store_be(address.bytes.data() + 8, lower, 8);
  return address;
}

model::ScopeBits Cell::read_exercised(std::uint32_t generation) const noexcept {
  // Asked before and after: words that change hands meanwhile are nobody's.
  const SharedWord& owner = words_[kExercisedGeneration];
  if (owner.load() != generation) return {};
  model::ScopeBits bits;
  for (std::size_t i = 0; i < 4; ++i) bits.words[i] = words_[kExercised + i].load();
  return owner.load() == generation ? bits : model::ScopeBits{};
}

}  // namespace tokenry::usage
