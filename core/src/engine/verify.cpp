// Verification: text -> record -> verdict. The snapshot begins after the call did, so a revocation
// that returned before the call is always seen.
#include <cstring>

#include "base/clock.hpp"
#include "engine/store.hpp"
#include "engine/thread_entry.hpp"
#include "token/header.hpp"
#include "token/verifier.hpp"

namespace tokenry::engine {

using base::Bytes;
using base::Code;
using base::Result;
using base::Status;
using model::Reason;
using model::TokenState;
using model::Verdict;
using record::VerifierRecord;
using storage::Snapshot;
using storage::Table;

namespace {

constexpr std::int64_t kRetryAfterMs = 1000;

// A copied record and whether it is the presented id's own.
struct Candidate {
  VerifierRecord record;
  std::uint32_t slot = 0;
  bool in_place = false;
};

// For an id beyond the last page: some other record, so that the answer takes the same work.
bool copy_candidate(const Rows& rows, std::uint64_t page_count, std::uint64_t id,
                    Candidate& candidate) {
  const std::size_t per_page = rows.records_per_page();
  candidate.slot = model::slot_of(id);
  candidate.in_place = candidate.slot / per_page < page_count;
  if (!candidate.in_place) {
    const std::uint64_t slots = page_count * per_page;
    if (slots == 0) return true;  // an empty store: the record stays all zero
    candidate.slot = static_cast<std::uint32_t>(rows.keys().decoy_slot(id) % slots);
  }
  const storage::NumberKey page_key(record::page_of(candidate.slot, per_page));
  Bytes page;
  const auto found = rows.view().get(Table::verifiers, page_key, page);
  const std::size_t offset = record::offset_of(candidate.slot, per_page);
  if (found != storage::ReadView::Found::yes || page.size() < offset + record::kRecordSize) {
    return false;
  }
  candidate.record = VerifierRecord(page.data() + offset);
  return true;
}

// Whether the record is of the presented token: its own slot, generation and secret. All parts are
// computed before any is looked at.
bool is_right_secret(const Candidate& candidate, const token::ParsedToken& token) {
  const token::SecretHash hash =
      token::hash_secret(token.secret.span(), token.id, candidate.record.salt());
  const bool hash_fits = token::hash_matches(hash, candidate.record.hash());
  const bool is_own = candidate.in_place && candidate.record.state() != TokenState::free &&
                      candidate.record.generation() == model::generation_of(token.id);
  return hash_fits & is_own;
}

// The store-wide rows as of this snapshot. Read once for each commit that the thread sees.
void refresh(const Rows& rows, KnownState& known) {
  const std::uint64_t transaction_id = rows.view().transaction_id();
  if (known.transaction_id == transaction_id) return;
  known.page_count = rows.view().count(Table::verifiers);
  const Result<record::Control> control = rows.control();
  known.intact = control.ok();
  known.frozen = control.ok() && control->frozen;
  if (control.ok() &&
      !(known.catalog_checked && known.catalog_version == control->catalog_version)) {
    for (std::uint32_t bit = 0; bit < control->scope_count && known.intact; ++bit) {
      known.intact =
          rows.required_row(Table::scopes, record::kScopeDomain, storage::NumberKey(bit), "a scope")
              .ok();
    }
    known.catalog_checked = known.intact;
    known.catalog_version = control->catalog_version;
  }
  known.transaction_id = transaction_id;
}

Reason judge_state(const VerifierRecord& record, std::int64_t now_ms) {
  if (record.state() == TokenState::revoked) return Reason::revoked;
  if (record.state() == TokenState::suspended) return Reason::suspended;
  if (record.owner_suspended()) return Reason::owner_suspended;
  if (record.expires_at_ms() != 0 && now_ms >= record.expires_at_ms()) return Reason::expired;
  if (now_ms < record.not_before_ms()) return Reason::not_yet_valid;
  return Reason::allowed;
}

}  // namespace

// One verification in its steps: parse, copy the record, compare, judge.
class VerifyCall {
 public:
  VerifyCall(Store& store, std::string_view credentials) : store_(store) {
    switch (token::parse_credentials(credentials, credentials_)) {
      case token::CredentialsOutcome::no_credentials:
        outcome_ = Reason::no_credentials;
        return;
      case token::CredentialsOutcome::bad_header:
        outcome_ = Reason::bad_header;
        return;
      case token::CredentialsOutcome::token:
        break;
    }
    const bool parsed = token::parse_token(credentials_.token, store.format_.prefix, token_);
    outcome_ = parsed ? Reason::allowed : Reason::malformed;
  }

