// Text that came from outside: is it UTF-8, may it be printed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tokenry::base {

// Well-formed UTF-8 (RFC 3629) without control characters (C0, DEL, C1).
bool is_printable_utf8(std::string_view text);

// Likewise, but line ends and tabs may stand in it.
bool is_plain_utf8(std::string_view text);

// The text with ASCII letters made small.
std::string ascii_lower(std::string_view text);

// For error lines: the text in quotes, cut at 64 bytes, anything unprintable replaced.
std::string quoted(std::string_view text);

// The number of single-character edits (insert, delete, replace) between two texts.
std::size_t edit_distance(std::string_view a, std::string_view b);

// Shell-like pattern match over the whole text: * ? [abc] [a-z] [!a-z]; no escapes. Takes time in
// the product of both sizes at the most.
bool matches_glob(std::string_view pattern, std::string_view text);

}  // namespace tokenry::base
