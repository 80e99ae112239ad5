// Credentials as they arrive: a bare token, or an Authorization header with a token in it.
//
//   input       = *BLANK [ "Authorization:" *BLANK ] [ value ] *BLANK [ LF / CRLF ]
//   value       = token / ( "Bearer" / "Token" ) 1*SP token
//               / ( "whm" / "cpanel" ) 1*SP user ":" token
//               / "Basic" 1*SP base64( user ":" token / token ":" )
//   user        = 1*128VISIBLE, without ":"        token = 1*VISIBLE
//   BLANK       = SP / TAB                         VISIBLE = %x21-7E
//
// Field name and schemes count in any case. Whether a token's text is well formed is for
// parse_token() to say. Time depends on lengths, the scheme, the user and where spaces and colons
// stand, not on the token's digits.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/secret.hpp"

namespace tokenry::token {

inline constexpr std::size_t kMaxCredentials = 8192;
inline constexpr std::size_t kMaxUser = 128;
inline constexpr std::size_t kMaxBasic = 510;  // bytes that Basic may decode to; 680 digits

enum class CredentialsOutcome {
  token,           // there is a token text to judge
  no_credentials,  // nothing but blanks
  bad_header,      // anything else
};

static_assert(kMaxBasic % 3 == 0, "the limit is the same for every padding");

// A view lives as long as the input, or, if it came in as Basic, as this object.
struct Credentials {
  std::string_view token;
  std::string_view user;
  bool has_user = false;
  base::SecretText<512> decoded;  // what Basic's base64 held
};

// Reads credentials of any length and content. out is filled for `token` and else empty, without a
// trace of what was decoded. Allocates nothing. Thread-safe.
CredentialsOutcome parse_credentials(std::string_view text, Credentials& out);

}  // namespace tokenry::token
