// Rotation: two secrets of one token, and how the first one ends.
#include <gtest/gtest.h>

#include <string>

#include "world.hpp"

namespace capi_tests {
namespace {

constexpr std::int64_t kDayMs = std::int64_t{24} * 3600 * 1000;
constexpr std::int64_t kLongestOverlapMs = 366 * kDayMs;

class RotationTest : public testing::Test {
 protected:
  int rotate_code(std::int64_t overlap_ms, std::uint32_t flags = 0) {
    auto spec = sized<tokenry_rotate_spec>();
    spec.flags = flags;
    spec.overlap_ms = overlap_ms;
    tokenry_issued* issued = nullptr;
    const int code = tokenry_rotate(store_, "a", 1, old_.id, &spec, &issued);
    EXPECT_EQ(issued == nullptr, code != TOKENRY_OK);
    tokenry_issued_free(issued);
    return code;
  }
  Token rotated(std::int64_t overlap_ms = 0, std::uint32_t flags = 0) {
    return rotate(store_, old_.id, overlap_ms, flags);
  }
  int finish() { return tokenry_rotate_finish(store_, "a", 1, old_.id, nullptr); }
  int abort() { return tokenry_rotate_abort(store_, "a", 1, old_.id, nullptr); }
  int reason(const Token& token, std::int64_t clock = 0) {
    return verify(store_, token.text, {}, clock).reason;
  }

