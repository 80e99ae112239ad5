// Scopes on their way in from C.
#pragma once

#include <cstddef>
#include <vector>

#include "base/status.hpp"
#include "model/catalog.hpp"
#include "tokenry.h"

namespace tokenry::capi {

base::Status read_scope(const tokenry_scope* given, model::Scope& out);

// An array whose stride is the first element's struct_size.
base::Status read_scopes(const tokenry_scope* given, std::size_t count,
                         std::vector<model::Scope>& out);

}  // namespace tokenry::capi
