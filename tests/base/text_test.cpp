#include "base/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tokenry::base {
namespace {

std::string utf8(std::uint32_t point) {
  std::string text;
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | point >> 6), put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12), put(0x80 | (point >> 6 & 0x3F)), put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | point >> 18), put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F)), put(0x80 | (point & 0x3F));
  }
  return text;
}

bool is_control(std::uint32_t point) { return point < 0x20 || (point >= 0x7F && point <= 0x9F); }
bool is_surrogate(std::uint32_t point) { return point >= 0xD800 && point <= 0xDFFF; }

TEST(Utf8, EveryCodePointIsJudgedRightly) {
  for (std::uint32_t point = 0; point <= 0x10FFFF; ++point) {
    const bool fits = !is_surrogate(point) && !is_control(point);
    ASSERT_EQ(is_printable_utf8(utf8(point)), fits) << std::hex << point;
  }
}

TEST(Utf8, OnlyLineEndsAndTabsArePlainControls) {
  for (std::uint32_t point = 0; point < 0x100; ++point) {
    const bool allowed = point == '\n' || point == '\r' || point == '\t';
    EXPECT_EQ(is_plain_utf8(utf8(point)), !is_control(point) || allowed) << std::hex << point;
  }
}

TEST(Utf8, CodePointsBeyondUnicodeAreRefused) {
  EXPECT_FALSE(is_printable_utf8(utf8(0x110000)));
  EXPECT_FALSE(is_printable_utf8("\xF7\xBF\xBF\xBF"));
  EXPECT_FALSE(is_printable_utf8("\xF8\x88\x80\x80\x80"));
}

TEST(Utf8, OverLongEncodingsAreRefused) {
  EXPECT_FALSE(is_printable_utf8("\xC0\xAF"));
  EXPECT_FALSE(is_printable_utf8("\xC1\xBF"));
  EXPECT_FALSE(is_printable_utf8("\xE0\x9F\xBF"));
  EXPECT_FALSE(is_printable_utf8("\xF0\x8F\xBF\xBF"));
  EXPECT_FALSE(is_plain_utf8("\xC0\x8A")) << "a line end in two bytes";
}

TEST(Utf8, EveryTruncationOfALongSequenceIsRefused) {
  for (const std::uint32_t point : {0xE9U, 0x20ACU, 0x1F511U}) {
    const std::string whole = utf8(point);
    for (std::size_t size = 1; size < whole.size(); ++size) {
      EXPECT_FALSE(is_printable_utf8(whole.substr(0, size))) << size << " of " << whole;
      EXPECT_FALSE(is_printable_utf8(whole.substr(0, size) + "a"));
    }
  }
}

TEST(Utf8, AStrayContinuationByteIsRefused) {
  EXPECT_FALSE(is_printable_utf8("\x80"));
  EXPECT_FALSE(is_printable_utf8("a\xBFz"));
}

TEST(Utf8, NothingAndMixedTextAreFine) {
  EXPECT_TRUE(is_printable_utf8(""));
  EXPECT_TRUE(is_printable_utf8("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x94\x91"));
  EXPECT_FALSE(is_printable_utf8(std::string_view("a\0b", 3)));
}

TEST(AsciiLower, ChangesNothingButAsciiLetters) {
  EXPECT_EQ(ascii_lower("Edit-DNS:@[`{"), "edit-dns:@[`{");
  EXPECT_EQ(ascii_lower("\xC3\x89"), "\xC3\x89");
}

std::string in_quotes(const std::string& text) { return "\"" + text + "\""; }

TEST(Quoted, PutsTheTextInQuotes) {
  EXPECT_EQ(base::quoted("edit-dns"), "\"edit-dns\"");
  EXPECT_EQ(base::quoted(""), "\"\"");
}

TEST(Quoted, ReplacesWhatDoesNotPrint) {
  EXPECT_EQ(base::quoted("a\"b\n\x1B\x7F\xC3"), "\"a?b????\"");
  EXPECT_EQ(base::quoted(std::string_view("\0", 1)), "\"?\"");
}

TEST(Quoted, CutsBeyondSixtyFourBytes) {
  EXPECT_EQ(base::quoted(std::string(63, 'x')), in_quotes(std::string(63, 'x')));
  EXPECT_EQ(base::quoted(std::string(64, 'x')), in_quotes(std::string(64, 'x')));
  EXPECT_EQ(base::quoted(std::string(65, 'x')), "\"" + std::string(64, 'x') + "...\"");
}

}  // namespace
}  // namespace tokenry::base
