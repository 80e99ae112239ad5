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

  // Makes, uses, changes, rotates, folds, backs up and ends tokens until it is killed.
  void live(const Link& parent, const Held& held, int round, int number) {
    Store store = Store::open(path_);
    parent.say("g");
    const std::string name = "t" + std::to_string(round) + "." + std::to_string(number) + ".";
    for (int i = 0;; ++i) {
      TokenSpec spec;
      const std::string label = name + std::to_string(i);
      spec.owner = "owner";
      spec.label = label;
      spec.max_uses = 5;
      spec.allow_ips = {"192.0.2.0/24", "::/0"};
      const Issued issued = store.create(kActor, spec);
      const std::uint64_t id = issued.info().id;
      VerifyOptions from;
      from.address = Address::v4({192, 0, 2, 1});
      for (int use = 0; use < 7; ++use) (void)store.verify(issued.token(), {}, from);
      (void)store.verify(held.text);
      (void)store.rotate(kActor, id,
                         {.overlap_ms = 0, .retires_on_use = i % 2 == 0, .at_once = false});
      Edit edit;
      edit.max_uses = 9;
      store.edit(kActor, id, edit);
      store.maintain();
      if (number == 0 && i % 4 == 0) store.backup(path_ + "." + label);
      store.revoke(kActor, {id});
      if (i % 2 == 0) store.purge(kActor, {id});
      ++trace_->begun;
    }
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

// All that a store does, at once in three processes, each killed at any moment: every row, the log
// and every page fit together afterwards, and every token that was handed out works.
TEST_F(Kills, TwoHundredOfThemLeaveACheckThatIsClean) {
  constexpr int kRounds = 67;
  Store store = Store::open(path_);
  const Held held = make_token(store, "held");
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::unique_ptr<Child>> children;
    for (int number = 0; number < 3; ++number) {
      children.push_back(std::make_unique<Child>([&, round, number](const Link& parent) {
        live(parent, held, round, number);
        return 0;
      }));
      ASSERT_EQ(children.back()->hear(), 'g');
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random_() % 40'000));
    for (const auto& child : children) child->kill_at_once();
    EXPECT_EQ(judge(store, held), Reason::kAllowed);
    if (round % 10 != 0 && round + 1 != kRounds) continue;
    const CheckReport report = check_store(path_);
    ASSERT_TRUE(report.clean()) << "round " << round << ": " << report.findings.front();
  }
  EXPECT_GT(trace_->begun, 3 * kRounds) << "kills came too early to mean anything";
}

}  // namespace
}  // namespace tokenry::test
