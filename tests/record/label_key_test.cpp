#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "record/token_rows.hpp"
#include "samples.hpp"

namespace tokenry::record {
namespace {

std::string text_of(const std::string& hex) {
  const RowBody bytes = samples::from_hex(hex);
  return std::string(base::as_text(bytes));
}

TEST(LabelKey, OfALiveTokenHasTheDocumentedBytes) {
  EXPECT_EQ(live_label_key("root", "bot"), text_of("'root' 00 'bot' 00 00"));
}

TEST(LabelKey, OfARevokedTokenHasTheDocumentedBytes) {
  EXPECT_EQ(revoked_label_key("root", "bot", 0x0102030405, 0x1112131415161718),
            text_of("'root' 00 'bot' 00 01 fffffffefdfcfbfa 1112131415161718"));
}

TEST(LabelKey, PrefixesAreThoseOfTheKeys) {
  EXPECT_EQ(owner_prefix("root"), text_of("'root' 00"));
  EXPECT_EQ(label_prefix("root", "bot"), text_of("'root' 00 'bot' 00"));
}

TEST(LabelKey, TheLiveTokenComesFirstThenTheNewestRevocation) {
  const std::vector<std::string> order = {
      live_label_key("root", "bot"),
      revoked_label_key("root", "bot", (std::int64_t{1} << 48) - 1, 1),
      revoked_label_key("root", "bot", 2000, 5),
      revoked_label_key("root", "bot", 2000, 6),
      revoked_label_key("root", "bot", 1999, 0),
      revoked_label_key("root", "bot", 1, UINT64_MAX),
  };
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(LabelKey, OwnersAndLabelsDoNotMix) {
  EXPECT_FALSE(live_label_key("root", "bot2").starts_with(label_prefix("root", "bot")));
  EXPECT_FALSE(live_label_key("root2", "bot").starts_with(owner_prefix("root")));
  EXPECT_LT(revoked_label_key("root", "bot", 1, 1), live_label_key("root", "bot2"));
  EXPECT_LT(revoked_label_key("root", "zz", 1, 1), live_label_key("root2", "a"));
}

void expect_parts(const std::string& key, bool live, std::int64_t revoked_at_ms) {
  const auto parts = parse_label_key(key);
  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(parts->owner, "root");
  EXPECT_EQ(parts->label, "bot");
  EXPECT_EQ(parts->live, live);
  EXPECT_EQ(parts->revoked_at_ms, revoked_at_ms);
}

TEST(LabelKey, ALiveOneIsTakenApart) { expect_parts(live_label_key("root", "bot"), true, 0); }

TEST(LabelKey, RevokedOnesAreTakenApart) {
  expect_parts(revoked_label_key("root", "bot", 1, 1), false, 1);
  expect_parts(revoked_label_key("root", "bot", (std::int64_t{1} << 48) - 1, 1), false,
               (std::int64_t{1} << 48) - 1);
  // Times and ids with zero bytes at every place, the last included.
  expect_parts(revoked_label_key("root", "bot", 1, 0), false, 1);
  expect_parts(revoked_label_key("root", "bot", -1, 0), false, -1);
  expect_parts(revoked_label_key("root", "bot", -1, 0x0100), false, -1);
}

TEST(LabelKey, OtherBytesAreNone) {
  const std::string live = live_label_key("root", "bot");
  const std::string revoked = revoked_label_key("root", "bot", 7, 7);
  for (std::size_t size = 0; size < live.size(); ++size) {
    EXPECT_FALSE(parse_label_key(live.substr(0, size)).has_value()) << size;
  }
  for (std::size_t size = live.size(); size < revoked.size(); ++size) {
    EXPECT_FALSE(parse_label_key(revoked.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(parse_label_key(live + '\0').has_value());
  EXPECT_FALSE(parse_label_key(revoked + '\0').has_value());
  EXPECT_FALSE(parse_label_key(label_prefix("root", "bot") + '\2').has_value());
}

TEST(LabelKey, FollowsFromTheDetails) {
  model::TokenDetails details;
  details.owner = "root";
  details.label = "bot";
  details.id = 7;
  EXPECT_EQ(label_key(details), live_label_key("root", "bot"));
  details.revoked_at_ms = 9;
  EXPECT_EQ(label_key(details), revoked_label_key("root", "bot", 9, 7));
}

}  // namespace
}  // namespace tokenry::record
