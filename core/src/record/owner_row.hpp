// An owner's row. Layout: docs/format.md, `owners`.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "model/owner.hpp"
#include "record/row.hpp"

namespace tokenry::record {

RowBody encode_owner(const model::Owner& owner);

// Nothing if the row is not one of this format. The name is the row's key.
std::optional<model::Owner> decode_owner(std::string_view name, base::Bytes body);

}  // namespace tokenry::record
