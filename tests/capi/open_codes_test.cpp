// The codes that the header documents for making and opening stores, each provoked.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "world.hpp"

namespace capi_tests {
namespace {

namespace fs = std::filesystem;

int open_code(const std::string& path, const tokenry_open_options* options = nullptr) {
  tokenry_store* store = reinterpret_cast<tokenry_store*>(std::uintptr_t{0xDEAD0});
  const int code = tokenry_open(path.data(), path.size(), options, &store);
  if (code == TOKENRY_OK) {
    tokenry_close(store);
  } else {
    EXPECT_EQ(store, nullptr);
    EXPECT_STRNE(tokenry_last_error(), "");
  }
  return code;
}

int create_code(const std::string& path, const tokenry_store_options& options) {
  return tokenry_store_create(path.data(), path.size(), "a", 1, &options);
}

// Runs body in a child, as nobody if this is root; the child's answer.
int in_unprivileged_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(255);
    ::_exit(body());
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A store that is closed, to be spoilt and opened.
class OpenCodes : public testing::Test {
 protected:
  void SetUp() override { world_.close(); }
  // The code of opening; the store's files are left as they were.
  int code(const tokenry_open_options* options = nullptr) {
    const std::string before = files_in(world_.path()) + read_file(world_.data_file());
    const int result = open_code(world_.path(), options);
    EXPECT_EQ(files_in(world_.path()) + read_file(world_.data_file()), before);
    return result;
  }
  std::string key_file() const { return world_.path() + "/key"; }

  World world_;
};

TEST_F(OpenCodes, StoreMissing) {
  EXPECT_EQ(open_code(world_.path() + "-2"), TOKENRY_STORE_MISSING);
  EXPECT_EQ(open_code(world_.directory().path()), TOKENRY_STORE_MISSING);
  EXPECT_EQ(open_code(world_.data_file()), TOKENRY_STORE_MISSING);
}

TEST_F(OpenCodes, KeyMissing) {
  fs::rename(key_file(), world_.directory().in("key"));
  EXPECT_EQ(code(), TOKENRY_KEY_MISSING);
  const std::string moved = world_.directory().in("key");
  auto options = sized<tokenry_open_options>();
  options.key_file = moved.data();
  options.key_file_size = moved.size();
  EXPECT_EQ(code(&options), TOKENRY_OK);
}

TEST_F(OpenCodes, KeyWrong) {
  const std::uint8_t key[TOKENRY_KEY_SIZE] = {1, 2, 3};
  auto options = sized<tokenry_open_options>();
  options.key = key;
  options.key_size = sizeof key;
  EXPECT_EQ(code(&options), TOKENRY_KEY_WRONG);
}

TEST_F(OpenCodes, KeyFileThatIsNone) {
  write_file(key_file(), "not a key\n");
  EXPECT_EQ(code(), TOKENRY_STORE_DAMAGED);
}

TEST_F(OpenCodes, KeyFileThatAllMayRead) {
  fs::permissions(key_file(), fs::perms::others_read, fs::perm_options::add);
  EXPECT_EQ(code(), TOKENRY_PERMISSION_DENIED);
}

TEST_F(OpenCodes, Truncated) {
  const std::string content = read_file(world_.data_file());
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{100}, std::size_t{8192}, std::size_t{5 * 4096}}) {
    write_file(world_.data_file(), std::string_view(content).substr(0, size));
    EXPECT_EQ(code(), TOKENRY_STORE_DAMAGED) << size;
  }
}

TEST_F(OpenCodes, NotAStore) {
  write_file(world_.data_file(), std::string(65536, 'x'));
  EXPECT_EQ(code(), TOKENRY_STORE_DAMAGED);
}

// The format row: "tokenry", a zero byte, the major and the minor number.
TEST_F(OpenCodes, FormatUnsupported) {
  const std::string now = std::string("tokenry\0\1\0\1\0", 12);
  const std::string newer_major = std::string("tokenry\0\2\0\1\0", 12);
  const std::string newer_minor = std::string("tokenry\0\1\0\2\0", 12);
  ASSERT_GE(patch_file(world_.data_file(), now, newer_major), 1U);
  EXPECT_EQ(code(), TOKENRY_FORMAT_UNSUPPORTED);
  ASSERT_GE(patch_file(world_.data_file(), newer_major, newer_minor), 1U);
  EXPECT_EQ(code(), TOKENRY_FORMAT_UNSUPPORTED);
  ASSERT_GE(patch_file(world_.data_file(), newer_minor, now), 1U);
  EXPECT_EQ(code(), TOKENRY_OK);
}

