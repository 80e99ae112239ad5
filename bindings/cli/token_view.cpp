#include "token_view.hpp"

#include <algorithm>

#include "conditions.hpp"
#include "text.hpp"
#include "times.hpp"

namespace tokenry::cli {
namespace {

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

void add_usage(const TokenInfo& token, std::int64_t now, Facts& facts) {
  std::string last_used = moment(token.last_used_at_ms, now, "never");
  if (token.last_used_ip) last_used += " from " + *token.last_used_ip;
  facts.add("Last used", Cell(last_used));
  facts.add("Uses", Cell(std::to_string(token.use_count) + ", denied " +
                         std::to_string(token.denied_count)));
  if (token.use_count != 0) facts.add("Exercised", Cell(all_scopes(token.exercised_scopes)));
}

void add_conditions(const TokenInfo& token, Facts& facts) {
  if (!token.allow_ips.empty()) facts.add("Allowed from", Cell(join(token.allow_ips)));
  if (token.max_uses != 0) {
    facts.add("Uses left",
              Cell(std::to_string(token.uses_left) + " of " + std::to_string(token.max_uses),
                   token.uses_left == 0 ? Colour::kRed : Colour::kNone));
  }
  std::vector<std::string> rates;
  for (const Rate& rate : token.rates) rates.push_back(rate_text(rate));
  if (!rates.empty()) facts.add("Rate", Cell(join(rates)));
}

// Who still presents a secret that has ended missed the rotation, or found it somewhere.
Cell old_secret(const TokenInfo& token, bool pending, std::int64_t now) {
  const std::int64_t seen = token.previous_secret_seen_at_ms;
  if (seen == 0) {
    return Cell(pending ? "works; not presented since the rotation"
                        : "not presented since the rotation");
  }
  const std::string when = moment(seen, now, "");
  if (pending) return {"works; last presented " + when, Colour::kYellow};
  // When it was presented is known to the second.
  const std::int64_t end_s = token.overlap_ends_at_ms / 1000;
  if (seen / 1000 > end_s) return {"STILL PRESENTED, last " + when, Colour::kRed};
  return {"last presented " + when + (seen / 1000 == end_s ? ", as it ended" : ", before its end"),
          Colour::kYellow};
}

// After an abort the present secret is the older one.
void add_rotation(const TokenInfo& token, std::int64_t now, Facts& facts) {
  if (token.overlap_ends_at_ms == 0) return;
  const bool pending = now < token.overlap_ends_at_ms;
  facts.add("Rotation", Cell((pending ? "pending until " : "over since ") +
                                 moment(token.overlap_ends_at_ms, now, ""),
                             pending ? Colour::kYellow : Colour::kNone));
  if (pending && token.retires_on_use)
    facts.add("Ends early", Cell("at the new secret's first use"));
  facts.add(pending ? "New secret" : "Present secret",
            Cell(token.newest_secret_used ? "in use" : "not used since the rotation"));
  facts.add(pending ? "Old secret" : "Retired secret", old_secret(token, pending, now));
}

}  // namespace

Cell status_cell(TokenStatus status) {
  std::string words(name(status));
  std::replace(words.begin(), words.end(), '_', ' ');
  return Cell(words, colour_of(status));
}

std::string scope_summary(const std::vector<std::string>& scopes, std::size_t columns) {
  if (scopes.empty()) return "none";
  const auto rest = [&](std::size_t shown) {
    return shown == scopes.size() ? "" : " and " + std::to_string(scopes.size() - shown) + " more";
  };
  std::string names;
  std::string summary;
  for (std::size_t shown = 1; shown <= scopes.size(); ++shown) {
    names += (shown == 1 ? "" : ", ") + scopes[shown - 1];
    if (names.size() > columns) break;
    if (names.size() + rest(shown).size() <= columns) summary = names + rest(shown);
  }
  return summary.empty() ? counted(scopes.size(), "scope") : summary;
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
  add_usage(token, now, facts);
  add_conditions(token, facts);
  add_rotation(token, now, facts);
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