  // What the text alone came to; allowed if it is a token.
  Reason outcome() const { return outcome_; }
  std::uint64_t id() const { return token_.id; }
  const VerifierRecord& record() const { return candidate_.record; }
  const Status& failure() const { return failure_; }

  // Copies the record. False if the store cannot be read.
  bool load() {
    for (int attempt = 0;; ++attempt) {
      Result<ThreadEntry*> entry = store_.thread_entry();
      if (!entry.ok()) return fail(entry.status());
      ThreadEntry& mine = **entry;
      mine.reader->environment().check_health();
      const Snapshot snapshot(*mine.reader);
      // Closed, forked or found unhealthy since the entry was looked up: reopen, once.
      if (snapshot.detached() && attempt == 0) continue;
      if (!snapshot.ok()) return fail(snapshot.status());
      const Rows rows(snapshot, *store_.keys_, store_.format_.records_per_page);
      refresh(rows, mine.known);
      store_intact_ = mine.known.intact;
      store_frozen_ = mine.known.frozen;
      if (copy_candidate(rows, mine.known.page_count, token_.id, candidate_)) return true;
      return fail({Code::store_damaged, "a page of records cannot be read"});
    }
  }

  bool is_right_secret() const { return engine::is_right_secret(candidate_, token_); }

  // Whether all that this verification rests on is as the store sealed it.
  bool is_intact() const {
    const VerifierRecord& record = candidate_.record;
    return is_sealed(*store_.keys_, candidate_.slot, record) && store_intact_ &&
           record.flags_known() && record.kind() == record::kKindBlake2b128;
  }

  bool is_frozen() const { return store_frozen_; }

  bool owner_fits() const {
    return !credentials_.has_user ||
           store_.keys_->owner_hash(credentials_.user) == candidate_.record.owner_hash();
  }

 private:
  bool fail(Status status) {
    failure_ = std::move(status);
    return false;
  }

  Store& store_;
  token::Credentials credentials_;
  token::ParsedToken token_;
  Reason outcome_ = Reason::unavailable;
  Candidate candidate_;
  bool store_intact_ = false;
  bool store_frozen_ = false;
  Status failure_;
};

Verdict Store::verify(const Request& request) {
  Verdict verdict;
  verdict.judged_at_ms = request.now_ms != 0 ? request.now_ms : base::now_ms();
  VerifyCall call(*this, request.credentials);
  verdict.reason = call.outcome();
  if (verdict.reason != Reason::allowed) return verdict;
  if (!call.load()) {
    report_seldom(LogLevel::error, "verification unavailable: " + call.failure().text());
    verdict.reason = Reason::unavailable;
    verdict.retry_after_ms = kRetryAfterMs;
    return verdict;
  }
  // Both are computed for every id, known or not, so that their answers take the same time.
  const bool right_secret = call.is_right_secret();
  const bool intact = call.is_intact();
  if (!right_secret) {
    verdict.reason = Reason::unknown;
    return verdict;
  }
  const VerifierRecord& record = call.record();
  verdict.id = call.id();
  if (!intact) {
    report_seldom(LogLevel::error, "token " + id_text(call.id()) +
                                       ": its record, the catalog or the control row was changed "
                                       "from outside");
    verdict.reason = Reason::tampered;
    return verdict;
  }
  verdict.effective = record.effective();
  verdict.expires_at_ms = record.expires_at_ms();
  if (call.is_frozen()) {
    verdict.reason = Reason::frozen;
    verdict.retry_after_ms = kRetryAfterMs;
    return verdict;
  }
  verdict.reason = judge_state(record, verdict.judged_at_ms);
  if (verdict.reason != Reason::allowed) return verdict;
  if (!call.owner_fits()) {
    verdict.reason = Reason::owner_mismatch;
    return verdict;
  }
  const model::ScopeBits missing = request.required.without(verdict.effective);
  if (!missing.empty()) {
    verdict.missing = missing;
    verdict.reason = Reason::scope_denied;
  }
  return verdict;
}

Result<std::uint64_t> Store::identify(std::string_view credentials) {
  VerifyCall call(*this, credentials);
  if (call.outcome() != Reason::allowed) {
    return Status(Code::invalid_argument, std::string("the text is not a token of this store (") +
                                              model::reason_name(static_cast<int>(call.outcome())) +
                                              ")");
  }
  if (!call.load()) return call.failure();
  if (!call.is_right_secret()) {
    return Status(Code::not_found,
                  "no token has this secret; the id in its text is " + id_text(call.id()));
  }
  return call.id();
}

std::string id_text(std::uint64_t id) {
  std::string text(token::kIdText, '0');
  token::print_id(id, text.data());
  return text;
}

}  // namespace tokenry::engine
