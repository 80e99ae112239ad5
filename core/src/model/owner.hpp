// An account that tokens act for.
#pragma once

#include <cstdint>
#include <string>

#include "model/scope_bits.hpp"

namespace tokenry::model {

struct Owner {
  std::string name;
  ScopeBits ceiling = ScopeBits::everything();  // expanded: all bits if it holds everything
  bool suspended = false;
  std::int64_t created_at_ms = 0;
  std::string created_by;
};

}  // namespace tokenry::model
