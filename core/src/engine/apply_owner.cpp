// The changes of owners, which reach into all their tokens.
#include "base/bytes.hpp"
#include "engine/apply.hpp"
#include "record/token_rows.hpp"

namespace tokenry::engine {

using base::Code;
using base::Result;
using base::Status;
using model::Change;
using model::FieldCode;
using model::Operation;
using record::VerifierRecord;

Result<std::vector<IndexedToken>> Applier::tokens_of(std::string_view owner, Which which) const {
  const std::string prefix = record::owner_prefix(owner);
  std::vector<IndexedToken> tokens;
  storage::Cursor cursor(rows_.view(), storage::Table::labels);
  for (bool more = cursor.seek(base::as_bytes(prefix)); more; more = cursor.next()) {
    const std::string_view key = base::as_text(cursor.key());
    if (!key.starts_with(prefix)) break;
    const std::optional<record::LabelKey> parts = record::parse_label_key(key);
    const bool is_entry = parts && cursor.value().size() == record::kLabelValueSize;
    if (!is_entry || (which == Which::live && !parts->live)) continue;
    tokens.push_back({std::string(key), std::string(parts->owner), std::string(parts->label),
                      base::load_le(cursor.value().data(), record::kLabelValueSize)});
  }
  if (!cursor.status().ok()) return cursor.status();
  return tokens;
}

Status Applier::operate(const Change& change, const model::SetCeiling& operation) {
  TOKENRY_ASSIGN(std::optional<model::Owner> owner, rows_.owner(operation.owner));
  const Operation done = owner ? Operation::owner_ceiling : Operation::owner_created;
  if (!owner) {
    owner.emplace();
    owner->name = operation.owner;
    owner->created_at_ms = change.at_ms;
    owner->created_by = change.actor;
  }
  owner->ceiling = operation.ceiling;
  TOKENRY_TRY(rows_.put_owner(*owner));
  TOKENRY_ASSIGN(const std::vector<IndexedToken> tokens, tokens_of(operation.owner, Which::live));
  for (const IndexedToken& indexed : tokens) {
    Result<StoredToken> found = rows_.token(indexed.id);
    if (is_unreadable(found.code())) {
      TOKENRY_TRY(narrow_tampered(indexed.id, owner->ceiling));
      continue;
    }
    TOKENRY_ASSIGN(StoredToken stored, std::move(found));
    TOKENRY_ASSIGN(const model::ScopeBits bits,
                   effective(stored.token.details.granted, owner->ceiling));
    stored.record.set_effective(bits);
    TOKENRY_TRY(rows_.put_record(model::slot_of(indexed.id), stored.record));
  }
  model::Event event = owner_event(change, done, operation.owner);
  TOKENRY_ASSIGN(const model::Catalog* catalog, this->catalog());
  add_text(event, FieldCode::ceiling, ceiling_text(*catalog, operation.ceiling));
  return log_.append(std::move(event));
}

Status Applier::operate(const Change& change, const model::SetOwnerSuspended& operation) {
  TOKENRY_ASSIGN(model::Owner owner, rows_.existing_owner(operation.owner));
  if (owner.suspended == operation.suspended) return {};
  owner.suspended = operation.suspended;
  TOKENRY_TRY(rows_.put_owner(owner));
  TOKENRY_ASSIGN(const std::vector<IndexedToken> tokens, tokens_of(operation.owner, Which::live));
  for (const IndexedToken& indexed : tokens) {
    // By the record alone, which is all that a verification reads: a details row that somebody
    // altered must not keep its token from being suspended. A record without its seal is denied
    // as it is.
    TOKENRY_ASSIGN(std::optional<VerifierRecord> record, rows_.intact_record(indexed.id));
    if (!record) continue;
    record->set_owner_suspended(operation.suspended);
    TOKENRY_TRY(rows_.put_record(model::slot_of(indexed.id), *record));
  }
  const Operation done =
      operation.suspended ? Operation::owner_suspended : Operation::owner_resumed;
  return log_.append(owner_event(change, done, operation.owner));
}

Status Applier::operate(const Change& change, const model::RenameOwner& operation) {
  TOKENRY_ASSIGN(model::Owner owner, rows_.existing_owner(operation.owner));
  TOKENRY_ASSIGN(const std::optional<model::Owner> taken, rows_.owner(operation.new_name));
  if (taken) {
    return {Code::conflict, "the owner \"" + operation.new_name + "\" exists already"};
  }
  TOKENRY_TRY(rows_.remove_owner(owner.name));
  owner.name = operation.new_name;
  TOKENRY_TRY(rows_.put_owner(owner));
  const std::uint64_t owner_hash = rows_.keys().owner_hash(operation.new_name);
  TOKENRY_ASSIGN(const std::vector<IndexedToken> tokens, tokens_of(operation.owner, Which::all));
  for (const IndexedToken& indexed : tokens) {
    Result<StoredToken> found = rows_.token(indexed.id);
    if (is_unreadable(found.code())) {
      TOKENRY_TRY(rename_tampered(indexed, operation.new_name));
      continue;
    }
    TOKENRY_ASSIGN(StoredToken stored, std::move(found));
    TOKENRY_TRY(rows_.remove_label(stored.token.details));
    stored.token.details.owner = operation.new_name;
    TOKENRY_TRY(rows_.put_label(stored.token.details));
    TOKENRY_TRY(rows_.put_details(stored.token.details));
    stored.record.set_owner_hash(owner_hash);
    TOKENRY_TRY(rows_.put_record(model::slot_of(indexed.id), stored.record));
  }
  model::Event event = owner_event(change, Operation::owner_renamed, operation.owner);
  add_text(event, FieldCode::new_owner, operation.new_name);
  return log_.append(std::move(event));
}

Status Applier::operate(const Change& change, const model::DeleteOwner& operation) {
  TOKENRY_ASSIGN(const model::Owner owner, rows_.existing_owner(operation.owner));
  TOKENRY_ASSIGN(const std::vector<IndexedToken> tokens, tokens_of(owner.name, Which::live));
  for (const IndexedToken& indexed : tokens) TOKENRY_TRY(revoke(change, indexed.id));
  TOKENRY_TRY(rows_.remove_owner(owner.name));
  return log_.append(owner_event(change, Operation::owner_deleted, owner.name));
}

}  // namespace tokenry::engine
