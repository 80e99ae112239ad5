// Strict Base64 (RFC 4648, with padding) in time that depends on the length alone.
//
// It decodes secrets, and sodium_base642bin is no help there: in libsodium 1.0.18 it branches on
// the characters, and valgrind's memcheck flags it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tokenry::token {

// Decodes text to out, which has room for text.size() / 4 * 3 bytes; *size gets the bytes decoded.
// False for a length that is no multiple of 4, characters outside the alphabet, padding anywhere
// but at the end and trailing bits that are not zero, so that each value has one text; out is then
// of no use and may hold part of the secret.
bool decode_base64(std::string_view text, char* out, std::size_t* size);

}  // namespace tokenry::token
