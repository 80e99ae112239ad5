#include "record/event.hpp"

#include <algorithm>
#include <string>

#include "base/text.hpp"

namespace tokenry::record {

using model::ChangedRow;
using model::Event;
using model::EventField;
using model::FieldCode;
using model::FieldKind;

namespace {

constexpr std::uint64_t kEventVersion = 1;
constexpr std::size_t kTimeSize = 6;
constexpr std::size_t kNumberSize = 8;

void put_field(RowWriter& row, const EventField& field) {
  row.number(static_cast<std::uint64_t>(field.code), 1);
  switch (model::field_kind(field.code)) {
    case FieldKind::text:
      row.number(field.text.size(), 2);
      row.text(field.text);
      break;
    case FieldKind::time:
      row.number(kTimeSize, 2);
      row.time(field.number);
      break;
    case FieldKind::number:
      row.number(kNumberSize, 2);
      row.number(static_cast<std::uint64_t>(field.number), kNumberSize);
      break;
    case FieldKind::flag:
      row.number(0, 2);
      break;
  }
}

void put_row(RowWriter& row, const ChangedRow& changed) {
  row.number(static_cast<std::uint8_t>(changed.domain), 1);
  row.number(changed.key.size(), 1);
  row.text(changed.key);
  row.bytes(changed.seal);
}

std::string take_text(RowReader& row, std::size_t size) {
  std::string text = row.text(size);
  row.require(base::is_printable_utf8(text));
  return text;
}

EventField take_field(RowReader& row) {
  EventField field;
  const std::uint64_t code = row.number(1);
  row.require(code >= 1 && code <= model::kLastFieldCode);
  field.code = static_cast<FieldCode>(code);
  const std::size_t size = row.number(2);
  switch (model::field_kind(field.code)) {
    case FieldKind::text:
      field.text = take_text(row, size);
      break;
    case FieldKind::time:
      row.require(size == kTimeSize);
      field.number = row.time();
      break;
    case FieldKind::number:
      row.require(size == kNumberSize);
      field.number = static_cast<std::int64_t>(row.number(kNumberSize));
      row.require(field.number >= 0);
      break;
    case FieldKind::flag:
      row.require(size == 0);
      break;
  }
  return field;
}

ChangedRow take_row(RowReader& row) {
  ChangedRow changed;
  changed.domain = static_cast<char>(row.number(1));
  row.require(changed.domain >= 'a' && changed.domain <= 'z');
  const std::size_t key_size = row.number(1);
  row.require(key_size != 0);
  changed.key = row.text(key_size);
  const base::Bytes seal = row.bytes(changed.seal.size());
  std::copy(seal.begin(), seal.end(), changed.seal.begin());
  return changed;
}

bool in_order(const EventField& before, const EventField& after) {
  return before.code < after.code || (before.code == after.code && after.code == FieldCode::scope);
}

bool in_order(const ChangedRow& before, const ChangedRow& after) {
  return before.domain < after.domain || (before.domain == after.domain && before.key < after.key);
}

template <typename Element>
bool all_in_order(const std::vector<Element>& elements) {
  for (std::size_t i = 1; i < elements.size(); ++i) {
    if (!in_order(elements[i - 1], elements[i])) return false;
  }
  return true;
}

}  // namespace

EventKey event_key(std::uint64_t sequence) {
  EventKey key{};
  base::store_be(key.data(), sequence, key.size());
  return key;
}

RowBody encode_event(const Event& event) {
  RowWriter row;
  row.number(kEventVersion, 1);
  row.number(static_cast<std::uint64_t>(event.operation), 1);
  row.number(event.actor.size(), 1);
  row.number(event.owner.size(), 1);
  row.number(event.label.size(), 1);
  row.zeros(1);
  row.number(event.fields.size(), 2);
  row.number(event.rows.size(), 2);
  row.zeros(6);
  row.number(event.sequence, 8);
  row.time(event.at_ms);
  row.zeros(2);
  row.number(event.id, 8);
  row.text(event.actor);
  row.text(event.owner);
  row.text(event.label);
  for (const EventField& field : event.fields) put_field(row, field);
  for (const ChangedRow& changed : event.rows) put_row(row, changed);
  return row.take();
}

std::optional<Event> decode_event(base::Bytes body) {
  RowReader row(body);
  Event event;
  row.require(row.number(1) == kEventVersion);
  const std::uint64_t operation = row.number(1);
  row.require(operation >= 1 && operation <= model::kLastOperation);
  event.operation = static_cast<model::Operation>(operation);
  const std::size_t actor_size = row.number(1);
  const std::size_t owner_size = row.number(1);
  const std::size_t label_size = row.number(1);
  row.require(actor_size != 0);
  row.zeros(1);
  const std::size_t field_count = row.number(2);
  const std::size_t row_count = row.number(2);
  row.require(row_count <= model::kMaxRowsInEvent);
  row.zeros(6);
  event.sequence = row.number(8);
  row.require(event.sequence != 0);
  event.at_ms = row.time();
  row.zeros(2);
  event.id = row.number(8);
  event.actor = take_text(row, actor_size);
  event.owner = take_text(row, owner_size);
  event.label = take_text(row, label_size);
  // Counts may promise more than there is: a failed read ends both loops.
  for (std::size_t i = 0; i < field_count && row.ok(); ++i) event.fields.push_back(take_field(row));
  for (std::size_t i = 0; i < row_count && row.ok(); ++i) event.rows.push_back(take_row(row));
  if (!row.complete() || !all_in_order(event.fields) || !all_in_order(event.rows)) {
    return std::nullopt;
  }
  return event;
}

}  // namespace tokenry::record
