// A log's head as a line of text.
#pragma once

#include <string_view>

#include "base/status.hpp"
#include "token/chain.hpp"

namespace tokenry::capi {

// Nothing is said of its signature. Codes: invalid_argument.
base::Result<token::Head> parse_head(std::string_view text);

}  // namespace tokenry::capi
