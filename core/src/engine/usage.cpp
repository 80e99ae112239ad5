#include "engine/usage.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "usage/limits.hpp"

namespace tokenry::engine {

using base::Result;
using record::UsageRow;

std::uint64_t secret_mark(std::span<const std::uint8_t, 16> hash) {
  const std::uint64_t mark = base::load_le(hash.data(), 8);
  return mark != 0 ? mark : 1;  // 0 is "none"
}

std::uint16_t secret_tag(std::span<const std::uint8_t, 16> hash) {
  return static_cast<std::uint16_t>(base::load_le(hash.data(), 2));
}

std::uint16_t limit_tag(std::uint32_t generation, std::uint16_t version) {
  return static_cast<std::uint16_t>(generation + 0x9E37U * version);
}

bool fold_cell(const usage::CellState& cell, std::uint64_t cells_id, std::uint64_t newest_mark,
               UsageRow& row) {
  const UsageRow::Mark* const found = row.find_mark(cells_id);
  UsageRow::Mark mark = found != nullptr ? *found : UsageRow::Mark{.cells_id = cells_id};
  // Cells only rise.
  const std::uint64_t new_uses = cell.uses - std::min(cell.uses, mark.uses);
  const std::uint64_t new_denials = cell.denials - std::min(cell.denials, mark.denials);
  bool changed = new_uses != 0 || new_denials != 0;
  row.uses += new_uses;
  row.denials += new_denials;
  if (changed) {
    mark.uses += new_uses;
    mark.denials += new_denials;
    row.set_mark(mark);
  }
  const auto last_used_at_s = static_cast<std::uint64_t>(cell.last_used_at_s);
  if (last_used_at_s > row.last_used_at_s ||
      (last_used_at_s == row.last_used_at_s && cell.last_used_from &&
       cell.last_used_from != row.last_address)) {
    row.last_used_at_s = last_used_at_s;
    row.last_address = cell.last_used_from;
    changed = true;
  }
  const model::ScopeBits exercised = row.exercised | cell.exercised;
  changed = changed || !(exercised == row.exercised);
  row.exercised = exercised;
  if (cell.newest_secret_mark == newest_mark && row.newest_secret_mark != newest_mark) {
    row.newest_secret_mark = newest_mark;
    changed = true;
  }
  const auto seen_at_s = static_cast<std::uint64_t>(cell.previous_secret_at_s);
  if (seen_at_s > row.previous_secret_seen_at_s) {
    row.previous_secret_seen_at_s = seen_at_s;
    row.previous_secret_tag = cell.previous_secret_tag;
    changed = true;
  }
  return changed;
}

namespace {

// Of max_uses: not leased yet, or leased to these cells and not spent.
std::uint64_t uses_left(const model::TokenDetails& details, const UsageRow& row,
                        std::span<const std::shared_ptr<usage::Cells>> all_cells) {
  const model::Limits& limits = details.limits;
  if (limits.max_uses == 0 || row.max_uses_version != limits.max_uses_version) return 0;
  std::uint64_t left = limits.max_uses - std::min(limits.max_uses, row.leased_uses);
  const std::uint16_t tag = limit_tag(model::generation_of(details.id), limits.max_uses_version);
  for (const std::shared_ptr<usage::Cells>& cells : all_cells) {
    const UsageRow::Lease* const lease = row.find_lease(cells->id());
    const usage::SlotCell cell = cells->peek(model::slot_of(details.id));
    if (lease == nullptr || !cell) continue;
    const std::uint64_t spent = usage::spent(cell.cell(), tag);
    left += lease->allowed_uses - std::min(lease->allowed_uses, spent);
  }
  return left;
}

}  // namespace

model::TokenUsage usage_of(const Rows& rows, const StoredToken& stored,
                           std::span<const std::shared_ptr<usage::Cells>> all_cells) {
  const model::TokenDetails& details = stored.token.details;
  const Result<std::optional<UsageRow>> found = rows.usage(details.id);
  UsageRow row = found.ok() && *found ? **found : UsageRow();
  const std::uint64_t newest_mark = secret_mark(stored.record.hash());
  for (const std::shared_ptr<usage::Cells>& cells : all_cells) {
    const usage::SlotCell cell = cells->peek(model::slot_of(details.id));
    if (!cell) continue;
    fold_cell(cell.read(model::generation_of(details.id)), cells->id(), newest_mark, row);
  }
  model::TokenUsage usage;
  usage.uses = row.uses;
  usage.denials = row.denials;
  usage.last_used_at_ms = static_cast<std::int64_t>(row.last_used_at_s) * 1000;
  usage.last_address = row.last_address;
  usage.exercised = row.exercised;
  usage.newest_secret_used = row.newest_secret_mark == newest_mark;
  const bool is_of_previous = stored.record.has(record::VerifierRecord::kHasPrevious) &&
                              row.previous_secret_tag == secret_tag(stored.record.previous_hash());
  if (is_of_previous) {
    usage.previous_secret_seen_at_ms =
        static_cast<std::int64_t>(row.previous_secret_seen_at_s) * 1000;
  }
  usage.uses_left = uses_left(details, row, all_cells);
  return usage;
}

}  // namespace tokenry::engine
