// What an operator does with owners.
#include <map>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "engine/store.hpp"
#include "model/names.hpp"
#include "record/owner_row.hpp"
#include "record/token_rows.hpp"

namespace tokenry::engine {

using base::Code;
using base::Result;
using base::Status;
using storage::Growth;

namespace {

// Rows that one snapshot reads at the most, so that none stays open for long.
constexpr std::size_t kRowsPerStep = 4096;

// Adds up to kRowsPerStep rows of the label index from `from` on to the counts; `from` is then
// where the next step begins, empty at the end. Stops at the first key without the prefix.
Status count_live_tokens(const Rows& rows, const std::string& prefix, std::string& from,
                         std::map<std::string, std::uint64_t, std::less<>>& counts) {
  storage::Cursor cursor(rows.view(), storage::Table::labels);
  std::size_t steps = 0;
  for (bool more = cursor.seek(base::as_bytes(from)); more; more = cursor.next()) {
    const std::string_view key = base::as_text(cursor.key());
    if (!key.starts_with(prefix)) break;
    if (++steps > kRowsPerStep) {
      from = key;
      return {};
    }
    const std::optional<record::LabelKey> parts = record::parse_label_key(key);
    if (parts && parts->live) ++counts[std::string(parts->owner)];
  }
  from.clear();
  return cursor.status();
}

}  // namespace

Status Store::create_owner(std::string_view actor, std::string_view name,
                           const model::ScopeBits& ceiling) {
  TOKENRY_TRY(model::check_actor(actor));
  TOKENRY_TRY(model::check_owner(name));
  return write(Growth::allowed, false, [&](Applier& applier) -> Status {
    TOKENRY_ASSIGN(const std::optional<model::Owner> taken, applier.rows().owner(name));
    if (taken) {
      return {Code::conflict, "the owner " + base::quoted(name) + " exists already"};
    }
    TOKENRY_ASSIGN(const model::Catalog* catalog, applier.catalog());
    return applier.apply({std::string(actor), base::now_ms(),
                          model::SetCeiling{std::string(name), catalog->expand(ceiling)}});
  });
}

Status Store::set_ceiling(std::string_view actor, std::string_view name,
                          const model::ScopeBits& ceiling) {
  TOKENRY_TRY(model::check_actor(actor));
  TOKENRY_TRY(model::check_owner(name));
  return write(Growth::allowed, false, [&](Applier& applier) -> Status {
    TOKENRY_ASSIGN(const model::Catalog* catalog, applier.catalog());
    return applier.apply({std::string(actor), base::now_ms(),
                          model::SetCeiling{std::string(name), catalog->expand(ceiling)}});
  });
}

Status Store::set_owner_suspended(std::string_view actor, std::string_view name, bool suspended) {
  TOKENRY_TRY(model::check_owner(name));
  return change(actor, Growth::spare, model::SetOwnerSuspended{std::string(name), suspended});
}

Status Store::rename_owner(std::string_view actor, std::string_view name,
                           std::string_view new_name) {
  TOKENRY_TRY(model::check_owner(name));
  TOKENRY_TRY(model::check_owner(new_name));
  return change(actor, Growth::allowed,
                model::RenameOwner{std::string(name), std::string(new_name)});
}

Result<std::uint64_t> Store::delete_owner(std::string_view actor, std::string_view name) {
  TOKENRY_TRY(model::check_actor(actor));
  TOKENRY_TRY(model::check_owner(name));
  std::uint64_t revoked = 0;
  TOKENRY_TRY(write(Growth::spare, false, [&](Applier& applier) -> Status {
    TOKENRY_ASSIGN(const std::vector<IndexedToken> live,
                   applier.tokens_of(name, Applier::Which::live));
    revoked = live.size();
    return applier.apply(
        {std::string(actor), base::now_ms(), model::DeleteOwner{std::string(name)}});
  }));
  return revoked;
}

Result<OwnerSummary> Store::owner(std::string_view name) {
  TOKENRY_TRY(model::check_owner(name));
  OwnerSummary summary;
  TOKENRY_TRY(read([&](const Rows& rows) -> Status {
    TOKENRY_ASSIGN(summary.owner, rows.existing_owner(name));
    return {};
  }));
  std::map<std::string, std::uint64_t, std::less<>> counts;
  const std::string prefix = record::owner_prefix(name);
  std::string from = prefix;
  do {
    TOKENRY_TRY(
        read([&](const Rows& rows) { return count_live_tokens(rows, prefix, from, counts); }));
  } while (!from.empty());
  summary.live_tokens = counts[summary.owner.name];
  return summary;
}

Result<std::vector<OwnerSummary>> Store::owners() {
  std::vector<OwnerSummary> summaries;
  std::string from;
  do {
    TOKENRY_TRY(read([&](const Rows& rows) -> Status {
      storage::Cursor cursor(rows.view(), storage::Table::owners);
      std::size_t steps = 0;
      bool more = from.empty() ? cursor.first() : cursor.seek(base::as_bytes(from));
      for (; more && steps < kRowsPerStep; more = cursor.next(), ++steps) {
        TOKENRY_ASSIGN(model::Owner owner, rows.existing_owner(base::as_text(cursor.key())));
        summaries.push_back({std::move(owner), 0});
      }
      from = more ? std::string(base::as_text(cursor.key())) : std::string();
      return cursor.status();
    }));
  } while (!from.empty());

  std::map<std::string, std::uint64_t, std::less<>> counts;
  // Owner names begin above a zero byte, so this stands before all of them.
  from.assign(1, '\0');
  do {
    TOKENRY_TRY(read([&](const Rows& rows) { return count_live_tokens(rows, "", from, counts); }));
  } while (!from.empty());
  for (OwnerSummary& summary : summaries) summary.live_tokens = counts[summary.owner.name];
  return summaries;
}

}  // namespace tokenry::engine
