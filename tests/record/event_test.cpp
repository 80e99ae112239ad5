#include "record/event.hpp"

#include <gtest/gtest.h>

#include <string>

#include "samples.hpp"

namespace tokenry::record {
namespace {

using model::ChangedRow;
using model::Event;
using model::EventField;
using model::FieldCode;
using model::Operation;
using samples::from_hex;

// Has a field of each kind and two rows.
Event sample() {
  Event event;
  event.operation = Operation::edited;
  event.sequence = 0x0807060504030201;
  event.at_ms = 0x060504030201;
  event.id = 0x100F0E0D0C0B0A09;
  event.actor = "ann";
  event.owner = "root";
  event.label = "bot";
  event.fields = {{FieldCode::label, "new", 0},
                  {FieldCode::note, {}, 0},
                  {FieldCode::expires_at, {}, 0x060504030201},
                  {FieldCode::max_uses, {}, 0x0807060504030201}};
  ChangedRow details{'d', std::string("\1\2\3\4", 4), {}};
  ChangedRow record{'v', std::string("\1\2\3\4", 4), {}};
  for (std::size_t i = 0; i < 16; ++i) {
    details.seal[i] = static_cast<std::uint8_t>(0xA0 + i);
    record.seal[i] = static_cast<std::uint8_t>(0xB0 + i);
  }
  event.rows = {details, record};
  return event;
}

RowBody sample_bytes() {
  return from_hex(
      "01 0a 03 04 03 00 0400 0200 000000000000"
      "0102030405060708 010203040506 0000 090a0b0c0d0e0f10"
      "'ann' 'root' 'bot'"
      "01 0300 'new'  03 0000  05 0600 010203040506  0b 0800 0102030405060708"
      "'d' 04 01020304 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
      "'v' 04 01020304 b0b1b2b3b4b5b6b7b8b9babbbcbdbebf");
}

bool decodes(base::Bytes body) { return decode_event(body).has_value(); }
bool comes_back(const Event& event) { return decodes(encode_event(event)); }

TEST(EventBody, HasTheDocumentedBytes) { EXPECT_EQ(encode_event(sample()), sample_bytes()); }

TEST(EventBody, IsReadFromTheDocumentedBytes) {
  const auto event = decode_event(sample_bytes());
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(*event, sample());
}

TEST(EventBody, EveryOperationAndFieldComesBack) {
  for (unsigned number = 1; number <= model::kLastOperation; ++number) {
    Event event = sample();
    event.operation = static_cast<Operation>(number);
    event.fields.clear();
    for (unsigned code = 1; code <= model::kLastFieldCode; ++code) {
      EventField field{static_cast<FieldCode>(code), {}, 0};
      switch (model::field_kind(field.code)) {
        case model::FieldKind::text:
          field.text = "text " + std::to_string(code);
          break;
        case model::FieldKind::time:
        case model::FieldKind::number:
          field.number = code;
          break;
        case model::FieldKind::flag:
          break;
      }
      event.fields.push_back(field);
    }
    const auto read = decode_event(encode_event(event));
    ASSERT_TRUE(read.has_value()) << number;
    EXPECT_EQ(*read, event) << number;
  }
}

TEST(EventBody, TheLargestComesBack) {
  Event event = sample();
  event.sequence = UINT64_MAX;
  event.at_ms = (std::int64_t{1} << 48) - 1;
  event.actor = std::string(128, 'a');
  event.owner = std::string(128, 'o');
  event.label = std::string(64, 'l');
  event.fields = {{FieldCode::scopes, std::string(65535, 's'), 0},
                  {FieldCode::max_uses, {}, INT64_MAX}};
  event.rows.clear();
  for (std::size_t i = 0; i < model::kMaxRowsInEvent; ++i) {
    std::string key(255, 'k');
    key.back() = static_cast<char>(i);
    event.rows.push_back({'o', key, {}});
  }
  const auto read = decode_event(encode_event(event));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, event);
}

TEST(EventBody, OneRowMoreThanTheMostIsRefused) {
  Event event = sample();
  event.rows.clear();
  for (std::size_t i = 0; i <= model::kMaxRowsInEvent; ++i) {
    event.rows.push_back({'v', {static_cast<char>(i / 256), static_cast<char>(i % 256)}, {}});
  }
  EXPECT_FALSE(comes_back(event));
  event.rows.pop_back();
  EXPECT_TRUE(comes_back(event));
}

TEST(EventBody, EveryTruncationIsRefused) {
  samples::expect_every_truncation_refused(sample_bytes(), decodes);
}

TEST(EventBody, AnyExtensionIsRefused) {
  samples::expect_extension_refused(sample_bytes(), decodes);
}

// No byte is without meaning: what still reads says something else, and is written just so.
TEST(EventBody, EveryFlippedBitIsRefusedOrChangesTheEvent) {
  const RowBody body = sample_bytes();
  std::size_t read_count = 0;
  for (std::size_t bit = 0; bit < 8 * body.size(); ++bit) {
    RowBody flipped = body;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1U << bit % 8);
    const auto event = decode_event(flipped);
    if (!event) continue;
    ++read_count;
    EXPECT_NE(*event, sample()) << "bit " << bit;
    EXPECT_EQ(encode_event(*event), flipped) << "bit " << bit;
  }
  EXPECT_GT(read_count, 300U) << "seals, ids, times and texts are free to differ";
}

TEST(EventBody, FieldsAndRowsStandInOrderAndOnce) {
  Event event = sample();
  std::swap(event.fields[0], event.fields[1]);
  EXPECT_FALSE(comes_back(event));
  event = sample();
  event.fields[1] = event.fields[0];
  EXPECT_FALSE(comes_back(event)) << "label twice";
  event = sample();
  event.fields = {{FieldCode::scope, "b", 0}, {FieldCode::scope, "a", 0}};
  EXPECT_TRUE(comes_back(event)) << "scopes may repeat";
  event = sample();
  std::swap(event.rows[0], event.rows[1]);
  EXPECT_FALSE(comes_back(event));
  event = sample();
  event.rows[1] = event.rows[0];
  EXPECT_FALSE(comes_back(event)) << "a row twice";
}

TEST(EventBody, WhatNoEventHasIsRefused) {
  Event event = sample();
  event.sequence = 0;
  EXPECT_FALSE(comes_back(event));
  event = sample();
  event.actor.clear();
  EXPECT_FALSE(comes_back(event));
  event = sample();
  event.label = "a\nb";
  EXPECT_FALSE(comes_back(event));
  event = sample();
  event.fields[0].text = "\xFF";
  EXPECT_FALSE(comes_back(event));
  event = sample();
  event.fields[3].number = -1;
  EXPECT_FALSE(comes_back(event));
  event = sample();
  event.rows[0].key.clear();
  EXPECT_FALSE(comes_back(event));
  event = sample();
  event.rows[0].domain = 'A';
  EXPECT_FALSE(comes_back(event));
}

TEST(EventKey, IsBigEndianSoThatOrderIsSequence) {
  EXPECT_EQ(event_key(0x0102030405060708), (EventKey{1, 2, 3, 4, 5, 6, 7, 8}));
}

}  // namespace
}  // namespace tokenry::record
