// Backups that are cut short: there is nothing under the backup's name, or all of it.
#include <errno.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <thread>

#include "engine/check.hpp"
#include "support/child.hpp"
#include "support/engine_store.hpp"
#include "support/faults.hpp"

namespace tokenry::test {
namespace {

using base::Code;
using base::Status;

class BackupFault : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    ASSERT_TRUE(make_tokens(*open_store(path_), "t", 500).ok());
  }
  ~BackupFault() override {
    faults::arm(0, faults::Effect::fail);
    faults::limit_disk(0);
  }

  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(scratch_.path())) {
      found.insert(entry.path().filename());
    }
    return found;
  }
  static bool is_clean(const std::string& path) {
    const auto report = engine::check_store(path, {});
    return report.ok() && report->findings.empty();
  }

  // The n-th call that changes a file fails, for every n until there is none.
  void fail_each_call(int error, Code wanted) {
    const auto store = open_store(path_);
    unsigned failures = 0;
    for (unsigned at = 1; at < 100; ++at) {
      faults::arm(at, faults::Effect::fail, error);
      const Status status = store->backup(target_, {});
      const std::string struck = faults::struck();
      faults::arm(0, faults::Effect::fail);
      if (struck.empty()) {
        EXPECT_TRUE(status.ok()) << status.text();
        EXPECT_GT(failures, 6U);
        return;
      }
      ++failures;
      // The last sync comes after the backup has its name; it is said to have failed all the same.
      EXPECT_EQ(status.code(), wanted) << struck << ": " << status.text();
      if (std::filesystem::exists(target_)) {
        EXPECT_EQ(struck, "fsync");
        EXPECT_TRUE(is_clean(target_));
        std::filesystem::remove_all(target_);
      }
      EXPECT_EQ(names(), std::set<std::string>{"store"}) << struck;
    }
    FAIL() << "it never came to an end";
  }

  const std::string target_ = scratch_ / "backup";
};

TEST_F(BackupFault, EachCallThatFailsLeavesNothing) { fail_each_call(EIO, Code::io_error); }

TEST_F(BackupFault, AFullDiskIsSaidToBeOneAtEachCall) { fail_each_call(ENOSPC, Code::store_full); }

TEST_F(BackupFault, ADiskThatFillsUpLeavesNothing) {
  const auto store = open_store(path_);
  for (const std::uint64_t room : {1U, 4096U, 10'000U, 100'000U}) {
    faults::limit_disk(room);
    const Status status = store->backup(target_, {});
    EXPECT_EQ(status.code(), Code::store_full) << room << ": " << status.text();
    EXPECT_EQ(names(), std::set<std::string>{"store"}) << room;
  }
  faults::limit_disk(0);
  EXPECT_TRUE(store->backup(target_, {}).ok());
  EXPECT_TRUE(is_clean(target_));
}

TEST_F(BackupFault, AProcessThatEndsAtAnyCallLeavesNothingOrAll) {
  unsigned ended = 0;
  for (unsigned at = 1; at < 100; ++at) {
    Child child([&](const Link&) {
      const auto store = open_store(path_);
      faults::arm(at, faults::Effect::exit);
      const Status status = store->backup(target_, {});
      faults::arm(0, faults::Effect::exit);
      return status.ok() ? 0 : 1;
    });
    const std::string end = child.end();
    EXPECT_TRUE(is_clean(path_));
    if (std::filesystem::exists(target_)) {
      EXPECT_TRUE(is_clean(target_)) << at;
      std::filesystem::remove_all(target_);
    }
    if (end.empty()) {
      EXPECT_GT(ended, 6U);
      return;
    }
    ++ended;
  }
  FAIL() << "it never came to an end";
}

TEST_F(BackupFault, ClosingTheStoreWaitsForIt) {
  const auto store = open_store(path_);
  std::atomic<bool> writing{false};
  std::atomic<bool> closing{false};
  std::atomic<bool> closed{false};
  bool closed_too_early = false;
  faults::before_write([&] {
    writing = true;
    while (!closing) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    closed_too_early = closed;
  });
  std::thread closer([&] {
    while (!writing) std::this_thread::yield();
    closing = true;
    store->close();
    closed = true;
  });
  const Status status = store->backup(target_, {});
  closer.join();
  EXPECT_FALSE(closed_too_early);
  EXPECT_TRUE(status.ok()) << status.text();
  EXPECT_TRUE(is_clean(target_));
}

}  // namespace
}  // namespace tokenry::test
