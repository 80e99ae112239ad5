// Closing beside calls of other threads. One process, so that the thread sanitizer sees all.
#include <atomic>
#include <random>
#include <thread>

#include "small_store.hpp"

namespace tokenry::test {
namespace {

class Close : public SmallStore {
 protected:
  static int verify(tokenry_store* store, const std::string& text) {
    auto request = detail::sized<tokenry_request>();
    request.credentials = text.data();
    request.credentials_size = text.size();
    return tokenry_verify(store, &request, nullptr);
  }
};

TEST_F(Close, WaitsForRunningCallsAndLaterOnesAnswerClosed) {
  Store keeper = Store::open(path_);
  const Held token = make_token(keeper, "t");
  for (int round = 0; round < 40; ++round) {
    tokenry_store* store = nullptr;
    ASSERT_EQ(tokenry_open(path_.data(), path_.size(), nullptr, &store), TOKENRY_OK);
    std::atomic<int> started{0};
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        bool closed = false;
        for (int call = 0; call < 100'000 && !closed; ++call) {
          const int code = verify(store, token.text);
          if (call == 0) ++started;
          closed = code == TOKENRY_CLOSED;
          if (!closed && code != TOKENRY_OK) ++wrong;
        }
        // It stays closed.
        if (closed && verify(store, token.text) != TOKENRY_CLOSED) ++wrong;
      });
    }
    while (started < 4) std::this_thread::yield();
    EXPECT_EQ(tokenry_close(store), TOKENRY_OK);
    EXPECT_EQ(verify(store, token.text), TOKENRY_CLOSED);
    EXPECT_EQ(tokenry_close(store), TOKENRY_CLOSED);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
  }
  EXPECT_EQ(judge(keeper, token), Reason::kAllowed);
}

// The last handle: closing it closes LMDB, while threads end and give their slots back.
TEST_F(Close, OfTheLastHandleStandsThreadsThatEnd) {
  const Held token = [&] {
    Store store = Store::open(path_);
    return make_token(store, "t");
  }();
  for (int round = 0; round < 100; ++round) {
    tokenry_store* store = nullptr;
    ASSERT_EQ(tokenry_open(path_.data(), path_.size(), nullptr, &store), TOKENRY_OK);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&] {
        const int code = verify(store, token.text);
        if (code != TOKENRY_OK && code != TOKENRY_CLOSED) ++wrong;
      });
    }
    EXPECT_EQ(tokenry_close(store), TOKENRY_OK);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
  }
}

TEST_F(Close, BesideChangesAndListingsIsSafe) {
  for (int round = 0; round < 20; ++round) {
    Store store = Store::open(path_);
    tokenry_store* const handle = store.raw();
    std::atomic<int> wrong{0};
    const auto is_fine = [](int code) { return code == TOKENRY_OK || code == TOKENRY_CLOSED; };
    std::thread writer([&] {
      for (int i = 0, code = TOKENRY_OK; code == TOKENRY_OK; ++i) {
        const std::string label = std::to_string(round) + "-" + std::to_string(i);
        auto spec = detail::sized<tokenry_token_spec>();
        const ScopeSet none;
        spec.owner = "owner";
        spec.owner_size = 5;
        spec.label = label.data();
        spec.label_size = label.size();
        spec.scopes = &none.raw();
        tokenry_issued* issued = nullptr;
        code = tokenry_create(handle, "test", 4, &spec, &issued);
        tokenry_issued_free(issued);
        if (!is_fine(code)) ++wrong;
      }
    });
    std::thread lister([&] {
      for (int code = TOKENRY_OK; code == TOKENRY_OK;) {
        tokenry_cursor* cursor = nullptr;
        code = tokenry_list(handle, nullptr, &cursor);
        tokenry_token_info* info = nullptr;
        while (code == TOKENRY_OK) {
          code = tokenry_cursor_next(cursor, &info);
          if (info == nullptr) break;
          tokenry_token_info_free(info);
        }
        tokenry_cursor_free(cursor);
        if (!is_fine(code)) ++wrong;
      }
    });
    std::thread looker([&] {
      for (int code = TOKENRY_OK; code == TOKENRY_OK;) {
        tokenry_store_info* info = nullptr;
        code = tokenry_stat(handle, &info);
        tokenry_store_info_free(info);
        if (!is_fine(code)) ++wrong;
      }
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    store.close();
    writer.join();
    lister.join();
    looker.join();
    EXPECT_EQ(wrong, 0);
  }
}

TEST_F(Close, InventedAndStaleHandlesAnswerClosed) {
  Store store = Store::open(path_);
  const Held token = make_token(store, "t");
  tokenry_store* stale = nullptr;
  ASSERT_EQ(tokenry_open(path_.data(), path_.size(), nullptr, &stale), TOKENRY_OK);
  ASSERT_EQ(tokenry_close(stale), TOKENRY_OK);
  std::mt19937_64 random(20260101);  // fixed, so that a failure can be had again
  const auto living = reinterpret_cast<std::uintptr_t>(store.raw());
  std::vector<std::uintptr_t> numbers = {
      reinterpret_cast<std::uintptr_t>(stale), 1, 2, 3, 4, UINTPTR_MAX, UINTPTR_MAX >> 1};
  for (unsigned bit = 0; bit < 64; ++bit) numbers.push_back(living ^ std::uintptr_t{1} << bit);
  for (int i = 0; i < 20'000; ++i) numbers.push_back(random() >> (random() % 64));
  for (const std::uintptr_t number : numbers) {
    if (number == living || number == 0) continue;
    auto* const handle = reinterpret_cast<tokenry_store*>(number);
    ASSERT_EQ(verify(handle, token.text), TOKENRY_CLOSED) << number;
    ASSERT_EQ(tokenry_close(handle), TOKENRY_CLOSED) << number;
    tokenry_token_info* info = nullptr;
    auto* const cursor = reinterpret_cast<tokenry_cursor*>(number);
    ASSERT_EQ(tokenry_cursor_next(cursor, &info), TOKENRY_CLOSED) << number;
    ASSERT_EQ(tokenry_cursor_free(cursor), TOKENRY_CLOSED) << number;
  }
  EXPECT_EQ(judge(store, token), Reason::kAllowed);
}

// Handles opened and closed by many threads at once never stand for each other's stores.
TEST_F(Close, ManyThreadsOpenAndCloseTheirOwn) {
  const Held token = [&] {
    Store store = Store::open(path_);
    return make_token(store, "t");
  }();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        Store store = Store::open(path_);
        if (judge(store, token) != Reason::kAllowed) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace tokenry::test
