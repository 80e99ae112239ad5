// What `stat` counts.
#include <chrono>
#include <thread>

#include "store_fixture.hpp"

namespace tokenry::engine {
namespace {

class Facts : public StoreTest {
 protected:
  std::uint64_t count(TokenStatus status) {
    return store_->facts()->tokens_by_status[static_cast<std::size_t>(status)];
  }
  static std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

TEST_F(Facts, OfANewStore) {
  const StoreFacts facts = *store_->facts();
  EXPECT_EQ(facts.scope_count, test_scopes().size());
  EXPECT_EQ(facts.owner_count, 0U);
  EXPECT_EQ(facts.slot_count, 0U);
  EXPECT_EQ(facts.free_slot_count, 0U);
  EXPECT_EQ(facts.tampered_count, 0U);
  EXPECT_EQ(facts.tampered_first, "");
  EXPECT_EQ(facts.format.prefix, "tkry");
}

TEST_F(Facts, CountTokensByStatus) {
  given("root/active");
  given("root/active2");
  given("root/early", {}, {.not_before_ms = now_ms() + kDayMs});
  given("root/expired", {}, {.expires_at_ms = now_ms() + 100});
  given("root/held");
  given("root/gone");
  given("amy/stopped");
  suspend("root/held");
  revoke("root/gone");
  suspend_owner("amy");
  while (verify("root/expired") != Reason::expired) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(count(TokenStatus::active), 2U);
  EXPECT_EQ(count(TokenStatus::not_yet_valid), 1U);
  EXPECT_EQ(count(TokenStatus::expired), 1U);
  EXPECT_EQ(count(TokenStatus::suspended), 1U);
  EXPECT_EQ(count(TokenStatus::revoked), 1U);
  EXPECT_EQ(count(TokenStatus::owner_suspended), 1U);
  EXPECT_EQ(store_->facts()->owner_count, 2U);
}

TEST_F(Facts, CountSlotsUsedAndFreed) {
  for (const char* name : {"root/a", "root/b", "root/c"}) given(name);
  revoke("root/b");
  purge("root/b");
  EXPECT_EQ(store_->facts()->slot_count, 3U);
  EXPECT_EQ(store_->facts()->free_slot_count, 1U);
  EXPECT_EQ(count(TokenStatus::active), 2U);
}

TEST_F(Facts, CountOverManyPages) {
  for (int i = 0; i < 95; ++i) given("root/t" + std::to_string(i));
  EXPECT_EQ(count(TokenStatus::active), 95U);
  EXPECT_EQ(store_->facts()->slot_count, 95U);
}

TEST_F(Facts, TellTheMapAndTheFile) {
  const storage::EnvironmentFacts facts = store_->facts()->environment;
  EXPECT_EQ(facts.map_size_bytes, kMinMapSizeBytes);
  EXPECT_GT(facts.used_bytes, 0U);
  EXPECT_LE(facts.used_bytes, facts.data_file_bytes);
  EXPECT_EQ(facts.data_file_bytes, std::filesystem::file_size(directory() + "/data.mdb"));
}

TEST_F(Facts, TheTransactionIdRisesWithEveryChange) {
  const std::uint64_t before = store_->facts()->transaction_id;
  given("root/a");
  EXPECT_EQ(store_->facts()->transaction_id, before + 1);
}

}  // namespace
}  // namespace tokenry::engine
