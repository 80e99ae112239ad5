// The rows of the log: events, and the head over them.
#include <algorithm>

#include "base/bytes.hpp"
#include "engine/rows.hpp"
#include "record/event.hpp"

namespace tokenry::engine {

using base::Bytes;
using base::Code;
using base::Result;
using base::Status;
using storage::Table;

Result<StoredEvent> Rows::stored_event(Bytes key, Bytes value) {
  if (key.size() != record::kEventKeySize || value.size() < record::kChainHashSize) {
    return Status(Code::store_damaged, "a row of the log cannot be read");
  }
  StoredEvent event;
  event.sequence = base::load_be(key.data(), key.size());
  event.body = value.first(value.size() - record::kChainHashSize);
  const Bytes hash = value.last(record::kChainHashSize);
  std::copy(hash.begin(), hash.end(), event.hash.begin());
  return event;
}

Result<std::optional<StoredEvent>> Rows::event(std::uint64_t sequence) const {
  const record::EventKey key = record::event_key(sequence);
  TOKENRY_ASSIGN(const std::optional<Bytes> value, view_.find(Table::events, key));
  if (!value) return std::optional<StoredEvent>();
  TOKENRY_ASSIGN(const StoredEvent event, stored_event(key, *value));
  return std::optional<StoredEvent>(event);
}

Result<std::optional<StoredEvent>> Rows::last_event() const {
  storage::Cursor cursor(view_, Table::events);
  if (!cursor.last()) {
    if (!cursor.status().ok()) return cursor.status();
    return std::optional<StoredEvent>();
  }
  TOKENRY_ASSIGN(const StoredEvent event, stored_event(cursor.key(), cursor.value()));
  return std::optional<StoredEvent>(event);
}

Result<std::optional<record::HeadRow>> Rows::head() const {
  TOKENRY_ASSIGN(const std::optional<Bytes> body,
                 sealed_row(Table::meta, record::kHeadDomain, base::as_bytes(record::kHeadKey)));
  if (!body) return std::optional<record::HeadRow>();
  std::optional<record::HeadRow> head = record::decode_head(*body);
  if (!head) return Status(Code::store_damaged, "the log's head cannot be read");
  return head;
}

Result<record::Format> Rows::format() const {
  TOKENRY_ASSIGN(const Bytes body,
                 required_row(Table::meta, record::kFormatDomain,
                              base::as_bytes(record::kFormatKey), "the format row"));
  record::Format format;
  if (record::decode_format(body, format) != record::FormatOutcome::ok) {
    return Status(Code::store_damaged, "the format row cannot be read");
  }
  return format;
}

Status RowEditor::put_event(std::uint64_t sequence, Bytes body, const token::ChainHash& hash) {
  std::vector<std::uint8_t> value(body.begin(), body.end());
  value.insert(value.end(), hash.begin(), hash.end());
  return write_.put(Table::events, record::event_key(sequence), value);
}

Status RowEditor::put_head(const record::HeadRow& head) {
  return put_sealed(Table::meta, record::kHeadDomain, base::as_bytes(record::kHeadKey),
                    record::encode_head(head));
}

std::vector<model::ChangedRow> RowEditor::take_changed() {
  std::vector<model::ChangedRow> rows;
  rows.reserve(changed_.size());
  for (const auto& [place, seal] : changed_) rows.push_back({place.first, place.second, seal});
  changed_.clear();
  return rows;
}

}  // namespace tokenry::engine
