// Changes to tokens whose rows were altered from outside. An operator must be able to stop such a
// token; nothing here gives it a right that a sealed row does not.
#include "base/bytes.hpp"
#include "engine/apply.hpp"
#include "record/token_rows.hpp"

namespace tokenry::engine {

using base::Status;
using model::TokenState;
using record::VerifierRecord;

// What was granted cannot be read, so the ceiling can only take away.
Status Applier::narrow_tampered(std::uint64_t id, const model::ScopeBits& ceiling) {
  TOKENRY_ASSIGN(std::optional<VerifierRecord> record, rows_.intact_record(id));
  if (!record) return {};
  record->set_effective(record->effective() & ceiling);
  return rows_.put_record(model::slot_of(id), *record);
}

Status Applier::suspend_tampered(const model::Change& change, std::uint64_t id) {
  TOKENRY_ASSIGN(std::optional<VerifierRecord> record, rows_.intact_record(id));
  if (!record || record->state() == TokenState::revoked) return {};
  record->set_state(TokenState::suspended);
  TOKENRY_TRY(rows_.put_record(model::slot_of(id), *record));
  TOKENRY_ASSIGN(const model::Token token, rows_.tampered_token(id));
  return log_.append(token_event(change, model::Operation::suspended, token.details));
}

// Moves what can be moved; the details row stays as it was found, for the operator to see.
Status Applier::rename_tampered(const IndexedToken& indexed, std::string_view new_owner) {
  TOKENRY_TRY(rows_.remove_label_key(indexed.key));
  const std::string key = record::owner_prefix(new_owner) +
                          indexed.key.substr(record::owner_prefix(indexed.owner).size());
  TOKENRY_TRY(rows_.put_label_key(key, indexed.id));
  TOKENRY_ASSIGN(std::optional<VerifierRecord> record, rows_.intact_record(indexed.id));
  if (!record) return {};
  record->set_owner_hash(rows_.keys().owner_hash(new_owner));
  return rows_.put_record(model::slot_of(indexed.id), *record);
}

// Replaces the rows by sealed ones that say no more than that this token is revoked, under the name
// that the index has for it.
Status Applier::revoke_tampered(const model::Change& change, std::uint64_t id) {
  const std::uint32_t slot = model::slot_of(id);
  TOKENRY_ASSIGN(const std::optional<VerifierRecord> present, rows_.record(slot));
  VerifierRecord record;
  if (present) {
    record.set_hash(present->hash());
    record.set_salt(present->salt());
  }
  record.set_kind(record::kKindBlake2b128);
  record.set_state(TokenState::revoked);
  record.set_generation(model::generation_of(id));
  TOKENRY_TRY(rows_.put_record(slot, record));

  model::TokenDetails details;
  details.id = id;
  TOKENRY_ASSIGN(const std::optional<IndexedToken> indexed, rows_.search_label(id));
  details.owner = indexed ? indexed->owner : "unknown";
  details.label = indexed ? indexed->label : std::to_string(id);
  details.created_by = "unknown";
  if (indexed) TOKENRY_TRY(rows_.remove_label_key(indexed->key));
  TOKENRY_TRY(note_revocation(change, details));
  TOKENRY_TRY(rows_.put_details(details));
  TOKENRY_TRY(rows_.put_label(details));
  return log_.append(token_event(change, model::Operation::revoked, details));
}

}  // namespace tokenry::engine
