// list: prints tokens.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "arguments.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "table.hpp"
#include "text.hpp"
#include "times.hpp"
#include "token_view.hpp"

namespace tokenry::cli {
namespace {

struct ListOptions {
  std::optional<std::vector<std::string>> owners;
  std::optional<std::vector<std::string>> statuses;
  std::optional<std::vector<std::string>> scopes;
  std::string label;
  std::string sort = "owner";
  std::optional<std::string> limit;
};

constexpr std::array<TokenStatus, 7> kStatuses = {
    TokenStatus::kActive,         TokenStatus::kNotYetValid, TokenStatus::kExpired,
    TokenStatus::kOwnerSuspended, TokenStatus::kSuspended,   TokenStatus::kRevoked,
    TokenStatus::kTampered};

constexpr std::array<std::pair<std::string_view, Sort>, 7> kSorts = {
    {{"owner", Sort::kOwner},
     {"label", Sort::kLabel},
     {"created", Sort::kCreated},
     {"expires", Sort::kExpires},
     {"status", Sort::kStatus},
     {"last-used", Sort::kLastUsed},
     {"none", Sort::kNone}}};

TokenStatus parse_status(const std::string& text) {
  const auto* found = std::find_if(kStatuses.begin(), kStatuses.end(),
                                   [&](TokenStatus status) { return name(status) == text; });
  if (found != kStatuses.end()) return *found;
  std::vector<std::string> known;
  for (const TokenStatus status : kStatuses) known.emplace_back(name(status));
  fail_usage("--status: give " + join(known) + ", not \"" + text + "\"");
}

// A field's name; "-" before it turns the order round.
void parse_sort(std::string_view text, Filter& filter) {
  const std::string given(text);
  if (!text.empty() && text.front() == '-') {
    filter.descending = true;
    text.remove_prefix(1);
  }
  for (const auto& [field, sort] : kSorts) {
    if (field != text) continue;
    filter.sort = sort;
    return;
  }
  fail_usage(
      "--sort: give owner, label, created, expires, status, last-used or none, with - before it "
      "for "
      "descending order, not \"" +
      given + "\"");
}

Filter make_filter(const ListOptions& options) {
  Filter filter;
  if (options.owners) filter.owners = *options.owners;
  if (options.statuses) {
    for (const std::string& status : *options.statuses) {
      filter.statuses.push_back(parse_status(status));
    }
  }
  filter.label_glob = options.label;
  parse_sort(options.sort, filter);
  if (options.limit) filter.limit = parse_count("--limit", *options.limit);
  return filter;
}

// One object a line, so that a long list can be read as it comes.
void print_json(Cursor& cursor, Output& output) {
  std::string_view separator = "[";
  for (const TokenInfo& token : cursor) {
    output.text(separator);
    output.text(token_json(token));
    separator = ",\n";
  }
  output.line(separator == "[" ? "[]" : "]");
}

// The columns of rows under headings, with the spaces before a further column.
std::size_t table_width(const std::vector<std::string_view>& headings,
                        const std::vector<std::vector<Cell>>& rows) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < headings.size(); ++i) {
    std::size_t widest = headings[i].size();
    for (const std::vector<Cell>& row : rows) {
      widest = std::max(widest, display_width(row[i].text));
    }
    width += widest + 2;
  }
  return width;
}

// Columns that a table spends on scopes, at most and at least.
constexpr std::size_t kScopeColumns = 40;
constexpr std::size_t kLeastScopeColumns = 12;

std::vector<Cell> row_of(const TokenInfo& token, std::int64_t now) {
  return {Cell(token.owner),
          Cell(token.label),
          Cell(token.id_text),
          status_cell(token.status),
          Cell(relative_or(token.expires_at_ms, now, "never")),
          Cell(relative_or(token.last_used_at_ms, now, "never")),
          Cell(relative_or(token.created_at_ms, now, "-"))};
}

// On a terminal whose lines would break, the age goes first, then names of scopes.
void print_table(Cursor& cursor, Output& output) {
  std::vector<std::string_view> headings = {"OWNER",   "LABEL",     "ID",     "STATUS",
                                            "EXPIRES", "LAST USED", "CREATED"};
  const std::int64_t now = now_ms();
  std::vector<std::vector<Cell>> rows;
  std::vector<std::vector<std::string>> scopes;
  for (const TokenInfo& token : cursor) {
    rows.push_back(row_of(token, now));
    scopes.push_back(token.scopes);
  }
  if (rows.empty()) {
    print_notice("no tokens match");
    return;
  }
  const std::size_t columns = output.columns().value_or(SIZE_MAX);
  if (table_width(headings, rows) + kLeastScopeColumns > columns) {
    headings.pop_back();
    for (std::vector<Cell>& row : rows) row.pop_back();
  }
  const std::size_t taken = std::min(columns, table_width(headings, rows));
  const std::size_t for_scopes = std::clamp(columns - taken, kLeastScopeColumns, kScopeColumns);
  headings.emplace_back("SCOPES");
  Table table(headings);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].emplace_back(scope_summary(scopes[i], for_scopes));
    table.add(std::move(rows[i]));
  }
  table.print(output);
}

int run_list(Context& context, const ListOptions& options) {
  Filter filter = make_filter(options);
  const Store store = context.open_store();
  if (options.scopes) filter.scopes = scope_set(store, *options.scopes);
  Cursor cursor = store.list(filter);
  if (context.options.json) {
    print_json(cursor, context.output);
  } else {
    print_table(cursor, context.output);
  }
  return kExitDone;
}

}  // namespace

void add_list(Command program, Context& context) {
  Command command = program.add("list", "List tokens");
  const auto options = std::make_shared<ListOptions>();
  command.list("--owner", options->owners, "O[,O...]", "Only these owners'");
  command.list(
      "--status", options->statuses, "STATUS[,...]",
      "Only active, not_yet_valid, expired, owner_suspended, suspended, revoked or tampered ones");
  command.list("--scope", options->scopes, "S[,S...]",
               "Only those that may do one of these, ceilings applied");
  command.text("--label", options->label, "GLOB", "Only labels that match: * ? [a-z] [!a-z]");
  command.text(
      "--sort", options->sort, "FIELD",
      "owner, the default; label, created, expires, status, last-used (never used first), or none "
      "for the store's order; "
      "-FIELD for descending order");
  command.text("--limit", options->limit, "N", "At most so many");
  command.when_chosen([&context, options] {
    context.command = [&context, options] { return run_list(context, *options); };
  });
}

}  // namespace tokenry::cli
