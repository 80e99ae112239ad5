// Base62 blocks: a 64-bit word as 11 digits of 0-9A-Za-z, most significant first.
//
// The digits of a secret pass through here, so nothing in this file branches on a digit's or a
// word's value or uses it as an index.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tokenry::token {

inline constexpr std::size_t kBlockDigits = 11;

// Prints the lowest `count` base62 digits of `word` (1 to 11) to `out`, without a terminator.
void print_digits(std::uint64_t word, char* out, std::size_t count);

// Prints word as exactly 11 digits, without a terminator.
void print_block(std::uint64_t word, char* out11);

// Reads `count` digits (1 to 11) into *word. Returns 0, or a mask with at least one bit set if a
// character is no digit or the value is above 2^64-1; *word is then of no use.
std::uint64_t parse_digits(const char* digits, std::size_t count, std::uint64_t* word);

// Reads exactly 11 digits. False, and *word 0, if a character is no digit or the value is above
// 2^64-1: each word has one text.
bool parse_block(const char* digits11, std::uint64_t* word);

}  // namespace tokenry::token
