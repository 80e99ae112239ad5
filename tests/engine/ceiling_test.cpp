// Effective scopes: what was granted and the owner's ceiling, both expanded.
#include "store_fixture.hpp"

namespace tokenry::engine {
namespace {

class Ceiling : public StoreTest {};

TEST_F(Ceiling, NarrowsTheOwnersTokensAtOnce) {
  given("root/bot", {"edit-dns", "restart"});
  given("amy/bot", {"restart"});
  ASSERT_EQ(set_ceiling("root", {"edit-dns"}), Code::ok);
  EXPECT_EQ(verify("root/bot", {"edit-dns"}), Reason::allowed);
  EXPECT_EQ(verify("root/bot", {"restart"}), Reason::scope_denied);
  EXPECT_EQ(verify("amy/bot", {"restart"}), Reason::allowed) << "another owner's";
}

TEST_F(Ceiling, LeavesWhatWasGrantedSoThatWideningGivesItBack) {
  given("root/bot", {"edit-dns", "restart"});
  set_ceiling("root", {"edit-dns"});
  EXPECT_EQ(show("root/bot").details.granted, bits({"edit-dns", "restart"}));
  EXPECT_EQ(show("root/bot").terms.effective, bits({"edit-dns"}));
  set_ceiling("root", {"edit-dns", "restart", "kill-dns"});
  EXPECT_EQ(verify("root/bot", {"restart"}), Reason::allowed);
  EXPECT_EQ(verify("root/bot", {"kill-dns"}), Reason::scope_denied) << "it was never granted";
}

TEST_F(Ceiling, NarrowsNewAndEditedTokens) {
  set_ceiling("root", {"edit-dns"});
  given("root/bot", {"edit-dns", "restart"});
  EXPECT_EQ(verify("root/bot", {"restart"}), Reason::scope_denied);
  ASSERT_EQ(set_scopes("root/bot", {"restart", "kill-dns"}), Code::ok);
  EXPECT_TRUE(show("root/bot").terms.effective.empty());
}

TEST_F(Ceiling, OfNothingLeavesNothing) {
  given("root/bot", {"all"});
  set_ceiling("root", {});
  EXPECT_EQ(verify("root/bot"), Reason::allowed);
  EXPECT_EQ(verify("root/bot", {"list-accts"}), Reason::scope_denied);
}

TEST_F(Ceiling, EverythingUnderACeilingIsTheCeiling) {
  set_ceiling("root", {"edit-dns", "restart"});
  given("root/bot", {"all"});
  EXPECT_EQ(show("root/bot").terms.effective, bits({"edit-dns", "restart"}));
  EXPECT_EQ(verify("root/bot", {"all"}), Reason::scope_denied);
}

TEST_F(Ceiling, OfEverythingIsNone) {
  given("root/bot", {"all"});
  set_ceiling("root", {"edit-dns"});
  set_ceiling("root", {"all"});
  EXPECT_TRUE(store_->owner("root")->owner.ceiling.is_everything());
  EXPECT_EQ(verify("root/bot", {"all", "kill-dns"}), Reason::allowed);
}

TEST_F(Ceiling, MakesAMissingOwnerAndKeepsItForTheFirstToken) {
  ASSERT_EQ(set_ceiling("amy", {"edit-dns"}), Code::ok);
  EXPECT_EQ(store_->owner("amy")->owner.created_by, kActor);
  given("amy/bot", {"edit-dns", "restart"});
  EXPECT_EQ(show("amy/bot").terms.effective, bits({"edit-dns"}));
}

TEST_F(Ceiling, ReachesSuspendedTokensToo) {
  given("root/bot", {"edit-dns", "restart"});
  suspend("root/bot");
  set_ceiling("root", {"edit-dns"});
  resume("root/bot");
  EXPECT_EQ(verify("root/bot", {"restart"}), Reason::scope_denied);
}

TEST_F(Ceiling, ReachesEveryOneOfManyTokens) {
  for (int i = 0; i < 70; ++i) given("root/t" + std::to_string(i), {"restart"});
  set_ceiling("root", {"edit-dns"});
  for (int i = 0; i < 70; ++i) {
    ASSERT_EQ(verify("root/t" + std::to_string(i), {"restart"}), Reason::scope_denied) << i;
  }
}

// ---- scopes added later

TEST_F(Ceiling, EverythingHoldsScopesAddedLater) {
  given("root/bot", {"all"});
  ASSERT_EQ(add_scope("later"), Code::ok);
  EXPECT_EQ(verify("root/bot", {"later"}), Reason::allowed);
}

TEST_F(Ceiling, AScopeAddedLaterIsNotInAnOlderCeiling) {
  set_ceiling("root", {"edit-dns"});
  given("root/bot", {"all"});
  ASSERT_EQ(add_scope("later"), Code::ok);
  EXPECT_EQ(verify("root/bot", {"later"}), Reason::scope_denied);
}

TEST_F(Ceiling, AScopeAddedLaterCanBeGranted) {
  given("root/bot");
  ASSERT_EQ(add_scope("later"), Code::ok);
  EXPECT_EQ(verify("root/bot", {"later"}), Reason::scope_denied);
  ASSERT_EQ(set_scopes("root/bot", {"later"}), Code::ok);
  EXPECT_EQ(verify("root/bot", {"later"}), Reason::allowed);
}

TEST_F(Ceiling, AddedScopesKeepTheRules) {
  EXPECT_EQ(add_scope("edit-dns"), Code::conflict);
  EXPECT_EQ(add_scope("EDIT-dns"), Code::conflict);
  EXPECT_EQ(add_scope("no good"), Code::invalid_argument);
  EXPECT_EQ(store_->catalog()->size(), test_scopes().size());
}

TEST_F(Ceiling, TheCatalogGrowsTo256AndNoFurther) {
  for (std::size_t i = test_scopes().size(); i < 256; ++i) {
    ASSERT_EQ(add_scope("s" + std::to_string(i)), Code::ok) << i;
  }
  EXPECT_EQ(add_scope("one-too-many"), Code::invalid_argument);
  given("root/bot", {"all"});
  EXPECT_EQ(verify("root/bot", {"s255"}), Reason::allowed);
}

}  // namespace
}  // namespace tokenry::engine
