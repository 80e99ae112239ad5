// Verdicts in words: what the operator reads, and the challenge that the caller gets.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "world.hpp"

namespace capi_tests {
namespace {

std::vector<std::string> list_of(const char* const* names, std::size_t count) {
  return {names, names + count};
}

class DescribeTest : public testing::Test {
 protected:
  // A challenge, which must be answered.
  std::string challenge(const tokenry_verdict& verdict, std::string_view realm = {}) {
    char text[1024];
    std::size_t size = 0;
    EXPECT_EQ(tokenry_verdict_challenge(store_, &verdict, realm.data(), realm.size(), text,
                                        sizeof text, &size),
              TOKENRY_OK)
        << tokenry_last_error();
    EXPECT_EQ(size, std::strlen(text));
    return text;
  }

  World world_;
  tokenry_store* store_ = world_.store();
  Token token_ = make_token(store_, "root", "bot", {"read"});
};

class Described {
 public:
  Described(tokenry_store* store, const tokenry_verdict& verdict) {
    EXPECT_EQ(tokenry_verdict_describe(store, &verdict, &info_), TOKENRY_OK)
        << tokenry_last_error();
  }
  ~Described() { tokenry_verdict_info_free(info_); }
  Described(const Described&) = delete;
  Described& operator=(const Described&) = delete;
  const tokenry_verdict_info* operator->() const { return info_; }

