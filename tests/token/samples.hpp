// Words, bytes and tokens to test with: the same in every run.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <string_view>

#include "token/base62.hpp"
#include "token/crc32c.hpp"
#include "token/text.hpp"

namespace tokenry::token::samples {

inline constexpr std::string_view kAlphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

inline constexpr std::uint64_t kMaxWord = std::numeric_limits<std::uint64_t>::max();

inline constexpr std::array<std::uint64_t, 12> kExtremeWords{0,
                                                             1,
                                                             61,
                                                             62,
                                                             0xFFFFu,
                                                             0xFFFFFFFFu,
                                                             1ull << 32,
                                                             218340105584895u,  // 62^8 - 1
                                                             218340105584896u,
                                                             1ull << 63,
                                                             kMaxWord - 1,
                                                             kMaxWord};

using Secret = std::array<std::uint8_t, kSecretSize>;

class Source {
 public:
  explicit Source(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t word() { return engine_(); }
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_() % limit); }

  template <std::size_t N>
  std::array<std::uint8_t, N> bytes() {
    std::array<std::uint8_t, N> result{};
    for (std::uint8_t& byte : result) byte = static_cast<std::uint8_t>(engine_());
    return result;
  }

  std::string text(std::size_t size) {
    std::string result(size, '\0');
    for (char& c : result) c = static_cast<char>(engine_());
    return result;
  }

  std::string digits(std::size_t size) {
    std::string result(size, '\0');
    for (char& c : result) c = kAlphabet[below(kAlphabet.size())];
    return result;
  }

 private:
  std::mt19937_64 engine_;
};

inline std::string print(std::string_view prefix, std::uint64_t id, const Secret& secret) {
  TokenText text;
  print_token(prefix, id, secret, text);
  return std::string(text.view());
}

// Replaces the last six characters by the right check of what precedes them.
inline std::string with_right_check(std::string text) {
  const std::size_t checked = text.size() - kCheckDigits;
  print_digits(crc32c_portable(std::string_view(text).substr(0, checked)), text.data() + checked,
               kCheckDigits);
  return text;
}

// 0, 1, 2, ... from `first` on, modulo 256.
template <std::size_t N>
std::array<std::uint8_t, N> counting(int first) {
  std::array<std::uint8_t, N> bytes{};
  for (std::size_t i = 0; i < N; ++i)
    bytes[i] = static_cast<std::uint8_t>(first + static_cast<int>(i));
  return bytes;
}

inline std::string hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace tokenry::token::samples
