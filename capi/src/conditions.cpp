#include "conditions.hpp"

#include <cstring>

#include "arguments.hpp"

namespace tokenry::capi {

using base::Code;
using base::Status;

namespace {

// Longer than every address with its bits; what is longer is cut and refused.
constexpr std::size_t kLongestNetwork = 64;

}  // namespace

Status read_networks(const char* const* texts, std::size_t count,
                     std::vector<model::Network>& out) {
  if (count != 0 && texts == nullptr) return missing_argument("allow_ips");
  if (count > model::kMaxNetworks) {
    return {Code::invalid_argument, "a token can have at most " +
                                        std::to_string(model::kMaxNetworks) +
                                        " addresses and networks"};
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (texts[i] == nullptr) return missing_argument("an address in allow_ips");
    TOKENRY_ASSIGN(const model::Network network,
                   model::parse_network({texts[i], ::strnlen(texts[i], kLongestNetwork)}));
    out.push_back(network);
  }
  return {};
}

Status read_rates(const tokenry_rate* rates, std::size_t count, std::vector<model::Rate>& out) {
  if (count != 0 && rates == nullptr) return missing_argument("rates");
  if (count > model::kMaxRates) {
    return {Code::invalid_argument,
            "a token can have at most " + std::to_string(model::kMaxRates) + " rates"};
  }
  for (std::size_t i = 0; i < count; ++i) out.push_back({rates[i].count, rates[i].period_ms});
  return {};
}

}  // namespace tokenry::capi
