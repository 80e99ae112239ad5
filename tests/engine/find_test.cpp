// Which token OWNER/LABEL names: the live one or, where there is none, the one revoked last.
#include "storage/registry.hpp"
#include "store_fixture.hpp"

namespace tokenry::engine {
namespace {

class FindToken : public StoreTest {
 protected:
  // Revokes as if the clock said so.
  void revoke_at(std::int64_t at_ms, std::uint64_t id) {
    const auto keys = token::StoreKeys::derive(key_.span(), store_->format().store_id);
    ASSERT_TRUE(keys.ok());
    const storage::ProcessLock held;
    auto environment = storage::open_environment(held, directory());
    ASSERT_TRUE(environment.ok());
    {
      const auto write = storage::WriteTransaction::begin(*environment, storage::Growth::spare);
      ASSERT_TRUE(write.ok());
      RowEditor rows(**write, **keys, store_->format().records_per_page);
      Applier applier(rows);
      ASSERT_TRUE(applier.apply({std::string(kActor), at_ms, model::RevokeTokens{{id}}}).ok());
      ASSERT_TRUE(applier.finish().ok());
      ASSERT_TRUE((*write)->commit().ok());
    }
    storage::release_environment(held, *std::move(environment));
  }
};

TEST_F(FindToken, TheLiveOne) {
  given("root/bot");
  EXPECT_EQ(find("root/bot"), id_of("root/bot"));
  EXPECT_EQ(find("root/bo"), 0U);
  EXPECT_EQ(find("root/bott"), 0U);
  EXPECT_EQ(find("roo/bot"), 0U);
}

TEST_F(FindToken, TheLiveOneBeforeAnyRevokedOne) {
  given("root/bot");
  revoke("root/bot");
  given("root/bot");
  EXPECT_EQ(find("root/bot"), id_of("root/bot"));
}

TEST_F(FindToken, TheOneRevokedLast) {
  for (int round = 0; round < 5; ++round) {
    given("root/bot");
    revoke("root/bot");
    EXPECT_EQ(find("root/bot"), id_of("root/bot")) << "round " << round;
  }
}

TEST_F(FindToken, TheOneRevokedLastThoughWithinOneMillisecond) {
  for (int round = 0; round < 8; ++round) {
    given("root/bot");
    revoke_at(1'700'000'000'000, id_of("root/bot"));
    EXPECT_EQ(find("root/bot"), id_of("root/bot")) << "round " << round;
  }
}

TEST_F(FindToken, TheOneRevokedLastThoughTheClockWasSetBack) {
  given("root/bot");
  revoke_at(1'700'000'000'000, id_of("root/bot"));
  given("root/bot");
  revoke_at(1'600'000'000'000, id_of("root/bot"));
  EXPECT_EQ(find("root/bot"), id_of("root/bot"));
}

TEST_F(FindToken, ASuspendedOneIsLive) {
  given("root/bot");
  suspend("root/bot");
  EXPECT_EQ(find("root/bot"), id_of("root/bot"));
}

TEST_F(FindToken, ARenamedTokenUncoversTheOneRevokedBefore) {
  given("root/bot");
  const std::uint64_t revoked = id_of("root/bot");
  revoke("root/bot");
  given("root/bot");
  rename("root/bot", "robot");
  EXPECT_EQ(find("root/bot"), revoked);
  EXPECT_EQ(find("root/robot"), id_of("root/bot"));
}

TEST_F(FindToken, ARevokedTokenKeepsTheLabelThatItHadThen) {
  given("root/bot");
  rename("root/bot", "robot");
  revoke("root/bot");
  EXPECT_EQ(find("root/robot"), id_of("root/bot"));
  EXPECT_EQ(find("root/bot"), 0U);
}

TEST_F(FindToken, PurgingUncoversTheOneRevokedBefore) {
  given("root/bot");
  const std::uint64_t first = id_of("root/bot");
  revoke("root/bot");
  given("root/bot");
  revoke("root/bot");
  purge("root/bot");
  EXPECT_EQ(find("root/bot"), first);
}

TEST_F(FindToken, FollowsARenamedOwner) {
  given("root/bot");
  given("root/gone");
  revoke("root/gone");
  ASSERT_EQ(rename_owner("root", "admin"), Code::ok);
  EXPECT_EQ(find("admin/bot"), id_of("root/bot"));
  EXPECT_EQ(find("admin/gone"), id_of("root/gone"));
  EXPECT_EQ(find("root/bot"), 0U);
}

}  // namespace
}  // namespace tokenry::engine
