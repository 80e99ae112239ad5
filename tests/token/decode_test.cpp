#include "token/decode.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "samples.hpp"

namespace tokenry::token {
namespace {

__extension__ using Wide = unsigned __int128;

using samples::kAlphabet;
using samples::kMaxWord;

struct Decoded {
  bool good = false;
  std::array<std::uint64_t, 4> words{};
  std::uint64_t check = 0;
  bool operator==(const Decoded&) const = default;
};

using Decoder = std::uint64_t (*)(const char*, Body&, SecretSpan);

// The decoders that this processor can run.
std::vector<std::pair<std::string, Decoder>> decoders() {
  std::vector<std::pair<std::string, Decoder>> all{{"scalar", decode_body_scalar},
                                                   {"chosen", decode_body}};
  if (has_sse_decoder()) all.emplace_back("sse", decode_body_sse);
  return all;
}

Decoded run(Decoder decoder, const std::string& digits) {
  // A buffer of exactly this size, so that a read beyond it is noticed.
  const std::unique_ptr<char[]> exact(new char[kBodyDigits]);
  std::copy(digits.begin(), digits.end(), exact.get());
  Body body;
  base::SecretBytes<kSecretSize> secret;
  Decoded decoded;
  decoded.good = decoder(exact.get(), body, secret.span()) == 0;
  if (!decoded.good) return decoded;
  decoded.words[0] = body.id;
  for (std::size_t i = 0; i < kSecretWords; ++i) {
    decoded.words[i + 1] = base::load_le(secret.data() + 8 * i, 8);
  }
  decoded.check = body.check;
  return decoded;
}

// Plainly, digit by digit.
Decoded reference(const std::string& digits) {
  std::array<Wide, 5> values{};
  for (std::size_t i = 0; i < kBodyDigits; ++i) {
    const std::size_t digit = kAlphabet.find(digits[i]);
    if (digit == std::string_view::npos) return {};
    values[i / kBlockDigits] = values[i / kBlockDigits] * 62 + digit;
  }
  Decoded decoded{true, {}, static_cast<std::uint64_t>(values[4])};
  for (std::size_t i = 0; i < 4; ++i) {
    if (values[i] > kMaxWord) return {};
    decoded.words[i] = static_cast<std::uint64_t>(values[i]);
  }
  return decoded;
}

// Returns whether the digits are good.
bool expect_agreement(const std::string& digits) {
  EXPECT_EQ(digits.size(), kBodyDigits);
  const Decoded expected = reference(digits);
  for (const auto& [name, decoder] : decoders()) {
    EXPECT_TRUE(run(decoder, digits) == expected) << name << ": " << digits;
  }
  return expected.good;
}

std::string block(Wide value) {
  std::string text(kBlockDigits, '0');
  for (std::size_t i = kBlockDigits; i-- > 0; value /= 62) {
    text[i] = kAlphabet[static_cast<std::size_t>(value % 62)];
  }
  return text;
}

std::string body_of_words(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) {
  return block(a) + block(b) + block(c) + block(d) + "4zzzzz";
}

TEST(Decode, RandomWords) {
  samples::Source source(10);
  for (int i = 0; i < 5'000; ++i) {
    EXPECT_TRUE(expect_agreement(
        body_of_words(source.word(), source.word(), source.word(), source.word())));
  }
}

TEST(Decode, ExtremeWordsInEveryBlock) {
  for (const std::uint64_t word : samples::kExtremeWords) {
    EXPECT_TRUE(expect_agreement(body_of_words(word, 1, 2, 3)));
    EXPECT_TRUE(expect_agreement(body_of_words(1, word, 2, 3)));
    EXPECT_TRUE(expect_agreement(body_of_words(1, 2, word, 3)));
    EXPECT_TRUE(expect_agreement(body_of_words(1, 2, 3, word)));
  }
}

TEST(Decode, RandomDigitsWithAndWithoutOverflow) {
  samples::Source source(11);
  int good = 0;
  for (int i = 0; i < 20'000; ++i) good += expect_agreement(source.digits(kBodyDigits)) ? 1 : 0;
  EXPECT_GT(good, 100);
  EXPECT_LT(good, 19'900);
}

TEST(Decode, BlocksAroundTheLimit) {
  const Wide limit = Wide{kMaxWord} + 1;
  const std::string filler = block(5);
  for (std::size_t place = 0; place < 4; ++place) {
    for (int distance = -200; distance <= 200; ++distance) {
      std::string digits = filler + filler + filler + filler + "000000";
      digits.replace(place * kBlockDigits, kBlockDigits,
                     block(limit + static_cast<Wide>(static_cast<__int128_t>(distance))));
      EXPECT_EQ(expect_agreement(digits), distance < 0);
    }
  }
}

TEST(Decode, BlocksFarAboveTheLimit) {
  samples::Source source(12);
  for (int i = 0; i < 2'000; ++i) {
    std::string digits = source.digits(kBodyDigits);
    digits[source.below(4) * kBlockDigits] = kAlphabet[22 + source.below(40)];  // 'M' to 'z'
    EXPECT_FALSE(expect_agreement(digits));
  }
}

TEST(Decode, EveryByteAtEveryPlace) {
  const std::string good = body_of_words(kMaxWord / 3, 7, kMaxWord / 5, kMaxWord / 7);
  for (std::size_t at = 0; at < kBodyDigits; ++at) {
    for (int c = 0; c < 256; ++c) {
      std::string digits = good;
      digits[at] = static_cast<char>(c);
      if (kAlphabet.find(static_cast<char>(c)) == std::string_view::npos) {
        EXPECT_FALSE(expect_agreement(digits));
      } else {
        expect_agreement(digits);
      }
    }
  }
}

TEST(Decode, RandomBytes) {
  samples::Source source(13);
  for (int i = 0; i < 5'000; ++i) EXPECT_FALSE(expect_agreement(source.text(kBodyDigits)));
}

TEST(Decode, EveryCheck) {
  const std::string words = body_of_words(1, 2, 3, 4).substr(0, kIdSecretDigits);
  for (const char* check : {"000000", "000001", "0000zz", "4gfFC3", "4gfFC4", "zzzzzz"}) {
    EXPECT_TRUE(expect_agreement(words + check));
  }
}

}  // namespace
}  // namespace tokenry::token
