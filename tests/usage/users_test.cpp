// Cells of a store that several users share, and of one that they do not. As root with real users;
// a plain user sees what one alone can see of the same rules.
#include <grp.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "cells_fixture.hpp"

namespace tokenry::test {
namespace {

using base::Code;
using usage::Cells;

constexpr uid_t kOwnerId = 64'801;
constexpr uid_t kMemberId = 64'802;
constexpr uid_t kStrangerId = 64'803;
constexpr gid_t kSharedId = 64'901;
constexpr gid_t kNobodys = 65'534;

bool is_root() { return ::geteuid() == 0; }

class CellsUsers : public ::testing::Test {
 protected:
  CellsUsers() {
    if (::mkdir(directory_.c_str(), 0700) != 0 || ::chmod(directory_.c_str(), 01777) != 0 ||
        ::chmod(scratch_.path().c_str(), 0755) != 0) {
      throw std::runtime_error("cannot make a folder");
    }
  }

  // The place of a store's cells, as every process that opens the store sees it.
  usage::CellsPlace store(mode_t mode) const {
    make_file(data_file_, "", mode);
    if (is_root() && ::chown(data_file_.c_str(), kOwnerId, kSharedId) != 0) {
      throw std::runtime_error("cannot give the data file away");
    }
    return place_of(data_file_, directory_);
  }

