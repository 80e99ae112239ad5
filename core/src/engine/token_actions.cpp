// What an operator does with tokens: each call is planned within its transaction, and applied.
#include <sodium.h>

#include <algorithm>
#include <unordered_set>

#include "base/clock.hpp"
#include "engine/store.hpp"
#include "engine/usage.hpp"
#include "model/names.hpp"
#include "token/verifier.hpp"

namespace tokenry::engine {

using base::Code;
using base::Result;
using base::Status;
using model::Change;
using storage::Growth;

namespace {

// First generations leave room above for all the steps that purges take.
constexpr std::uint32_t kFirstGenerations = 1U << 31;

Status check_validity(std::int64_t not_before_ms, std::int64_t expires_at_ms) {
  TOKENRY_TRY(model::check_time("the expiry", expires_at_ms));
  TOKENRY_TRY(model::check_time("not-before", not_before_ms));
  if (expires_at_ms != 0 && not_before_ms >= expires_at_ms) {
    return {Code::invalid_argument, "not-before must be earlier than the expiry"};
  }
  return {};
}

Status check_future(std::int64_t expires_at_ms, std::int64_t now_ms) {
  if (expires_at_ms == 0 || expires_at_ms > now_ms) return {};
  return {Code::invalid_argument,
          "the expiry must lie in the future; to end a token now, revoke or suspend it"};
}

Status check_spec(const TokenSpec& spec, std::int64_t now_ms) {
  TOKENRY_TRY(model::check_owner(spec.owner));
  TOKENRY_TRY(model::check_label(spec.label));
  TOKENRY_TRY(model::check_note(spec.note));
  TOKENRY_TRY(check_validity(spec.not_before_ms, spec.expires_at_ms));
  TOKENRY_TRY(model::check_networks(spec.networks));
  TOKENRY_TRY(model::check_max_uses(spec.max_uses));
  TOKENRY_TRY(model::check_rates(spec.rates));
  return check_future(spec.expires_at_ms, now_ms);
}

// The id for a new token: of the first slot that was given back, or of the next.
Result<std::uint64_t> choose_id(const Applier& applier) {
  storage::Cursor free_slots(applier.rows().view(), storage::Table::free_slots);
  for (bool more = free_slots.first(); more; more = free_slots.next()) {
    const std::uint32_t slot = storage::key_number(free_slots.key());
    TOKENRY_ASSIGN(const std::optional<record::VerifierRecord> record, applier.rows().record(slot));
    // Its generation is what keeps the next id from being one that there was. Where it cannot be
    // trusted the slot stays unused; `stat` names it.
    const bool usable = record && record->state() == model::TokenState::free &&
                        applier.rows().record_sealed(slot, *record);
    if (usable) return model::make_id(record->generation(), slot);
  }
  TOKENRY_TRY(free_slots.status());
  TOKENRY_ASSIGN(const record::Counters counters, applier.rows().counters());
  if (counters.next_slot == UINT32_MAX) {
    return Status(Code::store_full, "the store has used all of its slots");
  }
  // From 1 up: an id of 0 means "none" everywhere.
  return model::make_id(1 + ::randombytes_uniform(kFirstGenerations - 1), counters.next_slot);
}

// Taking a scope away from a token that also has one marked `everything` would change nothing; who
// asks for it must not believe that it did.
Status check_removed(Applier& applier, const model::ScopeBits& granted,
                     const model::ScopeBits& removed) {
  TOKENRY_ASSIGN(const model::Catalog* catalog, applier.catalog());
  const model::ScopeBits kept = catalog->expand(granted) & removed;
  if (kept.empty()) return {};
  const std::vector<std::string_view> names = catalog->names(kept);
  return {Code::invalid_argument, "the token has a scope that contains all others, \"" +
                                      std::string(names.front()) +
                                      "\" too; replace its scopes instead of removing some"};
}

std::optional<std::uint32_t> next_generation(std::uint64_t id) {
  const std::uint32_t step = 1 + ::randombytes_uniform(kGenerationStep);
  const std::uint32_t generation = model::generation_of(id);
  if (generation > UINT32_MAX - step) return std::nullopt;
  return generation + step;
}

model::CreateToken operation_of(const TokenSpec& spec, std::uint64_t id) {
  model::CreateToken operation;
  operation.id = id;
  operation.owner = spec.owner;
  operation.label = spec.label;
  operation.note = spec.note;
  operation.granted = spec.granted;
  operation.expires_at_ms = spec.expires_at_ms;
  operation.not_before_ms = spec.not_before_ms;
  operation.networks = spec.networks;
  operation.max_uses = spec.max_uses;
  operation.rates = spec.rates;
  return operation;
}

std::string spec_name(std::size_t index, std::size_t count) {
  return count == 1 ? "" : "token " + std::to_string(index + 1) + ": ";
}

}  // namespace

Status Store::create(std::string_view actor, std::span<const TokenSpec> specs,
                     std::span<Issued> issued, model::Catalog& catalog,
                     const std::function<void()>& before_commit) {
  TOKENRY_TRY(model::check_actor(actor));
  const std::int64_t now_ms = base::now_ms();
  const auto name_spec = [&](std::size_t i, const Status& status) {
    return Status(status.code(), spec_name(i, specs.size()) + status.text());
  };
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (Status status = check_spec(specs[i], now_ms); !status.ok()) return name_spec(i, status);
  }
  return write(Growth::allowed, false, [&](Applier& applier) -> Status {
    for (std::size_t i = 0; i < specs.size(); ++i) {
      TOKENRY_ASSIGN(const std::uint64_t id, choose_id(applier));
      base::SecretBytes<token::kSecretSize> secret;
      ::randombytes_buf(secret.data(), secret.size());
      model::CreateToken operation = operation_of(specs[i], id);
      ::randombytes_buf(operation.salt.data(), operation.salt.size());
      operation.hash = token::hash_secret(secret.span(), id, operation.salt);
      const Status status = applier.apply({std::string(actor), now_ms, std::move(operation)});
      if (!status.ok()) return name_spec(i, status);
      TOKENRY_ASSIGN(StoredToken stored, applier.rows().token(id));
      issued[i].token = std::move(stored.token);
      issued[i].token.usage.uses_left = specs[i].max_uses;
      token::print_token(format_.prefix, id, secret.span(), issued[i].text);
    }
    TOKENRY_ASSIGN(const model::Catalog* current, applier.catalog());
    catalog = *current;
    if (before_commit) before_commit();
    return {};
  });
}

