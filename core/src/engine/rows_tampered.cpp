// What can still be read of tokens whose rows were altered from outside.
#include "base/bytes.hpp"
#include "engine/rows.hpp"
#include "record/token_rows.hpp"

namespace tokenry::engine {

using base::Result;
using record::VerifierRecord;

Result<std::optional<VerifierRecord>> Rows::intact_record(std::uint64_t id) const {
  const std::uint32_t slot = model::slot_of(id);
  TOKENRY_ASSIGN(std::optional<VerifierRecord> found, record(slot));
  const bool fits = found && found->state() != model::TokenState::free &&
                    found->generation() == model::generation_of(id) && record_sealed(slot, *found);
  if (!fits) found.reset();
  return found;
}

Result<std::optional<IndexedToken>> Rows::search_label(std::uint64_t id) const {
  storage::Cursor cursor(view_, storage::Table::labels);
  for (bool more = cursor.first(); more; more = cursor.next()) {
    if (cursor.value().size() != record::kLabelValueSize) continue;
    if (base::load_le(cursor.value().data(), record::kLabelValueSize) != id) continue;
    const std::string_view key = base::as_text(cursor.key());
    const std::optional<record::LabelKey> parts = record::parse_label_key(key);
    if (!parts) continue;
    return std::optional<IndexedToken>(
        {std::string(key), std::string(parts->owner), std::string(parts->label), id});
  }
  if (!cursor.status().ok()) return cursor.status();
  return std::optional<IndexedToken>();
}

Result<model::Token> Rows::tampered_token(std::uint64_t id) const {
  model::Token token;
  token.tampered = true;
  token.details.id = id;
  TOKENRY_ASSIGN(const std::optional<VerifierRecord> found, intact_record(id));
  if (found) token.terms = found->terms();
  TOKENRY_ASSIGN(const std::optional<IndexedToken> indexed, search_label(id));
  if (indexed) {
    token.details.owner = indexed->owner;
    token.details.label = indexed->label;
  }
  return token;
}

}  // namespace tokenry::engine
