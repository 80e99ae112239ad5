// The rows that stand once in a store: format, counters, control. Layout: docs/format.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "record/row.hpp"

namespace tokenry::record {

inline constexpr std::uint16_t kFormatMajor = 1;
inline constexpr std::uint16_t kFormatMinor = 1;
inline constexpr std::size_t kFormatRowSize = 128;
inline constexpr std::size_t kControlRowSize = 64;

inline constexpr std::string_view kFormatKey = "format";
inline constexpr std::string_view kCountersKey = "counters";
inline constexpr std::string_view kControlKey = "control";

// What a store was made with. Only the minor number changes, when a newer version first writes.
struct Format {
  std::uint16_t major = kFormatMajor;
  std::uint16_t minor = kFormatMinor;
  std::uint32_t page_size = 0;
  std::uint16_t records_per_page = 0;
  bool sealed = true;
  std::string prefix;
  std::array<std::uint8_t, 16> store_id{};
  std::uint64_t key_id = 0;
  std::uint64_t map_size_bytes = 0;
  std::int64_t created_at_ms = 0;
};

RowBody encode_format(const Format& format);

enum class FormatOutcome { ok, not_a_store, unsupported };
// Major and minor are filled for `unsupported` too, so that the error can name them.
FormatOutcome decode_format(base::Bytes body, Format& format);

struct Counters {
  std::uint32_t next_slot = 0;  // the first that was never used
};

RowBody encode_counters(const Counters& counters);
std::optional<Counters> decode_counters(base::Bytes body);

// Store-wide state that a verification heeds.
struct Control {
  bool frozen = false;
  std::uint16_t scope_count = 0;
  std::uint32_t catalog_version = 0;
};

RowBody encode_control(const Control& control);
std::optional<Control> decode_control(base::Bytes body);

}  // namespace tokenry::record
