// Declaring a command's arguments: each helper adds one kind of option to a CLI11 app.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tokenry.hpp>
#include <vector>

namespace tokenry::cli {

// A command of app, or of a command that groups others.
CLI::App& add_command(CLI::App& app, const std::string& name, const std::string& help);

// An option, or a positional argument if its name has no dashes, that takes one text as it is. An
// argument that is not optional must be made required().
CLI::Option* add_text(CLI::App& app, const std::string& names, std::optional<std::string>& target,
                      const std::string& type_name, const std::string& help);
CLI::Option* add_text(CLI::App& app, const std::string& names, std::string& target,
                      const std::string& type_name, const std::string& help);

// An option whose value is a list: it may be repeated, and each value takes commas. Empty names are
// an error, but for a value that is empty as a whole, which adds nothing.
CLI::Option* add_list(CLI::App& app, const std::string& names,
                      std::optional<std::vector<std::string>>& target, const std::string& type_name,
                      const std::string& help);

// A positional argument that takes one token or more.
CLI::Option* add_tokens(CLI::App& app, std::vector<std::string>& target);

// Splits at commas as add_list does.
std::vector<std::string> split_list(const std::string& option, const std::string& text);

// Resolves names of scopes. Throws Error for an unknown one.
ScopeSet scope_set(const Store& store, const std::vector<std::string>& names);

// Digits alone, at least 1.
std::uint64_t parse_count(const std::string& option, const std::string& text);

}  // namespace tokenry::cli
