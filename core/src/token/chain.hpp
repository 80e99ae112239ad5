// The chain of the log's events, and the head that is signed. Layout: docs/format.md, `events`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace tokenry::token {

inline constexpr std::size_t kChainHashSize = 32;
inline constexpr std::size_t kSignatureSize = 64;
inline constexpr std::size_t kPublicKeySize = 32;
inline constexpr std::size_t kHeadTextSize = 80;

using StoreId = std::array<std::uint8_t, 16>;
using ChainHash = std::array<std::uint8_t, kChainHashSize>;
using Signature = std::array<std::uint8_t, kSignatureSize>;
using PublicKey = std::array<std::uint8_t, kPublicKeySize>;

// What stands before the first event: the store id and zeros.
ChainHash chain_start(const StoreId& id);

// BLAKE2b-256 over the hash of the event before and the event's body.
ChainHash chain_next(const ChainHash& previous, base::Bytes body);

// The newest event of a store's log at some moment. It says what the whole log was then.
struct Head {
  StoreId store_id{};
  std::uint64_t sequence = 0;  // 0: the log is empty
  ChainHash hash{};
  std::int64_t at_ms = 0;  // when it was signed
  Signature signature{};   // zero from a store without a key

  bool operator==(const Head&) const = default;
};

// What is signed: all of the head but the signature, after a text that no other signature has.
std::array<std::uint8_t, kHeadTextSize> head_text(const Head& head);

// Whether the holder of the key's other half signed this head. Never for a key of zeros.
bool is_signed_by(const Head& head, const PublicKey& key);

}  // namespace tokenry::token