Result<model::Token> Store::edit(std::string_view actor, const TokenEdit& edit, bool dry_run) {
  TOKENRY_TRY(model::check_actor(actor));
  if (edit.label) TOKENRY_TRY(model::check_label(*edit.label));
  if (edit.note) TOKENRY_TRY(model::check_note(*edit.note));
  const std::int64_t now_ms = base::now_ms();
  if (edit.expires_at_ms) TOKENRY_TRY(check_future(*edit.expires_at_ms, now_ms));
  if (edit.networks) TOKENRY_TRY(model::check_networks(*edit.networks));
  if (edit.max_uses) TOKENRY_TRY(model::check_max_uses(*edit.max_uses));
  if (edit.rates) TOKENRY_TRY(model::check_rates(*edit.rates));

  model::Token after;
  TOKENRY_TRY(write(Growth::allowed, dry_run, [&](Applier& applier) -> Status {
    TOKENRY_ASSIGN(const StoredToken before, applier.rows().token(edit.id));
    const model::TokenTerms& terms = before.token.terms;
    if (edit.expires_at_ms || edit.not_before_ms) {
      TOKENRY_TRY(check_validity(edit.not_before_ms.value_or(terms.not_before_ms),
                                 edit.expires_at_ms.value_or(terms.expires_at_ms)));
    }
    model::EditToken operation{.id = edit.id,
                               .label = edit.label,
                               .note = edit.note,
                               .granted = std::nullopt,
                               .expires_at_ms = edit.expires_at_ms,
                               .not_before_ms = edit.not_before_ms,
                               .networks = edit.networks,
                               .max_uses = edit.max_uses,
                               .rates = edit.rates};
    if (edit.touches_scopes()) {
      const model::ScopeBits base_scopes = edit.set_scopes.value_or(before.token.details.granted);
      operation.granted = (base_scopes | edit.add_scopes).without(edit.remove_scopes);
      TOKENRY_TRY(check_removed(applier, *operation.granted, edit.remove_scopes));
    }
    TOKENRY_TRY(applier.apply({std::string(actor), now_ms, std::move(operation)}));
    TOKENRY_ASSIGN(StoredToken stored, applier.rows().token(edit.id));
    after = with_usage(applier.rows(), std::move(stored));
    return {};
  }));
  return after;
}

