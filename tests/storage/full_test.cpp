// Full disks and full maps: nothing grows, nothing is lost, and revocation still works.
#include <sys/mount.h>
#include <sys/statvfs.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "support/child.hpp"
#include "support/engine_store.hpp"
#include "support/faults.hpp"

namespace tokenry::test {
namespace {

using base::Code;
using base::Status;
using model::Reason;
using Action = engine::Store::Action;

// Creates tokens until it is refused; the refusal.
Status create_until_refused(engine::Store& store, std::vector<Held>& held, std::size_t batch) {
  const std::string note(900, 'n');
  for (int i = 0; i < 100'000; ++i) {
    const std::string label = std::to_string(batch) + "-" + std::to_string(i);
    Status made = make_tokens(store, label, batch, &held, note);
    if (!made.ok()) return made;
  }
  return {};
}

// Into the last corner: ever smaller batches, until not even one token fits.
void fill_up(engine::Store& store, std::vector<Held>& held) {
  for (const std::size_t batch : {4000U, 1000U, 300U, 100U, 30U, 10U, 3U, 1U}) {
    const Status refused = create_until_refused(store, held, batch);
    ASSERT_EQ(refused.code(), Code::store_full) << refused.text();
  }
}

void expect_all_allowed(engine::Store& store, const std::vector<Held>& held) {
  for (const Held& token : held) ASSERT_EQ(judge(store, token.text), Reason::allowed);
}

// A hundred revocations, each of its own, and what else must never be stopped.
void expect_revocation_works(engine::Store& store, const std::vector<Held>& held) {
  ASSERT_GT(held.size(), 220U);
  for (std::size_t i = 0; i < 100; ++i) {
    const Held& token = held[i * held.size() / 101];
    const Status revoked = revoke(store, token.id);
    ASSERT_TRUE(revoked.ok()) << "revocation " << i << ": " << revoked.text();
    ASSERT_EQ(judge(store, token.text), Reason::revoked);
  }
  const Held& last = held.back();
  const Status suspended = act(store, Action::suspend, last.id);
  EXPECT_TRUE(suspended.ok()) << suspended.text();
  EXPECT_EQ(judge(store, last.text), Reason::suspended);
  std::vector<std::uint64_t> ids;
  for (std::size_t i = 1; i <= 100; ++i) ids.push_back(held[held.size() - 1 - i].id);
  std::vector<Code> codes(ids.size());
  const Status revoked = store.act("test", Action::revoke, ids, false, codes);
  EXPECT_TRUE(revoked.ok()) << revoked.text();
  EXPECT_EQ(judge(store, held[held.size() - 2].text), Reason::revoked);
}

// A small owner, made while there is room.
Held make_bystander(engine::Store& store) {
  std::vector<Held> held;
  EXPECT_TRUE(make_tokens(store, "t", 1, &held, "", "bystander").ok());
  return held.front();
}

void expect_suspending_owners_works(engine::Store& store, const Held& bystander) {
  const Status suspended = store.set_owner_suspended("test", "bystander", true);
  EXPECT_TRUE(suspended.ok()) << suspended.text();
  EXPECT_EQ(judge(store, bystander.text), Reason::owner_suspended);
}

// A small disk: a tmpfs of its own or, where mounting is refused, writes that fail at its end.
class FullDisk : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kDiskBytes = 24 << 20;

  void SetUp() override {
    const std::string options = "size=" + std::to_string(kDiskBytes);
    mounted_ = ::mount("tmpfs", scratch_.path().c_str(), "tmpfs", 0, options.c_str()) == 0;
    if (!mounted_) {
      std::cerr << "NOTE: mounting a tmpfs is refused here, so that the full disk is stood in for "
                   "by failing writes\n";
    }
    const Status made = make_store(path_);
    ASSERT_TRUE(made.ok()) << made.text();
  }
  ~FullDisk() override {
    if (mounted_) ::umount2(scratch_.path().c_str(), MNT_DETACH);
  }

