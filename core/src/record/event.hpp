// An event's body. Layout: docs/format.md, `events`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "model/event.hpp"
#include "record/row.hpp"

namespace tokenry::record {

inline constexpr std::size_t kChainHashSize = 32;
inline constexpr std::size_t kEventKeySize = 8;

using EventKey = std::array<std::uint8_t, kEventKeySize>;
EventKey event_key(std::uint64_t sequence);

// The event keeps the rules of the format: texts within their sizes, fields and rows in order.
RowBody encode_event(const model::Event& event);

// Nothing if the body is not exactly what encode_event makes of some event.
std::optional<model::Event> decode_event(base::Bytes body);

}  // namespace tokenry::record
