// Usage, limits and the maintenance thread on both sides of a fork.
#include <atomic>
#include <filesystem>
#include <iterator>
#include <thread>

#include "small_store.hpp"

namespace tokenry::test {
namespace {

int threads_of_this_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<int>(std::distance(begin(tasks), end(tasks)));
}

bool has_threads(int count) {
  return eventually([count] { return threads_of_this_process() == count; }, kPatienceMs);
}

void use_times(const Link& to, const Store& store, const Held& token, int times) {
  for (int i = 0; i < times; ++i) {
    to.require(judge(store, token) == Reason::kAllowed, "a good token is denied");
  }
}

class ForkUsage : public SmallStore {
 protected:
  // A handle that folds only what it is told to.
  Store open_looker() const {
    OpenOptions options;
    options.maintains_itself = false;
    return Store::open(path_, options);
  }
  void use_here(const Store& store, int times) const {
    for (int i = 0; i < times; ++i) ASSERT_EQ(judge(store, token_), Reason::kAllowed);
  }

  void SetUp() override {
    SmallStore::SetUp();
    Store store = Store::open(path_);
    token_ = make_token(store, "t");
  }

  Held token_;
};

struct Way {
  const char* name;
  Leave leave;
  Make make;
  friend void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }
};
class ForkUsageInEveryWay : public ForkUsage, public ::testing::WithParamInterface<Way> {};
INSTANTIATE_TEST_SUITE_P(Ways, ForkUsageInEveryWay,
                         ::testing::Values(Way{"ForkAndExitAtOnce", Leave::at_once, Make::by_fork},
                                           Way{"ForkAndExit", Leave::by_exit, Make::by_fork},
                                           Way{"RawClone", Leave::at_once, Make::by_raw_clone}),
                         [](const auto& tested) { return tested.param.name; });

TEST_P(ForkUsageInEveryWay, TheUsesOfBothAreCounted) {
  Store store = Store::open(path_);
  use_here(store, 3);
  Child child(
      [&](const Link& parent) {
        use_times(parent, store, token_, 4);
        parent.require(store.show(token_.id).use_count >= 7, "the parent's uses are not seen");
        parent.say("u");
        parent.expect('g');
        parent.require(store.show(token_.id).use_count == 12, "its later uses are not seen");
        return 0;
      },
      GetParam().leave, GetParam().make);
  child.link().expect('u');
  use_here(store, 5);
  EXPECT_EQ(store.show(token_.id).use_count, 12U);
  child.say('g');
  EXPECT_EQ(child.end(), "");
  EXPECT_EQ(store.show(token_.id).use_count, 12U);
  store.close();
  EXPECT_EQ(open_looker().show(token_.id).use_count, 12U);
}

TEST_P(ForkUsageInEveryWay, BothHaveAMaintenanceThread) {
  Store store = Store::open(path_);
  use_here(store, 1);
  const int before = threads_of_this_process();
  Child child(
      [&](const Link& parent) {
        parent.require(threads_of_this_process() == 1, "a fork has one thread");
        use_times(parent, store, token_, 1);
        parent.require(threads_of_this_process() == 2, "no maintenance thread in the child");
        use_times(parent, store, token_, 1);
        parent.require(threads_of_this_process() == 2, "a second one");
        store.close();
        parent.require(has_threads(1), "it outlived its handle");
        return 0;
      },
      GetParam().leave, GetParam().make);
  EXPECT_EQ(child.end(), "");
  EXPECT_EQ(threads_of_this_process(), before);
  use_here(store, 1);
  EXPECT_EQ(threads_of_this_process(), before);
  store.close();
  EXPECT_TRUE(has_threads(before - 1));
}

TEST_P(ForkUsageInEveryWay, AChildThatClosesFolds) {
  Store looker = open_looker();
  Store store = Store::open(path_);
  for (const bool closes : {true, false}) {
    Child child(
        [&](const Link& parent) {
          use_times(parent, store, token_, 2);
          if (closes) store.close();
          return 0;
        },
        GetParam().leave, GetParam().make);
    EXPECT_EQ(child.end(), "");
    // What a child left in the cells, another process folds.
    EXPECT_EQ(looker.maintain(), closes ? 0U : 1U);
  }
  EXPECT_EQ(looker.show(token_.id).use_count, 4U);
}

