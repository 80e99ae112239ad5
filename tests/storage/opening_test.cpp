// Opening and closing beside others who open and close.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "support/child.hpp"
#include "support/engine_store.hpp"
#include "support/faults.hpp"

namespace tokenry::test {
namespace {

using base::Code;
using model::Reason;
using std::chrono::steady_clock;

class Opening : public StoreTest {
 protected:
  // Holds what openers take turns by.
  class Turn {
   public:
    explicit Turn(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
      EXPECT_EQ(::flock(fd_, LOCK_EX), 0);
    }
    ~Turn() {
      ::flock(fd_, LOCK_UN);  // a child may have the descriptor too
      ::close(fd_);
    }

   private:
    int fd_;
  };
};

TEST_F(Opening, WaitsForItsTurn) {
  std::optional<Turn> turn(path_);
  Child opener([&](const Link& parent) {
    parent.say("b");
    const auto opened = engine::Store::open(path_, {});
    parent.say(opened.ok() ? "o" : "f");
    return 0;
  });
  ASSERT_EQ(opener.hear(), 'b');
  EXPECT_EQ(opener.hear(200), 0);  // still waiting
  turn.reset();
  EXPECT_EQ(opener.hear(), 'o');
  EXPECT_EQ(opener.end(), "");
}

TEST_F(Opening, GivesUpWhenAnotherOpenerIsStuck) {
  const Turn turn(path_);
  const auto began = steady_clock::now();
  const auto opened = engine::Store::open(path_, {});
  EXPECT_EQ(opened.code(), Code::store_busy);
  EXPECT_GE(steady_clock::now() - began, std::chrono::seconds(4));
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(8));
}

// A child that came to be while this process was opening has the locked descriptor too.
TEST_F(Opening, ItsTurnEndsThoughAChildWasForkedMeanwhile) {
  pid_t pid = -1;
  faults::after_flock([&] {
    pid = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0));
    if (pid == 0) {
      ::sleep(20);
      ::_exit(0);
    }
  });
  const auto store = open_store(path_);
  ASSERT_GT(pid, 0);
  Child other([&](const Link&) {
    const auto began = steady_clock::now();
    const bool opened = engine::Store::open(path_, {}).ok();
    return opened && steady_clock::now() - began < std::chrono::seconds(3) ? 0 : 1;
  });
  EXPECT_EQ(other.end(), "");
  ::kill(pid, SIGKILL);
  EXPECT_EQ(::waitpid(pid, nullptr, 0), pid);
}

// Several processes open, verify, change and close as fast as they can; whoever comes last or first
// sets the lock file up or leaves it.
TEST_F(Opening, NeverFailsBesideProcessesThatOpenAndClose) {
  const Held token = [&] {
    const auto store = open_store(path_);
    return make_token(*store, "t");
  }();
  const auto end_at = steady_clock::now() + std::chrono::milliseconds(1500);
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 6; ++i) {
    children.push_back(std::make_unique<Child>([&, i](const Link& parent) {
      for (int round = 0; round < 5 || steady_clock::now() < end_at; ++round) {
        const auto opened = engine::Store::open(path_, {});
        parent.require(opened.ok(), opened.ok() ? "" : opened.status().text());
        parent.require(judge(**opened, token.text) == Reason::allowed, "denied");
        if (i % 2 == 0) {
          const std::string label = std::to_string(i) + "-" + std::to_string(round);
          const base::Status made = make_tokens(**opened, label, 1);
          parent.require(made.ok(), made.text());
        }
        if (i % 3 == 0 && round % 7 == 6) ::_exit(0);  // some leave without closing
      }
      return 0;
    }));
  }
  int replaced = 0;
  while (steady_clock::now() < end_at) {
    const auto store = open_store(path_);
    ASSERT_EQ(judge(*store, token.text), Reason::allowed);
    ++replaced;
  }
  EXPECT_GT(replaced, 5);
  for (const auto& child : children) EXPECT_EQ(child->end(), "");
  const auto store = open_store(path_);
  EXPECT_EQ(store->facts()->tampered_count, 0U);
}

TEST_F(Opening, IsSharedUnderEveryNameOfTheDirectory) {
  const std::string link = scratch_ / "link";
  ASSERT_EQ(::symlink(path_.c_str(), link.c_str()), 0);
  const auto store = open_store(path_);
  const Held token = make_token(*store, "t");
  for (const std::string& name :
       {path_, path_ + "/", scratch_.path() + "/./store", path_ + "/../store", link}) {
    const auto again = open_store(name);
    EXPECT_EQ(judge(*again, token.text), Reason::allowed) << name;
    again->close();
    EXPECT_EQ(judge(*store, token.text), Reason::allowed) << name;
    EXPECT_TRUE(make_tokens(*store, "after" + std::to_string(name.size()), 1).ok());
  }
}

}  // namespace
}  // namespace tokenry::test
