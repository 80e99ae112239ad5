// One environment: descriptors, map, tables, reader slots.
#include "storage/environment.hpp"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>

#include <set>
#include <thread>

#include "storage/descriptors.hpp"
#include "storage/preflight.hpp"
#include "storage/read_view.hpp"
#include "storage/reader.hpp"
#include "storage/registry.hpp"
#include "support/child.hpp"
#include "support/engine_store.hpp"

namespace tokenry::test {
namespace {

using base::Code;
using model::Reason;

class Environment : public StoreTest {
 protected:
  base::FileIdentity identity(const std::string& path) const {
    struct stat facts {};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0);
    return base::identity_of(facts);
  }

  std::shared_ptr<storage::Environment> open_environment() {
    const storage::ProcessLock held;
    auto opened = storage::open_environment(held, path_);
    if (!opened.ok()) throw std::runtime_error(opened.status().text());
    return opened.value();
  }
  void release(const std::shared_ptr<storage::Environment>& environment) {
    const storage::ProcessLock held;
    storage::release_environment(held, environment);
  }
};

// The pids in the reader table, as a process that has nothing to do with the engine sees it.
std::multiset<pid_t> reader_pids(const std::string& path) {
  std::multiset<pid_t> pids;
  Child child([&](const Link& parent) {
    MDB_env* env = nullptr;
    parent.require(::mdb_env_create(&env) == 0, "create");
    parent.require(::mdb_env_open(env, path.c_str(), MDB_NOTLS, 0600) == 0, "open");
    const auto line = [](const char* text, void* context) {
      static_cast<const Link*>(context)->say(text);
      return 0;
    };
    ::mdb_reader_list(env, line, const_cast<Link*>(&parent));
    ::mdb_env_close(env);
    return 0;
  });
  const std::string text = child.link().rest();
  EXPECT_EQ(child.end(), "");
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    if (const pid_t pid = std::atoi(line.c_str()); pid > 0) pids.insert(pid);
  }
  return pids;
}

TEST_F(Environment, DescriptorsAreCloseOnExec) {
  const auto store = open_store(path_);
  const auto data = storage::descriptors_of(identity(storage::data_file(path_)));
  const auto lock = storage::descriptors_of(identity(storage::lock_file(path_)));
  ASSERT_GE(data.size(), 2U);  // for pages and for meta pages
  ASSERT_EQ(lock.size(), 1U);
  for (const auto* fds : {&data, &lock}) {
    for (const int fd : *fds) EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << fd;
  }
}

TEST_F(Environment, AnExecutedProgramInheritsNothing) {
  const auto store = open_store(path_);
  Child child([](const Link& parent) {
    ::dup2(STDOUT_FILENO, STDERR_FILENO);
    parent.require(::execl("/bin/sh", "sh", "-c",
                           "for f in /proc/self/fd/*; do readlink $f; done | grep -q mdb && exit 7;"
                           "exit 0",
                           static_cast<char*>(nullptr)) == 0,
                   "no /bin/sh");
    return 1;
  });
  EXPECT_EQ(child.end(), "");
}

TEST_F(Environment, MapSizeIsTakenFromTheFile) {
  for (const std::uint64_t size : {16ULL << 20, 48ULL << 20, 32ULL << 30}) {
    const std::string path = scratch_ / ("map" + std::to_string(size));
    ASSERT_TRUE(make_store(path, size).ok());
    const auto store = open_store(path);
    EXPECT_EQ(store->facts()->environment.map_size_bytes, size);
    Child other([&](const Link& parent) {
      const auto again = open_store(path);
      parent.require(again->facts()->environment.map_size_bytes == size, "another size");
      return make_tokens(*again, "t", 1).ok() ? 0 : 1;
    });
    EXPECT_EQ(other.end(), "");
    EXPECT_EQ(store->facts()->environment.map_size_bytes, size);
  }
}

TEST_F(Environment, TableHandlesAreMadeOnceAndStay) {
  const auto first = open_environment();
  const auto second = open_environment();
  EXPECT_EQ(first, second);
  std::set<unsigned> handles;
  for (std::size_t i = 0; i < storage::kTableCount; ++i) {
    handles.insert(first->handle_of(static_cast<storage::Table>(i)));
  }
  EXPECT_EQ(handles.size(), storage::kTableCount);
  const auto reader = storage::Reader::attach(first, 1);
  {
    const storage::Snapshot snapshot(*reader);
    ASSERT_TRUE(snapshot.ok());
    for (std::size_t i = 0; i < storage::kTableCount; ++i) {
      EXPECT_TRUE(storage::Cursor(snapshot, static_cast<storage::Table>(i)).status().ok()) << i;
    }
  }
  reader->detach();
  release(first);
  release(second);
}

TEST_F(Environment, KeepsItsLockUntilTheLastUserReleasesIt) {
  const auto first = open_environment();
  const auto second = open_environment();
  release(second);
  EXPECT_TRUE(first->usable());
  EXPECT_EQ(storage::descriptors_of(first->lock_identity()).size(), 1U);
  release(first);
  EXPECT_FALSE(first->usable());
  EXPECT_TRUE(storage::descriptors_of(first->lock_identity()).empty());
}

class ReaderSlots : public Environment {};

TEST_F(ReaderSlots, AreAskedForInPlenty) {
  const auto store = open_store(path_);
  EXPECT_GE(store->facts()->environment.reader_limit, 1024U);
}

TEST_F(ReaderSlots, OneThreadKeepsOne) {
  const auto store = open_store(path_);
  const Held token = make_token(*store, "t");
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(judge(*store, token.text), Reason::allowed);
  EXPECT_EQ(reader_pids(path_), std::multiset<pid_t>{::getpid()});
  EXPECT_EQ(store->facts()->environment.reader_count, 1U);
}

