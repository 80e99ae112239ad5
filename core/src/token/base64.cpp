#include "token/base64.hpp"

#include "token/character.hpp"

namespace tokenry::token {
namespace {

constexpr char kPad = '=';

// The character's six bits, or a negative number.
std::int32_t sextet(char c) {
  const std::int32_t character = static_cast<unsigned char>(c);
  const std::int32_t upper = range_mask(character, 'A', 'Z');
  const std::int32_t lower = range_mask(character, 'a', 'z');
  const std::int32_t number = range_mask(character, '0', '9');
  const std::int32_t plus = range_mask(character, '+', '+');
  const std::int32_t slash = range_mask(character, '/', '/');
  return (upper & (character - 'A')) | (lower & (character - 'a' + 26)) |
         (number & (character - '0' + 52)) | (plus & 62) | (slash & 63) |
         ~(upper | lower | number | plus | slash);
}

// Decodes `count` characters (2 to 4) to count - 1 bytes. Negative if one is outside the alphabet
// or bits are left over that are not zero.
std::int32_t decode_group(const char* text, std::size_t count, char* out) {
  std::int32_t fault = 0;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t six = sextet(text[i]);
    fault |= six;
    bits |= (static_cast<std::uint32_t>(six) & 63) << (18 - 6 * i);
  }
  for (std::size_t i = 0; i + 1 < count; ++i) out[i] = static_cast<char>(bits >> (16 - 8 * i));
  const std::uint32_t left_over = bits & ((1u << (32 - 8 * count)) - 1);
  return fault | -static_cast<std::int32_t>(left_over);
}

}  // namespace

bool decode_base64(std::string_view text, char* out, std::size_t* size) {
  *size = 0;
  if (text.size() % 4 != 0) return false;
  if (text.empty()) return true;
  // Padding is a matter of length, which is public.
  const std::size_t padding = text.back() != kPad ? 0u : text[text.size() - 2] != kPad ? 1u : 2u;
  const std::size_t whole = (text.size() - (padding != 0 ? 4 : 0)) / 4;
  std::int32_t fault = 0;
  for (std::size_t i = 0; i < whole; ++i) fault |= decode_group(&text[4 * i], 4, out + 3 * i);
  if (padding != 0) fault |= decode_group(&text[4 * whole], 4 - padding, out + 3 * whole);
  *size = text.size() / 4 * 3 - padding;
  return fault >= 0;
}

}  // namespace tokenry::token
