#include "token/text.hpp"

#include <cassert>

#include "base/bytes.hpp"
#include "token/base62.hpp"
#include "token/crc32c.hpp"

namespace tokenry::token {
namespace {

constexpr char kSeparator = '_';

void clear(ParsedToken& token) {
  token.id = 0;
  base::wipe(token.secret.data(), kSecretSize);
}

}  // namespace

bool is_prefix(std::string_view prefix) {
  if (prefix.size() < kMinPrefix || prefix.size() > kMaxPrefix) return false;
  for (const char c : prefix) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) return false;
  }
  return true;
}

void print_token(std::string_view prefix, std::uint64_t id,
                 std::span<const std::uint8_t, kSecretSize> secret, TokenText& out) {
  assert(is_prefix(prefix));
  out.resize(0);
  out.append(prefix);
  out.append({&kSeparator, 1});
  const std::size_t start = out.size();
  out.resize(start + kBodyDigits);
  char* digits = out.data() + start;
  print_block(id, digits);
  for (std::size_t i = 0; i < kSecretWords; ++i) {
    print_block(base::load_le(secret.data() + 8 * i, 8), digits + (i + 1) * kBlockDigits);
  }
  const std::uint32_t check = crc32c({out.data(), start + kIdSecretDigits});
  print_digits(check, digits + kIdSecretDigits, kCheckDigits);
}

bool parse_token(std::string_view text, std::string_view prefix, ParsedToken& out) {
  const std::size_t start = prefix.size() + 1;
  if (text.size() != start + kBodyDigits || text.substr(0, prefix.size()) != prefix ||
      text[prefix.size()] != kSeparator) {
    clear(out);
    return false;
  }
  Body body;
  std::uint64_t fault = decode_body(text.data() + start, body, out.secret.span());
  fault |= body.check ^ crc32c(text.substr(0, start + kIdSecretDigits));
  // The one place where the digits' content decides: whether it is a token is no secret.
  if (fault != 0) {
    clear(out);
    return false;
  }
  out.id = body.id;
  return true;
}

void print_id(std::uint64_t id, char* out11) { print_block(id, out11); }

bool parse_id(std::string_view text, std::uint64_t& id) {
  id = 0;
  return text.size() == kIdText && parse_block(text.data(), &id);
}

}  // namespace tokenry::token
