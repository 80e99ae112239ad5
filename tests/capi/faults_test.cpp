// The codes that only a failing system brings: its calls are answered here instead.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "world.hpp"

namespace {

bool g_is_network = false;
int g_sync_error = 0;
int g_map_error = 0;
int g_write_error = 0;

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// The program's own definitions come before those of the C library, also for libtokenry and
// liblmdb.
extern "C" {

int statfs(const char* path, struct statfs* facts) {
  static const auto real = next<int(const char*, struct statfs*)>("statfs");
  const int code = real(path, facts);
  if (code == 0 && g_is_network) facts->f_type = NFS_SUPER_MAGIC;
  return code;
}

int fdatasync(int fd) {
  static const auto real = next<int(int)>("fdatasync");
  if (g_sync_error == 0) return real(fd);
  errno = g_sync_error;
  return -1;
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  static const auto real = next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  if (g_write_error == 0) return real(fd, bytes, size, offset);
  errno = g_write_error;
  return -1;
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  return pwrite(fd, bytes, size, offset);
}

void* mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) {
  static const auto real = next<void*(void*, size_t, int, int, int, off_t)>("mmap");
  if (g_map_error == 0) return real(at, size, protection, flags, fd, offset);
  errno = g_map_error;
  return MAP_FAILED;
}

void* mmap64(void* at, size_t size, int protection, int flags, int fd, off64_t offset) {
  return mmap(at, size, protection, flags, fd, offset);
}
}

namespace capi_tests {
namespace {

// Lets a call fail in one way, as long as this lives.
template <typename Value>
class While {
 public:
  While(Value& fault, Value value) : fault_(fault) { fault_ = value; }
  ~While() { fault_ = Value{}; }
  While(const While&) = delete;
  While& operator=(const While&) = delete;

 private:
  Value& fault_;
};

class FaultsTest : public testing::Test {
 protected:
  int open_code() {
    tokenry_store* store = nullptr;
    const int code = tokenry_open(world_.path().data(), world_.path().size(), nullptr, &store);
    EXPECT_EQ(store == nullptr, code != TOKENRY_OK);
    tokenry_close(store);
    return code;
  }
  int create_store_code() { return create_store(world_.path() + "-2"); }
  int create_code() {
    const auto none = sized<tokenry_scope_set>();
    auto spec = sized<tokenry_token_spec>();
    spec.owner = "root";
    spec.owner_size = 4;
    spec.label = "b";
    spec.label_size = 1;
    spec.scopes = &none;
    tokenry_issued* issued = nullptr;
    const int code = tokenry_create(world_.store(), "a", 1, &spec, &issued);
    EXPECT_EQ(issued == nullptr, code != TOKENRY_OK);
    tokenry_issued_free(issued);
    return code;
  }

