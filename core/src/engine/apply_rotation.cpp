// The two secrets of a token. Both hashes are under one salt, so that a verification computes one
// hash to compare with either.
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
using record::VerifierRecord;

Result<StoredToken> Applier::token_to_rotate(std::uint64_t id) const {
  TOKENRY_ASSIGN(StoredToken stored, rows_.token(id));
  if (stored.token.terms.state == model::TokenState::revoked) {
    return Status(Code::conflict, "the token is revoked; create a new one");
  }
  return stored;
}

Status Applier::operate(const Change& change, const model::RotateToken& operation) {
  TOKENRY_ASSIGN(StoredToken stored, token_to_rotate(operation.id));
  VerifierRecord& record = stored.record;
  model::TokenDetails& details = stored.token.details;
  if (!operation.replaces_newest) {
    const VerifierRecord before = record;
    record.set_previous_hash(before.hash());
    record.set(VerifierRecord::kHasPrevious, true);
    details.previous_secret_created_at_ms = details.secret_created_at_ms;
  }
  record.set_hash(operation.hash);
  record.set_overlap_ends_at_ms(operation.overlap_ends_at_ms);
  record.set(VerifierRecord::kRetireOnUse, operation.retires_on_use);
  record.set(VerifierRecord::kPreviousRetired, operation.retires_at_once);
  // Later than the previous one, whatever the clock says: their order tells an aborted rotation.
  details.secret_created_at_ms = std::max(change.at_ms, details.previous_secret_created_at_ms + 1);
  TOKENRY_TRY(put_token(change, stored));
  Event event = token_event(change, Operation::rotated, details);
  add_number(event, FieldCode::overlap_ends_at, operation.overlap_ends_at_ms);
  if (operation.retires_on_use) add_flag(event, FieldCode::retire_on_use);
  if (operation.retires_at_once) add_flag(event, FieldCode::overlap_ended);
  return log_.append(std::move(event));
}

Status Applier::operate(const Change& change, const model::FinishRotation& operation) {
  TOKENRY_ASSIGN(StoredToken stored, token_to_rotate(operation.id));
  if (!stored.token.terms.has_previous_secret) {
    return {Code::conflict, "the token was never rotated; there is nothing to finish"};
  }
  if (stored.token.terms.previous_secret_retired) return {};
  stored.record.retire_previous(change.at_ms);
  TOKENRY_TRY(put_token(change, stored));
  return log_.append(token_event(change, Operation::rotation_finished, stored.token.details));
}

Status Applier::operate(const Change& change, const model::AbortRotation& operation) {
  TOKENRY_ASSIGN(StoredToken stored, token_to_rotate(operation.id));
  if (!stored.token.terms.rotation_pending_at(change.at_ms)) {
    return {Code::conflict, stored.token.terms.has_previous_secret
                                ? "the previous secret is retired; rotate to make a new one"
                                : "the token was never rotated; there is nothing to abort"};
  }
  const VerifierRecord before = stored.record;
  VerifierRecord& record = stored.record;
  model::TokenDetails& details = stored.token.details;
  const std::int64_t aborted_created_at_ms = details.secret_created_at_ms;
  details.secret_created_at_ms = details.previous_secret_created_at_ms;
  record.set_hash(before.previous_hash());
  record.set(VerifierRecord::kRetireOnUse, false);
  record.set(VerifierRecord::kHasPrevious, operation.newest_was_used);
  if (operation.newest_was_used) {
    record.set_previous_hash(before.hash());
    record.retire_previous(change.at_ms);
    details.previous_secret_created_at_ms = aborted_created_at_ms;
  } else {
    record.set_previous_hash(VerifierRecord().previous_hash());
    record.set_overlap_ends_at_ms(0);
    details.previous_secret_created_at_ms = 0;
  }
  TOKENRY_TRY(put_token(change, stored));
  return log_.append(token_event(change, Operation::rotation_aborted, details));
}

Status Applier::operate(const Change& change, const model::RetireSecret& operation) {
  TOKENRY_ASSIGN(StoredToken stored, token_to_rotate(operation.id));
  if (!stored.record.has(VerifierRecord::kRetireOnUse)) return {};
  stored.record.retire_previous(change.at_ms);
  TOKENRY_TRY(put_token(change, stored));
  return log_.append(token_event(change, Operation::secret_retired, stored.token.details));
}

}  // namespace tokenry::engine
