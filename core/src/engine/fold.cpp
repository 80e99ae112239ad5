// Folding: what the usage cells counted becomes durable in the table of usage rows.
#include <algorithm>
#include <chrono>
#include <thread>

#include "engine/store.hpp"
#include "engine/usage.hpp"
#include "usage/fold.hpp"

namespace tokenry::engine {

using base::Result;
using base::Status;
using record::VerifierRecord;
using usage::Cells;

namespace {

// So many take a transaction of a few milliseconds; between two of them writers that wait, such as
// a revocation, go first.
constexpr std::size_t kSlotsPerTransaction = 256;
constexpr std::chrono::milliseconds kPause(1);

// How long a closer waits for another folder, whose round takes milliseconds as a rule.
constexpr std::chrono::milliseconds kClosingPause(5);
constexpr int kClosingAttempts = 200;

}  // namespace

Result<Maintenance> Store::maintain() {
  TOKENRY_ASSIGN(const std::shared_ptr<storage::Environment> environment, this->environment());
  if (usage_.wants_attaching()) keep_cells(*environment);
  environment->clear_dead_readers();
  Maintenance done;
  // Programs of format 1.0 know no usage rows, and go on until the store's first change under a
  // later one. Until then the counts stay in the cells.
  bool has_usage_rows = false;
  TOKENRY_TRY(read([&](const Rows& rows) -> Status {
    TOKENRY_ASSIGN(const record::Format format, rows.format());
    has_usage_rows = format.minor != 0;
    return {};
  }));
  if (!has_usage_rows) return done;
  for (const std::shared_ptr<Cells>& cells : usage_.all()) {
    bool skipped = false;
    TOKENRY_ASSIGN(const std::uint64_t folded, fold(cells, skipped));
    done.folded_tokens += folded;
    done.skipped = done.skipped || skipped;
    if (!skipped) usage_.folded(cells);
  }
  return done;
}

// What this process recorded is not left to a process that may never come: one that folds just now
// may be past it already. Yet nobody is waited for for ever; what stays in the cells is not lost.
void Store::fold_before_closing() {
  for (int attempt = 0; attempt < kClosingAttempts; ++attempt) {
    const Result<Maintenance> done = maintain();
    if (!done.ok() || !done->skipped) return;
    std::this_thread::sleep_for(kClosingPause);
  }
}

Result<std::uint64_t> Store::fold(const std::shared_ptr<Cells>& cells, bool& skipped) {
  TOKENRY_ASSIGN(std::optional<usage::Fold> round, usage::Fold::begin(cells));
  skipped = !round;
  std::uint64_t folded = 0;
  if (skipped) return folded;
  for (;;) {
    const std::vector<std::uint32_t> slots = round->take(kSlotsPerTransaction);
    if (slots.empty()) return folded;
    TOKENRY_TRY(fold_slots(*cells, slots, folded));
    round->done();
    std::this_thread::sleep_for(kPause);
  }
}

namespace {

bool limits_uses(const RowEditor& rows, std::uint64_t id, const VerifierRecord& record) {
  if (!record.has(VerifierRecord::kLimits)) return false;
  const Result<StoredToken> stored = rows.token(id);
  return !stored.ok() || stored->token.details.limits.max_uses != 0;
}

// Of the token that holds the slot now; nothing where there is none or its record cannot be
// trusted. A usage row that cannot be read is made anew, unless it limits the token's uses.
Status fold_slot(RowEditor& rows, Cells& cells, std::uint32_t slot, bool& changed) {
  TOKENRY_ASSIGN(const std::optional<VerifierRecord> record, rows.record(slot));
  const usage::SlotCell cell = cells.peek(slot);
  const bool is_token =
      record && record->state() != model::TokenState::free && rows.record_sealed(slot, *record);
  if (!is_token || !cell) return {};
  const std::uint64_t id = model::make_id(record->generation(), slot);
  Result<std::optional<record::UsageRow>> found = rows.usage(id);
  if (!found.ok() && !is_unreadable(found.code())) return found.status();
  if (!found.ok() && limits_uses(rows, id, *record)) return {};
  record::UsageRow row = found.ok() && *found ? **std::move(found) : record::UsageRow();
  row.generation = record->generation();
  changed =
      fold_cell(cell.read(record->generation()), cells.id(), secret_mark(record->hash()), row);
  return changed ? rows.put_usage(slot, row) : Status();
}

}  // namespace

Status Store::fold_slots(Cells& cells, std::span<const std::uint32_t> slots,
                         std::uint64_t& folded) {
  std::uint64_t changed_rows = 0;
  TOKENRY_TRY(write(storage::Growth::allowed, false, [&](Applier& applier) -> Status {
    changed_rows = 0;
    for (const std::uint32_t slot : slots) {
      bool changed = false;
      TOKENRY_TRY(fold_slot(applier.editor(), cells, slot, changed));
      changed_rows += changed ? 1 : 0;
    }
    return {};
  }));
  folded += changed_rows;
  return {};
}

}  // namespace tokenry::engine
