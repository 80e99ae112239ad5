// What `stat` tells: a walk over every row, in steps, with every seal checked.
#include "base/clock.hpp"
#include "engine/store.hpp"
#include "record/token_rows.hpp"

namespace tokenry::engine {

using base::Bytes;
using base::Code;
using base::Result;
using base::Status;
using record::VerifierRecord;
using storage::ProcessLock;
using storage::Table;

namespace {

// Pages of records that one snapshot reads at the most.
constexpr std::uint32_t kPagesPerStep = 256;

class Walk {
 public:
  Walk(StoreFacts& facts, std::int64_t now_ms) : facts_(facts), now_ms_(now_ms) {}

  Status store_rows(const Rows& rows) {
    facts_.transaction_id = rows.view().transaction_id();
    const Result<record::Control> control = rows.control();
    note(control.code(), "control row");
    facts_.scope_count = control.ok() ? control->scope_count : 0;
    facts_.frozen = control.ok() && control->frozen;
    note(rows.counters().code(), "counters row");
    note(rows.head().code(), "head of the log");
    // The first change by this version raises it.
    const Result<record::Format> format = rows.format();
    if (format.ok()) facts_.format.minor = format->minor;
    for (std::uint32_t bit = 0; bit < facts_.scope_count; ++bit) {
      note(rows.scope(bit).code(), "scope " + std::to_string(bit));
    }
    facts_.owner_count = rows.view().count(Table::owners);
    facts_.free_slot_count = rows.view().count(Table::free_slots);
    storage::Cursor owners(rows.view(), Table::owners);
    for (bool more = owners.first(); more; more = owners.next()) {
      const std::string name(base::as_text(owners.key()));
      note(rows.owner(name).code(), "owner " + name);
    }
    return owners.status();
  }

  // Pages from first_page on; false in `more` when there are no others.
  Status records(const Rows& rows, std::uint32_t first_page, bool& more) {
    const auto per_page = static_cast<std::uint32_t>(rows.records_per_page());
    const std::uint64_t pages = rows.view().count(Table::verifiers);
    const std::uint64_t end = std::min<std::uint64_t>(pages, first_page + kPagesPerStep);
    for (std::uint64_t page = first_page; page < end; ++page) {
      for (std::uint32_t i = 0; i < per_page; ++i) {
        TOKENRY_TRY(record(rows, static_cast<std::uint32_t>(page * per_page + i)));
      }
    }
    more = end < pages;
    return {};
  }

 private:
  Status record(const Rows& rows, std::uint32_t slot) {
    TOKENRY_ASSIGN(const std::optional<VerifierRecord> record, rows.record(slot));
    if (!record) return {};
    const bool never_used = record->bytes() == VerifierRecord().bytes();
    if (never_used) return {};
    ++facts_.slot_count;
    const std::string what = "record of slot " + std::to_string(slot);
    if (!rows.record_sealed(slot, *record) || !record->flags_known()) {
      note(Code::tampered, what);
      return {};
    }
    if (record->state() == model::TokenState::free) return {};
    ++facts_.tokens_by_status[static_cast<std::size_t>(model::status_at(record->terms(), now_ms_))];
    const Result<StoredToken> token = rows.token(model::make_id(record->generation(), slot));
    note(token.code(), "details of slot " + std::to_string(slot));
    if (!token.ok()) return {};
    TOKENRY_ASSIGN(const bool indexed, rows.is_indexed(token->token.details));
    note(indexed ? Code::ok : Code::tampered, "label of slot " + std::to_string(slot));
    const Result<std::optional<record::UsageRow>> usage = rows.usage(token->token.details.id);
    // Where it limits the uses it must be there.
    const bool is_missing =
        usage.ok() && !*usage && token->token.details.limits.max_uses_version != 0;
    note(is_missing ? Code::tampered : usage.code(), "usage of slot " + std::to_string(slot));
    return {};
  }

  void note(Code code, const std::string& what) {
    if (code == Code::ok) return;
    if (facts_.tampered_count++ == 0) facts_.tampered_first = what;
  }

  StoreFacts& facts_;
  std::int64_t now_ms_;
};

}  // namespace

Result<StoreFacts> Store::facts() {
  StoreFacts facts;
  facts.format = format_;
  Walk walk(facts, base::now_ms());
  TOKENRY_TRY(read([&](const Rows& rows) { return walk.store_rows(rows); }));
  bool more = true;
  for (std::uint32_t page = 0; more; page += kPagesPerStep) {
    TOKENRY_TRY(read([&](const Rows& rows) { return walk.records(rows, page, more); }));
  }
  TOKENRY_ASSIGN(const std::shared_ptr<storage::Environment> environment, this->environment());
  TOKENRY_ASSIGN(facts.environment, environment->facts());
  const usage::Cells* const cells = usage_.cells();
  if (cells != nullptr) facts.cells_path = cells->path();
  if (cells != nullptr) facts.cells_bytes = cells->byte_size();
  const ProcessLock held;
  facts.cells_problem = usage_.problem(held);
  return facts;
}

}  // namespace tokenry::engine
