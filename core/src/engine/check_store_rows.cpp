// The rows that stand once in a store, and the tables that hold nothing else.
#include <set>
#include <string>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "engine/examination.hpp"
#include "model/names.hpp"
#include "record/head_row.hpp"

namespace tokenry::engine {

using base::Result;
using base::Status;
using storage::Table;

namespace {

// Reports every key of the table but those that are known.
Status check_keys(const Examination& examination, Table table,
                  const std::set<std::string_view>& known) {
  storage::Cursor cursor(examination.rows.view(), table);
  for (bool more = cursor.first(); more; more = cursor.next()) {
    const std::string_view key = base::as_text(cursor.key());
    if (known.contains(key)) continue;
    examination.findings.add(std::string("table ") +
                             storage::kTables[static_cast<std::size_t>(table)].name +
                             " has a row " + base::quoted(key) + " that has no place in it");
  }
  return cursor.status();
}

Status check_scopes(Examination& examination, std::uint32_t scope_count) {
  if (scope_count > model::kMaxScopes) {
    examination.findings.add("the control row counts " + std::to_string(scope_count) +
                             " scopes; a store has 256 at the most");
    return {};
  }
  model::Catalog catalog;
  bool complete = true;
  for (std::uint32_t bit = 0; bit < scope_count; ++bit) {
    const std::string what = "scope " + std::to_string(bit);
    Result<model::Scope> scope = examination.rows.scope(bit);
    if (!scope.ok() && !is_unreadable(scope.code())) return scope.status();
    Status status = scope.ok() ? catalog.add(*std::move(scope)) : scope.status();
    if (!status.ok()) examination.findings.add(what + ": " + status.text());
    complete = complete && status.ok();
  }
  if (complete) examination.catalog = std::move(catalog);

  storage::Cursor cursor(examination.rows.view(), Table::scopes);
  for (bool more = cursor.first(); more; more = cursor.next()) {
    const std::uint32_t bit = storage::key_number(cursor.key());
    if (bit < scope_count) continue;
    examination.findings.add("scope " + std::to_string(bit) +
                             " has a row, but the control row counts " +
                             std::to_string(scope_count) + " scopes");
  }
  return cursor.status();
}

}  // namespace

Status check_store_rows(Examination& examination) {
  // Opening the store has checked the format row.
  TOKENRY_TRY(check_keys(examination, Table::meta,
                         {record::kFormatKey, record::kCountersKey, record::kHeadKey}));
  TOKENRY_TRY(check_keys(examination, Table::control, {record::kControlKey}));
  const Result<record::Counters> counters = examination.rows.counters();
  if (!counters.ok() && !is_unreadable(counters.code())) return counters.status();
  if (counters.ok()) examination.counters = counters.value();
  if (!counters.ok()) examination.findings.add(counters.status().text());

  const Result<record::Control> control = examination.rows.control();
  if (control.ok()) return check_scopes(examination, control.value().scope_count);
  if (!is_unreadable(control.code())) return control.status();
  examination.findings.add(control.status().text() + "; every verification is refused");
  return {};
}

Status check_owners(Examination& examination) {
  storage::Cursor cursor(examination.rows.view(), Table::owners);
  for (bool more = cursor.first(); more; more = cursor.next()) {
    const std::string name(base::as_text(cursor.key()));
    const std::string what = "owner " + base::quoted(name);
    if (!model::check_owner(name).ok()) {
      examination.findings.add(what + " has a name that no owner can have");
    }
    const Result<std::optional<model::Owner>> owner = examination.rows.owner(name);
    if (owner.ok()) continue;
    if (!is_unreadable(owner.code())) return owner.status();
    examination.findings.add(what + ": " + owner.status().text());
  }
  return cursor.status();
}

Status check_empty_tables(Examination& examination) {
  return check_keys(examination, Table::aliases, {});
}

}  // namespace tokenry::engine
