#include "model/token.hpp"

#include <gtest/gtest.h>

namespace tokenry::model {
namespace {

constexpr std::int64_t kNow = 1'000'000;

TokenTerms active() {
  TokenTerms terms;
  terms.state = TokenState::active;
  return terms;
}

// Terms for which all of the named things hold at once.
struct TermsMade {
  TokenTerms terms = active();

  TermsMade& revoked() { return terms.state = TokenState::revoked, *this; }
  TermsMade& suspended() { return terms.state = TokenState::suspended, *this; }
  TermsMade& owner_suspended() { return terms.owner_suspended = true, *this; }
  TermsMade& expired() { return terms.expires_at_ms = kNow - 1, *this; }
  TermsMade& not_yet_valid() { return terms.not_before_ms = kNow + 1, *this; }
  TokenStatus status() const { return status_at(terms, kNow); }
};

TEST(TokenStatus, ActiveWhenNothingStandsAgainstIt) {
  EXPECT_EQ(TermsMade().status(), TokenStatus::active);
}

TEST(TokenStatus, EachReasonAloneShows) {
  EXPECT_EQ(TermsMade().revoked().status(), TokenStatus::revoked);
  EXPECT_EQ(TermsMade().suspended().status(), TokenStatus::suspended);
  EXPECT_EQ(TermsMade().owner_suspended().status(), TokenStatus::owner_suspended);
  EXPECT_EQ(TermsMade().expired().status(), TokenStatus::expired);
  EXPECT_EQ(TermsMade().not_yet_valid().status(), TokenStatus::not_yet_valid);
}

TEST(TokenStatus, RevokedComesBeforeAllOthers) {
  EXPECT_EQ(TermsMade().owner_suspended().expired().not_yet_valid().revoked().status(),
            TokenStatus::revoked);
}

TEST(TokenStatus, SuspendedComesBeforeTheOwnerAndTime) {
  EXPECT_EQ(TermsMade().owner_suspended().expired().not_yet_valid().suspended().status(),
            TokenStatus::suspended);
}

TEST(TokenStatus, OwnerSuspendedComesBeforeTime) {
  EXPECT_EQ(TermsMade().expired().not_yet_valid().owner_suspended().status(),
            TokenStatus::owner_suspended);
}

TEST(TokenStatus, ExpiredComesBeforeNotYetValid) {
  EXPECT_EQ(TermsMade().not_yet_valid().expired().status(), TokenStatus::expired);
}

TEST(TokenStatus, TamperedComesBeforeAllOthers) {
  Token token;
  token.terms = TermsMade().revoked().terms;
  EXPECT_EQ(status_at(token, kNow), TokenStatus::revoked);
  token.tampered = true;
  EXPECT_EQ(status_at(token, kNow), TokenStatus::tampered);
}

TEST(TokenStatus, ExpiryIsTheFirstMillisecondThatIsTooLate) {
  TokenTerms terms = active();
  terms.expires_at_ms = kNow;
  EXPECT_EQ(status_at(terms, kNow - 1), TokenStatus::active);
  EXPECT_EQ(status_at(terms, kNow), TokenStatus::expired);
  EXPECT_EQ(status_at(terms, kNow + 1), TokenStatus::expired);
}

TEST(TokenStatus, NotBeforeIsTheFirstMillisecondThatIsFine) {
  TokenTerms terms = active();
  terms.not_before_ms = kNow;
  EXPECT_EQ(status_at(terms, kNow - 1), TokenStatus::not_yet_valid);
  EXPECT_EQ(status_at(terms, kNow), TokenStatus::active);
  EXPECT_EQ(status_at(terms, kNow + 1), TokenStatus::active);
}

TEST(TokenId, IsGenerationAndSlot) {
  EXPECT_EQ(make_id(0x01020304, 0x05060708), 0x0102030405060708U);
  EXPECT_EQ(generation_of(0x0102030405060708), 0x01020304U);
  EXPECT_EQ(slot_of(0x0102030405060708), 0x05060708U);
  EXPECT_EQ(make_id(UINT32_MAX, UINT32_MAX), UINT64_MAX);
}

}  // namespace
}  // namespace tokenry::model
