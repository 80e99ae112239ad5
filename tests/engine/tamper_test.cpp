// A sealed store whose records and store-wide rows were changed in the file: nobody gets an `ok`
// from it that the store did not give him.
#include <algorithm>

#include "tamper_fixture.hpp"

namespace tokenry::engine {
namespace {

class TamperedRecord : public TamperTest {};

TEST_F(TamperedRecord, EveryBitCounts) {
  given("root/bot", {"edit-dns"});
  const ByteList row = record("root/bot");
  ASSERT_EQ(row.size(), 128U);
  with_each_flipped(row, all_bits(row), [&](std::size_t bit) {
    ASSERT_EQ(verify("root/bot"), secret_still_matches(bit) ? Reason::tampered : Reason::unknown)
        << "byte " << bit / 8 << " bit " << bit % 8;
  });
  EXPECT_EQ(verify("root/bot", {"edit-dns"}), Reason::allowed) << "the row is as it was";
}

TEST_F(TamperedRecord, IsTamperedWhateverStateItClaims) {
  given("root/bot");
  revoke("root/bot");
  ByteList row = record("root/bot");
  flip(row, 106 * 8 + 1);  // revoked -> active
  EXPECT_EQ(verify("root/bot"), Reason::tampered);
}

TEST_F(TamperedRecord, NamesTheTokenToWhoShowedItsSecretButNotItsScopes) {
  given("root/bot", {"edit-dns"});
  flip(record("root/bot"), kEffectiveBit);
  const model::Verdict verdict = judge(text_of("root/bot"));
  EXPECT_EQ(verdict.id, id_of("root/bot"));
  EXPECT_TRUE(verdict.effective.empty());
}

TEST_F(TamperedRecord, LeavesItsNeighboursAlone) {
  given("root/a");
  given("root/b");
  flip(record("root/a"), kSealBit);
  EXPECT_EQ(verify("root/b"), Reason::allowed);
}

TEST_F(TamperedRecord, WithAnotherTokensScopesIsNoGood) {
  given("root/strong", {"all"});
  given("root/weak");
  const ByteList strong = record("root/strong");
  const ByteList weak = record("root/weak");
  ByteList graft = weak;
  std::copy_n(strong.begin() + 48, 32, graft.begin() + 48);
  std::copy_n(strong.begin() + 112, 16, graft.begin() + 112);
  tamper(weak, graft);
  EXPECT_EQ(verify("root/weak", {"edit-dns"}), Reason::tampered);
}

TEST_F(TamperedRecord, InAnotherSlotIsNobodys) {
  given("root/a", {"all"});
  given("root/b");
  tamper(record("root/b"), record("root/a"));
  EXPECT_EQ(verify("root/b"), Reason::unknown);
  EXPECT_EQ(verify("root/a", {"all"}), Reason::allowed);
  EXPECT_EQ(first_tampered(), "record of slot 1");
}

TEST_F(TamperedRecord, FromAnotherStoreIsNoGoodThoughTheKeyIsTheSame) {
  given("root/bot", {"all"});
  const ByteList foreign = record("root/bot");
  const std::string foreign_text = text_of("root/bot");
  make_store();
  given("root/bot");
  tamper(record("root/bot"), foreign);
  EXPECT_EQ(verify_text(foreign_text), Reason::tampered);
  EXPECT_EQ(verify("root/bot"), Reason::unknown);
}

// The documented limit of seals: what the key once sealed for this very place stays good to a
// verification. Finding replays takes the event log.
TEST_F(TamperedRecord, AnOlderSealedOneIsAcceptedAgain) {
  given("root/bot", {"restart"});
  const ByteList before = record("root/bot");
  suspend("root/bot");
  ASSERT_EQ(verify("root/bot"), Reason::suspended);
  tamper(record("root/bot"), before);
  EXPECT_EQ(verify("root/bot", {"restart"}), Reason::allowed);
}

// ---- telling

TEST_F(TamperedRecord, IsToldToTheLogWithoutTheSecret) {
  given("root/bot");
  flip(record("root/bot"), kSealBit);
  for (int i = 0; i < 100; ++i) verify("root/bot");
  ASSERT_FALSE(log_.empty());
  EXPECT_LE(log_.size(), 3U) << "once a second, whatever is asked";
  EXPECT_NE(log_[0].find(id_text(id_of("root/bot"))), std::string::npos) << log_[0];
  EXPECT_EQ(log_[0].find(text_of("root/bot").substr(16, 33)), std::string::npos);
}

TEST_F(TamperedRecord, IsCountedAndNamedByStat) {
  for (const char* name : {"root/a", "root/b", "root/c"}) given(name);
  flip(record("root/b"), kEffectiveBit);
  flip(record("root/c"), kSealBit);
  EXPECT_EQ(tampered_count(), 2U);
  EXPECT_EQ(first_tampered(), "record of slot 1");
}

TEST_F(TamperedRecord, IsShownAsTamperedAndCannotBeEdited) {
  given("root/bot");
  flip(record("root/bot"), kEffectiveBit);
  EXPECT_EQ(show_code("root/bot"), Code::tampered);
  EXPECT_EQ(set_scopes("root/bot", {"all"}), Code::tampered);
  EXPECT_EQ(resume("root/bot"), Code::tampered);
  EXPECT_EQ(purge("root/bot"), Code::tampered);
}

// ---- stopping it

TEST_F(TamperedRecord, CanStillBeRevoked) {
  for (const std::size_t bit : {kHashBit, kEffectiveBit, kUnknownFlagBit, kSealBit}) {
    make_store();
    given("root/bot", {"edit-dns"});
    flip(record("root/bot"), bit);
    ASSERT_EQ(revoke("root/bot"), Code::ok) << bit;
    EXPECT_EQ(verify("root/bot"), bit == kHashBit ? Reason::unknown : Reason::revoked);
    EXPECT_EQ(revoke("root/bot"), Code::ok) << "idempotent";
    EXPECT_EQ(tampered_count(), 0U) << "what is revoked is sealed again";
    EXPECT_EQ(find("root/bot"), id_of("root/bot"));
    EXPECT_EQ(create("root/bot"), Code::ok) << "its label is free";
    EXPECT_EQ(purge("root/bot"), Code::ok);
  }
}

TEST_F(TamperedRecord, DoesNotKeepItsOwnerFromBeingSuspendedNarrowedRenamedOrDeleted) {
  given("root/bad", {"restart"});
  given("root/good", {"restart"});
  flip(record("root/bad"), kSealBit);
  EXPECT_EQ(suspend_owner("root"), Code::ok);
  EXPECT_EQ(verify("root/good"), Reason::owner_suspended);
  EXPECT_EQ(resume_owner("root"), Code::ok);
  EXPECT_EQ(set_ceiling("root", {}), Code::ok);
  EXPECT_EQ(verify("root/good", {"restart"}), Reason::scope_denied);
  EXPECT_EQ(rename_owner("root", "admin"), Code::ok);
  EXPECT_EQ(verify("root/bad"), Reason::tampered);
  EXPECT_EQ(delete_owner("admin"), Code::ok);
  EXPECT_EQ(verify("root/good"), Reason::revoked);
  EXPECT_EQ(verify("root/bad"), Reason::revoked);
}

TEST_F(TamperedRecord, OfAFreedSlotIsNotUsedAgain) {
  given("root/bot");
  revoke("root/bot");
  purge("root/bot");
  ByteList lower = record("root/bot");
  const std::uint64_t generation = base::load_le(&lower[108], 4);
  base::store_le(&lower[108], generation - 1, 4);
  tamper(record("root/bot"), lower);
  given("root/new");  // one altered slot must not stop all
  EXPECT_NE(model::slot_of(id_of("root/new")), model::slot_of(id_of("root/bot")))
      << "an id could come to name two tokens";
}

// ---- control and catalog

class TamperedStore : public TamperTest {};

TEST_F(TamperedStore, EveryBitOfTheControlRowCounts) {
  given("root/bot");
  const ByteList row = control_row();
  with_each_flipped(row, all_bits(row), [&](std::size_t bit) {
    ASSERT_EQ(verify("root/bot"), Reason::tampered) << "byte " << bit / 8;
  });
  EXPECT_EQ(verify("root/bot"), Reason::allowed);
}

TEST_F(TamperedStore, EveryBitOfACatalogRowCounts) {
  given("root/bot");
  const ByteList row = scope_row(1);
  with_each_flipped(row, all_bits(row), [&](std::size_t bit) {
    ASSERT_EQ(verify("root/bot"), Reason::tampered) << "byte " << bit / 8;
  });
  EXPECT_EQ(verify("root/bot"), Reason::allowed);
}

TEST_F(TamperedStore, ScopesCannotBeExchanged) {
  StoreKind kind;
  kind.scopes = {{.name = "read", .group = "g", .text = "t"},
                 {.name = "root", .group = "g", .text = "t"}};
  make_store(kind);
  given("root/bot", {"read"});
  const ByteList read = scope_row(0);
  const ByteList root = scope_row(1);
  ASSERT_EQ(read.size(), root.size());
  tamper(read, root);
  EXPECT_EQ(store_->catalog().code(), Code::tampered);
  EXPECT_EQ(store_->verify({.credentials = text_of("root/bot"), .required = {}}).reason,
            Reason::tampered);
}

TEST_F(TamperedStore, IsToldByStat) {
  flip(control_row(), 20);
  EXPECT_EQ(first_tampered(), "control row");
  make_store();
  flip(scope_row(2), 20);
  EXPECT_EQ(first_tampered(), "scope 2");
  make_store();
  flip(counters_row(), 64);
  EXPECT_EQ(first_tampered(), "counters row");
}

TEST_F(TamperedStore, StillRevokes) {
  given("root/bot");
  flip(control_row(), 20);
  EXPECT_EQ(revoke("root/bot"), Code::ok);
  EXPECT_EQ(store_->show(id_of("root/bot"))->terms.state, model::TokenState::revoked);
}

TEST_F(TamperedStore, WithOtherCountersMakesNoTokens) {
  given("root/bot");
  flip(counters_row(), 64);
  EXPECT_EQ(create("root/new"), Code::tampered);
  EXPECT_EQ(verify("root/bot"), Reason::allowed);
}

}  // namespace
}  // namespace tokenry::engine
