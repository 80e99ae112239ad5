// The words of a usage cell: sixteen 64-bit integers, each with a meaning and most with a tag.
// Their bytes stand in docs/format.md, "Usage cells".
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tokenry::usage {

// Words are shared by processes, so an atomic must be nothing but the word.
using SharedWord = std::atomic<std::uint64_t>;
static_assert(SharedWord::is_always_lock_free && sizeof(SharedWord) == 8);

// Words 0 to 7 are the hot cache line, 8 to 15 the cold one.
enum Word : std::size_t {
  kLastUse = 0,          // [tag 16 | second of the last use 48]
  kUses = 1,             // [tag 16 | uses 48]
  kAddressHigh = 2,      // [second's low 16 bits | bits 127 to 80 of the address]
  kAddressMiddle = 3,    // [second's low 16 bits | bits 79 to 32]
  kAddressLow = 4,       // [second's low 16 bits | check 16 | bits 31 to 0]
  kFirstRate = 5,        // [tag 16 | theoretical arrival time 48], one word for each of two windows
  kSpent = 7,            // [tag 16 | spent uses 48]
  kExercised = 8,        // four words of scope bits
  kDenials = 12,         // [tag 16 | denials after a right secret 48]
  kNewestSecret = 13,    // a mark of the caller's; 0: none
  kPreviousSecret = 14,  // [the caller's tag 16 | second of its last presentation 48]
  kExercisedGeneration = 15,  // the generation that the four words belong to
};
inline constexpr std::size_t kCellWords = 16;

// Words are tagged with the low 16 bits of a token's generation, or with a tag that the caller
// makes; the other 48 bits are a value. A word with another tag than one's own counts as empty.
inline constexpr std::uint64_t kValueMask = (1ULL << 48) - 1;

constexpr std::uint16_t tag_of_generation(std::uint32_t generation) {
  return static_cast<std::uint16_t>(generation);
}
constexpr std::uint64_t tagged(std::uint16_t tag, std::uint64_t value) {
  return std::uint64_t{tag} << 48 | (value & kValueMask);
}
constexpr std::uint16_t tag_of(std::uint64_t word) {
  return static_cast<std::uint16_t>(word >> 48);
}
constexpr std::uint64_t value_of(std::uint64_t word) { return word & kValueMask; }

}  // namespace tokenry::usage
