// A token as the store knows it: everything but its secret.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/limits.hpp"
#include "model/network.hpp"
#include "model/scope_bits.hpp"

namespace tokenry::model {

// The id's low half: the dense index of the token's records.
constexpr std::uint32_t slot_of(std::uint64_t id) { return static_cast<std::uint32_t>(id); }
// The id's high half: tells apart the tokens that one slot held.
constexpr std::uint32_t generation_of(std::uint64_t id) {
  return static_cast<std::uint32_t>(id >> 32);
}
constexpr std::uint64_t make_id(std::uint32_t generation, std::uint32_t slot) {
  return std::uint64_t{generation} << 32 | slot;
}

// What an operator made of the token. The numbers stand in the file.
enum class TokenState : std::uint8_t { free = 0, active = 1, suspended = 2, revoked = 3 };

// What a person sees; the numbers are those of enum tokenry_token_status.
enum class TokenStatus : std::uint8_t {
  active = 1,
  not_yet_valid = 2,
  expired = 3,
  owner_suspended = 4,
  suspended = 5,
  revoked = 6,
  tampered = 7,
};

// What the verifier record says beyond the secret's hash.
struct TokenTerms {
  TokenState state = TokenState::free;
  bool owner_suspended = false;
  std::int64_t expires_at_ms = 0;  // the first millisecond that is too late; 0 never
  std::int64_t not_before_ms = 0;
  ScopeBits effective;
  // The secret before the newest one, once the token was rotated. It works until the overlap ends,
  // and is told from an unknown one afterwards.
  bool has_previous_secret = false;
  bool previous_secret_retired = false;  // ended by a decision, not by the clock
  bool retires_on_use = false;           // the newest secret's first use ends the overlap
  std::int64_t overlap_ends_at_ms = 0;

  bool rotation_pending_at(std::int64_t now_ms) const {
    return has_previous_secret && !previous_secret_retired && now_ms < overlap_ends_at_ms;
  }
};

// By precedence: revoked, suspended, owner_suspended, expired, not_yet_valid, active.
inline TokenStatus status_at(const TokenTerms& terms, std::int64_t now_ms) {
  if (terms.state == TokenState::revoked) return TokenStatus::revoked;
  if (terms.state == TokenState::suspended) return TokenStatus::suspended;
  if (terms.owner_suspended) return TokenStatus::owner_suspended;
  if (terms.expires_at_ms != 0 && now_ms >= terms.expires_at_ms) return TokenStatus::expired;
  if (now_ms < terms.not_before_ms) return TokenStatus::not_yet_valid;
  return TokenStatus::active;
}

// What the details row says.
struct TokenDetails {
  std::uint64_t id = 0;
  ScopeBits granted;
  std::int64_t created_at_ms = 0;
  std::int64_t secret_created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  std::int64_t revoked_at_ms = 0;
  std::string owner;
  std::string label;
  std::string created_by;
  std::string updated_by;
  std::string note;
  std::int64_t previous_secret_created_at_ms = 0;
  std::vector<Network> networks;  // where it may be used from; none: from anywhere
  Limits limits;
};

// What the verifications of a token left behind.
struct TokenUsage {
  std::uint64_t uses = 0;
  std::uint64_t denials = 0;  // though the right secret was shown
  std::int64_t last_used_at_ms = 0;
  std::optional<Address> last_address;  // of the last use
  ScopeBits exercised;                  // that verifications asked for and got
  bool newest_secret_used = false;      // shown at least once; meant for tokens that were rotated
  std::int64_t previous_secret_seen_at_ms = 0;  // last shown, accepted or not
  std::uint64_t uses_left = 0;                  // of max_uses
};

// All together.
struct Token {
  TokenDetails details;
  TokenTerms terms;
  TokenUsage usage;
  bool tampered = false;  // a row was altered from outside; what could not be trusted is left empty
};

inline TokenStatus status_at(const Token& token, std::int64_t now_ms) {
  return token.tampered ? TokenStatus::tampered : status_at(token.terms, now_ms);
}

}  // namespace tokenry::model
