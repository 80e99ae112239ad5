#include "engine/check.hpp"

#include <array>
#include <memory>

#include "engine/examination.hpp"
#include "engine/log_check.hpp"
#include "engine/store.hpp"
#include "storage/page_check.hpp"
#include "storage/preflight.hpp"

namespace tokenry::engine {

using base::Code;
using base::Result;
using base::Status;
using storage::Table;

namespace {

// In this order: later ones use what earlier ones learned.
constexpr std::array<Checker, 9> kCheckers = {check_store_rows,   check_owners, check_tokens,
                                              check_details,      check_labels, check_free_slots,
                                              check_empty_tables, check_usage,  check_events};

// A key file that cannot be used says nothing of the data.
Status check_key_file(const std::string& directory, const CheckOptions& options) {
  if (options.key != nullptr) return {};
  StoreKey key;
  const Status status =
      read_key_file(options.key_file.empty() ? default_key_file(directory) : options.key_file, key);
  // An unsealed store needs none; opening tells.
  return status.code() == Code::key_missing ? Status() : status;
}

std::uint64_t count_rows(const Examination& examination) {
  std::uint64_t rows = examination.used_slot_count;
  for (std::size_t i = 0; i < storage::kTableCount; ++i) {
    const auto table = static_cast<Table>(i);
    if (table != Table::verifiers) rows += examination.rows.view().count(table);
  }
  return rows;
}

// What the kept head shows is a finding; a head of another store is a mistake.
Status check_against(const Rows& rows, const token::Head& kept_head, base::Findings& findings) {
  const Status status = check_kept_head(rows, kept_head);
  if (status.code() != Code::tampered) return status;
  findings.add(status.text());
  return {};
}

Status check_rows(Store& store, const std::optional<token::Head>& kept_head,
                  base::Progress& progress, CheckReport& report) {
  return store.read([&](const Rows& rows) -> Status {
    const std::uint64_t pages = report.page_count;
    // The pages were the first half of the work.
    const auto tell = [&](std::uint64_t done, std::uint64_t total) {
      progress.report(pages + (total == 0 ? 0 : pages * done / total), 2 * pages);
    };
    Examination examination{rows, report.findings, tell, {}, {}, {}};
    for (const Checker check : kCheckers) TOKENRY_TRY(check(examination));
    if (kept_head) TOKENRY_TRY(check_against(rows, *kept_head, report.findings));
    report.token_count = examination.token_count;
    report.row_count = count_rows(examination);
    report.rows_checked = true;
    return {};
  });
}

void check_map_size(const Store& store, const storage::PageReport& pages, CheckReport& report) {
  const std::uint64_t made = store.format().map_size_bytes;
  if (pages.map_size_bytes == made) return;
  report.findings.add("the meta page has a map of " + std::to_string(pages.map_size_bytes) +
                      " bytes; the store was made with " + std::to_string(made));
}

Result<CheckReport> examine(const std::string& directory, const CheckOptions& options,
                            base::Progress& progress) {
  TOKENRY_ASSIGN(storage::PageReport pages, storage::check_pages(directory, progress));
  CheckReport report;
  report.page_count = pages.page_count;
  report.findings.add_all(std::move(pages.findings));
  if (!pages.safe) return report;

  TOKENRY_TRY(check_key_file(directory, options));
  OpenOptions open_options;
  open_options.key_file = options.key_file;
  open_options.key = options.key;
  const Result<std::shared_ptr<Store>> store = Store::open(directory, open_options);
  if (!store.ok()) {
    if (!is_unreadable(store.code())) return store.status();
    report.findings.add("the store cannot be opened: " + store.status().text());
    return report;
  }
  check_map_size(**store, pages, report);
  TOKENRY_TRY(check_rows(**store, options.kept_head, progress, report));
  return report;
}

}  // namespace

Result<CheckReport> check_store(std::string_view path, const CheckOptions& options) {
  const std::string directory(path);
  TOKENRY_TRY(storage::check_directory(directory));
  base::Progress progress(options.progress);
  TOKENRY_ASSIGN(CheckReport report, examine(directory, options, progress));
  progress.finish(2 * report.page_count);
  return report;
}

}  // namespace tokenry::engine
