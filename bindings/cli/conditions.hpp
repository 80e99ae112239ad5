// Where a token may be used from and how often, as options of create and edit and as people read
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tokenry.hpp>
#include <vector>

#include "arguments.hpp"

namespace tokenry::cli {

// The options as they were typed.
struct ConditionOptions {
  std::optional<std::vector<std::string>> allow_ips;
  std::optional<std::string> max_uses;
  std::optional<std::vector<std::string>> rates;
};

// What they ask for; a field without a value was not given. Empty or 0 is "no such condition".
struct Conditions {
  std::optional<std::vector<std::string>> allow_ips;
  std::optional<std::uint64_t> max_uses;
  std::optional<std::vector<Rate>> rates;
};

// Declares --allow-ip, --max-uses and --rate. options must outlive the parsing.
void add_condition_options(Command& command, ConditionOptions& options);

// Throws a usage Failure that names the option. Addresses and limits are checked by the library.
Conditions parse_conditions(const ConditionOptions& options);

// "10/s", "1000/h", "5/90m": as --rate takes it.
std::string rate_text(const Rate& rate);

}  // namespace tokenry::cli
