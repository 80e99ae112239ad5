// Several users of one group share a store. Needs root, for children under other ids.
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

#include <filesystem>
#include <iostream>

#include "small_store.hpp"

namespace tokenry::test {
namespace {

constexpr uid_t kOwnerId = 64'801;
constexpr uid_t kMemberId = 64'802;
constexpr uid_t kStrangerId = 64'803;
constexpr gid_t kNobodys = 65'534;

class Users : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::geteuid(), 0U) << "these tests must run as root: they take on other users' ids";
    // A group that every system has; root need not be in it.
    const group* const shared = ::getgrnam("games");
    ASSERT_NE(shared, nullptr) << "no group \"games\" on this system";
    shared_ = shared->gr_gid;
    ASSERT_EQ(::chmod(scratch_.path().c_str(), 0777), 0);
    Child owner = as(kOwnerId, {shared_}, [&](const Link&) {
      CreateOptions options;
      options.group = "games";
      options.map_size_bytes = 64 << 20;
      create_store(path_, kActor, options);
      return 0;
    });
    ASSERT_EQ(owner.end(), "");
  }

  // A child with these ids, and with umask 077, which must not matter.
  static Child as(uid_t user, const std::vector<gid_t>& groups, const Child::Body& body) {
    return Child([=](const Link& parent) {
      ::umask(077);
      parent.require(::setgroups(groups.size(), groups.data()) == 0, "setgroups");
      parent.require(::setresgid(kNobodys, kNobodys, kNobodys) == 0, "setresgid");
      parent.require(::setresuid(user, user, user) == 0, "setresuid");
      return body(parent);
    });
  }

  int use(const std::string& label, const Link& parent) const {
    Store store = Store::open(path_);
    const Held token = make_token(store, label);
    parent.require(judge(store, token) == Reason::kAllowed, "a new token is denied");
    revoke(store, token);
    parent.require(judge(store, token) == Reason::kRevoked, "a revoked token is not");
    return 0;
  }
  void expect_both_can_use(const std::string& label) {
    for (const uid_t user : {kOwnerId, kMemberId}) {
      Child child = as(user, {shared_}, [&, user](const Link& parent) {
        return use(label + std::to_string(user), parent);
      });
      EXPECT_EQ(child.end(), "") << label << " as " << user;
    }
  }

  struct stat facts(const std::string& name) const {
    struct stat found {};
    EXPECT_EQ(::stat((path_ + "/" + name).c_str(), &found), 0) << name;
    return found;
  }

  ScratchDirectory scratch_;
  const std::string path_ = scratch_ / "store";
  gid_t shared_ = 0;
};

TEST_F(Users, FilesAreTheGroups) {
  EXPECT_EQ(facts("").st_mode & 07777, 02770U);
  EXPECT_EQ(facts("data.mdb").st_mode & 07777, 0660U);
  EXPECT_EQ(facts("lock.mdb").st_mode & 07777, 0660U);
  EXPECT_EQ(facts("key").st_mode & 07777, 0640U);
  for (const char* name : {"", "data.mdb", "lock.mdb", "key"}) {
    EXPECT_EQ(facts(name).st_gid, shared_) << name;
    EXPECT_EQ(facts(name).st_uid, kOwnerId) << name;
  }
}

TEST_F(Users, OwnerAndMemberWorkOneAfterTheOther) {
  expect_both_can_use("first");
  expect_both_can_use("second");
}

TEST_F(Users, OwnerAndMemberWorkAtTheSameTime) {
  Child owner = as(kOwnerId, {shared_}, [&](const Link& parent) {
    Store store = Store::open(path_);
    const Held token = make_token(store, "t");
    parent.require(judge(store, token) == Reason::kAllowed, "denied");
    parent.say(std::string(1, static_cast<char>(token.text.size())) + token.text);
    parent.expect('g');
    parent.require(judge(store, token) == Reason::kRevoked, "the member's revocation is unseen");
    make_token(store, "after");
    return 0;
  });
  const std::size_t size = static_cast<unsigned char>(owner.hear());
  std::string text;
  while (text.size() < size) text += owner.hear();
  Child member = as(kMemberId, {shared_}, [&](const Link& parent) {
    Store store = Store::open(path_);
    parent.require(store.verify(text).allowed(), "denied");
    store.revoke(kActor, {store.identify(text)});
    return 0;
  });
  EXPECT_EQ(member.end(), "");
  owner.say('g');
  EXPECT_EQ(owner.end(), "");
}

TEST_F(Users, RootLocksNobodyOut) {
  const mode_t old_mask = ::umask(077);
  // The lock file may be missing: removed by hand, or not restored from a backup.
  std::filesystem::remove(path_ + "/lock.mdb");
  {
    Store store = Store::open(path_);
    make_token(store, "roots");
  }
  ::umask(old_mask);
  EXPECT_EQ(facts("lock.mdb").st_uid, kOwnerId);
  EXPECT_EQ(facts("lock.mdb").st_gid, shared_);
  EXPECT_EQ(facts("lock.mdb").st_mode & 07777, 0660U);
  expect_both_can_use("after-root");
}

