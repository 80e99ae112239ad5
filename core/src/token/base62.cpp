#include "token/base62.hpp"

#include "token/character.hpp"

namespace tokenry::token {
namespace {

__extension__ using Wide = unsigned __int128;

// Division by 62 as a multiplication: compilers may choose the divide instruction, whose time
// depends on the dividend. word / 62 = (word / 2) / 31, and the constant is 2^68 / 31 rounded up,
// which is exact for every dividend below 2^63.
constexpr std::uint64_t kReciprocalOf31 = 9520900167075897609u;

constexpr std::uint64_t divide_by_62(std::uint64_t word) {
  return static_cast<std::uint64_t>((Wide{word >> 1} * kReciprocalOf31) >> 68);
}

static_assert(Wide{kReciprocalOf31} * 31 - (Wide{1} << 68) <= 32, "rounding stays below one");
static_assert(divide_by_62(UINT64_MAX) == UINT64_MAX / 62);

char digit_character(std::int32_t digit) {
  const std::int32_t is_letter = (9 - digit) >> 31;
  const std::int32_t is_lower = (35 - digit) >> 31;
  return static_cast<char>('0' + digit + (is_letter & ('A' - '9' - 1)) +
                           (is_lower & ('a' - 'Z' - 1)));
}

}  // namespace

void print_digits(std::uint64_t word, char* out, std::size_t count) {
  for (std::size_t i = count; i-- > 0;) {
    const std::uint64_t rest = divide_by_62(word);
    out[i] = digit_character(static_cast<std::int32_t>(word - rest * 62));
    word = rest;
  }
}

void print_block(std::uint64_t word, char* out11) { print_digits(word, out11, kBlockDigits); }

std::uint64_t parse_digits(const char* digits, std::size_t count, std::uint64_t* word) {
  Wide value = 0;
  std::int32_t valid = -1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t character = static_cast<unsigned char>(digits[i]);
    const std::int32_t number = range_mask(character, '0', '9');
    const std::int32_t upper = range_mask(character, 'A', 'Z');
    const std::int32_t lower = range_mask(character, 'a', 'z');
    const std::int32_t digit = (number & (character - '0')) | (upper & (character - 'A' + 10)) |
                               (lower & (character - 'a' + 36));
    valid &= number | upper | lower;
    value = value * 62 + static_cast<std::uint32_t>(digit);
  }
  *word = static_cast<std::uint64_t>(value);
  return static_cast<std::uint64_t>(value >> 64) | static_cast<std::uint32_t>(~valid);
}

bool parse_block(const char* digits11, std::uint64_t* word) {
  std::uint64_t value = 0;
  const std::uint64_t fault = parse_digits(digits11, kBlockDigits, &value);
  if (fault != 0) value = 0;
  *word = value;
  return fault == 0;
}

}  // namespace tokenry::token
