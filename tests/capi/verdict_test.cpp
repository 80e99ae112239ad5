// Verdicts: every reason that can be reached, and what stands in the struct with it.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include "world.hpp"

namespace capi_tests {
namespace {

constexpr std::uint64_t kReadBit = 2;
constexpr std::uint64_t kEditBit = 4;
constexpr std::uint64_t kMailBit = 8;

class VerdictTest : public testing::Test {
 protected:
  // What only one who showed the right secret may learn.
  static void expect_anonymous(const tokenry_verdict& verdict) {
    EXPECT_EQ(verdict.id, 0U);
    EXPECT_EQ(verdict.expires_at_ms, 0);
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(verdict.effective_bits[i], 0U);
      EXPECT_EQ(verdict.missing_bits[i], 0U);
    }
  }
  void expect_denied(const tokenry_verdict& verdict, int reason, int http_status,
                     const Token& token) {
    EXPECT_EQ(verdict.reason, reason) << tokenry_reason_name(verdict.reason);
    EXPECT_EQ(verdict.http_status, http_status);
    EXPECT_EQ(verdict.id, token.id);
    EXPECT_EQ(verdict.retry_after_ms, 0);
    EXPECT_EQ(verdict.missing_bits[0], 0U);
  }

  World world_;
  tokenry_store* store_ = world_.store();
};

TEST_F(VerdictTest, AllowedSaysWhoAndWhat) {
  const std::int64_t expires = now_ms() + 60'000;
  const Token token =
      make_token(store_, "root", "bot", {"read", "edit"}, {.expires_at_ms = expires});
  const std::int64_t before = now_ms();
  const tokenry_verdict verdict = verify(store_, token.text, {"edit"});
  EXPECT_EQ(verdict.struct_size, sizeof verdict);
  EXPECT_EQ(verdict.reason, TOKENRY_ALLOWED);
  EXPECT_EQ(verdict.http_status, 200);
  EXPECT_EQ(verdict.id, token.id);
  EXPECT_EQ(verdict.store_tag, scope_set(store_, {"read"}).store_tag);
  EXPECT_NE(verdict.store_tag, 0U);
  EXPECT_EQ(verdict.effective_bits[0], kReadBit | kEditBit);
  EXPECT_EQ(verdict.missing_bits[0], 0U);
  EXPECT_EQ(verdict.expires_at_ms, expires);
  EXPECT_GE(verdict.judged_at_ms, before);
  EXPECT_LE(verdict.judged_at_ms, now_ms());
  EXPECT_EQ(verdict.retry_after_ms, 0);
}

TEST_F(VerdictTest, EveryHeaderFormIsAllowed) {
  const Token token = make_token(store_, "root", "bot", {"read"});
  for (const std::string& header :
       {token.text, "whm root:" + token.text, "WHM root:" + token.text, "cpanel root:" + token.text,
        "Bearer " + token.text, "Token " + token.text, "Authorization: whm root:" + token.text,
        token.text + "\n"}) {
    EXPECT_EQ(verify(store_, header, {"read"}).reason, TOKENRY_ALLOWED);
  }
}

TEST_F(VerdictTest, NoCredentials) {
  for (const char* header : {"", " ", "Authorization:", "Authorization: "}) {
    const tokenry_verdict verdict = verify(store_, header);
    EXPECT_EQ(verdict.reason, TOKENRY_NO_CREDENTIALS) << header;
    EXPECT_EQ(verdict.http_status, 401);
    expect_anonymous(verdict);
  }
  auto request = sized<tokenry_request>();  // credentials NULL, size 0
  EXPECT_EQ(tokenry_verify(store_, &request, nullptr), TOKENRY_NO_CREDENTIALS);
}

TEST_F(VerdictTest, BadHeader) {
  for (const char* header :
       {"whm root", "Basic !!!", "Bearer", "Bearer a b", "Digest username=x"}) {
    const tokenry_verdict verdict = verify(store_, header);
    EXPECT_EQ(verdict.reason, TOKENRY_BAD_HEADER) << header;
    EXPECT_EQ(verdict.http_status, 400);
    expect_anonymous(verdict);
  }
}

TEST_F(VerdictTest, UnknownTellsNothing) {
  const Token token = make_token(store_, "root", "bot", {"read"});
  const World other;
  const Token theirs = make_token(other.store(), "root", "bot", {"read"});
  const tokenry_verdict verdict = verify(store_, theirs.text);
  EXPECT_EQ(verdict.reason, TOKENRY_UNKNOWN);
  EXPECT_EQ(verdict.http_status, 401);
  expect_anonymous(verdict);
}

TEST_F(VerdictTest, ExpiryIsTheFirstMillisecondThatIsTooLate) {
  const std::int64_t expires = now_ms() + 60'000;
  const Token token = make_token(store_, "root", "bot", {"read"}, {.expires_at_ms = expires});
  EXPECT_EQ(verify(store_, token.text, {}, expires - 1).reason, TOKENRY_ALLOWED);
  for (const std::int64_t clock : {expires, expires + 1, INT64_MAX}) {
    const tokenry_verdict verdict = verify(store_, token.text, {}, clock);
    expect_denied(verdict, TOKENRY_EXPIRED, 401, token);
    EXPECT_EQ(verdict.judged_at_ms, clock);
    EXPECT_EQ(verdict.expires_at_ms, expires);
    EXPECT_EQ(verdict.effective_bits[0], kReadBit);
  }
}

TEST_F(VerdictTest, NotBeforeIsTheFirstMillisecondThatWorks) {
  const std::int64_t begins = now_ms() + 60'000;
  const Token token = make_token(store_, "root", "bot", {"read"}, {.not_before_ms = begins});
  EXPECT_EQ(verify(store_, token.text, {}, begins).reason, TOKENRY_ALLOWED);
  expect_denied(verify(store_, token.text, {}, begins - 1), TOKENRY_NOT_YET_VALID, 401, token);
  expect_denied(verify(store_, token.text), TOKENRY_NOT_YET_VALID, 401, token);
}

TEST_F(VerdictTest, RevokedAndSuspended) {
  const Token token = make_token(store_, "root", "bot", {"read"});
  ASSERT_EQ(suspend(store_, token.id), TOKENRY_OK);
  expect_denied(verify(store_, token.text), TOKENRY_SUSPENDED, 401, token);
  ASSERT_EQ(tokenry_resume(store_, "a", 1, &token.id, 1, 0, nullptr), TOKENRY_OK);
  EXPECT_EQ(verify(store_, token.text).reason, TOKENRY_ALLOWED);
  ASSERT_EQ(revoke(store_, token.id), TOKENRY_OK);
  expect_denied(verify(store_, token.text), TOKENRY_REVOKED, 401, token);
  ASSERT_EQ(purge(store_, token.id), TOKENRY_OK);
  const tokenry_verdict gone = verify(store_, token.text);
  EXPECT_EQ(gone.reason, TOKENRY_UNKNOWN);
  expect_anonymous(gone);
}

TEST_F(VerdictTest, OwnerSuspended) {
  const Token token = make_token(store_, "root", "bot", {"read"});
  ASSERT_EQ(tokenry_owner_suspend(store_, "a", 1, "root", 4), TOKENRY_OK);
  expect_denied(verify(store_, token.text), TOKENRY_OWNER_SUSPENDED, 401, token);
  ASSERT_EQ(tokenry_owner_resume(store_, "a", 1, "root", 4), TOKENRY_OK);
  EXPECT_EQ(verify(store_, token.text).reason, TOKENRY_ALLOWED);
}

TEST_F(VerdictTest, FrozenUntilThawed) {
  const Token token = make_token(store_, "root", "bot", {"read"});
  ASSERT_EQ(tokenry_freeze(store_, "a", 1), TOKENRY_OK);
  const tokenry_verdict verdict = verify(store_, token.text);
  EXPECT_EQ(verdict.reason, TOKENRY_FROZEN);
  EXPECT_EQ(verdict.http_status, 503);
  EXPECT_EQ(verdict.id, token.id);
  EXPECT_GT(verdict.retry_after_ms, 0);
  ASSERT_EQ(tokenry_thaw(store_, "a", 1), TOKENRY_OK);
  EXPECT_EQ(verify(store_, token.text).reason, TOKENRY_ALLOWED);
}

TEST_F(VerdictTest, OwnerMismatch) {
  const Token token = make_token(store_, "root", "bot", {"read"});
  expect_denied(verify(store_, "whm toor:" + token.text), TOKENRY_OWNER_MISMATCH, 401, token);
  expect_denied(verify(store_, "whm ROOT:" + token.text), TOKENRY_OWNER_MISMATCH, 401, token);
  ASSERT_EQ(tokenry_owner_rename(store_, "a", 1, "root", 4, "toor", 4), TOKENRY_OK);
  EXPECT_EQ(verify(store_, "whm toor:" + token.text).reason, TOKENRY_ALLOWED);
  expect_denied(verify(store_, "whm root:" + token.text), TOKENRY_OWNER_MISMATCH, 401, token);
}

TEST_F(VerdictTest, ScopeDeniedNamesWhatIsMissing) {
  const Token token = make_token(store_, "root", "bot", {"read"});
  const tokenry_verdict verdict = verify(store_, token.text, {"read", "edit", "mail"});
  EXPECT_EQ(verdict.reason, TOKENRY_SCOPE_DENIED);
  EXPECT_EQ(verdict.http_status, 403);
  EXPECT_EQ(verdict.id, token.id);
  EXPECT_EQ(verdict.effective_bits[0], kReadBit);
  EXPECT_EQ(verdict.missing_bits[0], kEditBit | kMailBit);
}

TEST_F(VerdictTest, EverythingHoldsScopesAddedLater) {
  const Token token = make_token(store_, "root", "bot", {"all"});
  auto scope = sized<tokenry_scope>();
  scope.name = "later";
  scope.name_size = 5;
  ASSERT_EQ(tokenry_scope_add(store_, "a", 1, &scope), TOKENRY_OK);
  EXPECT_EQ(verify(store_, token.text, {"later", "edit"}).reason, TOKENRY_ALLOWED);
}

TEST_F(VerdictTest, ACeilingNarrowsAtOnce) {
  const Token token = make_token(store_, "root", "bot", {"all"});
  const tokenry_scope_set ceiling = scope_set(store_, {"read"});
  ASSERT_EQ(tokenry_owner_set_ceiling(store_, "a", 1, "root", 4, &ceiling), TOKENRY_OK);
  const tokenry_verdict verdict = verify(store_, token.text, {"edit"});
  EXPECT_EQ(verdict.reason, TOKENRY_SCOPE_DENIED);
  EXPECT_EQ(verdict.effective_bits[0], kReadBit);
}

// The bytes of a scope's row, of which one is turned around while the store is closed.
void tamper_with_catalog(World& world) {
  world.close();
  EXPECT_GE(patch_file(world.data_file(), "mail", "maiL"), 1U);
  world.open();
}

TEST_F(VerdictTest, TamperedWithTheRightSecretOnly) {
  const Token token = make_token(store_, "root", "bot", {"read"});
  const Token gone = make_token(store_, "root", "gone", {"read"});
  ASSERT_EQ(revoke(store_, gone.id), TOKENRY_OK);
  ASSERT_EQ(purge(store_, gone.id), TOKENRY_OK);
  tamper_with_catalog(world_);
  auto request = sized<tokenry_request>();
  request.credentials = token.text.data();
  request.credentials_size = token.text.size();
  auto verdict = sized<tokenry_verdict>();
  EXPECT_EQ(tokenry_verify(world_.store(), &request, &verdict), TOKENRY_VERDICT_TAMPERED);
  expect_denied(verdict, TOKENRY_VERDICT_TAMPERED, 401, token);
  EXPECT_EQ(verdict.effective_bits[0], 0U);
  request.credentials = gone.text.data();
  EXPECT_EQ(tokenry_verify(world_.store(), &request, &verdict), TOKENRY_UNKNOWN);
  expect_anonymous(verdict);
}

// It is answered as any other denial, though names of scopes can no longer be read.
TEST_F(VerdictTest, TamperedIsChallenged) {
  const Token token = make_token(store_, "root", "bot", {"read"});
  tamper_with_catalog(world_);
  auto request = sized<tokenry_request>();
  request.credentials = token.text.data();
  request.credentials_size = token.text.size();
  auto verdict = sized<tokenry_verdict>();
  ASSERT_EQ(tokenry_verify(world_.store(), &request, &verdict), TOKENRY_VERDICT_TAMPERED);
  char text[256];
  EXPECT_EQ(
      tokenry_verdict_challenge(world_.store(), &verdict, nullptr, 0, text, sizeof text, nullptr),
      TOKENRY_OK)
      << tokenry_last_error();
  EXPECT_NE(std::strstr(text, "invalid_token"), nullptr);
}

TEST_F(VerdictTest, UnavailableWhenTheStoreIsGone) {
  const Token token = make_token(store_, "root", "bot", {"read"});
  ASSERT_EQ(verify(store_, token.text).reason, TOKENRY_ALLOWED);
  std::filesystem::remove(world_.data_file());
  std::this_thread::sleep_for(
      std::chrono::milliseconds(1100));  // files are looked at once a second
  auto request = sized<tokenry_request>();
  request.credentials = token.text.data();
  request.credentials_size = token.text.size();
  auto verdict = sized<tokenry_verdict>();
  tokenry_verify(store_, &request, &verdict);  // notices
  EXPECT_EQ(tokenry_verify(store_, &request, &verdict), TOKENRY_UNAVAILABLE);
  EXPECT_EQ(verdict.reason, TOKENRY_UNAVAILABLE);
  EXPECT_EQ(verdict.http_status, 503);
  EXPECT_GT(verdict.retry_after_ms, 0);
  expect_anonymous(verdict);
}

// A caller who forgot struct_size and looks at the reason alone must not read "allowed" there.
TEST_F(VerdictTest, MisuseIsNeverReadAsAllowed) {
  const Token token = make_token(store_, "root", "bot", {"read"});
  tokenry_verdict verdict{};
  auto request = sized<tokenry_request>();
  request.credentials = token.text.data();
  request.credentials_size = token.text.size();
  EXPECT_EQ(tokenry_verify(store_, &request, &verdict), TOKENRY_INVALID_ARGUMENT);
  EXPECT_EQ(verdict.reason, TOKENRY_UNAVAILABLE);
  EXPECT_EQ(verdict.http_status, 503);
  EXPECT_EQ(verdict.struct_size, 0U);
}

// Nor may a set that could not be made let a verification require nothing.
TEST_F(VerdictTest, AFailedScopeSetIsNotTheEmptySet) {
  const Token token = make_token(store_, "root", "bot", {"read"});
  const char* names[] = {"edti"};
  auto required = sized<tokenry_scope_set>();
  ASSERT_EQ(tokenry_scope_set_make(store_, names, nullptr, 1, &required), TOKENRY_UNKNOWN_SCOPE);
  auto request = sized<tokenry_request>();
  request.credentials = token.text.data();
  request.credentials_size = token.text.size();
  request.required = &required;
  EXPECT_EQ(tokenry_verify(store_, &request, nullptr), TOKENRY_INVALID_ARGUMENT);
}

TEST_F(VerdictTest, SetsBelongToTheirStore) {
  const Token token = make_token(store_, "root", "bot", {"read"});
  const World other;
  auto request = sized<tokenry_request>();
  request.credentials = token.text.data();
  request.credentials_size = token.text.size();
  const tokenry_scope_set theirs = scope_set(other.store(), {"read"});
  request.required = &theirs;
  auto verdict = sized<tokenry_verdict>();
  EXPECT_EQ(tokenry_verify(store_, &request, &verdict), TOKENRY_INVALID_ARGUMENT);
  EXPECT_EQ(verdict.reason, TOKENRY_UNAVAILABLE);
  const auto empty_of_any = sized<tokenry_scope_set>();
  request.required = &empty_of_any;
  EXPECT_EQ(tokenry_verify(store_, &request, &verdict), TOKENRY_ALLOWED);
}

TEST_F(VerdictTest, AddressesOfBothKindsAreTaken) {
  const Token token = make_token(store_, "root", "bot", {"read"});
  auto request = sized<tokenry_request>();
  request.credentials = token.text.data();
  request.credentials_size = token.text.size();
  for (const std::uint32_t size : {0U, 4U, 16U}) {
    request.address_size = size;
    EXPECT_EQ(tokenry_verify(store_, &request, nullptr), TOKENRY_ALLOWED);
  }
}

TEST(Reasons, HaveTheirNamesAndHttpStatus) {
  const struct {
    int reason;
    const char* name;
    int http_status;
  } expected[] = {{TOKENRY_ALLOWED, "ok", 200},
                  {TOKENRY_NO_CREDENTIALS, "no_credentials", 401},
                  {TOKENRY_BAD_HEADER, "bad_header", 400},
                  {TOKENRY_MALFORMED, "malformed", 401},
                  {TOKENRY_UNKNOWN, "unknown", 401},
                  {TOKENRY_EXPIRED, "expired", 401},
                  {TOKENRY_NOT_YET_VALID, "not_yet_valid", 401},
                  {TOKENRY_REVOKED, "revoked", 401},
                  {TOKENRY_SUSPENDED, "suspended", 401},
                  {TOKENRY_OWNER_SUSPENDED, "owner_suspended", 401},
                  {TOKENRY_OWNER_MISMATCH, "owner_mismatch", 401},
                  {TOKENRY_RETIRED_SECRET, "retired_secret", 401},
                  {TOKENRY_ADDRESS_DENIED, "address_denied", 403},
                  {TOKENRY_SCOPE_DENIED, "scope_denied", 403},
                  {TOKENRY_RATE_LIMITED, "rate_limited", 429},
                  {TOKENRY_USES_EXHAUSTED, "uses_exhausted", 401},
                  {TOKENRY_VERDICT_TAMPERED, "tampered", 401},
                  {TOKENRY_FROZEN, "frozen", 503},
                  {TOKENRY_UNAVAILABLE, "unavailable", 503}};
  int next = 0;
  for (const auto& one : expected) {
    EXPECT_EQ(one.reason, next++);
    EXPECT_STREQ(tokenry_reason_name(one.reason), one.name);
    EXPECT_EQ(tokenry_reason_http_status(one.reason), one.http_status);
  }
}

}  // namespace
}  // namespace capi_tests
