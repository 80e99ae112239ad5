#include "model/limits.hpp"

#include <string>

namespace tokenry::model {

using base::Code;
using base::Status;

Status check_max_uses(std::uint64_t max_uses) {
  if (max_uses <= kMaxMaxUses) return {};
  return {Code::invalid_argument,
          "the number of uses must be at most " + std::to_string(kMaxMaxUses)};
}

Status check_rates(std::span<const Rate> rates) {
  if (rates.size() > kMaxRates) {
    return {Code::invalid_argument,
            "a token can have at most " + std::to_string(kMaxRates) + " rates"};
  }
  for (const Rate& rate : rates) {
    if (rate.count == 0 || rate.count > kMaxRateCount) {
      return {Code::invalid_argument,
              "a rate must allow 1 to " + std::to_string(kMaxRateCount) + " uses"};
    }
    if (rate.period_ms < kMinRatePeriodMs || rate.period_ms > kMaxRatePeriodMs) {
      return {Code::invalid_argument, "a rate's period must be 1 second to 31 days"};
    }
    if (rate.count > std::uint64_t{kMaxRatePerMs} * rate.period_ms) {
      return {Code::invalid_argument, "a rate can be at most 100000 uses a second"};
    }
  }
  return {};
}

}  // namespace tokenry::model
