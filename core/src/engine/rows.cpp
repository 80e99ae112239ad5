#include "engine/rows.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "record/owner_row.hpp"
#include "record/scope_row.hpp"
#include "record/token_rows.hpp"

namespace tokenry::engine {

using base::Bytes;
using base::Code;
using base::Result;
using base::Status;
using record::VerifierRecord;
using storage::NumberKey;
using storage::Table;

namespace {

Status tampered(std::string_view what) {
  return {Code::tampered, "the seal of " + std::string(what) +
                              " does not match: data.mdb was changed from outside"};
}

Status damaged(std::string_view what) {
  return {Code::store_damaged, std::string(what) +
                                   " cannot be read: data.mdb is damaged or was "
                                   "written by a newer version"};
}

std::string a_row_of(Table table) {
  return std::string("a row of table ") + storage::kTables[static_cast<std::size_t>(table)].name;
}

}  // namespace

Result<std::optional<VerifierRecord>> Rows::record(std::uint32_t slot) const {
  TOKENRY_ASSIGN(const std::optional<Bytes> page,
                 view_.find(Table::verifiers, NumberKey(record::page_of(slot, records_per_page_))));
  const std::size_t offset = record::offset_of(slot, records_per_page_);
  if (!page || page->size() < offset + record::kRecordSize) {
    return std::optional<VerifierRecord>();
  }
  return std::optional<VerifierRecord>(VerifierRecord(page->data() + offset));
}

bool Rows::record_sealed(std::uint32_t slot, const VerifierRecord& record) const {
  return is_sealed(keys_, slot, record);
}

Result<StoredToken> Rows::token(std::uint64_t id) const {
  const std::uint32_t slot = model::slot_of(id);
  TOKENRY_ASSIGN(const std::optional<VerifierRecord> record, this->record(slot));
  if (!record || record->state() == model::TokenState::free ||
      record->generation() != model::generation_of(id)) {
    return Status(Code::not_found, "no token has this id");
  }
  if (!record_sealed(slot, *record)) return tampered("record " + std::to_string(slot));
  const std::string what = "details row " + std::to_string(slot);
  TOKENRY_ASSIGN(const Bytes body,
                 required_row(Table::details, record::kDetailsDomain, NumberKey(slot), what));
  std::optional<model::TokenDetails> details = record::decode_details(body);
  if (!details || details->id != id) return damaged(what);
  StoredToken stored;
  stored.token.details = *std::move(details);
  stored.token.terms = record->terms();
  stored.record = *record;
  return stored;
}

Result<std::uint64_t> Rows::find_token(std::string_view owner, std::string_view label) const {
  const std::string prefix = record::label_prefix(owner, label);
  storage::Cursor cursor(view_, Table::labels);
  const std::string name = base::quoted(std::string(owner) + "/" + std::string(label));
  const bool found =
      cursor.seek(base::as_bytes(prefix)) && base::as_text(cursor.key()).starts_with(prefix);
  if (!cursor.status().ok()) return cursor.status();
  if (!found) return Status(Code::not_found, "no token " + name);
  if (cursor.value().size() != record::kLabelValueSize) return damaged("the label " + name);
  const std::uint64_t id = base::load_le(cursor.value().data(), record::kLabelValueSize);
  // The index carries no seal; the row that it leads to does, and names its owner and label.
  const Result<StoredToken> token = this->token(id);
  const bool fits =
      token.ok() && token->token.details.owner == owner && token->token.details.label == label;
  if (fits || is_unreadable(token.code())) return id;
  return Status(Code::tampered, "the label " + name +
                                    " leads to another token: data.mdb was "
                                    "changed from outside; name it by its id");
}

Result<std::int64_t> Rows::last_revocation(std::string_view owner, std::string_view label) const {
  const std::string prefix = record::label_prefix(owner, label);
  storage::Cursor cursor(view_, Table::labels);
  for (bool more = cursor.seek(base::as_bytes(prefix)); more; more = cursor.next()) {
    const std::string_view key = base::as_text(cursor.key());
    if (!key.starts_with(prefix)) break;
    const std::optional<record::LabelKey> parts = record::parse_label_key(key);
    if (parts && !parts->live) return parts->revoked_at_ms;
  }
  if (!cursor.status().ok()) return cursor.status();
  return std::int64_t{0};
}

Result<std::optional<std::uint64_t>> Rows::live_token(std::string_view owner,
                                                      std::string_view label) const {
  const std::string key = record::live_label_key(owner, label);
  TOKENRY_ASSIGN(const std::optional<Bytes> value, view_.find(Table::labels, base::as_bytes(key)));
  if (!value || value->size() != record::kLabelValueSize) return std::optional<std::uint64_t>();
  return std::optional<std::uint64_t>(base::load_le(value->data(), record::kLabelValueSize));
}

Result<bool> Rows::is_indexed(const model::TokenDetails& details) const {
  const std::string key = record::label_key(details);
  TOKENRY_ASSIGN(const std::optional<Bytes> value, view_.find(Table::labels, base::as_bytes(key)));
  return value && value->size() == record::kLabelValueSize &&
         base::load_le(value->data(), record::kLabelValueSize) == details.id;
}

Result<std::optional<model::Owner>> Rows::owner(std::string_view name) const {
  TOKENRY_ASSIGN(const std::optional<Bytes> body,
                 sealed_row(Table::owners, record::kOwnerDomain, base::as_bytes(name)));
  if (!body) return std::optional<model::Owner>();
  std::optional<model::Owner> owner = record::decode_owner(name, *body);
  if (!owner) return damaged("the row of owner " + std::string(name));
  return owner;
}

Result<model::Owner> Rows::existing_owner(std::string_view name) const {
  TOKENRY_ASSIGN(std::optional<model::Owner> found, owner(name));
  if (!found) return Status(Code::not_found, "no owner " + base::quoted(name));
  return *std::move(found);
}

Result<std::optional<record::UsageRow>> Rows::usage(std::uint64_t id) const {
  const std::uint32_t slot = model::slot_of(id);
  TOKENRY_ASSIGN(const std::optional<Bytes> body,
                 sealed_row(Table::usage, record::kUsageDomain, NumberKey(slot)));
  if (!body) return std::optional<record::UsageRow>();
  std::optional<record::UsageRow> usage = record::decode_usage(*body);
  if (!usage) return damaged("usage row " + std::to_string(slot));
  if (usage->generation != model::generation_of(id)) usage.reset();
  return usage;
}

Result<record::Control> Rows::control() const {
  TOKENRY_ASSIGN(const Bytes body,
                 required_row(Table::control, record::kControlDomain,
                              base::as_bytes(record::kControlKey), "the control row"));
  const std::optional<record::Control> control = record::decode_control(body);
  if (!control) return damaged("the control row");
  return *control;
}

Result<record::Counters> Rows::counters() const {
  TOKENRY_ASSIGN(const Bytes body,
                 required_row(Table::meta, record::kCountersDomain,
                              base::as_bytes(record::kCountersKey), "the counters row"));
  const std::optional<record::Counters> counters = record::decode_counters(body);
  if (!counters) return damaged("the counters row");
  return *counters;
}

Result<model::Scope> Rows::scope(std::uint32_t bit) const {
  const std::string what = "scope " + std::to_string(bit);
  TOKENRY_ASSIGN(const Bytes body,
                 required_row(Table::scopes, record::kScopeDomain, NumberKey(bit), what));
  std::optional<model::Scope> scope = record::decode_scope(body);
  if (!scope) return damaged(what);
  return *std::move(scope);
}

Result<model::Catalog> Rows::catalog() const {
  TOKENRY_ASSIGN(const record::Control control, this->control());
  model::Catalog catalog;
  for (std::uint32_t bit = 0; bit < control.scope_count; ++bit) {
    TOKENRY_ASSIGN(model::Scope scope, this->scope(bit));
    if (!catalog.add(std::move(scope)).ok()) return damaged("scope " + std::to_string(bit));
  }
  return catalog;
}

Result<std::optional<Bytes>> Rows::sealed_row(Table table, char domain, Bytes key) const {
  TOKENRY_ASSIGN(const std::optional<Bytes> row, view_.find(table, key));
  if (!row) return row;
  if (row->size() < record::kSealSize) return damaged(a_row_of(table));
  const Bytes body = row->first(row->size() - record::kSealSize);
  if (keys_.sealed()) {
    const auto seal = row->last<record::kSealSize>();
    if (!token::seal_matches(keys_.seal_row(domain, key, body), seal))
      return tampered(a_row_of(table));
  }
  return std::optional<Bytes>(body);
}

Result<Bytes> Rows::required_row(Table table, char domain, Bytes key, std::string_view what) const {
  base::Result<std::optional<Bytes>> body = sealed_row(table, domain, key);
  if (!body.ok() && body.code() == Code::tampered) return tampered(what);
  if (!body.ok()) return body.status();
  if (*body) return **body;
  if (keys_.sealed())
    return Status(Code::tampered, std::string(what) + " is missing from data.mdb");
  return damaged(what);
}

Status RowEditor::put_sealed(Table table, char domain, Bytes key, record::RowBody body) {
  const token::Seal seal = keys().seal_row(domain, key, body);
  body.insert(body.end(), seal.begin(), seal.end());
  TOKENRY_ASSIGN(const std::optional<Bytes> present, view().find(table, key));
  if (present && std::equal(present->begin(), present->end(), body.begin(), body.end())) return {};
  note_changed(domain, key, seal);
  return write_.put(table, key, body);
}

Status RowEditor::remove_sealed(Table table, char domain, Bytes key) {
  TOKENRY_ASSIGN(const std::optional<Bytes> present, view().find(table, key));
  if (!present) return {};
  note_changed(domain, key, {});
  return write_.remove(table, key);
}

void RowEditor::note_changed(char domain, Bytes key, const token::Seal& seal) {
  constexpr std::string_view kUnlisted{"mnhu"};
  static_assert(kUnlisted[0] == record::kFormatDomain && kUnlisted[1] == record::kCountersDomain &&
                kUnlisted[2] == record::kHeadDomain && kUnlisted[3] == record::kUsageDomain);
  if (kUnlisted.find(domain) != std::string_view::npos) return;
  changed_[{domain, std::string(base::as_text(key))}] = seal;
}

Status RowEditor::put_record(std::uint32_t slot, VerifierRecord record) {
  const token::Seal seal = keys().seal_record(slot, record.body());
  record.set_seal(seal);
  const NumberKey key(record::page_of(slot, records_per_page()));
  // As large as the value of a page, so that no byte comes from uncleared memory.
  std::vector<std::uint8_t> page(record::kPageSpare + records_per_page() * record::kRecordSize);
  TOKENRY_ASSIGN(const std::optional<Bytes> present, view().find(Table::verifiers, key));
  if (present) {
    std::memcpy(page.data(), present->data(), std::min(present->size(), page.size()));
  }
  std::uint8_t* const place = &page[record::offset_of(slot, records_per_page())];
  const bool is_same = std::memcmp(place, record.bytes().data(), record::kRecordSize) == 0;
  if (present && is_same) return {};
  std::memcpy(place, record.bytes().data(), record::kRecordSize);
  note_changed(token::kRecordDomain, NumberKey(slot), seal);
  return write_.put(Table::verifiers, key, page);
}

Status RowEditor::put_details(const model::TokenDetails& details) {
  return put_sealed(Table::details, record::kDetailsDomain, NumberKey(model::slot_of(details.id)),
                    record::encode_details(details));
}

Status RowEditor::remove_details(std::uint32_t slot) {
  return remove_sealed(Table::details, record::kDetailsDomain, NumberKey(slot));
}

Status RowEditor::put_usage(std::uint32_t slot, const record::UsageRow& usage) {
  return put_sealed(Table::usage, record::kUsageDomain, NumberKey(slot),
                    record::encode_usage(usage));
}

Status RowEditor::remove_usage(std::uint32_t slot) {
  return write_.remove(Table::usage, NumberKey(slot));
}

Status RowEditor::put_label(const model::TokenDetails& details) {
  return put_label_key(record::label_key(details), details.id);
}

Status RowEditor::remove_label(const model::TokenDetails& details) {
  return remove_label_key(record::label_key(details));
}

Status RowEditor::put_label_key(std::string_view key, std::uint64_t id) {
  std::array<std::uint8_t, record::kLabelValueSize> value{};
  base::store_le(value.data(), id, value.size());
  return write_.put(Table::labels, base::as_bytes(key), value);
}

Status RowEditor::remove_label_key(std::string_view key) {
  return write_.remove(Table::labels, base::as_bytes(key));
}

Status RowEditor::put_owner(const model::Owner& owner) {
  return put_sealed(Table::owners, record::kOwnerDomain, base::as_bytes(owner.name),
                    record::encode_owner(owner));
}

Status RowEditor::remove_owner(std::string_view name) {
  return remove_sealed(Table::owners, record::kOwnerDomain, base::as_bytes(name));
}

Status RowEditor::put_scope(std::uint32_t bit, const model::Scope& scope) {
  return put_sealed(Table::scopes, record::kScopeDomain, NumberKey(bit),
                    record::encode_scope(scope));
}

Status RowEditor::put_control(const record::Control& control) {
  return put_sealed(Table::control, record::kControlDomain, base::as_bytes(record::kControlKey),
                    record::encode_control(control));
}

Status RowEditor::put_counters(const record::Counters& counters) {
  return put_sealed(Table::meta, record::kCountersDomain, base::as_bytes(record::kCountersKey),
                    record::encode_counters(counters));
}

Status RowEditor::put_format(const record::Format& format) {
  return put_sealed(Table::meta, record::kFormatDomain, base::as_bytes(record::kFormatKey),
                    record::encode_format(format));
}

Status RowEditor::put_free_slot(std::uint32_t slot) {
  return write_.put(Table::free_slots, NumberKey(slot), {});
}

Status RowEditor::remove_free_slot(std::uint32_t slot) {
  return write_.remove(Table::free_slots, NumberKey(slot));
}

}  // namespace tokenry::engine
