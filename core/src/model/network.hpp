// Addresses and the networks that a token may be used from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"

namespace tokenry::model {

inline constexpr std::size_t kMaxNetworks = 100;

// An IPv6 address, or an IPv4 one in its mapped form ::ffff:a.b.c.d; network byte order.
struct Address {
  std::array<std::uint8_t, 16> bytes{};

  bool operator==(const Address&) const = default;

  bool is_v4() const;
};

// The address of 4 (IPv4) or 16 (IPv6) bytes in network byte order.
Address make_address(std::span<const std::uint8_t, 4> v4);
Address make_address(std::span<const std::uint8_t, 16> v6);

// All addresses that share their first prefix_bits with address, whose other bits are 0. Those of
// IPv4 have 96 bits more than their text says.
struct Network {
  Address address;
  std::uint8_t prefix_bits = 128;

  bool operator==(const Network&) const = default;

  // An IPv4 address lies only in networks of IPv4, however it was written: ::/0 is all of IPv6.
  bool contains(const Address& other) const;
};

// "192.0.2.7", "2001:db8::1". invalid_argument says what would be right.
base::Result<Address> parse_address(std::string_view text);

// An address, or ADDRESS/BITS without host bits. invalid_argument names the right network.
base::Result<Network> parse_network(std::string_view text);

// As people write them: IPv4 in dots, a network of one address without its bits.
std::string print_address(const Address& address);
std::string print_network(const Network& network);

// At most kMaxNetworks, each as parse_network() makes them.
base::Status check_networks(std::span<const Network> networks);

}  // namespace tokenry::model
