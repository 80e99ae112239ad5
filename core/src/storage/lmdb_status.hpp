// LMDB's return codes as statuses. For this room alone.
#pragma once

#include <string_view>

#include "base/status.hpp"

namespace tokenry::storage {

// `code` is what an LMDB call returned and is not 0; `what` was being done.
base::Status lmdb_status(int code, std::string_view what);

}  // namespace tokenry::storage
