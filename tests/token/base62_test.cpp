#include "token/base62.hpp"

#include <gtest/gtest.h>

#include <string>

#include "samples.hpp"

namespace tokenry::token {
namespace {

using samples::kAlphabet;
using samples::kMaxWord;

std::string block(std::uint64_t word) {
  std::string text(kBlockDigits, '?');
  print_block(word, text.data());
  return text;
}

// By division and a table, as the code under test must not.
std::string reference_block(std::uint64_t word) {
  std::string text(kBlockDigits, '0');
  for (std::size_t i = kBlockDigits; i-- > 0; word /= 62) text[i] = kAlphabet[word % 62];
  return text;
}

// Expects the block to be read as word and as nothing else.
void expect_reads(const std::string& text, std::uint64_t word) {
  std::uint64_t read = ~word;
  EXPECT_TRUE(parse_block(text.data(), &read)) << text;
  EXPECT_EQ(read, word) << text;
}

void expect_refused(const std::string& text) {
  ASSERT_EQ(text.size(), kBlockDigits);
  std::uint64_t read = 77;
  EXPECT_FALSE(parse_block(text.data(), &read)) << text;
  EXPECT_EQ(read, 0u) << text;
}

TEST(Base62, KnownBlocks) {
  EXPECT_EQ(block(0), "00000000000");
  EXPECT_EQ(block(1), "00000000001");
  EXPECT_EQ(block(61), "0000000000z");
  EXPECT_EQ(block(62), "00000000010");
  EXPECT_EQ(block(kMaxWord), "LygHa16AHYF");
}

TEST(Base62, EveryDigitHasItsValue) {
  for (std::size_t value = 0; value < kAlphabet.size(); ++value) {
    expect_reads("0000000000" + std::string(1, kAlphabet[value]), value);
  }
}

TEST(Base62, PrintsAsDivisionDoes) {
  samples::Source source(1);
  for (const std::uint64_t word : samples::kExtremeWords) {
    EXPECT_EQ(block(word), reference_block(word));
  }
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t word = source.word() >> source.below(64);
    EXPECT_EQ(block(word), reference_block(word));
  }
}

TEST(Base62, PrintsMultiplesOf62AndTheirNeighbours) {
  for (std::uint64_t quotient = kMaxWord / 62; quotient > 0; quotient /= 3) {
    for (const std::uint64_t word : {quotient * 62 - 1, quotient * 62, quotient * 62 + 1}) {
      EXPECT_EQ(block(word), reference_block(word));
    }
  }
}

TEST(Base62, ReadsWhatItPrints) {
  samples::Source source(2);
  for (const std::uint64_t word : samples::kExtremeWords) expect_reads(block(word), word);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t word = source.word() >> source.below(64);
    expect_reads(block(word), word);
  }
}

TEST(Base62, LastWordIsTheLimit) {
  expect_reads("LygHa16AHYE", kMaxWord - 1);
  expect_reads("LygHa16AHYF", kMaxWord);
  expect_refused("LygHa16AHYG");  // 2^64
  expect_refused("LygHa16AHZ0");
  expect_refused("M0000000000");
  expect_refused("h0000000000");  // about twice 2^64
  expect_refused("zzzzzzzzzzz");
}

TEST(Base62, RefusesEveryOtherCharacterAtEveryPlace) {
  for (std::size_t at = 0; at < kBlockDigits; ++at) {
    for (int c = 0; c < 256; ++c) {
      if (kAlphabet.find(static_cast<char>(c)) != std::string_view::npos) continue;
      std::string text = "12345ABCabc";
      text[at] = static_cast<char>(c);
      expect_refused(text);
    }
  }
}

TEST(Base62, ShorterRunsOfDigits) {
  for (std::size_t count = 1; count <= kBlockDigits; ++count) {
    std::string text(count, '?');
    print_digits(1234567, text.data(), count);
    EXPECT_EQ(text, reference_block(1234567).substr(kBlockDigits - count));
    std::uint64_t word = 0;
    EXPECT_EQ(parse_digits(text.data(), count, &word), 0u);
    std::uint64_t modulus = 1;
    for (std::size_t i = 0; i < count && modulus < 1234567; ++i) modulus *= 62;
    EXPECT_EQ(word, 1234567 % modulus);
  }
}

}  // namespace
}  // namespace tokenry::token