model::Token Store::with_usage(const Rows& rows, StoredToken stored) const {
  stored.token.usage = usage_of(rows, stored, usage_.all());
  return std::move(stored.token);
}

namespace {

// Whether the action can be done to a token in that state.
Code check_action(Store::Action action, model::TokenState state) {
  const bool is_revoked = state == model::TokenState::revoked;
  switch (action) {
    case Store::Action::suspend:
    case Store::Action::resume:
      return is_revoked ? Code::conflict : Code::ok;
    case Store::Action::purge:
      return is_revoked ? Code::ok : Code::conflict;
    case Store::Action::revoke:
      return Code::ok;
  }
  return Code::internal_error;
}

decltype(Change::operation) operation_of(Store::Action action,
                                         const std::vector<std::uint64_t>& ids) {
  switch (action) {
    case Store::Action::suspend:
      return model::SetTokenSuspended{ids, true};
    case Store::Action::resume:
      return model::SetTokenSuspended{ids, false};
    case Store::Action::revoke:
      return model::RevokeTokens{ids};
    case Store::Action::purge:
      break;
  }
  model::PurgeTokens purge;
  for (const std::uint64_t id : ids) purge.tokens.push_back({id, next_generation(id)});
  return purge;
}

Status first_failure(std::span<const Code> codes, std::span<const std::uint64_t> ids,
                     Store::Action action) {
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::string token = "token " + id_text(ids[i]);
    switch (codes[i]) {
      case Code::ok:
        continue;
      case Code::not_found:
        return {Code::not_found, "no " + token};
      case Code::conflict:
        return {Code::conflict, action == Store::Action::purge
                                    ? token + " is not revoked; revoke it before purging it"
                                    : token + " is revoked; revocation is for good"};
      default:
        return {codes[i], token + " cannot be read; see stat"};
    }
  }
  return {};
}

}  // namespace

Status Store::act(std::string_view actor, Action action, std::span<const std::uint64_t> ids,
                  bool dry_run, std::span<Code> codes) {
  TOKENRY_TRY(model::check_actor(actor));
  const std::int64_t now_ms = base::now_ms();
  Status status = write(Growth::spare, dry_run, [&](Applier& applier) -> Status {
    std::vector<std::uint64_t> doable;
    std::unordered_set<std::uint64_t> seen;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const Result<StoredToken> stored = applier.rows().token(ids[i]);
      // What was altered from outside can still be stopped.
      const bool stops = action == Action::revoke || action == Action::suspend;
      const bool forced = stops && is_unreadable(stored.code());
      codes[i] = stored.ok() ? check_action(action, stored->token.terms.state) : stored.code();
      if (forced) codes[i] = Code::ok;
      if (codes[i] == Code::ok && seen.insert(ids[i]).second) doable.push_back(ids[i]);
    }
    if (doable.empty()) return {};
    return applier.apply({std::string(actor), now_ms, operation_of(action, doable)});
  });
  if (!status.ok()) {
    std::fill(codes.begin(), codes.end(), status.code());
    return status;
  }
  return first_failure(codes, ids, action);
}

Result<model::Token> Store::show(std::uint64_t id) {
  model::Token token;
  TOKENRY_TRY(read([&](const Rows& rows) -> Status {
    TOKENRY_ASSIGN(StoredToken stored, rows.token(id));
    token = with_usage(rows, std::move(stored));
    return {};
  }));
  return token;
}

Result<std::uint64_t> Store::find(std::string_view owner, std::string_view label) {
  TOKENRY_TRY(model::check_owner(owner));
  TOKENRY_TRY(model::check_label(label));
  std::uint64_t id = 0;
  TOKENRY_TRY(read([&](const Rows& rows) -> Status {
    TOKENRY_ASSIGN(id, rows.find_token(owner, label));
    return {};
  }));
  return id;
}

Result<model::Catalog> Store::catalog() {
  model::Catalog catalog;
  TOKENRY_TRY(read([&](const Rows& rows) -> Status {
    TOKENRY_ASSIGN(catalog, rows.catalog());
    return {};
  }));
  return catalog;
}

}  // namespace tokenry::engine
