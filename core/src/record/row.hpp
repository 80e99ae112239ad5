// Rows of varying size: a writer and a bounds-checked reader, used by every codec of this room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "model/scope_bits.hpp"

namespace tokenry::record {

inline constexpr std::size_t kSealSize = 16;
inline constexpr std::uint8_t kRowVersion = 1;

// Letters that keep the seals of different kinds of rows apart.
inline constexpr char kDetailsDomain = 'd';
inline constexpr char kOwnerDomain = 'o';
inline constexpr char kScopeDomain = 's';
inline constexpr char kControlDomain = 'c';
inline constexpr char kFormatDomain = 'm';
inline constexpr char kCountersDomain = 'n';
inline constexpr char kHeadDomain = 'h';
inline constexpr char kUsageDomain = 'u';

// A row without its seal; the engine seals it and writes both.
using RowBody = std::vector<std::uint8_t>;

class RowWriter {
 public:
  void number(std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) {
      row_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
  }
  void time(std::int64_t time_ms) { number(static_cast<std::uint64_t>(time_ms), 6); }
  void zeros(std::size_t count) { row_.insert(row_.end(), count, 0); }
  void bytes(base::Bytes bytes) { row_.insert(row_.end(), bytes.begin(), bytes.end()); }
  void text(std::string_view text) { bytes(base::as_bytes(text)); }
  void scopes(const model::ScopeBits& bits) {
    for (const std::uint64_t word : bits.words) number(word, 8);
  }
  RowBody take() { return std::move(row_); }

 private:
  RowBody row_;
};

// Reads from front to back. Reading beyond the end gives zeros and makes complete() false, so a
// codec reads all its fields first and asks once.
class RowReader {
 public:
  explicit RowReader(base::Bytes row) : rest_(row) {}

  std::uint64_t number(std::size_t width) {
    const base::Bytes part = take(width);
    return part.empty() ? 0 : base::load_le(part.data(), width);
  }
  std::int64_t time() { return static_cast<std::int64_t>(number(6)); }
  base::Bytes bytes(std::size_t size) { return take(size); }
  std::string text(std::size_t size) { return std::string(base::as_text(take(size))); }
  model::ScopeBits scopes() {
    model::ScopeBits bits;
    for (std::uint64_t& word : bits.words) word = number(8);
    return bits;
  }
  void zeros(std::size_t count) {
    for (const std::uint8_t byte : take(count)) ok_ = ok_ && byte == 0;
  }
  void require(bool condition) { ok_ = ok_ && condition; }

  // Whether all was well so far; for loops whose count stands in the row.
  bool ok() const { return ok_; }

  // Every field was there and as it must be, and nothing follows.
  bool complete() const { return ok_ && rest_.empty(); }

 private:
  base::Bytes take(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const base::Bytes part = rest_.first(size);
    rest_ = rest_.subspan(size);
    return part;
  }

  base::Bytes rest_;
  bool ok_ = true;
};

}  // namespace tokenry::record
