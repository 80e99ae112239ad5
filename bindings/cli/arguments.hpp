// Declaring a command's arguments. The only face of CLI11 to the commands: its headers take long to
// compile, so that no command includes them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tokenry.hpp>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tokenry::cli {

enum class Needed { kNo, kYes };

// A command, or the program itself, under construction. Targets must outlive the parsing.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  // A command of this one.
  [[nodiscard]] Command add(const std::string& name, const std::string& help);

  // For a command that only groups others: one of them must be chosen.
  void require_command();

  // An option, or a positional argument if its name has no dashes, that takes one text as it is.
  void text(const std::string& names, std::string& target, const std::string& type_name,
            const std::string& help, Needed needed = Needed::kNo);
  void text(const std::string& names, std::optional<std::string>& target,
            const std::string& type_name, const std::string& help);

  // An option whose value may be left out: given says whether it stands there at all.
  void text_or_flag(const std::string& names, bool& given, std::optional<std::string>& target,
                    const std::string& type_name, const std::string& help);

  // An option whose value is a list: it may be repeated, and each value takes commas. Empty names
  // are an error, but for a value that is empty as a whole, which adds nothing.
  void list(const std::string& names, std::optional<std::vector<std::string>>& target,
            const std::string& type_name, const std::string& help, Needed needed = Needed::kNo);

  // The same, but one occurrence takes several arguments as well, up to the next option; a
  // positional argument that is needed is left for itself.
  void lists(const std::string& names, std::optional<std::vector<std::string>>& target,
             const std::string& type_name, const std::string& help);

  void flag(const std::string& names, bool& target, const std::string& help);

  // A positional argument that takes one token or more.
  void tokens(std::vector<std::string>& target);

  // What to do, right after parsing, if this command was chosen.
  void when_chosen(std::function<void()> action);

 private:
  CLI::Option& add_raw(const std::string& names, std::function<void(const std::string&)> take,
                       const std::string& type_name, const std::string& help);

  CLI::Option& add_list(const std::string& names, std::optional<std::vector<std::string>>& target,
                        const std::string& type_name, const std::string& help);

  CLI::App* app_;
};

// Splits at commas as Command::list does.
std::vector<std::string> split_list(const std::string& option, const std::string& text);

// Resolves names of scopes. Throws Error for an unknown one.
ScopeSet scope_set(const Store& store, const std::vector<std::string>& names);

// Digits alone, at least 1.
std::uint64_t parse_count(const std::string& option, const std::string& text);

}  // namespace tokenry::cli
