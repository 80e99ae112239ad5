#include "record/head_row.hpp"

#include <gtest/gtest.h>

#include "samples.hpp"

namespace tokenry::record {
namespace {

HeadRow sample() {
  HeadRow head;
  head.sequence = 0x0807060504030201;
  head.hash.fill(0xAA);
  head.at_ms = 0x060504030201;
  head.signature.fill(0xBB);
  return head;
}

RowBody sample_bytes() {
  RowBody row = samples::from_hex("01 00000000000000 0102030405060708");
  row.insert(row.end(), 32, 0xAA);
  const RowBody time = samples::from_hex("010203040506 0000");
  row.insert(row.end(), time.begin(), time.end());
  row.insert(row.end(), 64, 0xBB);
  return row;
}

bool decodes(base::Bytes row) { return decode_head(row).has_value(); }

TEST(HeadRow, HasTheDocumentedBytes) { EXPECT_EQ(encode_head(sample()), sample_bytes()); }

TEST(HeadRow, IsReadFromTheDocumentedBytes) { EXPECT_EQ(decode_head(sample_bytes()), sample()); }

TEST(HeadRow, EveryTruncationIsRefused) {
  samples::expect_every_truncation_refused(sample_bytes(), decodes);
}

TEST(HeadRow, AnyExtensionIsRefused) { samples::expect_extension_refused(sample_bytes(), decodes); }

TEST(HeadRow, VersionAndReservedBytesAreFixed) {
  samples::expect_fixed(sample_bytes(), 0, 8, decodes);
  samples::expect_fixed(sample_bytes(), 54, 2, decodes);
}

TEST(HeadRow, ALogWithoutEventsHasNone) {
  HeadRow head = sample();
  head.sequence = 0;
  EXPECT_FALSE(decodes(encode_head(head)));
}

}  // namespace
}  // namespace tokenry::record
