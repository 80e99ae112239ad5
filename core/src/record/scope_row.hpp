// A scope's row. Layout: docs/format.md, `scopes`.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "model/catalog.hpp"
#include "record/row.hpp"

namespace tokenry::record {

RowBody encode_scope(const model::Scope& scope);

// Nothing if the row is not one of this format. The bit is the row's key.
std::optional<model::Scope> decode_scope(base::Bytes body);

}  // namespace tokenry::record
