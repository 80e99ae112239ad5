// The rows of a token beside its verifier record: details, and its place in the label index.
// Layout: docs/format.md, `details` and `labels`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "model/token.hpp"
#include "record/row.hpp"

namespace tokenry::record {

RowBody encode_details(const model::TokenDetails& details);

// Nothing if the row is not one of this format.
std::optional<model::TokenDetails> decode_details(base::Bytes body);

// What a verification needs of a details row, read without allocating. The views point into body.
struct Conditions {
  // Each: 16 bytes of address, 1 byte of prefix bits.
  base::Bytes networks;
  std::uint64_t max_uses = 0;
  std::uint16_t max_uses_version = 0;
  std::uint16_t rates_version = 0;
  std::array<model::Rate, model::kMaxRates> rates{};
  std::size_t rate_count = 0;

  bool has_limits() const { return max_uses != 0 || rate_count != 0; }
  bool admits(const model::Address& address) const;
};
// Nothing if the row is not one of this format, or of another token.
std::optional<Conditions> decode_conditions(base::Bytes body, std::uint64_t id);

inline constexpr std::size_t kMaxDetailsRow = 72 + 128 + 64 + 128 + 128 + 1024 + 6 +
                                              (1 + 17 * model::kMaxNetworks) +
                                              (13 + 8 * model::kMaxRates) + kSealSize;

// The prefix of all labels of an owner, of all tokens of a label, and the keys of one token.
std::string owner_prefix(std::string_view owner);
std::string label_prefix(std::string_view owner, std::string_view label);
std::string live_label_key(std::string_view owner, std::string_view label);
std::string revoked_label_key(std::string_view owner, std::string_view label,
                              std::int64_t revoked_at_ms, std::uint64_t id);

// A key of the index, taken apart; nothing if it is none. The views point into key.
struct LabelKey {
  std::string_view owner;
  std::string_view label;
  bool live = false;  // of a token that is not revoked
  std::int64_t revoked_at_ms = 0;
};
std::optional<LabelKey> parse_label_key(std::string_view key);

// The key that a token with these details has now.
std::string label_key(const model::TokenDetails& details);

inline constexpr std::size_t kLabelValueSize = 8;

}  // namespace tokenry::record
