#include "record/verifier_record.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "samples.hpp"

namespace tokenry::record {
namespace {

using model::TokenState;

std::array<std::uint8_t, kRecordSize> counting() {
  std::array<std::uint8_t, kRecordSize> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return bytes;
}

template <std::size_t N>
std::array<std::uint8_t, N> filled(std::uint8_t byte) {
  std::array<std::uint8_t, N> bytes{};
  bytes.fill(byte);
  return bytes;
}

TEST(VerifierRecord, HasItsSizes) {
  EXPECT_EQ(kRecordSize, 128U);
  EXPECT_EQ(kRecordBodySize, 112U);
  EXPECT_EQ(kPageSpare, 112U);
  EXPECT_EQ(sizeof(VerifierRecord), kRecordSize);
}

TEST(VerifierRecord, ReadsEachFieldAtItsOffset) {
  const auto bytes = counting();
  const VerifierRecord record(bytes.data());
  EXPECT_EQ(record.hash()[0], 0);
  EXPECT_EQ(record.previous_hash()[0], 16);
  EXPECT_EQ(record.salt()[0], 32);
  EXPECT_EQ(record.effective().words[0], 0x3736353433323130U);
  EXPECT_EQ(record.effective().words[3], 0x4F4E4D4C4B4A4948U);
  EXPECT_EQ(record.expires_at_ms(), 0x555453525150);
  EXPECT_EQ(record.not_before_ms(), 0x5B5A59585756);
  EXPECT_EQ(record.owner_hash(), 0x68676665646362U);
  EXPECT_EQ(record.kind(), 105);
  EXPECT_EQ(record.flags(), 0x6B6A);
  EXPECT_EQ(record.generation(), 0x6F6E6D6CU);
  EXPECT_EQ(record.seal()[0], 112);
  EXPECT_EQ(record.body().size(), 112U);
}

TEST(VerifierRecord, WritesEachFieldAtItsOffset) {
  VerifierRecord record;
  record.set_hash(filled<16>(0xA1));
  record.set_salt(filled<16>(0xA2));
  record.set_effective(samples::scopes());
  record.set_expires_at_ms(0x060504030201);
  record.set_not_before_ms(0x0C0B0A090807);
  record.set_owner_hash(0x13121110'0F0E0D);
  record.set_kind(0x14);
  record.set_state(TokenState::suspended);
  record.set_owner_suspended(true);
  record.set_generation(0x1A191817);
  record.set_seal(filled<16>(0xA3));
  const RowBody expected = samples::from_hex(
      "a1a1a1a1 a1a1a1a1 a1a1a1a1 a1a1a1a1  00000000 00000000 00000000 00000000"
      "a2a2a2a2 a2a2a2a2 a2a2a2a2 a2a2a2a2"
      "01020304 05060708 090a0b0c 0d0e0f10 11121314 15161718 191a1b1c 1d1e1f20"
      "010203040506 0708090a0b0c 000000000000 0d0e0f10111213 14 0600 1718191a"
      "a3a3a3a3 a3a3a3a3 a3a3a3a3 a3a3a3a3");
  ASSERT_EQ(expected.size(), kRecordSize);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), record.bytes().begin()));
}

TEST(VerifierRecord, StatesAndTheOwnerFlagDoNotDisturbEachOther) {
  for (const TokenState state :
       {TokenState::free, TokenState::active, TokenState::suspended, TokenState::revoked}) {
    VerifierRecord record;
    record.set_owner_suspended(true);
    record.set_state(state);
    EXPECT_EQ(record.state(), state);
    EXPECT_TRUE(record.owner_suspended());
    record.set_owner_suspended(false);
    EXPECT_EQ(record.state(), state);
    EXPECT_EQ(record.flags(), static_cast<std::uint16_t>(state));
  }
}

TEST(VerifierRecord, EveryFlagBeyondTheEighthIsUnknown) {
  for (unsigned bit = 0; bit < 16; ++bit) {
    auto bytes = filled<kRecordSize>(0);
    base::store_le(&bytes[106], 1U << bit, 2);
    EXPECT_EQ(VerifierRecord(bytes.data()).flags_known(), bit < 8) << bit;
  }
}

TEST(VerifierRecord, StateChangesKeepUnknownFlags) {
  auto bytes = filled<kRecordSize>(0);
  base::store_le(&bytes[106], 0x8001, 2);
  VerifierRecord record(bytes.data());
  record.set_state(TokenState::revoked);
  EXPECT_EQ(record.flags(), 0x8003) << "a later version's flag must not get lost";
}

TEST(VerifierRecord, TimesReachToTheEndOfFortyEightBits) {
  VerifierRecord record;
  record.set_expires_at_ms((std::int64_t{1} << 48) - 1);
  EXPECT_EQ(record.expires_at_ms(), (std::int64_t{1} << 48) - 1);
  EXPECT_EQ(record.not_before_ms(), 0) << "the neighbour is untouched";
}

TEST(VerifierRecord, IsACopy) {
  auto bytes = counting();
  const VerifierRecord record(bytes.data());
  bytes[0] = 0xFF;
  EXPECT_EQ(record.hash()[0], 0);
}

TEST(VerifierRecord, TermsAreThoseOfTheRecord) {
  VerifierRecord record;
  record.set_state(TokenState::active);
  record.set_owner_suspended(true);
  record.set_expires_at_ms(20);
  record.set_not_before_ms(10);
  record.set_effective(samples::scopes());
  const model::TokenTerms terms = record.terms();
  EXPECT_EQ(terms.state, TokenState::active);
  EXPECT_TRUE(terms.owner_suspended);
  EXPECT_EQ(terms.expires_at_ms, 20);
  EXPECT_EQ(terms.not_before_ms, 10);
  EXPECT_EQ(terms.effective, samples::scopes());
}

}  // namespace
}  // namespace tokenry::record
