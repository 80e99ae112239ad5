// Usage rows and cells together: how a token was used, and how cells are folded into rows.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/rows.hpp"
#include "model/token.hpp"
#include "record/usage_row.hpp"
#include "usage/cells.hpp"

namespace tokenry::engine {

// What a secret leaves in cells and rows when it was shown: a part of its hash, which tells it from
// the token's other secrets.
std::uint64_t secret_mark(std::span<const std::uint8_t, 16> hash);
std::uint16_t secret_tag(std::span<const std::uint8_t, 16> hash);

// Tells a limit's words in a cell from those of another token of the slot, and from those of the
// limit before it.
std::uint16_t limit_tag(std::uint32_t generation, std::uint16_t version);

// Adds to the row what the cell counted since its file's mark was set, and sets the mark. The mark
// of the token's newest secret tells whether that one was used. Answers whether the row changed.
bool fold_cell(const usage::CellState& cell, std::uint64_t cells_id, std::uint64_t newest_mark,
               record::UsageRow& row);

// What rows and cells say of the token now. A row that cannot be read counts as none.
model::TokenUsage usage_of(const Rows& rows, const StoredToken& stored,
                           std::span<const std::shared_ptr<usage::Cells>> cells);

}  // namespace tokenry::engine
