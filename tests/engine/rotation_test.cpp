// Rotation: two secrets of one token, and how the older one ends.
#include <thread>

#include "life_fixture.hpp"

namespace tokenry::engine {
namespace {

class RotationTest : public LifeTest {
 protected:
  void SetUp() override {
    LifeTest::SetUp();
    token_ = make("root/bot");
    old_ = token_.text;
  }

  Held token_;
  std::string old_;
};

TEST_F(RotationTest, BothSecretsWorkUntilTheOverlapEnds) {
  const std::string fresh = rotate(token_);
  EXPECT_NE(fresh, old_);
  EXPECT_EQ(fresh.substr(0, 16), old_.substr(0, 16)) << "the id stays";
  EXPECT_EQ(use(old_), Reason::allowed);
  EXPECT_EQ(use(fresh), Reason::allowed);
  const std::int64_t end_ms = shown(token_).terms.overlap_ends_at_ms;
  EXPECT_EQ(use_at(end_ms - 1, old_), Reason::allowed);
  EXPECT_EQ(use_at(end_ms, old_), Reason::retired_secret);
  EXPECT_EQ(use_at(end_ms + kDayMs, old_), Reason::retired_secret);
  EXPECT_EQ(use_at(end_ms + kDayMs, fresh), Reason::allowed);
}

TEST_F(RotationTest, TheOverlapIsAsLongAsAskedFor) {
  const std::int64_t before_ms = base::now_ms();
  rotate(token_, 5000);
  const std::int64_t end_ms = shown(token_).terms.overlap_ends_at_ms;
  EXPECT_GE(end_ms, before_ms + 5000);
  EXPECT_LE(end_ms, base::now_ms() + 5000);
  EXPECT_TRUE(shown(token_).terms.rotation_pending_at(end_ms - 1));
  EXPECT_FALSE(shown(token_).terms.rotation_pending_at(end_ms));
}

TEST_F(RotationTest, OverlapsOutOfRangeAreRefused) {
  EXPECT_EQ(rotate_code(token_, -1), Code::invalid_argument);
  EXPECT_EQ(rotate_code(token_, kMaxOverlapMs + 1), Code::invalid_argument);
  EXPECT_EQ(rotate_code(token_, 0, true), Code::invalid_argument);
  EXPECT_FALSE(shown(token_).terms.has_previous_secret);
  EXPECT_EQ(rotate_code(token_, kMaxOverlapMs), Code::ok);
  EXPECT_EQ(rotate_code(token_, 1), Code::ok);
}

TEST_F(RotationTest, TellsWhenEachSecretWasMade) {
  const std::int64_t made_ms = shown(token_).details.secret_created_at_ms;
  rotate(token_);
  const model::TokenDetails details = shown(token_).details;
  EXPECT_EQ(details.previous_secret_created_at_ms, made_ms);
  EXPECT_GE(details.secret_created_at_ms, made_ms);
  EXPECT_EQ(details.created_at_ms, made_ms);
  EXPECT_EQ(details.updated_by, kActor);
}

TEST_F(RotationTest, AgainWhileUnusedReplacesTheNewest) {
  const std::string lost = rotate(token_);
  const std::string fresh = rotate(token_);
  EXPECT_EQ(use(lost), Reason::unknown);
  EXPECT_EQ(use(old_), Reason::allowed);
  EXPECT_EQ(use(fresh), Reason::allowed);
}

TEST_F(RotationTest, AgainOnceUsedIsAConflict) {
  const std::string fresh = rotate(token_);
  EXPECT_EQ(use(fresh), Reason::allowed);
  const auto again = try_rotate(token_.id);
  EXPECT_EQ(again.code(), Code::conflict);
  EXPECT_NE(again.status().text().find("finish or abort it first"), std::string::npos);
  EXPECT_EQ(use(old_), Reason::allowed);
  EXPECT_EQ(use(fresh), Reason::allowed);
}

TEST_F(RotationTest, AUseIsRememberedAfterFoldingAndInNewCells) {
  const std::string fresh = rotate(token_);
  EXPECT_EQ(use(fresh), Reason::allowed);
  close();
  use_cells_in(scratch_.path("other-cells"));
  reopen();
  EXPECT_TRUE(shown(token_).usage.newest_secret_used);
  EXPECT_EQ(rotate_code(token_), Code::conflict);
}

TEST_F(RotationTest, WhereUsesAreNotCountedNothingInUseIsReplaced) {
  const std::string fresh = rotate(token_);
  close();
  use_no_cells();
  reopen();
  EXPECT_EQ(use(fresh), Reason::allowed);
  EXPECT_EQ(rotate_code(token_), Code::conflict);
  EXPECT_EQ(use(fresh), Reason::allowed);
}

TEST_F(RotationTest, AUsageRowThatCannotBeReadProvesNoSecretUnused) {
  const std::string fresh = rotate(token_);
  EXPECT_EQ(use(fresh), Reason::allowed);
  close();
  use_cells_in(scratch_.path("other-cells"));
  reopen();
  alter_row(storage::Table::usage, token_);
  EXPECT_EQ(rotate_code(token_), Code::conflict);
  EXPECT_EQ(use(fresh), Reason::allowed);
}

TEST_F(RotationTest, AfterTheEndBeginsAnother) {
  const std::string second = rotate(token_, 1);
  EXPECT_EQ(use(second), Reason::allowed);
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  const std::string third = rotate(token_);
  EXPECT_EQ(use(old_), Reason::unknown);
  EXPECT_EQ(use(second), Reason::allowed);
  EXPECT_EQ(use(third), Reason::allowed);
}

// ---- at once

TEST_F(RotationTest, AtOnceLeavesOnlyTheNewest) {
  const std::string fresh = rotate(token_, 0);
  EXPECT_EQ(use(old_), Reason::retired_secret);
  EXPECT_EQ(use(fresh), Reason::allowed);
}

TEST_F(RotationTest, AtOnceWhileUnusedEndsBothOthers) {
  const std::string lost = rotate(token_);
  const std::string fresh = rotate(token_, 0);
  EXPECT_EQ(use(old_), Reason::retired_secret);
  EXPECT_EQ(use(lost), Reason::unknown);
  EXPECT_EQ(use(fresh), Reason::allowed);
}

TEST_F(RotationTest, AtOnceWhenUsedEndsBothOthers) {
  const std::string second = rotate(token_);
  EXPECT_EQ(use(second), Reason::allowed);
  const std::string fresh = rotate(token_, 0);
  EXPECT_EQ(use(old_), Reason::unknown);
  EXPECT_EQ(use(second), Reason::retired_secret);
  EXPECT_EQ(use(fresh), Reason::allowed);
}

TEST_F(RotationTest, AtOnceAgainWhileUnusedKeepsTheRetiredOneRetired) {
  const std::string lost = rotate(token_, 0);
  const std::string fresh = rotate(token_, 0);
  EXPECT_EQ(use(old_), Reason::retired_secret);
  EXPECT_EQ(use(lost), Reason::unknown);
  EXPECT_EQ(use(fresh), Reason::allowed);
}

// What was ended by somebody's decision stays ended, whatever a clock says: that of the machine may
// be set back, a caller's may be read seldom.
TEST_F(RotationTest, WhatWasEndedStaysEndedWhenTheClockIsBehind) {
  const std::int64_t before_ms = base::now_ms() - kDayMs;
  rotate(token_, 0);
  EXPECT_EQ(use_at(before_ms, old_), Reason::retired_secret) << "at once";

  Held other = make("root/finished");
  rotate(other);
  EXPECT_EQ(finish(other), Code::ok);
  EXPECT_EQ(use_at(before_ms, other.text), Reason::retired_secret) << "finished";

  other = make("root/retired-on-use");
  EXPECT_EQ(use(rotate(other, kDayMs, true)), Reason::allowed);
  EXPECT_EQ(use_at(before_ms, other.text), Reason::retired_secret) << "on use";

  other = make("root/aborted");
  const std::string aborted = rotate(other);
  EXPECT_EQ(use(aborted), Reason::allowed);
  EXPECT_EQ(abort(other), Code::ok);
  EXPECT_EQ(use_at(before_ms, aborted), Reason::retired_secret) << "aborted";
  EXPECT_EQ(use_at(before_ms, other.text), Reason::allowed);

  other = make("root/over");
  rotate(other, 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  rotate(other, 0);
  EXPECT_EQ(use_at(before_ms, other.text), Reason::retired_secret) << "over, and then at once";
}

// ---- finish and abort

TEST_F(RotationTest, FinishEndsTheOverlapAndCanBeSaidAgain) {
  const std::string fresh = rotate(token_);
  EXPECT_EQ(finish(token_), Code::ok);
  EXPECT_EQ(use(old_), Reason::retired_secret);
  EXPECT_EQ(use(fresh), Reason::allowed);
  const std::int64_t end_ms = shown(token_).terms.overlap_ends_at_ms;
  EXPECT_EQ(finish(token_), Code::ok);
  EXPECT_EQ(shown(token_).terms.overlap_ends_at_ms, end_ms);
  EXPECT_LE(end_ms, base::now_ms());
  EXPECT_FALSE(shown(token_).terms.rotation_pending_at(0));
}

TEST_F(RotationTest, AbortOfAnUnusedSecretLeavesNoTrace) {
  const std::int64_t made_ms = shown(token_).details.secret_created_at_ms;
  const std::string lost = rotate(token_, kDayMs, true);
  EXPECT_EQ(abort(token_), Code::ok);
  EXPECT_EQ(use(lost), Reason::unknown);
  EXPECT_EQ(use(old_), Reason::allowed);
  EXPECT_EQ(use_at(base::now_ms() + 2 * kDayMs, old_), Reason::allowed);
  const model::Token after = shown(token_);
  EXPECT_FALSE(after.terms.has_previous_secret);
  EXPECT_FALSE(after.terms.retires_on_use);
  EXPECT_EQ(after.terms.overlap_ends_at_ms, 0);
  EXPECT_EQ(after.details.secret_created_at_ms, made_ms);
  EXPECT_EQ(after.details.previous_secret_created_at_ms, 0);
  EXPECT_EQ(abort(token_), Code::conflict);
  EXPECT_EQ(rotate_code(token_), Code::ok);
}

TEST_F(RotationTest, AbortOfAUsedSecretRetiresIt) {
  const std::string aborted = rotate(token_);
  EXPECT_EQ(use(aborted), Reason::allowed);
  EXPECT_EQ(abort(token_), Code::ok);
  EXPECT_EQ(use(aborted), Reason::retired_secret);
  EXPECT_EQ(use(old_), Reason::allowed);
  EXPECT_NE(shown(token_).usage.previous_secret_seen_at_ms, 0);
  EXPECT_EQ(abort(token_), Code::conflict) << "nothing is pending any more";
}

// After an abort the newest is the one that was in use all along, not a new one nobody has.
TEST_F(RotationTest, AtOnceAfterAnAbortRetiresTheSecretThatWasInUse) {
  const std::string aborted = rotate(token_);
  EXPECT_EQ(use(aborted), Reason::allowed);
  EXPECT_EQ(abort(token_), Code::ok);
  const std::string fresh = rotate(token_, 0);
  EXPECT_EQ(use(old_), Reason::retired_secret);
  EXPECT_EQ(use(fresh), Reason::allowed);
}

TEST_F(RotationTest, AbortAfterTheEndIsAConflict) {
  const std::string fresh = rotate(token_, 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  EXPECT_EQ(abort(token_), Code::conflict);
  EXPECT_EQ(use(fresh), Reason::allowed);
  EXPECT_EQ(use(old_), Reason::retired_secret);
}

TEST_F(RotationTest, NothingPendingCanNeitherBeFinishedNorAborted) {
  EXPECT_EQ(finish(token_), Code::conflict);
  EXPECT_EQ(abort(token_), Code::conflict);
  const Held none{token_.id + (std::uint64_t{1} << 32), ""};
  EXPECT_EQ(finish(none), Code::not_found);
  EXPECT_EQ(abort(none), Code::not_found);
  EXPECT_EQ(rotate_code(none), Code::not_found);
}

TEST_F(RotationTest, RevokedTokensAreNotRotated) {
  const std::string fresh = rotate(token_);
  EXPECT_EQ(act(Store::Action::revoke, {token_.id}), Code::ok);
  EXPECT_EQ(rotate_code(token_), Code::conflict);
  EXPECT_EQ(rotate_code(token_, 0), Code::conflict);
  EXPECT_EQ(finish(token_), Code::conflict);
  EXPECT_EQ(abort(token_), Code::conflict);
  EXPECT_EQ(use(old_), Reason::revoked);
  EXPECT_EQ(use(fresh), Reason::revoked);
}

TEST_F(RotationTest, SuspendedTokensAreRotatedAndStaySuspended) {
  EXPECT_EQ(act(Store::Action::suspend, {token_.id}), Code::ok);
  const std::string fresh = rotate(token_);
  EXPECT_EQ(use(old_), Reason::suspended);
  EXPECT_EQ(use(fresh), Reason::suspended);
  EXPECT_EQ(act(Store::Action::resume, {token_.id}), Code::ok);
  EXPECT_EQ(use(old_), Reason::allowed);
  EXPECT_EQ(use(fresh), Reason::allowed);
}

TEST_F(RotationTest, OtherChangesKeepBothSecrets) {
  const std::string fresh = rotate(token_, kDayMs, true);
  const std::int64_t end_ms = shown(token_).terms.overlap_ends_at_ms;
  EXPECT_EQ(edit_token(token_, [](TokenEdit& edit) { edit.label = "other"; }), Code::ok);
  EXPECT_EQ(set_ceiling("root", {"restart", "edit-dns"}), Code::ok);
  EXPECT_EQ(suspend_owner("root"), Code::ok);
  EXPECT_EQ(use(old_), Reason::owner_suspended);
  EXPECT_EQ(resume_owner("root"), Code::ok);
  EXPECT_EQ(act(Store::Action::suspend, {token_.id}), Code::ok);
  EXPECT_EQ(act(Store::Action::resume, {token_.id}), Code::ok);
  EXPECT_EQ(rename_owner("root", "reseller"), Code::ok);
  EXPECT_EQ(set_max_uses(token_, 100), Code::ok);
  reopen();
  const model::Token after = shown(token_);
  EXPECT_TRUE(after.terms.has_previous_secret);
  EXPECT_TRUE(after.terms.retires_on_use);
  EXPECT_EQ(after.terms.overlap_ends_at_ms, end_ms);
  EXPECT_EQ(use(old_), Reason::allowed);
  EXPECT_EQ(use(fresh), Reason::allowed);
  EXPECT_EQ(use(old_), Reason::retired_secret);
}

TEST_F(RotationTest, BothSecretsNameTheToken) {
  const std::string fresh = rotate(token_, 0);
  EXPECT_EQ(*store_->identify(old_), token_.id);
  EXPECT_EQ(*store_->identify(fresh), token_.id);
  const model::Verdict verdict = judge(old_);
  EXPECT_EQ(verdict.reason, Reason::retired_secret);
  EXPECT_EQ(verdict.id, token_.id);
  rotate(token_, 0);
  EXPECT_EQ(store_->identify(fresh).code(), Code::not_found);
}

TEST_F(RotationTest, ShowsThatSomebodyStillPresentsTheOldSecret) {
  const std::string fresh = rotate(token_, 0);
  EXPECT_EQ(shown(token_).usage.previous_secret_seen_at_ms, 0);
  const std::int64_t before_ms = base::now_ms() / 1000 * 1000;
  EXPECT_EQ(use(old_), Reason::retired_secret);
  EXPECT_GE(shown(token_).usage.previous_secret_seen_at_ms, before_ms);
  EXPECT_EQ(shown(token_).usage.denials, 1U);
  EXPECT_EQ(shown(token_).usage.uses, 0U);
  close();
  use_cells_in(scratch_.path("other-cells"));
  reopen();
  EXPECT_GE(shown(token_).usage.previous_secret_seen_at_ms, before_ms);
  EXPECT_EQ(use(fresh), Reason::allowed);
  rotate(token_, 0);
  EXPECT_EQ(shown(token_).usage.previous_secret_seen_at_ms, 0) << "that was another secret";
}

}  // namespace
}  // namespace tokenry::engine
