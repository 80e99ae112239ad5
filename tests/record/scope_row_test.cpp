#include "record/scope_row.hpp"

#include <gtest/gtest.h>

#include <string>

#include "samples.hpp"

namespace tokenry::record {
namespace {

model::Scope sample() {
  return {.name = "all",
          .group = "Root",
          .text = "All Features",
          .everything = true,
          .escalates = true};
}

RowBody sample_bytes() {
  return samples::from_hex("01 03 03 00 0400 0c00 'all' 'Root' 'All Features'");
}

bool decodes(base::Bytes row) { return decode_scope(row).has_value(); }

void expect_same(const model::Scope& a, const model::Scope& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.group, b.group);
  EXPECT_EQ(a.text, b.text);
  EXPECT_EQ(a.everything, b.everything);
  EXPECT_EQ(a.escalates, b.escalates);
}

TEST(ScopeRow, HasTheDocumentedBytes) { EXPECT_EQ(encode_scope(sample()), sample_bytes()); }

TEST(ScopeRow, IsReadFromTheDocumentedBytes) {
  const auto scope = decode_scope(sample_bytes());
  ASSERT_TRUE(scope.has_value());
  expect_same(*scope, sample());
}

TEST(ScopeRow, EachFlagHasItsBit) {
  model::Scope scope = sample();
  scope.escalates = false;
  EXPECT_EQ(encode_scope(scope)[1], 1);
  scope.everything = false;
  EXPECT_EQ(encode_scope(scope)[1], 0);
  scope.escalates = true;
  EXPECT_EQ(encode_scope(scope)[1], 2);
  expect_same(*decode_scope(encode_scope(scope)), scope);
}

TEST(ScopeRow, TextsOfTheGreatestSizesComeBack) {
  const model::Scope scope{
      .name = std::string(64, 's'), .group = std::string(256, 'g'), .text = std::string(256, 't')};
  const auto read = decode_scope(encode_scope(scope));
  ASSERT_TRUE(read.has_value());
  expect_same(*read, scope);
}

TEST(ScopeRow, EveryTruncationIsRefused) {
  samples::expect_every_truncation_refused(sample_bytes(), decodes);
}

TEST(ScopeRow, AnyExtensionIsRefused) {
  samples::expect_extension_refused(sample_bytes(), decodes);
}

TEST(ScopeRow, AnotherVersionIsRefused) { samples::expect_fixed(sample_bytes(), 0, 1, decodes); }

TEST(ScopeRow, UnknownFlagsAreRefused) {
  for (unsigned bit = 0; bit < 8; ++bit) {
    RowBody row = sample_bytes();
    row[1] = static_cast<std::uint8_t>(1U << bit);
    EXPECT_EQ(decodes(row), bit < 2) << bit;
  }
}

TEST(ScopeRow, TheReservedByteMustBeZero) { samples::expect_fixed(sample_bytes(), 3, 1, decodes); }

TEST(ScopeRow, SizesThatDoNotAddUpAreRefused) {
  samples::expect_fixed(sample_bytes(), 2, 1, decodes);
  samples::expect_fixed(sample_bytes(), 4, 4, decodes);
}

}  // namespace
}  // namespace tokenry::record
