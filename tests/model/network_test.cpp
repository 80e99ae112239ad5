#include "model/network.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <random>

namespace tokenry::model {
namespace {

using base::Code;

Address address(std::string_view text) {
  const auto parsed = parse_address(text);
  EXPECT_TRUE(parsed.ok()) << parsed.status().text();
  return parsed.ok() ? *parsed : Address();
}

Network network(std::string_view text) {
  const auto parsed = parse_network(text);
  EXPECT_TRUE(parsed.ok()) << parsed.status().text();
  return parsed.ok() ? *parsed : Network();
}

bool contains(std::string_view net, std::string_view other) {
  return network(net).contains(address(other));
}

// What is wrong with the text, as the refusal says it.
std::string refusal(std::string_view text) {
  const auto parsed = parse_network(text);
  EXPECT_EQ(parsed.code(), Code::invalid_argument) << text;
  return parsed.status().text();
}

// ---- text

TEST(Address, IsPrintedAsPeopleWriteIt) {
  for (const char* text : {"0.0.0.0", "192.0.2.7", "255.255.255.255", "::", "::1", "2001:db8::1",
                           "fe80::1:2:3:4", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
    EXPECT_EQ(print_address(address(text)), text);
  }
}

TEST(Address, HasManyTextsButOneForm) {
  EXPECT_EQ(address("::ffff:192.0.2.7"), address("192.0.2.7"));
  EXPECT_EQ(address("::ffff:c000:207"), address("192.0.2.7"));
  EXPECT_EQ(print_address(address("::FFFF:c000:0207")), "192.0.2.7");
  EXPECT_EQ(address("2001:DB8:0:0:0:0:0:1"), address("2001:db8::1"));
}

TEST(Address, IsMadeOfBytes) {
  const std::array<std::uint8_t, 4> v4{192, 0, 2, 7};
  EXPECT_EQ(make_address(std::span<const std::uint8_t, 4>(v4)), address("192.0.2.7"));
  std::array<std::uint8_t, 16> v6{};
  v6[15] = 1;
  EXPECT_EQ(make_address(std::span<const std::uint8_t, 16>(v6)), address("::1"));
}

TEST(Address, KnowsIPv4) {
  EXPECT_TRUE(address("0.0.0.0").is_v4());
  EXPECT_TRUE(address("::ffff:1.2.3.4").is_v4());
  EXPECT_FALSE(address("::1.2.3.4").is_v4());
  EXPECT_FALSE(address("::fffe:1.2.3.4").is_v4());
}

TEST(Address, OtherTextsAreRefused) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {""sv,
                                      " "sv,
                                      "1.2.3"sv,
                                      "1.2.3.4.5"sv,
                                      "1.2.3.256"sv,
                                      "01.2.3.4"sv,
                                      "1.2.3.4 "sv,
                                      " 1.2.3.4"sv,
                                      "1.2.3.4:80"sv,
                                      "[::1]"sv,
                                      "[::1]:80"sv,
                                      "fe80::1%eth0"sv,
                                      "fe80::1%1"sv,
                                      "1.2.3.4\0"sv,
                                      "1.2\0.3.4"sv,
                                      "0x7f.0.0.1"sv,
                                      "127.1"sv,
                                      "2130706433"sv,
                                      "::g"sv,
                                      ":::"sv,
                                      "1::2::3"sv,
                                      "1:2:3:4:5:6:7"sv,
                                      "1:2:3:4:5:6:7:8:9"sv,
                                      "12345::"sv,
                                      "localhost"sv,
                                      "1.2.3.4/32"sv,
                                      "any"sv,
                                      "1.2.3.-4"sv}) {
    const auto parsed = parse_address(text);
    EXPECT_EQ(parsed.code(), Code::invalid_argument) << text;
    EXPECT_NE(parsed.status().text().find("such as 192.0.2.7"), std::string::npos) << text;
  }
  EXPECT_FALSE(parse_address(std::string(10'000, '1')).ok());
}

TEST(Network, IsPrintedAsPeopleWriteIt) {
  for (const char* text :
       {"0.0.0.0/0", "10.0.0.0/8", "198.51.100.0/24", "192.0.2.7", "192.0.2.6/31", "::/0",
        "2001:db8::/32", "2001:db8::1", "::1", "2001:db8::2/127", "8000::/1", "128.0.0.0/1"}) {
    EXPECT_EQ(print_network(network(text)), text);
  }
  EXPECT_EQ(print_network(network("192.0.2.7/32")), "192.0.2.7");
  EXPECT_EQ(print_network(network("2001:db8::1/128")), "2001:db8::1");
  EXPECT_EQ(print_network(network("::ffff:10.0.0.0/104")), "10.0.0.0/8");
  EXPECT_EQ(network("::ffff:0:0/96"), network("0.0.0.0/0"));
}

TEST(Network, BitsAreANumberInRange) {
  using namespace std::string_view_literals;
  for (const std::string_view bits :
       {""sv, "33"sv, "-1"sv, "+8"sv, " 8"sv, "8 "sv, "08"sv, "00"sv, "8/8"sv, "a"sv, "0x8"sv,
        "255.0.0.0"sv, "4294967304"sv, "99999999999999999999"sv, "8\0"sv}) {
    const std::string text = "0.0.0.0/" + std::string(bits);
    EXPECT_NE(refusal(text).find("must be 0 to 32"), std::string::npos) << refusal(text);
  }
  EXPECT_NE(refusal("::/129").find("must be 0 to 128"), std::string::npos);
  EXPECT_EQ(network("::/128").prefix_bits, 128);
  EXPECT_EQ(network("0.0.0.0/32").prefix_bits, 128);
  EXPECT_EQ(network("0.0.0.0/0").prefix_bits, 96);
}

TEST(Network, AWrongAddressIsRefused) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {"/8"sv, "1.2.3/8"sv, "fe80::%eth0/64"sv, "1.2.3.4\0/8"sv,
                                      "1.2.3.4 /8"sv, ""sv, "any"sv, "010.0.0.0/8"sv}) {
    EXPECT_NE(refusal(text).find("2001:db8::/32"), std::string::npos) << text;
  }
}

TEST(Network, HostBitsAreRefusedWithTheRightNetwork) {
  EXPECT_NE(refusal("10.1.2.3/8").find("the network is 10.0.0.0/8"), std::string::npos);
  EXPECT_NE(refusal("10.1.2.3/8").find("the single address 10.1.2.3"), std::string::npos);
  EXPECT_NE(refusal("192.0.2.7/31").find("192.0.2.6/31"), std::string::npos);
  EXPECT_NE(refusal("1.0.0.0/0").find("0.0.0.0/0"), std::string::npos);
  EXPECT_NE(refusal("2001:db8::1/32").find("2001:db8::/32"), std::string::npos);
  EXPECT_NE(refusal("2001:db8::3/127").find("2001:db8::2/127"), std::string::npos);
}

// ---- what lies in what

TEST(Network, OfOneKindHoldsNoAddressOfTheOther) {
  EXPECT_FALSE(contains("::/0", "192.0.2.7"));
  EXPECT_FALSE(contains("::/0", "::ffff:192.0.2.7"));
  EXPECT_TRUE(contains("::/0", "2001:db8::1"));
  EXPECT_TRUE(contains("::/0", "::1.2.3.4"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_FALSE(contains("0.0.0.0/0", "::"));
  EXPECT_TRUE(contains("0.0.0.0/0", "255.255.255.255"));
  EXPECT_TRUE(contains("0.0.0.0/0", "::ffff:1.2.3.4"));
}

TEST(Network, EndsWhereItsBitsEnd) {
  EXPECT_TRUE(contains("128.0.0.0/1", "128.0.0.0"));
  EXPECT_FALSE(contains("128.0.0.0/1", "127.255.255.255"));
  EXPECT_TRUE(contains("192.0.2.6/31", "192.0.2.7"));
  EXPECT_FALSE(contains("192.0.2.6/31", "192.0.2.8"));
  EXPECT_TRUE(contains("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(contains("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(contains("8000::/1", "ffff::"));
  EXPECT_FALSE(contains("8000::/1", "7fff::"));
  EXPECT_TRUE(contains("2001:db8::2/127", "2001:db8::3"));
  EXPECT_FALSE(contains("2001:db8::2/127", "2001:db8::4"));
}

bool bit_at(const Address& address, unsigned bit) {
  return (address.bytes[bit / 8] >> (7 - bit % 8) & 1U) != 0;
}
Address with_flipped_bit(Address address, unsigned bit) {
  address.bytes[bit / 8] = static_cast<std::uint8_t>(address.bytes[bit / 8] ^ 0x80U >> bit % 8);
  return address;
}
// The rule, bit by bit.
bool lies_in(const Network& net, const Address& other) {
  if (other.is_v4() && net.prefix_bits < 96) return false;
  for (unsigned bit = 0; bit < net.prefix_bits; ++bit) {
    if (bit_at(net.address, bit) != bit_at(other, bit)) return false;
  }
  return true;
}

// Every prefix length of an address, with every bit of it changed in turn; read back from its text.
void expect_all_prefixes_right(const Address& base, unsigned least_bits) {
  for (unsigned bits = least_bits; bits <= 128; ++bits) {
    Network net{base, static_cast<std::uint8_t>(bits)};
    for (unsigned bit = bits; bit < 128; ++bit) {
      if (bit_at(net.address, bit)) net.address = with_flipped_bit(net.address, bit);
    }
    // Without its mark of IPv4 the network is one of IPv6, also in its text.
    const auto parsed = parse_network(print_network(net));
    ASSERT_TRUE(parsed.ok()) << parsed.status().text();
    EXPECT_EQ(*parsed, net);
    EXPECT_EQ(net.contains(base), lies_in(net, base)) << bits;
    for (unsigned bit = 0; bit < 128; ++bit) {
      const Address other = with_flipped_bit(base, bit);
      EXPECT_EQ(net.contains(other), lies_in(net, other)) << bits << ' ' << bit;
    }
  }
}

TEST(Network, AgreesWithTheRuleAtEveryBit) {
  expect_all_prefixes_right(address("192.0.2.7"), 0);
  expect_all_prefixes_right(address("255.255.255.255"), 0);
  expect_all_prefixes_right(address("0.0.0.0"), 96);
  expect_all_prefixes_right(address("2001:db8:1234:5678:9abc:def0:1234:5678"), 0);
  expect_all_prefixes_right(address("::"), 0);
  std::mt19937_64 random(7);
  for (int i = 0; i < 20; ++i) {
    Address any;
    for (std::uint8_t& byte : any.bytes) byte = static_cast<std::uint8_t>(random());
    expect_all_prefixes_right(any, 0);
  }
}

// ---- lists

TEST(Networks, AreAtMostAHundred) {
  std::vector<Network> networks(kMaxNetworks - 1, network("10.0.0.0/8"));
  EXPECT_TRUE(check_networks(networks).ok());
  networks.push_back(network("::1"));
  EXPECT_TRUE(check_networks(networks).ok());
  networks.push_back(network("::2"));
  EXPECT_EQ(check_networks(networks).code(), Code::invalid_argument);
  EXPECT_NE(check_networks(networks).text().find("at most 100"), std::string::npos);
}

TEST(Networks, AreOfTheFormThatParsingGives) {
  Network with_host_bits = network("10.0.0.0/8");
  with_host_bits.address.bytes[15] = 1;
  EXPECT_EQ(check_networks({&with_host_bits, 1}).code(), Code::invalid_argument);
  Network too_long = network("10.0.0.1");
  too_long.prefix_bits = 129;
  EXPECT_EQ(check_networks({&too_long, 1}).code(), Code::invalid_argument);
}

}  // namespace
}  // namespace tokenry::model
