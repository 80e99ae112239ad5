#include "engine/log_check.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/hex.hpp"
#include "engine/store.hpp"
#include "record/event.hpp"

namespace tokenry::engine {

using base::Bytes;
using base::Code;
using base::Result;
using base::Status;
using storage::Table;

namespace {

std::string event_name(std::uint64_t sequence) { return "event " + std::to_string(sequence); }

std::string span_name(std::uint64_t first, std::uint64_t last) {
  if (first == last) return event_name(first) + " is missing";
  return "events " + std::to_string(first) + " to " + std::to_string(last) + " are missing";
}

// From the first event to the last.
class ChainCheck {
 public:
  ChainCheck(const Rows& rows, const LogReport& report) : rows_(rows), report_(report) {}

  Status run() {
    TOKENRY_ASSIGN(format_, rows_.format());
    hash_ = token::chain_start(format_.store_id);
    storage::Cursor cursor(rows_.view(), Table::events);
    for (bool more = cursor.first(); more; more = cursor.next()) {
      const Result<StoredEvent> stored = Rows::stored_event(cursor.key(), cursor.value());
      if (stored.ok()) {
        take(*stored);
      } else {
        report_("a row of the log cannot be read");
      }
    }
    TOKENRY_TRY(cursor.status());
    check_head();
    return {};
  }

 private:
  void take(const StoredEvent& stored) {
    const bool follows = stored.sequence == sequence_ + 1;
    if (!follows) report_(span_name(sequence_ + 1, stored.sequence - 1));
    const std::optional<model::Event> event = record::decode_event(stored.body);
    // After a gap there is no hash to go on from.
    const bool fits = event && event->sequence == stored.sequence &&
                      (!follows || token::chain_next(hash_, stored.body) == stored.hash);
    if (!fits) report_(event_name(stored.sequence) + " was altered");
    sequence_ = stored.sequence;
    hash_ = stored.hash;
  }

  void check_head() {
    const Result<std::optional<record::HeadRow>> found = rows_.head();
    if (!found.ok()) return report_("the log's head was altered");
    if (!*found) {
      const bool before_the_log = sequence_ == 0 && format_.minor == 0;
      if (!before_the_log) report_("the log's head is missing");
      return;
    }
    const record::HeadRow& row = **found;
    if (row.sequence > sequence_) report_(span_name(sequence_ + 1, row.sequence));
    if (row.sequence < sequence_) {
      report_("the log goes on after its head, which stands at " + event_name(row.sequence));
    }
    if (row.sequence == sequence_ && row.hash != hash_) {
      report_("the log's head does not fit " + event_name(sequence_));
    }
    const token::Head head{format_.store_id, row.sequence, row.hash, row.at_ms, row.signature};
    if (rows_.keys().sealed() && !token::is_signed_by(head, rows_.keys().public_key())) {
      report_("the signature of the log's head is not this store's");
    }
  }

  const Rows& rows_;
  const LogReport& report_;
  record::Format format_;
  std::uint64_t sequence_ = 0;
  token::ChainHash hash_{};
};

// From the last event to the first: the first that lists a row is the newest.
class RowCheck {
 public:
  RowCheck(const Rows& rows, const LogReport& report)
      : rows_(rows),
        report_(report),
        slot_count_(rows.view().count(Table::verifiers) * rows.records_per_page()),
        seen_records_(slot_count_),
        seen_details_(slot_count_) {}

  Status run() {
    storage::Cursor cursor(rows_.view(), Table::events);
    for (bool more = cursor.last(); more; more = cursor.previous()) {
      const Result<StoredEvent> stored = Rows::stored_event(cursor.key(), cursor.value());
      if (!stored.ok()) continue;  // told by the chain
      const std::optional<model::Event> event = record::decode_event(stored->body);
      if (!event) continue;
      for (const model::ChangedRow& row : event->rows) {
        if (is_first_sight(row)) TOKENRY_TRY(check(*event, row));
      }
    }
    return cursor.status();
  }

 private:
  static bool has_number_key(char domain) {
    return domain == token::kRecordDomain || domain == record::kDetailsDomain ||
           domain == record::kScopeDomain;
  }
  static std::uint32_t number_of(const model::ChangedRow& row) {
    return static_cast<std::uint32_t>(base::load_le(base::as_bytes(row.key).data(), 4));
  }

  bool is_first_sight(const model::ChangedRow& row) {
    const bool by_slot = row.domain == token::kRecordDomain || row.domain == record::kDetailsDomain;
    if (!by_slot || row.key.size() != 4 || number_of(row) >= slot_count_) {
      return seen_others_.insert({row.domain, row.key}).second;
    }
    std::vector<bool>& seen = row.domain == token::kRecordDomain ? seen_records_ : seen_details_;
    const bool is_first = !seen[number_of(row)];
    seen[number_of(row)] = true;
    return is_first;
  }

