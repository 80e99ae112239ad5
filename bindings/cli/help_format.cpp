#include "help_format.hpp"

#include <string_view>

namespace tokenry::cli {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kTextColumn = 30;
constexpr std::size_t kWidth = 80;

// "  name     text", the text wrapped below itself; below the name where that is too long.
std::string two_columns(const std::string& entry, std::string_view text) {
  std::string result(kIndent, ' ');
  result += entry;
  const auto begin_line = [&result] { result += "\n" + std::string(kTextColumn, ' '); };
  std::size_t column = result.size();
  if (column + 2 > kTextColumn) {
    begin_line();
  } else {
    result.append(kTextColumn - column, ' ');
  }
  column = kTextColumn;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find(' '), text.size());
    const bool first = column == kTextColumn;
    if (!first && column + 1 + size > kWidth) {
      begin_line();
      column = kTextColumn;
    } else if (!first) {
      result += ' ';
      ++column;
    }
    result.append(text.substr(0, size));
    column += size;
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return result + "\n";
}

}  // namespace

HelpFormat::HelpFormat() {
  label("SUBCOMMAND", "COMMAND");
  label("Positionals", "Arguments");
}

std::string HelpFormat::make_option(const CLI::Option* option, bool is_positional) const {
  std::string entry = make_option_name(option, is_positional);
  if (entry == "-h,--help") entry = "-h, --help";
  if (!is_positional) entry += make_option_opts(option);
  return two_columns(entry, make_option_desc(option));
}

std::string HelpFormat::make_option_opts(const CLI::Option* option) const {
  const bool takes_value = option->get_type_size() != 0 && !option->get_type_name().empty();
  return takes_value ? " " + option->get_type_name() : "";
}

std::string HelpFormat::make_option_desc(const CLI::Option* option) const {
  const bool must_be_given = option->get_required() && option->nonpositional();
  return option->get_description() + (must_be_given ? " (required)" : "");
}

std::string HelpFormat::make_subcommand(const CLI::App* command) const {
  return two_columns(command->get_name(), command->get_description());
}

}  // namespace tokenry::cli
