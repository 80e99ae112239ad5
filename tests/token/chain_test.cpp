#include "token/chain.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "token/keys.hpp"

namespace tokenry::token {
namespace {

constexpr StoreId kId = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr StoreId kOtherId = {2};

class Chain : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(init_crypto().ok()); }

  static std::shared_ptr<const StoreKeys> keys(std::uint8_t fill, const StoreId& id = kId) {
    std::array<std::uint8_t, kStoreKeySize> key{};
    key.fill(fill);
    return *StoreKeys::derive(key, id);
  }
  static Head sample() {
    Head head;
    head.store_id = kId;
    head.sequence = 0x0807060504030201;
    head.hash.fill(0xAA);
    head.at_ms = 0x060504030201;
    return head;
  }
};

std::string hex(base::Bytes bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return text;
}

TEST_F(Chain, BeginsWithTheStoreIdAndZeros) {
  EXPECT_EQ(hex(chain_start(kId)),
            "0102030405060708090a0b0c0d0e0f1000000000000000000000000000000000");
}

// The value was computed with Python's hashlib:
// blake2b(bytes(range(1, 17)) + bytes(16) + b"body", digest_size=32, person=b"tokenry-log-hash")
TEST_F(Chain, GoesOnWithTheDocumentedHash) {
  EXPECT_EQ(hex(chain_next(chain_start(kId), base::as_bytes("body"))),
            "e1f8ccacb99cc8a11daedfa5f4f8ed0ec77c2906e1127a1b8e3f6b4fce2c45e2");
}

TEST_F(Chain, EveryBitOfPredecessorAndBodyCounts) {
  const std::array<std::uint8_t, 5> body = {1, 2, 3, 4, 5};
  const ChainHash hash = chain_next(chain_start(kId), body);
  for (std::size_t bit = 0; bit < 8 * body.size(); ++bit) {
    auto other = body;
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ 1U << bit % 8);
    EXPECT_NE(chain_next(chain_start(kId), other), hash) << bit;
  }
  for (std::size_t bit = 0; bit < 8 * kChainHashSize; ++bit) {
    ChainHash previous = chain_start(kId);
    previous[bit / 8] = static_cast<std::uint8_t>(previous[bit / 8] ^ 1U << bit % 8);
    EXPECT_NE(chain_next(previous, body), hash) << bit;
  }
}

TEST_F(Chain, TheSignedTextIsTheDocumentedOne) {
  EXPECT_EQ(hex(head_text(sample())), hex(base::as_bytes("tokenry-log-head")) +
                                          "0102030405060708090a0b0c0d0e0f10"
                                          "0102030405060708" +
                                          std::string(64, 'a') + "0102030405060000");
}

TEST_F(Chain, AHeadIsSignedByItsStoreAlone) {
  Head head = sample();
  keys(1)->sign(head);
  EXPECT_TRUE(is_signed_by(head, keys(1)->public_key()));
  EXPECT_FALSE(is_signed_by(head, keys(2)->public_key()));
  EXPECT_FALSE(is_signed_by(head, keys(1, kOtherId)->public_key())) << "another store, same key";
}

TEST_F(Chain, ASignatureHoldsForEveryPartOfTheHead) {
  Head head = sample();
  const auto signer = keys(1);
  signer->sign(head);
  const auto expect_broken = [&](const std::function<void(Head&)>& change) {
    Head changed = head;
    change(changed);
    EXPECT_FALSE(is_signed_by(changed, signer->public_key()));
  };
  expect_broken([](Head& changed) { changed.store_id[15] ^= 1; });
  expect_broken([](Head& changed) { changed.sequence ^= 1; });
  expect_broken([](Head& changed) { changed.hash[31] ^= 1; });
  expect_broken([](Head& changed) { changed.at_ms ^= 1; });
  for (std::size_t i = 0; i < kSignatureSize; ++i) {
    expect_broken([&](Head& changed) { changed.signature[i] ^= 1; });
  }
}

TEST_F(Chain, TheKeyPairFollowsFromStoreKeyAndId) {
  EXPECT_EQ(keys(1)->public_key(), keys(1)->public_key());
  EXPECT_NE(keys(1)->public_key(), keys(2)->public_key());
  EXPECT_NE(keys(1)->public_key(), keys(1, kOtherId)->public_key());
}

TEST_F(Chain, AnUnsealedStoreSignsNothing) {
  const auto unsealed = *StoreKeys::unsealed(kId);
  Head head = sample();
  head.signature.fill(0xFF);
  unsealed->sign(head);
  EXPECT_EQ(head.signature, Signature{});
  EXPECT_EQ(unsealed->public_key(), PublicKey{});
  EXPECT_FALSE(is_signed_by(head, unsealed->public_key()));
}

}  // namespace
}  // namespace tokenry::token