  // The row's seal as it is now; nothing if the row is not there.
  Result<std::optional<token::Seal>> seal_now(const model::ChangedRow& row) const {
    if (row.domain == token::kRecordDomain) {
      TOKENRY_ASSIGN(const auto record, rows_.record(number_of(row)));
      if (!record) return std::optional<token::Seal>();
      return std::optional<token::Seal>(to_seal(record->seal()));
    }
    const Table table = row.domain == record::kDetailsDomain ? Table::details
                        : row.domain == record::kOwnerDomain ? Table::owners
                        : row.domain == record::kScopeDomain ? Table::scopes
                                                             : Table::control;
    Result<std::optional<Bytes>> found =
        has_number_key(row.domain) ? rows_.view().find(table, storage::NumberKey(number_of(row)))
                                   : rows_.view().find(table, base::as_bytes(row.key));
    TOKENRY_ASSIGN(const std::optional<Bytes> value, std::move(found));
    if (!value) return std::optional<token::Seal>();
    if (value->size() < record::kSealSize) return std::optional<token::Seal>(token::Seal{});
    return std::optional<token::Seal>(to_seal(value->last<record::kSealSize>()));
  }
  static token::Seal to_seal(std::span<const std::uint8_t, record::kSealSize> bytes) {
    token::Seal seal{};
    std::copy(bytes.begin(), bytes.end(), seal.begin());
    return seal;
  }

  Status check(const model::Event& event, const model::ChangedRow& row) {
    constexpr std::string_view kListed{"vdosc"};
    const bool is_known = kListed.find(row.domain) != std::string_view::npos &&
                          (!has_number_key(row.domain) || row.key.size() == 4);
    if (!is_known) {
      report_(event_name(event.sequence) + " lists a row of an unknown kind");
      return {};
    }
    TOKENRY_ASSIGN(const std::optional<token::Seal> now, seal_now(row));
    const bool was_removed = row.seal == token::Seal{};
    const std::string by = event_name(event.sequence);
    if (was_removed && now)
      report_(row_name(row) + " is there again, though " + by + " removed it");
    if (!was_removed && !now) report_(row_name(row) + " is missing, though " + by + " wrote it");
    if (!was_removed && now && *now != row.seal) {
      report_(row_name(row) + " is not the one that " + by +
              " wrote: an older one was put back, or it was altered");
    }
    return {};
  }

  static std::string row_name(const model::ChangedRow& row) {
    switch (row.domain) {
      case token::kRecordDomain:
        return "the record of slot " + std::to_string(number_of(row));
      case record::kDetailsDomain:
        return "the details row of slot " + std::to_string(number_of(row));
      case record::kOwnerDomain:
        return "the row of owner " + row.key;
      case record::kScopeDomain:
        return "the row of scope " + std::to_string(number_of(row));
      default:
        return "the control row";
    }
  }

  const Rows& rows_;
  const LogReport& report_;
  std::uint64_t slot_count_;
  std::vector<bool> seen_records_;
  std::vector<bool> seen_details_;
  std::set<std::pair<char, std::string>> seen_others_;
};

}  // namespace

Status check_log(const Rows& rows, const LogReport& report) {
  ChainCheck chain(rows, report);
  TOKENRY_TRY(chain.run());
  // Unsealed rows cannot be told from their older versions.
  if (!rows.keys().sealed()) return {};
  return RowCheck(rows, report).run();
}

Status check_kept_head(const Rows& rows, const token::Head& kept) {
  TOKENRY_ASSIGN(const record::Format format, rows.format());
  if (kept.store_id != format.store_id) {
    return {Code::invalid_argument, "the head is of store " + base::hex(kept.store_id) +
                                        "; this is store " + base::hex(format.store_id)};
  }
  if (rows.keys().sealed() && !token::is_signed_by(kept, rows.keys().public_key())) {
    return {Code::tampered, "the kept head was not signed by this store"};
  }
  TOKENRY_ASSIGN(const std::optional<StoredEvent> last, rows.last_event());
  const std::uint64_t end = last ? last->sequence : 0;
  if (end < kept.sequence) {
    return {Code::tampered, "the log ends at event " + std::to_string(end) +
                                ", before the kept head at event " + std::to_string(kept.sequence) +
                                ": it was cut, or the store was put back from an older copy"};
  }
  token::ChainHash hash = token::chain_start(format.store_id);
  if (kept.sequence != 0) {
    // By its body: the hash that stands beside it could be the kept one over anything.
    TOKENRY_ASSIGN(const std::optional<StoredEvent> event, rows.event(kept.sequence));
    if (kept.sequence > 1) {
      TOKENRY_ASSIGN(const std::optional<StoredEvent> before, rows.event(kept.sequence - 1));
      if (before) hash = before->hash;
    }
    if (event) hash = token::chain_next(hash, event->body);
  }
  if (hash == kept.hash) return {};
  return {Code::tampered, "another event stands at the place of the kept head, " +
                              event_name(kept.sequence) + ": the log was exchanged"};
}

Result<token::Head> Store::head() {
  token::Head head;
  head.store_id = format_.store_id;
  TOKENRY_TRY(read([&](const Rows& rows) -> Status {
    TOKENRY_ASSIGN(const std::optional<record::HeadRow> row, rows.head());
    if (row) {
      head = {format_.store_id, row->sequence, row->hash, row->at_ms, row->signature};
      return {};
    }
    TOKENRY_ASSIGN(const record::Format format, rows.format());
    if (format.minor != 0 || rows.view().count(Table::events) != 0) {
      return {Code::tampered, "the log's head is missing: data.mdb was changed from outside"};
    }
    head.hash = token::chain_start(format_.store_id);
    head.at_ms = base::now_ms();
    keys_->sign(head);
    return {};
  }));
  return head;
}

Status Store::check_head(const token::Head& kept) {
  return read([&](const Rows& rows) { return check_kept_head(rows, kept); });
}

}  // namespace tokenry::engine
