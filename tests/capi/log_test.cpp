// The log callback: it is told of what was tampered with, and may call the library from within.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "world.hpp"

namespace capi_tests {
namespace {

struct Line {
  int level;
  std::string text;
};

// Takes lines down, and does what it is told to on the first.
struct Listener {
  std::vector<Line> lines;
  void (*then)(Listener&) = nullptr;
  tokenry_store* store = nullptr;
  const Token* healthy = nullptr;
  int create_code = -1;
  int verify_reason = -1;
  int revoke_code = -1;
  bool is_terminated = false;

  static void listen(void* context, int level, const char* line, std::size_t size) {
    auto& self = *static_cast<Listener*>(context);
    self.is_terminated = line[size] == '\0';
    self.lines.push_back({level, std::string(line, size)});
    if (self.then != nullptr) std::exchange(self.then, nullptr)(self);
  }
};

int verify_code(tokenry_store* store, const Token& token) {
  auto request = sized<tokenry_request>();
  request.credentials = token.text.data();
  request.credentials_size = token.text.size();
  return tokenry_verify(store, &request, nullptr);
}

// Owner names are folded into the records by their hash, which stands as bytes nobody knows; a
// record is found by the id's generation in it instead.
void flip_record(World& world, const Token& token) {
  const auto generation = static_cast<std::uint32_t>(token.id >> 32);
  std::string data = read_file(world.data_file());
  std::size_t flipped = 0;
  for (std::size_t at = 0; at + 128 <= data.size(); at += 128) {
    std::uint32_t here = 0;
    std::memcpy(&here, &data[at + 108], sizeof here);
    if (here != generation || data[at + 105] != 1) continue;
    data[at + 48] = static_cast<char>(data[at + 48] ^ 1);  // one more scope
    ++flipped;
  }
  ASSERT_GE(flipped, 1U);
  write_file(world.data_file(), data);
}

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    tampered_ = make_token(world_.store(), "root", "tampered", {"read"});
    healthy_ = make_token(world_.store(), "root", "healthy", {"read"});
    world_.close();
    flip_record(world_, tampered_);
    world_.open(Listener::listen, &listener_);
    listener_.store = world_.store();
    listener_.healthy = &healthy_;
  }

  World world_;
  Token tampered_;
  Token healthy_;
  Listener listener_;
};

TEST_F(LogTest, TellsOfATamperedRecord) {
  EXPECT_EQ(verify_code(world_.store(), healthy_), TOKENRY_ALLOWED);
  EXPECT_TRUE(listener_.lines.empty());
  EXPECT_EQ(verify_code(world_.store(), tampered_), TOKENRY_VERDICT_TAMPERED);
  ASSERT_EQ(listener_.lines.size(), 1U);
  EXPECT_EQ(listener_.lines[0].level, TOKENRY_LOG_ERROR);
  EXPECT_TRUE(listener_.is_terminated);
  const std::string& text = listener_.lines[0].text;
  char id[12];
  ASSERT_EQ(tokenry_id_print(tampered_.id, id), TOKENRY_OK);
  EXPECT_NE(text.find(id), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(text.find(tampered_.text.substr(16, 11)), std::string::npos);  // no part of the secret
}

TEST_F(LogTest, MayCallTheLibrary) {
  listener_.then = [](Listener& self) {
    self.verify_reason = verify_code(self.store, *self.healthy);
    self.create_code = make_token(self.store, "root", "from-within", {"read"}).id != 0 ? 0 : -1;
    self.revoke_code = revoke(self.store, self.healthy->id);
  };
  EXPECT_EQ(verify_code(world_.store(), tampered_), TOKENRY_VERDICT_TAMPERED);
  EXPECT_EQ(listener_.verify_reason, TOKENRY_ALLOWED);
  EXPECT_EQ(listener_.create_code, TOKENRY_OK);
  EXPECT_EQ(listener_.revoke_code, TOKENRY_OK);
  EXPECT_EQ(verify_code(world_.store(), healthy_), TOKENRY_REVOKED);
}

// Even a callback that provokes the next line does not go on without end.
TEST_F(LogTest, MayProvokeItself) {
  listener_.then = [](Listener& self) {
    for (int i = 0; i < 100; ++i) self.verify_reason = verify_code(self.store, *self.healthy);
  };
  listener_.healthy = &tampered_;
  EXPECT_EQ(verify_code(world_.store(), tampered_), TOKENRY_VERDICT_TAMPERED);
  EXPECT_EQ(listener_.verify_reason, TOKENRY_VERDICT_TAMPERED);
  EXPECT_LE(listener_.lines.size(), 3U);
}

TEST_F(LogTest, AFloodOfBadRequestsIsNoFloodOfLines) {
  for (int i = 0; i < 1000; ++i) verify_code(world_.store(), tampered_);
  EXPECT_LE(listener_.lines.size(), 3U);  // one a second
}

TEST_F(LogTest, StatCountsIt) {
  tokenry_store_info* info = nullptr;
  ASSERT_EQ(tokenry_stat(world_.store(), &info), TOKENRY_OK);
  EXPECT_EQ(info->tampered_count, 1U);
  EXPECT_STREQ(info->tampered_first, "record of slot 0");
  tokenry_store_info_free(info);
}

// A token of an unsealed store has no seal to be broken.
TEST(UnsealedStore, SaysNothingOfWhatWasChanged) {
  World world(StoreTraits{.unsealed = true});
  const Token token = make_token(world.store(), "root", "a", {"read"});
  world.close();
  flip_record(world, token);
  Listener listener;
  world.open(Listener::listen, &listener);
  EXPECT_EQ(verify_code(world.store(), token), TOKENRY_ALLOWED);
  EXPECT_TRUE(listener.lines.empty());
}

}  // namespace
}  // namespace capi_tests
