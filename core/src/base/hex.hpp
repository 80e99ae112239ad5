// Bytes as people write them: two digits each, 0-9a-f. For what is no secret.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace tokenry::base {

inline std::string hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace tokenry::base
