#include "token/header.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "token/base64.hpp"
#include "token/character.hpp"

namespace tokenry::token {
namespace {

constexpr std::string_view kFieldName = "authorization:";

enum class Content { token, user_and_token, basic };

struct Scheme {
  std::string_view name;  // in lower case
  Content content;
};

constexpr std::array<Scheme, 5> kSchemes{{
    {"whm", Content::user_and_token},
    {"bearer", Content::token},
    {"token", Content::token},
    {"basic", Content::basic},
    {"cpanel", Content::user_and_token},
}};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_any_case(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (to_lower(text[i]) != lower[i]) return false;
  }
  return true;
}

std::string_view trim_front(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

// Without blanks around it and without one line end, as files and pipes have it.
std::string_view trim(std::string_view text) {
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
  }
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return trim_front(text);
}

// True if text is not empty and all of it is visible ASCII (0x21 to 0x7E). Eight characters at a
// time, and all of them whatever they are: they may be secret.
bool is_word(std::string_view text) {
  constexpr std::uint64_t kEach = 0x0101010101010101u;
  std::uint64_t bad = 0;
  for (std::size_t i = 0; i < text.size(); i += 8) {
    std::uint64_t eight = 0x21 * kEach;
    std::memcpy(&eight, text.data() + i, text.size() - i < 8 ? text.size() - i : 8);
    // Each addition sets a byte's top bit from 0x21 on, and from 0x7F on. It carries into the next
    // byte only from a byte whose own top bit is set, which is bad by itself.
    bad |= eight | ~(eight + (0x80 - 0x21) * kEach) | (eight + (0x80 - 0x7F) * kEach);
  }
  return !text.empty() && (bad & (0x80 * kEach)) == 0;
}

// The position of the first colon, or text.size(); looks at all of text without a branch.
std::size_t find_colon_in_secret(std::string_view text) {
  std::size_t position = 0;
  std::int32_t ahead = -1;
  for (const char c : text) {
    ahead &= ~range_mask(static_cast<unsigned char>(c), ':', ':');
    position += static_cast<std::size_t>(ahead & 1);
  }
  return position;
}

// The position of the first colon, or text.size(); looks no further, so at nothing behind the user.
std::size_t find_colon(std::string_view text) {
  const std::string_view head = text.substr(0, kMaxUser + 1);
  const std::size_t position = head.find(':');
  return position != std::string_view::npos ? position : text.size();
}

bool set_token(std::string_view text, Credentials& out) {
  if (!is_word(text)) return false;
  out.token = text;
  return true;
}

// text is user and token, with a colon at `colon` between them.
bool set_user_and_token(std::string_view text, std::size_t colon, Credentials& out) {
  if (colon == 0 || colon > kMaxUser || colon + 1 >= text.size() || !is_word(text)) return false;
  out.user = text.substr(0, colon);
  out.has_user = true;
  out.token = text.substr(colon + 1);
  return true;
}

bool set_basic(std::string_view text, Credentials& out) {
  if (text.size() > kMaxBasic / 3 * 4) return false;
  std::size_t size = 0;
  const bool decodes = decode_base64(text, out.decoded.data(), &size);
  out.decoded.resize(size);
  if (!decodes) return false;
  const std::string_view content = out.decoded.view();
  const std::size_t colon = find_colon_in_secret(content);
  if (colon + 1 == content.size()) return set_token(content.substr(0, colon), out);
  return set_user_and_token(content, colon, out);
}

bool set_content(Content content, std::string_view text, Credentials& out) {
  switch (content) {
    case Content::token:
      return set_token(text, out);
    case Content::user_and_token:
      return set_user_and_token(text, find_colon(text), out);
    case Content::basic:
      return set_basic(text, out);
  }
  return false;
}

// The scheme that text begins with; text is a scheme alone, or a space follows.
std::optional<Scheme> find_scheme(std::string_view text) {
  for (const Scheme& scheme : kSchemes) {
    if (starts_with_any_case(text, scheme.name) &&
        (text.size() == scheme.name.size() || text[scheme.name.size()] == ' ')) {
      return scheme;
    }
  }
  return std::nullopt;
}

bool set_value(std::string_view value, Credentials& out) {
  const std::optional<Scheme> scheme = find_scheme(value);
  if (!scheme) return set_token(value, out);
  std::string_view rest = value.substr(scheme->name.size());
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  return set_content(scheme->content, rest, out);
}

void clear(Credentials& credentials) {
  credentials.token = {};
  credentials.user = {};
  credentials.has_user = false;
  credentials.decoded.resize(0);
}

void wipe(Credentials& credentials) {
  clear(credentials);
  base::wipe(credentials.decoded.data(), credentials.decoded.capacity());
}

}  // namespace

CredentialsOutcome parse_credentials(std::string_view text, Credentials& out) {
  // What an earlier header left is wiped only if there is some: this is the hot path.
  if (out.decoded.size() != 0) wipe(out);
  clear(out);
  if (text.size() > kMaxCredentials) return CredentialsOutcome::bad_header;
  text = trim(text);
  if (starts_with_any_case(text, kFieldName)) text = trim_front(text.substr(kFieldName.size()));
  if (text.empty()) return CredentialsOutcome::no_credentials;
  if (set_value(text, out)) return CredentialsOutcome::token;
  wipe(out);
  return CredentialsOutcome::bad_header;
}

}  // namespace tokenry::token
