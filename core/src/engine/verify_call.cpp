#include "engine/verify_call.hpp"

#include <cstring>

#include "engine/thread_entry.hpp"
#include "token/verifier.hpp"

namespace tokenry::engine {

using base::Bytes;
using base::Code;
using base::Result;
using base::Status;
using model::Reason;
using model::TokenState;
using record::VerifierRecord;
using storage::Snapshot;
using storage::Table;

namespace {

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

}  // namespace

VerifyCall::VerifyCall(Store& store, std::string_view credentials) : store_(store) {
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

bool VerifyCall::load() {
  release();
  for (int attempt = 0;; ++attempt) {
    Result<ThreadEntry*> entry = store_.thread_entry();
    if (!entry.ok()) return fail(entry.status());
    ThreadEntry& mine = **entry;
    mine.reader->environment().check_health();
    if (store_.usage_.wants_attaching_now()) store_.keep_cells(mine.reader->environment());
    snapshot_.emplace(*mine.reader);
    // Closed, forked or found unhealthy since the entry was looked up: reopen, once.
    if (snapshot_->detached() && attempt == 0) {
      release();
      continue;
    }
    if (!snapshot_->ok()) return fail(snapshot_->status());
    const Rows at_this_moment = rows();
    refresh(at_this_moment, mine.known);
    store_intact_ = mine.known.intact;
    store_frozen_ = mine.known.frozen;
    if (copy_candidate(at_this_moment, mine.known.page_count)) return true;
    return fail({Code::store_damaged, "a page of records cannot be read"});
  }
}

// For an id beyond the last page: some other record, so that the answer takes the same work.
bool VerifyCall::copy_candidate(const Rows& rows, std::uint64_t page_count) {
  const std::size_t per_page = rows.records_per_page();
  candidate_.slot = model::slot_of(id());
  candidate_.in_place = candidate_.slot / per_page < page_count;
  if (!candidate_.in_place) {
    const std::uint64_t slots = page_count * per_page;
    if (slots == 0) return true;  // an empty store: the record stays all zero
    candidate_.slot = static_cast<std::uint32_t>(rows.keys().decoy_slot(id()) % slots);
  }
  const storage::NumberKey page_key(record::page_of(candidate_.slot, per_page));
  Bytes page;
  const auto found = rows.view().get(Table::verifiers, page_key, page);
  const std::size_t offset = record::offset_of(candidate_.slot, per_page);
  if (found != storage::ReadView::Found::yes || page.size() < offset + record::kRecordSize) {
    return false;
  }
  candidate_.record = VerifierRecord(page.data() + offset);
  return true;
}

Shown VerifyCall::shown_secret() const {
  const VerifierRecord& record = candidate_.record;
  const token::SecretHash hash = token::hash_secret(token_.secret.span(), token_.id, record.salt());
  const bool fits_newest = token::hash_matches(hash, record.hash());
  const bool fits_previous =
      token::hash_matches(hash, record.previous_hash()) & record.has(VerifierRecord::kHasPrevious);
  const bool is_own = candidate_.in_place && record.state() != TokenState::free &&
                      record.generation() == model::generation_of(token_.id);
  if (fits_newest & is_own) return Shown::newest;
  return fits_previous & is_own ? Shown::previous : Shown::none;
}

bool VerifyCall::is_intact() const {
  const VerifierRecord& record = candidate_.record;
  return is_sealed(*store_.keys_, candidate_.slot, record) && store_intact_ &&
         record.flags_known() && record.kind() == record::kKindBlake2b128;
}

bool VerifyCall::owner_fits() const {
  return !credentials_.has_user ||
         store_.keys_->owner_hash(credentials_.user) == candidate_.record.owner_hash();
}

// Copied before its seal is checked: another process could change it in the map between two looks.
std::optional<Bytes> VerifyCall::copy_row(Table table, char domain) {
  const storage::NumberKey key(candidate_.slot);
  Bytes row;
  if (snapshot_->get(table, key, row) != storage::ReadView::Found::yes) return std::nullopt;
  if (row.size() < record::kSealSize || row.size() > row_.size()) return std::nullopt;
  std::memcpy(row_.data(), row.data(), row.size());
  const Bytes copy(row_.data(), row.size());
  const Bytes body = copy.first(copy.size() - record::kSealSize);
  const token::StoreKeys& keys = *store_.keys_;
  if (keys.sealed() &&
      !token::seal_matches(keys.seal_row(domain, key, body), copy.last<record::kSealSize>())) {
    return std::nullopt;
  }
  return body;
}

std::optional<record::Conditions> VerifyCall::conditions() {
  const std::optional<Bytes> body = copy_row(Table::details, record::kDetailsDomain);
  if (!body) return std::nullopt;
  std::optional<record::Conditions> conditions = record::decode_conditions(*body, id());
  // An older row of the same token may have been put back beside the record.
  const bool fits = conditions &&
                    conditions->networks.empty() != record().has(VerifierRecord::kNetworks) &&
                    conditions->has_limits() == record().has(VerifierRecord::kLimits);
  if (!fits) conditions.reset();
  return conditions;
}

std::optional<record::LeaseView> VerifyCall::lease(std::uint64_t cells_id) {
  const std::optional<Bytes> body = copy_row(Table::usage, record::kUsageDomain);
  if (!body) return std::nullopt;
  return record::decode_lease(*body, generation(), cells_id);
}

bool VerifyCall::fail(Status status) {
  release();
  failure_ = std::move(status);
  return false;
}

}  // namespace tokenry::engine
