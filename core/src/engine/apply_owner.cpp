// The changes of owners, which reach into all their tokens.
#include "base/bytes.hpp"
#include "engine/apply.hpp"
#include "record/token_rows.hpp"

namespace tokenry::engine {

using base::Code;
using base::Result;
using base::Status;
using model::Change;

Result<std::vector<std::uint64_t>> Applier::tokens_of(std::string_view owner, Which which) const {
  const std::string prefix = record::owner_prefix(owner);
  std::vector<std::uint64_t> ids;
  storage::Cursor cursor(rows_.view(), storage::Table::labels);
  for (bool more = cursor.seek(base::as_bytes(prefix)); more; more = cursor.next()) {
    const std::string_view key = base::as_text(cursor.key());
    if (!key.starts_with(prefix)) break;
    if (which == Which::live && !record::is_live_label(key)) continue;
    ids.push_back(base::load_le(cursor.value().data(), record::kLabelValueSize));
  }
  if (!cursor.status().ok()) return cursor.status();
  return ids;
}

Status Applier::operate(const Change& change, const model::SetCeiling& operation) {
  TOKENRY_ASSIGN(std::optional<model::Owner> owner, rows_.owner(operation.owner));
  if (!owner) {
    owner.emplace();
    owner->name = operation.owner;
    owner->created_at_ms = change.at_ms;
    owner->created_by = change.actor;
  }
  owner->ceiling = operation.ceiling;
  TOKENRY_TRY(rows_.put_owner(*owner));
  TOKENRY_ASSIGN(const std::vector<std::uint64_t> ids, tokens_of(operation.owner, Which::live));
  for (const std::uint64_t id : ids) {
    TOKENRY_ASSIGN(StoredToken stored, rows_.token(id));
    TOKENRY_ASSIGN(const model::ScopeBits bits,
                   effective(stored.token.details.granted, owner->ceiling));
    stored.record.set_effective(bits);
    TOKENRY_TRY(rows_.put_record(model::slot_of(id), stored.record));
  }
  return {};
}

Status Applier::operate(const Change& /*change*/, const model::SetOwnerSuspended& operation) {
  TOKENRY_ASSIGN(model::Owner owner, rows_.existing_owner(operation.owner));
  if (owner.suspended == operation.suspended) return {};
  owner.suspended = operation.suspended;
  TOKENRY_TRY(rows_.put_owner(owner));
  TOKENRY_ASSIGN(const std::vector<std::uint64_t> ids, tokens_of(operation.owner, Which::live));
  for (const std::uint64_t id : ids) {
    Result<StoredToken> stored = rows_.token(id);
    // One that was tampered with is denied as it is, and must not keep the others from being so.
    if (stored.code() == Code::tampered) continue;
    if (!stored.ok()) return stored.status();
    stored->record.set_owner_suspended(operation.suspended);
    TOKENRY_TRY(rows_.put_record(model::slot_of(id), stored->record));
  }
  return {};
}

Status Applier::operate(const Change& /*change*/, const model::RenameOwner& operation) {
  TOKENRY_ASSIGN(model::Owner owner, rows_.existing_owner(operation.owner));
  TOKENRY_ASSIGN(const std::optional<model::Owner> taken, rows_.owner(operation.new_name));
  if (taken) {
    return {Code::conflict, "the owner \"" + operation.new_name + "\" exists already"};
  }
  TOKENRY_TRY(rows_.remove_owner(owner.name));
  owner.name = operation.new_name;
  TOKENRY_TRY(rows_.put_owner(owner));
  const std::uint64_t owner_hash = rows_.keys().owner_hash(operation.new_name);
  TOKENRY_ASSIGN(const std::vector<std::uint64_t> ids, tokens_of(operation.owner, Which::all));
  for (const std::uint64_t id : ids) {
    TOKENRY_ASSIGN(StoredToken stored, rows_.token(id));
    TOKENRY_TRY(rows_.remove_label(stored.token.details));
    stored.token.details.owner = operation.new_name;
    TOKENRY_TRY(rows_.put_label(stored.token.details));
    TOKENRY_TRY(rows_.put_details(stored.token.details));
    stored.record.set_owner_hash(owner_hash);
    TOKENRY_TRY(rows_.put_record(model::slot_of(id), stored.record));
  }
  return {};
}

Status Applier::operate(const Change& change, const model::DeleteOwner& operation) {
  TOKENRY_ASSIGN(const model::Owner owner, rows_.existing_owner(operation.owner));
  TOKENRY_ASSIGN(const std::vector<std::uint64_t> ids, tokens_of(owner.name, Which::live));
  for (const std::uint64_t id : ids) TOKENRY_TRY(revoke(change, id));
  return rows_.remove_owner(owner.name);
}

}  // namespace tokenry::engine
