// The first use that a process records begins a thread; what else happens at that moment.
#include <atomic>
#include <thread>

#include "life_fixture.hpp"

namespace tokenry::engine {
namespace {

class FirstUse : public LifeTest {};

// The thread begins under the lock under which a store waits, when it closes, for verifications
// that run: they must have let go of what they read by then, or both wait for ever.
TEST_F(FirstUse, HoldsNoSnapshotWhileItWaits) {
  given("root/bot");
  reopen();
  const std::string text = text_of("root/bot");
  std::atomic<bool> begins{false};
  std::atomic<bool> may_begin{false};
  std::thread verifier([&] {
    EXPECT_TRUE(store_->identify(text).ok());  // not a use
    begins = true;
    while (!may_begin) std::this_thread::yield();
    EXPECT_EQ(store_->verify({.credentials = text, .required = {}}).reason, Reason::allowed);
  });
  while (!begins) std::this_thread::yield();
  std::atomic<bool> ended{false};
  std::thread closer;
  {
    const storage::ProcessLock held;
    may_begin = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    auto environment = storage::open_environment(held, directory());
    ASSERT_TRUE(environment.ok());
    closer = std::thread([&, shared = *environment] {
      shared->end_readers(0);
      ended = true;
    });
    EXPECT_TRUE(test::eventually([&] { return ended.load(); }, 3000));
    storage::release_environment(held, *std::move(environment));
  }
  verifier.join();
  closer.join();
}

TEST_F(FirstUse, AndClosingAtTheSameTimeBothEnd) {
  given("root/bot");
  const std::string text = text_of("root/bot");
  for (int round = 0; round < 60; ++round) {
    reopen();
    const std::shared_ptr<Store> store = store_;
    std::atomic<int> ready{0};
    std::thread verifier([&] {
      ++ready;
      while (ready < 2) std::this_thread::yield();
      for (int i = 0; i < round % 4; ++i) static_cast<void>(store->identify(text));
      const Reason reason = store->verify({.credentials = text, .required = {}}).reason;
      EXPECT_TRUE(reason == Reason::allowed || reason == Reason::unavailable);
    });
    ++ready;
    while (ready < 2) std::this_thread::yield();
    store->close();
    verifier.join();
  }
}

}  // namespace
}  // namespace tokenry::engine
