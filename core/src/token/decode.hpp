// The 50 digits behind a token's prefix, decoded at once: id, three secret words, check.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "token/base62.hpp"

namespace tokenry::token {

inline constexpr std::size_t kSecretWords = 3;
inline constexpr std::size_t kSecretSize = 8 * kSecretWords;
inline constexpr std::size_t kCheckDigits = 6;
inline constexpr std::size_t kIdSecretDigits = (1 + kSecretWords) * kBlockDigits;
inline constexpr std::size_t kBodyDigits = kIdSecretDigits + kCheckDigits;

// What the digits say besides the secret. The check is as printed: it may exceed 32 bits, and then
// fits no checksum.
struct Body {
  std::uint64_t id = 0;
  std::uint64_t check = 0;
};

using SecretSpan = std::span<std::uint8_t, kSecretSize>;

// Decodes kBodyDigits digits; the secret's words go to `secret`, little-endian. Returns 0, or a
// mask with at least one bit set if a character is no digit or a block is above 2^64-1; the outputs
// are then of no use. Time does not depend on what the digits are.
std::uint64_t decode_body(const char* digits, Body& body, SecretSpan secret);

// The two ways of decode_body, which agree on every input. The SSE one must only be called where
// has_sse_decoder() is true.
std::uint64_t decode_body_scalar(const char* digits, Body& body, SecretSpan secret);
std::uint64_t decode_body_sse(const char* digits, Body& body, SecretSpan secret);
bool has_sse_decoder();

}  // namespace tokenry::token
