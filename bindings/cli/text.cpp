#include "text.hpp"

#include <wchar.h>

#include <clocale>
#include <cstdint>

namespace tokenry::cli {
namespace {

// A token's text holds more than 40 base62 digits in a row; labels and names rarely half as many.
constexpr std::size_t kSecretRun = 33;

struct Character {
  std::uint32_t code_point = 0;
  std::size_t size = 0;  // bytes; 0: not UTF-8
};

bool continues(std::string_view text, std::size_t position) {
  return position < text.size() && (static_cast<unsigned char>(text[position]) & 0xC0) == 0x80;
}

// The character at the front of text, which is not empty.
Character decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (size == 0 || lead > 0xF4) return {};
  std::uint32_t code_point = lead & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if (!continues(text, i)) return {};
    code_point = code_point << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (size == 3 && code_point < 0x800) || (size == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (overlong || surrogate || code_point > 0x10FFFF) return {};
  return {code_point, size};
}

bool is_shown(std::uint32_t code_point) {
  const bool control = code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
  const bool line_break = code_point == 0x2028 || code_point == 0x2029;
  const bool direction = (code_point >= 0x202A && code_point <= 0x202E) ||
                         (code_point >= 0x2066 && code_point <= 0x2069);
  return !control && !line_break && !direction;
}

bool is_base62(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// wcwidth() knows nothing beyond ASCII in the C locale, whatever the user's one is.
bool use_utf8_widths() {
  static const bool available = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
  return available;
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const Character character = decode(text);
    const std::size_t size = character.size == 0 ? 1 : character.size;
    if (character.size != 0 && is_shown(character.code_point)) {
      shown.append(text.substr(0, size));
    } else {
      for (const char c : text.substr(0, size)) {
        const auto byte = static_cast<unsigned char>(c);
        shown += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
      }
    }
    text.remove_prefix(size);
  }
  return shown;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character character = decode(text);
    int columns = 1;
    if (character.size > 1 && use_utf8_widths()) {
      columns = wcwidth(static_cast<wchar_t>(character.code_point));
    }
    width += static_cast<std::size_t>(columns < 0 ? 1 : columns);
    text.remove_prefix(character.size == 0 ? 1 : character.size);
  }
  return width;
}

std::string hide_secrets(std::string_view message) {
  std::string shown;
  std::size_t position = 0;
  while (position < message.size()) {
    std::size_t end = position;
    while (end < message.size() && is_base62(message[end])) ++end;
    if (end - position >= kSecretRun) {
      shown += "[hidden]";
    } else {
      shown.append(message.substr(position, end - position));
    }
    if (end < message.size()) shown += message[end++];
    position = end;
  }
  return shown;
}

std::string join(const std::vector<std::string>& items, std::string_view separator) {
  std::string joined;
  for (const std::string& item : items) {
    if (!joined.empty()) joined.append(separator);
    joined += item;
  }
  return joined;
}

std::string counted(std::size_t count, std::string_view noun) {
  std::string text = std::to_string(count) + " ";
  text.append(noun);
  if (count != 1) text += 's';
  return text;
}

}  // namespace tokenry::cli
