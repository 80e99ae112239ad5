// CRC-32C (Castagnoli), in time that depends on the length alone: it runs over secret digits.
#pragma once

#include <cstdint>
#include <string_view>

namespace tokenry::token {

// The CRC-32C of bytes; "123456789" gives 0xE3069283. By the processor's own instruction where it
// has one, chosen at run time.
std::uint32_t crc32c(std::string_view bytes);

// The same, bit by bit, for processors without the instruction.
std::uint32_t crc32c_portable(std::string_view bytes);

}  // namespace tokenry::token