 private:
  tokenry_verdict_info* info_ = nullptr;
};

TEST_F(DescribeTest, ADenialInWords) {
  const Described info(store_, verify(store_, token_.text, {"read", "mail", "edit"}));
  EXPECT_EQ(info->struct_size, sizeof(tokenry_verdict_info));
  EXPECT_STREQ(info->reason, "scope_denied");
  EXPECT_STREQ(info->public_message, "The token does not have the required scope.");
  EXPECT_STREQ(info->owner, "root");
  EXPECT_STREQ(info->label, "bot");
  char id_text[12];
  ASSERT_EQ(tokenry_id_print(token_.id, id_text), TOKENRY_OK);
  EXPECT_STREQ(info->id_text, id_text);
  EXPECT_EQ(list_of(info->scopes, info->scope_count), std::vector<std::string>{"read"});
  EXPECT_EQ(list_of(info->missing_scopes, info->missing_scope_count),
            (std::vector<std::string>{"edit", "mail"}));
}

TEST_F(DescribeTest, AnAllowedOneInWords) {
  const Described info(store_, verify(store_, token_.text, {"read"}));
  EXPECT_STREQ(info->reason, "ok");
  EXPECT_STREQ(info->owner, "root");
  EXPECT_EQ(info->missing_scope_count, 0U);
}

TEST_F(DescribeTest, AVerdictWithoutAnIdNamesNobody) {
  for (const tokenry_verdict& verdict :
       {verify(store_, "x"), verify(store_, ""), verify(store_, "whm root")}) {
    const Described info(store_, verdict);
    EXPECT_STREQ(info->reason, tokenry_reason_name(verdict.reason));
    EXPECT_EQ(info->id_text, nullptr);
    EXPECT_EQ(info->owner, nullptr);
    EXPECT_EQ(info->label, nullptr);
    EXPECT_EQ(info->scope_count, 0U);
  }
}

TEST_F(DescribeTest, APurgedTokenIsNamedNoMore) {
  ASSERT_EQ(revoke(store_, token_.id), TOKENRY_OK);
  const tokenry_verdict verdict = verify(store_, token_.text);
  ASSERT_EQ(purge(store_, token_.id), TOKENRY_OK);
  const Described info(store_, verdict);
  EXPECT_STREQ(info->reason, "revoked");
  EXPECT_EQ(info->id_text, nullptr);
  EXPECT_EQ(info->owner, nullptr);
  EXPECT_EQ(info->label, nullptr);
  // The slot's next token has another id, so it is not taken for the purged one.
  make_token(store_, "root", "next", {"edit"});
  EXPECT_EQ(Described(store_, verdict)->label, nullptr);
}

TEST_F(DescribeTest, PublicMessagesDoNotTellTheReason) {
  std::string uniform;
  for (const int reason :
       {TOKENRY_MALFORMED, TOKENRY_UNKNOWN, TOKENRY_EXPIRED, TOKENRY_NOT_YET_VALID, TOKENRY_REVOKED,
        TOKENRY_SUSPENDED, TOKENRY_OWNER_SUSPENDED, TOKENRY_OWNER_MISMATCH, TOKENRY_RETIRED_SECRET,
        TOKENRY_USES_EXHAUSTED, TOKENRY_VERDICT_TAMPERED}) {
    auto verdict = sized<tokenry_verdict>();
    verdict.reason = reason;
    const Described info(store_, verdict);
    if (uniform.empty()) uniform = info->public_message;
    EXPECT_EQ(info->public_message, uniform) << tokenry_reason_name(reason);
  }
  EXPECT_EQ(uniform, "The token is not valid.");
}

TEST_F(DescribeTest, AVerdictOfAnotherStoreIsRefused) {
  const World other;
  const Token theirs = make_token(other.store(), "root", "bot", {"read"});
  const tokenry_verdict verdict = verify(other.store(), theirs.text);
  tokenry_verdict_info* info = nullptr;
  EXPECT_EQ(tokenry_verdict_describe(store_, &verdict, &info), TOKENRY_INVALID_ARGUMENT);
  EXPECT_EQ(info, nullptr);
  char text[64];
  EXPECT_EQ(tokenry_verdict_challenge(store_, &verdict, nullptr, 0, text, sizeof text, nullptr),
            TOKENRY_INVALID_ARGUMENT);
}

TEST_F(DescribeTest, ChallengesWordForWord) {
  EXPECT_EQ(challenge(verify(store_, "")), "Bearer");
  EXPECT_EQ(challenge(verify(store_, ""), "api"), "Bearer realm=\"api\"");
  EXPECT_EQ(challenge(verify(store_, "whm root"), "api"),
            "Bearer realm=\"api\", error=\"invalid_request\", "
            "error_description=\"The Authorization header cannot be read.\"");
  const std::string invalid =
      "Bearer realm=\"api\", error=\"invalid_token\", "
      "error_description=\"The token is not valid.\"";
  EXPECT_EQ(challenge(verify(store_, "x"), "api"), invalid);
  EXPECT_EQ(challenge(verify(store_, "whm toor:" + token_.text), "api"), invalid);
  EXPECT_EQ(challenge(verify(store_, "x")),
            "Bearer error=\"invalid_token\", error_description=\"The token is not valid.\"");
  EXPECT_EQ(challenge(verify(store_, token_.text, {"mail", "edit"}), "my panel"),
            "Bearer realm=\"my panel\", error=\"insufficient_scope\", "
            "error_description=\"The token does not have the required scope.\", "
            "scope=\"edit mail\"");
}

// Where a token may be used from is nothing that a better token request could change.
TEST_F(DescribeTest, AddressDeniedHasNoErrorCode) {
  const Token bound = make_token(store_, "root", "bound", {"read"}, {.allow_ips = {"192.0.2.1"}});
  const tokenry_verdict verdict = verify_from(store_, bound.text, {192, 0, 2, 2});
  ASSERT_EQ(verdict.reason, TOKENRY_ADDRESS_DENIED);
  EXPECT_EQ(verdict.http_status, 403);
  EXPECT_EQ(verdict.retry_after_ms, 0);
  EXPECT_EQ(challenge(verdict, "api"), "Bearer realm=\"api\"");
  EXPECT_EQ(challenge(verdict), "Bearer");
  const Described info(store_, verdict);
  EXPECT_STREQ(info->reason, "address_denied");
  EXPECT_STREQ(info->label, "bound");
  EXPECT_EQ(std::string(info->public_message).find("192.0.2"), std::string::npos);
}

TEST_F(DescribeTest, RateLimitedHasNoChallengeButATime) {
  const Token rare = make_token(store_, "root", "rare", {"read"}, {.rates = {{1, 86'400'000}}});
  ASSERT_EQ(verify(store_, rare.text).reason, TOKENRY_ALLOWED);
  const tokenry_verdict verdict = verify(store_, rare.text);
  ASSERT_EQ(verdict.reason, TOKENRY_RATE_LIMITED);
  EXPECT_EQ(verdict.http_status, 429);
  EXPECT_GT(verdict.retry_after_ms, 86'000'000);
  EXPECT_LE(verdict.retry_after_ms, 86'400'000);
  EXPECT_EQ(challenge(verdict, "api"), "");
  const Described info(store_, verdict);
  EXPECT_STREQ(info->reason, "rate_limited");
  EXPECT_STREQ(info->label, "rare");
  EXPECT_EQ(list_of(info->scopes, info->scope_count), std::vector<std::string>{"read"});
}

// The caller is told of neither: to him the token is just not valid.
TEST_F(DescribeTest, ExhaustedAndRetiredAreInvalidToTheCaller) {
  const Token once = make_token(store_, "root", "once", {"read"}, {.max_uses = 1});
  ASSERT_EQ(verify(store_, once.text).reason, TOKENRY_ALLOWED);
  rotate(store_, token_.id, 0, TOKENRY_ROTATE_AT_ONCE);
  const struct {
    tokenry_verdict verdict;
    int reason;
    const char* name;
    const char* label;
  } cases[] = {{verify(store_, once.text), TOKENRY_USES_EXHAUSTED, "uses_exhausted", "once"},
               {verify(store_, token_.text), TOKENRY_RETIRED_SECRET, "retired_secret", "bot"}};
  for (const auto& one : cases) {
    ASSERT_EQ(one.verdict.reason, one.reason);
    EXPECT_EQ(one.verdict.http_status, 401);
    EXPECT_EQ(one.verdict.retry_after_ms, 0);
    EXPECT_EQ(challenge(one.verdict, "api"),
              "Bearer realm=\"api\", error=\"invalid_token\", "
              "error_description=\"The token is not valid.\"");
    const Described info(store_, one.verdict);
    EXPECT_STREQ(info->reason, one.name);
    EXPECT_STREQ(info->public_message, "The token is not valid.");
    EXPECT_STREQ(info->label, one.label);
  }
}

TEST_F(DescribeTest, OtherVerdictsHaveNoChallenge) {
  EXPECT_EQ(challenge(verify(store_, token_.text), "api"), "");
  for (const int reason : {TOKENRY_RATE_LIMITED, TOKENRY_FROZEN, TOKENRY_UNAVAILABLE}) {
    auto verdict = sized<tokenry_verdict>();
    verdict.reason = reason;
    EXPECT_EQ(challenge(verdict, "api"), "") << tokenry_reason_name(reason);
  }
}

TEST_F(DescribeTest, ABufferTooSmallTellsTheSize) {
  const tokenry_verdict verdict = verify(store_, "");
  const std::string whole = challenge(verdict, "api");
  std::vector<char> buffer(whole.size() + 1, 'x');
  for (std::size_t capacity = 0; capacity <= whole.size(); ++capacity) {
    std::size_t size = 0;
    EXPECT_EQ(tokenry_verdict_challenge(store_, &verdict, "api", 3, buffer.data(), capacity, &size),
              TOKENRY_INVALID_ARGUMENT);
    EXPECT_EQ(size, whole.size());
    EXPECT_EQ(buffer.back(), 'x');  // nothing beyond the capacity is written
  }
  EXPECT_NE(std::strstr(tokenry_last_error(), std::to_string(whole.size() + 1).c_str()), nullptr);
  EXPECT_EQ(
      tokenry_verdict_challenge(store_, &verdict, "api", 3, buffer.data(), buffer.size(), nullptr),
      TOKENRY_OK);
  EXPECT_EQ(buffer.data(), whole);
}

}  // namespace
}  // namespace capi_tests
