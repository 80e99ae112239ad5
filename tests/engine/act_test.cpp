// One call on many ids, and calls that only look.
#include "store_fixture.hpp"

namespace tokenry::engine {
namespace {

using Action = Store::Action;
using Codes = std::vector<Code>;
using Ids = std::vector<std::uint64_t>;

constexpr std::uint64_t kNoToken = 0x7777777700000003;

class Act : public StoreTest {
 protected:
  // The codes of all ids; status_ is what the call came to.
  Codes codes(Action action, const Ids& ids, bool dry_run = false) {
    Codes codes(ids.size(), Code::internal_error);
    status_ = store_->act(kActor, action, ids, dry_run, codes);
    return codes;
  }

  std::uint64_t transaction_id() { return store_->facts()->transaction_id; }

  Status status_;
};

TEST_F(Act, DoesAllInOneTransaction) {
  given("root/a");
  given("root/b");
  given("amy/c");
  const std::uint64_t before = transaction_id();
  EXPECT_EQ(codes(Action::revoke, {id_of("root/a"), id_of("root/b"), id_of("amy/c")}),
            Codes(3, Code::ok));
  EXPECT_TRUE(status_.ok());
  EXPECT_EQ(transaction_id(), before + 1);
  EXPECT_EQ(verify("amy/c"), Reason::revoked);
}

TEST_F(Act, DoesWhatCanBeDoneAndNamesTheFirstThatCannot) {
  given("root/a");
  given("root/b");
  EXPECT_EQ(codes(Action::revoke, {id_of("root/a"), kNoToken, id_of("root/b")}),
            (Codes{Code::ok, Code::not_found, Code::ok}));
  EXPECT_EQ(status_.code(), Code::not_found);
  EXPECT_NE(status_.text().find(id_text(kNoToken)), std::string::npos) << status_.text();
  EXPECT_EQ(verify("root/a"), Reason::revoked);
  EXPECT_EQ(verify("root/b"), Reason::revoked);
}

TEST_F(Act, TakesARepeatedIdOnce) {
  given("root/a");
  const std::uint64_t id = id_of("root/a");
  EXPECT_EQ(codes(Action::revoke, {id, id, id}), Codes(3, Code::ok));
  EXPECT_EQ(codes(Action::purge, {id, id}), Codes(2, Code::ok));
  EXPECT_EQ(verify("root/a"), Reason::unknown);
  EXPECT_EQ(store_->facts()->free_slot_count, 1U);
}

TEST_F(Act, MixesStates) {
  given("root/live");
  given("root/held");
  given("root/gone");
  suspend("root/held");
  revoke("root/gone");
  const Ids all = {id_of("root/live"), id_of("root/held"), id_of("root/gone")};
  EXPECT_EQ(codes(Action::suspend, all), (Codes{Code::ok, Code::ok, Code::conflict}));
  EXPECT_EQ(codes(Action::resume, all), (Codes{Code::ok, Code::ok, Code::conflict}));
  EXPECT_EQ(codes(Action::purge, all), (Codes{Code::conflict, Code::conflict, Code::ok}));
  EXPECT_EQ(codes(Action::revoke, all), (Codes{Code::ok, Code::ok, Code::not_found}));
}

TEST_F(Act, TellsConflictsInWords) {
  given("root/a");
  codes(Action::purge, {id_of("root/a")});
  EXPECT_NE(status_.text().find("is not revoked"), std::string::npos) << status_.text();
  revoke("root/a");
  codes(Action::resume, {id_of("root/a")});
  EXPECT_NE(status_.text().find("is revoked"), std::string::npos) << status_.text();
}

TEST_F(Act, UnknownIdsOfEveryKindAreNotFound) {
  given("root/a");
  const std::uint64_t next_slot = id_of("root/a") + 1;
  EXPECT_EQ(codes(Action::revoke, {0, next_slot, id_of("root/a") + (1ULL << 32), UINT64_MAX}),
            Codes(4, Code::not_found));
  EXPECT_EQ(verify("root/a"), Reason::allowed);
}

TEST_F(Act, NothingToDoIsNothingDone) {
  EXPECT_EQ(codes(Action::revoke, {}), Codes());
  EXPECT_TRUE(status_.ok());
}

TEST_F(Act, ManyIdsAtOnce) {
  Ids ids;
  for (int i = 0; i < 300; ++i) {
    const std::string name = "root/t" + std::to_string(i);
    given(name);
    ids.push_back(id_of(name));
  }
  EXPECT_EQ(codes(Action::revoke, ids), Codes(300, Code::ok));
  EXPECT_EQ(codes(Action::purge, ids), Codes(300, Code::ok));
  EXPECT_EQ(store_->facts()->free_slot_count, 300U);
}

// ---- dry runs

TEST_F(Act, ADryRunChangesNothing) {
  given("root/a");
  given("root/gone");
  revoke("root/gone");
  const std::uint64_t before = transaction_id();
  for (const Action action : {Action::suspend, Action::resume, Action::revoke, Action::purge}) {
    codes(action, {id_of("root/a"), id_of("root/gone")}, true);
  }
  EXPECT_EQ(transaction_id(), before);
  EXPECT_EQ(verify("root/a"), Reason::allowed);
  EXPECT_EQ(verify("root/gone"), Reason::revoked);
}

TEST_F(Act, ADryRunAnswersWhatTheRealOneWould) {
  given("root/a");
  const Ids ids = {id_of("root/a"), kNoToken};
  for (const Action action : {Action::purge, Action::suspend, Action::revoke}) {
    const Codes foretold = codes(action, ids, true);
    EXPECT_EQ(codes(action, ids), foretold);
  }
}

TEST_F(Act, ADryEditShowsTheTokenAsItWouldBe) {
  given("root/a", {"edit-dns"});
  TokenEdit change;
  change.id = id_of("root/a");
  change.label = "b";
  change.set_scopes = bits({"restart"});
  const auto would_be = store_->edit(kActor, change, true);
  ASSERT_TRUE(would_be.ok());
  EXPECT_EQ(would_be->details.label, "b");
  EXPECT_EQ(would_be->terms.effective, bits({"restart"}));
  EXPECT_EQ(show("root/a").details.label, "a");
  EXPECT_EQ(verify("root/a", {"edit-dns"}), Reason::allowed);
}

TEST_F(Act, ADryEditIsRefusedLikeTheRealOne) {
  given("root/a");
  given("root/b");
  TokenEdit change;
  change.id = id_of("root/a");
  change.label = "b";
  EXPECT_EQ(store_->edit(kActor, change, true).code(), Code::conflict);
}

}  // namespace
}  // namespace tokenry::engine