TEST_F(Users, WhoeverMakesTheLockFileAnewLocksNobodyOut) {
  for (const uid_t maker : {kMemberId, kOwnerId}) {
    std::filesystem::remove(path_ + "/lock.mdb");
    const std::string label = "maker" + std::to_string(maker);
    Child child = as(maker, {shared_}, [&](const Link& parent) { return use(label, parent); });
    EXPECT_EQ(child.end(), "") << maker;
    EXPECT_EQ(facts("lock.mdb").st_gid, shared_) << maker;
    EXPECT_EQ(facts("lock.mdb").st_mode & 07777, 0660U) << maker;
    expect_both_can_use("after-" + std::to_string(maker));
  }
}

TEST_F(Users, AStrangerIsRefused) {
  Child stranger = as(kStrangerId, {kNobodys}, [&](const Link& parent) {
    Status status;
    const Store store = Store::open(path_, {}, status);
    parent.require(status.code() == Code::kPermissionDenied, status.message());
    return 0;
  });
  EXPECT_EQ(stranger.end(), "");
  EXPECT_EQ(facts("lock.mdb").st_mode & 07777, 0660U);
}

// Who may write the data but not read the key cannot open a sealed store.
TEST_F(Users, AMemberWithoutTheKeyIsRefused) {
  ASSERT_EQ(::chmod((path_ + "/key").c_str(), 0600), 0);
  Child member = as(kMemberId, {shared_}, [&](const Link& parent) {
    Status status;
    const Store store = Store::open(path_, {}, status);
    parent.require(status.code() == Code::kPermissionDenied, status.message());
    return 0;
  });
  EXPECT_EQ(member.end(), "");
}

TEST_F(Users, AStoreThatIsNotSharedIsItsOwners) {
  const std::string path = scratch_ / "private";
  Child owner = as(kOwnerId, {shared_}, [&](const Link&) {
    create_store(path, kActor);
    return 0;
  });
  ASSERT_EQ(owner.end(), "");
  Child member = as(kMemberId, {shared_}, [&](const Link& parent) {
    Status status;
    const Store store = Store::open(path, {}, status);
    parent.require(status.code() == Code::kPermissionDenied, status.message());
    return 0;
  });
  EXPECT_EQ(member.end(), "");
}

// ---- usage cells, which belong to the store's owner and group whoever made them

// Whoever of them comes first: the cells are made in a sticky folder, as in /dev/shm.
TEST_F(Users, ShareTheCells) {
  Held token;
  {
    Store store = Store::open(path_);
    token = make_token(store, "shared");
  }
  std::filesystem::remove_all(::getenv("TOKENRY_CELLS_DIR"));
  ::mkdir(::getenv("TOKENRY_CELLS_DIR"), 0777);
  ::chmod(::getenv("TOKENRY_CELLS_DIR"), 01777);
  const auto use_once = [&](const Link& parent) {
    Store store = Store::open(path_);
    parent.require(judge(store, token) == Reason::kAllowed, "denied");
    const StoreInfo facts = store.stat();
    parent.require(facts.cells_path.has_value(), facts.cells_problem.value_or("no cells"));
    store.maintain();
    return 0;
  };
  for (const uid_t user : {kMemberId, kOwnerId, kMemberId}) {
    Child child = as(user, {shared_}, use_once);
    EXPECT_EQ(child.end(), "") << user;
  }
  Store store = Store::open(path_);
  EXPECT_EQ(judge(store, token), Reason::kAllowed);
  EXPECT_EQ(store.show(token.id).use_count, 4U);
  struct stat cells {};
  ASSERT_EQ(::stat(store.stat().cells_path->c_str(), &cells), 0);
  EXPECT_EQ(cells.st_mode & 07777, 0660U);
  EXPECT_EQ(cells.st_gid, shared_);
}

TEST_F(Users, GoOnUncountedWhereTheCellsCannotBeMade) {
  Held token;
  {
    Store store = Store::open(path_);
    token = make_token(store, "uncounted");
  }
  const std::string folder = scratch_ / "roots-folder";
  std::filesystem::create_directory(folder);
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  Child child = as(kOwnerId, {shared_}, [&](const Link& parent) {
    ::setenv("TOKENRY_CELLS_DIR", folder.c_str(), 1);
    Store store = Store::open(path_);
    parent.require(judge(store, token) == Reason::kAllowed, "denied");
    const StoreInfo facts = store.stat();
    parent.require(!facts.cells_path.has_value(), "there are cells");
    const std::string why = facts.cells_problem.value_or("");
    parent.require(why.find(folder) != std::string::npos, "the reason is not told: " + why);
    return 0;
  });
  EXPECT_EQ(child.end(), "");
  Store store = Store::open(path_);
  EXPECT_EQ(store.show(token.id).use_count, 0U);
}

}  // namespace
}  // namespace tokenry::test
