// The parts of a details row that say where and how often: written, read in full, and read by a
// verification. Both readings must agree on every row.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "record/token_rows.hpp"
#include "samples.hpp"

namespace tokenry::record {
namespace {

constexpr unsigned kRotation = 1;
constexpr unsigned kNetworks = 2;
constexpr unsigned kLimits = 4;

model::Network network(std::string_view text) { return *model::parse_network(text); }

model::TokenDetails with_parts(unsigned parts) {
  model::TokenDetails details;
  details.id = 0x0807060504030201;
  details.granted = samples::scopes();
  details.created_at_ms = 0x060504030201;
  details.owner = "root";
  details.label = "bot";
  details.note = "n";
  if ((parts & kRotation) != 0) details.previous_secret_created_at_ms = 0x0C0B0A090807;
  if ((parts & kNetworks) != 0) {
    details.networks = {network("192.0.2.0/24"), network("2001:db8::/32")};
  }
  if ((parts & kLimits) != 0) {
    details.limits.max_uses_version = 0x0201;
    details.limits.rates_version = 0x0403;
    details.limits.max_uses = 1'000'000;
    details.limits.rates = {{10, 1000}, {1000, 3'600'000}};
  }
  return details;
}

bool same_limits(const model::Limits& a, const model::Limits& b) {
  return a.max_uses == b.max_uses && a.rates == b.rates &&
         a.max_uses_version == b.max_uses_version && a.rates_version == b.rates_version;
}

bool same(const model::TokenDetails& a, const model::TokenDetails& b) {
  return a.id == b.id && a.granted == b.granted && a.created_at_ms == b.created_at_ms &&
         a.secret_created_at_ms == b.secret_created_at_ms && a.updated_at_ms == b.updated_at_ms &&
         a.revoked_at_ms == b.revoked_at_ms && a.owner == b.owner && a.label == b.label &&
         a.created_by == b.created_by && a.updated_by == b.updated_by && a.note == b.note &&
         a.previous_secret_created_at_ms == b.previous_secret_created_at_ms &&
         a.networks == b.networks && same_limits(a.limits, b.limits);
}

bool decodes(base::Bytes row) { return decode_details(row).has_value(); }

// Whether the row says something else to a verification than to everyone else.
void expect_readings_agree(const RowBody& row) {
  const std::vector<std::uint8_t> exact(row.begin(), row.end());
  const auto details = decode_details(exact);
  const std::uint64_t id = row.size() >= 16 ? base::load_le(&row[8], 8) : 0;
  const auto conditions = decode_conditions(exact, id);
  ASSERT_EQ(details.has_value(), conditions.has_value());
  EXPECT_FALSE(decode_conditions(exact, id + 1).has_value());
  if (!details) return;
  model::Limits limits;
  limits.max_uses = conditions->max_uses;
  limits.max_uses_version = conditions->max_uses_version;
  limits.rates_version = conditions->rates_version;
  limits.rates.assign(conditions->rates.begin(),
                      conditions->rates.begin() + static_cast<long>(conditions->rate_count));
  EXPECT_TRUE(same_limits(limits, details->limits));
  EXPECT_EQ(conditions->has_limits(), details->limits.any());
  EXPECT_EQ(conditions->networks.size(), 17 * details->networks.size());
  for (const char* text : {"192.0.2.7", "192.0.3.7", "2001:db8::1", "::1"}) {
    const model::Address address = *model::parse_address(text);
    bool listed = false;
    for (const model::Network& one : details->networks) listed = listed || one.contains(address);
    EXPECT_EQ(conditions->admits(address), listed) << text;
  }
}

TEST(DetailsParts, HaveTheDocumentedBytes) {
  const RowBody row = encode_details(with_parts(kRotation | kNetworks | kLimits));
  EXPECT_EQ(row[1], 7);
  EXPECT_EQ(RowBody(row.begin() + 72 + 8, row.end()),
            samples::from_hex("0708090a0b0c"
                              "02 00000000000000000000ffffc0000200 78"
                              "   20010db8000000000000000000000000 20"
                              "0102 0304 40420f0000000000"
                              "02 0a000000 e8030000 e8030000 80ee3600"));
}

TEST(DetailsParts, ComeBackInEveryCombination) {
  for (unsigned parts = 0; parts < 8; ++parts) {
    const model::TokenDetails details = with_parts(parts);
    const RowBody row = encode_details(details);
    EXPECT_EQ(row[1], parts);
    const auto read = decode_details(row);
    ASSERT_TRUE(read.has_value()) << parts;
    EXPECT_TRUE(same(*read, details)) << parts;
    expect_readings_agree(row);
    samples::expect_every_truncation_refused(row, decodes);
    samples::expect_every_truncation_refused(
        row, [&](base::Bytes cut) { return decode_conditions(cut, details.id).has_value(); });
    samples::expect_extension_refused(row, decodes);
  }
}

TEST(DetailsParts, EveryChangedByteIsRefusedOrSaysSomethingElse) {
  for (unsigned parts = 0; parts < 8; ++parts) {
    const model::TokenDetails details = with_parts(parts);
    const RowBody row = encode_details(details);
    for (std::size_t at = 0; at < row.size(); ++at) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        RowBody changed = row;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ 1U << bit);
        const auto read = decode_details(changed);
        EXPECT_FALSE(read && same(*read, details)) << "byte " << at << " bit " << bit;
        expect_readings_agree(changed);
      }
    }
  }
}

