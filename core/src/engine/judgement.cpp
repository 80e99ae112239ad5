#include "engine/judgement.hpp"

#include "base/clock.hpp"
#include "engine/usage.hpp"

namespace tokenry::engine {

using model::Reason;
using model::TokenState;
using model::Verdict;
using record::VerifierRecord;

namespace {

constexpr std::int64_t kRetryAfterMs = 1000;

// Each of them needs a change of the store to be committed in between.
constexpr int kMostAttempts = 16;

Reason judge_state(const VerifierRecord& record, std::int64_t now_ms) {
  if (record.state() == TokenState::revoked) return Reason::revoked;
  if (record.state() == TokenState::suspended) return Reason::suspended;
  if (record.owner_suspended()) return Reason::owner_suspended;
  if (record.expires_at_ms() != 0 && now_ms >= record.expires_at_ms()) return Reason::expired;
  if (now_ms < record.not_before_ms()) return Reason::not_yet_valid;
  return Reason::allowed;
}

}  // namespace

Judgement::Judgement(Store& store, const Request& request)
    : store_(store), request_(request), call_(store, request.credentials) {
  verdict_.judged_at_ms = request.now_ms != 0 ? request.now_ms : base::now_ms();
}

Verdict Judgement::run() {
  if (call_.outcome() != Reason::allowed) {
    verdict_.reason = call_.outcome();
    return verdict_;
  }
  // On its way while the record is read and hashed.
  if (const usage::Cells* const cells = store_.usage_.cells()) {
    cells->prefetch(model::slot_of(call_.id()));
  }
  judge_until_done();
  // Not before: the lock under which the thread begins is held by who waits for snapshots to end.
  call_.release();
  if (counted_) store_.maintainer_.ensure_running(store_);
  return verdict_;
}

void Judgement::judge_until_done() {
  Step step = Step::again;
  for (int attempt = 0; step == Step::again && attempt < kMostAttempts; ++attempt) step = judge();
  if (step == Step::again) unavailable("the token is changed again and again");
}

Judgement::Step Judgement::judge() {
  // An earlier attempt may have known another state of the token.
  const std::int64_t judged_at_ms = verdict_.judged_at_ms;
  verdict_ = Verdict();
  verdict_.judged_at_ms = judged_at_ms;
  conditions_.reset();
  if (!call_.load()) return unavailable(call_.failure().text());
  cells_ = store_.usage_.cells();  // loading may have found others
  Step step = check_secret();
  if (step == Step::on) step = check_token();
  if (step == Step::on) step = check_conditions();
  if (step == Step::on) step = check_scopes();
  if (step == Step::on) step = charge_limits();
  if (step == Step::on) step = retire_previous();
  if (step != Step::on) return step;
  verdict_.reason = Reason::allowed;
  record_use();
  return Step::done;
}

Judgement::Step Judgement::deny(Reason reason) {
  verdict_.reason = reason;
  if (verdict_.id != 0) record_denial();
  return Step::done;
}

Judgement::Step Judgement::unavailable(const std::string& why) {
  report("verification unavailable: " + why);
  verdict_.reason = Reason::unavailable;
  verdict_.retry_after_ms = kRetryAfterMs;
  return Step::done;
}

// A commit that this verification needs did not come about.
Judgement::Step Judgement::not_committed(const base::Status& why) {
  if (is_unreadable(why.code())) return tampered("a row of it");
  // Purged meanwhile: its slot tells what the secret is now.
  return why.code() == base::Code::not_found ? Step::again : unavailable(why.text());
}

Judgement::Step Judgement::tampered(const std::string& what) {
  report("token " + id_text(call_.id()) + ": " + what + " was changed from outside");
  verdict_.reason = Reason::tampered;
  return Step::done;
}

void Judgement::report(const std::string& line) {
  call_.release();
  store_.report_seldom(LogLevel::error, line);
}

Judgement::Step Judgement::check_secret() {
  // Both are computed for every id, known or not, so that their answers take the same time.
  shown_ = call_.shown_secret();
  const bool intact = call_.is_intact();
  if (shown_ == Shown::none) {
    verdict_.reason = Reason::unknown;
    return Step::done;
  }
  verdict_.id = call_.id();
  if (!intact) return tampered("its record, the catalog or the control row");
  verdict_.effective = call_.record().effective();
  verdict_.expires_at_ms = call_.record().expires_at_ms();
  return Step::on;
}

Judgement::Step Judgement::check_token() {
  const VerifierRecord& record = call_.record();
  if (call_.is_frozen()) {
    verdict_.retry_after_ms = kRetryAfterMs;
    return deny(Reason::frozen);
  }
  const Reason state = judge_state(record, verdict_.judged_at_ms);
  if (state != Reason::allowed) return deny(state);
  const bool is_over = record.has(VerifierRecord::kPreviousRetired) ||
                       verdict_.judged_at_ms >= record.overlap_ends_at_ms();
  if (shown_ == Shown::previous && is_over) return deny(Reason::retired_secret);
  return call_.owner_fits() ? Step::on : deny(Reason::owner_mismatch);
}

Judgement::Step Judgement::check_conditions() {
  if (!call_.has_conditions()) return Step::on;
  conditions_ = call_.conditions();
  if (!conditions_) return tampered("its details row");
  if (conditions_->networks.empty()) return Step::on;
  const bool admitted = request_.address && conditions_->admits(*request_.address);
  return admitted ? Step::on : deny(Reason::address_denied);
}

Judgement::Step Judgement::check_scopes() {
  const model::ScopeBits missing = request_.required.without(verdict_.effective);
  if (missing.empty()) return Step::on;
  verdict_.missing = missing;
  return deny(Reason::scope_denied);
}

// Ends the overlap before the newest secret's first use is answered.
Judgement::Step Judgement::retire_previous() {
  const VerifierRecord& record = call_.record();
  if (shown_ != Shown::newest || !record.has(VerifierRecord::kRetireOnUse)) return Step::on;
  call_.release();
  const base::Result<bool> retired = store_.retire_previous_secret(call_.id(), record.hash());
  if (retired.ok() && *retired) return Step::on;
  give_charges_back();
  return retired.ok() ? Step::again : not_committed(retired.status());
}

usage::SlotCell Judgement::cell() {
  return cells_ != nullptr ? cells_->find(model::slot_of(call_.id())) : usage::SlotCell();
}

void Judgement::note_secret(const usage::SlotCell& cell) {
  const VerifierRecord& record = call_.record();
  if (!record.has(VerifierRecord::kHasPrevious)) return;
  if (shown_ == Shown::newest) {
    cell.note_newest_secret(secret_mark(record.hash()));
  } else {
    cell.note_previous_secret(secret_tag(record.previous_hash()), verdict_.judged_at_ms / 1000);
  }
}

void Judgement::record_use() {
  const usage::SlotCell cell = this->cell();
  if (!cell) return;
  note_secret(cell);
  cell.count_use({.generation = call_.generation(),
                  .now_s = verdict_.judged_at_ms / 1000,
                  .address = request_.address ? &*request_.address : nullptr,
                  .exercised = request_.required});
  counted_ = true;
}

void Judgement::record_denial() {
  const usage::SlotCell cell = this->cell();
  if (!cell) return;
  note_secret(cell);
  cell.count_denial(call_.generation());
  counted_ = true;
}

}  // namespace tokenry::engine
