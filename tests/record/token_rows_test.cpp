#include "record/token_rows.hpp"

#include <gtest/gtest.h>

#include <string>

#include "samples.hpp"

namespace tokenry::record {
namespace {

using samples::from_hex;

model::TokenDetails sample() {
  model::TokenDetails details;
  details.id = 0x0807060504030201;
  details.granted = samples::scopes();
  details.created_at_ms = 0x060504030201;
  details.secret_created_at_ms = 0x0C0B0A090807;
  details.updated_at_ms = 0x1211100F0E0D;
  details.revoked_at_ms = 0x181716151413;
  details.owner = "root";
  details.label = "deploy-bot";
  details.created_by = "ann";
  details.updated_by = "bo";
  details.note = "n";
  return details;
}

RowBody sample_bytes() {
  return from_hex(
      "01 00 04 0a 03 02 0100 0102030405060708"
      "01020304 05060708 090a0b0c 0d0e0f10 11121314 15161718 191a1b1c 1d1e1f20"
      "010203040506 0708090a0b0c 0d0e0f101112 131415161718"
      "'root' 'deploy-bot' 'ann' 'bo' 'n'");
}

bool decodes(base::Bytes row) { return decode_details(row).has_value(); }

void expect_same(const model::TokenDetails& a, const model::TokenDetails& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.granted, b.granted);
  EXPECT_EQ(a.created_at_ms, b.created_at_ms);
  EXPECT_EQ(a.secret_created_at_ms, b.secret_created_at_ms);
  EXPECT_EQ(a.updated_at_ms, b.updated_at_ms);
  EXPECT_EQ(a.revoked_at_ms, b.revoked_at_ms);
  EXPECT_EQ(a.owner, b.owner);
  EXPECT_EQ(a.label, b.label);
  EXPECT_EQ(a.created_by, b.created_by);
  EXPECT_EQ(a.updated_by, b.updated_by);
  EXPECT_EQ(a.note, b.note);
}

TEST(DetailsRow, HasTheDocumentedBytes) { EXPECT_EQ(encode_details(sample()), sample_bytes()); }

TEST(DetailsRow, IsReadFromTheDocumentedBytes) {
  const auto details = decode_details(sample_bytes());
  ASSERT_TRUE(details.has_value());
  expect_same(*details, sample());
}

TEST(DetailsRow, TextsOfTheGreatestSizesComeBack) {
  model::TokenDetails details = sample();
  details.owner = std::string(128, 'o');
  details.label = std::string(64, 'l');
  details.created_by = std::string(128, 'c');
  details.updated_by = std::string(128, 'u');
  details.note = std::string(1024, 'n');
  details.id = UINT64_MAX;
  details.revoked_at_ms = (std::int64_t{1} << 48) - 1;
  const auto read = decode_details(encode_details(details));
  ASSERT_TRUE(read.has_value());
  expect_same(*read, details);
}

TEST(DetailsRow, NothingGivenComesBackAsNothing) {
  const auto read = decode_details(encode_details({}));
  ASSERT_TRUE(read.has_value());
  expect_same(*read, {});
}

TEST(DetailsRow, EveryTruncationIsRefused) {
  samples::expect_every_truncation_refused(sample_bytes(), decodes);
}

TEST(DetailsRow, AnyExtensionIsRefused) {
  samples::expect_extension_refused(sample_bytes(), decodes);
}

TEST(DetailsRow, AnotherVersionIsRefused) { samples::expect_fixed(sample_bytes(), 0, 1, decodes); }

TEST(DetailsRow, TheReservedByteMustBeZero) {
  samples::expect_fixed(sample_bytes(), 1, 1, decodes);
}

TEST(DetailsRow, SizesThatDoNotAddUpAreRefused) {
  samples::expect_fixed(sample_bytes(), 2, 6, decodes);
}

}  // namespace
}  // namespace tokenry::record
