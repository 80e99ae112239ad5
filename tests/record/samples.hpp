// Rows to test with, and the ways in which a row can be wrong.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "model/scope_bits.hpp"
#include "record/row.hpp"

namespace tokenry::record::samples {

// "01 ff" as bytes; blanks do not count, and letters in quotes stand for themselves.
inline RowBody from_hex(std::string_view text) {
  RowBody bytes;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ' || text[i] == '\n') continue;
    if (text[i] == '\'') {
      while (text[++i] != '\'') bytes.push_back(static_cast<std::uint8_t>(text[i]));
      continue;
    }
    bytes.push_back(static_cast<std::uint8_t>(digit(text[i]) << 4 | digit(text[i + 1])));
    ++i;
  }
  return bytes;
}

// All eight bytes of every word differ, so that a swapped or lost one shows.
inline model::ScopeBits scopes() {
  return {{0x0807060504030201, 0x100F0E0D0C0B0A09, 0x1817161514131211, 0x201F1E1D1C1B1A19}};
}

using Accepts = std::function<bool(base::Bytes)>;

// Copies the row to the heap in its exact size, so that a read beyond its end is noticed.
inline bool accepts(const Accepts& decode, const RowBody& row) {
  const std::vector<std::uint8_t> exact(row.begin(), row.end());
  return decode(exact);
}

inline void expect_every_truncation_refused(const RowBody& row, const Accepts& decode) {
  ASSERT_TRUE(accepts(decode, row));
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(accepts(decode, RowBody(row.begin(), row.begin() + static_cast<long>(size))))
        << "cut to " << size;
  }
}

inline void expect_extension_refused(RowBody row, const Accepts& decode) {
  row.push_back(0);
  EXPECT_FALSE(accepts(decode, row)) << "one zero byte more";
}

// Each byte of [at, at + count) must be what it is; a row with another value there is refused.
inline void expect_fixed(const RowBody& row, std::size_t at, std::size_t count,
                         const Accepts& decode) {
  for (std::size_t i = at; i < at + count; ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      RowBody changed = row;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ 1U << bit);
      EXPECT_FALSE(accepts(decode, changed)) << "byte " << i << " bit " << bit;
    }
  }
}

}  // namespace tokenry::record::samples
