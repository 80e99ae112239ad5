// Create, edit, suspend, resume, revoke, purge: what each does to a token.
#include <algorithm>
#include <chrono>

#include "store_fixture.hpp"

namespace tokenry::engine {
namespace {

class TokenLife : public StoreTest {};

std::int64_t system_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

TokenEdit edit_of(std::uint64_t id) {
  TokenEdit edit;
  edit.id = id;
  return edit;
}

// ---- create

TEST_F(TokenLife, ANewTokenVerifies) {
  given("root/deploy-bot", {"edit-dns"});
  EXPECT_EQ(verify("root/deploy-bot"), Reason::allowed);
  EXPECT_EQ(verify("root/deploy-bot", {"edit-dns"}), Reason::allowed);
  EXPECT_EQ(verify("root/deploy-bot", {"kill-dns"}), Reason::scope_denied);
}

TEST_F(TokenLife, ItsTextBeginsWithThePrefixAndHoldsTheId) {
  given("root/deploy-bot");
  const std::string& text = text_of("root/deploy-bot");
  EXPECT_EQ(text.size(), 4U + 1 + 50);
  EXPECT_EQ(text.substr(0, 16), "tkry_" + id_text(id_of("root/deploy-bot")));
}

TEST_F(TokenLife, ItsDetailsSayHowItWasMade) {
  const std::int64_t before = system_now_ms();
  given("root/deploy-bot", {"edit-dns"}, {.note = "for deployments"});
  const model::Token token = show("root/deploy-bot");
  EXPECT_EQ(token.details.owner, "root");
  EXPECT_EQ(token.details.label, "deploy-bot");
  EXPECT_EQ(token.details.note, "for deployments");
  EXPECT_EQ(token.details.created_by, kActor);
  EXPECT_GE(token.details.created_at_ms, before);
  EXPECT_LE(token.details.created_at_ms, system_now_ms());
  EXPECT_EQ(token.details.secret_created_at_ms, token.details.created_at_ms);
  EXPECT_EQ(token.details.updated_at_ms, 0);
  EXPECT_EQ(token.details.revoked_at_ms, 0);
  EXPECT_EQ(token.details.granted, bits({"edit-dns"}));
}

TEST_F(TokenLife, MakesItsOwnerAtTheFirstUse) {
  EXPECT_EQ(store_->owner("root").code(), Code::not_found);
  given("root/deploy-bot");
  EXPECT_EQ(store_->owner("root")->owner.created_by, kActor);
  EXPECT_TRUE(store_->owner("root")->owner.ceiling.is_everything());
}

TEST_F(TokenLife, NoTwoTokensShareTextOrId) {
  given("root/a");
  given("root/b");
  EXPECT_NE(id_of("root/a"), id_of("root/b"));
  EXPECT_NE(text_of("root/a"), text_of("root/b"));
}

TEST_F(TokenLife, ALabelInUseIsAConflict) {
  given("root/bot");
  EXPECT_EQ(create("root/bot"), Code::conflict);
  ASSERT_EQ(suspend("root/bot"), Code::ok);
  EXPECT_EQ(create("root/bot"), Code::conflict) << "a suspended token keeps its label";
}

TEST_F(TokenLife, LabelsAreOfTheirOwnerAndInTheirCase) {
  given("root/bot");
  EXPECT_EQ(create("amy/bot"), Code::ok);
  EXPECT_EQ(create("root/Bot"), Code::ok);
}

class CreateMany : public TokenLife {
 protected:
  Status create_all(std::initializer_list<std::string_view> names) {
    std::vector<TokenSpec> specs;
    for (const std::string_view name : names) {
      TokenSpec spec;
      spec.owner = split(name).first;
      spec.label = split(name).second;
      specs.push_back(spec);
    }
    std::vector<Issued> issued(specs.size());
    model::Catalog catalog;
    return store_->create(kActor, specs, issued, catalog);
  }
};

TEST_F(CreateMany, MakesAllOfThem) {
  EXPECT_TRUE(create_all({"root/a", "root/b", "amy/a"}).ok());
  EXPECT_NE(find("root/a"), 0U);
  EXPECT_NE(find("root/b"), 0U);
  EXPECT_NE(find("amy/a"), 0U);
}

TEST_F(CreateMany, MakesNoneIfOneIsRefused) {
  given("root/taken");
  const Status status = create_all({"amy/a", "root/taken", "amy/b"});
  EXPECT_EQ(status.code(), Code::conflict);
  EXPECT_EQ(status.text().rfind("token 2: ", 0), 0U) << status.text();
  EXPECT_EQ(find("amy/a"), 0U);
  EXPECT_EQ(store_->owner("amy").code(), Code::not_found);
}

TEST_F(CreateMany, ChecksNamesBeforeItBegins) {
  const Status status = create_all({"root/a", "root/b!"});
  EXPECT_EQ(status.code(), Code::invalid_argument);
  EXPECT_EQ(status.text().rfind("token 2: ", 0), 0U) << status.text();
}

TEST_F(CreateMany, OneLabelTwiceInOneCallIsAConflict) {
  EXPECT_EQ(create_all({"root/a", "root/a"}).code(), Code::conflict);
  EXPECT_EQ(find("root/a"), 0U);
}

// ---- limits of what is given

TEST_F(TokenLife, NotesHaveALimit) {
  EXPECT_EQ(create("root/a", {}, {.note = std::string(1023, 'n')}), Code::ok);
  given("root/b", {}, {.note = std::string(1024, 'n')});
  EXPECT_EQ(show("root/b").details.note.size(), 1024U);
  EXPECT_EQ(create("root/c", {}, {.note = std::string(1025, 'n')}), Code::invalid_argument);
  TokenEdit longer;
  longer.note = std::string(1025, 'n');
  EXPECT_EQ(edit("root/b", longer), Code::invalid_argument);
}

TEST_F(TokenLife, TheLongestNamesWorkThroughout) {
  const std::string name = std::string(128, 'o') + "/" + std::string(64, 'l');
  given(name, {"edit-dns"});
  EXPECT_EQ(verify(name, {"edit-dns"}), Reason::allowed);
  EXPECT_EQ(find(name), id_of(name));
  EXPECT_EQ(revoke(name), Code::ok);
  EXPECT_EQ(find(name), id_of(name));
  EXPECT_EQ(purge(name), Code::ok);
}

TEST_F(TokenLife, LongerNamesAreRefused) {
  EXPECT_EQ(create(std::string(129, 'o') + "/l"), Code::invalid_argument);
  EXPECT_EQ(create("o/" + std::string(65, 'l')), Code::invalid_argument);
  EXPECT_EQ(create("/l"), Code::invalid_argument);
  EXPECT_EQ(create("o/"), Code::invalid_argument);
  given("o/l");
  EXPECT_EQ(rename("o/l", std::string(65, 'l')), Code::invalid_argument);
  EXPECT_EQ(rename("o/l", ""), Code::invalid_argument);
  EXPECT_EQ(store_->find("o", "").code(), Code::invalid_argument);
}

TEST_F(TokenLife, EveryChangeNeedsAnActor) {
  given("root/bot");
  std::vector<Code> codes(1);
  const std::uint64_t id = id_of("root/bot");
  for (const std::string& actor : {std::string(), std::string(129, 'a'), std::string("a\nb")}) {
    EXPECT_EQ(store_->act(actor, Store::Action::revoke, {&id, 1}, false, codes).code(),
              Code::invalid_argument);
    EXPECT_EQ(store_->edit(actor, edit_of(id), false).code(), Code::invalid_argument);
    EXPECT_EQ(store_->set_ceiling(actor, "root", {}).code(), Code::invalid_argument);
    EXPECT_EQ(store_->create_owner(actor, "amy", {}).code(), Code::invalid_argument);
    EXPECT_EQ(store_->set_owner_suspended(actor, "root", true).code(), Code::invalid_argument);
    EXPECT_EQ(store_->rename_owner(actor, "root", "amy").code(), Code::invalid_argument);
    EXPECT_EQ(store_->delete_owner(actor, "root").code(), Code::invalid_argument);
    EXPECT_EQ(store_->add_scope(actor, test_scopes()[0]).code(), Code::invalid_argument);
  }
  EXPECT_EQ(verify("root/bot"), Reason::allowed);
}

// ---- suspend and resume

TEST_F(TokenLife, SuspendingStopsAndResumingGoesOn) {
  given("root/bot");
  EXPECT_EQ(suspend("root/bot"), Code::ok);
  EXPECT_EQ(verify("root/bot"), Reason::suspended);
  EXPECT_EQ(resume("root/bot"), Code::ok);
  EXPECT_EQ(verify("root/bot"), Reason::allowed);
}

TEST_F(TokenLife, SuspendingAndResumingAreIdempotent) {
  given("root/bot");
  EXPECT_EQ(resume("root/bot"), Code::ok);
  EXPECT_EQ(suspend("root/bot"), Code::ok);
  const std::int64_t updated = show("root/bot").details.updated_at_ms;
  EXPECT_EQ(suspend("root/bot"), Code::ok);
  EXPECT_EQ(show("root/bot").details.updated_at_ms, updated) << "nothing was changed";
  EXPECT_EQ(verify("root/bot"), Reason::suspended);
}

// ---- revoke

TEST_F(TokenLife, RevocationIsForGood) {
  given("root/bot");
  EXPECT_EQ(revoke("root/bot"), Code::ok);
  EXPECT_EQ(verify("root/bot"), Reason::revoked);
  EXPECT_EQ(resume("root/bot"), Code::conflict);
  EXPECT_EQ(suspend("root/bot"), Code::conflict);
  EXPECT_EQ(set_scopes("root/bot", {"all"}), Code::conflict);
  EXPECT_EQ(verify("root/bot"), Reason::revoked);
}

TEST_F(TokenLife, RevocationKeepsTheRecordAndSaysWhoAndWhen) {
  given("root/bot", {"edit-dns"}, {.note = "kept"});
  const std::int64_t before = system_now_ms();
  revoke("root/bot");
  const model::Token token = show("root/bot");
  EXPECT_EQ(token.details.note, "kept");
  EXPECT_GE(token.details.revoked_at_ms, before);
  EXPECT_EQ(token.details.updated_by, kActor);
}

TEST_F(TokenLife, RevokingAgainChangesNothing) {
  given("root/bot");
  revoke("root/bot");
  const std::int64_t revoked_at = show("root/bot").details.revoked_at_ms;
  EXPECT_EQ(revoke("root/bot"), Code::ok);
  EXPECT_EQ(show("root/bot").details.revoked_at_ms, revoked_at);
}

TEST_F(TokenLife, ASuspendedTokenCanBeRevoked) {
  given("root/bot");
  suspend("root/bot");
  EXPECT_EQ(revoke("root/bot"), Code::ok);
  EXPECT_EQ(verify("root/bot"), Reason::revoked);
}

TEST_F(TokenLife, ARevokedLabelCanBeUsedAgainAtOnce) {
  given("root/bot", {"edit-dns"});
  const std::string old_text = text_of("root/bot");
  revoke("root/bot");
  given("root/bot", {"edit-dns"});
  EXPECT_EQ(verify("root/bot"), Reason::allowed);
  EXPECT_EQ(verify_text(old_text), Reason::revoked);
}

// ---- purge

TEST_F(TokenLife, OnlyRevokedTokensCanBePurged) {
  given("root/bot");
  EXPECT_EQ(purge("root/bot"), Code::conflict);
  suspend("root/bot");
  EXPECT_EQ(purge("root/bot"), Code::conflict);
  EXPECT_EQ(verify("root/bot"), Reason::suspended);
}

TEST_F(TokenLife, APurgedTokenIsUnknown) {
  given("root/bot");
  revoke("root/bot");
  EXPECT_EQ(purge("root/bot"), Code::ok);
  EXPECT_EQ(verify("root/bot"), Reason::unknown);
  EXPECT_EQ(show_code("root/bot"), Code::not_found);
  EXPECT_EQ(find("root/bot"), 0U);
  EXPECT_EQ(purge("root/bot"), Code::not_found);
}

TEST_F(TokenLife, ItsSlotServesTheNextTokenUnderAHigherGeneration) {
  given("root/old");
  given("root/other");
  revoke("root/old");
  purge("root/old");
  given("root/new");
  EXPECT_EQ(model::slot_of(id_of("root/new")), model::slot_of(id_of("root/old")));
  EXPECT_GT(model::generation_of(id_of("root/new")), model::generation_of(id_of("root/old")));
  EXPECT_EQ(verify("root/old"), Reason::unknown);
  EXPECT_EQ(verify("root/new"), Reason::allowed);
  EXPECT_EQ(verify("root/other"), Reason::allowed);
}

TEST_F(TokenLife, AnIdNeverNamesTwoTokens) {
  std::set<std::uint64_t> seen;
  for (int round = 0; round < 100; ++round) {
    given("root/bot");
    EXPECT_EQ(model::slot_of(id_of("root/bot")), 0U) << "one slot is used over and over";
    ASSERT_TRUE(seen.insert(id_of("root/bot")).second) << "round " << round;
    revoke("root/bot");
    purge("root/bot");
  }
}

TEST_F(TokenLife, RemovingAScopeFromEverythingIsRefused) {
  given("root/bot", {"all", "restart"});
  TokenEdit change = edit_of(id_of("root/bot"));
  change.remove_scopes = bits({"restart"});
  EXPECT_EQ(edit("root/bot", change), Code::invalid_argument) << "it would still have it";
  change.remove_scopes = bits({"all", "restart"});
  change.add_scopes = bits({"edit-dns"});
  EXPECT_EQ(edit("root/bot", change), Code::ok);
  EXPECT_EQ(verify("root/bot", {"restart"}), Reason::scope_denied);
  EXPECT_EQ(verify("root/bot", {"edit-dns"}), Reason::allowed);
}

TEST_F(TokenLife, TheLowestFreedSlotIsTakenFirstAndThenNewOnes) {
  for (const char* name : {"root/a", "root/b", "root/c"}) given(name);
  for (const char* name : {"root/c", "root/a"}) {
    revoke(name);
    purge(name);
  }
  for (const char* name : {"root/d", "root/e", "root/f"}) given(name);
  EXPECT_EQ(model::slot_of(id_of("root/d")), 0U);
  EXPECT_EQ(model::slot_of(id_of("root/e")), 2U);
  EXPECT_EQ(model::slot_of(id_of("root/f")), 3U);
}

// ---- edit

TEST_F(TokenLife, EditingALabelRenames) {
  given("root/bot");
  EXPECT_EQ(rename("root/bot", "robot"), Code::ok);
  EXPECT_EQ(find("root/robot"), id_of("root/bot"));
  EXPECT_EQ(find("root/bot"), 0U);
  EXPECT_EQ(verify("root/bot"), Reason::allowed) << "the secret is the same";
  EXPECT_EQ(create("root/bot"), Code::ok) << "the old label is free";
}

TEST_F(TokenLife, ALabelInUseIsRefusedAndARevokedOnesIsNot) {
  given("root/a");
  given("root/b");
  EXPECT_EQ(rename("root/a", "b"), Code::conflict);
  EXPECT_EQ(rename("root/a", "a"), Code::ok) << "its own label is no conflict";
  revoke("root/b");
  EXPECT_EQ(rename("root/a", "b"), Code::ok);
  EXPECT_EQ(find("root/b"), id_of("root/a"));
}

TEST_F(TokenLife, EditingScopesReplacesAddsAndRemoves) {
  given("root/bot", {"edit-dns"});
  EXPECT_EQ(set_scopes("root/bot", {"list-accts", "restart"}), Code::ok);
  EXPECT_EQ(show("root/bot").details.granted, bits({"list-accts", "restart"}));
  TokenEdit both;
  both.add_scopes = bits({"kill-dns", "edit-dns"});
  both.remove_scopes = bits({"restart", "edit-dns"});
  EXPECT_EQ(edit("root/bot", both), Code::ok);
  EXPECT_EQ(show("root/bot").details.granted, bits({"list-accts", "kill-dns"}))
      << "removing comes after adding";
  EXPECT_EQ(verify("root/bot", {"kill-dns"}), Reason::allowed);
  EXPECT_EQ(verify("root/bot", {"restart"}), Reason::scope_denied);
}

TEST_F(TokenLife, EditingOneThingLeavesTheOthers) {
  given("root/bot", {"edit-dns"}, {.note = "old"});
  TokenEdit change;
  change.note = "new";
  EXPECT_EQ(edit("root/bot", change), Code::ok);
  const model::Token token = show("root/bot");
  EXPECT_EQ(token.details.note, "new");
  EXPECT_EQ(token.details.label, "bot");
  EXPECT_EQ(token.details.granted, bits({"edit-dns"}));
  EXPECT_EQ(token.details.updated_by, kActor);
  EXPECT_GE(token.details.updated_at_ms, token.details.created_at_ms);
  change.note = "";
  EXPECT_EQ(edit("root/bot", change), Code::ok);
  EXPECT_EQ(show("root/bot").details.note, "");
}

TEST_F(TokenLife, EditAnswersTheTokenAsItIsThen) {
  given("root/bot", {"edit-dns"});
  TokenEdit change = edit_of(id_of("root/bot"));
  change.set_scopes = bits({"restart"});
  const auto after = store_->edit(kActor, change, false);
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->terms.effective, bits({"restart"}));
}

TEST_F(TokenLife, WhatIsNotThereCannotBeEdited) {
  given("root/bot");
  EXPECT_EQ(store_->edit(kActor, edit_of(id_of("root/bot") + 1), false).code(), Code::not_found);
  EXPECT_EQ(store_->edit(kActor, edit_of(0), false).code(), Code::not_found);
  EXPECT_EQ(store_->edit(kActor, edit_of(UINT64_MAX), false).code(), Code::not_found);
}

}  // namespace
}  // namespace tokenry::engine
