#include "engine/listing.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "record/token_rows.hpp"

namespace tokenry::engine {

using base::Code;
using base::Result;
using base::Status;
using storage::Table;

namespace {

// Tokens that one snapshot looks at: about a millisecond.
constexpr std::size_t kTokensPerStep = 256;

std::string number_key(std::uint64_t number) {
  std::string key(8, '\0');
  base::store_be(reinterpret_cast<std::uint8_t*>(key.data()), number, 8);
  return key;
}

}  // namespace

Listing::Listing(std::shared_ptr<Store> store, Filter filter)
    : store_(std::move(store)), filter_(std::move(filter)), now_ms_(base::now_ms()) {
  std::sort(filter_.owners.begin(), filter_.owners.end());
  filter_.owners.erase(std::unique(filter_.owners.begin(), filter_.owners.end()),
                       filter_.owners.end());
}

Result<std::optional<Listed>> Listing::next() {
  if (filter_.sort != Sort::none && !is_sorted_) TOKENRY_TRY(sort_all());
  if (filter_.limit != 0 && given_ == filter_.limit) return std::optional<Listed>();
  while (ready_.empty() && !source_done_) TOKENRY_TRY(step());
  if (ready_.empty()) return std::optional<Listed>();
  std::optional<Listed> listed(Listed{std::move(ready_.front()), catalog_});
  ready_.pop_front();
  ++given_;
  return listed;
}

bool Listing::matches(const model::Token& token) const {
  const auto status = static_cast<unsigned>(model::status_at(token, now_ms_));
  if (filter_.status_mask != 0 && (filter_.status_mask >> status & 1U) == 0) return false;
  if (!filter_.scopes.empty() && (filter_.scopes & token.terms.effective).empty()) return false;
  return filter_.label_glob.empty() || base::matches_glob(filter_.label_glob, token.details.label);
}

std::string Listing::sort_key(const model::Token& token) const {
  const model::TokenDetails& details = token.details;
  // Neither name holds a zero byte, so it ends the first before the second begins.
  std::string name = details.owner + '\0' + details.label;
  switch (filter_.sort) {
    case Sort::none:
    case Sort::owner:
      return name;
    case Sort::label:
      return details.label + '\0' + details.owner;
    case Sort::created:
      return number_key(static_cast<std::uint64_t>(details.created_at_ms)) + name;
    case Sort::expires: {
      const auto expires = static_cast<std::uint64_t>(token.terms.expires_at_ms);
      return number_key(expires == 0 ? UINT64_MAX : expires) + name;
    }
    case Sort::status:
      return number_key(static_cast<std::uint64_t>(model::status_at(token, now_ms_))) + name;
    case Sort::last_used:
      return number_key(static_cast<std::uint64_t>(token.usage.last_used_at_ms)) + name;
  }
  return name;
}

Status Listing::step() {
  return store_->read([&](const Rows& rows) -> Status {
    TOKENRY_ASSIGN(model::Catalog catalog, rows.catalog());
    catalog_ = std::make_shared<const model::Catalog>(std::move(catalog));
    if (is_sorted_) return step_through_sorted(rows);
    return filter_.owners.empty() ? step_through_details(rows) : step_through_owner(rows);
  });
}

// A token that was purged since its place was read is left out. One that was altered from outside
// must not hide the others, nor itself.
Status Listing::take(const Rows& rows, std::uint64_t id) {
  Result<StoredToken> stored = rows.token(id);
  if (stored.code() == Code::not_found) return {};
  model::Token token;
  if (stored.ok()) {
    token = store_->with_usage(rows, *std::move(stored));
  } else if (is_unreadable(stored.code())) {
    TOKENRY_ASSIGN(token, rows.tampered_token(id));
  } else {
    return stored.status();
  }
  if (matches(token)) ready_.push_back(std::move(token));
  return {};
}

Status Listing::step_through_details(const Rows& rows) {
  storage::Cursor cursor(rows.view(), Table::details);
  std::size_t seen = 0;
  const storage::NumberKey from(static_cast<std::uint32_t>(next_slot_));
  for (bool more = cursor.seek(from); more; more = cursor.next()) {
    const std::uint32_t slot = storage::key_number(cursor.key());
    next_slot_ = slot;
    if (seen++ == kTokensPerStep) return {};
    TOKENRY_ASSIGN(const std::optional<record::VerifierRecord> record, rows.record(slot));
    if (record) TOKENRY_TRY(take(rows, model::make_id(record->generation(), slot)));
  }
  source_done_ = true;
  return cursor.status();
}

Status Listing::step_through_owner(const Rows& rows) {
  if (owner_at_ == filter_.owners.size()) {
    source_done_ = true;
    return {};
  }
  const std::string prefix = record::owner_prefix(filter_.owners[owner_at_]);
  if (label_from_.empty()) label_from_ = prefix;
  storage::Cursor cursor(rows.view(), Table::labels);
  std::size_t seen = 0;
  for (bool more = cursor.seek(base::as_bytes(label_from_)); more; more = cursor.next()) {
    const std::string_view key = base::as_text(cursor.key());
    if (!key.starts_with(prefix)) break;
    if (seen++ == kTokensPerStep) {
      label_from_ = key;
      return {};
    }
    TOKENRY_TRY(take(rows, base::load_le(cursor.value().data(), record::kLabelValueSize)));
  }
  ++owner_at_;
  label_from_.clear();
  return cursor.status();
}

Status Listing::step_through_sorted(const Rows& rows) {
  const std::size_t end = std::min(sorted_.size(), sorted_at_ + kTokensPerStep);
  for (; sorted_at_ < end; ++sorted_at_) TOKENRY_TRY(take(rows, sorted_[sorted_at_].id));
  source_done_ = sorted_at_ == sorted_.size();
  return {};
}

Status Listing::sort_all() {
  while (!source_done_) {
    TOKENRY_TRY(step());
    for (const model::Token& token : ready_) {
      sorted_.push_back({sort_key(token), token.details.id});
    }
    ready_.clear();
  }
  std::sort(sorted_.begin(), sorted_.end(), [&](const SortedEntry& a, const SortedEntry& b) {
    return filter_.descending ? b.key < a.key : a.key < b.key;
  });
  is_sorted_ = true;
  source_done_ = false;
  return {};
}

}  // namespace tokenry::engine
