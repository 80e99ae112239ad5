// Editing a token, and where it may be used from and how often: the details row says what, flags of
// the record that it says something.
#include <algorithm>

#include "engine/apply.hpp"
#include "engine/event_writer.hpp"

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

namespace {

// 0 is "never set".
std::uint16_t next_version(std::uint16_t version) {
  return version == UINT16_MAX ? 1 : static_cast<std::uint16_t>(version + 1);
}

Event edited_event(const Change& change, const model::EditToken& operation,
                   const model::TokenDetails& before, const model::Catalog& catalog) {
  Event event = token_event(change, Operation::edited, before);
  if (operation.label) {
    event.label = *operation.label;
    add_text(event, FieldCode::label, *operation.label);
    add_text(event, FieldCode::previous_label, before.label);
  }
  if (operation.note) add_flag(event, FieldCode::note);
  if (operation.granted) {
    add_text(event, FieldCode::scopes, scope_text(catalog, *operation.granted));
  }
  if (operation.expires_at_ms) {
    add_number(event, FieldCode::expires_at, *operation.expires_at_ms);
  }
  if (operation.not_before_ms) {
    add_number(event, FieldCode::not_before, *operation.not_before_ms);
  }
  if (operation.networks) {
    add_text(event, FieldCode::allow_ips, networks_text(*operation.networks));
  }
  if (operation.max_uses) {
    add_number(event, FieldCode::max_uses, static_cast<std::int64_t>(*operation.max_uses));
  }
  if (operation.rates) add_text(event, FieldCode::rates, rates_text(*operation.rates));
  return event;
}

}  // namespace

Status Applier::operate(const Change& change, const model::EditToken& operation) {
  TOKENRY_ASSIGN(StoredToken stored, rows_.token(operation.id));
  model::TokenDetails& details = stored.token.details;
  VerifierRecord& record = stored.record;
  if (stored.token.terms.state == TokenState::revoked) {
    return {Code::conflict, "the token is revoked and cannot be edited; create a new one"};
  }
  if (operation.label) {
    TOKENRY_TRY(check_label_free(details.owner, *operation.label, operation.id));
  }
  TOKENRY_ASSIGN(const model::Catalog* catalog, this->catalog());
  Event event = edited_event(change, operation, details, *catalog);
  if (operation.granted) {
    details.granted = *operation.granted;
    TOKENRY_ASSIGN(const model::Owner owner, rows_.existing_owner(details.owner));
    TOKENRY_ASSIGN(const model::ScopeBits bits, effective(details.granted, owner.ceiling));
    record.set_effective(bits);
  }
  if (operation.expires_at_ms) record.set_expires_at_ms(*operation.expires_at_ms);
  if (operation.not_before_ms) record.set_not_before_ms(*operation.not_before_ms);
  if (operation.note) details.note = *operation.note;
  if (operation.label) {
    TOKENRY_TRY(rows_.remove_label(details));
    details.label = *operation.label;
    TOKENRY_TRY(rows_.put_label(details));
  }
  if (operation.networks) set_networks(stored, *operation.networks);
  if (operation.rates) set_rates(stored, *operation.rates);
  if (operation.max_uses) TOKENRY_TRY(set_max_uses(stored, *operation.max_uses));
  TOKENRY_TRY(put_token(change, stored));
  return log_.append(std::move(event));
}

void Applier::set_networks(StoredToken& stored, const std::vector<model::Network>& networks) {
  std::vector<model::Network>& kept = stored.token.details.networks;
  kept.clear();
  for (const model::Network& network : networks) {
    if (std::find(kept.begin(), kept.end(), network) == kept.end()) kept.push_back(network);
  }
  stored.record.set(VerifierRecord::kNetworks, !kept.empty());
}

void Applier::set_rates(StoredToken& stored, const std::vector<model::Rate>& rates) {
  model::Limits& limits = stored.token.details.limits;
  limits.rates = rates;
  limits.rates_version = next_version(limits.rates_version);
  stored.record.set(VerifierRecord::kLimits, limits.any());
}

Status Applier::set_max_uses(StoredToken& stored, std::uint64_t max_uses) {
  const std::uint64_t id = stored.token.details.id;
  model::Limits& limits = stored.token.details.limits;
  limits.max_uses = max_uses;
  limits.max_uses_version = next_version(limits.max_uses_version);
  stored.record.set(VerifierRecord::kLimits, limits.any());

  // One that was altered from outside is made anew: this limit begins now.
  Result<std::optional<record::UsageRow>> present = rows_.usage(id);
  if (!present.ok() && !is_unreadable(present.code())) return present.status();
  record::UsageRow usage;
  if (present.ok() && *present) usage = **std::move(present);
  usage.generation = model::generation_of(id);
  usage.max_uses_version = limits.max_uses_version;
  usage.leased_uses = 0;
  usage.leases.clear();
  return rows_.put_usage(model::slot_of(id), usage);
}

}  // namespace tokenry::engine
