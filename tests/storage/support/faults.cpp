#include "support/faults.hpp"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <atomic>
#include <utility>

namespace tokenry::test::faults {

namespace {

std::atomic<unsigned> g_at{0};
std::atomic<unsigned> g_counted{0};
std::atomic<bool> g_counting{false};
std::atomic<Effect> g_effect{Effect::fail};
std::atomic<int> g_error{0};
std::atomic<const char*> g_struck{""};
std::atomic<int> g_meta_error{0};
std::atomic<std::uint64_t> g_disk{0};
std::atomic<long> g_file_system{0};
std::atomic<bool> g_has_write_hook{false};
std::function<void()> g_write_hook;

thread_local unsigned t_pread_at = 0;
thread_local std::function<void()> t_pread_hook;
thread_local std::function<void()> t_flock_hook;

}  // namespace

void arm(unsigned at, Effect effect, int error) {
  g_effect = effect;
  g_error = error;
  g_struck = "";
  g_counted = 0;
  g_at = at;
  g_counting = at != 0;
}

void fail_meta_write(int error) {
  g_struck = "";
  g_meta_error = error;
}

unsigned counted() { return g_counted; }

std::string struck() { return g_struck.load(); }

void limit_disk(std::uint64_t bytes) { g_disk = bytes; }

void claim_file_system(long magic) { g_file_system = magic; }

void before_pread(unsigned at, std::function<void()> hook) {
  t_pread_at = at;
  t_pread_hook = std::move(hook);
}

void before_write(std::function<void()> hook) {
  g_write_hook = std::move(hook);
  g_has_write_hook = true;
}

void after_flock(std::function<void()> hook) { t_flock_hook = std::move(hook); }

namespace {

// Whether this call is the one to fail.
bool strikes(const char* name) {
  if (!g_counting || ++g_counted != g_at) return false;
  if (g_effect == Effect::exit) ::_exit(99);
  g_struck = name;
  errno = g_error;
  return true;
}

// How many of the bytes from `at` on fit on the disk.
std::uint64_t fitting(off_t at, std::uint64_t size) {
  const std::uint64_t disk = g_disk;
  const auto from = static_cast<std::uint64_t>(at);
  if (disk == 0 || from + size <= disk) return size;
  return from < disk ? disk - from : 0;
}

int disk_is_full() {
  errno = ENOSPC;
  return -1;
}

void run_once(std::function<void()>& hook) {
  if (!hook) return;
  const std::function<void()> now = std::exchange(hook, nullptr);
  now();
}

template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace
}  // namespace tokenry::test::faults

using namespace tokenry::test::faults;

// The C library declares some of these with attributes that a definition cannot repeat.
#pragma GCC diagnostic ignored "-Wattributes"

#define TOKENRY_FAULTY(result, name, parameters, arguments)       \
  extern "C" result name parameters {                             \
    static auto* const original = real<result parameters>(#name); \
    if (strikes(#name)) return -1;                                \
    return original arguments;                                    \
  }

extern "C" ssize_t pwrite(int fd, const void* from, size_t size, off_t at) {
  static auto* const original = real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  // All other writes of LMDB are whole pages.
  constexpr size_t kMaxMetaSize = 200;
  const int meta_error = size <= kMaxMetaSize ? g_meta_error.exchange(0) : 0;
  if (meta_error != 0) {
    g_struck = "meta";
    errno = meta_error;
    return -1;
  }
  if (strikes("pwrite")) return -1;
  const std::uint64_t fits = fitting(at, size);
  if (fits == 0 && size != 0) return disk_is_full();
  return original(fd, from, fits, at);
}
extern "C" ssize_t writev(int fd, const iovec* parts, int count) {
  static auto* const original = real<ssize_t(int, const iovec*, int)>("writev");
  if (strikes("writev")) return -1;
  off_t at = g_disk == 0 ? 0 : ::lseek(fd, 0, SEEK_CUR);
  int fits = 0;
  for (; fits < count && fitting(at, parts[fits].iov_len) == parts[fits].iov_len; ++fits) {
    at += static_cast<off_t>(parts[fits].iov_len);
  }
  if (fits == 0 && count != 0) return disk_is_full();
  return original(fd, parts, fits);
}
TOKENRY_FAULTY(int, fdatasync, (int fd), (fd))
TOKENRY_FAULTY(int, fsync, (int fd), (fd))
TOKENRY_FAULTY(int, ftruncate, (int fd, off_t size) noexcept, (fd, size))
extern "C" int fallocate(int fd, int mode, off_t at, off_t size) {
  static auto* const original = real<int(int, int, off_t, off_t)>("fallocate");
  if (strikes("fallocate")) return -1;
  const auto wanted = static_cast<std::uint64_t>(size);
  if (fitting(at, wanted) != wanted) return disk_is_full();
  return original(fd, mode, at, size);
}

extern "C" int statvfs(const char* path, struct statvfs* facts) noexcept {
  static auto* const original = real<int(const char*, struct statvfs*)>("statvfs");
  const int result = original(path, facts);
  struct stat data {};
  const std::string file = std::string(path) + "/data.mdb";
  if (result != 0 || g_disk == 0 || ::stat(file.c_str(), &data) != 0) return result;
  facts->f_bavail = fitting(data.st_size, g_disk) / facts->f_frsize;
  return 0;
}
TOKENRY_FAULTY(int, rename, (const char* from, const char* to) noexcept, (from, to))
TOKENRY_FAULTY(int, renameat2,
               (int from_fd, const char* from, int to_fd, const char* to, unsigned flags) noexcept,
               (from_fd, from, to_fd, to, flags))
TOKENRY_FAULTY(int, chmod, (const char* path, mode_t mode) noexcept, (path, mode))
TOKENRY_FAULTY(int, chown, (const char* path, uid_t owner, gid_t group) noexcept,
               (path, owner, group))
TOKENRY_FAULTY(int, fchmod, (int fd, mode_t mode) noexcept, (fd, mode))
TOKENRY_FAULTY(int, fchown, (int fd, uid_t owner, gid_t group) noexcept, (fd, owner, group))

extern "C" ssize_t write(int fd, const void* from, size_t size) {
  static auto* const original = real<ssize_t(int, const void*, size_t)>("write");
  // Pipes and terminals are the tests' own.
  struct stat facts {};
  const bool is_file = ::fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode);
  if (is_file && g_has_write_hook.exchange(false)) run_once(g_write_hook);
  if (is_file && strikes("write")) return -1;
  const std::uint64_t fits =
      is_file && g_disk != 0 ? fitting(::lseek(fd, 0, SEEK_CUR), size) : size;
  if (fits == 0 && size != 0) return disk_is_full();
  return original(fd, from, fits);
}

extern "C" char* mkdtemp(char* pattern) noexcept {
  static auto* const original = real<char*(char*)>("mkdtemp");
  if (strikes("mkdtemp")) return nullptr;
  return original(pattern);
}

extern "C" ssize_t pread(int fd, void* to, size_t size, off_t at) {
  static auto* const original = real<ssize_t(int, void*, size_t, off_t)>("pread");
  if (t_pread_at != 0 && --t_pread_at == 0) run_once(t_pread_hook);
  return original(fd, to, size, at);
}

extern "C" int flock(int fd, int operation) noexcept {
  static auto* const original = real<int(int, int)>("flock");
  const int result = original(fd, operation);
  if (result == 0 && (operation & LOCK_EX) != 0) run_once(t_flock_hook);
  return result;
}

extern "C" int statfs(const char* path, struct statfs* facts) noexcept {
  static auto* const original = real<int(const char*, struct statfs*)>("statfs");
  const int result = original(path, facts);
  if (result == 0 && g_file_system != 0) facts->f_type = g_file_system;
  return result;
}
