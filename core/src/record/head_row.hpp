// The row that holds the log's head. Layout: docs/format.md, `meta/head`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "record/row.hpp"

namespace tokenry::record {

inline constexpr std::string_view kHeadKey = "head";

struct HeadRow {
  std::uint64_t sequence = 0;
  std::array<std::uint8_t, 32> hash{};
  std::int64_t at_ms = 0;
  std::array<std::uint8_t, 64> signature{};

  bool operator==(const HeadRow&) const = default;
};

RowBody encode_head(const HeadRow& head);

// Nothing if the row is not one of this format.
std::optional<HeadRow> decode_head(base::Bytes body);

}  // namespace tokenry::record
