// The promise: no verification that begins after a call returned answers `ok` against it, whatever
// other threads do at the time.
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

#include "store_fixture.hpp"

namespace tokenry::engine {
namespace {

constexpr int kVerifiers = 3;
constexpr int kRounds = 40;

// Threads that verify one token after another, and note each `ok` that came too late.
class Watch {
 public:
  Watch(std::shared_ptr<Store> store, model::ScopeBits required)
      : store_(std::move(store)), required_(required) {
    for (int i = 0; i < kVerifiers; ++i) threads_.emplace_back([this] { run(); });
  }
  ~Watch() {
    stopped_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // From now on this token is verified, which may do what is required.
  void begin(const std::string& text) {
    const std::lock_guard lock(mutex_);
    text_ = text;
    ended_ = false;
    ++round_;
  }
  // From now on what verifications answer does not count.
  void pause() {
    const std::lock_guard lock(mutex_);
    text_.clear();
    ++round_;
  }
  // From now on no verification that begins may answer ok.
  void end() { ended_.store(true, std::memory_order_release); }

  void wait_for_oks(std::uint64_t count) const { wait(oks_, count); }
  void wait_for_denials(std::uint64_t count) const { wait(denials_, count); }
  std::uint64_t late_oks() const { return late_oks_; }

 private:
  static void wait(const std::atomic<std::uint64_t>& counter, std::uint64_t count) {
    const std::uint64_t target = counter + count;
    while (counter < target) std::this_thread::yield();
  }

  void run() {
    std::string text;
    std::uint64_t round = 0;
    while (!stopped_) {
      if (round != round_) {
        const std::lock_guard lock(mutex_);
        text = text_;
        round = round_;
      }
      if (text.empty()) continue;
      const bool had_ended = ended_.load(std::memory_order_acquire);
      if (round != round_) continue;  // ended_ may be another round's
      const Reason reason = store_->verify({.credentials = text, .required = required_}).reason;
      if (round != round_) continue;
      if (reason != Reason::allowed) {
        ++denials_;
      } else if (had_ended) {
        ++late_oks_;
      } else {
        ++oks_;
      }
    }
  }

  const std::shared_ptr<Store> store_;
  const model::ScopeBits required_;
  std::mutex mutex_;  // guards text_
  std::string text_;
  std::atomic<std::uint64_t> round_{0};
  std::atomic<bool> ended_{false};
  std::atomic<bool> stopped_{false};
  std::atomic<std::uint64_t> oks_{0};
  std::atomic<std::uint64_t> denials_{0};
  std::atomic<std::uint64_t> late_oks_{0};
  std::vector<std::thread> threads_;
};

class Promise : public StoreTest {
 protected:
  // Rounds of: a token that works; end_it; then the threads must find it denied.
  void expect_kept(
      const std::function<Code(const std::string& name)>& end_it,
      const std::function<void()>& before_each = [] {}) {
    Watch watch(store_, bits({"edit-dns"}));
    for (int round = 0; round < kRounds; ++round) {
      watch.pause();
      before_each();
      const std::string name = "root/t" + std::to_string(round);
      given(name, {"edit-dns"});
      watch.begin(text_of(name));
      watch.wait_for_oks(20);
      ASSERT_EQ(end_it(name), Code::ok);
      watch.end();
      watch.wait_for_denials(20);
    }
    EXPECT_EQ(watch.late_oks(), 0U);
  }
};

TEST_F(Promise, HoldsForRevocation) {
  expect_kept([&](const std::string& name) { return revoke(name); });
}

TEST_F(Promise, HoldsForSuspension) {
  expect_kept([&](const std::string& name) { return suspend(name); });
}

TEST_F(Promise, HoldsForFewerScopes) {
  expect_kept([&](const std::string& name) { return set_scopes(name, {"list-accts"}); });
}

TEST_F(Promise, HoldsForALoweredCeiling) {
  expect_kept([&](const std::string&) { return set_ceiling("root", {"list-accts"}); },
              [&] { ASSERT_EQ(set_ceiling("root", {"all"}), Code::ok); });
}

TEST_F(Promise, HoldsForASuspendedOwner) {
  given("root/first");
  expect_kept([&](const std::string&) { return suspend_owner("root"); },
              [&] { ASSERT_EQ(resume_owner("root"), Code::ok); });
}

TEST_F(Promise, HoldsForAPurgedTokenWhoseSlotIsUsedAgain) {
  expect_kept([&](const std::string& name) {
    if (revoke(name) != Code::ok || purge(name) != Code::ok) return Code::conflict;
    given("root/next-" + std::string(split(name).second), {"edit-dns"});
    return Code::ok;
  });
}

TEST_F(Promise, HoldsForARotationAtOnce) {
  expect_kept([&](const std::string& name) {
    Issued issued;
    model::Catalog catalog;
    return store_->rotate(kActor, {id_of(name), 0, false}, issued, catalog).code();
  });
}

TEST_F(Promise, HoldsForTheFirstUseThatRetires) {
  expect_kept([&](const std::string& name) {
    Issued issued;
    model::Catalog catalog;
    const Status status = store_->rotate(kActor, {id_of(name), kDayMs, true}, issued, catalog);
    if (!status.ok()) return status.code();
    const Reason first = verify_text(issued.text.view(), {"edit-dns"});
    return first == Reason::allowed ? Code::ok : Code::conflict;
  });
}

TEST_F(Promise, HoldsForAFinishedRotation) {
  expect_kept([&](const std::string& name) {
    Issued issued;
    model::Catalog catalog;
    const Status status = store_->rotate(kActor, {id_of(name), kDayMs, false}, issued, catalog);
    return status.ok() ? store_->finish_rotation(kActor, id_of(name)).code() : status.code();
  });
}

// A watch that could not see a broken promise would prove nothing.
TEST_F(Promise, WouldBeSeenToBreak) {
  Watch watch(store_, bits({"edit-dns"}));
  given("root/bot", {"edit-dns"});
  watch.begin(text_of("root/bot"));
  watch.wait_for_oks(20);
  watch.end();  // before the revocation, not after it
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (watch.late_oks() == 0 && std::chrono::steady_clock::now() < patience) {
    std::this_thread::yield();
  }
  EXPECT_GT(watch.late_oks(), 0U);
}

// ---- threads that come, go and write at once

TEST_F(Promise, ManyShortLivedThreadsVerify) {
  given("root/bot", {"edit-dns"});
  const std::string text = text_of("root/bot");
  std::atomic<int> wrong{0};
  for (int round = 0; round < 25; ++round) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        const model::Verdict verdict = store_->verify({.credentials = text, .required = {}});
        if (verdict.reason != Reason::allowed) ++wrong;
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(wrong, 0);
}

TEST_F(Promise, WritersTakeTurns) {
  constexpr int kTokensEach = 15;
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 3; ++writer) {
    threads.emplace_back([&, writer] {
      for (int i = 0; i < kTokensEach; ++i) {
        if (create("w" + std::to_string(writer) + "/t" + std::to_string(i)) != Code::ok) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(store_->facts()->slot_count, 3U * kTokensEach);
  EXPECT_EQ(store_->facts()->tampered_count, 0U);
}

TEST_F(Promise, OneLabelIsGivenToOneOfManyWriters) {
  std::atomic<int> made{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 4; ++writer) {
    threads.emplace_back([&] {
      const Code code = create("root/bot");
      if (code == Code::ok) ++made;
      if (code == Code::conflict) ++refused;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 3);
}

TEST_F(Promise, ClosingWaitsForVerificationsThatRun) {
  given("root/bot");
  for (int round = 0; round < 10; ++round) {
    reopen();
    const std::shared_ptr<Store> store = store_;
    const std::string text = text_of("root/bot");
    std::atomic<bool> stopped{false};
    std::atomic<std::uint64_t> calls{0};
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] {
        while (!stopped) {
          const Reason reason = store->verify({.credentials = text, .required = {}}).reason;
          if (reason != Reason::allowed && reason != Reason::unavailable) ++wrong;
          ++calls;
        }
      });
    }
    while (calls < 100) std::this_thread::yield();
    store->close();
    EXPECT_EQ(store->verify({.credentials = text, .required = {}}).reason, Reason::unavailable);
    stopped = true;
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
  }
}

}  // namespace
}  // namespace tokenry::engine
