#include "conditions.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include "failure.hpp"
#include "times.hpp"

namespace tokenry::cli {
namespace {

constexpr std::string_view kAnyAddress = "any";
constexpr std::string_view kNoLimit = "none";

[[noreturn]] void refuse_rate(const std::string& text) {
  fail_usage(
      "--rate: give N/s, N/m (minutes), N/h, N/d, or N/SPAN such as 1000/12h; none alone for no "
      "rate; not \"" +
      text + "\"");
}

// What does not fit becomes the highest number, which the library refuses with its limit.
std::uint32_t limited(std::uint64_t number) {
  constexpr std::uint64_t kHighest = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::min(number, kHighest));
}

Rate parse_rate(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string_view count_text = std::string_view(text).substr(0, slash);
  const bool is_number =
      !count_text.empty() && count_text.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_number || slash == std::string::npos || slash + 1 == text.size()) refuse_rate(text);
  std::uint64_t count = 0;
  const auto parsed = std::from_chars(count_text.data(), count_text.data() + slash, count);
  if (parsed.ec != std::errc()) count = std::numeric_limits<std::uint64_t>::max();

  std::string span = text.substr(slash + 1);
  if (span.front() < '0' || span.front() > '9') span.insert(span.begin(), '1');
  const std::optional<std::int64_t> period_ms = read_span(span);
  if (!period_ms) refuse_rate(text);
  return {limited(count), limited(static_cast<std::uint64_t>(*period_ms))};
}

// The texts of an option whose word alone means "no such condition". An empty list is most likely
// a variable that was not set, and must not lift a condition.
bool lifts(const std::string& option, const std::vector<std::string>& texts, std::string_view word,
           const std::string& what) {
  if (texts.empty()) {
    fail_usage(option + ": the list is empty; give " + what + ", or " + std::string(word));
  }
  if (std::find(texts.begin(), texts.end(), word) == texts.end()) return false;
  if (texts.size() > 1) {
    fail_usage(option + ": " + std::string(word) + " must stand alone, without " + what);
  }
  return true;
}

std::uint64_t parse_max_uses(const std::string& text) {
  if (text == kNoLimit) return 0;
  const bool is_number = !text.empty() &&
                         text.find_first_not_of("0123456789") == std::string::npos &&
                         text.find_first_not_of('0') != std::string::npos;
  if (!is_number) {
    fail_usage("--max-uses: give a whole number of 1 or more, or none, not \"" + text + "\"");
  }
  std::uint64_t uses = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), uses);
  return parsed.ec == std::errc() ? uses : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace

void add_condition_options(Command& command, ConditionOptions& options) {
  command.lists("--allow-ip", options.allow_ips, "CIDR...",
                "The only addresses and networks it may be used from, up to 100; any: from "
                "everywhere");
  command.text("--max-uses", options.max_uses, "N",
               "How often it may be used, counted from now on; none: no limit");
  command.list("--rate", options.rates, "N/SPAN",
               "How fast it may be used, as in 10/s or 1000/1h; up to two; none: no limit");
}

Conditions parse_conditions(const ConditionOptions& options) {
  Conditions conditions;
  if (options.allow_ips) {
    const bool open = lifts("--allow-ip", *options.allow_ips, kAnyAddress, "addresses or networks");
    conditions.allow_ips = open ? std::vector<std::string>() : *options.allow_ips;
  }
  if (options.max_uses) conditions.max_uses = parse_max_uses(*options.max_uses);
  if (options.rates) {
    conditions.rates.emplace();
    if (!lifts("--rate", *options.rates, kNoLimit, "rates")) {
      for (const std::string& text : *options.rates) conditions.rates->push_back(parse_rate(text));
    }
  }
  return conditions;
}

std::string rate_text(const Rate& rate) {
  const std::string span = span_text(rate.period_ms);
  const bool is_one_unit = span.size() == 2 && span.front() == '1';
  return std::to_string(rate.count) + "/" + (is_one_unit ? span.substr(1) : span);
}

}  // namespace tokenry::cli
