// Backups whose process is killed at any point: under the backup's name there is nothing, or all.
#include <chrono>
#include <filesystem>
#include <random>
#include <thread>

#include "small_store.hpp"

namespace tokenry::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kKills = 50;
constexpr int kTokens = 20'000;  // so that a copy takes some milliseconds

class BackupKill : public SmallStore {
 protected:
  void SetUp() override {
    SmallStore::SetUp();
    Store store = Store::open(path_);
    std::vector<std::string> labels;
    for (int i = 0; i < kTokens; ++i) labels.push_back("t" + std::to_string(i));
    std::vector<TokenSpec> specs;
    for (const std::string& label : labels) {
      specs.push_back({.owner = "owner", .label = label, .note = {}, .scopes = {}});
    }
    (void)store.create_many(kActor, specs);
  }

  // A child that backs up, and says so right before.
  Child start_backup() {
    return Child([&](const Link& parent) {
      const Store store = Store::open(path_);
      parent.say("s");
      store.backup(target_);
      return 0;
    });
  }

  static void expect_clean(const std::string& path) {
    const CheckReport report = check_store(path);
    EXPECT_TRUE(report.clean()) << path << ": " << report.findings.front();
    EXPECT_GE(report.token_count, static_cast<std::uint64_t>(kTokens));
  }

  // Directories beside the store that are neither it nor the backup.
  std::vector<std::filesystem::path> drafts() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(scratch_.path())) {
      const std::string name = entry.path().filename();
      if (name == "store" || name == "backup") continue;
      EXPECT_EQ(name.rfind("backup.new-", 0), 0U) << name;
      found.push_back(entry.path());
    }
    return found;
  }

  Clock::duration time_of_a_backup() {
    Child child = start_backup();
    child.link().expect('s');
    const auto began = Clock::now();
    EXPECT_EQ(child.end(), "");
    std::filesystem::remove_all(target_);
    return Clock::now() - began;
  }

  const std::string target_ = scratch_ / "backup";
};

TEST_F(BackupKill, LeavesNothingOrAll) {
  const auto whole = time_of_a_backup();
  std::mt19937 random(std::random_device{}());
  int killed_in_the_middle = 0;
  int finished = 0;
  std::size_t seen_drafts = 0;
  for (int round = 0; round < kKills; ++round) {
    Child child = start_backup();
    child.link().expect('s');
    std::this_thread::sleep_for(whole * (random() % 1000) / 900);
    child.kill_at_once();

    if (std::filesystem::exists(target_)) {
      ++finished;
      EXPECT_EQ(std::distance(std::filesystem::directory_iterator(target_), {}), 2)
          << "data.mdb and key";
      expect_clean(target_);
      std::filesystem::remove_all(target_);
    }
    const std::size_t left = drafts().size();
    if (left > seen_drafts) ++killed_in_the_middle;
    seen_drafts = left;
    if (round % 10 == 0) expect_clean(path_);
  }
  expect_clean(path_);
  EXPECT_GT(killed_in_the_middle, 0) << "of " << kKills << "; finished: " << finished;

  // What was left stands in nobody's way, and the dead took no reader slot with them.
  Store store = Store::open(path_);
  store.backup(target_);
  expect_clean(target_);
  EXPECT_EQ(drafts().size(), seen_drafts);
  EXPECT_LE(store.stat().reader_count, 1U);
}

// A writer killed in the middle of commits, while another process copies: the copy is of one
// commit, and the store goes on.
TEST_F(BackupKill, OfTheWriterLeavesWholeBackups) {
  const Store store = Store::open(path_);
  std::mt19937 random(std::random_device{}());
  for (int round = 0; round < 20; ++round) {
    Child writer([&](const Link& parent) -> int {
      Store mine = Store::open(path_);
      parent.say("s");
      for (int i = 0;; ++i) {
        revoke(mine, make_token(mine, "w" + std::to_string(round) + "-" + std::to_string(i)));
      }
    });
    writer.link().expect('s');
    std::thread killer([&, pause = std::chrono::microseconds(random() % 10'000)] {
      std::this_thread::sleep_for(pause);
      writer.send_signal(SIGKILL);
    });
    store.backup(target_);
    killer.join();
    expect_clean(target_);
    expect_clean(path_);
    std::filesystem::remove_all(target_);
  }
}

}  // namespace
}  // namespace tokenry::test
