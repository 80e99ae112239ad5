#include "token/verifier.hpp"

#include <sodium.h>

#include <cstring>

#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace tokenry::token {
namespace {

constexpr char kPersonal[] = "tokenry-verifier";
static_assert(sizeof kPersonal - 1 == crypto_generichash_blake2b_PERSONALBYTES);
static_assert(kSaltSize == crypto_generichash_blake2b_SALTBYTES);

}  // namespace

SecretHash hash_secret(std::span<const std::uint8_t, kSecretSize> secret, std::uint64_t id,
                       std::span<const std::uint8_t, kSaltSize> salt) {
  base::SecretBytes<kSecretSize + 8> input;
  std::memcpy(input.data(), secret.data(), secret.size());
  base::store_le(input.data() + secret.size(), id, 8);
  SecretHash hash{};
  if (crypto_generichash_blake2b_salt_personal(
          hash.data(), hash.size(), input.data(), input.size(), nullptr, 0, salt.data(),
          reinterpret_cast<const unsigned char*>(kPersonal)) != 0) {
    sodium_misuse();  // only sizes can fail, and they are constants
  }
  return hash;
}

bool hash_matches(std::span<const std::uint8_t, kHashSize> hash,
                  std::span<const std::uint8_t, kHashSize> other) {
  return crypto_verify_16(hash.data(), other.data()) == 0;
}

}  // namespace tokenry::token
