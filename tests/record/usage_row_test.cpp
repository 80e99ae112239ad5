#include "record/usage_row.hpp"

#include <gtest/gtest.h>

#include <random>

#include "samples.hpp"

namespace tokenry::record {
namespace {

constexpr std::uint64_t kCells = 0xC0FFEE;

UsageRow sample(std::size_t marks, std::size_t leases, bool has_address = true) {
  UsageRow usage;
  usage.generation = 0x04030201;
  usage.uses = 0x060504030201;
  usage.denials = 0x0C0B0A090807;
  usage.last_used_at_s = 0x1211100F0E0D;
  usage.previous_secret_seen_at_s = 0x181716151413;
  usage.previous_secret_tag = 0x1A19;
  usage.max_uses_version = 0x1C1B;
  usage.leased_uses = 0x2221201F1E1D;
  usage.newest_secret_mark = 0x2A29282726252423;
  if (has_address) usage.last_address = *model::parse_address("2001:db8::1");
  usage.exercised = samples::scopes();
  for (std::uint64_t i = 0; i < marks; ++i) usage.marks.push_back({kCells + i, 10 + i, 20 + i});
  for (std::uint64_t i = 0; i < leases; ++i) usage.leases.push_back({kCells + i, 30 + i});
  return usage;
}

bool same(const UsageRow& a, const UsageRow& b) { return encode_usage(a) == encode_usage(b); }
bool decodes(base::Bytes row) { return decode_usage(row).has_value(); }
bool gives_lease(base::Bytes row) { return decode_lease(row, 0x04030201, kCells).has_value(); }

void expect_readings_agree(const RowBody& row) {
  const std::vector<std::uint8_t> exact(row.begin(), row.end());
  const std::uint32_t generation =
      row.size() >= 8 ? static_cast<std::uint32_t>(base::load_le(&row[4], 4)) : 0;
  const auto usage = decode_usage(exact);
  const auto lease = decode_lease(exact, generation, kCells);
  ASSERT_EQ(usage.has_value(), lease.has_value());
  EXPECT_FALSE(decode_lease(exact, generation + 1, kCells).has_value());
  if (!usage) return;
  const UsageRow::Lease* const found = usage->find_lease(kCells);
  EXPECT_EQ(lease->allowed_uses, found != nullptr ? found->allowed_uses : 0);
  EXPECT_EQ(lease->leased_uses, usage->leased_uses);
  EXPECT_EQ(lease->max_uses_version, usage->max_uses_version);
}

TEST(UsageRowBytes, AreTheDocumentedOnes) {
  EXPECT_EQ(
      encode_usage(sample(1, 1)),
      samples::from_hex("01 01 01 01 01020304"
                        "010203040506 0708090a0b0c 0d0e0f101112 131415161718 191a 1b1c"
                        "1d1e1f202122 000000000000 232425262728292a"
                        "20010db8000000000000000000000001"
                        "01020304 05060708 090a0b0c 0d0e0f10 11121314 15161718 191a1b1c 1d1e1f20"
                        "eeffc00000000000 0a0000000000 140000000000"
                        "eeffc00000000000 1e0000000000"));
}

TEST(UsageRowBytes, ComeBackWithAnyNumberOfMarksAndLeases) {
  for (std::size_t marks = 0; marks <= kMaxUsageMarks; ++marks) {
    for (std::size_t leases = 0; leases <= kMaxUsageLeases; ++leases) {
      const UsageRow usage = sample(marks, leases, marks % 2 == 0);
      const RowBody row = encode_usage(usage);
      const auto read = decode_usage(row);
      ASSERT_TRUE(read.has_value());
      EXPECT_TRUE(same(*read, usage));
      EXPECT_EQ(read->last_address, usage.last_address);
      EXPECT_EQ(read->marks.size(), marks);
      EXPECT_EQ(read->leases.size(), leases);
      expect_readings_agree(row);
    }
  }
  EXPECT_LE(encode_usage(sample(8, 8)).size() + kSealSize, kMaxUsageRow);
}

TEST(UsageRowBytes, MoreThanEightOfEitherAreRefused) {
  for (const auto& [marks, leases] : {std::pair{9, 0}, {0, 9}, {9, 9}, {255, 0}, {0, 255}}) {
    const RowBody row =
        encode_usage(sample(static_cast<std::size_t>(marks), static_cast<std::size_t>(leases)));
    EXPECT_FALSE(decodes(row));
    expect_readings_agree(row);
  }
}

TEST(UsageRowBytes, EveryTruncationAndExtensionIsRefused) {
  const RowBody row = encode_usage(sample(2, 3));
  samples::expect_every_truncation_refused(row, decodes);
  samples::expect_every_truncation_refused(row, gives_lease);
  samples::expect_extension_refused(row, decodes);
  samples::expect_extension_refused(row, gives_lease);
}

TEST(UsageRowBytes, EveryChangedByteIsRefusedOrSaysSomethingElse) {
  for (const bool has_address : {true, false}) {
    const UsageRow usage = sample(2, 2, has_address);
    const RowBody row = encode_usage(usage);
    for (std::size_t at = 0; at < row.size(); ++at) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        RowBody changed = row;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ 1U << bit);
        const auto read = decode_usage(changed);
        EXPECT_FALSE(read && same(*read, usage)) << "byte " << at << " bit " << bit;
        expect_readings_agree(changed);
      }
    }
  }
}

TEST(UsageRowBytes, ReadingsAgreeOnRandomRows) {
  std::mt19937 random(13);
  for (int round = 0; round < 20'000; ++round) {
    RowBody row = encode_usage(sample(random() % 9, random() % 9, random() % 2 == 0));
    for (unsigned changes = random() % 4; changes > 0; --changes) {
      row[random() % row.size()] = static_cast<std::uint8_t>(random());
    }
    if (random() % 4 == 0) row.resize(random() % (row.size() + 30));
    expect_readings_agree(row);
  }
}

// ---- the lists

template <typename Entry>
std::vector<std::uint64_t> ids(const std::vector<Entry>& entries) {
  std::vector<std::uint64_t> found;
  for (const Entry& entry : entries) found.push_back(entry.cells_id);
  return found;
}

TEST(UsageRowLists, KeepTheEightThatWereSetLast) {
  UsageRow usage;
  for (std::uint64_t id = 1; id <= 7; ++id) {
    usage.set_mark({id, id, 0});
    usage.set_lease({id, id});
  }
  EXPECT_EQ(usage.marks.size(), 7U);
  usage.set_mark({8, 8, 0});
  usage.set_lease({8, 8});
  EXPECT_EQ(ids(usage.marks), (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8}));
  usage.set_mark({1, 100, 0});  // not the oldest any more
  usage.set_lease({1, 100});
  usage.set_mark({9, 9, 0});
  usage.set_lease({9, 9});
  EXPECT_EQ(ids(usage.marks), (std::vector<std::uint64_t>{3, 4, 5, 6, 7, 8, 1, 9}));
  EXPECT_EQ(ids(usage.leases), ids(usage.marks));
  EXPECT_EQ(usage.find_mark(2), nullptr);
  EXPECT_EQ(usage.find_lease(2), nullptr);
  ASSERT_NE(usage.find_mark(1), nullptr);
  EXPECT_EQ(usage.find_mark(1)->uses, 100U);
  EXPECT_EQ(usage.find_lease(1)->allowed_uses, 100U);
}

}  // namespace
}  // namespace tokenry::record
