// Processes that are killed at any moment of a rotation or of folding. Whoever opens the store next
// finds what was before or what came after, and nothing in between.
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <new>
#include <random>
#include <thread>

#include "small_store.hpp"

namespace tokenry::test {
namespace {

constexpr int kKills = 50;

// What a child had reached, in memory that outlives it.
struct Trace {
  std::array<char, 96> secret;  // the newest that it was handed
  std::atomic<bool> has_secret;
  std::atomic<std::uint64_t> counted;
  std::atomic<std::uint64_t> begun;
};

Issued rotate_token(Store& store, std::uint64_t id, bool at_once) {
  return store.rotate(kActor, id, {.overlap_ms = 0, .retires_on_use = false, .at_once = at_once});
}

class Kills : public SmallStore {
 protected:
  void SetUp() override {
    SmallStore::SetUp();
    void* const memory =
        ::mmap(nullptr, sizeof(Trace), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    trace_ = new (memory) Trace{};
  }
  void TearDown() override { ::munmap(trace_, sizeof(Trace)); }

  // Runs the child and kills it after a random time.
  void kill_while(const Child::Body& body) {
    Child child([&](const Link& parent) {
      parent.say("g");
      return body(parent);
    });
    ASSERT_EQ(child.hear(), 'g');
    std::this_thread::sleep_for(std::chrono::microseconds(random_() % 12'000));
    child.kill_at_once();
  }

  Trace* trace_ = nullptr;
  std::mt19937 random_{5};
};

// Whatever the moment, at least one secret that somebody holds works, and never an ended one.
TEST_F(Kills, InARotationAtOnceLeaveOneSecret) {
  std::string held;
  std::uint64_t id = 0;
  {
    Store store = Store::open(path_);
    const Held token = make_token(store, "rotated");
    held = token.text;
    id = token.id;
  }
  int rotated = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    trace_->has_secret = false;
    kill_while([&](const Link&) {
      Store store = Store::open(path_);
      const Issued issued = rotate_token(store, id, kill % 2 == 0);
      std::memcpy(trace_->secret.data(), issued.token().data(), issued.token().size());
      trace_->secret[issued.token().size()] = 0;
      trace_->has_secret = true;
      for (;;) (void)store.verify(held);
      return 0;
    });
    Store store = Store::open(path_);
    const bool at_once = kill % 2 == 0;
    const Reason old = store.verify(held).reason();
    if (trace_->has_secret) {
      ++rotated;
      const std::string fresh = trace_->secret.data();
      EXPECT_EQ(old, at_once ? Reason::kRetiredSecret : Reason::kAllowed);
      EXPECT_EQ(store.verify(fresh).reason(), Reason::kAllowed);
      held = fresh;
      continue;
    }
    // Before the commit nothing has changed. After it the secret may be lost with its process; the
    // operator rotates again, and has one.
    EXPECT_TRUE(old == Reason::kAllowed || (at_once && old == Reason::kRetiredSecret));
    if (old == Reason::kAllowed) continue;
    held = std::string(rotate_token(store, id, true).token());
    EXPECT_EQ(store.verify(held).reason(), Reason::kAllowed);
  }
  EXPECT_GT(rotated, kKills / 10) << "kills came too early to mean anything";
  const Store store = Store::open(path_);
  EXPECT_EQ(store.stat().tampered_count, 0U);
}

// With two folders of cells in turn, as in containers that share a store but no memory.
TEST_F(Kills, WhileFoldingLoseNoCount) {
  Held token;
  {
    Store store = Store::open(path_);
    token = make_token(store, "used");
  }
  const std::array<std::string, 2> folders = {scratch_ / "cells-0", scratch_ / "cells-1"};
  for (const std::string& folder : folders) std::filesystem::create_directory(folder);
  for (int kill = 0; kill < kKills; ++kill) {
    kill_while([&](const Link&) {
      ::setenv("TOKENRY_CELLS_DIR", folders[kill % 2].c_str(), 1);
      Store store = Store::open(path_);
      for (;;) {
        ++trace_->begun;
        if (store.verify(token.text).allowed()) ++trace_->counted;
        store.maintain();
      }
      return 0;
    });
  }
  // What the last of each folder had not folded yet.
  for (const std::string& folder : folders) {
    ::setenv("TOKENRY_CELLS_DIR", folder.c_str(), 1);
    Store::open(path_).maintain();
  }
  Store store = Store::open(path_);
  const std::uint64_t uses = store.show(token.id).use_count;
  EXPECT_GE(uses, trace_->counted);
  EXPECT_LE(uses, trace_->begun) << "counted twice";
  EXPECT_GT(trace_->counted, static_cast<std::uint64_t>(kKills));
  store.maintain();
  EXPECT_EQ(store.show(token.id).use_count, uses);
  EXPECT_EQ(store.stat().tampered_count, 0U);
}

}  // namespace
}  // namespace tokenry::test
