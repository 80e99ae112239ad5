// Owners: suspend, resume, rename, delete, and what that does to their tokens.
#include "store_fixture.hpp"

namespace tokenry::engine {
namespace {

class Owners : public StoreTest {
 protected:
  std::uint64_t live_tokens(std::string_view owner) { return store_->owner(owner)->live_tokens; }

  std::vector<std::string> names() {
    std::vector<std::string> names;
    const auto owners = store_->owners();
    for (const OwnerSummary& summary : *owners) names.push_back(summary.owner.name);
    return names;
  }
};

// ---- create

TEST_F(Owners, CanBeMadeBeforeTheirTokens) {
  ASSERT_TRUE(store_->create_owner("boss", "amy", bits({"edit-dns"})).ok());
  const auto amy = store_->owner("amy");
  EXPECT_EQ(amy->owner.created_by, "boss");
  EXPECT_GT(amy->owner.created_at_ms, 0);
  EXPECT_EQ(amy->owner.ceiling, bits({"edit-dns"}));
  EXPECT_FALSE(amy->owner.suspended);
  EXPECT_EQ(amy->live_tokens, 0U);
}

TEST_F(Owners, CannotBeMadeTwice) {
  given("root/bot");
  EXPECT_EQ(store_->create_owner(kActor, "root", {}).code(), Code::conflict);
  EXPECT_TRUE(store_->owner("root")->owner.ceiling.is_everything());
}

TEST_F(Owners, NeedAGoodName) {
  EXPECT_EQ(store_->create_owner(kActor, "", {}).code(), Code::invalid_argument);
  EXPECT_EQ(store_->create_owner(kActor, "a/b", {}).code(), Code::invalid_argument);
  EXPECT_EQ(store_->create_owner(kActor, std::string(129, 'o'), {}).code(), Code::invalid_argument);
  EXPECT_EQ(set_ceiling("a b", {}), Code::invalid_argument);
  EXPECT_EQ(suspend_owner("a b"), Code::invalid_argument);
  EXPECT_EQ(delete_owner("a b"), Code::invalid_argument);
  EXPECT_EQ(store_->owner("a b").code(), Code::invalid_argument);
}

// ---- suspend and resume

TEST_F(Owners, SuspendingStopsAllTheirTokensAndResumingGoesOn) {
  given("root/a");
  given("root/b");
  given("amy/c");
  ASSERT_EQ(suspend_owner("root"), Code::ok);
  EXPECT_EQ(verify("root/a"), Reason::owner_suspended);
  EXPECT_EQ(verify("root/b"), Reason::owner_suspended);
  EXPECT_EQ(verify("amy/c"), Reason::allowed);
  ASSERT_EQ(resume_owner("root"), Code::ok);
  EXPECT_EQ(verify("root/a"), Reason::allowed);
}

TEST_F(Owners, SuspendingIsIdempotent) {
  given("root/a");
  EXPECT_EQ(resume_owner("root"), Code::ok);
  EXPECT_EQ(suspend_owner("root"), Code::ok);
  EXPECT_EQ(suspend_owner("root"), Code::ok);
  EXPECT_TRUE(store_->owner("root")->owner.suspended);
  EXPECT_EQ(verify("root/a"), Reason::owner_suspended);
}

TEST_F(Owners, ResumingLeavesTheTokensOwnSuspension) {
  given("root/a");
  suspend("root/a");
  suspend_owner("root");
  resume_owner("root");
  EXPECT_EQ(verify("root/a"), Reason::suspended);
}

TEST_F(Owners, ATokenOfASuspendedOwnerCanBeResumedButDoesNotWork) {
  given("root/a");
  suspend("root/a");
  suspend_owner("root");
  EXPECT_EQ(resume("root/a"), Code::ok);
  EXPECT_EQ(verify("root/a"), Reason::owner_suspended);
}

TEST_F(Owners, SuspendedOnesGetNoTokens) {
  given("root/a");
  suspend_owner("root");
  EXPECT_EQ(create("root/b"), Code::conflict);
  resume_owner("root");
  EXPECT_EQ(create("root/b"), Code::ok);
}

TEST_F(Owners, WhoIsNotThereCannotBeSuspended) {
  EXPECT_EQ(suspend_owner("nobody"), Code::not_found);
  EXPECT_EQ(resume_owner("nobody"), Code::not_found);
}

// ---- rename

TEST_F(Owners, RenamingKeepsTheTokensWorking) {
  given("root/bot", {"edit-dns"});
  ASSERT_EQ(rename_owner("root", "admin"), Code::ok);
  EXPECT_EQ(verify("root/bot", {"edit-dns"}), Reason::allowed);
  EXPECT_EQ(show("root/bot").details.owner, "admin");
  EXPECT_EQ(store_->owner("root").code(), Code::not_found);
  EXPECT_EQ(live_tokens("admin"), 1U);
}

TEST_F(Owners, RenamingKeepsCeilingAndSuspension) {
  given("root/bot", {"edit-dns", "restart"});
  set_ceiling("root", {"edit-dns"});
  suspend_owner("root");
  ASSERT_EQ(rename_owner("root", "admin"), Code::ok);
  EXPECT_EQ(verify("root/bot"), Reason::owner_suspended);
  EXPECT_EQ(create("admin/new"), Code::conflict);
  ASSERT_EQ(resume_owner("admin"), Code::ok);
  EXPECT_EQ(verify("root/bot", {"restart"}), Reason::scope_denied);
  EXPECT_EQ(verify("root/bot", {"edit-dns"}), Reason::allowed);
}

TEST_F(Owners, TheOldNameIsFree) {
  given("root/bot");
  ASSERT_EQ(rename_owner("root", "admin"), Code::ok);
  given("root/bot");
  EXPECT_EQ(live_tokens("root"), 1U);
  EXPECT_EQ(live_tokens("admin"), 1U);
}

TEST_F(Owners, RenamingMayTakeOnlyAFreeName) {
  given("root/bot");
  given("amy/bot");
  EXPECT_EQ(rename_owner("root", "amy"), Code::conflict);
  EXPECT_EQ(rename_owner("root", "root"), Code::conflict);
  EXPECT_EQ(rename_owner("nobody", "new"), Code::not_found);
  EXPECT_EQ(rename_owner("root", "no good"), Code::invalid_argument);
  EXPECT_EQ(show("root/bot").details.owner, "root");
}

TEST_F(Owners, ManyTokensAreRenamedTogether) {
  for (int i = 0; i < 70; ++i) given("root/t" + std::to_string(i));
  ASSERT_EQ(rename_owner("root", "admin"), Code::ok);
  for (int i = 0; i < 70; ++i) {
    const std::string label = "t" + std::to_string(i);
    ASSERT_EQ(find("admin/" + label), id_of("root/" + label));
    ASSERT_EQ(verify("root/" + label), Reason::allowed);
  }
}

// ---- delete

TEST_F(Owners, DeletingRevokesTheirTokens) {
  given("root/a");
  given("root/b");
  given("root/gone");
  revoke("root/gone");
  given("amy/c");
  const auto revoked = store_->delete_owner(kActor, "root");
  ASSERT_TRUE(revoked.ok());
  EXPECT_EQ(*revoked, 2U) << "the third was revoked before";
  EXPECT_EQ(verify("root/a"), Reason::revoked);
  EXPECT_EQ(verify("amy/c"), Reason::allowed);
  EXPECT_EQ(store_->owner("root").code(), Code::not_found);
}

TEST_F(Owners, DeletedOnesTokensCanStillBeShownAndPurged) {
  given("root/a");
  ASSERT_EQ(delete_owner("root"), Code::ok);
  EXPECT_EQ(find("root/a"), id_of("root/a"));
  EXPECT_EQ(show("root/a").details.owner, "root");
  EXPECT_EQ(purge("root/a"), Code::ok);
}

TEST_F(Owners, ADeletedOnesNameBeginsAnew) {
  given("root/a", {"all"});
  set_ceiling("root", {"edit-dns"});
  suspend_owner("root");
  ASSERT_EQ(delete_owner("root"), Code::ok);
  given("root/a", {"all"});
  EXPECT_EQ(verify("root/a", {"restart"}), Reason::allowed);
  EXPECT_EQ(find("root/a"), id_of("root/a"));
}

TEST_F(Owners, WhoIsNotThereCannotBeDeleted) { EXPECT_EQ(delete_owner("nobody"), Code::not_found); }

TEST_F(Owners, RenamingToADeletedOnesNameMixesNothing) {
  given("root/a");
  const std::uint64_t old = id_of("root/a");
  delete_owner("root");
  given("amy/a");
  ASSERT_EQ(rename_owner("amy", "root"), Code::ok);
  EXPECT_EQ(find("root/a"), id_of("amy/a")) << "the live one";
  EXPECT_EQ(live_tokens("root"), 1U);
  revoke("amy/a");
  EXPECT_EQ(find("root/a"), id_of("amy/a")) << "the one revoked last";
  purge("amy/a");
  EXPECT_EQ(find("root/a"), old);
}

// ---- listing owners

TEST_F(Owners, AreListedByNameWithTheirLiveTokens) {
  given("root/a");
  given("root/b");
  given("root/gone");
  revoke("root/gone");
  set_ceiling("Zoe", {});
  given("amy/x");
  suspend("amy/x");
  EXPECT_EQ(names(), (std::vector<std::string>{"Zoe", "amy", "root"}));
  EXPECT_EQ(live_tokens("root"), 2U);
  EXPECT_EQ(live_tokens("amy"), 1U) << "a suspended token is live";
  EXPECT_EQ(live_tokens("Zoe"), 0U);
  EXPECT_EQ(store_->owners()->at(2).live_tokens, 2U);
}

TEST_F(Owners, WithNamesThatBeginAlikeAreToldApart) {
  given("root/a");
  given("root2/a");
  given("roo/a");
  given("root-x/a");
  for (const char* name : {"root", "root2", "roo", "root-x"}) EXPECT_EQ(live_tokens(name), 1U);
  delete_owner("root");
  EXPECT_EQ(verify("root2/a"), Reason::allowed);
  EXPECT_EQ(verify("root-x/a"), Reason::allowed);
}

TEST_F(Owners, NoneInANewStore) { EXPECT_TRUE(store_->owners()->empty()); }

}  // namespace
}  // namespace tokenry::engine
