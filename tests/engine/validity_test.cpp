// Expiry and not-before, to the millisecond.
#include <chrono>

#include "model/names.hpp"
#include "store_fixture.hpp"

namespace tokenry::engine {
namespace {

class Validity : public StoreTest {
 protected:
  const std::int64_t now_ = std::chrono::duration_cast<std::chrono::milliseconds>(
                                std::chrono::system_clock::now().time_since_epoch())
                                .count();
  const std::int64_t tomorrow_ = now_ + kDayMs;
};

TEST_F(Validity, ExpiryIsTheFirstMillisecondThatIsTooLate) {
  given("root/bot", {}, {.expires_at_ms = tomorrow_});
  EXPECT_EQ(verify_at(tomorrow_ - 1, "root/bot"), Reason::allowed);
  EXPECT_EQ(verify_at(tomorrow_, "root/bot"), Reason::expired);
  EXPECT_EQ(verify_at(tomorrow_ + 1, "root/bot"), Reason::expired);
}

TEST_F(Validity, NotBeforeIsTheFirstMillisecondThatIsFine) {
  given("root/bot", {}, {.not_before_ms = tomorrow_});
  EXPECT_EQ(verify_at(tomorrow_ - 1, "root/bot"), Reason::not_yet_valid);
  EXPECT_EQ(verify_at(tomorrow_, "root/bot"), Reason::allowed);
  EXPECT_EQ(verify_at(tomorrow_ + 1, "root/bot"), Reason::allowed);
}

TEST_F(Validity, WithoutAClockTheSystemsCounts) {
  given("root/later", {}, {.not_before_ms = tomorrow_});
  given("root/now", {}, {.expires_at_ms = tomorrow_});
  EXPECT_EQ(verify("root/later"), Reason::not_yet_valid);
  EXPECT_EQ(verify("root/now"), Reason::allowed);
  EXPECT_GE(judge(text_of("root/now")).judged_at_ms, now_);
}

TEST_F(Validity, ATokenWithoutExpiryNeverExpires) {
  given("root/bot");
  EXPECT_EQ(verify_at(model::kMaxTimeMs, "root/bot"), Reason::allowed);
  EXPECT_EQ(verify_at(1, "root/bot"), Reason::allowed);
}

TEST_F(Validity, TheLastStorableTimeIsFineAndTheNextIsNot) {
  given("root/bot", {}, {.expires_at_ms = model::kMaxTimeMs});
  EXPECT_EQ(show("root/bot").terms.expires_at_ms, model::kMaxTimeMs);
  EXPECT_EQ(verify_at(model::kMaxTimeMs, "root/bot"), Reason::expired);
  EXPECT_EQ(create("root/b", {}, {.expires_at_ms = model::kMaxTimeMs + 1}), Code::invalid_argument);
  EXPECT_EQ(create("root/b", {}, {.not_before_ms = model::kMaxTimeMs + 1}), Code::invalid_argument);
}

TEST_F(Validity, NegativeTimesAreRefused) {
  EXPECT_EQ(create("root/b", {}, {.expires_at_ms = -1}), Code::invalid_argument);
  EXPECT_EQ(create("root/b", {}, {.not_before_ms = -1}), Code::invalid_argument);
  EXPECT_EQ(create("root/b", {}, {.expires_at_ms = INT64_MIN}), Code::invalid_argument);
}

TEST_F(Validity, AnExpiryInThePastIsRefused) {
  EXPECT_EQ(create("root/b", {}, {.expires_at_ms = now_ - 1}), Code::invalid_argument);
  EXPECT_EQ(create("root/b", {}, {.expires_at_ms = 1}), Code::invalid_argument);
  given("root/bot");
  TokenEdit past;
  past.expires_at_ms = now_ - 1;
  EXPECT_EQ(edit("root/bot", past), Code::invalid_argument);
  EXPECT_EQ(verify("root/bot"), Reason::allowed);
}

TEST_F(Validity, NotBeforeMustLieBeforeTheExpiry) {
  EXPECT_EQ(create("root/a", {}, {.expires_at_ms = tomorrow_, .not_before_ms = tomorrow_ - 1}),
            Code::ok);
  EXPECT_EQ(create("root/b", {}, {.expires_at_ms = tomorrow_, .not_before_ms = tomorrow_}),
            Code::invalid_argument);
  EXPECT_EQ(create("root/b", {}, {.expires_at_ms = tomorrow_, .not_before_ms = tomorrow_ + 1}),
            Code::invalid_argument);
}

TEST_F(Validity, AnEditIsCheckedAgainstWhatItDoesNotChange) {
  given("root/bot", {}, {.expires_at_ms = tomorrow_});
  TokenEdit later;
  later.not_before_ms = tomorrow_;
  EXPECT_EQ(edit("root/bot", later), Code::invalid_argument);
  later.expires_at_ms = tomorrow_ + 1;
  EXPECT_EQ(edit("root/bot", later), Code::ok);
  EXPECT_EQ(verify_at(tomorrow_, "root/bot"), Reason::allowed);
}

TEST_F(Validity, AnExpiryCanBeMovedAndTakenAway) {
  given("root/bot", {}, {.expires_at_ms = tomorrow_});
  TokenEdit change;
  change.expires_at_ms = tomorrow_ + kDayMs;
  EXPECT_EQ(edit("root/bot", change), Code::ok);
  EXPECT_EQ(verify_at(tomorrow_, "root/bot"), Reason::allowed);
  EXPECT_EQ(verify_at(tomorrow_ + kDayMs, "root/bot"), Reason::expired);
  change.expires_at_ms = 0;
  EXPECT_EQ(edit("root/bot", change), Code::ok);
  EXPECT_EQ(verify_at(tomorrow_ + kDayMs, "root/bot"), Reason::allowed);
}

TEST_F(Validity, TheVerdictSaysWhenTheTokenExpires) {
  given("root/bot", {}, {.expires_at_ms = tomorrow_});
  EXPECT_EQ(judge(text_of("root/bot")).expires_at_ms, tomorrow_);
}

TEST_F(Validity, SuspensionIsToldBeforeExpiryAndRevocationBeforeBoth) {
  given("root/bot", {}, {.expires_at_ms = tomorrow_});
  suspend("root/bot");
  EXPECT_EQ(verify_at(tomorrow_, "root/bot"), Reason::suspended);
  revoke("root/bot");
  EXPECT_EQ(verify_at(tomorrow_, "root/bot"), Reason::revoked);
}

}  // namespace
}  // namespace tokenry::engine
