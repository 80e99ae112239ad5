#include "model/names.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace tokenry::model {
namespace {

using base::Code;
using Check = base::Status (*)(std::string_view);

bool accepts(Check check, std::string_view text) {
  const base::Status status = check(text);
  EXPECT_TRUE(status.ok() || status.code() == Code::invalid_argument);
  EXPECT_EQ(status.ok(), status.text().empty());
  EXPECT_EQ(status.text().find('\n'), std::string::npos) << "an error is one line";
  return status.ok();
}

// Every byte as the name's only character and, where names may not begin so, as its second.
std::string accepted_bytes(Check check, const std::string& before) {
  std::string accepted;
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (accepts(check, before + c)) accepted += c;
  }
  return accepted;
}

const std::string kDigits = "0123456789";
const std::string kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const std::string kLower = "abcdefghijklmnopqrstuvwxyz";

TEST(Names, PrefixHasTwoToTenCharacters) {
  EXPECT_FALSE(accepts(check_prefix, ""));
  EXPECT_FALSE(accepts(check_prefix, "a"));
  EXPECT_TRUE(accepts(check_prefix, "ab"));
  EXPECT_TRUE(accepts(check_prefix, std::string(10, 'a')));
  EXPECT_FALSE(accepts(check_prefix, std::string(11, 'a')));
}

TEST(Names, PrefixIsOfSmallLettersAndDigits) {
  EXPECT_EQ(accepted_bytes(check_prefix, "a"), kDigits + kLower);
}

TEST(Names, OwnerHasOneToOneHundredTwentyEightCharacters) {
  EXPECT_FALSE(accepts(check_owner, ""));
  EXPECT_TRUE(accepts(check_owner, "r"));
  EXPECT_TRUE(accepts(check_owner, std::string(128, 'r')));
  EXPECT_FALSE(accepts(check_owner, std::string(129, 'r')));
}

TEST(Names, OwnerCharacters) {
  EXPECT_EQ(accepted_bytes(check_owner, ""), "+-." + kDigits + "@" + kUpper + "_" + kLower);
}

TEST(Names, LabelHasOneToSixtyFourCharacters) {
  EXPECT_FALSE(accepts(check_label, ""));
  EXPECT_TRUE(accepts(check_label, "l"));
  EXPECT_TRUE(accepts(check_label, std::string(64, 'l')));
  EXPECT_FALSE(accepts(check_label, std::string(65, 'l')));
}

TEST(Names, LabelCharacters) {
  EXPECT_EQ(accepted_bytes(check_label, ""), "-." + kDigits + kUpper + "_" + kLower);
}

TEST(Names, ScopeNameHasOneToSixtyFourCharacters) {
  EXPECT_FALSE(accepts(check_scope_name, ""));
  EXPECT_TRUE(accepts(check_scope_name, "s"));
  EXPECT_TRUE(accepts(check_scope_name, std::string(64, 's')));
  EXPECT_FALSE(accepts(check_scope_name, std::string(65, 's')));
}

TEST(Names, ScopeNameBeginsWithALetterOrDigit) {
  EXPECT_EQ(accepted_bytes(check_scope_name, ""), kDigits + kUpper + kLower);
}

TEST(Names, ScopeNameGoesOnWithPunctuationToo) {
  EXPECT_EQ(accepted_bytes(check_scope_name, "s"), "-./" + kDigits + ":" + kUpper + "_" + kLower);
}

TEST(Names, ActorHasOneToOneHundredTwentyEightBytes) {
  EXPECT_FALSE(accepts(check_actor, ""));
  EXPECT_TRUE(accepts(check_actor, "a"));
  EXPECT_TRUE(accepts(check_actor, std::string(128, 'a')));
  EXPECT_FALSE(accepts(check_actor, std::string(129, 'a')));
}

TEST(Names, ActorIsPrintableUtf8) {
  EXPECT_TRUE(accepts(check_actor, "Zo\xC3\xAB (on call)"));
  EXPECT_FALSE(accepts(check_actor, "zoe\n"));
  EXPECT_FALSE(accepts(check_actor, "zo\xEB"));
  EXPECT_FALSE(accepts(check_actor, std::string("a\0b", 3)));
}

TEST(Names, NoteHasUpToOneThousandTwentyFourBytes) {
  EXPECT_TRUE(accepts(check_note, ""));
  EXPECT_TRUE(accepts(check_note, std::string(1023, 'n')));
  EXPECT_TRUE(accepts(check_note, std::string(1024, 'n')));
  EXPECT_FALSE(accepts(check_note, std::string(1025, 'n')));
}

TEST(Names, NoteMayHaveLinesAndTabsButNoOtherControls) {
  EXPECT_TRUE(accepts(check_note, "first\r\n\tsecond \xE2\x82\xAC"));
  EXPECT_FALSE(accepts(check_note, "bell\a"));
  EXPECT_FALSE(accepts(check_note, "\xFF"));
}

base::Status check_group(std::string_view text) { return check_scope_text("a group", text); }

TEST(Names, ScopeTextHasUpToTwoHundredFiftySixBytes) {
  EXPECT_TRUE(accepts(check_group, ""));
  EXPECT_TRUE(accepts(check_group, std::string(256, 'g')));
  EXPECT_FALSE(accepts(check_group, std::string(257, 'g')));
  EXPECT_FALSE(accepts(check_group, "two\nlines"));
}

TEST(Names, TheErrorSaysWhichTextItWas) {
  EXPECT_NE(check_scope_text("a scope's group", "\n").text().find("a scope's group"),
            std::string::npos);
  EXPECT_NE(check_time("the expiry", -1).text().find("the expiry"), std::string::npos);
}

TEST(Names, TimesFitInFortyEightBits) {
  EXPECT_EQ(kMaxTimeMs, 281'474'976'710'655);
  EXPECT_TRUE(check_time("it", 0).ok());
  EXPECT_TRUE(check_time("it", kMaxTimeMs - 1).ok());
  EXPECT_TRUE(check_time("it", kMaxTimeMs).ok());
  EXPECT_FALSE(check_time("it", kMaxTimeMs + 1).ok());
  EXPECT_FALSE(check_time("it", -1).ok());
  EXPECT_FALSE(check_time("it", std::numeric_limits<std::int64_t>::min()).ok());
  EXPECT_FALSE(check_time("it", std::numeric_limits<std::int64_t>::max()).ok());
}

}  // namespace
}  // namespace tokenry::model