  // Runs the body in a child, where the limit holds.
  void on_full_disk(const std::function<void()>& body) {
    Child child([&](const Link& parent) {
      if (!mounted_) faults::limit_disk(kDiskBytes);
      body();
      parent.require(!HasFailure(), "see above");
      return 0;
    });
    EXPECT_EQ(child.end(60'000), "");
  }

  // From now on the data file can grow to that size and no further.
  void leave_room_until(engine::Store& store, std::uint64_t size) {
    if (!mounted_) {
      faults::limit_disk(size);
      return;
    }
    const std::string ballast = scratch_ / "ballast";
    std::filesystem::remove(ballast);
    struct statvfs disk {};
    ASSERT_EQ(::statvfs(path_.c_str(), &disk), 0);
    const std::uint64_t whole =
        disk.f_bavail * disk.f_frsize + store.facts()->environment.data_file_bytes;
    ASSERT_GT(whole, size);
    std::ofstream(ballast, std::ios::binary) << std::string(whole - size, 'x');
  }

  ScratchDirectory scratch_;
  std::string path_ = scratch_ / "store";
  bool mounted_ = false;
};

TEST_F(FullDisk, CreatingStopsAndRevokingGoesOn) {
  on_full_disk([&] {
    const auto store = open_store(path_);
    const Held bystander = make_bystander(*store);
    std::vector<Held> held;
    fill_up(*store, held);
    expect_all_allowed(*store, held);
    expect_revocation_works(*store, held);
    expect_suspending_owners_works(*store, bystander);
    EXPECT_EQ(make_tokens(*store, "more", 1).code(), Code::store_full);
    EXPECT_EQ(store->facts()->tampered_count, 0U);
  });
}

TEST_F(FullDisk, ATransactionTooLargeForTheDiskChangesNothing) {
  on_full_disk([&] {
    const auto store = open_store(path_);
    std::vector<Held> held;
    ASSERT_TRUE(make_tokens(*store, "t", 300, &held).ok());
    const Status refused = make_tokens(*store, "huge", 30'000, nullptr, std::string(900, 'n'));
    EXPECT_EQ(refused.code(), Code::store_full) << refused.text();
    expect_all_allowed(*store, held);
    EXPECT_TRUE(make_tokens(*store, "small", 1).ok());
    expect_revocation_works(*store, held);
  });
}

// One transaction may take what is left of the disk, but for the reserve.
TEST_F(FullDisk, OneLargeTransactionLeavesTheReserve) {
  constexpr std::size_t kBatch = 2000;
  const std::string note(900, 'n');
  const std::uint64_t growth = [&] {
    const ScratchDirectory place;
    EXPECT_TRUE(make_store(place / "store").ok());
    const auto store = open_store(place / "store");
    const std::uint64_t before = store->facts()->environment.used_bytes;
    EXPECT_TRUE(make_tokens(*store, "t", kBatch, nullptr, note).ok());
    return store->facts()->environment.used_bytes - before;
  }();
  ASSERT_GT(growth, 2U << 20);
  on_full_disk([&] {
    const auto store = open_store(path_);
    std::vector<Held> held;
    ASSERT_TRUE(make_tokens(*store, "early", 300, &held).ok());
    Status made(Code::store_full, "");
    // Step by step more room, until it just fits.
    for (std::uint64_t spare = 0; made.code() == Code::store_full; spare += 64 << 10) {
      ASSERT_LT(spare, 8U << 20);
      leave_room_until(*store, store->facts()->environment.used_bytes + growth + spare);
      made = make_tokens(*store, "large", kBatch, &held, note);
    }
    ASSERT_TRUE(made.ok()) << made.text();
    expect_all_allowed(*store, held);
    expect_revocation_works(*store, held);
  });
}

TEST_F(FullDisk, RevokingGoesOnBesideAStoppedReader) {
  on_full_disk([&] {
    const auto store = open_store(path_);
    std::vector<Held> held;
    fill_up(*store, held);
    Child reader([&](const Link& parent) {
      const Status status = store->read([&](const engine::Rows&) -> Status {
        parent.say("r");
        parent.expect('g');
        return {};
      });
      return status.ok() ? 0 : 1;
    });
    ASSERT_EQ(reader.hear(), 'r');
    reader.send_signal(SIGSTOP);
    for (std::size_t i = 0; i < 20; ++i) {
      const Status revoked = revoke(*store, held[i].id);
      ASSERT_TRUE(revoked.ok()) << "revocation " << i << ": " << revoked.text();
      ASSERT_EQ(judge(*store, held[i].text), Reason::revoked);
    }
    reader.send_signal(SIGCONT);
    reader.say('g');
    EXPECT_EQ(reader.end(), "");
  });
}

TEST_F(FullDisk, OpensAgainAndWorksOnceThereIsRoom) {
  if (mounted_) {
    std::ofstream ballast(scratch_ / "ballast", std::ios::binary);
    ballast << std::string(12 << 20, 'x');
  }
  std::vector<Held> held;
  on_full_disk([&] {
    const auto store = open_store(path_);
    std::vector<Held> mine;
    fill_up(*store, mine);
    expect_revocation_works(*store, mine);
  });
  on_full_disk([&] {
    const auto store = open_store(path_);
    EXPECT_EQ(make_tokens(*store, "still", 1).code(), Code::store_full);
  });
  std::filesystem::remove(scratch_ / "ballast");
  const auto store = open_store(path_);
  const Status made = make_tokens(*store, "again", 100);
  EXPECT_TRUE(made.ok()) << made.text();
}

TEST_F(FullDisk, AStoreCannotBeMadeOnIt) {
  if (!mounted_) {
    // 64 KiB hold not even an empty store.
    Child child([&](const Link& parent) {
      faults::limit_disk(1 << 16);
      const Status made = make_store(scratch_ / "late");
      parent.require(made.code() == Code::store_full, made.text());
      return 0;
    });
    EXPECT_EQ(child.end(), "");
  } else {
    std::ofstream ballast(scratch_ / "ballast", std::ios::binary);
    ballast << std::string(kDiskBytes, 'x');
    ballast.close();
    EXPECT_EQ(make_store(scratch_ / "late").code(), Code::store_full);
  }
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "late"));
}

class FullMap : public ::testing::Test {
 protected:
  void SetUp() override {
    const Status made = make_store(path_, engine::kMinMapSizeBytes);
    ASSERT_TRUE(made.ok()) << made.text();
  }
  ScratchDirectory scratch_;
  std::string path_ = scratch_ / "store";
};

TEST_F(FullMap, CreatingStopsAndRevokingGoesOn) {
  const auto store = open_store(path_);
  const Held bystander = make_bystander(*store);
  std::vector<Held> held;
  fill_up(*store, held);
  expect_all_allowed(*store, held);
  expect_revocation_works(*store, held);
  expect_suspending_owners_works(*store, bystander);
  EXPECT_EQ(store->facts()->tampered_count, 0U);
}

TEST_F(FullMap, OneLargeTransactionLeavesTheReserve) {
  const auto store = open_store(path_);
  const Held bystander = make_bystander(*store);
  std::vector<Held> held;
  Status made(Code::store_full, "");
  for (std::size_t batch = 9000; made.code() == Code::store_full; batch -= batch / 50) {
    ASSERT_GT(batch, 1000U);
    made = make_tokens(*store, "large", batch, &held, std::string(900, 'n'));
  }
  ASSERT_TRUE(made.ok()) << made.text();
  expect_revocation_works(*store, held);
  expect_suspending_owners_works(*store, bystander);
}

TEST_F(FullMap, PurgingMakesRoomAgain) {
  const auto store = open_store(path_);
  std::vector<Held> held;
  fill_up(*store, held);
  for (std::size_t i = 0; i < held.size() / 2; i += 100) {
    std::vector<std::uint64_t> ids;
    for (std::size_t j = i; j < i + 100; ++j) ids.push_back(held[j].id);
    std::vector<Code> codes(ids.size());
    Status status = store->act("test", Action::revoke, ids, false, codes);
    ASSERT_TRUE(status.ok()) << status.text();
    status = store->act("test", Action::purge, ids, false, codes);
    ASSERT_TRUE(status.ok()) << status.text();
  }
  const Status made = make_tokens(*store, "again", 100);
  EXPECT_TRUE(made.ok()) << made.text();
  EXPECT_EQ(judge(*store, held.front().text), Reason::unknown);
  EXPECT_EQ(judge(*store, held.back().text), Reason::allowed);
}

// Pages that a dead process kept count as free.
TEST_F(FullMap, ADeadReaderIsFoundBeforeGivingUp) {
  const auto store = open_store(path_);
  std::vector<Held> held;
  ASSERT_TRUE(make_tokens(*store, "t", 1000, &held, std::string(900, 'n')).ok());
  Child dying([&](const Link& parent) {
    const Status status = store->read([&](const engine::Rows&) -> Status {
      parent.say("r");
      parent.hear();
      return {};
    });
    return status.ok() ? 0 : 1;
  });
  ASSERT_EQ(dying.hear(), 'r');
  dying.kill_at_once();
  // Each edit frees what the dead one's snapshot holds: without clearing it the map would run full.
  for (int i = 0; i < 500; ++i) {
    engine::TokenEdit edit;
    edit.id = held[static_cast<std::size_t>(i) % held.size()].id;
    edit.note = "edit " + std::to_string(i);
    const auto edited = store->edit("test", edit, false);
    ASSERT_TRUE(edited.ok()) << "edit " << i << ": " << edited.status().text();
  }
}

}  // namespace
}  // namespace tokenry::test
