#include "token/decode.hpp"

#include "base/bytes.hpp"

namespace tokenry::token {

std::uint64_t decode_body_scalar(const char* digits, Body& body, SecretSpan secret) {
  std::uint64_t fault = parse_digits(digits, kBlockDigits, &body.id);
  for (std::size_t i = 0; i < kSecretWords; ++i) {
    std::uint64_t word = 0;
    fault |= parse_digits(digits + (i + 1) * kBlockDigits, kBlockDigits, &word);
    base::store_le(secret.data() + 8 * i, word, 8);
  }
  return fault | parse_digits(digits + kIdSecretDigits, kCheckDigits, &body.check);
}

std::uint64_t decode_body(const char* digits, Body& body, SecretSpan secret) {
  if (has_sse_decoder()) return decode_body_sse(digits, body, secret);
  return decode_body_scalar(digits, body, secret);
}

}  // namespace tokenry::token
