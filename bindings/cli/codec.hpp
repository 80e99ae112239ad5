// Bytes as text: hexadecimal and base64.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenry::cli {

using ByteList = std::vector<std::uint8_t>;

// Small digits.
std::string print_hex(const std::uint8_t* bytes, std::size_t size);

template <typename Bytes>
std::string print_hex(const Bytes& bytes) {
  return print_hex(bytes.data(), bytes.size());
}

// Exactly size bytes in small digits, or nothing.
std::optional<ByteList> parse_hex(std::string_view text, std::size_t size);

// The alphabet of RFC 4648, with padding.
std::string print_base64(const ByteList& bytes);

// Nothing for any text that print_base64 does not print.
std::optional<ByteList> parse_base64(std::string_view text);

}  // namespace tokenry::cli
