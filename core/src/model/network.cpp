#include "model/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/text.hpp"

namespace tokenry::model {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned kMappedBits = 96;
constexpr unsigned kAllBits = 128;

Status not_an_address(std::string_view text) {
  return {Code::invalid_argument,
          base::quoted(text) +
              " is not an IPv4 or IPv6 address or network, such as 192.0.2.7, "
              "198.51.100.0/24 or 2001:db8::/32"};
}

// Also tells whether the text had IPv4's form, whose networks count bits from 0 to 32.
std::optional<Address> read_address(std::string_view text, bool& has_v4_form) {
  char terminated[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof terminated || text.find('\0') != std::string_view::npos) return {};
  terminated[text.copy(terminated, text.size())] = '\0';
  std::array<std::uint8_t, 4> v4{};
  has_v4_form = ::inet_pton(AF_INET, terminated, v4.data()) == 1;
  if (has_v4_form) return make_address(std::span<const std::uint8_t, 4>(v4));
  Address address;
  if (::inet_pton(AF_INET6, terminated, address.bytes.data()) != 1) return {};
  return address;
}

std::optional<unsigned> read_bits(std::string_view text, unsigned most) {
  unsigned bits = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, bits);
  const bool is_plain = !text.empty() && (text.size() == 1 || text.front() != '0');
  if (!is_plain || error != std::errc() || stopped != end || bits > most) return {};
  return bits;
}

// The address with all bits after the first `bits` cleared.
Address masked(const Address& address, unsigned bits) {
  Address result = address;
  for (unsigned i = 0; i < result.bytes.size(); ++i) {
    const unsigned kept = bits > 8 * i ? std::min(8U, bits - 8 * i) : 0;
    result.bytes[i] &= static_cast<std::uint8_t>(0xFF00U >> kept);
  }
  return result;
}

}  // namespace

bool Address::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

Address make_address(std::span<const std::uint8_t, 4> v4) {
  Address address;
  const auto end = std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
  std::copy(v4.begin(), v4.end(), end);
  return address;
}

Address make_address(std::span<const std::uint8_t, 16> v6) {
  Address address;
  std::copy(v6.begin(), v6.end(), address.bytes.begin());
  return address;
}

bool Network::contains(const Address& other) const {
  if (other.is_v4() && prefix_bits < kMappedBits) return false;
  const unsigned whole = prefix_bits / 8;
  if (std::memcmp(address.bytes.data(), other.bytes.data(), whole) != 0) return false;
  const unsigned rest = prefix_bits % 8;
  if (rest == 0) return true;
  return ((address.bytes[whole] ^ other.bytes[whole]) & (0xFF00U >> rest & 0xFFU)) == 0;
}

Result<Address> parse_address(std::string_view text) {
  bool has_v4_form = false;
  const std::optional<Address> address = read_address(text, has_v4_form);
  if (!address) {
    return Status(Code::invalid_argument, base::quoted(text) +
                                              " is not an IPv4 or IPv6 address, such as 192.0.2.7 "
                                              "or 2001:db8::1");
  }
  return *address;
}

Result<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  bool has_v4_form = false;
  const std::optional<Address> address = read_address(text.substr(0, slash), has_v4_form);
  if (!address) return not_an_address(text);
  if (slash == std::string_view::npos) return Network{*address, kAllBits};
  const unsigned most = has_v4_form ? 32 : 128;
  const std::optional<unsigned> bits = read_bits(text.substr(slash + 1), most);
  if (!bits) {
    return Status(Code::invalid_argument, base::quoted(text) +
                                              ": the number after the slash must "
                                              "be 0 to " +
                                              std::to_string(most));
  }
  const unsigned prefix_bits = has_v4_form ? kMappedBits + *bits : *bits;
  const Network network{masked(*address, prefix_bits), static_cast<std::uint8_t>(prefix_bits)};
  if (!(network.address == *address)) {
    return Status(Code::invalid_argument,
                  base::quoted(text) + " has host bits set; the network is " +
                      print_network(network) + ", the single address " + print_address(*address));
  }
  return network;
}

std::string print_address(const Address& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.is_v4()) {
    ::inet_ntop(AF_INET, &address.bytes[kMappedPrefix.size()], text, sizeof text);
  } else {
    ::inet_ntop(AF_INET6, address.bytes.data(), text, sizeof text);
  }
  return text;
}

std::string print_network(const Network& network) {
  std::string text = print_address(network.address);
  if (network.prefix_bits == kAllBits) return text;
  const bool is_v4 = network.address.is_v4() && network.prefix_bits >= kMappedBits;
  return text + "/" + std::to_string(network.prefix_bits - (is_v4 ? kMappedBits : 0));
}

Status check_networks(std::span<const Network> networks) {
  if (networks.size() > kMaxNetworks) {
    return {Code::invalid_argument,
            "a token can have at most " + std::to_string(kMaxNetworks) + " addresses and networks"};
  }
  for (const Network& network : networks) {
    if (network.prefix_bits > kAllBits ||
        !(masked(network.address, network.prefix_bits) == network.address)) {
      return {Code::invalid_argument,
              "a network must have 0 to 128 leading bits and zeros after them"};
    }
  }
  return {};
}

}  // namespace tokenry::model
