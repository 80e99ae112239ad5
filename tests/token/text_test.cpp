#include "token/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "samples.hpp"

namespace tokenry::token {
namespace {

using samples::kAlphabet;
using samples::kMaxWord;
using samples::print;
using samples::Secret;
using samples::with_right_check;

constexpr std::string_view kPrefix = "tkry";

Secret secret_of(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  Secret secret{};
  base::store_le(secret.data(), a, 8);
  base::store_le(secret.data() + 8, b, 8);
  base::store_le(secret.data() + 16, c, 8);
  return secret;
}

bool is_zero(const ParsedToken& token) {
  const auto bytes = token.secret.span();
  return token.id == 0 && std::all_of(bytes.begin(), bytes.end(), [](auto b) { return b == 0; });
}

// What a text is, read over a token that was there before.
bool reads(std::string_view text, std::string_view prefix, ParsedToken& out) {
  out.id = 99;
  std::fill_n(out.secret.data(), kSecretSize, std::uint8_t{0xEE});
  // An exact copy on the heap, so that a read beyond the text is noticed.
  const std::vector<char> exact(text.begin(), text.end());
  return parse_token({exact.data(), exact.size()}, prefix, out);
}

void expect_malformed(std::string_view text, std::string_view prefix = kPrefix) {
  ParsedToken token;
  EXPECT_FALSE(reads(text, prefix, token)) << text.size() << " bytes";
  EXPECT_TRUE(is_zero(token)) << "what was read must not remain";
}

void expect_round_trip(std::string_view prefix, std::uint64_t id, const Secret& secret) {
  const std::string text = print(prefix, id, secret);
  EXPECT_EQ(text.size(), prefix.size() + 1 + 50);
  ParsedToken token;
  ASSERT_TRUE(reads(text, prefix, token));
  EXPECT_EQ(token.id, id);
  EXPECT_TRUE(std::equal(secret.begin(), secret.end(), token.secret.data()));
}

std::string sample() {
  samples::Source source(20);
  return print(kPrefix, source.word(), source.bytes<kSecretSize>());
}

// The text with its block `place` (0 the id) replaced and its check made right again.
std::string with_block(std::size_t place, std::string_view block) {
  std::string text = sample();
  text.replace(kPrefix.size() + 1 + place * kBlockDigits, kBlockDigits, block);
  return with_right_check(text);
}

TEST(TokenText, LaysOutItsParts) {
  const std::string text = print("tkry", 62, secret_of(1, kMaxWord, 0));
  EXPECT_EQ(text.substr(0, 49),
            "tkry_"
            "00000000010"
            "00000000001"
            "LygHa16AHYF"
            "00000000000");
  EXPECT_EQ(text, with_right_check(text));
}

// Computed by another implementation: the text of a token must never change.
TEST(TokenText, KnownText) {
  EXPECT_EQ(
      print("tkry", 0x0123456789ABCDEFu, secret_of(0x1111111111111111u, 0xFEDCBA9876543210u, 42)),
      "tkry_063UfDVRKBz1SqPyGbbsu1LscmunaixMG0000000000g0GU8rh");
}

TEST(TokenText, RoundTripsOfRandomTokens) {
  samples::Source source(21);
  for (int i = 0; i < 5'000; ++i) {
    expect_round_trip(kPrefix, source.word(), source.bytes<kSecretSize>());
  }
}

TEST(TokenText, RoundTripsOfExtremeWords) {
  for (const std::uint64_t a : samples::kExtremeWords) {
    for (const std::uint64_t b : samples::kExtremeWords) {
      expect_round_trip(kPrefix, a, secret_of(b, 1, 2));
      expect_round_trip(kPrefix, 3, secret_of(a, b, 4));
      expect_round_trip(kPrefix, 5, secret_of(6, a, b));
    }
  }
}

TEST(TokenText, RoundTripsUnderEveryLengthOfPrefix) {
  const std::string letters = "a0z9kqx7mt";
  for (std::size_t size = kMinPrefix; size <= kMaxPrefix; ++size) {
    expect_round_trip(letters.substr(0, size), 7, secret_of(8, 9, 10));
  }
  EXPECT_EQ(print(letters, 1, secret_of(1, 1, 1)).size(), kMaxTokenText);
}

TEST(TokenText, PrintsOverWhatWasThere) {
  TokenText text;
  print_token("longprefix", kMaxWord, secret_of(1, 2, 3), text);
  print_token("ab", 1, secret_of(4, 5, 6), text);
  EXPECT_TRUE(text.view() == print("ab", 1, secret_of(4, 5, 6)));
}

TEST(TokenText, EveryChangeOfOneCharacterIsMalformed) {
  const std::string good = sample();
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int c = 0; c < 256; ++c) {
      if (good[at] == static_cast<char>(c)) continue;
      std::string text = good;
      text[at] = static_cast<char>(c);
      expect_malformed(text);
    }
  }
}

TEST(TokenText, EveryFlippedCaseIsMalformed) {
  const std::string good = sample();
  int flipped = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    const auto c = static_cast<unsigned char>(good[at]);
    if (std::isalpha(c) == 0) continue;
    std::string text = good;
    text[at] = static_cast<char>(c ^ 0x20);
    expect_malformed(text);
    ++flipped;
  }
  EXPECT_GT(flipped, 10);
  std::string upper = good;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  expect_malformed(upper);
}

