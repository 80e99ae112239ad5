#include "record/usage_row.hpp"

#include <algorithm>

namespace tokenry::record {

namespace {

constexpr std::size_t kCountWidth = 6;
constexpr std::size_t kMarkSize = 8 + 2 * kCountWidth;

template <typename Entry>
const Entry* find_entry(const std::vector<Entry>& entries, std::uint64_t cells_id) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.cells_id == cells_id; });
  return found == entries.end() ? nullptr : &*found;
}

template <typename Entry>
void set_entry(std::vector<Entry>& entries, const Entry& entry, std::size_t most) {
  std::erase_if(entries, [&](const Entry& old) { return old.cells_id == entry.cells_id; });
  if (entries.size() == most) entries.erase(entries.begin());
  entries.push_back(entry);
}

}  // namespace

const UsageRow::Mark* UsageRow::find_mark(std::uint64_t cells_id) const {
  return find_entry(marks, cells_id);
}

const UsageRow::Lease* UsageRow::find_lease(std::uint64_t cells_id) const {
  return find_entry(leases, cells_id);
}

void UsageRow::set_mark(const Mark& mark) { set_entry(marks, mark, kMaxUsageMarks); }

void UsageRow::set_lease(const Lease& lease) { set_entry(leases, lease, kMaxUsageLeases); }

RowBody encode_usage(const UsageRow& usage) {
  RowWriter row;
  row.number(kRowVersion, 1);
  row.number(usage.marks.size(), 1);
  row.number(usage.leases.size(), 1);
  row.number(usage.last_address ? 1 : 0, 1);
  row.number(usage.generation, 4);
  row.number(usage.uses, kCountWidth);
  row.number(usage.denials, kCountWidth);
  row.number(usage.last_used_at_s, kCountWidth);
  row.number(usage.previous_secret_seen_at_s, kCountWidth);
  row.number(usage.previous_secret_tag, 2);
  row.number(usage.max_uses_version, 2);
  row.number(usage.leased_uses, kCountWidth);
  row.zeros(6);
  row.number(usage.newest_secret_mark, 8);
  row.bytes(usage.last_address.value_or(model::Address()).bytes);
  row.scopes(usage.exercised);
  for (const UsageRow::Mark& mark : usage.marks) {
    row.number(mark.cells_id, 8);
    row.number(mark.uses, kCountWidth);
    row.number(mark.denials, kCountWidth);
  }
  for (const UsageRow::Lease& lease : usage.leases) {
    row.number(lease.cells_id, 8);
    row.number(lease.allowed_uses, kCountWidth);
  }
  return row.take();
}

std::optional<UsageRow> decode_usage(base::Bytes body) {
  RowReader row(body);
  UsageRow usage;
  row.require(row.number(1) == kRowVersion);
  const std::size_t mark_count = row.number(1);
  const std::size_t lease_count = row.number(1);
  const std::uint64_t has_address = row.number(1);
  row.require(mark_count <= kMaxUsageMarks && lease_count <= kMaxUsageLeases && has_address <= 1);
  usage.generation = static_cast<std::uint32_t>(row.number(4));
  usage.uses = row.number(kCountWidth);
  usage.denials = row.number(kCountWidth);
  usage.last_used_at_s = row.number(kCountWidth);
  usage.previous_secret_seen_at_s = row.number(kCountWidth);
  usage.previous_secret_tag = static_cast<std::uint16_t>(row.number(2));
  usage.max_uses_version = static_cast<std::uint16_t>(row.number(2));
  usage.leased_uses = row.number(kCountWidth);
  row.zeros(6);
  usage.newest_secret_mark = row.number(8);
  if (has_address == 1) {
    const base::Bytes address = row.bytes(16);
    usage.last_address.emplace();
    std::copy(address.begin(), address.end(), usage.last_address->bytes.begin());
  } else {
    row.zeros(16);
  }
  usage.exercised = row.scopes();
  for (std::size_t i = 0; i < std::min(mark_count, kMaxUsageMarks); ++i) {
    UsageRow::Mark& mark = usage.marks.emplace_back();
    mark.cells_id = row.number(8);
    mark.uses = row.number(kCountWidth);
    mark.denials = row.number(kCountWidth);
  }
  for (std::size_t i = 0; i < std::min(lease_count, kMaxUsageLeases); ++i) {
    UsageRow::Lease& lease = usage.leases.emplace_back();
    lease.cells_id = row.number(8);
    lease.allowed_uses = row.number(kCountWidth);
  }
  if (!row.complete()) return std::nullopt;
  return usage;
}

std::optional<LeaseView> decode_lease(base::Bytes body, std::uint32_t generation,
                                      std::uint64_t cells_id) {
  RowReader row(body);
  row.require(row.number(1) == kRowVersion);
  const std::size_t mark_count = row.number(1);
  const std::size_t lease_count = row.number(1);
  const std::uint64_t has_address = row.number(1);
  row.require(mark_count <= kMaxUsageMarks && lease_count <= kMaxUsageLeases && has_address <= 1);
  row.require(row.number(4) == generation);
  row.bytes(4 * kCountWidth + 2);
  LeaseView view;
  view.max_uses_version = static_cast<std::uint16_t>(row.number(2));
  view.leased_uses = row.number(kCountWidth);
  row.zeros(6);
  row.bytes(8);
  if (has_address == 1) {
    row.bytes(16);
  } else {
    row.zeros(16);
  }
  row.bytes(32 + mark_count * kMarkSize);
  bool found = false;
  for (std::size_t i = 0; i < std::min(lease_count, kMaxUsageLeases); ++i) {
    const std::uint64_t id = row.number(8);
    const std::uint64_t allowed_uses = row.number(kCountWidth);
    if (id == cells_id && !found) view.allowed_uses = allowed_uses;
    found = found || id == cells_id;
  }
  if (!row.complete()) return std::nullopt;
  return view;
}

}  // namespace tokenry::record
