// The usage rows: each of a token, and one for each token with a limit on its uses.
#include <string>

#include "engine/examination.hpp"
#include "engine/store.hpp"

namespace tokenry::engine {

using base::Result;
using base::Status;
using storage::Table;

namespace {

// What a row of usage may say of the token in its slot.
Status check_row(Examination& all, std::uint32_t slot) {
  const std::string name = "slot " + std::to_string(slot);
  TOKENRY_ASSIGN(const std::optional<record::VerifierRecord> record, all.rows.record(slot));
  const std::uint64_t id = model::make_id(record ? record->generation() : 0, slot);
  const Result<std::optional<record::UsageRow>> usage = all.rows.usage(id);
  if (!usage.ok()) {
    if (!is_unreadable(usage.code())) return usage.status();
    all.findings.add(name + ": its usage row: " + usage.status().text());
    return {};
  }
  if (all.use_of(slot) == SlotUse::unclear) return {};
  if (all.use_of(slot) != SlotUse::token || !*usage) {
    all.findings.add(name + ": has a usage row of a token that is not there");
  }
  return {};
}

// Without its row a token with such a limit is refused.
Status check_limited(Examination& all, std::uint32_t slot) {
  TOKENRY_ASSIGN(const std::optional<record::VerifierRecord> record, all.rows.record(slot));
  if (!record || !record->has(record::VerifierRecord::kLimits)) return {};
  const std::uint64_t id = model::make_id(record->generation(), slot);
  const Result<StoredToken> stored = all.rows.token(id);
  if (!stored.ok()) return is_unreadable(stored.code()) ? Status() : stored.status();
  const model::Limits& limits = stored->token.details.limits;
  if (limits.max_uses == 0) return {};
  const Result<std::optional<record::UsageRow>> usage = all.rows.usage(id);
  if (!usage.ok()) return is_unreadable(usage.code()) ? Status() : usage.status();
  const std::string name = "token " + id_text(id) + " in slot " + std::to_string(slot);
  if (!*usage || (*usage)->max_uses_version != limits.max_uses_version) {
    all.findings.add(name + ": has a limit on its uses but no usage row for it; it is refused");
  } else if ((*usage)->leased_uses > limits.max_uses) {
    all.findings.add(name + ": more uses were handed out than it may have");
  }
  return {};
}

}  // namespace

Status check_usage(Examination& examination) {
  storage::Cursor cursor(examination.rows.view(), Table::usage);
  for (bool more = cursor.first(); more; more = cursor.next()) {
    TOKENRY_TRY(check_row(examination, storage::key_number(cursor.key())));
  }
  TOKENRY_TRY(cursor.status());
  for (std::size_t slot = 0; slot < examination.slots.size(); ++slot) {
    if (examination.slots[slot] != SlotUse::token) continue;
    TOKENRY_TRY(check_limited(examination, static_cast<std::uint32_t>(slot)));
  }
  return {};
}

}  // namespace tokenry::engine
