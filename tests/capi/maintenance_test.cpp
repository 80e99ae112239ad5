// The maintenance thread and folding: who begins and ends it, and that closing leaves nothing
// unfolded.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "world.hpp"

namespace capi_tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

int verify_code(tokenry_store* store, const std::string& text) {
  auto request = sized<tokenry_request>();
  request.credentials = text.data();
  request.credentials_size = text.size();
  return tokenry_verify(store, &request, nullptr);
}

int threads_of_this_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<int>(std::distance(begin(tasks), end(tasks)));
}

// Once those of earlier tests are off the kernel's list, which takes it a moment.
int settled_threads() {
  // With the first thread of a process a sanitizer may start one of its own, which stays.
  std::thread([] {}).join();
  int count = threads_of_this_process();
  for (int same = 0; same < 3;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const int now = threads_of_this_process();
    same = now == count ? same + 1 : 0;
    count = now;
  }
  return count;
}

bool threads_come_down_to(int count) {
  for (int i = 0; i < 500 && threads_of_this_process() > count; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return threads_of_this_process() == count;
}

std::uint64_t fold(tokenry_store* store) {
  std::uint64_t folded = 0;
  EXPECT_EQ(tokenry_maintain(store, &folded), TOKENRY_OK) << tokenry_last_error();
  return folded;
}

// Stands in for another process that folds: holds the lock, which is byte 0 of the file of cells.
class OtherFolder {
 public:
  explicit OtherFolder(tokenry_store* store) {
    tokenry_store_info* info = nullptr;
    EXPECT_EQ(tokenry_stat(store, &info), TOKENRY_OK);
    if (info == nullptr || info->cells_path == nullptr) return;
    file_ = ::open(info->cells_path, O_RDWR | O_CLOEXEC);
    tokenry_store_info_free(info);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_len = 1;
    EXPECT_EQ(::fcntl(file_, F_OFD_SETLK, &lock), 0);
  }
  ~OtherFolder() { end(); }
  OtherFolder(const OtherFolder&) = delete;
  OtherFolder& operator=(const OtherFolder&) = delete;
  void end() {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
  }

 private:
  int file_ = -1;
};

TEST(MaintenanceThread, BeginsWithTheFirstUseAndEndsWithTheHandle) {
  World world;
  const Token token = make_token(world.store(), "root", "a", {});
  const int before = settled_threads();
  EXPECT_EQ(verify_code(world.store(), "x"), TOKENRY_MALFORMED);
  EXPECT_EQ(threads_of_this_process(), before);
  EXPECT_EQ(verify_code(world.store(), token.text), TOKENRY_ALLOWED);
  EXPECT_EQ(threads_of_this_process(), before + 1);
  EXPECT_EQ(verify_code(world.store(), token.text), TOKENRY_ALLOWED);
  EXPECT_EQ(threads_of_this_process(), before + 1);
  world.close();
  EXPECT_TRUE(threads_come_down_to(before));
}

TEST(MaintenanceThread, IsNotWhereTheHostMaintains) {
  World world(StoreTraits{.open_flags = TOKENRY_OPEN_NO_MAINTENANCE});
  const Token token = make_token(world.store(), "root", "a", {});
  const int before = settled_threads();
  EXPECT_EQ(verify_code(world.store(), token.text), TOKENRY_ALLOWED);
  EXPECT_EQ(threads_of_this_process(), before);
  EXPECT_EQ(fold(world.store()), 1U);
}

TEST(MaintenanceThread, NoneIsLeftBehindBy200Handles) {
  const World world(StoreTraits{.open_flags = TOKENRY_OPEN_NO_MAINTENANCE});
  const Token token = make_token(world.store(), "root", "a", {});
  const int before = settled_threads();
  for (int round = 0; round < 200; ++round) {
    tokenry_store* const store = open_store(world.path());
    ASSERT_EQ(verify_code(store, token.text), TOKENRY_ALLOWED);
    ASSERT_EQ(tokenry_close(store), TOKENRY_OK);
  }
  EXPECT_TRUE(threads_come_down_to(before)) << threads_of_this_process() - before;
  // Each of them folded when it was closed.
  EXPECT_EQ(fold(world.store()), 0U);
  EXPECT_EQ(Shown(world.store(), token.id)->use_count, 200U);
}

// Handles whose threads wake at about the same time are closed one after another around that time.
TEST(MaintenanceThread, ClosingWhileItFoldsLosesNothing) {
  constexpr int kHandles = 12;
  const World world(StoreTraits{.open_flags = TOKENRY_OPEN_NO_MAINTENANCE});
  std::vector<Token> tokens;
  for (int i = 0; i < 40; ++i) {
    tokens.push_back(make_token(world.store(), "root", std::to_string(i), {}));
  }
  std::vector<tokenry_store*> stores;
  for (int i = 0; i < kHandles; ++i) stores.push_back(open_store(world.path()));
  const auto wake_at = steady_clock::now() + std::chrono::seconds(5);
  for (tokenry_store* const store : stores) {
    for (const Token& token : tokens) ASSERT_EQ(verify_code(store, token.text), TOKENRY_ALLOWED);
  }
  std::vector<std::thread> closers;
  for (int i = 0; i < kHandles; ++i) {
    closers.emplace_back([&, i] {
      std::this_thread::sleep_until(wake_at + milliseconds(4 * (i - 2)));
      // Uses go on until the end: what is counted last is folded too.
      for (const Token& token : tokens) verify_code(stores[i], token.text);
      EXPECT_EQ(tokenry_close(stores[i]), TOKENRY_OK);
    });
  }
  for (std::thread& closer : closers) closer.join();
  EXPECT_EQ(fold(world.store()), 0U);
  for (const Token& token : tokens) {
    EXPECT_EQ(Shown(world.store(), token.id)->use_count, 2U * kHandles);
  }
}

// Without anybody asking for it.
TEST(MaintenanceThread, FoldsByItself) {
  const World world;
  tokenry_store* const looker =
      open_store(world.path(), nullptr, nullptr, TOKENRY_OPEN_NO_MAINTENANCE);
  const Token token = make_token(world.store(), "root", "a", {});
  const auto transaction = [&] {
    tokenry_store_info* info = nullptr;
    EXPECT_EQ(tokenry_stat(looker, &info), TOKENRY_OK);
    const std::uint64_t id = info != nullptr ? info->transaction_id : 0;
    tokenry_store_info_free(info);
    return id;
  };
  const std::uint64_t before = transaction();
  ASSERT_EQ(verify_code(world.store(), token.text), TOKENRY_ALLOWED);
  for (int i = 0; i < 300 && transaction() == before; ++i) {
    std::this_thread::sleep_for(milliseconds(50));
  }
  EXPECT_GT(transaction(), before);
  EXPECT_EQ(fold(looker), 0U);
  EXPECT_EQ(tokenry_close(looker), TOKENRY_OK);
}

// Another folder may be past what was counted last.
TEST(Folding, ClosingWaitsForAnotherFolder) {
  const World looker(StoreTraits{.open_flags = TOKENRY_OPEN_NO_MAINTENANCE});
  const Token token = make_token(looker.store(), "root", "a", {});
  for (const std::uint32_t flags : {0U, std::uint32_t{TOKENRY_OPEN_NO_MAINTENANCE}}) {
    tokenry_store* const store = open_store(looker.path(), nullptr, nullptr, flags);
    ASSERT_EQ(verify_code(store, token.text), TOKENRY_ALLOWED);
    OtherFolder other(looker.store());
    std::thread closer([&] { EXPECT_EQ(tokenry_close(store), TOKENRY_OK); });
    std::this_thread::sleep_for(milliseconds(100));
    other.end();
    closer.join();
    EXPECT_EQ(fold(looker.store()), 0U);
  }
  EXPECT_EQ(Shown(looker.store(), token.id)->use_count, 2U);
}

// One that was stopped, say, keeps nobody from closing, and no use is lost.
TEST(Folding, ClosingWaitsForNobodyForEver) {
  const World looker(StoreTraits{.open_flags = TOKENRY_OPEN_NO_MAINTENANCE});
  const Token token = make_token(looker.store(), "root", "a", {});
  tokenry_store* const store = open_store(looker.path());
  ASSERT_EQ(verify_code(store, token.text), TOKENRY_ALLOWED);
  OtherFolder other(looker.store());
  const auto began_at = steady_clock::now();
  EXPECT_EQ(tokenry_close(store), TOKENRY_OK);
  EXPECT_LT(steady_clock::now() - began_at, std::chrono::seconds(20));
  EXPECT_EQ(Shown(looker.store(), token.id)->use_count, 1U);
  EXPECT_EQ(fold(looker.store()), 0U);  // it leaves that to the other one
  other.end();
  EXPECT_EQ(fold(looker.store()), 1U);
}

}  // namespace
}  // namespace capi_tests
