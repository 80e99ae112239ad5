#include "engine/create_store.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "store_fixture.hpp"

namespace tokenry::engine {
namespace {

using Names = std::set<std::string>;

constexpr uid_t kNobody = 65534;

class CreateStore : public testing::Test {
 protected:
  CreateOptions small() const {
    CreateOptions options;
    options.map_size_bytes = kMinMapSizeBytes;
    return options;
  }
  std::string path() const { return scratch_.path("store"); }
  Status create(const CreateOptions& options) { return create_store(path(), kActor, options); }
  Code create_code(const CreateOptions& options) { return create(options).code(); }

  std::shared_ptr<Store> open(const OpenOptions& options = {}) {
    auto store = Store::open(path(), options);
    EXPECT_TRUE(store.ok()) << store.status().text();
    return store.ok() ? *store : nullptr;
  }

  static struct stat facts(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status;
  }
  static mode_t mode(const std::string& path) { return facts(path).st_mode & 07777; }

  // Runs work as a user without rights; answers what it answers.
  static int as_nobody(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
      const bool dropped = ::geteuid() != 0 || (::setgroups(0, nullptr) == 0 &&
                                                ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0);
      ::_exit(dropped ? work() : 255);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  void expect_nothing_made() { EXPECT_EQ(names_in(scratch_.path()), Names{}); }

  ScratchDirectory scratch_;
};

TEST_F(CreateStore, MakesAStoreThatOpens) {
  CreateOptions options = small();
  options.prefix = "acme";
  options.scopes = test_scopes();
  ASSERT_EQ(create_code(options), Code::ok);
  const auto store = open();
  EXPECT_EQ(store->format().prefix, "acme");
  EXPECT_TRUE(store->format().sealed);
  EXPECT_EQ(store->format().map_size_bytes, kMinMapSizeBytes);
  EXPECT_EQ(store->catalog()->size(), test_scopes().size());
  EXPECT_TRUE(store->catalog()->at(4).everything);
}

TEST_F(CreateStore, RecordsFillOnePageEach) {
  ASSERT_EQ(create_code(small()), Code::ok);
  const record::Format format = open()->format();
  EXPECT_EQ(format.page_size, static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(format.records_per_page, (format.page_size - 128) / 128);
}

TEST_F(CreateStore, MakesThreePrivateFilesAndNothingBeside) {
  ASSERT_EQ(create_code(small()), Code::ok);
  EXPECT_EQ(names_in(scratch_.path()), Names{"store"});
  EXPECT_EQ(names_in(path()), (Names{"data.mdb", "lock.mdb", "key"}));
  EXPECT_EQ(mode(path()), 0700U);
  for (const char* name : {"/data.mdb", "/lock.mdb", "/key"}) EXPECT_EQ(mode(path() + name), 0600U);
}

TEST_F(CreateStore, NoTwoStoresShareIdOrKey) {
  ASSERT_EQ(create_code(small()), Code::ok);
  const record::Format first = open()->format();
  std::filesystem::remove_all(path());
  ASSERT_EQ(create_code(small()), Code::ok);
  const record::Format second = open()->format();
  EXPECT_NE(first.store_id, second.store_id);
  EXPECT_NE(first.key_id, second.key_id);
}

TEST_F(CreateStore, SlashesAtTheEndDoNotCount) {
  ASSERT_EQ(create_store(path() + "//", kActor, small()).code(), Code::ok);
  EXPECT_EQ(names_in(scratch_.path()), Names{"store"});
}

TEST_F(CreateStore, AdoptsAnEmptyDirectoryWithItsOwnerAndMode) {
  std::filesystem::create_directory(path());
  ASSERT_EQ(::chmod(path().c_str(), 0750), 0);
  const bool is_root = ::geteuid() == 0;
  if (is_root) {
    ASSERT_EQ(::chown(path().c_str(), kNobody, kNobody), 0);
  }
  const uid_t owner = is_root ? kNobody : ::geteuid();
  ASSERT_EQ(create_code(small()), Code::ok);
  EXPECT_EQ(mode(path()), 0750U);
  for (const char* name : {"", "/data.mdb", "/lock.mdb", "/key"}) {
    EXPECT_EQ(facts(path() + name).st_uid, owner) << name;
  }
}

TEST_F(CreateStore, RefusesADirectoryThatHoldsSomething) {
  std::filesystem::create_directory(path());
  write_file(path() + "/mine", "keep me");
  EXPECT_EQ(create_code(small()), Code::store_exists);
  EXPECT_EQ(names_in(path()), Names{"mine"});
  EXPECT_EQ(names_in(scratch_.path()), Names{"store"});
}

TEST_F(CreateStore, RefusesAFileAndALink) {
  write_file(path(), "keep me");
  EXPECT_EQ(create_code(small()), Code::store_exists);
  EXPECT_EQ(content_of(path()), "keep me");
  std::filesystem::remove(path());
  std::filesystem::create_directory(scratch_.path("elsewhere"));
  std::filesystem::create_symlink(scratch_.path("elsewhere"), path());
  EXPECT_EQ(create_code(small()), Code::store_exists);
  EXPECT_EQ(names_in(scratch_.path("elsewhere")), Names{});
}

TEST_F(CreateStore, RefusesAnExistingStore) {
  ASSERT_EQ(create_code(small()), Code::ok);
  const auto id = open()->format().store_id;
  EXPECT_EQ(create_code(small()), Code::store_exists);
  EXPECT_EQ(open()->format().store_id, id);
}

TEST_F(CreateStore, AMissingParentIsNotMade) {
  const Status status = create_store(scratch_.path("absent/store"), kActor, small());
  EXPECT_EQ(status.code(), Code::store_missing);
  expect_nothing_made();
}

TEST_F(CreateStore, AnUnwritableParentIsToldAndLeftAlone) {
  ASSERT_EQ(::chmod(scratch_.path().c_str(), 0555), 0);
  const int code = as_nobody([&] { return static_cast<int>(create_code(small())); });
  EXPECT_EQ(code, static_cast<int>(Code::permission_denied));
  ASSERT_EQ(::chmod(scratch_.path().c_str(), 0755), 0);
  expect_nothing_made();
}

// ---- keys

TEST_F(CreateStore, TheKeyFileMayLieElsewhere) {
  CreateOptions options = small();
  options.key_file = scratch_.path("secret.key");
  ASSERT_EQ(create_code(options), Code::ok);
  EXPECT_EQ(names_in(path()), (Names{"data.mdb", "lock.mdb"}));
  EXPECT_EQ(mode(options.key_file), 0600U);
  EXPECT_EQ(Store::open(path(), {}).code(), Code::key_missing);
  OpenOptions named;
  named.key_file = options.key_file;
  EXPECT_NE(open(named), nullptr);
}

TEST_F(CreateStore, TheKeyMayBeGivenAsBytes) {
  StoreKey key;
  std::fill_n(key.data(), key.size(), std::uint8_t{7});
  CreateOptions options = small();
  options.key = &key;
  ASSERT_EQ(create_code(options), Code::ok);
  EXPECT_EQ(names_in(path()), (Names{"data.mdb", "lock.mdb"}));
  OpenOptions given;
  given.key = &key;
  EXPECT_NE(open(given), nullptr);
}

TEST_F(CreateStore, AnExistingKeyFileIsNeverOverwritten) {
  CreateOptions options = small();
  options.key_file = scratch_.path("secret.key");
  write_file(options.key_file, "another store's");
  EXPECT_EQ(create_code(options), Code::store_exists);
  EXPECT_EQ(content_of(options.key_file), "another store's");
  EXPECT_EQ(names_in(scratch_.path()), Names{"secret.key"});
}

TEST_F(CreateStore, AKeyFileThatCannotBeMadeLeavesNothingBehind) {
  CreateOptions options = small();
  options.key_file = scratch_.path("absent/secret.key");
  EXPECT_EQ(create_code(options), Code::store_missing);
  expect_nothing_made();
}

TEST_F(CreateStore, AFailureAfterTheKeyWasMadeRemovesTheKey) {
  CreateOptions options = small();
  options.key_file = scratch_.path("secret.key");
  options.group = ::getgrgid(0)->gr_name;  // which nobody else may give away
  ASSERT_EQ(::chmod(scratch_.path().c_str(), 0777), 0);
  const int code = as_nobody([&] { return static_cast<int>(create_code(options)); });
  EXPECT_EQ(code, static_cast<int>(Code::permission_denied));
  expect_nothing_made();
}

TEST_F(CreateStore, AnUnsealedStoreHasNoKey) {
  CreateOptions options = small();
  options.sealed = false;
  ASSERT_EQ(create_code(options), Code::ok);
  EXPECT_EQ(names_in(path()), (Names{"data.mdb", "lock.mdb"}));
  EXPECT_FALSE(open()->format().sealed);
  EXPECT_EQ(open()->format().key_id, 0U);
}

TEST_F(CreateStore, ContradictingKeyOptionsAreRefused) {
  const StoreKey key;
  CreateOptions both = small();
  both.key = &key;
  both.key_file = scratch_.path("secret.key");
  EXPECT_EQ(create_code(both), Code::invalid_argument);
  CreateOptions unsealed = small();
  unsealed.sealed = false;
  unsealed.key = &key;
  EXPECT_EQ(create_code(unsealed), Code::invalid_argument);
  unsealed.key = nullptr;
  unsealed.key_file = scratch_.path("secret.key");
  EXPECT_EQ(create_code(unsealed), Code::invalid_argument);
  expect_nothing_made();
}

// ---- groups

TEST_F(CreateStore, AnUnknownGroupLeavesNothingBehind) {
  CreateOptions options = small();
  options.group = "no-such-group-here";
  EXPECT_EQ(create_code(options), Code::not_found);
  expect_nothing_made();
}

TEST_F(CreateStore, AGroupSharesTheFilesButCannotWriteTheKey) {
  const group* own = ::getgrgid(::getegid());
  ASSERT_NE(own, nullptr);
  CreateOptions options = small();
  options.group = own->gr_name;
  ASSERT_EQ(create_code(options), Code::ok);
  EXPECT_EQ(mode(path()), 02770U);
  EXPECT_EQ(mode(path() + "/data.mdb"), 0660U);
  EXPECT_EQ(mode(path() + "/lock.mdb"), 0660U);
  EXPECT_EQ(mode(path() + "/key"), 0640U);
  EXPECT_EQ(facts(path() + "/data.mdb").st_gid, own->gr_gid);
}

// ---- options

TEST_F(CreateStore, BadOptionsAreRefusedBeforeAnythingIsMade) {
  CreateOptions options = small();
  options.prefix = "T";
  EXPECT_EQ(create_code(options), Code::invalid_argument);
  options = small();
  options.scopes = {{.name = "-x", .group = "", .text = ""}};
  EXPECT_EQ(create_code(options), Code::invalid_argument);
  options.scopes = {{.name = "x", .group = "", .text = ""}, {.name = "X", .group = "", .text = ""}};
  EXPECT_EQ(create_code(options), Code::conflict);
  EXPECT_EQ(create_store(path(), "", small()).code(), Code::invalid_argument);
  expect_nothing_made();
}

TEST_F(CreateStore, CatalogsReachTo256Scopes) {
  CreateOptions options = small();
  for (int i = 0; i < 257; ++i) {
    options.scopes.push_back({.name = "s" + std::to_string(i), .group = "", .text = ""});
  }
  EXPECT_EQ(create_code(options), Code::invalid_argument);
  options.scopes.pop_back();
  EXPECT_EQ(create_code(options), Code::ok);
  EXPECT_EQ(open()->catalog()->size(), 256U);
}

TEST_F(CreateStore, MapSizesHaveLimits) {
  CreateOptions options = small();
  options.map_size_bytes = kMinMapSizeBytes - 1;
  EXPECT_EQ(create_code(options), Code::invalid_argument);
  options.map_size_bytes = kMaxMapSizeBytes + 1;
  EXPECT_EQ(create_code(options), Code::invalid_argument);
  expect_nothing_made();
  options.map_size_bytes = kMinMapSizeBytes;
  EXPECT_EQ(create_code(options), Code::ok);
  std::filesystem::remove_all(path());
  options.map_size_bytes = kMaxMapSizeBytes;
  EXPECT_EQ(create_code(options), Code::ok);
  EXPECT_EQ(open()->format().map_size_bytes, kMaxMapSizeBytes);
}

TEST_F(CreateStore, EveryOpenerTakesTheMapSizeFromTheFile) {
  CreateOptions options = small();
  options.map_size_bytes = std::uint64_t{1} << 40;
  ASSERT_EQ(create_code(options), Code::ok);
  EXPECT_EQ(open()->facts()->environment.map_size_bytes, std::uint64_t{1} << 40);
}

}  // namespace
}  // namespace tokenry::engine
