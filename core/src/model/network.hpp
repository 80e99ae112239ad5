// Network addresses.
#pragma once

#include <array>
#include <cstdint>

namespace tokenry::model {

// An IPv6 address, or an IPv4 one in its mapped form ::ffff:a.b.c.d; network byte order.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool operator==(const Address&) const = default;
};

}  // namespace tokenry::model