// With the handle open and its thread running, in the child, in its own child and in the parent.
TEST_P(ForkUsageInEveryWay, NobodyHangsWhoExitsWithAnOpenHandle) {
  Child child(
      [&](const Link& parent) {
        tokenry_store* handle = nullptr;
        parent.require(tokenry_open(path_.data(), path_.size(), nullptr, &handle) == TOKENRY_OK,
                       "open");
        const auto use = [&](const Link& to) {
          auto request = detail::sized<tokenry_request>();
          request.credentials = token_.text.data();
          request.credentials_size = token_.text.size();
          to.require(tokenry_verify(handle, &request, nullptr) == TOKENRY_ALLOWED, "denied");
        };
        use(parent);
        for (const bool uses : {false, true}) {
          Child inner(
              [&](const Link& middle) {
                if (uses) use(middle);
                return 0;
              },
              GetParam().leave, GetParam().make);
          const std::string ended = inner.end();
          parent.require(ended.empty(), "inner: " + ended);
        }
        use(parent);
        return 0;
      },
      GetParam().leave, GetParam().make);
  EXPECT_EQ(child.end(), "");
  EXPECT_EQ(open_looker().show(token_.id).use_count, 3U);
}

// The thread of the parent may be folding, or waiting for a lock, when the fork comes.
TEST_F(ForkUsage, ForksWhileTheParentMaintains) {
  Store store = Store::open(path_);
  std::atomic<bool> stop{false};
  std::atomic<int> failures{0};
  std::atomic<int> uses{0};
  std::thread maintainer([&] {
    while (!stop) {
      Status status;
      if (judge(store, token_) == Reason::kAllowed) ++uses;
      store.maintain(status);
      failures += status.ok() ? 0 : 1;
    }
  });
  int by_children = 0;
  for (int round = 0; round < 30; ++round) {
    Child child([&](const Link& parent) {
      use_times(parent, store, token_, 1);
      Status status;
      store.maintain(status);
      parent.require(status.ok(), status.message());
      if (round % 2 == 0) store.close();
      return 0;
    });
    EXPECT_EQ(child.end(), "");
    ++by_children;
  }
  stop = true;
  maintainer.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(store.show(token_.id).use_count, static_cast<std::uint64_t>(uses + by_children));
}

TEST_F(ForkUsage, LimitsHoldForBothTogether) {
  Store store = Store::open(path_);
  TokenSpec spec;
  spec.owner = "owner";
  spec.label = "limited";
  spec.max_uses = 40;
  const auto limited = [&] {
    const Issued issued = store.create(kActor, spec);
    return Held{std::string(issued.token()), issued.info().id};
  };
  const Held uses = limited();
  spec.label = "rare";
  spec.max_uses = 0;
  spec.rates = {{40, 86'400'000}};
  const Held rare = limited();
  const auto count_allowed = [&](const Held& token) {
    int allowed = 0;
    for (int i = 0; i < 50; ++i) allowed += judge(store, token) == Reason::kAllowed ? 1 : 0;
    return allowed;
  };
  for (const Held& token : {uses, rare}) {
    Child child([&](const Link& parent) {
      parent.say("r");
      parent.expect('g');
      parent.say(std::to_string(count_allowed(token)) + ".");
      return 0;
    });
    child.link().expect('r');
    child.say('g');
    const int by_parent = count_allowed(token);
    int by_child = 0;
    for (char heard = child.hear(); heard >= '0' && heard <= '9'; heard = child.hear()) {
      by_child = by_child * 10 + (heard - '0');
    }
    EXPECT_EQ(child.end(), "");
    EXPECT_EQ(by_parent + by_child, 40);
    EXPECT_EQ(store.show(token.id).use_count, 40U);
  }
}

// A rotation in one process holds in the other at once.
TEST_F(ForkUsage, ARotationInTheChildHoldsInTheParent) {
  Store store = Store::open(path_);
  use_here(store, 1);
  Child child([&](const Link& parent) {
    Rotation rotation;
    rotation.at_once = true;
    const Issued fresh = store.rotate(kActor, token_.id, rotation);
    parent.require(store.verify(fresh.token()).allowed(), "the new secret is denied");
    return 0;
  });
  EXPECT_EQ(child.end(), "");
  EXPECT_EQ(judge(store, token_), Reason::kRetiredSecret);
}

}  // namespace
}  // namespace tokenry::test
