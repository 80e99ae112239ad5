#include "engine/store.hpp"

#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "engine/thread_entry.hpp"
#include "model/names.hpp"
#include "storage/registry.hpp"

namespace tokenry::engine {

using base::Code;
using base::Result;
using base::Status;
using storage::Environment;
using storage::ProcessLock;

namespace {

std::atomic<std::uint64_t> g_next_serial{1};

// Later calls must find the store wherever the process has gone by then.
std::string absolute_path(std::string_view path) {
  const std::string given(path);
  char resolved[PATH_MAX];
  return ::realpath(given.c_str(), resolved) != nullptr ? std::string(resolved) : given;
}

Status read_format(const storage::ReadView& view, const std::string& directory,
                   record::Format& format) {
  TOKENRY_ASSIGN(const std::optional<base::Bytes> row,
                 view.find(storage::Table::meta, base::as_bytes(record::kFormatKey)));
  // A later format's row may have another size; its version is told all the same.
  const bool has_seal = row && row->size() >= record::kSealSize;
  const auto outcome =
      has_seal ? record::decode_format(row->first(row->size() - record::kSealSize), format)
               : record::FormatOutcome::not_a_store;
  switch (outcome) {
    case record::FormatOutcome::ok:
      return {};
    case record::FormatOutcome::unsupported:
      return {Code::format_unsupported,
              "the store at " + directory + " has format " + std::to_string(format.major) + "." +
                  std::to_string(format.minor) + "; this version reads up to " +
                  std::to_string(record::kFormatMajor) + "." +
                  std::to_string(record::kFormatMinor)};
    case record::FormatOutcome::not_a_store:
      break;
  }
  return {Code::store_damaged, "the format row of " + directory + " cannot be read"};
}

// What the rest of the engine takes for granted of a format row, which in an unsealed store may say
// anything.
Status check_format(const record::Format& format, std::uint32_t page_size,
                    const std::string& directory) {
  if (format.page_size != page_size) {
    return {Code::format_unsupported, "the store's page size is not that of its data file"};
  }
  if (format.records_per_page != (page_size - record::kRecordSize) / record::kRecordSize) {
    return {Code::format_unsupported,
            "the store at " + directory + " has another number of records in a page"};
  }
  if (!model::check_prefix(format.prefix).ok()) {
    return {Code::store_damaged, "the format row of " + directory + " has no usable prefix"};
  }
  return {};
}

}  // namespace

Store::Store(std::string directory, const OpenOptions& options)
    : directory_(std::move(directory)),
      log_(options.log),
      serial_(g_next_serial.fetch_add(1)),
      maintainer_(options.maintains_itself) {}

Store::~Store() { close(); }

Result<std::shared_ptr<Store>> Store::open(std::string_view directory, const OpenOptions& options) {
  TOKENRY_TRY(token::init_crypto());
  std::shared_ptr<Store> store(new Store(absolute_path(directory), options));
  TOKENRY_TRY(store->open_first(options));
  return store;
}

Status Store::open_first(const OpenOptions& options) {
  {
    const ProcessLock held;
    TOKENRY_ASSIGN(environment_, storage::open_environment(held, directory_));
  }
  const std::shared_ptr<storage::Reader> reader = storage::Reader::attach(environment_, serial_);
  {
    const storage::Snapshot snapshot(*reader);
    TOKENRY_TRY(snapshot.status());
    TOKENRY_TRY(read_format(snapshot, directory_, format_));
    TOKENRY_TRY(check_format(format_, environment_->page_size(), directory_));
    TOKENRY_TRY(load_keys(options));
    tag_ = base::load_le(format_.store_id.data(), 8) | 1;
    const Rows rows(snapshot, *keys_, format_.records_per_page);
    Result<base::Bytes> format_row =
        rows.required_row(storage::Table::meta, record::kFormatDomain,
                          base::as_bytes(record::kFormatKey), "the format row");
    if (!format_row.ok()) return format_row.status();
  }
  add_thread_entry(serial_, reader);
  keep_cells(*environment_);
  return {};
}

void Store::keep_cells(const Environment& environment) {
  Status status;
  {
    const ProcessLock held;
    // Closed, or reopened on another data file meanwhile, whose cells are others.
    if (environment_.get() != &environment || !environment.usable()) return;
    status = usage_.attach(held, environment, format_.store_id);
  }
  report_uncounted(status);
}

// Without cells a store goes on: uses are not counted, tokens with limits are not admitted.
void Store::report_uncounted(const Status& cells) {
  if (!cells.ok()) report_seldom(LogLevel::warning, "usage is not counted: " + cells.text());
}

// The seals are heeded whenever there is a key: a data file that says "unsealed" beside a key was
// changed by somebody who wants them unheeded.
Status Store::load_keys(const OpenOptions& options) {
  const std::string path =
      options.key_file.empty() ? default_key_file(directory_) : options.key_file;
  StoreKey from_file;
  const StoreKey* key = options.key;
  if (key == nullptr) {
    Status status = read_key_file(path, from_file);
    if (status.ok()) key = &from_file;
    const bool needs_none = !format_.sealed && options.key_file.empty();
    if (!status.ok() && !(needs_none && status.code() == Code::key_missing)) return status;
  }
  if (!format_.sealed) {
    if (key != nullptr || format_.key_id != 0) {
      return {Code::tampered, "the store at " + directory_ +
                                  " has a key but its data file says that it is not sealed"};
    }
    TOKENRY_ASSIGN(keys_, token::StoreKeys::unsealed(format_.store_id));
    return {};
  }
  TOKENRY_ASSIGN(keys_, token::StoreKeys::derive(key->span(), format_.store_id));
  if (keys_->key_id() != format_.key_id) {
    return {Code::key_wrong, "the key is not that of the store at " + directory_};
  }
  // Links are left in: where they lead may change, as the key's name does not.
  if (options.key == nullptr) key_file_ = std::filesystem::absolute(path).string();
  return {};
}

void Store::close() {
  maintainer_.stop();
  if (maintainer_.was_needed()) fold_before_closing();
  const ProcessLock held;
  if (closed_) return;
  closed_ = true;
  if (!environment_) return;
  const std::shared_ptr<Environment> environment = std::move(environment_);
  environment_ = nullptr;
  if (environment->usable()) environment->end_readers(serial_);
  storage::release_environment(held, environment);
}

Result<std::shared_ptr<Environment>> Store::environment() {
  const ProcessLock held;
  if (closed_) return Status(Code::closed, "the store is closed");
  // At once: a write to files that were replaced would be lost, though it answered ok.
  if (environment_ && environment_->usable()) environment_->check_health_now();
  if (!environment_ || !environment_->usable()) TOKENRY_TRY(reattach(held));
  return environment_;
}

// After a fork, a failed write, or files replaced under the process: opens what is at the path now,
// which must be the same store.
Status Store::reattach(const ProcessLock& held) {
  if (environment_) storage::release_environment(held, environment_);
  environment_ = nullptr;
  TOKENRY_ASSIGN(std::shared_ptr<Environment> environment,
                 storage::open_environment(held, directory_));
  record::Format format;
  Status status;
  {
    const std::shared_ptr<storage::Reader> reader = storage::Reader::attach(environment, serial_);
    {
      const storage::Snapshot snapshot(*reader);
      status = snapshot.status();
      if (status.ok()) status = read_format(snapshot, directory_, format);
    }
    reader->detach();
  }
  const bool is_same = format.store_id == format_.store_id && format.key_id == format_.key_id &&
                       format.sealed == format_.sealed;
  if (status.ok() && !is_same) {
    status = {Code::conflict, "there is another store at " + directory_ +
                                  " now; close this handle and open it anew"};
  }
  if (!status.ok()) {
    storage::release_environment(held, environment);
    return status;
  }
  environment_ = std::move(environment);
  static_cast<void>(usage_.attach(held, *environment_, format_.store_id));
  return {};
}

Result<ThreadEntry*> Store::thread_entry() {
  ThreadEntry* entry = find_thread_entry(serial_);
  if (entry != nullptr && entry->reader->attached() && entry->reader->environment().usable()) {
    return entry;
  }
  TOKENRY_ASSIGN(std::shared_ptr<Environment> environment, this->environment());
  return add_thread_entry(serial_, storage::Reader::attach(environment, serial_));
}

Status Store::read(const std::function<Status(const Rows&)>& read_rows) {
  for (int attempt = 0;; ++attempt) {
    TOKENRY_ASSIGN(ThreadEntry* const entry, thread_entry());
    entry->reader->environment().check_health();
    const storage::Snapshot snapshot(*entry->reader);
    if (snapshot.detached() && attempt == 0) continue;
    TOKENRY_TRY(snapshot.status());
    return read_rows(Rows(snapshot, *keys_, format_.records_per_page));
  }
}

Status Store::write(storage::Growth growth, bool dry_run, const Planner& plan) {
  Status status = write_once(growth, dry_run, plan);
  if (status.code() == Code::store_busy) return write_once(growth, dry_run, plan);
  if (status.code() == Code::store_full) {
    // Slots of processes that died keep pages from being used again.
    TOKENRY_ASSIGN(const std::shared_ptr<Environment> environment, this->environment());
    environment->clear_dead_readers();
    return write_once(growth, dry_run, plan);
  }
  return status;
}

Status Store::write_once(storage::Growth growth, bool dry_run, const Planner& plan) {
  // What may grow into the reserve is what stops tokens; a broken log must not stop it.
  const bool must_go_on = growth == storage::Growth::spare;
  bool log_broken = false;
  {
    TOKENRY_ASSIGN(const std::shared_ptr<Environment> environment, this->environment());
    TOKENRY_ASSIGN(const std::unique_ptr<storage::WriteTransaction> write,
                   storage::WriteTransaction::begin(environment, growth));
    RowEditor rows(*write, *keys_, format_.records_per_page);
    Applier applier(rows, must_go_on ? BrokenLog::go_on : BrokenLog::refuse);
    TOKENRY_TRY(plan(applier));
    if (dry_run) return {};
    TOKENRY_TRY(applier.finish());
    TOKENRY_TRY(write->commit());
    log_broken = applier.log_broken();
  }
  // Not under the write lock: the callback may call the store.
  if (log_broken) {
    report(LogLevel::error, "the log does not fit its head: data.mdb was changed from outside");
  }
  return {};
}

Status Store::change(std::string_view actor, storage::Growth growth,
                     decltype(model::Change::operation) operation) {
  TOKENRY_TRY(model::check_actor(actor));
  const model::Change change{std::string(actor), base::now_ms(), std::move(operation)};
  return write(growth, false, [&](Applier& applier) { return applier.apply(change); });
}

void Store::report(LogLevel level, const std::string& line) const {
  if (log_) log_(level, line);
}

void Store::report_seldom(LogLevel level, const std::string& line) {
  const std::int64_t now_s = base::coarse_monotonic_s();
  std::int64_t seen_s = reported_at_s_.load(std::memory_order_relaxed);
  if (seen_s == now_s || !reported_at_s_.compare_exchange_strong(seen_s, now_s)) return;
  report(level, line);
}

Status Store::add_scope(std::string_view actor, const model::Scope& scope) {
  return change(actor, storage::Growth::allowed, model::AddScopes{{scope}});
}

Status Store::set_frozen(std::string_view actor, bool frozen) {
  return change(actor, storage::Growth::spare, model::SetFrozen{frozen});
}

}  // namespace tokenry::engine
