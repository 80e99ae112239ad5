#include "record/token_rows.hpp"

#include <array>

namespace tokenry::record {

namespace {
constexpr std::size_t kRevokedOrderSize = 1 + 8 + 8;
}

RowBody encode_details(const model::TokenDetails& details) {
  RowWriter row;
  row.number(kRowVersion, 1);
  row.zeros(1);
  row.number(details.owner.size(), 1);
  row.number(details.label.size(), 1);
  row.number(details.created_by.size(), 1);
  row.number(details.updated_by.size(), 1);
  row.number(details.note.size(), 2);
  row.number(details.id, 8);
  row.scopes(details.granted);
  row.time(details.created_at_ms);
  row.time(details.secret_created_at_ms);
  row.time(details.updated_at_ms);
  row.time(details.revoked_at_ms);
  row.text(details.owner);
  row.text(details.label);
  row.text(details.created_by);
  row.text(details.updated_by);
  row.text(details.note);
  return row.take();
}

std::optional<model::TokenDetails> decode_details(base::Bytes body) {
  RowReader row(body);
  model::TokenDetails details;
  row.require(row.number(1) == kRowVersion);
  row.zeros(1);
  const std::size_t owner_size = row.number(1);
  const std::size_t label_size = row.number(1);
  const std::size_t created_by_size = row.number(1);
  const std::size_t updated_by_size = row.number(1);
  const std::size_t note_size = row.number(2);
  details.id = row.number(8);
  details.granted = row.scopes();
  details.created_at_ms = row.time();
  details.secret_created_at_ms = row.time();
  details.updated_at_ms = row.time();
  details.revoked_at_ms = row.time();
  details.owner = row.text(owner_size);
  details.label = row.text(label_size);
  details.created_by = row.text(created_by_size);
  details.updated_by = row.text(updated_by_size);
  details.note = row.text(note_size);
  if (!row.complete()) return std::nullopt;
  return details;
}

std::string owner_prefix(std::string_view owner) {
  std::string key(owner);
  key += '\0';
  return key;
}

std::string label_prefix(std::string_view owner, std::string_view label) {
  std::string key = owner_prefix(owner);
  key += label;
  key += '\0';
  return key;
}

std::string live_label_key(std::string_view owner, std::string_view label) {
  return label_prefix(owner, label) + '\0';
}

std::string revoked_label_key(std::string_view owner, std::string_view label,
                              std::int64_t revoked_at_ms, std::uint64_t id) {
  std::array<std::uint8_t, kRevokedOrderSize> order{1};
  base::store_be(&order[1], ~static_cast<std::uint64_t>(revoked_at_ms), 8);
  base::store_be(&order[9], id, 8);
  return label_prefix(owner, label).append(base::as_text(order));
}

std::optional<LabelKey> parse_label_key(std::string_view key) {
  // owner 0 label 0 and then 0, or 1 and the order of revocation; no name can hold a zero byte.
  const std::size_t owner_end = key.find('\0');
  if (owner_end == std::string_view::npos) return std::nullopt;
  const std::size_t label_end = key.find('\0', owner_end + 1);
  if (label_end == std::string_view::npos) return std::nullopt;
  const std::string_view order = key.substr(label_end + 1);
  const bool live = order.size() == 1 && order.front() == '\0';
  const bool revoked = order.size() == kRevokedOrderSize && order.front() == '\1';
  if (!live && !revoked) return std::nullopt;
  LabelKey parts;
  parts.owner = key.substr(0, owner_end);
  parts.label = key.substr(owner_end + 1, label_end - owner_end - 1);
  parts.live = live;
  if (revoked) {
    const std::uint8_t* const time = base::as_bytes(order).data() + 1;
    parts.revoked_at_ms = static_cast<std::int64_t>(~base::load_be(time, 8));
  }
  return parts;
}

std::string label_key(const model::TokenDetails& details) {
  if (details.revoked_at_ms == 0) return live_label_key(details.owner, details.label);
  return revoked_label_key(details.owner, details.label, details.revoked_at_ms, details.id);
}

}  // namespace tokenry::record
