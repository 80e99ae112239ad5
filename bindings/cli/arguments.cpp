#include "arguments.hpp"

#include <CLI/App.hpp>
#include <algorithm>
#include <charconv>
#include <utility>

#include "failure.hpp"
#include "token_ref.hpp"

namespace tokenry::cli {
namespace {

// Of one occurrence of an option; more than the system lets a program have.
constexpr int kMostArguments = 10'000'000;

}  // namespace

Command Command::add(const std::string& name, const std::string& help) {
  // The global options may follow the command.
  return Command(*app_->add_subcommand(name, help)->fallthrough()->group("Commands"));
}

void Command::require_command() { app_->require_subcommand(1); }

// CLI11's own conversions give some texts, such as "{}" and "[a]", a meaning; callbacks get the
// text as it was typed.
CLI::Option& Command::add_raw(const std::string& names,
                              std::function<void(const std::string&)> take,
                              const std::string& type_name, const std::string& help) {
  const auto take_all = [take = std::move(take)](const CLI::results_t& results) {
    for (const std::string& result : results) take(result);
    return true;
  };
  return *app_->add_option(names, take_all, help)->type_name(type_name)->expected(1);
}

void Command::text(const std::string& names, std::string& target, const std::string& type_name,
                   const std::string& help, Needed needed) {
  const auto take = [&target](const std::string& text) { target = text; };
  add_raw(names, take, type_name, help).required(needed == Needed::kYes);
}

void Command::text(const std::string& names, std::optional<std::string>& target,
                   const std::string& type_name, const std::string& help) {
  const auto take = [&target](const std::string& text) { target = text; };
  add_raw(names, take, type_name, help);
}

void Command::text_or_flag(const std::string& names, bool& given,
                           std::optional<std::string>& target, const std::string& type_name,
                           const std::string& help) {
  const auto take = [&given, &target](const CLI::results_t& results) {
    given = true;
    for (const std::string& result : results) {
      if (!result.empty()) target = result;
    }
    return true;
  };
  app_->add_option(names, take, help)->type_name(type_name)->expected(0, 1);
}

CLI::Option& Command::add_list(const std::string& names,
                               std::optional<std::vector<std::string>>& target,
                               const std::string& type_name, const std::string& help) {
  const auto take = [&target, names](const std::string& text) {
    if (!target) target.emplace();
    for (std::string& item : split_list(names, text)) target->push_back(std::move(item));
  };
  return *add_raw(names, take, type_name, help)
              .multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void Command::list(const std::string& names, std::optional<std::vector<std::string>>& target,
                   const std::string& type_name, const std::string& help, Needed needed) {
  add_list(names, target, type_name, help).required(needed == Needed::kYes);
}

void Command::lists(const std::string& names, std::optional<std::vector<std::string>>& target,
                    const std::string& type_name, const std::string& help) {
  // Extra arguments, which CLI11 has a word for, would give "[a]" a meaning again.
  add_list(names, target, type_name, help).expected(1, kMostArguments)->allow_extra_args(false);
}

void Command::flag(const std::string& names, bool& target, const std::string& help) {
  app_->add_flag(names, target, help);
}

void Command::tokens(std::vector<std::string>& target) {
  const auto take = [&target](const std::string& text) { target.push_back(text); };
  add_raw("T", take, "", kTokenHelp)
      .expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args()
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->required();
}

void Command::when_chosen(std::function<void()> action) { app_->callback(std::move(action)); }

std::vector<std::string> split_list(const std::string& option, const std::string& text) {
  std::vector<std::string> items;
  if (text.empty()) return items;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    if (comma == begin) fail_usage(option + ": a name in the list is empty");
    items.push_back(text.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return items;
}

ScopeSet scope_set(const Store& store, const std::vector<std::string>& names) {
  return store.scope_set(std::vector<std::string_view>(names.begin(), names.end()));
}

std::uint64_t parse_count(const std::string& option, const std::string& text) {
  std::uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || rest != end || count == 0) {
    fail_usage(option + ": give a whole number of 1 or more, not \"" + text + "\"");
  }
  return count;
}

}  // namespace tokenry::cli
