#include "token_view.hpp"

#include <algorithm>

#include "text.hpp"
#include "times.hpp"

namespace tokenry::cli {
namespace {

// Columns that a table spends on scopes.
constexpr std::size_t kScopeColumns = 40;

Colour colour_of(TokenStatus status) {
  switch (status) {
    case TokenStatus::kActive:
      return Colour::kGreen;
    case TokenStatus::kNotYetValid:
    case TokenStatus::kOwnerSuspended:
    case TokenStatus::kSuspended:
      return Colour::kYellow;
    case TokenStatus::kExpired:
    case TokenStatus::kRevoked:
    case TokenStatus::kTampered:
      return Colour::kRed;
  }
  return Colour::kNone;
}

std::string moment(std::int64_t time, std::int64_t now, std::string_view none) {
  return time == 0 ? std::string(none) : rfc3339(time) + " (" + relative(time, now) + ")";
}

std::string all_scopes(const std::vector<std::string>& scopes) {
  return scopes.empty() ? "none" : join(scopes);
}

}  // namespace

Cell status_cell(TokenStatus status) {
  std::string words(name(status));
  std::replace(words.begin(), words.end(), '_', ' ');
  return Cell(words, colour_of(status));
}

std::string scope_summary(const std::vector<std::string>& scopes) {
  if (scopes.empty()) return "none";
  std::string summary = scopes.front();
  std::size_t shown = 1;
  while (shown < scopes.size() && summary.size() + 2 + scopes[shown].size() <= kScopeColumns) {
    summary += ", " + scopes[shown++];
  }
  if (shown < scopes.size()) summary += " and " + std::to_string(scopes.size() - shown) + " more";
  return summary;
}

void print_token(const TokenInfo& token, std::int64_t now, Output& output) {
  Facts facts;
  facts.add("Token", Cell(token.owner + "/" + token.label, Colour::kBold));
  facts.add("Id", Cell(token.id_text));
  facts.add("Status", status_cell(token.status));
  facts.add("Scopes", Cell(all_scopes(token.scopes)));
  if (token.effective_scopes != token.scopes) {
    facts.add("Effective", Cell(all_scopes(token.effective_scopes)));
  }
  facts.add("Created",
            Cell(moment(token.created_at_ms, now, "unknown") + " by " + token.created_by));
  if (token.secret_created_at_ms != token.created_at_ms) {
    facts.add("Secret created", Cell(moment(token.secret_created_at_ms, now, "unknown")));
  }
  if (token.not_before_ms != 0) {
    facts.add("Not before", Cell(moment(token.not_before_ms, now, "")));
  }
  facts.add("Expires", Cell(moment(token.expires_at_ms, now, "never")));
  facts.add("Last used", Cell(moment(token.last_used_at_ms, now, "not recorded")));
  if (token.updated_at_ms != 0 && token.updated_at_ms != token.created_at_ms) {
    facts.add("Changed", Cell(moment(token.updated_at_ms, now, "") + " by " + token.updated_by));
  }
  if (token.revoked_at_ms != 0) facts.add("Revoked", Cell(moment(token.revoked_at_ms, now, "")));
  if (!token.note.empty()) facts.add("Note", Cell(token.note));
  facts.print(output);
}

void warn_of_escalation(const Store& store, const std::vector<std::string>& granted) {
  for (const Scope& scope : store.scopes()) {
    if (!scope.escalates) continue;
    if (std::find(granted.begin(), granted.end(), scope.name) == granted.end()) continue;
    print_notice("warning: scope " + scope.name + " lets its holder gain rights beyond this token");
  }
}

}  // namespace tokenry::cli
