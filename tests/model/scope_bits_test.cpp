#include "model/scope_bits.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace tokenry::model {
namespace {

ScopeBits bits(std::initializer_list<std::size_t> numbers) {
  ScopeBits result;
  for (const std::size_t bit : numbers) result.add(bit);
  return result;
}

TEST(ScopeBits, BeginEmpty) {
  EXPECT_TRUE(ScopeBits().empty());
  EXPECT_EQ(ScopeBits().count(), 0U);
  EXPECT_FALSE(ScopeBits().is_everything());
}

TEST(ScopeBits, EveryBitStandsForItself) {
  for (std::size_t bit = 0; bit < kMaxScopes; ++bit) {
    const ScopeBits one = bits({bit});
    EXPECT_EQ(one.count(), 1U);
    for (std::size_t other = 0; other < kMaxScopes; ++other) {
      ASSERT_EQ(one.has(other), other == bit) << bit << " " << other;
    }
  }
}

TEST(ScopeBits, EverythingHasAll) {
  EXPECT_EQ(ScopeBits::everything().count(), kMaxScopes);
  EXPECT_TRUE(ScopeBits::everything().is_everything());
  EXPECT_FALSE(ScopeBits::everything().without(bits({255})).is_everything());
}

TEST(ScopeBits, AreCombinedAsSets) {
  const ScopeBits left = bits({0, 63, 64, 255});
  const ScopeBits right = bits({63, 128, 255});
  EXPECT_EQ(left & right, bits({63, 255}));
  EXPECT_EQ(left | right, bits({0, 63, 64, 128, 255}));
  EXPECT_EQ(left.without(right), bits({0, 64}));
  EXPECT_TRUE(left.without(left).empty());
  EXPECT_EQ(left & ScopeBits::everything(), left);
}

}  // namespace
}  // namespace tokenry::model
