// Tokens as people see them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <tokenry.hpp>
#include <vector>

#include "output.hpp"
#include "table.hpp"

namespace tokenry::cli {

// "owner suspended", in the status's colour.
Cell status_cell(TokenStatus status);

// "create-dns, edit-dns and 7 more", or "9 scopes" where that does not fit into so many columns;
// "none" for an empty list.
std::string scope_summary(const std::vector<std::string>& scopes, std::size_t columns);

// All about one token, a line for each fact.
void print_token(const TokenInfo& token, std::int64_t now, Output& output);

// Warns on standard error of each of the named scopes that lets its holder gain further rights.
void warn_of_escalation(const Store& store, const std::vector<std::string>& granted);

}  // namespace tokenry::cli
