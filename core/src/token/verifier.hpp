// The verifier: a salted hash of a token's secret, all that a store keeps of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "token/decode.hpp"

namespace tokenry::token {

inline constexpr std::size_t kHashSize = 16;
inline constexpr std::size_t kSaltSize = 16;

using SecretHash = std::array<std::uint8_t, kHashSize>;

// BLAKE2b-128 over secret (24 bytes) and id (8 bytes, little-endian) with the token's salt and the
// personal string "tokenry-verifier": one compression. A slow password hash would be no gain, the
// secret has 192 random bits. Time does not depend on the bytes. Thread-safe.
SecretHash hash_secret(std::span<const std::uint8_t, kSecretSize> secret, std::uint64_t id,
                       std::span<const std::uint8_t, kSaltSize> salt);

// Whether two hashes are equal, in constant time.
bool hash_matches(std::span<const std::uint8_t, kHashSize> hash,
                  std::span<const std::uint8_t, kHashSize> other);

}  // namespace tokenry::token
