// The tables that only lead to records: each of their rows must be explained by one.
#include <string>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "engine/examination.hpp"
#include "engine/store.hpp"
#include "record/token_rows.hpp"

namespace tokenry::engine {

using base::Result;
using base::Status;
using storage::Table;

Status check_details(Examination& examination) {
  storage::Cursor cursor(examination.rows.view(), Table::details);
  for (bool more = cursor.first(); more; more = cursor.next()) {
    const std::uint32_t slot = storage::key_number(cursor.key());
    const SlotUse use = examination.use_of(slot);
    if (use == SlotUse::token || use == SlotUse::unclear) continue;
    examination.findings.add("slot " + std::to_string(slot) +
                             ": has a details row, but holds no token");
  }
  return cursor.status();
}

namespace {

std::string label_name(std::string_view key) {
  const std::optional<record::LabelKey> parts = record::parse_label_key(key);
  if (!parts) return "the label index has a key " + base::quoted(key) + " that is none";
  return "label " + base::quoted(std::string(parts->owner) + "/" + std::string(parts->label));
}

// Whether the entry is the one that the token it leads to has.
Status check_label(const Examination& examination, std::string_view key, base::Bytes value) {
  if (value.size() != record::kLabelValueSize) {
    examination.findings.add(label_name(key) + ": its entry has a wrong size");
    return {};
  }
  const std::uint64_t id = base::load_le(value.data(), value.size());
  const Result<StoredToken> stored = examination.rows.token(id);
  // A token that cannot be read was reported, and may have had this label.
  if (is_unreadable(stored.code())) return {};
  if (stored.ok() && record::label_key(stored.value().token.details) == key) return {};
  if (!stored.ok() && stored.code() != base::Code::not_found) return stored.status();
  examination.findings.add(label_name(key) + ": leads to token " + id_text(id) +
                           (stored.ok() ? ", which has another label" : ", which there is not"));
  return {};
}

}  // namespace

Status check_labels(Examination& examination) {
  // Each token was looked up, and no two have one key. So if there are as many entries as were
  // found, each of them is some token's.
  if (examination.rows.view().count(Table::labels) == examination.indexed_count) return {};
  storage::Cursor cursor(examination.rows.view(), Table::labels);
  for (bool more = cursor.first(); more; more = cursor.next()) {
    TOKENRY_TRY(check_label(examination, base::as_text(cursor.key()), cursor.value()));
  }
  return cursor.status();
}

Status check_free_slots(Examination& examination) {
  storage::Cursor cursor(examination.rows.view(), Table::free_slots);
  for (bool more = cursor.first(); more; more = cursor.next()) {
    const std::uint32_t slot = storage::key_number(cursor.key());
    const SlotUse use = examination.use_of(slot);
    if (!cursor.value().empty()) {
      examination.findings.add("slot " + std::to_string(slot) +
                               ": its row in free_slots is not empty");
    }
    if (use == SlotUse::unused || use == SlotUse::token) {
      examination.findings.add("slot " + std::to_string(slot) +
                               (use == SlotUse::token ? ": is listed as free but holds a token"
                                                      : ": is listed as free but was never used"));
    }
    if (use == SlotUse::reusable) examination.slots[slot] = SlotUse::spent;
  }
  TOKENRY_TRY(cursor.status());
  for (std::size_t slot = 0; slot < examination.slots.size(); ++slot) {
    if (examination.slots[slot] != SlotUse::reusable) continue;
    examination.findings.add("slot " + std::to_string(slot) +
                             ": is free but not listed as free; it will not be used again");
  }
  return {};
}

}  // namespace tokenry::engine
