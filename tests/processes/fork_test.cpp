// Handles work on in children, and no child harms its parent.
#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "small_store.hpp"

namespace tokenry::test {
namespace {

class Fork : public SmallStore {
 protected:
  // Verifies, creates and revokes: the whole use of a store.
  static void use(Store& store, const std::string& label, const Link& parent) {
    const Held token = make_token(store, label);
    parent.require(judge(store, token) == Reason::kAllowed, "a new token is denied");
    revoke(store, token);
    parent.require(judge(store, token) == Reason::kRevoked, "a revoked token is not");
    parent.require(store.stat().tampered_count == 0, "tampered rows");
  }
  static void use(Store& store, const std::string& label) {
    const Held token = make_token(store, label);
    EXPECT_EQ(judge(store, token), Reason::kAllowed);
    revoke(store, token);
    EXPECT_EQ(judge(store, token), Reason::kRevoked);
  }

  // LMDB's lock of this process's reader slots.
  bool lock_is_held() const {
    const pid_t pid = ::getpid();
    Child child([&](const Link& parent) {
      const int fd = ::open((path_ + "/lock.mdb").c_str(), O_RDWR | O_CLOEXEC);
      parent.require(fd >= 0, "open");
      struct flock probe {};
      probe.l_type = F_WRLCK;
      probe.l_whence = SEEK_SET;
      probe.l_start = pid;
      probe.l_len = 1;
      parent.require(::fcntl(fd, F_GETLK, &probe) == 0, "fcntl");
      return probe.l_type != F_UNLCK && probe.l_pid == pid ? 0 : 3;
    });
    return child.end().empty();
  }