  // A child with these ids, and with umask 077, which must not matter. As a plain user a child with
  // the ids one has.
  static Child as(uid_t user, const std::vector<gid_t>& groups, const Child::Body& body) {
    return Child([=](const Link& parent) {
      ::umask(077);
      if (is_root()) {
        parent.require(::setgroups(groups.size(), groups.data()) == 0, "setgroups");
        parent.require(::setresgid(kNobodys, kNobodys, kNobodys) == 0, "setresgid");
        parent.require(::setresuid(user, user, user) == 0, "setresuid");
      }
      return body(parent);
    });
  }
  static void expect_use(uid_t user, const std::vector<gid_t>& groups,
                         const usage::CellsPlace& place, std::uint64_t expected) {
    Child child = as(user, groups, [&](const Link& parent) {
      const auto cells = attached(place);
      cells->find(1).count_use(use_at(kNow));
      const std::uint64_t uses = cells->find(1).read(kGeneration).uses;
      parent.require(uses == expected, "uses: " + std::to_string(uses));
      return 0;
    });
    EXPECT_EQ(child.end(), "") << "user " << user;
  }
  static void expect_refused(uid_t user, const std::vector<gid_t>& groups,
                             const usage::CellsPlace& place, const std::string& words) {
    Child child = as(user, groups, [&](const Link& parent) {
      const auto refused = Cells::attach(place);
      parent.require(!refused.ok(), "attached");
      parent.require(refused.code() == Code::permission_denied, refused.status().text());
      parent.require(refused.status().text().find(words) != std::string::npos,
                     refused.status().text());
      return 0;
    });
    EXPECT_EQ(child.end(), "") << "user " << user;
  }
  std::size_t files() const {
    const std::filesystem::directory_iterator all(directory_);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  ScratchDirectory scratch_;
  const std::string directory_ = scratch_ / "cells";
  const std::string data_file_ = scratch_ / "data.mdb";
};

TEST_F(CellsUsers, OwnerAndMemberShareWhoeverComesFirst) {
  const usage::CellsPlace place = store(0660);
  std::uint64_t uses = 0;
  for (const uid_t first : {kOwnerId, kMemberId}) {
    std::filesystem::remove(usage::path_of_cells(place));
    uses = 0;
    for (const uid_t user : {first, kOwnerId, kMemberId, first}) {
      expect_use(user, {kSharedId}, place, ++uses);
    }
    const struct stat found = facts_of(usage::path_of_cells(place));
    EXPECT_EQ(found.st_mode & 07777, 0660U);
    EXPECT_EQ(found.st_gid, place.group);
    EXPECT_EQ(found.st_uid, is_root() ? first : ::geteuid());
  }
  // Root, which is no member, uses what is there.
  const auto cells = attached(place);
  EXPECT_EQ(cells->find(1).read(kGeneration).uses, uses);
  EXPECT_EQ(files(), 1U);
}

TEST_F(CellsUsers, RootLocksNobodyOut) {
  const usage::CellsPlace place = store(0660);
  const mode_t old_mask = ::umask(077);
  attached(place);
  ::umask(old_mask);
  const struct stat found = facts_of(usage::path_of_cells(place));
  EXPECT_EQ(found.st_uid, place.owner);
  EXPECT_EQ(found.st_gid, place.group);
  EXPECT_EQ(found.st_mode & 07777, 0660U);
  expect_use(kMemberId, {kSharedId}, place, 1);
  expect_use(kOwnerId, {kSharedId}, place, 2);
}

TEST_F(CellsUsers, APrivateStoresCellsAreItsOwners) {
  const usage::CellsPlace place = store(0600);
  expect_use(kOwnerId, {kSharedId}, place, 1);
  EXPECT_EQ(facts_of(usage::path_of_cells(place)).st_mode & 07777, 0600U);
  if (is_root()) {
    expect_refused(kMemberId, {kSharedId}, place, "cannot open");
    expect_refused(kStrangerId, {kNobodys}, place, "cannot open");
  }
  expect_use(kOwnerId, {kSharedId}, place, 2);
  EXPECT_EQ(files(), 1U);
}

TEST_F(CellsUsers, AStrangerCannotMakeTheFile) {
  for (const mode_t mode : {0600U, 0660U}) {
    std::filesystem::remove(data_file_);
    usage::CellsPlace place = store(mode);
    if (!is_root()) {
      place.owner = ::geteuid() + 1;
      place.group = 64'999;
    }
    expect_refused(kStrangerId, {kNobodys}, place, is_root() ? "user 64803" : "belongs to user");
    EXPECT_EQ(files(), 0U);
  }
}

// Somebody took the name before the store did.
TEST_F(CellsUsers, AStrangersFileIsRefusedAndLeft) {
  usage::CellsPlace place = store(0660);
  const std::string path = usage::path_of_cells(place);
  if (is_root()) {
    make_file(path, std::string(8192, 'x'), 0660);
    ASSERT_EQ(::chown(path.c_str(), kStrangerId, kNobodys), 0);
    ASSERT_EQ(::chmod(path.c_str(), 0660), 0);
    for (const uid_t user : {kOwnerId, kMemberId, uid_t{0}}) {
      expect_refused(user, {kSharedId}, place, "belongs to user 64803");
    }
  } else {
    make_file(path, std::string(8192, 'x'), 0660);
    place.owner = ::geteuid() + 1;
    place.group = 64'999;
    expect_refused(::geteuid(), {}, place, "belongs to user " + std::to_string(::geteuid()));
  }
  EXPECT_EQ(facts_of(path).st_size, 8192);
}

// Writes a setting of the kernel, where that is allowed, and puts the old value back.
class KernelSetting {
 public:
  KernelSetting(std::string path, const std::string& value) : path_(std::move(path)) {
    std::ifstream(path_) >> old_value_;
    std::ofstream(path_) << value << std::flush;
    std::ifstream(path_) >> value_;
  }
  ~KernelSetting() { std::ofstream(path_) << old_value_ << std::flush; }
  KernelSetting(const KernelSetting&) = delete;
  KernelSetting& operator=(const KernelSetting&) = delete;

  const std::string& value() const { return value_; }

 private:
  std::string path_;
  std::string old_value_;
  std::string value_;
};

// With fs.protected_regular at 2 nobody, root included, may open with O_CREAT another user's file
// in a sticky directory that a group can write.
TEST_F(CellsUsers, AnotherUsersFileInAStickyDirectoryIsOpened) {
  const usage::CellsPlace place = store(0660);
  expect_use(kOwnerId, {kSharedId}, place, 1);
  const KernelSetting setting("/proc/sys/fs/protected_regular", "2");
  const std::string path = usage::path_of_cells(place);
  const int with_create = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (is_root() && setting.value() == "2") {
    EXPECT_LT(with_create, 0) << "the setting has no effect, so this test shows nothing";
  } else {
    EXPECT_GE(with_create, 0);
  }
  if (with_create >= 0) ::close(with_create);
  const auto cells = attached(place);
  EXPECT_EQ(cells->find(1).read(kGeneration).uses, 1U);
  expect_use(kMemberId, {kSharedId}, place, 2);
  std::filesystem::remove(path);
  attached(place);
  expect_use(kMemberId, {kSharedId}, place, 1);
}

}  // namespace
}  // namespace tokenry::test
