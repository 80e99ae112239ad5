#include "token/verifier.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <set>

#include "base/bytes.hpp"
#include "samples.hpp"
#include "token/keys.hpp"

namespace tokenry::token {
namespace {

using samples::counting;
using samples::Secret;
using Salt = std::array<std::uint8_t, kSaltSize>;

class Verifier : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }
};

// By libsodium's incremental interface, one byte at a time.
SecretHash reference_hash(const Secret& secret, std::uint64_t id, const Salt& salt) {
  crypto_generichash_blake2b_state state;
  crypto_generichash_blake2b_init_salt_personal(
      &state, nullptr, 0, kHashSize, salt.data(),
      reinterpret_cast<const unsigned char*>("tokenry-verifier"));
  for (const std::uint8_t byte : secret) crypto_generichash_blake2b_update(&state, &byte, 1);
  for (int i = 0; i < 8; ++i) {
    const auto byte = static_cast<std::uint8_t>(id >> (8 * i));
    crypto_generichash_blake2b_update(&state, &byte, 1);
  }
  SecretHash hash{};
  crypto_generichash_blake2b_final(&state, hash.data(), hash.size());
  return hash;
}

// Computed by another implementation of BLAKE2b: stores depend on it.
TEST_F(Verifier, KnownHash) {
  const SecretHash hash =
      hash_secret(counting<kSecretSize>(0), 0x0123456789ABCDEFu, counting<kSaltSize>(100));
  EXPECT_EQ(samples::hex(hash), "382d4c0bfefa8e21b95d955231b98cd6");
}

TEST_F(Verifier, HashesAsTheIncrementalInterfaceDoes) {
  samples::Source source(40);
  for (int i = 0; i < 2'000; ++i) {
    const auto secret = source.bytes<kSecretSize>();
    const auto salt = source.bytes<kSaltSize>();
    const std::uint64_t id = source.word();
    EXPECT_EQ(hash_secret(secret, id, salt), reference_hash(secret, id, salt));
  }
}

TEST_F(Verifier, EveryBitOfSecretIdAndSaltCounts) {
  const auto secret = counting<kSecretSize>(1);
  const auto salt = counting<kSaltSize>(50);
  const std::uint64_t id = 77;
  std::set<SecretHash> hashes{hash_secret(secret, id, salt)};
  for (std::size_t bit = 0; bit < 8 * kSecretSize; ++bit) {
    auto other = secret;
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ 1 << bit % 8);
    hashes.insert(hash_secret(other, id, salt));
  }
  for (std::size_t bit = 0; bit < 64; ++bit) {
    hashes.insert(hash_secret(secret, id ^ std::uint64_t{1} << bit, salt));
  }
  for (std::size_t bit = 0; bit < 8 * kSaltSize; ++bit) {
    auto other = salt;
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ 1 << bit % 8);
    hashes.insert(hash_secret(secret, id, other));
  }
  EXPECT_EQ(hashes.size(), 1 + 8 * kSecretSize + 64 + 8 * kSaltSize);
}

TEST_F(Verifier, MatchesOnlyTheSameHash) {
  const SecretHash hash = hash_secret(counting<kSecretSize>(1), 2, counting<kSaltSize>(3));
  const SecretHash same = hash;
  EXPECT_TRUE(hash_matches(hash, same));
  for (std::size_t bit = 0; bit < 8 * kHashSize; ++bit) {
    SecretHash other = hash;
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(hash_matches(hash, other)) << bit;
    EXPECT_FALSE(hash_matches(other, hash)) << bit;
  }
}

}  // namespace
}  // namespace tokenry::token