TEST(TokenText, EverySwapOfNeighboursIsMalformed) {
  const std::string good = sample();
  for (std::size_t at = 0; at + 1 < good.size(); ++at) {
    std::string text = good;
    std::swap(text[at], text[at + 1]);
    if (text != good) expect_malformed(text);
  }
}

TEST(TokenText, EveryTruncationIsMalformed) {
  const std::string good = sample();
  for (std::size_t size = 0; size < good.size(); ++size) {
    expect_malformed(good.substr(0, size));
    expect_malformed(good.substr(good.size() - size));
  }
}

TEST(TokenText, EveryExtensionIsMalformed) {
  const std::string good = sample();
  for (int c = 0; c < 256; ++c) {
    expect_malformed(good + static_cast<char>(c));
    expect_malformed(static_cast<char>(c) + good);
  }
  expect_malformed(good + good);
  expect_malformed(good + std::string(1 << 20, 'A'));
}

TEST(TokenText, BlockAboveItsLimitIsMalformedUnderARightCheck) {
  for (std::size_t place = 0; place < 4; ++place) {
    ParsedToken token;
    EXPECT_TRUE(reads(with_block(place, "LygHa16AHYF"), kPrefix, token));
    expect_malformed(with_block(place, "LygHa16AHYG"));
    expect_malformed(with_block(place, "zzzzzzzzzzz"));
  }
}

TEST(TokenText, NoDigitIsMalformedUnderARightCheck) {
  for (std::size_t place = 0; place < 4; ++place) {
    expect_malformed(with_block(place, "0000-000000"));
    expect_malformed(with_block(place, std::string_view("00000\0"
                                                        "00000",
                                                        11)));
    expect_malformed(with_block(place, "0000000000\xFF"));
  }
}

// Six digits hold more than 32 bits, so a sloppy reader would take fourteen texts for one token.
TEST(TokenText, CheckPlusAMultipleOfItsModulusIsMalformed) {
  const std::string good = sample();
  std::uint64_t check = 0;
  ASSERT_EQ(parse_digits(&good[good.size() - kCheckDigits], kCheckDigits, &check), 0u);
  constexpr std::uint64_t kTexts = 62ull * 62 * 62 * 62 * 62 * 62;
  int others = 0;
  for (check += 1ull << 32; check < kTexts; check += 1ull << 32) {
    std::string text = good;
    print_digits(check, &text[text.size() - kCheckDigits], kCheckDigits);
    expect_malformed(text);
    ++others;
  }
  EXPECT_GE(others, 12);
}

TEST(TokenText, OtherPrefixIsMalformedThoughItsCheckIsRight) {
  const std::string text = print("tkrx", 1, secret_of(1, 2, 3));
  expect_malformed(text, "tkry");
  expect_malformed(text, "tkr");
  expect_malformed(text, "tkrxx");
  std::string separator = text;
  separator[4] = '-';
  expect_malformed(with_right_check(separator), "tkrx");
}

TEST(TokenText, RandomBytesAreMalformed) {
  samples::Source source(22);
  for (int i = 0; i < 5'000; ++i) expect_malformed(source.text(source.below(70)));
  for (int i = 0; i < 5'000; ++i) expect_malformed("tkry_" + source.digits(50));
}

TEST(TokenText, EmptyTextIsMalformed) {
  expect_malformed("");
  ParsedToken token;
  EXPECT_FALSE(parse_token({}, kPrefix, token));
}

TEST(TokenPrefix, TwoToTenOfLowerCaseAndDigits) {
  for (const char* good : {"ab", "tkry", "a1", "00", "zzzzzzzzzz"}) EXPECT_TRUE(is_prefix(good));
  for (const char* bad : {"", "a", "aaaaaaaaaaa", "Ab", "a_", "a-b", "a b", "\xC3\xA4"}) {
    EXPECT_FALSE(is_prefix(bad)) << bad;
  }
  for (int c = 0; c < 256; ++c) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    EXPECT_EQ(is_prefix(std::string("x") + static_cast<char>(c)), allowed) << c;
  }
}

TEST(TokenId, ReadsWhatItPrints) {
  for (const std::uint64_t id : samples::kExtremeWords) {
    char text[kIdText];
    print_id(id, text);
    std::uint64_t read = ~id;
    EXPECT_TRUE(parse_id({text, kIdText}, read));
    EXPECT_EQ(read, id);
  }
}

TEST(TokenId, StandsInTheToken) {
  const std::string text = print(kPrefix, 123456789, secret_of(1, 2, 3));
  std::uint64_t id = 0;
  EXPECT_TRUE(parse_id(std::string_view(text).substr(5, kIdText), id));
  EXPECT_EQ(id, 123456789u);
}

TEST(TokenId, OtherTextsAreRefused) {
  for (const std::string_view text :
       {std::string_view(""), std::string_view("0000000000"), std::string_view("000000000000"),
        std::string_view("LygHa16AHYG"), std::string_view("0000000000 "),
        std::string_view("00000\0"
                         "00000",
                         11),
        std::string_view("-0000000001")}) {
    std::uint64_t id = 5;
    EXPECT_FALSE(parse_id(text, id)) << text;
    EXPECT_EQ(id, 0u);
  }
}

}  // namespace
}  // namespace tokenry::token
