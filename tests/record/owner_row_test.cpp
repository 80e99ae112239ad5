#include "record/owner_row.hpp"

#include <gtest/gtest.h>

#include <string>

#include "samples.hpp"

namespace tokenry::record {
namespace {

model::Owner sample() {
  model::Owner owner;
  owner.name = "root";
  owner.ceiling = samples::scopes();
  owner.suspended = true;
  owner.created_at_ms = 0x060504030201;
  owner.created_by = "ann";
  return owner;
}

RowBody sample_bytes() {
  return samples::from_hex(
      "01 01 03 00 010203040506 000000000000"
      "01020304 05060708 090a0b0c 0d0e0f10 11121314 15161718 191a1b1c 1d1e1f20"
      "'ann'");
}

bool decodes(base::Bytes row) { return decode_owner("root", row).has_value(); }

void expect_same(const model::Owner& a, const model::Owner& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.ceiling, b.ceiling);
  EXPECT_EQ(a.suspended, b.suspended);
  EXPECT_EQ(a.created_at_ms, b.created_at_ms);
  EXPECT_EQ(a.created_by, b.created_by);
}

TEST(OwnerRow, HasTheDocumentedBytes) { EXPECT_EQ(encode_owner(sample()), sample_bytes()); }

TEST(OwnerRow, IsReadFromTheDocumentedBytes) {
  const auto owner = decode_owner("root", sample_bytes());
  ASSERT_TRUE(owner.has_value());
  expect_same(*owner, sample());
}

TEST(OwnerRow, TheOrdinaryOwnerComesBack) {
  model::Owner owner;
  owner.name = std::string(128, 'o');
  owner.created_by = std::string(128, 'c');
  const auto read = decode_owner(owner.name, encode_owner(owner));
  ASSERT_TRUE(read.has_value());
  expect_same(*read, owner);
  EXPECT_TRUE(read->ceiling.is_everything());
}

TEST(OwnerRow, EveryTruncationIsRefused) {
  samples::expect_every_truncation_refused(sample_bytes(), decodes);
}

TEST(OwnerRow, AnyExtensionIsRefused) {
  samples::expect_extension_refused(sample_bytes(), decodes);
}

TEST(OwnerRow, AnotherVersionIsRefused) { samples::expect_fixed(sample_bytes(), 0, 1, decodes); }

TEST(OwnerRow, UnknownFlagsAreRefused) {
  for (unsigned bit = 0; bit < 8; ++bit) {
    RowBody row = sample_bytes();
    row[1] = static_cast<std::uint8_t>(1U << bit);
    EXPECT_EQ(decodes(row), bit == 0) << bit;
  }
}

TEST(OwnerRow, ReservedBytesMustBeZero) {
  samples::expect_fixed(sample_bytes(), 3, 1, decodes);
  samples::expect_fixed(sample_bytes(), 10, 6, decodes);
}

TEST(OwnerRow, ASizeThatDoesNotAddUpIsRefused) {
  samples::expect_fixed(sample_bytes(), 2, 1, decodes);
}

}  // namespace
}  // namespace tokenry::record
