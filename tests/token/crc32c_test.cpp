#include "token/crc32c.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "samples.hpp"

namespace tokenry::token {
namespace {

// Both ways must say so.
void expect_crc(std::string_view bytes, std::uint32_t crc) {
  EXPECT_EQ(crc32c(bytes), crc) << bytes.size() << " bytes";
  EXPECT_EQ(crc32c_portable(bytes), crc) << bytes.size() << " bytes";
}

// A table, as the code under test must not use.
std::uint32_t reference_crc(std::string_view bytes) {
  static const std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      made[i] = i;
      for (int bit = 0; bit < 8; ++bit) {
        made[i] = (made[i] & 1) != 0 ? made[i] >> 1 ^ 0x82F63B78u : made[i] >> 1;
      }
    }
    return made;
  }();
  std::uint32_t crc = ~0u;
  for (const char c : bytes) crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~crc;
}

TEST(Crc32c, CheckValue) { expect_crc("123456789", 0xE3069283u); }

// The examples of RFC 3720, appendix B.4, and nothing at all.
TEST(Crc32c, PublishedValues) {
  std::string rising(32, '\0');
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<char>(i);
  expect_crc("", 0);
  expect_crc(std::string(32, '\0'), 0x8A9136AAu);
  expect_crc(std::string(32, '\xFF'), 0x62A8AB43u);
  expect_crc(rising, 0x46DD794Eu);
  expect_crc(std::string(rising.rbegin(), rising.rend()), 0x113FDB5Cu);
}

TEST(Crc32c, EveryLengthAtEveryAlignment) {
  samples::Source source(3);
  const std::string text = source.text(300);
  for (std::size_t start = 0; start < 8; ++start) {
    for (std::size_t size = 0; size <= 130; ++size) {
      const std::string_view part = std::string_view(text).substr(start, size);
      expect_crc(part, reference_crc(part));
    }
  }
}

TEST(Crc32c, OneMegabyte) {
  samples::Source source(4);
  const std::string text = source.text(1 << 20);
  expect_crc(text, reference_crc(text));
}

}  // namespace
}  // namespace tokenry::token
