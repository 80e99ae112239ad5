#include "base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace tokenry::base {

namespace {

// One code point and how many bytes it takes; size 0 if the bytes are not UTF-8.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size = 0;
};

CodePoint next_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};

  std::size_t size = 0;
  std::uint32_t value = 0;
  std::uint32_t least = 0;  // below it the encoding is over-long
  if ((first & 0xE0) == 0xC0) {
    size = 2, value = first & 0x1F, least = 0x80;
  } else if ((first & 0xF0) == 0xE0) {
    size = 3, value = first & 0x0F, least = 0x800;
  } else if ((first & 0xF8) == 0xF0) {
    size = 4, value = first & 0x07, least = 0x10000;
  } else {
    return {};
  }
  if (text.size() < size) return {};
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3FU);
  }
  const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < least || value > 0x10FFFF || is_surrogate) return {};
  return {value, size};
}

bool is_utf8_without_controls(std::string_view text, std::string_view allowed_controls) {
  while (!text.empty()) {
    const CodePoint point = next_code_point(text);
    if (point.size == 0) return false;
    const bool is_control = point.value < 0x20 || (point.value >= 0x7F && point.value < 0xA0);
    if (is_control && allowed_controls.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(point.size);
  }
  return true;
}

// Whether c is in the class that begins after '['; moves pattern_at behind its ']'. A class without
// an end stands for a plain '['; last_end, where the pattern's last ']' is, spares looking for it.
bool matches_class(std::string_view pattern, std::size_t last_end, std::size_t& pattern_at,
                   char c) {
  const std::size_t begin = pattern_at + 1;
  const bool negated = begin < pattern.size() && pattern[begin] == '!';
  const std::size_t first = begin + (negated ? 1 : 0);
  if (last_end == std::string_view::npos || first + 1 > last_end) {
    ++pattern_at;
    return c == '[';
  }
  const std::size_t end = pattern.find(']', first + 1);
  bool found = false;
  for (std::size_t i = first; i < end; ++i) {
    if (i + 2 < end && pattern[i + 1] == '-') {
      found = found || (c >= pattern[i] && c <= pattern[i + 2]);
      i += 2;
    } else {
      found = found || c == pattern[i];
    }
  }
  pattern_at = end + 1;
  return found != negated;
}

}  // namespace

bool is_printable_utf8(std::string_view text) { return is_utf8_without_controls(text, {}); }

bool is_plain_utf8(std::string_view text) { return is_utf8_without_controls(text, "\n\r\t"); }

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  std::string result = "\"";
  const std::string_view shown = text.substr(0, kLongest);
  for (const char c : shown) {
    const bool is_plain = c >= 0x20 && c < 0x7F && c != '"';
    result += is_plain ? c : '?';
  }
  result += text.size() > kLongest ? "...\"" : "\"";
  return result;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

bool matches_glob(std::string_view pattern, std::string_view text) {
  const std::size_t last_end = pattern.rfind(']');
  std::size_t pattern_at = 0;
  std::size_t text_at = 0;
  std::size_t star_at = std::string_view::npos;  // the last '*' seen, to come back to
  std::size_t star_text = 0;                     // how much of the text it has not eaten yet
  while (text_at < text.size()) {
    std::size_t next = pattern_at;
    bool matched = false;
    if (pattern_at < pattern.size()) {
      const char p = pattern[pattern_at];
      if (p == '*') {
        star_at = pattern_at++;
        star_text = text_at;
        continue;
      }
      if (p == '[') {
        matched = matches_class(pattern, last_end, next, text[text_at]);
      } else {
        matched = p == '?' || p == text[text_at];
        next = pattern_at + 1;
      }
    }
    if (matched) {
      pattern_at = next;
      ++text_at;
    } else if (star_at != std::string_view::npos) {
      pattern_at = star_at + 1;
      text_at = ++star_text;
    } else {
      return false;
    }
  }
  while (pattern_at < pattern.size() && pattern[pattern_at] == '*') ++pattern_at;
  return pattern_at == pattern.size();
}

}  // namespace tokenry::base
