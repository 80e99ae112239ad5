#include "model/verdict.hpp"

#include <array>
#include <cstddef>

namespace tokenry::model {

namespace {

struct ReasonFacts {
  const char* name;
  int http_status;
  const char* bearer_error;
  const char* public_message;
};

constexpr const char* kInvalidToken = "The token is not valid.";
constexpr const char* kTryLater = "The token cannot be checked now. Try again later.";

constexpr std::array<ReasonFacts, kReasonCount> kFacts = {{
    {"ok", 200, nullptr, "The token is valid."},
    {"no_credentials", 401, nullptr, "A token is required."},
    {"bad_header", 400, "invalid_request", "The Authorization header cannot be read."},
    {"malformed", 401, "invalid_token", kInvalidToken},
    {"unknown", 401, "invalid_token", kInvalidToken},
    {"expired", 401, "invalid_token", kInvalidToken},
    {"not_yet_valid", 401, "invalid_token", kInvalidToken},
    {"revoked", 401, "invalid_token", kInvalidToken},
    {"suspended", 401, "invalid_token", kInvalidToken},
    {"owner_suspended", 401, "invalid_token", kInvalidToken},
    {"owner_mismatch", 401, "invalid_token", kInvalidToken},
    {"retired_secret", 401, "invalid_token", kInvalidToken},
    {"address_denied", 403, nullptr, "The token may not be used from this address."},
    {"scope_denied", 403, "insufficient_scope", "The token does not have the required scope."},
    {"rate_limited", 429, nullptr, "The token is used too often. Try again later."},
    {"uses_exhausted", 401, "invalid_token", kInvalidToken},
    {"tampered", 401, "invalid_token", kInvalidToken},
    {"frozen", 503, nullptr, kTryLater},
    {"unavailable", 503, nullptr, kTryLater},
}};

const ReasonFacts* facts_of(int reason) {
  if (reason < 0 || reason >= kReasonCount) return nullptr;
  return &kFacts[static_cast<std::size_t>(reason)];
}

}  // namespace

const char* reason_name(int reason) {
  const ReasonFacts* facts = facts_of(reason);
  return facts != nullptr ? facts->name : "unknown_code";
}

int reason_http_status(int reason) {
  const ReasonFacts* facts = facts_of(reason);
  return facts != nullptr ? facts->http_status : 503;
}

const char* reason_public_message(int reason) {
  const ReasonFacts* facts = facts_of(reason);
  return facts != nullptr ? facts->public_message : kTryLater;
}

const char* reason_bearer_error(int reason) {
  const ReasonFacts* facts = facts_of(reason);
  return facts != nullptr ? facts->bearer_error : nullptr;
}

}  // namespace tokenry::model
