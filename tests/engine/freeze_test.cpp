// The whole store frozen and thawed.
#include <gtest/gtest.h>

#include "store_fixture.hpp"

namespace tokenry::engine {
namespace {

class Freeze : public StoreTest {
 protected:
  Code freeze() { return store_->set_frozen(kActor, true).code(); }
  Code thaw() { return store_->set_frozen(kActor, false).code(); }
};

TEST_F(Freeze, RefusesEveryTokenAndThawingGivesAllBack) {
  given("root/bot", {"edit-dns"});
  given("anna/bot", {"restart"});
  EXPECT_EQ(freeze(), Code::ok);
  EXPECT_EQ(verify("root/bot", {"edit-dns"}), Reason::frozen);
  EXPECT_EQ(verify("anna/bot"), Reason::frozen);
  EXPECT_EQ(thaw(), Code::ok);
  EXPECT_EQ(verify("root/bot", {"edit-dns"}), Reason::allowed);
  EXPECT_EQ(verify("root/bot", {"restart"}), Reason::scope_denied);
}

TEST_F(Freeze, ComesBeforeTheTokensOwnState) {
  given("root/bot");
  revoke("root/bot");
  freeze();
  EXPECT_EQ(verify("root/bot"), Reason::frozen);
}

TEST_F(Freeze, TellsNothingToWhoHasNoRightSecret) {
  freeze();
  EXPECT_EQ(verify_text("nonsense"), Reason::malformed);
  given("root/bot");
  revoke("root/bot");
  EXPECT_EQ(purge("root/bot"), Code::ok);
  EXPECT_EQ(verify("root/bot"), Reason::unknown);
}

TEST_F(Freeze, NamesTheTokenAndSaysWhenToTryAgain) {
  given("root/bot");
  freeze();
  const model::Verdict verdict = judge(text_of("root/bot"));
  EXPECT_EQ(verdict.id, id_of("root/bot"));
  EXPECT_GT(verdict.retry_after_ms, 0);
}

TEST_F(Freeze, IsIdempotentAndOutlivesTheProcess) {
  given("root/bot");
  EXPECT_EQ(freeze(), Code::ok);
  EXPECT_EQ(freeze(), Code::ok);
  reopen();
  EXPECT_EQ(verify("root/bot"), Reason::frozen);
  EXPECT_TRUE(store_->facts()->frozen);
  EXPECT_EQ(thaw(), Code::ok);
  EXPECT_EQ(thaw(), Code::ok);
  EXPECT_FALSE(store_->facts()->frozen);
}

TEST_F(Freeze, LetsTheOperatorWorkOn) {
  given("root/leaked");
  freeze();
  revoke("root/leaked");
  given("root/fresh", {"edit-dns"});
  EXPECT_EQ(store_->add_scope(kActor, {"new-scope", "", ""}).code(), Code::ok);
  EXPECT_EQ(verify("root/fresh"), Reason::frozen) << "adding a scope must not thaw";
  thaw();
  EXPECT_EQ(verify("root/leaked"), Reason::revoked);
  EXPECT_EQ(verify("root/fresh", {"edit-dns"}), Reason::allowed);
}

}  // namespace
}  // namespace tokenry::engine
