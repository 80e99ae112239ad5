// Where a token may be used from and how often, as C says it.
#pragma once

#include <cstddef>
#include <vector>

#include "base/status.hpp"
#include "model/limits.hpp"
#include "model/network.hpp"
#include "tokenry.h"

namespace tokenry::capi {

// Texts of addresses and networks; count may be 0.
base::Status read_networks(const char* const* texts, std::size_t count,
                           std::vector<model::Network>& out);

base::Status read_rates(const tokenry_rate* rates, std::size_t count,
                        std::vector<model::Rate>& out);

}  // namespace tokenry::capi
