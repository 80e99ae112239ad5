// A token's text: <prefix>_<id 11><secret 3 x 11><check 6>, all but the prefix base62 digits.
//
// The check is the CRC-32C of everything before it. It finds tokens in files and drops garbage
// early; it is no security. Each token has exactly one text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/secret.hpp"
#include "token/decode.hpp"

namespace tokenry::token {

inline constexpr std::size_t kMinPrefix = 2;
inline constexpr std::size_t kMaxPrefix = 10;
inline constexpr std::size_t kMaxTokenText = kMaxPrefix + 1 + kBodyDigits;
inline constexpr std::size_t kIdText = kBlockDigits;

using TokenText = base::SecretText<64>;
static_assert(TokenText::capacity() >= kMaxTokenText);

// What a token's text says. The secret's three words stand little-endian, first word first.
struct ParsedToken {
  std::uint64_t id = 0;
  base::SecretBytes<kSecretSize> secret;
};

// True for 2 to 10 of a-z0-9.
bool is_prefix(std::string_view prefix);

// Prints the token's text over whatever `out` held. prefix must satisfy is_prefix(). Time does not
// depend on the secret.
void print_token(std::string_view prefix, std::uint64_t id,
                 std::span<const std::uint8_t, kSecretSize> secret, TokenText& out);

// Reads text as a token of a store with this prefix. False if it is not the text of a token: wrong
// length, prefix, digit or checksum, or a block above 2^64-1; out is then all zero. Time depends on
// the prefix, the length and the answer, not on the digits. Thread-safe; allocates nothing.
bool parse_token(std::string_view text, std::string_view prefix, ParsedToken& out);

// Prints id as the 11 digits that also stand in the token, without a terminator.
void print_id(std::uint64_t id, char* out11);

// Reads exactly 11 digits. False, and id 0, for anything else.
bool parse_id(std::string_view text, std::uint64_t& id);

}  // namespace tokenry::token
