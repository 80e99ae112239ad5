// The walk over a data file's pages that needs no LMDB. What it finds in damaged files stands in
// the engine's check_damage_test.cpp; here: that it finds nothing in whole ones, whatever was done
// to them.
#include "storage/page_check.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <thread>

#include "storage/registry.hpp"
#include "support/engine_store.hpp"
#include "support/faults.hpp"

namespace tokenry::test {
namespace {

using base::Code;
using engine::Store;
using storage::PageReport;

// "" if nothing was found, else all of it.
std::string lines_of(const PageReport& report) {
  std::string text;
  for (const std::string& line : report.findings.lines()) text += line + "\n";
  return text;
}

class PageCheck : public StoreTest {
 protected:
  std::string found(base::Result<PageReport> (*check)(const std::string&, base::Progress&)) const {
    base::Progress progress;
    const auto report = check(path_, progress);
    if (!report.ok()) return report.status().text();
    if (report->findings.empty() != report->safe) return "findings and safety disagree";
    return lines_of(*report);
  }
  std::string found() const { return found(storage::check_pages); }
  std::string found_pinned() const { return found(storage::check_pages_pinned); }
};

TEST_F(PageCheck, FindsNothingInANewStore) {
  EXPECT_EQ(found(), "");
  EXPECT_EQ(found_pinned(), "");
}

TEST_F(PageCheck, NeedsNoLockFileAndMakesNone) {
  std::filesystem::remove(path_ + "/lock.mdb");
  EXPECT_EQ(found(), "");
  EXPECT_FALSE(std::filesystem::exists(path_ + "/lock.mdb"));
}

// A reader that keeps all later pages alive, so that lists of free pages grow long.
class OldReader {
 public:
  explicit OldReader(const std::string& path) {
    const storage::ProcessLock held;
    environment_ = *storage::open_environment(held, path);
    reader_ = storage::Reader::attach(environment_, 0);
    snapshot_.emplace(*reader_);
  }
  ~OldReader() {
    snapshot_.reset();
    reader_->detach();
    const storage::ProcessLock held;
    storage::release_environment(held, environment_);
  }
  OldReader(const OldReader&) = delete;
  OldReader& operator=(const OldReader&) = delete;

 private:
  std::shared_ptr<storage::Environment> environment_;
  std::shared_ptr<storage::Reader> reader_;
  std::optional<storage::Snapshot> snapshot_;
};

// Trees grow, shrink and merge; lists of free pages grow long; values of all sizes come and go.
TEST_F(PageCheck, FindsNothingAfterAnyWork) {
  std::filesystem::remove_all(path_);
  ASSERT_TRUE(make_store(path_, std::uint64_t{1} << 30).ok());
  const std::shared_ptr<Store> store = open_store(path_);
  std::mt19937 random(20);  // NOLINT: the same work each time
  std::vector<Held> live;
  std::vector<std::uint64_t> revoked;
  std::optional<OldReader> old_reader;
  for (int round = 0; round < 120; ++round) {
    if (round % 40 == 10) old_reader.emplace(path_);
    if (round % 40 == 35) old_reader.reset();
    const std::string note(random() % 1025, 'n');
    ASSERT_TRUE(make_tokens(*store, "r" + std::to_string(round), random() % 200, &live, note,
                            "owner" + std::to_string(random() % 30))
                    .ok());
    std::shuffle(live.begin(), live.end(), random);
    for (std::size_t i = random() % (live.size() / 2 + 1); i > 0; --i) {
      ASSERT_TRUE(revoke(*store, live.back().id).ok());
      revoked.push_back(live.back().id);
      live.pop_back();
    }
    if (round % 3 == 0) {
      std::vector<Code> codes(revoked.size());
      ASSERT_TRUE(store->act("test", Store::Action::purge, revoked, false, codes).ok());
      revoked.clear();
    }
    ASSERT_EQ(found(), "") << "round " << round;
  }
  EXPECT_EQ(found_pinned(), "");
}

TEST_F(PageCheck, FindsNothingWhileOthersCommit) {
  const std::shared_ptr<Store> store = open_store(path_);
  std::atomic<bool> stop{false};
  std::atomic<int> commits{0};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i, ++commits) {
      std::vector<Held> held;
      ASSERT_TRUE(make_tokens(*store, "w" + std::to_string(i), 40, &held).ok());
      for (int k = 0; k < 5; ++k) ASSERT_TRUE(revoke(*store, held[k].id).ok());
    }
  });
  for (int i = 0; i < 60 || commits < 200; ++i) {
    EXPECT_EQ(found(), "");
    EXPECT_EQ(found_pinned(), "");
    if (HasFailure()) break;
  }
  stop = true;
  writer.join();
  EXPECT_EQ(store->facts()->environment.reader_count, 1U) << "the walk left its reader behind";
}

TEST_F(PageCheck, FindsNothingAfterAFailedCommit) {
  const std::shared_ptr<Store> store = open_store(path_);
  for (int i = 0; i < 4; ++i) {
    faults::fail_meta_write(EIO);
    EXPECT_FALSE(make_tokens(*store, "failed" + std::to_string(i), 1).ok());
    EXPECT_EQ(found(), "");
    EXPECT_TRUE(make_tokens(*store, "next" + std::to_string(i), 1).ok());
    EXPECT_EQ(found(), "");
  }
}

TEST_F(PageCheck, TellsHowFarItIs) {
  ASSERT_TRUE(make_tokens(*open_store(path_), "t", 2000).ok());
  std::uint64_t last = 0;
  base::Progress progress([&](std::uint64_t done, std::uint64_t total) {
    EXPECT_LE(last, done);
    EXPECT_LE(done, total);
    last = done;
  });
  ASSERT_TRUE(storage::check_pages(path_, progress).ok());
}

TEST_F(PageCheck, SaysWhyThereIsNothingToRead) {
  base::Progress progress;
  EXPECT_EQ(storage::check_pages(scratch_ / "none", progress).code(), Code::store_missing);
  std::filesystem::remove(path_ + "/data.mdb");
  EXPECT_EQ(storage::check_pages(path_, progress).code(), Code::store_missing);
  std::filesystem::create_directory(path_ + "/data.mdb");
  EXPECT_EQ(storage::check_pages(path_, progress).code(), Code::store_damaged);
}

TEST_F(PageCheck, SaysThatAFileIsNoStoresFile) {
  for (const std::string& content : {std::string(), std::string("x"), std::string(100'000, '\0'),
                                     std::string(100'000, '\xFF')}) {
    std::ofstream(path_ + "/data.mdb", std::ios::trunc) << content;
    EXPECT_NE(found().find("does not begin as a store's"), std::string::npos) << content.size();
  }
}

}  // namespace
}  // namespace tokenry::test
