// How GoogleTest shows the engine's values.
#pragma once

#include <ostream>

#include "base/status.hpp"
#include "model/scope_bits.hpp"
#include "model/token.hpp"
#include "model/verdict.hpp"

namespace tokenry::base {
inline void PrintTo(Code code, std::ostream* out) { *out << "code " << static_cast<int>(code); }
}  // namespace tokenry::base

namespace tokenry::model {
inline void PrintTo(Reason reason, std::ostream* out) {
  *out << reason_name(static_cast<int>(reason));
}
inline void PrintTo(TokenStatus status, std::ostream* out) {
  *out << "status " << static_cast<int>(status);
}
inline void PrintTo(const ScopeBits& bits, std::ostream* out) {
  *out << "bits";
  for (std::size_t bit = 0; bit < kMaxScopes; ++bit) {
    if (bits.has(bit)) *out << ' ' << bit;
  }
}
}  // namespace tokenry::model
