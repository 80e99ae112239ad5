// Text for people: what a terminal may be shown, and how wide it is there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tokenry::cli {

// text with control characters, direction overrides and bytes that are not UTF-8 written as \xNN,
// so that stored text can neither steer a terminal nor break a line.
std::string printable(std::string_view text);

// Columns that printable text takes on a terminal; wide characters count two, combining ones none.
std::size_t display_width(std::string_view text);

// message with every run of base62 digits as long as a secret replaced by "[hidden]". Error lines
// go through it, so that a token given by mistake as an argument is not repeated into a log.
std::string hide_secrets(std::string_view message);

// "a, b, c".
std::string join(const std::vector<std::string>& items, std::string_view separator = ", ");

// "1 token", "2 tokens".
std::string counted(std::size_t count, std::string_view noun);

}  // namespace tokenry::cli
