// Rows with their meaning: read and write what the tables hold, with every seal checked or made.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.hpp"
#include "model/catalog.hpp"
#include "model/event.hpp"
#include "model/owner.hpp"
#include "model/token.hpp"
#include "record/head_row.hpp"
#include "record/store_rows.hpp"
#include "record/usage_row.hpp"
#include "record/verifier_record.hpp"
#include "storage/read_view.hpp"
#include "storage/write_transaction.hpp"
#include "token/chain.hpp"
#include "token/keys.hpp"

namespace tokenry::engine {

// A token together with the record that a verification would judge.
struct StoredToken {
  model::Token token;
  record::VerifierRecord record;
};

// A token as the label index knows it.
struct IndexedToken {
  std::string key;  // in the index
  std::string owner;
  std::string label;
  std::uint64_t id = 0;
};

// An event as it stands in its table; the body is valid as long as a value of the view.
struct StoredEvent {
  std::uint64_t sequence = 0;
  base::Bytes body;
  token::ChainHash hash{};
};

// Whether the record's seal is the one for its slot; always so in an unsealed store.
inline bool is_sealed(const token::StoreKeys& keys, std::uint32_t slot,
                      const record::VerifierRecord& record) {
  return !keys.sealed() ||
         token::seal_matches(keys.seal_record(slot, record.body()), record.seal());
}

// Whether a row is there but cannot be trusted or read.
constexpr bool is_unreadable(base::Code code) {
  return code == base::Code::tampered || code == base::Code::store_damaged;
}

// A purged slot's generation rises by a random step up to this one.
inline constexpr std::uint32_t kGenerationStep = 1024;

// Reads through a view. Errors: `tampered` where a seal does not match, else what the store says.
class Rows {
 public:
  Rows(const storage::ReadView& view, const token::StoreKeys& keys, std::size_t records_per_page)
      : view_(view), keys_(keys), records_per_page_(records_per_page) {}

  const storage::ReadView& view() const { return view_; }
  const token::StoreKeys& keys() const { return keys_; }
  std::size_t records_per_page() const { return records_per_page_; }

  // A copy of the slot's record; nothing beyond the last page. The seal is not checked.
  base::Result<std::optional<record::VerifierRecord>> record(std::uint32_t slot) const;
  bool record_sealed(std::uint32_t slot, const record::VerifierRecord& record) const;

  // The token of that id, record and details; not_found if the slot is free or holds another.
  base::Result<StoredToken> token(std::uint64_t id) const;

  // What can still be told of a token whose rows were altered from outside: the record if its own
  // seal holds, the names that the label index has for it (found by reading all of it).
  base::Result<std::optional<record::VerifierRecord>> intact_record(std::uint64_t id) const;
  base::Result<std::optional<IndexedToken>> search_label(std::uint64_t id) const;
  base::Result<model::Token> tampered_token(std::uint64_t id) const;

  // The live token of that label or, where there is none, the one revoked last.
  base::Result<std::uint64_t> find_token(std::string_view owner, std::string_view label) const;
  // When a token of that label was last revoked; 0 if none was.
  base::Result<std::int64_t> last_revocation(std::string_view owner, std::string_view label) const;
  // The id of the token that holds the label now, if one does.
  base::Result<std::optional<std::uint64_t>> live_token(std::string_view owner,
                                                        std::string_view label) const;

  // Whether the label index leads to the token under its owner and label.
  base::Result<bool> is_indexed(const model::TokenDetails& details) const;

  base::Result<std::optional<model::Owner>> owner(std::string_view name) const;
  base::Result<model::Owner> existing_owner(std::string_view name) const;
  // The usage row of the token of that id; nothing where there is none yet.
  base::Result<std::optional<record::UsageRow>> usage(std::uint64_t id) const;
  base::Result<record::Control> control() const;
  base::Result<record::Counters> counters() const;
  base::Result<model::Scope> scope(std::uint32_t bit) const;
  base::Result<model::Catalog> catalog() const;

  base::Result<record::Format> format() const;

  // The log: an event, the newest one, and the head, each nothing if it is not there. An event is
  // neither decoded nor held against its hash.
  base::Result<std::optional<StoredEvent>> event(std::uint64_t sequence) const;
  base::Result<std::optional<StoredEvent>> last_event() const;
  base::Result<std::optional<record::HeadRow>> head() const;
  static base::Result<StoredEvent> stored_event(base::Bytes key, base::Bytes value);

  // The row without its seal. A row that is not there counts as tampered with for `required`.
  base::Result<std::optional<base::Bytes>> sealed_row(storage::Table table, char domain,
                                                      base::Bytes key) const;
  base::Result<base::Bytes> required_row(storage::Table table, char domain, base::Bytes key,
                                         std::string_view what) const;

 private:
  const storage::ReadView& view_;
  const token::StoreKeys& keys_;
  std::size_t records_per_page_;
};

// Writes through a transaction, and reads what it wrote. A row that is written as it is already
// stays untouched. Notes each sealed row that changed, but for format, counters and head: they are
// what the next event lists.
class RowEditor : public Rows {
 public:
  RowEditor(storage::WriteTransaction& write, const token::StoreKeys& keys,
            std::size_t records_per_page)
      : Rows(write, keys, records_per_page), write_(write) {}

  // Seals the record and puts it into its slot, making the page if it is the next.
  base::Status put_record(std::uint32_t slot, record::VerifierRecord record);
  base::Status put_details(const model::TokenDetails& details);
  base::Status remove_details(std::uint32_t slot);
  base::Status put_usage(std::uint32_t slot, const record::UsageRow& usage);
  base::Status remove_usage(std::uint32_t slot);

  // The label index; the key follows from the details.
  base::Status put_label(const model::TokenDetails& details);
  base::Status remove_label(const model::TokenDetails& details);
  base::Status put_label_key(std::string_view key, std::uint64_t id);
  base::Status remove_label_key(std::string_view key);

  base::Status put_owner(const model::Owner& owner);
  base::Status remove_owner(std::string_view name);
  base::Status put_scope(std::uint32_t bit, const model::Scope& scope);
  base::Status put_control(const record::Control& control);
  base::Status put_counters(const record::Counters& counters);
  base::Status put_format(const record::Format& format);

  base::Status put_free_slot(std::uint32_t slot);
  base::Status remove_free_slot(std::uint32_t slot);

  base::Status put_event(std::uint64_t sequence, base::Bytes body, const token::ChainHash& hash);
  base::Status put_head(const record::HeadRow& head);

  // The rows that changed since the last call, by rising domain and key.
  std::vector<model::ChangedRow> take_changed();

 private:
  base::Status put_sealed(storage::Table table, char domain, base::Bytes key, record::RowBody body);
  base::Status remove_sealed(storage::Table table, char domain, base::Bytes key);
  void note_changed(char domain, base::Bytes key, const token::Seal& seal);

  storage::WriteTransaction& write_;
  std::map<std::pair<char, std::string>, token::Seal> changed_;  // zero: removed
};

}  // namespace tokenry::engine
