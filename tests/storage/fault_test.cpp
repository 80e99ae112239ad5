// Every call that changes a file fails once, and every one may be a process's last.
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "support/child.hpp"
#include "support/engine_store.hpp"
#include "support/faults.hpp"

namespace tokenry::test {
namespace {

using base::Code;
using base::Status;
using model::Reason;

constexpr unsigned kMaxCalls = 400;

class Fault : public StoreTest {
 protected:
  ~Fault() override { faults::arm(0, faults::Effect::fail); }

  // Makes the n-th call of change() fail, for every n until there is none. After each failure the
  // handle must answer at the next call and know all that was acknowledged.
  void fail_each_call(int error, const std::function<Status(engine::Store&, int round)>& change,
                      Code wanted) {
    const auto store = open_store(path_);
    const Held kept = make_token(*store, "kept");
    unsigned failures = 0;
    for (unsigned at = 1; at < kMaxCalls; ++at) {
      faults::arm(at, faults::Effect::fail, error);
      const Status status = change(*store, static_cast<int>(at));
      const std::string struck = faults::struck();
      faults::arm(0, faults::Effect::fail);
      if (struck.empty()) {
        EXPECT_TRUE(status.ok()) << status.text();
        EXPECT_GT(failures, 2U);
        return;
      }
      ++failures;
      if (!status.ok()) {
        EXPECT_EQ(status.code(), wanted) << struck << ": " << status.text();
      }
      ASSERT_EQ(judge(*store, kept.text), Reason::allowed) << "after a failed " << struck;
      const Held next = make_token(*store, "next" + std::to_string(at));
      ASSERT_EQ(judge(*store, next.text), Reason::allowed) << "after a failed " << struck;
      const auto facts = store->facts();
      ASSERT_TRUE(facts.ok()) << facts.status().text();
      ASSERT_EQ(facts->tampered_count, 0U) << facts->tampered_first;
      ASSERT_EQ(log_faults(*store), "") << "after a failed " << struck;
    }
    FAIL() << "it never came to an end";
  }
};

TEST_F(Fault, CreatingATokenFailsCleanlyAtEachCall) {
  std::vector<Held> acknowledged;
  fail_each_call(
      EIO,
      [&](engine::Store& store, int round) {
        return make_tokens(store, "new" + std::to_string(round), 1, &acknowledged);
      },
      Code::io_error);
  const auto store = open_store(path_);
  ASSERT_FALSE(acknowledged.empty());
  for (const Held& token : acknowledged) EXPECT_EQ(judge(*store, token.text), Reason::allowed);
}

TEST_F(Fault, AFullDiskIsToldFromABrokenOneAtEachCall) {
  fail_each_call(
      ENOSPC,
      [&](engine::Store& store, int round) {
        return make_tokens(store, "new" + std::to_string(round), 1);
      },
      Code::store_full);
}

TEST_F(Fault, RevokingFailsCleanlyAtEachCall) {
  std::vector<Held> victims;
  {
    const auto store = open_store(path_);
    ASSERT_TRUE(make_tokens(*store, "victim", 100, &victims).ok());
  }
  std::vector<Held> revoked;
  fail_each_call(
      EIO,
      [&](engine::Store& store, int round) -> Status {
        const Held& victim = victims.at(static_cast<std::size_t>(round));
        Status status = revoke(store, victim.id);
        if (status.ok()) revoked.push_back(victim);
        return status;
      },
      Code::io_error);
  const auto store = open_store(path_);
  ASSERT_FALSE(revoked.empty());
  for (const Held& token : revoked) EXPECT_EQ(judge(*store, token.text), Reason::revoked);
}

// What a failed write of the meta page leaves is told and mended: this handle says no at once and
// works at its next call; a second handle and another process do too.
TEST_F(Fault, AFailedMetaWriteIsMendedAtTheNextCall) {
  const auto store = open_store(path_);
  const auto second = open_store(path_);
  const Held token = make_token(*store, "t");
  Child other([&](const Link& parent) {
    const auto mine = open_store(path_);
    parent.require(judge(*mine, token.text) == Reason::allowed, "before");
    parent.say("r");
    parent.expect('g');
    parent.require(judge(*mine, token.text) == Reason::allowed, "after");
    parent.require(make_tokens(*mine, "other", 1).ok(), "create");
    return 0;
  });
  ASSERT_EQ(other.hear(), 'r');
  faults::fail_meta_write(EIO);
  const Status failed = make_tokens(*store, "failed", 1);
  EXPECT_EQ(faults::struck(), "meta");
  EXPECT_EQ(failed.code(), Code::io_error) << failed.text();
  EXPECT_EQ(judge(*store, token.text), Reason::allowed);
  EXPECT_EQ(judge(*second, token.text), Reason::allowed);
  EXPECT_TRUE(make_tokens(*second, "second", 1).ok());
  EXPECT_TRUE(make_tokens(*store, "failed", 1).ok());
  other.say('g');
  EXPECT_EQ(other.end(), "");
  EXPECT_TRUE(revoke(*store, token.id).ok());
  EXPECT_EQ(judge(*second, token.text), Reason::revoked);
}

// Rows and their event are there together or not at all.
TEST_F(Fault, AChangeKilledAtEachCallIsInTheLogOrWasNotMade) {
  unsigned made = 0;
  unsigned not_made = 0;
  for (unsigned at = 1; at < kMaxCalls; ++at) {
    const std::string label = "new" + std::to_string(at);
    Child child([&](const Link& parent) {
      const auto store = open_store(path_);
      parent.require(judge(*store, "nothing") == Reason::malformed, "opened");
      faults::arm(at, faults::Effect::exit);
      const Status status = make_tokens(*store, label, 1);
      parent.require(status.ok(), status.text());
      return 0;
    });
    const int status = child.reap();
    ASSERT_TRUE(WIFEXITED(status));
    const auto store = open_store(path_);
    ASSERT_EQ(log_faults(*store), "") << "killed at call " << at;
    const bool is_there = store->find("owner", label + ".0").ok();
    const std::uint64_t events = store->head()->sequence;
    ASSERT_EQ(events, 1 + made + (is_there ? 1 : 0)) << "killed at call " << at;
    ++(is_there ? made : not_made);
    if (WEXITSTATUS(status) == 0) {
      EXPECT_TRUE(is_there);
      EXPECT_GT(not_made, 2U);
      return;
    }
    ASSERT_EQ(WEXITSTATUS(status), 99);
  }
  FAIL() << "it never came to an end";
}

// ---- creation

bool is_absent_or_empty(const std::string& path) {
  return !std::filesystem::exists(path) || std::filesystem::is_empty(path);
}

void expect_whole(const std::string& path) {
  const auto store = open_store(path);
  const Held token = [&] {
    std::vector<Held> held;
    EXPECT_TRUE(make_tokens(*store, "t", 1, &held).ok());
    return held.front();
  }();
  EXPECT_EQ(judge(*store, token.text), Reason::allowed);
  EXPECT_EQ(store->facts()->tampered_count, 0U);
  EXPECT_EQ(log_faults(*store), "");
}

TEST_F(Fault, CreationKilledAtEachCallLeavesNothingOrAWholeStore) {
  unsigned left_nothing = 0;
  unsigned left_store = 0;
  for (unsigned at = 1; at < kMaxCalls; ++at) {
    const std::string path = scratch_ / ("killed" + std::to_string(at));
    Child child([&](const Link& parent) {
      faults::arm(at, faults::Effect::exit);
      const Status made = make_store(path);
      parent.require(made.ok(), made.text());
      return 0;
    });
    const int status = child.reap();
    ASSERT_TRUE(WIFEXITED(status));
    if (is_absent_or_empty(path)) {
      ++left_nothing;
      EXPECT_TRUE(make_store(path).ok()) << "a second try, after " << at;
      expect_whole(path);
    } else {
      ++left_store;
      expect_whole(path);
    }
    if (WEXITSTATUS(status) == 0) {
      EXPECT_GT(left_nothing, 10U);
      EXPECT_GE(left_store, 2U);  // killed after the rename, and not at all
      return;
    }
    ASSERT_EQ(WEXITSTATUS(status), 99);
  }
  FAIL() << "creation never came to an end";
}

TEST_F(Fault, CreationThatFailsAtEachCallLeavesNothingBehind) {
  for (unsigned at = 1; at < kMaxCalls; ++at) {
    const ScratchDirectory place(scratch_.path());
    const std::string path = place / "store";
    faults::arm(at, faults::Effect::fail, ENOSPC);
    const Status made = make_store(path);
    const std::string struck = faults::struck();
    faults::arm(0, faults::Effect::fail);
    if (struck.empty()) {
      EXPECT_TRUE(made.ok()) << made.text();
      EXPECT_GT(at, 10U);
      return;
    }
    if (std::filesystem::exists(path)) {
      expect_whole(path);
    } else {
      EXPECT_FALSE(made.ok()) << struck;
      EXPECT_EQ(made.code(), Code::store_full) << struck << ": " << made.text();
      EXPECT_TRUE(std::filesystem::is_empty(place.path())) << struck;
    }
  }
  FAIL() << "creation never came to an end";
}

TEST_F(Fault, CreationIntoAnEmptyDirectoryIsAtomicToo) {
  const std::string path = scratch_ / "empty";
  std::filesystem::create_directory(path);
  for (unsigned at = 1; at < kMaxCalls; at += 7) {
    Child child([&](const Link& parent) {
      faults::arm(at, faults::Effect::exit);
      const Status made = make_store(path);
      parent.require(made.ok(), made.text());
      return 0;
    });
    const int status = child.reap();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) break;
    EXPECT_TRUE(is_absent_or_empty(path)) << at;
  }
  expect_whole(path);
}

}  // namespace
}  // namespace tokenry::test
