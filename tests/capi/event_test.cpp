// The log seen from outside: events, walks over them, and heads.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "world.hpp"

namespace capi_tests {
namespace {

class EventTest : public testing::Test {
 protected:
  static std::string words(const tokenry_event& event) {
    std::string text = event.operation_name;
    if (event.owner != nullptr) text += std::string(" ") + event.owner;
    if (event.label != nullptr) text += std::string("/") + event.label;
    return text;
  }
  // The events of a walk up to its end.
  static std::vector<std::string> read_on(tokenry_log* log) {
    std::vector<std::string> found;
    for (;;) {
      tokenry_event* event = nullptr;
      EXPECT_EQ(tokenry_log_next(log, &event), TOKENRY_OK) << tokenry_last_error();
      if (event == nullptr) return found;
      found.push_back(words(*event));
      tokenry_event_free(event);
    }
  }
  std::vector<std::string> read_log(const tokenry_log_filter* filter = nullptr) {
    tokenry_log* log = nullptr;
    EXPECT_EQ(tokenry_log_open(world_.store(), filter, &log), TOKENRY_OK);
    std::vector<std::string> found = read_on(log);
    EXPECT_EQ(tokenry_log_free(log), TOKENRY_OK);
    return found;
  }
  tokenry_head head() {
    auto now = sized<tokenry_head>();
    EXPECT_EQ(tokenry_log_head(world_.store(), &now), TOKENRY_OK) << tokenry_last_error();
    return now;
  }

