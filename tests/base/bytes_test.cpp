#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tokenry::base {
namespace {

using Raw = std::array<std::uint8_t, 9>;

TEST(Bytes, LittleEndianPutsTheLeastFirst) {
  Raw raw{};
  store_le(&raw[1], 0x0807060504030201, 8);
  EXPECT_EQ(raw, (Raw{0, 1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Bytes, BigEndianPutsTheMostFirst) {
  Raw raw{};
  store_be(&raw[1], 0x0102030405060708, 8);
  EXPECT_EQ(raw, (Raw{0, 1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Bytes, EveryWidthReadsWhatItWroteAndNothingMore) {
  for (std::size_t width = 1; width <= 8; ++width) {
    const std::uint64_t mask = width == 8 ? ~0ULL : (1ULL << (8 * width)) - 1;
    const std::uint64_t value = 0xF1E2D3C4B5A69788 & mask;
    Raw little;
    Raw big;
    little.fill(0xEE);
    big.fill(0xEE);
    store_le(little.data(), value, width);
    store_be(big.data(), value, width);
    EXPECT_EQ(load_le(little.data(), width), value);
    EXPECT_EQ(load_be(big.data(), width), value);
    EXPECT_EQ(little[width], 0xEE) << "wrote beyond " << width;
    EXPECT_EQ(big[width], 0xEE) << "wrote beyond " << width;
  }
}

TEST(Bytes, BitsAboveTheWidthAreDropped) {
  Raw raw{};
  store_le(raw.data(), 0xABCDEF, 2);
  EXPECT_EQ(load_le(raw.data(), 2), 0xCDEFU);
}

TEST(Bytes, BigEndianOrderIsNumberOrder) {
  std::string previous;
  for (const std::uint64_t value : {0ULL, 1ULL, 255ULL, 256ULL, 65535ULL, 1ULL << 40, ~0ULL}) {
    std::array<std::uint8_t, 8> raw{};
    store_be(raw.data(), value, 8);
    const std::string key(as_text(raw));
    EXPECT_TRUE(previous.empty() || previous < key) << value;
    previous = key;
  }
}

TEST(Bytes, TextAndBytesAreTwoViewsOfOneMemory) {
  const std::string text("a\0b", 3);
  EXPECT_EQ(as_bytes(text).size(), 3U);
  EXPECT_EQ(as_text(as_bytes(text)), text);
  EXPECT_EQ(as_text(as_bytes(text)).data(), text.data());
}

}  // namespace
}  // namespace tokenry::base
