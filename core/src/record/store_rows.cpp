#include "record/store_rows.hpp"

#include <algorithm>

namespace tokenry::record {

namespace {

constexpr std::string_view kMagic{"tokenry\0", 8};
constexpr std::uint64_t kSealed = 1;
constexpr std::uint64_t kFrozen = 1;  // of the control row
constexpr std::size_t kPrefixRoom = 10;

}  // namespace

RowBody encode_format(const Format& format) {
  RowWriter row;
  row.text(kMagic);
  row.number(format.major, 2);
  row.number(format.minor, 2);
  row.number(format.page_size, 4);
  row.number(format.records_per_page, 2);
  row.number(format.sealed ? kSealed : 0, 1);
  row.number(format.prefix.size(), 1);
  row.text(format.prefix);
  row.zeros(kPrefixRoom - format.prefix.size() + 2);
  row.bytes(format.store_id);
  row.number(format.key_id, 8);
  row.number(format.map_size_bytes, 8);
  row.time(format.created_at_ms);
  row.zeros(42);
  return row.take();
}

FormatOutcome decode_format(base::Bytes body, Format& format) {
  RowReader row(body);
  if (row.text(kMagic.size()) != kMagic) return FormatOutcome::not_a_store;
  format.major = static_cast<std::uint16_t>(row.number(2));
  format.minor = static_cast<std::uint16_t>(row.number(2));
  if (format.major != kFormatMajor || format.minor > kFormatMinor) {
    return FormatOutcome::unsupported;
  }
  format.page_size = static_cast<std::uint32_t>(row.number(4));
  format.records_per_page = static_cast<std::uint16_t>(row.number(2));
  const std::uint64_t flags = row.number(1);
  row.require((flags & ~kSealed) == 0);
  format.sealed = (flags & kSealed) != 0;
  const std::size_t prefix_size = row.number(1);
  row.require(prefix_size <= kPrefixRoom);
  format.prefix = row.text(std::min(prefix_size, kPrefixRoom));
  row.zeros(kPrefixRoom - format.prefix.size() + 2);
  const base::Bytes store_id = row.bytes(format.store_id.size());
  std::copy(store_id.begin(), store_id.end(), format.store_id.begin());
  format.key_id = row.number(8);
  format.map_size_bytes = row.number(8);
  format.created_at_ms = row.time();
  row.zeros(42);
  return row.complete() ? FormatOutcome::ok : FormatOutcome::not_a_store;
}

RowBody encode_counters(const Counters& counters) {
  RowWriter row;
  row.number(kRowVersion, 1);
  row.zeros(7);
  row.number(counters.next_slot, 4);
  row.zeros(4);
  return row.take();
}

std::optional<Counters> decode_counters(base::Bytes body) {
  RowReader row(body);
  Counters counters;
  row.require(row.number(1) == kRowVersion);
  row.zeros(7);
  counters.next_slot = static_cast<std::uint32_t>(row.number(4));
  row.zeros(4);
  if (!row.complete()) return std::nullopt;
  return counters;
}

RowBody encode_control(const Control& control) {
  RowWriter row;
  row.number(kRowVersion, 1);
  row.number(control.frozen ? kFrozen : 0, 1);
  row.number(control.scope_count, 2);
  row.number(control.catalog_version, 4);
  row.zeros(40);
  return row.take();
}

std::optional<Control> decode_control(base::Bytes body) {
  RowReader row(body);
  Control control;
  row.require(row.number(1) == kRowVersion);
  const std::uint64_t flags = row.number(1);
  row.require((flags & ~kFrozen) == 0);
  control.frozen = (flags & kFrozen) != 0;
  control.scope_count = static_cast<std::uint16_t>(row.number(2));
  control.catalog_version = static_cast<std::uint32_t>(row.number(4));
  row.zeros(40);
  if (!row.complete()) return std::nullopt;
  return control;
}

}  // namespace tokenry::record