TEST_F(OpenCodes, Tampered) {
  ASSERT_GE(patch_file(world_.data_file(), std::string("\4tkry\0", 6), std::string("\4tkrz\0", 6)),
            1U);
  EXPECT_EQ(code(), TOKENRY_TAMPERED);
}

TEST_F(OpenCodes, AKeyForAnUnsealedStore) {
  const std::string path = world_.path() + "-2";
  ASSERT_EQ(create_store(path, {.unsealed = true}), TOKENRY_OK);
  EXPECT_EQ(open_code(path), TOKENRY_OK);
  const std::uint8_t key[TOKENRY_KEY_SIZE] = {1};
  auto options = sized<tokenry_open_options>();
  options.key = key;
  options.key_size = sizeof key;
  EXPECT_EQ(open_code(path, &options), TOKENRY_TAMPERED);
}

TEST_F(OpenCodes, PermissionDenied) {
  fs::permissions(world_.directory().path(), fs::perms(0755));
  fs::permissions(world_.path(), fs::perms(0755));
  if (::geteuid() != 0) fs::permissions(world_.data_file(), fs::perms::none);
  EXPECT_EQ(in_unprivileged_child([&] { return open_code(world_.path()); }),
            TOKENRY_PERMISSION_DENIED);
}

TEST_F(OpenCodes, IoError) {
  fs::rename(world_.data_file(), world_.path() + "/old");
  fs::create_directory(world_.data_file());
  EXPECT_EQ(open_code(world_.path()), TOKENRY_IO_ERROR);
}