  using Names = std::vector<std::string>;
  World world_;
};

TEST_F(EventTest, TellsAllOfAChange) {
  const Token token = make_token(world_.store(), "root", "bot", {"read", "edit"},
                                 {.expires_at_ms = 4'102'444'800'000});
  auto filter = sized<tokenry_log_filter>();
  filter.id = token.id;
  tokenry_log* log = nullptr;
  ASSERT_EQ(tokenry_log_open(world_.store(), &filter, &log), TOKENRY_OK);
  tokenry_event* event = nullptr;
  ASSERT_EQ(tokenry_log_next(log, &event), TOKENRY_OK);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->struct_size, sizeof *event);
  EXPECT_EQ(event->operation, TOKENRY_OP_CREATED);
  EXPECT_STREQ(event->operation_name, "created");
  EXPECT_EQ(event->sequence, 2U);
  EXPECT_EQ(event->id, token.id);
  char id_text[12];
  tokenry_id_print(token.id, id_text);
  EXPECT_STREQ(event->id_text, id_text);
  EXPECT_EQ(event->actor, std::string(kActor));
  EXPECT_STREQ(event->owner, "root");
  EXPECT_STREQ(event->label, "bot");
  EXPECT_LE(event->at_ms, now_ms());
  EXPECT_GT(event->at_ms, now_ms() - 60'000);
  ASSERT_EQ(event->field_count, 4U);
  EXPECT_EQ(event->fields[0].struct_size, sizeof(tokenry_event_field));
  EXPECT_STREQ(event->fields[0].name, "scopes");
  EXPECT_EQ(event->fields[0].kind, TOKENRY_FIELD_TEXT);
  EXPECT_STREQ(event->fields[0].text, "read edit");
  EXPECT_STREQ(event->fields[1].name, "expires_at");
  EXPECT_EQ(event->fields[1].kind, TOKENRY_FIELD_TIME);
  EXPECT_EQ(event->fields[1].number, 4'102'444'800'000);
  EXPECT_STREQ(event->fields[1].text, "");
  EXPECT_STREQ(event->fields[2].name, "not_before");
  EXPECT_EQ(event->fields[2].number, 0);
  EXPECT_STREQ(event->fields[3].name, "owner_made");
  EXPECT_EQ(event->fields[3].kind, TOKENRY_FIELD_FLAG);
  const tokenry_head now = head();
  EXPECT_EQ(std::memcmp(event->hash, now.hash, 32), 0);
  tokenry_event_free(event);
  EXPECT_EQ(tokenry_log_free(log), TOKENRY_OK);
}

TEST_F(EventTest, OfTheStoreNamesNoTokenOrOwner) {
  tokenry_log* log = nullptr;
  ASSERT_EQ(tokenry_log_open(world_.store(), nullptr, &log), TOKENRY_OK);
  tokenry_event* event = nullptr;
  ASSERT_EQ(tokenry_log_next(log, &event), TOKENRY_OK);
  EXPECT_EQ(event->operation, TOKENRY_OP_STORE_CREATED);
  EXPECT_EQ(event->id, 0U);
  EXPECT_EQ(event->id_text, nullptr);
  EXPECT_EQ(event->owner, nullptr);
  EXPECT_EQ(event->label, nullptr);
  const tokenry_head now = head();
  EXPECT_EQ(std::memcmp(event->previous_hash, now.store_id, 16), 0);
  tokenry_event_free(event);
  EXPECT_EQ(tokenry_log_free(log), TOKENRY_OK);
}

TEST_F(EventTest, FiltersAndLimits) {
  make_token(world_.store(), "root", "a", {});
  make_token(world_.store(), "anna", "b", {});
  EXPECT_EQ(read_log(), (Names{"store_created", "created root/a", "created anna/b"}));
  auto filter = sized<tokenry_log_filter>();
  filter.owner = "anna";
  filter.owner_size = 4;
  EXPECT_EQ(read_log(&filter), Names{"created anna/b"});
  filter = sized<tokenry_log_filter>();
  filter.from_sequence = 2;
  filter.limit = 1;
  EXPECT_EQ(read_log(&filter), Names{"created root/a"});
  filter = sized<tokenry_log_filter>();
  filter.since_ms = now_ms() + 60'000;
  EXPECT_EQ(read_log(&filter), Names{});
}

TEST_F(EventTest, AWalkGoesOnWhenThereIsMore) {
  tokenry_log* log = nullptr;
  ASSERT_EQ(tokenry_log_open(world_.store(), nullptr, &log), TOKENRY_OK);
  EXPECT_EQ(read_on(log), Names{"store_created"});
  EXPECT_EQ(read_on(log), Names{});
  make_token(world_.store(), "root", "a", {});
  EXPECT_EQ(read_on(log), Names{"created root/a"});
  world_.close();
  tokenry_event* event = nullptr;
  EXPECT_EQ(tokenry_log_next(log, &event), TOKENRY_CLOSED);
  EXPECT_EQ(tokenry_log_free(log), TOKENRY_OK);
}

TEST_F(EventTest, IsReadAgainFromItsBody) {
  make_token(world_.store(), "root", "a", {"read"});
  tokenry_log* log = nullptr;
  ASSERT_EQ(tokenry_log_open(world_.store(), nullptr, &log), TOKENRY_OK);
  for (int i = 0; i < 2; ++i) {
    tokenry_event* event = nullptr;
    tokenry_event* again = nullptr;
    ASSERT_EQ(tokenry_log_next(log, &event), TOKENRY_OK);
    ASSERT_EQ(tokenry_event_decode(event->body, event->body_size, event->previous_hash, &again),
              TOKENRY_OK);
    EXPECT_EQ(words(*again), words(*event));
    EXPECT_EQ(again->sequence, event->sequence);
    EXPECT_EQ(again->field_count, event->field_count);
    EXPECT_EQ(std::memcmp(again->hash, event->hash, 32), 0);
    tokenry_event_free(event);
    tokenry_event_free(again);
  }
  EXPECT_EQ(tokenry_log_free(log), TOKENRY_OK);
}

TEST_F(EventTest, AHeadIsPrintedReadAndVerified) {
  const tokenry_head now = head();
  char text[300];
  std::size_t size = 0;
  ASSERT_EQ(tokenry_head_print(&now, text, sizeof text, &size), TOKENRY_OK);
  EXPECT_EQ(std::string(text).rfind("tokenry-head-1 ", 0), 0U);
  EXPECT_EQ(std::strlen(text), size);
  auto read = sized<tokenry_head>();
  ASSERT_EQ(tokenry_head_parse(text, size, &read), TOKENRY_OK);
  EXPECT_EQ(tokenry_head_verify(&read, now.public_key), TOKENRY_OK);
  EXPECT_EQ(tokenry_log_check(world_.store(), &read), TOKENRY_OK);
  auto expected = now;
  std::memset(expected.public_key, 0, sizeof expected.public_key);
  EXPECT_EQ(std::memcmp(&read, &expected, sizeof read), 0) << "all but the public key";
  // One byte less than it takes.
  EXPECT_EQ(tokenry_head_print(&now, text, size, nullptr), TOKENRY_INVALID_ARGUMENT);
  EXPECT_EQ(tokenry_head_print(&now, text, size + 1, nullptr), TOKENRY_OK);
}

TEST_F(EventTest, TheLargestHeadFitsInThreeHundredBytes) {
  auto largest = sized<tokenry_head>();
  largest.sequence = UINT64_MAX;
  largest.at_ms = (std::int64_t{1} << 48) - 1;
  char text[300];
  std::size_t size = 0;
  ASSERT_EQ(tokenry_head_print(&largest, text, sizeof text, &size), TOKENRY_OK);
  auto read = sized<tokenry_head>();
  ASSERT_EQ(tokenry_head_parse(text, size, &read), TOKENRY_OK);
  EXPECT_EQ(std::memcmp(&read, &largest, sizeof read), 0);
}

TEST_F(EventTest, AFilePutBackIsFoundByAKeptHead) {
  const Token token = make_token(world_.store(), "root", "bot", {});
  const std::string kept_file = read_file(world_.data_file());
  ASSERT_EQ(revoke(world_.store(), token.id), TOKENRY_OK);
  const tokenry_head kept = head();
  EXPECT_EQ(tokenry_log_check(world_.store(), &kept), TOKENRY_OK);
  world_.close();
  write_file(world_.data_file(), kept_file);
  world_.open();
  EXPECT_EQ(tokenry_log_check(world_.store(), &kept), TOKENRY_TAMPERED);
  EXPECT_STREQ(tokenry_last_error(),
               "the log ends at event 2, before the kept head at event 3: it was cut, or the store "
               "was put back from an older copy");
}

TEST_F(EventTest, AnUnsealedStoresHeadIsSignedByNobody) {
  const World unsealed(StoreTraits{.unsealed = true});
  auto now = sized<tokenry_head>();
  ASSERT_EQ(tokenry_log_head(unsealed.store(), &now), TOKENRY_OK);
  EXPECT_EQ(tokenry_log_check(unsealed.store(), &now), TOKENRY_OK);
  EXPECT_EQ(tokenry_head_verify(&now, now.public_key), TOKENRY_TAMPERED);
}

TEST_F(EventTest, WalksAreLimited) {
  std::vector<tokenry_log*> logs;
  tokenry_log* log = nullptr;
  int code = TOKENRY_OK;
  while (code == TOKENRY_OK && logs.size() < 2000) {
    code = tokenry_log_open(world_.store(), nullptr, &log);
    if (code == TOKENRY_OK) logs.push_back(log);
  }
  EXPECT_EQ(code, TOKENRY_STORE_BUSY);
  EXPECT_EQ(logs.size(), 1024U);
  for (tokenry_log* one : logs) EXPECT_EQ(tokenry_log_free(one), TOKENRY_OK);
  EXPECT_EQ(tokenry_log_open(world_.store(), nullptr, &log), TOKENRY_OK);
  EXPECT_EQ(tokenry_log_free(log), TOKENRY_OK);
}

}  // namespace
}  // namespace capi_tests
