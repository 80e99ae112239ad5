#include "record/store_rows.hpp"

#include <gtest/gtest.h>

#include <string>

#include "samples.hpp"

namespace tokenry::record {
namespace {

using samples::from_hex;

// ---- format

Format sample_format() {
  Format format;
  format.page_size = 4096;
  format.records_per_page = 31;
  format.sealed = true;
  format.prefix = "tkry";
  for (std::size_t i = 0; i < 16; ++i) format.store_id[i] = static_cast<std::uint8_t>(0xA0 + i);
  format.key_id = 0x0807060504030201;
  format.map_size_bytes = 0x100F0E0D0C0B0A09;
  format.created_at_ms = 0x060504030201;
  return format;
}

RowBody sample_format_bytes() {
  return from_hex(
      "'tokenry' 00 0100 0100 00100000 1f00 01 04 'tkry' 000000000000 0000"
      "a0a1a2a3 a4a5a6a7 a8a9aaab acadaeaf 0102030405060708 090a0b0c0d0e0f10 010203040506"
      "0000000000000000000000000000 0000000000000000000000000000 0000000000000000000000000000");
}

FormatOutcome outcome_of(base::Bytes row) {
  Format format;
  return decode_format(row, format);
}

bool decodes_format(base::Bytes row) { return outcome_of(row) == FormatOutcome::ok; }

RowBody with_version(std::uint16_t major, std::uint16_t minor) {
  RowBody row = sample_format_bytes();
  base::store_le(&row[8], major, 2);
  base::store_le(&row[10], minor, 2);
  return row;
}

TEST(FormatRow, HasTheDocumentedBytes) {
  ASSERT_EQ(sample_format_bytes().size() + kSealSize, kFormatRowSize);
  EXPECT_EQ(encode_format(sample_format()), sample_format_bytes());
}

TEST(FormatRow, IsReadFromTheDocumentedBytes) {
  Format format;
  ASSERT_EQ(decode_format(sample_format_bytes(), format), FormatOutcome::ok);
  const Format expected = sample_format();
  EXPECT_EQ(format.major, 1);
  EXPECT_EQ(format.minor, 1);
  EXPECT_EQ(format.page_size, expected.page_size);
  EXPECT_EQ(format.records_per_page, expected.records_per_page);
  EXPECT_EQ(format.sealed, true);
  EXPECT_EQ(format.prefix, expected.prefix);
  EXPECT_EQ(format.store_id, expected.store_id);
  EXPECT_EQ(format.key_id, expected.key_id);
  EXPECT_EQ(format.map_size_bytes, expected.map_size_bytes);
  EXPECT_EQ(format.created_at_ms, expected.created_at_ms);
}

TEST(FormatRow, UnsealedStoresAndLongPrefixesComeBack) {
  Format format = sample_format();
  format.sealed = false;
  format.prefix = "0123456789";
  Format read;
  ASSERT_EQ(decode_format(encode_format(format), read), FormatOutcome::ok);
  EXPECT_FALSE(read.sealed);
  EXPECT_EQ(read.prefix, "0123456789");
}

TEST(FormatRow, EveryTruncationIsRefused) {
  samples::expect_every_truncation_refused(sample_format_bytes(), decodes_format);
}

TEST(FormatRow, AnyExtensionIsRefused) {
  samples::expect_extension_refused(sample_format_bytes(), decodes_format);
}

TEST(FormatRow, WithoutTheMagicItIsNoStore) {
  for (std::size_t i = 0; i < 8; ++i) {
    RowBody row = sample_format_bytes();
    row[i] ^= 1;
    EXPECT_EQ(outcome_of(row), FormatOutcome::not_a_store) << i;
  }
}

TEST(FormatRow, AnOlderMinorVersionIsRead) {
  Format format;
  EXPECT_EQ(decode_format(with_version(1, 0), format), FormatOutcome::ok);
  EXPECT_EQ(format.minor, 0);
  EXPECT_EQ(encode_format(format), with_version(1, 0)) << "it stays what it is";
}

TEST(FormatRow, OtherVersionsAreUnsupportedAndNamed) {
  Format format;
  EXPECT_EQ(decode_format(with_version(2, 0), format), FormatOutcome::unsupported);
  EXPECT_EQ(format.major, 2);
  EXPECT_EQ(decode_format(with_version(1, 2), format), FormatOutcome::unsupported);
  EXPECT_EQ(format.minor, 2);
  EXPECT_EQ(decode_format(with_version(0, 0), format), FormatOutcome::unsupported);
}

TEST(FormatRow, ALaterVersionMayHaveAnotherSize) {
  RowBody longer = with_version(2, 0);
  longer.resize(500, 7);
  EXPECT_EQ(outcome_of(longer), FormatOutcome::unsupported);
  const RowBody whole = with_version(2, 0);
  EXPECT_EQ(outcome_of(base::Bytes(whole).first(12)), FormatOutcome::unsupported);
}

TEST(FormatRow, UnknownFlagsAreRefused) {
  for (unsigned bit = 0; bit < 8; ++bit) {
    RowBody row = sample_format_bytes();
    row[18] = static_cast<std::uint8_t>(1U << bit);
    EXPECT_EQ(decodes_format(row), bit == 0) << bit;
  }
}

TEST(FormatRow, APrefixBeyondItsRoomIsRefused) {
  RowBody row = sample_format_bytes();
  row[19] = 11;
  EXPECT_FALSE(decodes_format(row));
  row[19] = 255;
  EXPECT_FALSE(decodes_format(row));
  row[19] = 3;
  EXPECT_FALSE(decodes_format(row)) << "what is beyond the prefix must be zero";
}

TEST(FormatRow, ReservedBytesMustBeZero) {
  samples::expect_fixed(sample_format_bytes(), 24, 8, decodes_format);
  samples::expect_fixed(sample_format_bytes(), 70, 42, decodes_format);
}

// ---- counters

RowBody sample_counters_bytes() { return from_hex("01 00000000000000 01020304 00000000"); }
bool decodes_counters(base::Bytes row) { return decode_counters(row).has_value(); }

TEST(CountersRow, HasTheDocumentedBytes) {
  EXPECT_EQ(encode_counters({.next_slot = 0x04030201}), sample_counters_bytes());
}

TEST(CountersRow, IsReadFromTheDocumentedBytes) {
  const auto counters = decode_counters(sample_counters_bytes());
  ASSERT_TRUE(counters.has_value());
  EXPECT_EQ(counters->next_slot, 0x04030201U);
}

TEST(CountersRow, AnyOtherShapeIsRefused) {
  samples::expect_every_truncation_refused(sample_counters_bytes(), decodes_counters);
  samples::expect_extension_refused(sample_counters_bytes(), decodes_counters);
}

TEST(CountersRow, VersionAndReservedBytesAreFixed) {
  samples::expect_fixed(sample_counters_bytes(), 0, 8, decodes_counters);
  samples::expect_fixed(sample_counters_bytes(), 12, 4, decodes_counters);
}

// ---- control

RowBody sample_control_bytes() {
  return from_hex(
      "01 00 0102 01020304"
      "00000000000000000000 00000000000000000000"
      "00000000000000000000 00000000000000000000");
}
bool decodes_control(base::Bytes row) { return decode_control(row).has_value(); }

TEST(ControlRow, HasTheDocumentedBytes) {
  ASSERT_EQ(sample_control_bytes().size() + kSealSize, kControlRowSize);
  EXPECT_EQ(encode_control({.scope_count = 0x0201, .catalog_version = 0x04030201}),
            sample_control_bytes());
}

TEST(ControlRow, IsReadFromTheDocumentedBytes) {
  const auto control = decode_control(sample_control_bytes());
  ASSERT_TRUE(control.has_value());
  EXPECT_EQ(control->scope_count, 0x0201);
  EXPECT_EQ(control->catalog_version, 0x04030201U);
}

TEST(ControlRow, FrozenIsBit0OfTheFlagsAndNoOtherIsKnown) {
  RowBody frozen = sample_control_bytes();
  frozen[1] = 1;
  EXPECT_EQ(encode_control({.frozen = true, .scope_count = 0x0201, .catalog_version = 0x04030201}),
            frozen);
  EXPECT_TRUE(decode_control(frozen)->frozen);
  EXPECT_FALSE(decode_control(sample_control_bytes())->frozen);
  for (unsigned flags = 2; flags < 256; ++flags) {
    frozen[1] = static_cast<std::uint8_t>(flags);
    EXPECT_FALSE(decodes_control(frozen)) << flags;
  }
}

TEST(ControlRow, AnyOtherShapeIsRefused) {
  samples::expect_every_truncation_refused(sample_control_bytes(), decodes_control);
  samples::expect_extension_refused(sample_control_bytes(), decodes_control);
}

TEST(ControlRow, VersionAndReservedBytesAreFixed) {
  samples::expect_fixed(sample_control_bytes(), 0, 1, decodes_control);
  samples::expect_fixed(sample_control_bytes(), 8, 40, decodes_control);
}

}  // namespace
}  // namespace tokenry::record