  World world_;
  tokenry_store* store_ = world_.store();
  Token old_ = make_token(store_, "root", "bot", {"read"});
};

TEST_F(RotationTest, BothSecretsWorkForADayByDefault) {
  const std::int64_t before = now_ms();
  tokenry_issued* issued = nullptr;
  ASSERT_EQ(tokenry_rotate(store_, "b", 1, old_.id, nullptr, &issued), TOKENRY_OK);
  EXPECT_EQ(issued->struct_size, sizeof *issued);
  EXPECT_EQ(issued->info->id, old_.id);
  EXPECT_STREQ(issued->info->label, "bot");
  EXPECT_STREQ(issued->info->updated_by, "b");
  EXPECT_GE(issued->info->overlap_ends_at_ms, before + kDayMs);
  EXPECT_LE(issued->info->overlap_ends_at_ms, now_ms() + kDayMs);
  EXPECT_EQ(issued->info->retires_on_use, 0U);
  EXPECT_EQ(issued->info->newest_secret_used, 0U);
  const Token fresh{issued->info->id, std::string(issued->token, issued->token_size)};
  const std::int64_t ends = issued->info->overlap_ends_at_ms;
  tokenry_issued_free(issued);
  EXPECT_NE(fresh.text, old_.text);
  EXPECT_EQ(reason(old_), TOKENRY_ALLOWED);
  EXPECT_EQ(reason(fresh), TOKENRY_ALLOWED);
  EXPECT_EQ(reason(old_, ends - 1), TOKENRY_ALLOWED);
  EXPECT_EQ(reason(old_, ends), TOKENRY_RETIRED_SECRET);
  EXPECT_EQ(reason(fresh, ends), TOKENRY_ALLOWED);
}

TEST_F(RotationTest, OverlapsAtUnderAndOverTheirLimits) {
  EXPECT_EQ(rotate_code(-1), TOKENRY_INVALID_ARGUMENT);
  EXPECT_EQ(rotate_code(1), TOKENRY_OK);
  EXPECT_EQ(rotate_code(kLongestOverlapMs - 1), TOKENRY_OK);
  EXPECT_EQ(rotate_code(kLongestOverlapMs), TOKENRY_OK);
  EXPECT_EQ(rotate_code(kLongestOverlapMs + 1), TOKENRY_INVALID_ARGUMENT);
  EXPECT_STREQ(tokenry_last_error(), "the overlap must be 0 to 366 days");
}

TEST_F(RotationTest, WhoUsesWhichSecretIsShown) {
  EXPECT_EQ(Shown(store_, old_.id)->overlap_ends_at_ms, 0);
  const Token fresh = rotated();
  EXPECT_EQ(Shown(store_, old_.id)->previous_secret_seen_at_ms, 0);
  const std::int64_t before_s = now_ms() / 1000;
  ASSERT_EQ(reason(old_), TOKENRY_ALLOWED);
  EXPECT_GE(Shown(store_, old_.id)->previous_secret_seen_at_ms / 1000, before_s);
  EXPECT_EQ(Shown(store_, old_.id)->newest_secret_used, 0U);
  ASSERT_EQ(reason(fresh), TOKENRY_ALLOWED);
  EXPECT_EQ(Shown(store_, old_.id)->newest_secret_used, 1U);
}

TEST_F(RotationTest, AtOnceTheOldSecretIsRetired) {
  const Token fresh = rotated(0, TOKENRY_ROTATE_AT_ONCE);
  const tokenry_verdict verdict = verify(store_, old_.text);
  EXPECT_EQ(verdict.reason, TOKENRY_RETIRED_SECRET);
  EXPECT_EQ(verdict.http_status, 401);
  EXPECT_EQ(verdict.id, old_.id);
  EXPECT_EQ(reason(fresh), TOKENRY_ALLOWED);
}

TEST_F(RotationTest, TheNewSecretsFirstUseRetiresTheOldOne) {
  const Token fresh = rotated(0, TOKENRY_ROTATE_RETIRE_ON_USE);
  EXPECT_EQ(Shown(store_, old_.id)->retires_on_use, 1U);
  EXPECT_EQ(reason(old_), TOKENRY_ALLOWED);
  // What is denied is no use.
  EXPECT_EQ(verify(store_, fresh.text, {"edit"}).reason, TOKENRY_SCOPE_DENIED);
  EXPECT_EQ(reason(old_), TOKENRY_ALLOWED);
  EXPECT_EQ(reason(fresh), TOKENRY_ALLOWED);
  EXPECT_EQ(reason(old_), TOKENRY_RETIRED_SECRET);
  EXPECT_EQ(Shown(store_, old_.id)->retires_on_use, 0U);
}

TEST_F(RotationTest, ALostAnswerCanBeAskedForAgain) {
  const Token lost = rotated();
  const Token fresh = rotated();
  EXPECT_EQ(reason(lost), TOKENRY_UNKNOWN);
  EXPECT_EQ(reason(old_), TOKENRY_ALLOWED);
  EXPECT_EQ(reason(fresh), TOKENRY_ALLOWED);
  // Used by now, so somebody holds it.
  EXPECT_EQ(rotate_code(0), TOKENRY_CONFLICT);
  const Token urgent = rotated(0, TOKENRY_ROTATE_AT_ONCE);
  EXPECT_EQ(reason(fresh), TOKENRY_RETIRED_SECRET);
  EXPECT_EQ(reason(old_), TOKENRY_UNKNOWN);
  EXPECT_EQ(reason(urgent), TOKENRY_ALLOWED);
}

TEST_F(RotationTest, FinishingEndsTheOverlap) {
  EXPECT_EQ(finish(), TOKENRY_CONFLICT);
  const Token fresh = rotated();
  tokenry_token_info* after = nullptr;
  ASSERT_EQ(tokenry_rotate_finish(store_, "c", 1, old_.id, &after), TOKENRY_OK);
  EXPECT_LE(after->overlap_ends_at_ms, now_ms());
  EXPECT_STREQ(after->updated_by, "c");
  tokenry_token_info_free(after);
  EXPECT_EQ(reason(old_), TOKENRY_RETIRED_SECRET);
  EXPECT_EQ(reason(fresh), TOKENRY_ALLOWED);
  EXPECT_EQ(finish(), TOKENRY_OK);  // idempotent
  EXPECT_EQ(abort(), TOKENRY_CONFLICT);
}

TEST_F(RotationTest, AbortingGoesBack) {
  EXPECT_EQ(abort(), TOKENRY_CONFLICT);
  const Token unused = rotated();
  tokenry_token_info* after = nullptr;
  ASSERT_EQ(tokenry_rotate_abort(store_, "c", 1, old_.id, &after), TOKENRY_OK);
  EXPECT_EQ(after->overlap_ends_at_ms, 0);
  EXPECT_STREQ(after->updated_by, "c");
  tokenry_token_info_free(after);
  EXPECT_EQ(reason(old_), TOKENRY_ALLOWED);
  EXPECT_EQ(reason(unused), TOKENRY_UNKNOWN);
  EXPECT_EQ(abort(), TOKENRY_CONFLICT);
  const Token used = rotated();
  ASSERT_EQ(reason(used), TOKENRY_ALLOWED);
  ASSERT_EQ(abort(), TOKENRY_OK);
  EXPECT_EQ(reason(old_), TOKENRY_ALLOWED);
  EXPECT_EQ(reason(used), TOKENRY_RETIRED_SECRET);
}

TEST_F(RotationTest, ARevokedTokenHasNoNewSecret) {
  const Token fresh = rotated();
  ASSERT_EQ(revoke(store_, old_.id), TOKENRY_OK);
  EXPECT_EQ(rotate_code(0), TOKENRY_CONFLICT);
  EXPECT_EQ(rotate_code(0, TOKENRY_ROTATE_AT_ONCE), TOKENRY_CONFLICT);
  EXPECT_EQ(finish(), TOKENRY_CONFLICT);
  EXPECT_EQ(abort(), TOKENRY_CONFLICT);
  EXPECT_EQ(reason(old_), TOKENRY_REVOKED);
  EXPECT_EQ(reason(fresh), TOKENRY_REVOKED);
}

TEST_F(RotationTest, EitherSecretIdentifiesTheToken) {
  const Token fresh = rotated(0, TOKENRY_ROTATE_AT_ONCE);
  for (const std::string& text : {old_.text, fresh.text}) {
    std::uint64_t id = 0;
    EXPECT_EQ(tokenry_identify(store_, text.data(), text.size(), &id), TOKENRY_OK);
    EXPECT_EQ(id, old_.id);
  }
}

// A secret that cannot be handed out is not made: the old one goes on alone.
TEST_F(RotationTest, ARotationThatFailsIsNotMade) {
  world_.close();
  ASSERT_GE(patch_file(world_.data_file(), "mail", "maiL"), 1U);
  world_.open();
  store_ = world_.store();
  tokenry_issued* issued = nullptr;
  EXPECT_EQ(tokenry_rotate(store_, "a", 1, old_.id, nullptr, &issued), TOKENRY_TAMPERED);
  EXPECT_EQ(issued, nullptr);
  world_.close();
  ASSERT_GE(patch_file(world_.data_file(), "maiL", "mail"), 1U);
  world_.open();
  store_ = world_.store();
  EXPECT_EQ(Shown(store_, old_.id)->overlap_ends_at_ms, 0);
  EXPECT_EQ(reason(old_), TOKENRY_ALLOWED);
}

}  // namespace
}  // namespace capi_tests
