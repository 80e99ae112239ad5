// Rotation: a new secret under the same id, and how the old one ends.
#include <sodium.h>

#include "base/clock.hpp"
#include "engine/store.hpp"
#include "model/names.hpp"
#include "token/verifier.hpp"

namespace tokenry::engine {

using base::Code;
using base::Result;
using base::Status;

namespace {

// What the rotation comes to for a token in this state.
Result<model::RotateToken> plan(const model::Token& token, const Rotation& rotation,
                                bool newest_used, std::int64_t now_ms) {
  const model::TokenTerms& terms = token.terms;
  const bool pending = terms.rotation_pending_at(now_ms);
  const bool at_once = rotation.overlap_ms == 0;
  // Not so after a rotation was aborted: then the newest secret is the older one.
  const bool is_new = terms.has_previous_secret && token.details.secret_created_at_ms >
                                                       token.details.previous_secret_created_at_ms;
  model::RotateToken operation{.id = rotation.id};
  operation.retires_at_once = at_once;
  operation.retires_on_use = rotation.retires_on_use && !at_once;
  operation.overlap_ends_at_ms = now_ms + rotation.overlap_ms;
  if (pending && newest_used && !at_once) {
    return Status(Code::conflict,
                  "a rotation is pending and its new secret was used; finish or abort it first, or "
                  "rotate without overlap");
  }
  // A new secret that nobody has used may have been lost on its way: it makes way for this one, and
  // what is in use stays the previous one.
  operation.replaces_newest = is_new && !newest_used && (pending || at_once);
  // What is retired stays retired.
  if (operation.replaces_newest && !pending) {
    operation.overlap_ends_at_ms = terms.overlap_ends_at_ms;
  }
  return operation;
}

Status check_rotation(const Rotation& rotation) {
  if (rotation.overlap_ms < 0 || rotation.overlap_ms > kMaxOverlapMs) {
    return {Code::invalid_argument, "the overlap must be 0 to 366 days"};
  }
  if (rotation.retires_on_use && rotation.overlap_ms == 0) {
    return {Code::invalid_argument,
            "without an overlap there is no secret that the new one's first use could retire"};
  }
  return {};
}

}  // namespace

// Where uses are not counted, or what was counted cannot be read, nobody can say that it was not.
bool Store::newest_may_be_used(const Rows& rows, const StoredToken& stored) const {
  return usage_.cells() == nullptr || !rows.usage(stored.token.details.id).ok() ||
         with_usage(rows, stored).usage.newest_secret_used;
}

Status Store::rotate(std::string_view actor, const Rotation& rotation, Issued& issued,
                     model::Catalog& catalog, const std::function<void()>& before_commit) {
  TOKENRY_TRY(model::check_actor(actor));
  TOKENRY_TRY(check_rotation(rotation));
  const std::int64_t now_ms = base::now_ms();
  // On a full disk a leaked secret can still be replaced at once.
  const storage::Growth growth =
      rotation.overlap_ms == 0 ? storage::Growth::spare : storage::Growth::allowed;
  return write(growth, false, [&](Applier& applier) -> Status {
    TOKENRY_ASSIGN(const StoredToken before, applier.rows().token(rotation.id));
    const bool newest_used = newest_may_be_used(applier.rows(), before);
    TOKENRY_ASSIGN(model::RotateToken operation, plan(before.token, rotation, newest_used, now_ms));
    base::SecretBytes<token::kSecretSize> secret;
    ::randombytes_buf(secret.data(), secret.size());
    operation.hash = token::hash_secret(secret.span(), rotation.id, before.record.salt());
    TOKENRY_TRY(applier.apply({std::string(actor), now_ms, operation}));
    TOKENRY_ASSIGN(StoredToken after, applier.rows().token(rotation.id));
    issued.token = with_usage(applier.rows(), std::move(after));
    token::print_token(format_.prefix, rotation.id, secret.span(), issued.text);
    TOKENRY_ASSIGN(const model::Catalog* current, applier.catalog());
    catalog = *current;
    if (before_commit) before_commit();
    return {};
  });
}

Result<model::Token> Store::change_one(
    std::string_view actor, std::uint64_t id,
    const std::function<decltype(model::Change::operation)(bool newest_used)>& decide) {
  TOKENRY_TRY(model::check_actor(actor));
  const std::int64_t now_ms = base::now_ms();
  model::Token after;
  TOKENRY_TRY(write(storage::Growth::spare, false, [&](Applier& applier) -> Status {
    TOKENRY_ASSIGN(const StoredToken before, applier.rows().token(id));
    const bool newest_used = newest_may_be_used(applier.rows(), before);
    TOKENRY_TRY(applier.apply({std::string(actor), now_ms, decide(newest_used)}));
    TOKENRY_ASSIGN(StoredToken stored, applier.rows().token(id));
    after = with_usage(applier.rows(), std::move(stored));
    return {};
  }));
  return after;
}

Result<model::Token> Store::finish_rotation(std::string_view actor, std::uint64_t id) {
  return change_one(actor, id, [&](bool /*newest_used*/) { return model::FinishRotation{id}; });
}

Result<model::Token> Store::abort_rotation(std::string_view actor, std::uint64_t id) {
  return change_one(actor, id, [&](bool newest_used) {
    return model::AbortRotation{id, newest_used};
  });
}

}  // namespace tokenry::engine