  // The parent goes on: its lock, its snapshot, its changes.
  void expect_unharmed(Store& store, const Held& token) {
    EXPECT_TRUE(lock_is_held());
    for (int i = 0; i < 100; ++i) ASSERT_EQ(judge(store, token), Reason::kAllowed);
    use(store, "parent-after");
    EXPECT_EQ(store.stat().tampered_count, 0U);
  }
};

struct Way {
  const char* name;
  Leave leave;
  Make make;
  friend void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }
};
class ForkInEveryWay : public Fork, public ::testing::WithParamInterface<Way> {};
INSTANTIATE_TEST_SUITE_P(Ways, ForkInEveryWay,
                         ::testing::Values(Way{"ForkAndExitAtOnce", Leave::at_once, Make::by_fork},
                                           Way{"ForkAndExit", Leave::by_exit, Make::by_fork},
                                           Way{"RawClone", Leave::at_once, Make::by_raw_clone}),
                         [](const auto& tested) { return tested.param.name; });

TEST_P(ForkInEveryWay, AHandleNeverUsedBeforeWorks) {
  Store store = Store::open(path_);
  Child child(
      [&](const Link& parent) {
        use(store, "child", parent);
        return 0;
      },
      GetParam().leave, GetParam().make);
  EXPECT_EQ(child.end(), "");
  const Held token = make_token(store, "t");
  expect_unharmed(store, token);
}

TEST_P(ForkInEveryWay, AHandleInUseWorks) {
  Store store = Store::open(path_);
  const Held token = make_token(store, "t");
  ASSERT_EQ(judge(store, token), Reason::kAllowed);
  Child child(
      [&](const Link& parent) {
        parent.require(judge(store, token) == Reason::kAllowed, "the parent's token is denied");
        use(store, "child", parent);
        return 0;
      },
      GetParam().leave, GetParam().make);
  EXPECT_EQ(child.end(), "");
  expect_unharmed(store, token);
}

TEST_P(ForkInEveryWay, AChildThatOnlyEndsHarmsNothing) {
  Store store = Store::open(path_);
  const Held token = make_token(store, "t");
  Child child([](const Link&) { return 0; }, GetParam().leave, GetParam().make);
  EXPECT_EQ(child.end(), "");
  expect_unharmed(store, token);
}

TEST_P(ForkInEveryWay, AChildThatClosesHarmsNothing) {
  Store store = Store::open(path_);
  const Held token = make_token(store, "t");
  for (const bool uses_first : {false, true}) {
    Child child(
        [&](const Link& parent) {
          if (uses_first) use(store, "child", parent);
          const tokenry_store* const handle = store.raw();
          store.close();
          Verdict after = store.verify(token.text);
          parent.require(handle != nullptr && !after.allowed(), "closed, yet allowed");
          Store again = Store::open(path_);
          use(again, "again", parent);
          return 0;
        },
        GetParam().leave, GetParam().make);
    EXPECT_EQ(child.end(), "");
    expect_unharmed(store, token);
  }
}

TEST_P(ForkInEveryWay, AForkOfAForkWorks) {
  Store store = Store::open(path_);
  const Held token = make_token(store, "t");
  for (const bool middle_uses : {false, true}) {
    Child child(
        [&](const Link& parent) {
          if (middle_uses) use(store, "middle", parent);
          Child inner(
              [&](const Link& middle) {
                middle.require(judge(store, token) == Reason::kAllowed, "denied");
                use(store, "inner", middle);
                return 0;
              },
              GetParam().leave, GetParam().make);
          const std::string ended = inner.end();
          parent.require(ended.empty(), "inner: " + ended);
          use(store, "middle-after", parent);
          return 0;
        },
        GetParam().leave, GetParam().make);
    EXPECT_EQ(child.end(), "");
    expect_unharmed(store, token);
  }
}

// A raw clone(2) beside threads cannot be had: the C library's own locks would not survive it.
TEST_F(Fork, WorksWhileOtherThreadsVerifyAndWrite) {
  Store store = Store::open(path_);
  const Held token = make_token(store, "t");
  std::atomic<bool> stop{false};
  std::atomic<int> denials{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!stop) denials += judge(store, token) != Reason::kAllowed;
    });
  }
  threads.emplace_back([&] {
    for (int i = 0; !stop; ++i) {
      make_token(store, std::to_string(i));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  for (int round = 0; round < 30; ++round) {
    Child child([&](const Link& parent) {
      parent.require(judge(store, token) == Reason::kAllowed, "the parent's token is denied");
      use(store, "child", parent);
      return 0;
    });
    ASSERT_EQ(child.end(), "");
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(denials, 0);
  expect_unharmed(store, token);
}

TEST_F(Fork, ThreadsOfAChildWorkAndEndWell) {
  Store store = Store::open(path_);
  const Held token = make_token(store, "t");
  Child child([&](const Link& parent) {
    std::atomic<int> allowed{0};
    for (int i = 0; i < 50; ++i) {
      std::thread([&] { allowed += judge(store, token) == Reason::kAllowed; }).join();
    }
    parent.require(allowed == 50, "denied in a child's thread");
    parent.require(store.stat().reader_count <= 2, "slots were not given back");
    return 0;
  });
  EXPECT_EQ(child.end(), "");
  expect_unharmed(store, token);
}

// Descriptors that a child inherited are closed before it opens: later, its own lock would go.
TEST_F(Fork, AChildKeepsItsOwnLock) {
  Store store = Store::open(path_);
  const Held token = make_token(store, "t");
  Child child([&](const Link& parent) {
    parent.require(judge(store, token) == Reason::kAllowed, "denied");
    parent.require(lock_is_held(), "no lock of its own");
    Store second = Store::open(path_);
    second.close();
    parent.require(lock_is_held(), "no lock after closing another handle");
    return 0;
  });
  EXPECT_EQ(child.end(), "");
  expect_unharmed(store, token);
}

TEST_F(Fork, RevocationsPassBetweenParentAndChild) {
  Store store = Store::open(path_);
  const Held by_child = make_token(store, "by-child");
  const Held by_parent = make_token(store, "by-parent");
  Child child([&](const Link& parent) {
    revoke(store, by_child);
    parent.say("r");
    parent.expect('g');
    return judge(store, by_parent) == Reason::kRevoked ? 0 : 1;
  });
  child.link().expect('r');
  EXPECT_EQ(judge(store, by_child), Reason::kRevoked);
  revoke(store, by_parent);
  child.say('g');
  EXPECT_EQ(child.end(), "");
}

TEST_F(Fork, ACursorWorksOnInBoth) {
  Store store = Store::open(path_);
  for (int i = 0; i < 600; ++i) make_token(store, std::to_string(i));
  Cursor cursor = store.list({});
  ASSERT_TRUE(cursor.next().has_value());
  const auto count_rest = [&] {
    int count = 0;
    while (cursor.next()) ++count;
    return count;
  };
  Child child([&](const Link& parent) {
    parent.require(count_rest() == 599, "another count");
    return 0;
  });
  EXPECT_EQ(child.end(), "");
  EXPECT_EQ(count_rest(), 599);
}

}  // namespace
}  // namespace tokenry::test