// A second copy of the library in this process, as two plug-ins may bring along.
TEST_F(OpenCodes, OpenElsewhere) {
  Dl_info info{};
  ASSERT_NE(::dladdr(reinterpret_cast<void*>(&tokenry_version), &info), 0);
  const std::string copy = world_.directory().in("libcopy.so");
  write_file(copy, read_file(TOKENRY_TEST_LIBRARY));
  void* library = ::dlopen(copy.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << ::dlerror();
  using Open = int (*)(const char*, std::size_t, const tokenry_open_options*, tokenry_store**);
  using Close = int (*)(tokenry_store*);
  const auto open = reinterpret_cast<Open>(::dlsym(library, "tokenry_open"));
  const auto close = reinterpret_cast<Close>(::dlsym(library, "tokenry_close"));
  tokenry_store* theirs = nullptr;
  ASSERT_EQ(open(world_.path().data(), world_.path().size(), nullptr, &theirs), TOKENRY_OK);
  EXPECT_EQ(open_code(world_.path()), TOKENRY_STORE_OPEN_ELSEWHERE);
  EXPECT_EQ(tokenry_close(theirs), TOKENRY_CLOSED);  // a handle of the other copy
  EXPECT_EQ(close(theirs), TOKENRY_OK);
  EXPECT_EQ(open_code(world_.path()), TOKENRY_OK);
}

TEST(HandleLimits, TooManyStoresAreBusy) {
  const World world;
  std::vector<tokenry_store*> stores;
  int code = TOKENRY_OK;
  while (code == TOKENRY_OK && stores.size() <= 1024) {
    tokenry_store* store = nullptr;
    code = tokenry_open(world.path().data(), world.path().size(), nullptr, &store);
    if (code == TOKENRY_OK) stores.push_back(store);
  }
  EXPECT_EQ(code, TOKENRY_STORE_BUSY);
  EXPECT_EQ(stores.size(), 1023U);  // and the world's own
  for (tokenry_store* store : stores) EXPECT_EQ(tokenry_close(store), TOKENRY_OK);
  EXPECT_EQ(open_code(world.path()), TOKENRY_OK);
}

TEST(HandleLimits, TooManyCursorsAreBusy) {
  const World world;
  std::vector<tokenry_cursor*> cursors(4096);
  for (tokenry_cursor*& cursor : cursors) {
    ASSERT_EQ(tokenry_list(world.store(), nullptr, &cursor), TOKENRY_OK);
  }
  tokenry_cursor* more = nullptr;
  EXPECT_EQ(tokenry_list(world.store(), nullptr, &more), TOKENRY_STORE_BUSY);
  EXPECT_EQ(more, nullptr);
  for (tokenry_cursor* cursor : cursors) EXPECT_EQ(tokenry_cursor_free(cursor), TOKENRY_OK);
  EXPECT_EQ(tokenry_cursor_free(cursors[0]), TOKENRY_CLOSED);
}

// A slot that is used again has another number, so that an old handle stays dead.
TEST(HandleLimits, AStaleHandleIsClosedForEver) {
  World world;
  tokenry_store* const old = world.store();
  world.close();
  for (int i = 0; i < 20; ++i) {
    world.open();
    EXPECT_NE(world.store(), old);
    tokenry_store_info* info = nullptr;
    EXPECT_EQ(tokenry_stat(old, &info), TOKENRY_CLOSED);
    EXPECT_EQ(tokenry_close(old), TOKENRY_CLOSED);
    world.close();
  }
}

TEST(HandleLimits, ACursorEndsWithItsStore) {
  World world;
  make_token(world.store(), "root", "a", {});
  tokenry_cursor* cursor = nullptr;
  ASSERT_EQ(tokenry_list(world.store(), nullptr, &cursor), TOKENRY_OK);
  world.close();
  world.open();
  tokenry_token_info* info = nullptr;
  EXPECT_EQ(tokenry_cursor_next(cursor, &info), TOKENRY_CLOSED);
  EXPECT_EQ(tokenry_cursor_free(cursor), TOKENRY_OK);
}

class CreateCodes : public testing::Test {
 protected:
  tokenry_store_options options() {
    auto options = sized<tokenry_store_options>();
    options.map_size_bytes = kSmallMapBytes;
    return options;
  }
  // The code of making a store, which leaves everything as it was.
  int code(const std::string& path, const tokenry_store_options& options) {
    const std::string before = files_in(directory_.path());
    const int result = create_code(path, options);
    EXPECT_EQ(files_in(directory_.path()), before);
    EXPECT_STRNE(tokenry_last_error(), "");
    return result;
  }

  TempDirectory directory_;
};

TEST_F(CreateCodes, StoreExists) {
  const std::string path = directory_.in("store");
  ASSERT_EQ(create_code(path, options()), TOKENRY_OK);
  EXPECT_EQ(code(path, options()), TOKENRY_STORE_EXISTS);
  EXPECT_EQ(code(path + "/data.mdb", options()), TOKENRY_STORE_EXISTS);
  auto with_key = options();
  const std::string key_file = path + "/key";
  with_key.key_file = key_file.data();
  with_key.key_file_size = key_file.size();
  EXPECT_EQ(code(directory_.in("other"), with_key), TOKENRY_STORE_EXISTS);
}

TEST_F(CreateCodes, AnEmptyDirectoryIsTaken) {
  const std::string path = directory_.in("store");
  fs::create_directory(path);
  EXPECT_EQ(create_code(path, options()), TOKENRY_OK) << tokenry_last_error();
}

TEST_F(CreateCodes, NoParent) {
  EXPECT_EQ(code(directory_.in("no/such"), options()), TOKENRY_STORE_MISSING);
}

TEST_F(CreateCodes, NoGroup) {
  auto with_group = options();
  with_group.group = "no-such-group-here";
  with_group.group_size = std::strlen(with_group.group);
  EXPECT_EQ(code(directory_.in("store"), with_group), TOKENRY_NOT_FOUND);
}

TEST_F(CreateCodes, PermissionDenied) {
  fs::permissions(directory_.path(), fs::perms(0555));
  EXPECT_EQ(in_unprivileged_child([&] { return code(directory_.in("store"), options()); }),
            TOKENRY_PERMISSION_DENIED);
  fs::permissions(directory_.path(), fs::perms(0755));
}

TEST_F(CreateCodes, ANameTooLongIsAnIoError) {
  EXPECT_EQ(code(directory_.in(std::string(256, 'a')), options()), TOKENRY_IO_ERROR);
}

TEST_F(CreateCodes, TheMapMayBeOfAnySizeBetween) {
  auto largest = options();
  largest.map_size_bytes = std::uint64_t{1} << 40;
  EXPECT_EQ(create_code(directory_.in("large"), largest), TOKENRY_OK) << tokenry_last_error();
  EXPECT_EQ(create_code(directory_.in("small"), options()), TOKENRY_OK);
}

// Messages name paths as they are, and yet stay one line that a terminal can show.
TEST_F(CreateCodes, AnErrorIsOneLineWhateverThePathHolds) {
  const std::string path = directory_.in("a\nb\rc\x1B[31md/e");
  EXPECT_EQ(code(path, options()), TOKENRY_STORE_MISSING);
  for (const char* c = tokenry_last_error(); *c != '\0'; ++c) {
    EXPECT_TRUE(static_cast<unsigned char>(*c) >= 0x20 && *c != 0x7F) << tokenry_last_error();
  }
}

TEST_F(CreateCodes, ALongErrorIsCut) {
  std::string path = directory_.path();
  while (path.size() < 3900) path += "/component";
  EXPECT_EQ(open_code(path), TOKENRY_STORE_MISSING);
  EXPECT_EQ(std::strlen(tokenry_last_error()), 1023U);
}

}  // namespace
}  // namespace capi_tests
