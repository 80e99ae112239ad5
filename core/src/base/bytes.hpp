// Bytes at rest: little-endian integers of 1 to 8 bytes at any alignment.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace tokenry::base {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

// Reads `width` bytes (1 to 8), least significant first.
inline std::uint64_t load_le(const std::uint8_t* from, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value |= std::uint64_t{from[i]} << (8 * i);
  return value;
}

// Writes the low `width` bytes (1 to 8) of value, least significant first.
inline void store_le(std::uint8_t* to, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

// Most significant first, so that byte order is number order: for keys.
inline void store_be(std::uint8_t* to, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) {
    to[i] = static_cast<std::uint8_t>(value >> (8 * (width - 1 - i)));
  }
}

inline std::uint64_t load_be(const std::uint8_t* from, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8 | from[i];
  return value;
}

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace tokenry::base
