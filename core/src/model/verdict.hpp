// The outcome of a verification and its reason.
#pragma once

#include <cstdint>

#include "model/scope_bits.hpp"

namespace tokenry::model {

// The numbers are those of enum tokenry_reason.
enum class Reason : std::int32_t {
  allowed = 0,
  no_credentials = 1,
  bad_header = 2,
  malformed = 3,
  unknown = 4,
  expired = 5,
  not_yet_valid = 6,
  revoked = 7,
  suspended = 8,
  owner_suspended = 9,
  owner_mismatch = 10,
  retired_secret = 11,
  address_denied = 12,
  scope_denied = 13,
  rate_limited = 14,
  uses_exhausted = 15,
  tampered = 16,
  frozen = 17,
  unavailable = 18,
};
inline constexpr int kReasonCount = 19;

// The name in lower case with underscores; "unknown_code" beyond the list.
const char* reason_name(int reason);

// The HTTP status that answers it (RFC 6750); 503 beyond the list.
int reason_http_status(int reason);

// What the caller may be told: says no more than his credentials show that he knows.
const char* reason_public_message(int reason);

// The error code of RFC 6750's challenge, or null where none is given.
const char* reason_bearer_error(int reason);

struct Verdict {
  Reason reason = Reason::unavailable;
  std::uint64_t id = 0;  // set whenever the right secret was shown
  ScopeBits effective;
  ScopeBits missing;
  std::int64_t expires_at_ms = 0;
  std::int64_t judged_at_ms = 0;
  std::int64_t retry_after_ms = 0;
};

}  // namespace tokenry::model
