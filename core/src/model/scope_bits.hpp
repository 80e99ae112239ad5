// A set of scopes as 256 bits; bit n is the scope that the catalog gave bit n.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace tokenry::model {

inline constexpr std::size_t kMaxScopes = 256;

struct ScopeBits {
  std::array<std::uint64_t, 4> words{};

  // Every scope there is or will be.
  static constexpr ScopeBits everything() { return {{~0ULL, ~0ULL, ~0ULL, ~0ULL}}; }

  constexpr bool has(std::size_t bit) const { return (words[bit / 64] >> (bit % 64) & 1U) != 0; }
  constexpr void add(std::size_t bit) { words[bit / 64] |= 1ULL << (bit % 64); }
  constexpr bool empty() const { return (words[0] | words[1] | words[2] | words[3]) == 0; }
  constexpr bool is_everything() const { return *this == everything(); }

  constexpr std::size_t count() const {
    std::size_t bits = 0;
    for (const std::uint64_t word : words) bits += static_cast<std::size_t>(std::popcount(word));
    return bits;
  }

  constexpr ScopeBits operator&(const ScopeBits& other) const {
    ScopeBits result;
    for (std::size_t i = 0; i < 4; ++i) result.words[i] = words[i] & other.words[i];
    return result;
  }
  constexpr ScopeBits operator|(const ScopeBits& other) const {
    ScopeBits result;
    for (std::size_t i = 0; i < 4; ++i) result.words[i] = words[i] | other.words[i];
    return result;
  }
  // The bits that are here and not in other.
  constexpr ScopeBits without(const ScopeBits& other) const {
    ScopeBits result;
    for (std::size_t i = 0; i < 4; ++i) result.words[i] = words[i] & ~other.words[i];
    return result;
  }
  constexpr bool operator==(const ScopeBits&) const = default;
};

}  // namespace tokenry::model
