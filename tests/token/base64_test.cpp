#include "token/base64.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <memory>
#include <optional>
#include <string>

#include "samples.hpp"

namespace tokenry::token {
namespace {

std::string encode(const std::string& bytes) {
  const std::size_t size = sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  std::string text(size, '\0');
  sodium_bin2base64(text.data(), size, reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminator
  return text;
}

std::optional<std::string> decode(std::string_view text) {
  // Exactly the room that is promised to suffice.
  const std::unique_ptr<char[]> out(new char[text.size() / 4 * 3]);
  std::size_t size = 12345;
  if (!decode_base64(text, out.get(), &size)) return std::nullopt;
  return std::string(out.get(), size);
}

void expect_refused(std::string_view text) { EXPECT_FALSE(decode(text).has_value()) << text; }

TEST(Base64, PublishedValues) {
  EXPECT_EQ(decode(""), "");
  EXPECT_EQ(decode("Zg=="), "f");
  EXPECT_EQ(decode("Zm8="), "fo");
  EXPECT_EQ(decode("Zm9v"), "foo");
  EXPECT_EQ(decode("Zm9vYg=="), "foob");
  EXPECT_EQ(decode("Zm9vYmE="), "fooba");
  EXPECT_EQ(decode("Zm9vYmFy"), "foobar");
}

TEST(Base64, DecodesWhatAReferenceEncodes) {
  samples::Source source(30);
  for (std::size_t size = 0; size <= 200; ++size) {
    for (int i = 0; i < 20; ++i) {
      const std::string bytes = source.text(size);
      EXPECT_EQ(decode(encode(bytes)), bytes);
    }
  }
}

TEST(Base64, EachByteHasOneText) {
  int accepted = 0;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text{static_cast<char>(a), static_cast<char>(b), '=', '='};
      const std::optional<std::string> bytes = decode(text);
      if (!bytes) continue;
      EXPECT_EQ(encode(*bytes), text);
      ++accepted;
    }
  }
  EXPECT_EQ(accepted, 256);
}

TEST(Base64, EachPairOfBytesHasOneText) {
  int accepted = 0;
  for (int b = 0; b < 256; ++b) {
    for (int c = 0; c < 256; ++c) {
      const std::string text{'Q', static_cast<char>(b), static_cast<char>(c), '='};
      const std::optional<std::string> bytes = decode(text);
      if (!bytes) continue;
      EXPECT_EQ(encode(*bytes), text);
      ++accepted;
    }
  }
  EXPECT_EQ(accepted, 64 * 16 + 4);  // and the four texts of one byte, "QA==" to "Qw=="
}

TEST(Base64, EveryCharacterAtEveryPlace) {
  for (std::size_t at = 0; at < 8; ++at) {
    int accepted = 0;
    for (int c = 0; c < 256; ++c) {
      std::string text = "QUJDREVG";
      text[at] = static_cast<char>(c);
      const std::optional<std::string> bytes = decode(text);
      if (!bytes) continue;
      EXPECT_EQ(encode(*bytes), text);
      ++accepted;
    }
    // At the end, "QUJDREV=" holds one bit too many to be canonical.
    EXPECT_EQ(accepted, 64) << at;
  }
}

TEST(Base64, LengthsThatCannotBe) {
  for (const char* text : {"Q", "QU", "QUJ", "QUJDQ", "QUJDQU", "QUJDQUJ"}) expect_refused(text);
}

TEST(Base64, PaddingOnlyAtTheEnd) {
  for (const char* text : {"====", "=", "==", "Q===", "=QUJ", "Q=UJ", "QU=J", "QQ==QUJD",
                           "QUI=QUJD", "QUJD====", "QUJDQ===", "QQ=Q"}) {
    expect_refused(text);
  }
}

TEST(Base64, NoLenience) {
  for (const char* text : {"QUJD\n", " QUJD", "QUJD    ", "QU D", "QUJ-", "QUJ_", "Zh==", "Zm9="}) {
    expect_refused(text);
  }
  expect_refused(std::string_view("QUJ\0", 4));
}

}  // namespace
}  // namespace tokenry::token
