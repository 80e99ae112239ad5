// Segments come when they are needed, and a failure to grow is no catastrophe.
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <filesystem>
#include <iostream>

#include "base/clock.hpp"
#include "cells_fixture.hpp"

namespace tokenry::test {
namespace {

using usage::Cells;
using usage::kSegmentSize;

class GrowthTest : public CellsTest {
 protected:
  off_t size() const { return facts_of(path()).st_size; }
  static constexpr off_t size_with(off_t segments) {
    return 4096 + segments * static_cast<off_t>(kSegmentSize);
  }
};

TEST_F(GrowthTest, ASegmentHas4096Cells) {
  const auto cells = attach();
  EXPECT_EQ(cells->segment_count(), 0U);
  EXPECT_EQ(size(), size_with(0));
  for (const std::uint32_t slot : {0U, 4095U}) {
    ASSERT_TRUE(cells->find(slot));
    EXPECT_EQ(cells->segment_count(), 1U);
    EXPECT_EQ(size(), size_with(1));
  }
  for (const std::uint32_t slot : {4096U, 4097U, 8191U}) {
    ASSERT_TRUE(cells->find(slot));
    EXPECT_EQ(cells->segment_count(), 2U);
    EXPECT_EQ(size(), size_with(2));
  }
  EXPECT_EQ(cells->byte_size(), static_cast<std::uint64_t>(size_with(2)));
}

TEST_F(GrowthTest, SlotsDoNotOverlap) {
  const auto cells = attach();
  const std::vector<std::uint32_t> slots = {0, 1, 4095, 4096, 4097, 8191, 8192, 20'000};
  for (std::size_t i = 0; i < slots.size(); ++i) {
    for (std::size_t uses = 0; uses <= i; ++uses) cells->find(slots[i]).count_use(use_at(kNow));
  }
  for (std::size_t i = 0; i < slots.size(); ++i) {
    EXPECT_EQ(cells->find(slots[i]).read(kGeneration).uses, i + 1) << slots[i];
  }
}

TEST_F(GrowthTest, SegmentsBelowAreMadeToo) {
  const auto cells = attach();
  ASSERT_TRUE(cells->find(10 * 4096));
  EXPECT_EQ(cells->segment_count(), 11U);
  EXPECT_EQ(size(), size_with(11));
  const struct stat found = facts_of(path());
  EXPECT_GE(found.st_blocks * 512, size_with(11)) << "all of it has memory";
}

TEST_F(GrowthTest, APeekNeverGrows) {
  const auto cells = attach();
  EXPECT_FALSE(cells->peek(0));
  EXPECT_FALSE(cells->peek(~0U));
  EXPECT_EQ(cells->segment_count(), 0U);
  cells->prefetch(0);
  cells->prefetch(~0U);
  const auto other = attach();
  other->find(4096).count_use(use_at(kNow));
  ASSERT_TRUE(cells->peek(4096)) << "what another has made is there for all";
  EXPECT_EQ(cells->peek(4096).read(kGeneration).uses, 1U);
  EXPECT_FALSE(cells->peek(8192));
  cells->prefetch(4096);
  EXPECT_EQ(cells->segment_count(), 2U);
}

// A count that claims more than the file holds must not lead beyond its end.
TEST_F(GrowthTest, ACountBeyondTheFileIsNotBelieved) {
  const auto cells = attach();
  ASSERT_TRUE(cells->find(0));
  ASSERT_EQ(::truncate(path().c_str(), size_with(1)), 0);
  const int fd = ::open(path().c_str(), O_RDWR | O_CLOEXEC);
  for (const std::uint32_t lie : {2U, 1U << 20, ~0U}) {
    ASSERT_EQ(::pwrite(fd, &lie, sizeof lie, 64), 4);
    EXPECT_TRUE(cells->peek(4095));
    EXPECT_FALSE(cells->peek(4096));
    EXPECT_FALSE(cells->peek(~0U));
    EXPECT_FALSE(attach()->find(4096));
  }
  ::close(fd);
  EXPECT_EQ(size(), size_with(1));
}

// The file-size limit also stops a plain user's files, and would send SIGXFSZ.
void set_limit(const Link& parent, rlim_t bytes) {
  const rlimit limit{bytes, RLIM_INFINITY};
  parent.require(::setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
}

TEST_F(GrowthTest, ALimitStopsGrowthAtTheByte) {
  Child child([&](const Link& parent) {
    const auto cells = attach();
    set_limit(parent, static_cast<rlim_t>(size_with(2)) - 1);
    parent.require(static_cast<bool>(cells->find(4095)), "the first segment fits");
    parent.require(!cells->find(4096), "the second lacks a byte");
    parent.require(cells->segment_count() == 1, "and is not counted");
    parent.require(static_cast<bool>(cells->find(0)), "what is there goes on");
    cells->find(0).count_use(use_at(kNow));
    set_limit(parent, static_cast<rlim_t>(size_with(2)));
    parent.require(eventually([&] { return static_cast<bool>(cells->find(4096)); }, 5000),
                   "now it fits");
    parent.require(!cells->find(8192), "the third does not");
    return 0;
  });
  EXPECT_EQ(child.end(), "");
  EXPECT_EQ(attach()->find(0).read(kGeneration).uses, 1U);
}

TEST_F(GrowthTest, AFailureKeepsNobodyFromWhatIsThere) {
  Child child([&](const Link& parent) {
    parent.require(static_cast<bool>(attach()->find(4096)), "two segments");
    const auto cells = attach();
    set_limit(parent, static_cast<rlim_t>(size_with(2)));
    parent.require(!cells->find(8192), "no third");
    parent.require(static_cast<bool>(cells->find(0)), "the first, not mapped before");
    parent.require(!cells->find(8192), "still no third");
    parent.require(static_cast<bool>(cells->find(4096)), "the second");
    return 0;
  });
  EXPECT_EQ(child.end(), "");
}

TEST_F(GrowthTest, AFailureIsNotTriedAgainWithinASecond) {
  Child child([&](const Link& parent) {
    const auto cells = attach();
    const std::int64_t before = base::coarse_monotonic_s();
    // Begin with a second: the rest takes a few microseconds of it.
    parent.require(eventually([&] { return base::coarse_monotonic_s() != before; }, 5000), "time");
    const std::int64_t second = base::coarse_monotonic_s();
    set_limit(parent, 4096);
    parent.require(!cells->find(0), "no room");
    set_limit(parent, RLIM_INFINITY);
    const bool was_found = static_cast<bool>(cells->find(0));
    // Held up for so long by other work that the second is over: nothing to learn.
    if (base::coarse_monotonic_s() == second) parent.require(!was_found, "it was tried again");
    parent.require(eventually([&] { return static_cast<bool>(cells->find(0)); }, 5000), "never");
    return 0;
  });
  EXPECT_EQ(child.end(), "");
}

bool write_text(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool is_written =
      ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  return is_written;
}

// Mounts of this process alone; a plain user has that right in a user namespace, where the kernel
// allows those, and keeps the ids one has.
bool has_own_mounts() {
  if (::unshare(CLONE_NEWNS) == 0) return true;
  const std::string user = std::to_string(::geteuid());
  const std::string group = std::to_string(::getegid());
  return ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
         write_text("/proc/self/setgroups", "deny") &&
         write_text("/proc/self/uid_map", user + " " + user + " 1") &&
         write_text("/proc/self/gid_map", group + " " + group + " 1");
}

// A file system of 1 MiB, seen by this process alone. False where the system does not allow it.
bool mount_small(const std::string& directory) {
  return has_own_mounts() && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", directory.c_str(), "tmpfs", 0, "size=1m,mode=0700") == 0;
}

TEST_F(GrowthTest, AFullFileSystemStopsGrowthAlone) {
  Child child([&](const Link& parent) {
    if (!mount_small(directory_)) {
      parent.require(::geteuid() != 0 || errno == EPERM,
                     "cannot mount: " + base::errno_text(errno));
      return 0;  // ALimitStopsGrowthAtTheByte has shown the same without a mount
    }
    const auto cells = attach();
    parent.require(static_cast<bool>(cells->find(0)), "half of it is enough for one segment");
    parent.require(!cells->find(4096), "and too little for two");
    parent.require(cells->segment_count() == 1, "which is not counted");
    for (int i = 0; i < 1000; ++i) cells->find(0).count_use(use_at(kNow));
    parent.require(cells->find(0).read(kGeneration).uses == 1000, "what is there goes on");
    parent.require(::mount(nullptr, directory_.c_str(), nullptr, MS_REMOUNT, "size=4m") == 0,
                   "cannot remount");
    parent.require(eventually([&] { return static_cast<bool>(cells->find(4096)); }, 5000),
                   "a later try does not work");
    return 0;
  });
  EXPECT_EQ(child.end(), "");
}

TEST_F(GrowthTest, AFullFileSystemRefusesANewFile) {
  Child child([&](const Link& parent) {
    if (!mount_small(directory_)) {
      parent.require(::geteuid() != 0 || errno == EPERM,
                     "cannot mount: " + base::errno_text(errno));
      return 0;  // CellsFileTest.AFileThatCannotBeMadeLeavesNothing shows the same with a limit
    }
    const int filler =
        ::open((directory_ + "/filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while (::write(filler, &filler, 1) == 1 && ::lseek(filler, 4095, SEEK_CUR) > 0) {
    }
    parent.require(errno == ENOSPC, "cannot fill the file system: " + base::errno_text(errno));
    ::close(filler);
    const auto refused = Cells::attach(place_);
    parent.require(refused.code() == base::Code::store_full,
                   refused.ok() ? "attached" : refused.status().text());
    const std::filesystem::directory_iterator all(directory_);
    parent.require(std::distance(begin(all), end(all)) == 1, "a file is left behind");
    return 0;
  });
  EXPECT_EQ(child.end(), "");
}

}  // namespace
}  // namespace tokenry::test
