#include "engine/apply.hpp"

#include <algorithm>
#include <string>

#include "model/names.hpp"

namespace tokenry::engine {

using base::Code;
using base::Result;
using base::Status;
using model::Change;
using model::Event;
using model::FieldCode;
using model::Operation;
using model::TokenState;
using record::VerifierRecord;

Status Applier::apply(const Change& change) {
  return std::visit([&](const auto& operation) { return operate(change, operation); },
                    change.operation);
}

Result<const model::Catalog*> Applier::catalog() {
  if (!catalog_) {
    TOKENRY_ASSIGN(model::Catalog catalog, rows_.catalog());
    catalog_ = std::move(catalog);
  }
  return &*catalog_;
}

Result<model::ScopeBits> Applier::effective(const model::ScopeBits& granted,
                                            const model::ScopeBits& ceiling) {
  TOKENRY_ASSIGN(const model::Catalog* catalog, this->catalog());
  return catalog->expand(granted) & ceiling;
}

Status Applier::operate(const Change& change, const model::CreateStore& operation) {
  TOKENRY_TRY(rows_.put_control({}));
  Event event = event_of(change, Operation::store_created);
  if (!operation.scopes.empty()) TOKENRY_TRY(grow_catalog(operation.scopes, event));
  return log_.append(std::move(event));
}

Status Applier::operate(const Change& change, const model::AddScopes& operation) {
  Event event = event_of(change, Operation::scope_added);
  TOKENRY_TRY(grow_catalog(operation.scopes, event));
  return log_.append(std::move(event));
}

Status Applier::grow_catalog(const std::vector<model::Scope>& scopes, Event& event) {
  TOKENRY_ASSIGN(const model::Catalog* present, catalog());
  model::Catalog grown = *present;
  for (const model::Scope& scope : scopes) {
    TOKENRY_TRY(grown.add(scope));
    add_text(event, FieldCode::scope, scope.name);
  }
  TOKENRY_ASSIGN(record::Control control, rows_.control());
  for (std::size_t bit = present->size(); bit < grown.size(); ++bit) {
    TOKENRY_TRY(rows_.put_scope(static_cast<std::uint32_t>(bit), grown.at(bit)));
  }
  control.scope_count = static_cast<std::uint16_t>(grown.size());
  ++control.catalog_version;
  TOKENRY_TRY(rows_.put_control(control));
  catalog_ = std::move(grown);
  return {};
}

Status Applier::operate(const Change& change, const model::SetFrozen& operation) {
  TOKENRY_ASSIGN(record::Control control, rows_.control());
  control.frozen = operation.frozen;
  TOKENRY_TRY(rows_.put_control(control));
  return log_.append(event_of(change, operation.frozen ? Operation::frozen : Operation::thawed));
}

Status Applier::check_label_free(std::string_view owner, std::string_view label,
                                 std::uint64_t except_id) const {
  TOKENRY_ASSIGN(const std::optional<std::uint64_t> holder, rows_.live_token(owner, label));
  if (!holder || *holder == except_id) return {};
  return {Code::conflict, "the label \"" + std::string(owner) + "/" + std::string(label) +
                              "\" is in use; revoke that token first or choose another label"};
}

Result<model::Owner> Applier::owner_for_new_token(const Change& change, std::string_view name,
                                                  Event& event) {
  TOKENRY_ASSIGN(std::optional<model::Owner> owner, rows_.owner(name));
  if (owner && owner->suspended) {
    return Status(Code::conflict,
                  "the owner \"" + std::string(name) + "\" is suspended; resume the owner first");
  }
  if (owner) return *std::move(owner);
  model::Owner made;
  made.name = name;
  made.created_at_ms = change.at_ms;
  made.created_by = change.actor;
  TOKENRY_TRY(rows_.put_owner(made));
  add_flag(event, FieldCode::owner_made);
  return made;
}

// The slot of a new token: one given back by a purge, or the next one that was never used.
Status Applier::take_slot(std::uint64_t id) {
  const std::uint32_t slot = model::slot_of(id);
  TOKENRY_ASSIGN(record::Counters counters, rows_.counters());
  TOKENRY_ASSIGN(const std::optional<VerifierRecord> present, rows_.record(slot));
  const bool is_taken = present && present->state() != TokenState::free;
  if (is_taken || slot > counters.next_slot) {
    return {Code::internal_error, "slot " + std::to_string(slot) + " is not free"};
  }
  if (slot < counters.next_slot) return rows_.remove_free_slot(slot);
  ++counters.next_slot;
  return rows_.put_counters(counters);
}

Status Applier::operate(const Change& change, const model::CreateToken& operation) {
  TOKENRY_TRY(check_label_free(operation.owner, operation.label, 0));
  model::TokenDetails details;
  details.id = operation.id;
  details.granted = operation.granted;
  details.created_at_ms = change.at_ms;
  details.secret_created_at_ms = change.at_ms;
  details.owner = operation.owner;
  details.label = operation.label;
  details.note = operation.note;
  details.created_by = change.actor;

  Event event = token_event(change, Operation::created, details);
  TOKENRY_ASSIGN(const model::Catalog* catalog, this->catalog());
  add_text(event, FieldCode::scopes, scope_text(*catalog, operation.granted));
  add_number(event, FieldCode::expires_at, operation.expires_at_ms);
  add_number(event, FieldCode::not_before, operation.not_before_ms);
  if (!operation.networks.empty()) {
    add_text(event, FieldCode::allow_ips, networks_text(operation.networks));
  }
  if (operation.max_uses != 0) {
    add_number(event, FieldCode::max_uses, static_cast<std::int64_t>(operation.max_uses));
  }
  if (!operation.rates.empty()) add_text(event, FieldCode::rates, rates_text(operation.rates));
  TOKENRY_ASSIGN(const model::Owner owner, owner_for_new_token(change, operation.owner, event));
  TOKENRY_ASSIGN(const model::ScopeBits bits, effective(operation.granted, owner.ceiling));
  TOKENRY_TRY(take_slot(operation.id));

  StoredToken stored;
  VerifierRecord& record = stored.record;
  record.set_hash(operation.hash);
  record.set_salt(operation.salt);
  record.set_effective(bits);
  record.set_expires_at_ms(operation.expires_at_ms);
  record.set_not_before_ms(operation.not_before_ms);
  record.set_owner_hash(rows_.keys().owner_hash(operation.owner));
  record.set_kind(record::kKindBlake2b128);
  record.set_state(TokenState::active);
  record.set_generation(model::generation_of(operation.id));
  stored.token.details = std::move(details);
  set_networks(stored, operation.networks);
  if (!operation.rates.empty()) set_rates(stored, operation.rates);
  if (operation.max_uses != 0) TOKENRY_TRY(set_max_uses(stored, operation.max_uses));
  TOKENRY_TRY(rows_.put_record(model::slot_of(operation.id), record));
  TOKENRY_TRY(rows_.put_details(stored.token.details));
  TOKENRY_TRY(rows_.put_label(stored.token.details));
  return log_.append(std::move(event));
}

Status Applier::put_token(const Change& change, StoredToken& stored) {
  stored.token.details.updated_at_ms = change.at_ms;
  stored.token.details.updated_by = change.actor;
  TOKENRY_TRY(rows_.put_details(stored.token.details));
  return rows_.put_record(model::slot_of(stored.token.details.id), stored.record);
}

Status Applier::operate(const Change& change, const model::SetTokenSuspended& operation) {
  for (const std::uint64_t id : operation.ids) {
    TOKENRY_TRY(set_suspended(change, id, operation.suspended));
  }
  return {};
}

Status Applier::set_suspended(const Change& change, std::uint64_t id, bool suspended) {
  Result<StoredToken> found = rows_.token(id);
  if (suspended && is_unreadable(found.code())) return suspend_tampered(change, id);
  TOKENRY_ASSIGN(StoredToken stored, std::move(found));
  if (stored.token.terms.state == TokenState::revoked) {
    return {Code::conflict, "the token is revoked; revocation is for good"};
  }
  const TokenState state = suspended ? TokenState::suspended : TokenState::active;
  if (stored.token.terms.state == state) return {};
  stored.record.set_state(state);
  TOKENRY_TRY(put_token(change, stored));
  const Operation done = suspended ? Operation::suspended : Operation::resumed;
  return log_.append(token_event(change, done, stored.token.details));
}

// Revoked later than every earlier token of its label, whatever the clock said then and says now,
// so that the label goes on naming the one that was revoked last.
Status Applier::note_revocation(const Change& change, model::TokenDetails& details) {
  TOKENRY_ASSIGN(const std::int64_t last, rows_.last_revocation(details.owner, details.label));
  details.revoked_at_ms = std::min(std::max(change.at_ms, last + 1), model::kMaxTimeMs);
  details.updated_at_ms = change.at_ms;
  details.updated_by = change.actor;
  return {};
}

Status Applier::revoke(const Change& change, std::uint64_t id) {
  Result<StoredToken> found = rows_.token(id);
  if (is_unreadable(found.code())) return revoke_tampered(change, id);
  TOKENRY_ASSIGN(StoredToken stored, std::move(found));
  if (stored.token.terms.state == TokenState::revoked) return {};
  model::TokenDetails& details = stored.token.details;
  TOKENRY_TRY(rows_.remove_label(details));
  TOKENRY_TRY(note_revocation(change, details));
  TOKENRY_TRY(rows_.put_label(details));
  TOKENRY_TRY(rows_.put_details(details));
  stored.record.set_state(TokenState::revoked);
  TOKENRY_TRY(rows_.put_record(model::slot_of(id), stored.record));
  return log_.append(token_event(change, Operation::revoked, details));
}

Status Applier::operate(const Change& change, const model::RevokeTokens& operation) {
  for (const std::uint64_t id : operation.ids) TOKENRY_TRY(revoke(change, id));
  return {};
}

Status Applier::operate(const Change& change, const model::PurgeTokens& operation) {
  for (const model::PurgeTokens::Freed& freed : operation.tokens) TOKENRY_TRY(purge(change, freed));
  return {};
}

Status Applier::purge(const Change& change, const model::PurgeTokens::Freed& freed) {
  const std::uint32_t slot = model::slot_of(freed.id);
  TOKENRY_ASSIGN(const StoredToken stored, rows_.token(freed.id));
  if (stored.token.terms.state != TokenState::revoked) {
    return {Code::conflict, "the token is not revoked; revoke it before purging it"};
  }
  TOKENRY_TRY(rows_.remove_label(stored.token.details));
  TOKENRY_TRY(rows_.remove_details(slot));
  TOKENRY_TRY(rows_.remove_usage(slot));
  VerifierRecord record;
  record.set_generation(freed.next_generation.value_or(model::generation_of(freed.id)));
  TOKENRY_TRY(rows_.put_record(slot, record));
  if (freed.next_generation) TOKENRY_TRY(rows_.put_free_slot(slot));
  return log_.append(token_event(change, Operation::purged, stored.token.details));
}

}  // namespace tokenry::engine
