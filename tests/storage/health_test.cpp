// Files deleted or replaced under a process that has the store open, and locks lost: noticed within
// a second or two, and never answered with a stale yes.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "storage/preflight.hpp"
#include "support/child.hpp"
#include "support/engine_store.hpp"

namespace tokenry::test {
namespace {

using base::Code;
using model::Reason;
namespace fs = std::filesystem;

// Files are looked at once a second.
constexpr int kNoticedMs = 2500;

class Health : public StoreTest {
 protected:
  // Whether that process holds the lock that keeps its reader slots.
  static bool holds_lock(const std::string& path, pid_t pid) {
    Child child([&](const Link& parent) {
      const int fd = ::open(storage::lock_file(path).c_str(), O_RDWR | O_CLOEXEC);
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

  // What any descriptor's end does in this process, if it was one of the lock file.
  static void lose_lock(const std::string& path) {
    ASSERT_EQ(::close(::open(storage::lock_file(path).c_str(), O_RDWR | O_CLOEXEC)), 0);
  }

  // After another process revoked: no yes after the time to notice, and then the truth.
  static void expect_revocation_is_seen(engine::Store& store, const Held& token) {
    EXPECT_TRUE(
        eventually([&] { return judge(store, token.text) == Reason::revoked; }, kNoticedMs));
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(judge(store, token.text), Reason::revoked);
  }

  void replace_data_by_copy() const {
    const std::string copy = scratch_ / "copy";
    fs::remove_all(copy);
    fs::copy(path_, copy);
    fs::rename(storage::data_file(copy), storage::data_file(path_));
  }
};

TEST_F(Health, ADeletedLockFileIsNoticed) {
  const auto store = open_store(path_);
  const Held token = make_token(*store, "t");
  Child other([&](const Link& parent) {
    fs::remove(storage::lock_file(path_));
    const auto mine = open_store(path_);
    const base::Status revoked = revoke(*mine, token.id);
    parent.require(revoked.ok(), revoked.text());
    return 0;
  });
  ASSERT_EQ(other.end(), "");
  expect_revocation_is_seen(*store, token);
  EXPECT_TRUE(make_tokens(*store, "after", 1).ok());
}

TEST_F(Health, ADataFileReplacedByItsCopyIsNoticed) {
  const auto store = open_store(path_);
  const Held token = make_token(*store, "t");
  Child other([&](const Link& parent) {
    replace_data_by_copy();
    const auto mine = open_store(path_);
    const base::Status revoked = revoke(*mine, token.id);
    parent.require(revoked.ok(), revoked.text());
    return 0;
  });
  ASSERT_EQ(other.end(), "");
  expect_revocation_is_seen(*store, token);
  EXPECT_TRUE(make_tokens(*store, "after", 1).ok());
}

TEST_F(Health, AWholeDirectoryReplacedByItsCopyIsNoticed) {
  const auto store = open_store(path_);
  const Held token = make_token(*store, "t");
  Child other([&](const Link& parent) {
    fs::copy(path_, scratch_ / "copy");
    fs::rename(path_, scratch_ / "old");
    fs::rename(scratch_ / "copy", path_);
    const auto mine = open_store(path_);
    const base::Status revoked = revoke(*mine, token.id);
    parent.require(revoked.ok(), revoked.text());
    return 0;
  });
  ASSERT_EQ(other.end(), "");
  expect_revocation_is_seen(*store, token);
}

// A write must not go into a file that has no name any more: it would be lost, acknowledged.
TEST_F(Health, AChangeRightAfterTheReplacementGoesIntoTheNewFile) {
  const auto store = open_store(path_);
  const Held token = make_token(*store, "t");
  ASSERT_EQ(judge(*store, token.text), Reason::allowed);  // has looked at the files this second
  replace_data_by_copy();
  const base::Status revoked = revoke(*store, token.id);
  ASSERT_TRUE(revoked.ok()) << revoked.text();
  EXPECT_EQ(judge(*store, token.text), Reason::revoked);
  Child other([&](const Link& parent) {
    const auto mine = open_store(path_);
    const Reason reason = judge(*mine, token.text);
    parent.require(reason == Reason::revoked, std::to_string(static_cast<int>(reason)));
    return 0;
  });
  EXPECT_EQ(other.end(), "");
}

TEST_F(Health, AnotherStoreInItsPlaceIsAConflict) {
  const std::string other = scratch_ / "other";
  ASSERT_TRUE(make_store(other).ok());
  std::string logged;
  const auto store =
      open_store(path_, [&](engine::LogLevel, const std::string& line) { logged = line; });
  const Held token = make_token(*store, "t");
  fs::rename(path_, scratch_ / "old");
  fs::rename(other, path_);
  EXPECT_TRUE(
      eventually([&] { return judge(*store, token.text) == Reason::unavailable; }, kNoticedMs));
  EXPECT_NE(logged.find("another store"), std::string::npos) << logged;
  EXPECT_EQ(revoke(*store, token.id).code(), Code::conflict);
  EXPECT_EQ(store->show(token.id).code(), Code::conflict);
  // Once the right one is back the handle works on.
  fs::rename(path_, scratch_ / "wrong");
  fs::rename(scratch_ / "old", path_);
  EXPECT_EQ(judge(*store, token.text), Reason::allowed);
  EXPECT_TRUE(revoke(*store, token.id).ok());
  EXPECT_EQ(judge(*store, token.text), Reason::revoked);
}

TEST_F(Health, AMissingDirectoryIsUnavailableUntilItIsBack) {
  const auto store = open_store(path_);
  const Held token = make_token(*store, "t");
  fs::rename(path_, scratch_ / "away");
  EXPECT_TRUE(
      eventually([&] { return judge(*store, token.text) == Reason::unavailable; }, kNoticedMs));
  fs::rename(scratch_ / "away", path_);
  EXPECT_EQ(judge(*store, token.text), Reason::allowed);
}

TEST_F(Health, ALockLostByAStrayCloseIsTakenAgain) {
  const auto store = open_store(path_);
  const Held token = make_token(*store, "t");
  ASSERT_EQ(judge(*store, token.text), Reason::allowed);
  ASSERT_TRUE(holds_lock(path_, ::getpid()));
  lose_lock(path_);
  ASSERT_FALSE(holds_lock(path_, ::getpid()));
  EXPECT_TRUE(eventually(
      [&] {
        EXPECT_EQ(judge(*store, token.text), Reason::allowed);
        return holds_lock(path_, ::getpid());
      },
      kNoticedMs));
}

// Who comes while the lock is lost sets the reader table up anew; its slots are not ours to free.
TEST_F(Health, ALostLockLeavesTheSlotsOfOthersAlone) {
  const auto store = open_store(path_);
  const Held token = make_token(*store, "t");
  ASSERT_EQ(judge(*store, token.text), Reason::allowed);
  lose_lock(path_);
  Child other([&](const Link& parent) {
    const auto mine = open_store(path_);
    std::string before;
    const base::Status status = mine->read([&](const engine::Rows& rows) -> base::Status {
      before = std::to_string(rows.view().transaction_id());
      parent.say("r");
      parent.expect('g');
      return {};
    });
    parent.require(status.ok(), status.text());
    const auto facts = mine->facts();
    parent.require(facts.ok(), "facts");
    // Its own slot and that of the process that reopened.
    parent.require(facts->environment.reader_count == 2,
                   std::to_string(facts->environment.reader_count) + " readers");
    parent.require(judge(*mine, token.text) == Reason::allowed, "denied");
    return 0;
  });
  other.link().expect('r');
  ::usleep(1'100'000);  // so that the next call looks at the lock before it reads
  EXPECT_EQ(judge(*store, token.text), Reason::allowed);
  EXPECT_TRUE(holds_lock(path_, ::getpid()));
  EXPECT_EQ(store->facts()->environment.reader_count, 2U);  // the other's is in use all the time
  other.say('g');
  EXPECT_EQ(other.end(), "");
}

TEST_F(Health, ASlotThatBecameAnothersIsReplacedAtOnce) {
  const auto store = open_store(path_);
  const Held token = make_token(*store, "t");
  ASSERT_EQ(judge(*store, token.text), Reason::allowed);
  lose_lock(path_);
  Child other([&](const Link& parent) {
    const auto mine = open_store(path_);
    parent.say("o");
    parent.expect('g');
    return judge(*mine, token.text) == Reason::allowed ? 0 : 1;
  });
  other.link().expect('o');
  EXPECT_EQ(judge(*store, token.text), Reason::allowed);
  other.say('g');
  EXPECT_EQ(other.end(), "");
}

// A data file replaced while an idle process keeps lock.mdb alive: lock.mdb speaks of commits that
// the new data file does not have. Whatever it says, no old commit may be read.
TEST_F(Health, AReplacedDataFileIsNotReadAtAnOldCommit) {
  for (int extra = 2; extra <= 5; ++extra) {
    const std::string path = scratch_ / ("store" + std::to_string(extra));
    ASSERT_TRUE(make_store(path).ok());
    const Held token = [&] {
      const auto store = open_store(path);
      Held made = make_token(*store, "t");
      EXPECT_TRUE(revoke(*store, made.id).ok());
      return made;
    }();
    fs::copy(path, path + ".copy");
    Child idle([&](const Link& parent) {
      const auto mine = open_store(path);
      for (int i = 0; i < extra; ++i) {
        parent.require(make_tokens(*mine, std::to_string(i), 1).ok(), "create");
      }
      parent.say("i");
      parent.expect('g');
      parent.require(judge(*mine, token.text) == Reason::revoked, "after the replacement");
      parent.say("d");
      parent.expect('g');
      return 0;
    });
    idle.link().expect('i');
    fs::rename(storage::data_file(path + ".copy"), storage::data_file(path));
    const auto early = engine::Store::open(path, {});
    EXPECT_EQ(early.code(), Code::store_busy) << extra;
    if (early.ok()) {
      EXPECT_EQ(judge(**early, token.text), Reason::revoked) << extra;
    }
    ::usleep(1'100'000);  // past the second in which it looked last
    idle.say('g');
    idle.link().expect('d');
    const auto late = open_store(path);
    EXPECT_EQ(judge(*late, token.text), Reason::revoked) << extra;
    idle.say('g');
    EXPECT_EQ(idle.end(), "");
  }
}

}  // namespace
}  // namespace tokenry::test
