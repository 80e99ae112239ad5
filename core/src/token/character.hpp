// Character classes as masks, for text whose characters are secret.
#pragma once

#include <cstdint>

namespace tokenry::token {

// All ones if low <= character <= high, else 0, without a branch. Characters are 0 to 255.
inline std::int32_t range_mask(std::int32_t character, std::int32_t low, std::int32_t high) {
  return ((low - 1 - character) & (character - high - 1)) >> 31;
}

}  // namespace tokenry::token