  World world_;
  Token token_ = make_token(world_.store(), "root", "a", {"read"});
};

TEST_F(FaultsTest, NetworkFileSystem) {
  world_.close();
  {
    const While network(g_is_network, true);
    EXPECT_EQ(open_code(), TOKENRY_FILESYSTEM_UNSUPPORTED);
    const std::string before = files_in(world_.directory().path());
    EXPECT_EQ(create_store_code(), TOKENRY_FILESYSTEM_UNSUPPORTED);
    EXPECT_EQ(files_in(world_.directory().path()), before);
  }
  EXPECT_EQ(open_code(), TOKENRY_OK);
}

TEST_F(FaultsTest, NoMemoryToOpen) {
  world_.close();
  {
    const While no_memory(g_map_error, ENOMEM);
    EXPECT_EQ(open_code(), TOKENRY_NO_MEMORY);
  }
  EXPECT_EQ(open_code(), TOKENRY_OK);
}

TEST_F(FaultsTest, FullDisk) {
  const std::string before = files_in(world_.directory().path());
  {
    const While full(g_write_error, ENOSPC);
    EXPECT_EQ(create_code(), TOKENRY_STORE_FULL) << tokenry_last_error();
    EXPECT_EQ(create_store_code(), TOKENRY_STORE_FULL) << tokenry_last_error();
  }
  EXPECT_EQ(files_in(world_.directory().path()), before);
  EXPECT_EQ(verify(world_.store(), token_.text, {"read"}).reason, TOKENRY_ALLOWED);
  EXPECT_EQ(create_code(), TOKENRY_OK) << tokenry_last_error();
}

// A use that cannot be counted durably is not allowed, and costs nothing.
TEST_F(FaultsTest, UsesThatCannotBeCommittedAreNotAllowed) {
  const Token limited = make_token(world_.store(), "root", "limited", {},
                                   {.max_uses = 2, .rates = {{2, 86'400'000}}});
  for (const int error : {ENOSPC, EIO}) {
    const While broken(g_write_error, error);
    const tokenry_verdict verdict = verify(world_.store(), limited.text);
    EXPECT_EQ(verdict.reason, TOKENRY_UNAVAILABLE);
    EXPECT_EQ(verdict.http_status, 503);
    EXPECT_GT(verdict.retry_after_ms, 0);
    EXPECT_EQ(verify(world_.store(), token_.text).reason, TOKENRY_ALLOWED);  // has no limit
  }
  EXPECT_EQ(Shown(world_.store(), limited.id)->uses_left, 2U);
  EXPECT_EQ(verify(world_.store(), limited.text).reason, TOKENRY_ALLOWED);
  EXPECT_EQ(verify(world_.store(), limited.text).reason, TOKENRY_ALLOWED);
  EXPECT_NE(verify(world_.store(), limited.text).reason, TOKENRY_ALLOWED);
}

// As long as the old secret cannot be retired the new one is not let in beside it.
TEST_F(FaultsTest, ARetirementThatCannotBeCommittedIsNoUse) {
  const Token fresh = rotate(world_.store(), token_.id, 0, TOKENRY_ROTATE_RETIRE_ON_USE);
  {
    const While full(g_write_error, ENOSPC);
    EXPECT_EQ(verify(world_.store(), fresh.text).reason, TOKENRY_UNAVAILABLE);
    EXPECT_EQ(verify(world_.store(), token_.text).reason, TOKENRY_ALLOWED);
  }
  EXPECT_EQ(verify(world_.store(), fresh.text).reason, TOKENRY_ALLOWED);
  EXPECT_EQ(verify(world_.store(), token_.text).reason, TOKENRY_RETIRED_SECRET);
}

TEST_F(FaultsTest, ARotationThatCannotBeCommittedIsNone) {
  for (const std::uint32_t flags : {0U, std::uint32_t{TOKENRY_ROTATE_AT_ONCE}}) {
    auto spec = sized<tokenry_rotate_spec>();
    spec.flags = flags;
    const While full(g_write_error, ENOSPC);
    tokenry_issued* issued = nullptr;
    EXPECT_EQ(tokenry_rotate(world_.store(), "a", 1, token_.id, &spec, &issued),
              TOKENRY_STORE_FULL);
    EXPECT_EQ(issued, nullptr);
    EXPECT_EQ(verify(world_.store(), token_.text).reason, TOKENRY_ALLOWED);
  }
  EXPECT_EQ(Shown(world_.store(), token_.id)->overlap_ends_at_ms, 0);
}

// What could not be folded is not lost: it stays in the cells.
TEST_F(FaultsTest, UsageThatCannotBeFoldedIsFoldedLater) {
  ASSERT_EQ(verify(world_.store(), token_.text).reason, TOKENRY_ALLOWED);
  std::uint64_t folded = 7;
  {
    const While full(g_write_error, ENOSPC);
    EXPECT_EQ(tokenry_maintain(world_.store(), &folded), TOKENRY_STORE_FULL);
    EXPECT_EQ(folded, 0U);
    EXPECT_EQ(Shown(world_.store(), token_.id)->use_count, 1U);
  }
  EXPECT_EQ(tokenry_maintain(world_.store(), &folded), TOKENRY_OK);
  EXPECT_EQ(folded, 1U);
  EXPECT_EQ(Shown(world_.store(), token_.id)->use_count, 1U);
}

TEST_F(FaultsTest, AFailedSyncIsAnIoError) {
  {
    const While broken(g_sync_error, EIO);
    EXPECT_EQ(create_code(), TOKENRY_IO_ERROR) << tokenry_last_error();
    EXPECT_EQ(create_store_code(), TOKENRY_IO_ERROR) << tokenry_last_error();
  }
  // The handle goes on, and what was not acknowledged may be made now.
  EXPECT_EQ(verify(world_.store(), token_.text, {"read"}).reason, TOKENRY_ALLOWED);
  EXPECT_EQ(create_code(), TOKENRY_OK) << tokenry_last_error();
}

}  // namespace
}  // namespace capi_tests
