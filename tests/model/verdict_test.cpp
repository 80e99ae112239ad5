#include "model/verdict.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace tokenry::model {
namespace {

struct Answer {
  Reason reason;
  const char* name;
  int http_status;
  const char* bearer_error;  // null: the challenge names none
};

const std::vector<Answer> kAnswers = {
    {Reason::allowed, "ok", 200, nullptr},
    {Reason::no_credentials, "no_credentials", 401, nullptr},
    {Reason::bad_header, "bad_header", 400, "invalid_request"},
    {Reason::malformed, "malformed", 401, "invalid_token"},
    {Reason::unknown, "unknown", 401, "invalid_token"},
    {Reason::expired, "expired", 401, "invalid_token"},
    {Reason::not_yet_valid, "not_yet_valid", 401, "invalid_token"},
    {Reason::revoked, "revoked", 401, "invalid_token"},
    {Reason::suspended, "suspended", 401, "invalid_token"},
    {Reason::owner_suspended, "owner_suspended", 401, "invalid_token"},
    {Reason::owner_mismatch, "owner_mismatch", 401, "invalid_token"},
    {Reason::retired_secret, "retired_secret", 401, "invalid_token"},
    {Reason::address_denied, "address_denied", 403, nullptr},
    {Reason::scope_denied, "scope_denied", 403, "insufficient_scope"},
    {Reason::rate_limited, "rate_limited", 429, nullptr},
    {Reason::uses_exhausted, "uses_exhausted", 401, "invalid_token"},
    {Reason::tampered, "tampered", 401, "invalid_token"},
    {Reason::frozen, "frozen", 503, nullptr},
    {Reason::unavailable, "unavailable", 503, nullptr},
};

TEST(Reasons, HaveTheirNumbersForEver) {
  ASSERT_EQ(kAnswers.size(), static_cast<std::size_t>(kReasonCount));
  for (std::size_t i = 0; i < kAnswers.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kAnswers[i].reason), i) << kAnswers[i].name;
  }
}

TEST(Reasons, HaveTheirNames) {
  for (const Answer& answer : kAnswers) {
    EXPECT_STREQ(reason_name(static_cast<int>(answer.reason)), answer.name);
  }
}

TEST(Reasons, AnswerTheHttpStatusOfRfc6750) {
  for (const Answer& answer : kAnswers) {
    EXPECT_EQ(reason_http_status(static_cast<int>(answer.reason)), answer.http_status)
        << answer.name;
  }
}

TEST(Reasons, GiveTheBearerErrorOfRfc6750) {
  for (const Answer& answer : kAnswers) {
    EXPECT_STREQ(reason_bearer_error(static_cast<int>(answer.reason)), answer.bearer_error)
        << answer.name;
  }
}

// Who has not shown a token's secret must not learn whether it ever was one, nor in what state.
TEST(Reasons, AllInvalidTokensLookAlikeFromOutside) {
  const std::string one = reason_public_message(static_cast<int>(Reason::unknown));
  for (const Answer& answer : kAnswers) {
    const bool is_uniform =
        answer.bearer_error != nullptr && std::strcmp(answer.bearer_error, "invalid_token") == 0;
    const std::string message = reason_public_message(static_cast<int>(answer.reason));
    EXPECT_EQ(message == one, is_uniform) << answer.name;
    EXPECT_FALSE(message.empty());
  }
}

TEST(Reasons, FrozenAndUnavailableLookAlikeFromOutside) {
  EXPECT_STREQ(reason_public_message(static_cast<int>(Reason::frozen)),
               reason_public_message(static_cast<int>(Reason::unavailable)));
}

TEST(Reasons, NumbersBeyondTheListDeny) {
  for (const int code :
       {-1, kReasonCount, 99, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()}) {
    EXPECT_STREQ(reason_name(code), "unknown_code") << code;
    EXPECT_EQ(reason_http_status(code), 503) << code;
    EXPECT_EQ(reason_bearer_error(code), nullptr) << code;
    EXPECT_STREQ(reason_public_message(code), reason_public_message(18)) << code;
  }
}

TEST(Verdict, BeginsAsADenial) {
  const Verdict verdict;
  EXPECT_EQ(verdict.reason, Reason::unavailable);
  EXPECT_EQ(verdict.id, 0U);
  EXPECT_TRUE(verdict.effective.empty());
}

}  // namespace
}  // namespace tokenry::model
