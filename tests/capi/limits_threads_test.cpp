// Limits and maintenance in many threads at once: never one use too many, and no thread left
// behind.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "world.hpp"

namespace capi_tests {
namespace {

constexpr std::uint32_t kDayMs = 24U * 3600 * 1000;

int verify_code(tokenry_store* store, const std::string& text) {
  auto request = sized<tokenry_request>();
  request.credentials = text.data();
  request.credentials_size = text.size();
  return tokenry_verify(store, &request, nullptr);
}

// What many verifications in several threads came to.
struct Tally {
  std::atomic<int> allowed{0};
  std::atomic<int> denied{0};
  std::atomic<int> other{0};

  void count(int code, int denial) {
    ++(code == TOKENRY_ALLOWED ? allowed : code == denial ? denied : other);
  }
};

void verify_in_threads(int threads, int calls, const std::vector<tokenry_store*>& stores,
                       const Token& token, int denial, Tally& tally) {
  std::vector<std::thread> running;
  std::atomic<int> ready{0};
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      tokenry_store* const store = stores[static_cast<std::size_t>(i) % stores.size()];
      ++ready;
      while (ready.load() < threads) std::this_thread::yield();
      for (int call = 0; call < calls; ++call) tally.count(verify_code(store, token.text), denial);
    });
  }
  for (std::thread& thread : running) thread.join();
}

TEST(LimitsInThreads, ARateAdmitsExactlyItsCount) {
  const World world;
  const Token token = make_token(world.store(), "root", "a", {}, {.rates = {{100, kDayMs}}});
  Tally tally;
  verify_in_threads(2, 100, {world.store()}, token, TOKENRY_RATE_LIMITED, tally);
  EXPECT_EQ(tally.allowed, 100);
  EXPECT_EQ(tally.denied, 100);
  EXPECT_EQ(tally.other, 0);
}

// The first one admits, and is given back where the second one does not.
TEST(LimitsInThreads, TheNarrowerOfTwoRatesDecides) {
  const World world;
  const Token token =
      make_token(world.store(), "root", "a", {}, {.rates = {{150, kDayMs}, {100, kDayMs}}});
  Tally tally;
  verify_in_threads(4, 100, {world.store()}, token, TOKENRY_RATE_LIMITED, tally);
  EXPECT_EQ(tally.allowed, 100);
  EXPECT_EQ(tally.denied, 300);
  EXPECT_EQ(tally.other, 0);
}

TEST(LimitsInThreads, UsesRunOutExactly) {
  const World world;
  for (const std::uint64_t uses : {1U, 7U, 100U}) {
    const Token token =
        make_token(world.store(), "root", std::to_string(uses), {}, {.max_uses = uses});
    Tally tally;
    verify_in_threads(2, 100, {world.store()}, token, TOKENRY_USES_EXHAUSTED, tally);
    EXPECT_EQ(tally.allowed, static_cast<int>(uses));
    EXPECT_EQ(tally.other, 0);
    const Shown info(world.store(), token.id);
    EXPECT_EQ(info->use_count, uses);
    EXPECT_EQ(info->denied_count, 200 - uses);
    EXPECT_EQ(info->uses_left, 0U);
  }
}

// Two handles of one store share what is left, as two processes do.
TEST(LimitsInThreads, HandlesShareTheUses) {
  const World world;
  tokenry_store* const second = open_store(world.path());
  const Token token = make_token(world.store(), "root", "a", {}, {.max_uses = 50});
  Tally tally;
  verify_in_threads(4, 50, {world.store(), second}, token, TOKENRY_USES_EXHAUSTED, tally);
  EXPECT_EQ(tally.allowed, 50);
  EXPECT_EQ(tally.denied, 150);
  EXPECT_EQ(tally.other, 0);
  EXPECT_EQ(tokenry_close(second), TOKENRY_OK);
  EXPECT_EQ(Shown(world.store(), token.id)->use_count, 50U);
}

// The old secret works until somebody was told "allowed" for the new one, and never afterwards.
TEST(LimitsInThreads, TheOldSecretEndsWithTheNewOnesFirstUse) {
  const World world;
  for (int round = 0; round < 10; ++round) {
    const Token old = make_token(world.store(), "root", std::to_string(round), {});
    const Token fresh = rotate(world.store(), old.id, 0, TOKENRY_ROTATE_RETIRE_ON_USE);
    std::atomic<bool> is_used{false};
    std::atomic<int> wrong{0};
    std::thread user([&] {
      for (int i = 0; i < 5; ++i) {
        if (verify_code(world.store(), fresh.text) != TOKENRY_ALLOWED) ++wrong;
        is_used = true;
      }
    });
    for (bool last = false; !last;) {
      last = is_used.load();
      const int code = verify_code(world.store(), old.text);
      if (code != TOKENRY_RETIRED_SECRET && (last || code != TOKENRY_ALLOWED)) ++wrong;
    }
    user.join();
    EXPECT_EQ(wrong, 0);
  }
}

}  // namespace
}  // namespace capi_tests
