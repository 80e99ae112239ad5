// The last step of a verification: what its limits still admit. They are charged after everything
// else admitted it, so that a denied call costs nothing.
#include "engine/judgement.hpp"
#include "engine/usage.hpp"

namespace tokenry::engine {

using base::Result;
using model::Reason;
using usage::Charge;

namespace {

std::int64_t ms_rounded_up(std::uint64_t us) {
  return static_cast<std::int64_t>((us + 999) / 1000);
}

}  // namespace

Judgement::Step Judgement::charge_limits() {
  if (!conditions_ || !conditions_->has_limits()) return Step::on;
  const usage::SlotCell cell = this->cell();
  if (!cell) return unavailable("the limits of a token cannot be counted; see stat");
  if (conditions_->rate_count != 0) {
    const Step step = charge_rates(cell.cell());
    if (step != Step::on) return step;
  }
  return conditions_->max_uses != 0 ? spend_use(cell.cell()) : Step::on;
}

Judgement::Step Judgement::charge_rates(usage::Cell& cell) {
  for (std::size_t i = 0; i < conditions_->rate_count; ++i) {
    const model::Rate& rate = conditions_->rates[i];
    windows_[i] = {.count = rate.count, .period_us = std::uint64_t{rate.period_ms} * 1000};
  }
  const std::uint16_t tag = limit_tag(call_.generation(), conditions_->rates_version);
  std::uint64_t wait_us = 0;
  switch (usage::charge_rates(cell, tag, {windows_.data(), conditions_->rate_count},
                              cells_->now_us(), older_tags_, wait_us)) {
    case Charge::done:
      rates_charged_ = true;
      return Step::on;
    case Charge::stale:
      return Step::again;
    case Charge::denied:
      break;
  }
  verdict_.retry_after_ms = ms_rounded_up(wait_us);
  return deny(Reason::rate_limited);
}

Judgement::Step Judgement::spend_use(usage::Cell& cell) {
  const std::optional<record::LeaseView> lease = call_.lease(cells_->id());
  if (!lease || lease->max_uses_version != conditions_->max_uses_version) {
    give_charges_back();
    return tampered("its usage row");
  }
  const std::uint16_t tag = limit_tag(call_.generation(), conditions_->max_uses_version);
  switch (usage::spend(cell, tag, lease->allowed_uses, older_tags_)) {
    case Charge::done:
      use_spent_ = true;
      return Step::on;
    case Charge::stale:
      give_charges_back();
      return Step::again;
    case Charge::denied:
      break;
  }
  if (lease->leased_uses < conditions_->max_uses) return lease_uses(cell, tag);
  give_charges_back();
  return deny(Reason::uses_exhausted);
}

// What was leased to these cells is spent: leases more, durably, and spends one of it. A limit that
// was changed meanwhile, or has nothing left, leases nothing; the next attempt sees it.
Judgement::Step Judgement::lease_uses(usage::Cell& cell, std::uint16_t tag) {
  call_.release();
  const Result<std::uint64_t> leased =
      store_.lease_uses(call_.id(), conditions_->max_uses_version, cells_->id(),
                        [&] { return usage::spent(cell, tag); });
  const bool spent = leased.ok() && usage::spend(cell, tag, *leased, older_tags_) == Charge::done;
  if (spent) {
    use_spent_ = true;
    return Step::on;
  }
  give_charges_back();
  // Not spent: others were faster, or the limit was changed. A newer snapshot tells.
  return leased.ok() ? Step::again : not_committed(leased.status());
}

void Judgement::give_charges_back() {
  if (!rates_charged_ && !use_spent_) return;
  const usage::SlotCell cell = this->cell();
  if (!cell) return;
  const std::uint32_t generation = call_.generation();
  if (rates_charged_) {
    usage::refund_rates(cell.cell(), limit_tag(generation, conditions_->rates_version),
                        {windows_.data(), conditions_->rate_count});
  }
  if (use_spent_) {
    usage::unspend(cell.cell(), limit_tag(generation, conditions_->max_uses_version));
  }
  rates_charged_ = false;
  use_spent_ = false;
}

}  // namespace tokenry::engine