TEST(DetailsParts, PartsThatSayNothingAreRefused) {
  const RowBody bare = encode_details(with_parts(0));
  const auto refused = [&](std::uint8_t parts, std::string_view hex) {
    RowBody row = bare;
    row[1] = parts;
    const RowBody more = samples::from_hex(hex);
    row.insert(row.end(), more.begin(), more.end());
    EXPECT_FALSE(decode_details(row).has_value()) << hex;
    expect_readings_agree(row);
  };
  refused(kRotation, "000000000000");
  refused(kNetworks, "00");
  refused(kLimits, "0000 0000 0000000000000000 00");
  refused(kLimits, "0000 0000 0100000000000000 00");
  for (unsigned unknown = 8; unknown < 256; unknown *= 2) {
    refused(static_cast<std::uint8_t>(unknown), "");
  }
}

TEST(DetailsParts, PartsOutOfRangeAreRefused) {
  model::TokenDetails details = with_parts(kLimits);
  details.limits.max_uses = model::kMaxMaxUses;
  EXPECT_TRUE(decodes(encode_details(details)));
  details.limits.max_uses = model::kMaxMaxUses + 1;
  EXPECT_FALSE(decodes(encode_details(details)));
  details = with_parts(kLimits);
  details.limits.rates.push_back({1, 1000});
  EXPECT_FALSE(decodes(encode_details(details)));
  expect_readings_agree(encode_details(details));
  details = with_parts(kLimits);
  details.limits.rates[1].count = 0;
  EXPECT_FALSE(decodes(encode_details(details)));
  details = with_parts(kNetworks);
  details.networks[1].prefix_bits = 129;
  EXPECT_FALSE(decodes(encode_details(details)));
  for (const std::size_t count : {std::size_t{99}, model::kMaxNetworks}) {
    details.networks.assign(count, network("10.0.0.0/8"));
    EXPECT_TRUE(decodes(encode_details(details))) << count;
  }
  details.networks.push_back(network("10.0.0.0/8"));
  EXPECT_FALSE(decodes(encode_details(details)));
  expect_readings_agree(encode_details(details));
}

TEST(DetailsParts, ReadingsAgreeOnRandomRows) {
  std::mt19937 random(11);
  for (int round = 0; round < 20'000; ++round) {
    RowBody row = encode_details(with_parts(random() % 8));
    for (unsigned changes = random() % 4; changes > 0; --changes) {
      row[random() % row.size()] = static_cast<std::uint8_t>(random());
    }
    if (random() % 4 == 0) row.resize(random() % (row.size() + 30));
    expect_readings_agree(row);
  }
}

TEST(DetailsParts, TheLongestRowFits) {
  model::TokenDetails details = with_parts(kRotation | kLimits);
  details.owner = std::string(128, 'o');
  details.label = std::string(64, 'l');
  details.created_by = std::string(128, 'c');
  details.updated_by = std::string(128, 'u');
  details.note = std::string(1024, 'n');
  details.networks.assign(model::kMaxNetworks, network("10.0.0.0/8"));
  const RowBody row = encode_details(details);
  EXPECT_EQ(row.size() + kSealSize, kMaxDetailsRow);
  // Domain, zeros and key size, the key, the row: within what is sealed without a digest.
  EXPECT_LT(1 + 3 + 4 + 4 + row.size(), 4096U);
  const auto read = decode_details(row);
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(same(*read, details));
}

}  // namespace
}  // namespace tokenry::record
