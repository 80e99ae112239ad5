#include "outputs.hpp"

#include <algorithm>
#include <utility>

#include "base/clock.hpp"

namespace tokenry::capi {

void NameArray::add(std::string name) {
  names_.push_back(std::move(name));
  pointers_.push_back(names_.back().c_str());
}

TokenInfoOut::TokenInfoOut(model::Token token, const model::Catalog& catalog)
    : tokenry_token_info{},
      details_(std::move(token.details)),
      id_text_(engine::id_text(details_.id)),
      scopes_(catalog.names(details_.granted)),
      effective_scopes_(catalog.names(token.terms.effective)),
      exercised_scopes_(catalog.names(token.usage.exercised)) {
  struct_size = sizeof(tokenry_token_info);
  status = static_cast<int32_t>(model::status_at(token, base::now_ms()));
  id = details_.id;
  id_text = id_text_.c_str();
  owner = details_.owner.c_str();
  label = details_.label.c_str();
  note = details_.note.c_str();
  created_by = details_.created_by.c_str();
  updated_by =
      details_.updated_by.empty() ? details_.created_by.c_str() : details_.updated_by.c_str();
  scopes = scopes_.data();
  scope_count = scopes_.size();
  effective_scopes = effective_scopes_.data();
  effective_scope_count = effective_scopes_.size();
  std::copy_n(details_.granted.words.begin(), 4, granted_bits);
  std::copy_n(token.terms.effective.words.begin(), 4, effective_bits);
  created_at_ms = details_.created_at_ms;
  secret_created_at_ms = details_.secret_created_at_ms;
  not_before_ms = token.terms.not_before_ms;
  expires_at_ms = token.terms.expires_at_ms;
  updated_at_ms = details_.updated_at_ms != 0 ? details_.updated_at_ms : details_.created_at_ms;
  revoked_at_ms = details_.revoked_at_ms;
  overlap_ends_at_ms = token.terms.overlap_ends_at_ms;
  retires_on_use = token.terms.retires_on_use ? 1 : 0;
  put_usage(token.usage);
  put_conditions();
}

void TokenInfoOut::put_usage(const model::TokenUsage& usage) {
  last_used_at_ms = usage.last_used_at_ms;
  if (usage.last_address) {
    last_used_ip_ = model::print_address(*usage.last_address);
    last_used_ip = last_used_ip_.c_str();
  }
  use_count = usage.uses;
  denied_count = usage.denials;
  exercised_scopes = exercised_scopes_.data();
  exercised_scope_count = exercised_scopes_.size();
  std::copy_n(usage.exercised.words.begin(), 4, exercised_bits);
  uses_left = usage.uses_left;
  newest_secret_used = usage.newest_secret_used ? 1 : 0;
  previous_secret_seen_at_ms = usage.previous_secret_seen_at_ms;
}

void TokenInfoOut::put_conditions() {
  for (const model::Network& network : details_.networks) {
    allow_ips_.add(model::print_network(network));
  }
  allow_ips = allow_ips_.data();
  allow_ip_count = allow_ips_.size();
  max_uses = details_.limits.max_uses;
  for (const model::Rate& rate : details_.limits.rates) {
    rates_.push_back({rate.count, rate.period_ms});
  }
  rates = rates_.data();
  rate_count = rates_.size();
}

OwnerInfoOut::OwnerInfoOut(engine::OwnerSummary summary, const model::Catalog& catalog)
    : tokenry_owner_info{},
      owner_(std::move(summary.owner)),
      ceiling_(catalog.names(owner_.ceiling)) {
  struct_size = sizeof(tokenry_owner_info);
  suspended = owner_.suspended ? 1 : 0;
  ceiling_everything = owner_.ceiling.is_everything() ? 1 : 0;
  ceiling_count = static_cast<uint32_t>(ceiling_.size());
  name = owner_.name.c_str();
  ceiling = ceiling_.data();
  token_count = summary.live_tokens;
  created_at_ms = owner_.created_at_ms;
  created_by = owner_.created_by.c_str();
}

}  // namespace tokenry::capi