TEST_F(ReaderSlots, EndWithTheirThreads) {
  const auto store = open_store(path_);
  const Held token = make_token(*store, "t");
  for (int i = 0; i < 10'000; ++i) {
    Reason reason = Reason::unavailable;
    std::thread([&] { reason = judge(*store, token.text); }).join();
    ASSERT_EQ(reason, Reason::allowed) << "thread " << i;
  }
  EXPECT_EQ(reader_pids(path_), std::multiset<pid_t>{::getpid()});
  EXPECT_EQ(store->facts()->environment.reader_count, 1U);
}

TEST_F(ReaderSlots, EndWithTheirStore) {
  const auto store = open_store(path_);
  const auto other = open_store(path_);
  EXPECT_EQ(reader_pids(path_).size(), 2U);
  other->close();
  EXPECT_EQ(reader_pids(path_).size(), 1U);
}

TEST_F(ReaderSlots, OfDeadProcessesAreClearedAtOpen) {
  Child dying([&](const Link& parent) {
    const auto store = open_store(path_);
    const base::Status status = store->read([&](const engine::Rows&) -> base::Status {
      parent.say("r");
      parent.hear();  // killed here, within a snapshot
      return {};
    });
    return status.ok() ? 0 : 1;
  });
  ASSERT_EQ(dying.hear(), 'r');
  const auto before = open_store(path_);  // keeps the lock file from being set up anew
  dying.kill_at_once();
  EXPECT_EQ(reader_pids(path_).size(), 2U);
  before->close();
  Child next([&](const Link&) {
    const auto store = open_store(path_);
    return 0;
  });
  EXPECT_EQ(next.end(), "");
  const auto store = open_store(path_);
  EXPECT_EQ(reader_pids(path_), std::multiset<pid_t>{::getpid()});
}

// The process that sets the lock file up decides how many slots there are.
class FewReaderSlots : public ReaderSlots {
 protected:
  static constexpr unsigned kSlots = 2;

  void SetUp() override {
    ReaderSlots::SetUp();
    keeper_.emplace([this](const Link& parent) {
      parent.require(::unlink(storage::lock_file(path_).c_str()) == 0, "unlink");
      MDB_env* env = nullptr;
      ::mdb_env_create(&env);
      ::mdb_env_set_maxreaders(env, kSlots);
      parent.require(::mdb_env_open(env, path_.c_str(), MDB_NOTLS, 0600) == 0, "open");
      parent.say("o");
      parent.hear();
      ::mdb_env_close(env);
      return 0;
    });
    ASSERT_EQ(keeper_->hear(), 'o');
  }

  std::optional<Child> keeper_;
};

TEST_F(FewReaderSlots, WhenAllAreTakenVerifyingIsUnavailableUntilOneIsFree) {
  std::string logged;
  const auto store =
      open_store(path_, [&](engine::LogLevel, const std::string& line) { logged = line; });
  ASSERT_EQ(store->facts()->environment.reader_limit, kSlots);
  const Held token = make_token(*store, "t");  // with this thread's slot
  int stop[2];
  int started[2];
  ASSERT_EQ(::pipe(stop) | ::pipe(started), 0);
  std::thread holder([&] {
    EXPECT_EQ(judge(*store, token.text), Reason::allowed);
    char byte = 0;
    EXPECT_EQ(::write(started[1], "s", 1), 1);
    EXPECT_EQ(::read(stop[0], &byte, 1), 1);
  });
  char byte = 0;
  ASSERT_EQ(::read(started[0], &byte, 1), 1);
  std::thread([&] {
    EXPECT_EQ(judge(*store, token.text), Reason::unavailable);
    EXPECT_NE(logged.find("all reader slots are taken"), std::string::npos) << logged;
    EXPECT_EQ(store->show(token.id).code(), Code::store_busy);
  }).join();
  EXPECT_EQ(judge(*store, token.text), Reason::allowed);  // who has one goes on
  EXPECT_TRUE(revoke(*store, token.id).ok());             // and changes need none
  ASSERT_EQ(::write(stop[1], "s", 1), 1);
  holder.join();
  std::thread([&] { EXPECT_EQ(judge(*store, token.text), Reason::revoked); }).join();
  for (const int fd : {stop[0], stop[1], started[0], started[1]}) ::close(fd);
}

TEST_F(FewReaderSlots, WhenAllAreTakenOpeningSaysSo) {
  const auto store = open_store(path_);
  const auto second = open_store(path_);  // shares the environment, has a slot of its own
  Child other([&](const Link& parent) {
    const auto opened = engine::Store::open(path_, {});
    parent.require(opened.code() == Code::store_busy, "opened: " + opened.status().text());
    parent.require(opened.status().text().find("reader slots") != std::string::npos,
                   opened.status().text());
    return 0;
  });
  EXPECT_EQ(other.end(), "");
  second->close();
  Child late([&](const Link&) { return engine::Store::open(path_, {}).ok() ? 0 : 1; });
  EXPECT_EQ(late.end(), "");
}

TEST_F(FewReaderSlots, SlotsOfTheDeadAreTakenOver) {
  const auto store = open_store(path_);
  const Held token = make_token(*store, "t");
  Child dying([&](const Link& parent) {
    const auto again = open_store(path_);
    parent.say("o");
    parent.hear();
    return 0;
  });
  ASSERT_EQ(dying.hear(), 'o');
  dying.kill_at_once();
  std::thread([&] { EXPECT_EQ(judge(*store, token.text), Reason::allowed); }).join();
}

}  // namespace
}  // namespace tokenry::test
