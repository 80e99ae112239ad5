#include "model/catalog.hpp"

#include <utility>

#include "base/text.hpp"
#include "model/names.hpp"

namespace tokenry::model {

using base::Code;
using base::Result;
using base::Status;

Status check_scope(const Scope& scope) {
  const auto named = [&](const Status& status) {
    return status.ok()
               ? status
               : Status(status.code(), "scope " + base::quoted(scope.name) + ": " + status.text());
  };
  TOKENRY_TRY(named(check_scope_name(scope.name)));
  TOKENRY_TRY(named(check_scope_text("a scope's group", scope.group)));
  return named(check_scope_text("a scope's text", scope.text));
}

Status Catalog::add(Scope scope) {
  TOKENRY_TRY(check_scope(scope));
  std::string lower = base::ascii_lower(scope.name);
  const auto taken = bits_by_lower_name_.find(lower);
  if (taken != bits_by_lower_name_.end()) {
    const std::string& other = scopes_[taken->second].name;
    const bool same = other == scope.name;
    return {Code::conflict,
            "the scope \"" + scope.name +
                (same ? "\" exists already" : "\" differs only in case from \"" + other + "\"")};
  }
  if (scopes_.size() == kMaxScopes) {
    return {Code::invalid_argument, "a store holds 256 scopes at the most"};
  }
  bits_by_lower_name_.emplace(std::move(lower), scopes_.size());
  scopes_.push_back(std::move(scope));
  return {};
}

std::optional<std::size_t> Catalog::find(std::string_view name) const {
  const auto found = bits_by_lower_name_.find(base::ascii_lower(name));
  if (found == bits_by_lower_name_.end() || scopes_[found->second].name != name) {
    return std::nullopt;
  }
  return found->second;
}

Result<ScopeBits> Catalog::resolve(std::span<const std::string_view> names) const {
  ScopeBits bits;
  for (const std::string_view name : names) {
    const std::optional<std::size_t> bit = find(name);
    if (!bit) {
      const std::string hint = scopes_.empty() ? "the store has no scopes yet"
                                               : "the nearest is \"" + nearest(name) + "\"";
      return Status(Code::unknown_scope, "unknown scope " + base::quoted(name) + "; " + hint);
    }
    bits.add(*bit);
  }
  return bits;
}

ScopeBits Catalog::expand(const ScopeBits& granted) const {
  for (std::size_t bit = 0; bit < scopes_.size(); ++bit) {
    if (scopes_[bit].everything && granted.has(bit)) return ScopeBits::everything();
  }
  return granted;
}

std::vector<std::string_view> Catalog::names(const ScopeBits& bits) const {
  std::vector<std::string_view> result;
  for (std::size_t bit = 0; bit < scopes_.size(); ++bit) {
    if (bits.has(bit)) result.emplace_back(scopes_[bit].name);
  }
  return result;
}

std::string Catalog::nearest(std::string_view name) const {
  // Longer input cannot be near a name; the cut bounds the work.
  const std::string wanted = base::ascii_lower(name.substr(0, 2 * kMaxScopeName));
  std::string best;
  std::size_t best_distance = SIZE_MAX;
  for (const Scope& scope : scopes_) {
    const std::size_t distance = base::edit_distance(wanted, base::ascii_lower(scope.name));
    if (distance < best_distance) {
      best_distance = distance;
      best = scope.name;
    }
  }
  return best;
}

}  // namespace tokenry::model
