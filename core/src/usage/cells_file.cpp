#include "usage/cells_file.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <bit>
#include <cerrno>
#include <cstdio>
#include <optional>

#include "base/bytes.hpp"
#include "usage/boot_clock.hpp"
#include "usage/growth.hpp"
#include "usage/layout.hpp"

namespace tokenry::usage {
namespace {

using base::Code;
using base::errno_status;
using base::FileDescriptor;
using base::Result;
using base::Status;

// Others may replace or remove the file between two looks; more often than this is no accident.
constexpr int kAttempts = 16;
constexpr mode_t kPermissions = 07777;

// Spreads every bit over all (the finisher of MurmurHash3).
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ value >> 33) * 0xff51afd7ed558ccdULL;
  value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53ULL;
  return value ^ value >> 33;
}

mode_t wanted_mode(const CellsPlace& place) { return place.mode & 0660; }

std::string octal(mode_t mode) {
  char text[8];
  std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & kPermissions));
  return text;
}

// 32 bits of the kernel's name for this boot.
Result<std::uint32_t> hash_of_boot() {
  const std::string path = "/proc/sys/kernel/random/boot_id";
  TOKENRY_ASSIGN(const FileDescriptor file, base::open_file(path, O_RDONLY));
  char text[64];
  const ssize_t size = ::read(file.get(), text, sizeof text);
  if (size < 0) return errno_status(errno, "cannot read " + path);
  std::uint64_t hash = 0;
  for (ssize_t i = 0; i < size; ++i) hash = mix(hash ^ static_cast<unsigned char>(text[i]));
  return static_cast<std::uint32_t>(hash >> 32);
}

Result<std::uint64_t> random_number() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number) {
    return errno_status(errno, "cannot get random bytes");
  }
  return number;
}

std::uint32_t boot_of(std::uint64_t cells_id) { return static_cast<std::uint32_t>(cells_id >> 32); }

// ---- judging a file that is there
// ----------------------------------------------------------------

enum class Finding { fits, outdated, gone };

std::string kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISLNK(mode)) return "a symbolic link";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

Status no_cells(const std::string& path, const std::string& what) {
  return {Code::permission_denied, path + " " + what};
}

// That only those who may write the store can have made the file, and that no one else can use it.
Status check_hands(const CellsPlace& place, const std::string& path, const struct stat& found) {
  if (!S_ISREG(found.st_mode)) {
    return no_cells(path, "is " + kind_of(found.st_mode) + ", not a file of usage cells");
  }
  if (found.st_nlink > 2) return no_cells(path, "has more names than a file of usage cells has");
  const bool is_groups = (place.mode & S_IWGRP) != 0 && found.st_gid == place.group;
  if (found.st_uid != place.owner && found.st_uid != 0 && !is_groups) {
    return no_cells(path, "belongs to user " + std::to_string(found.st_uid) +
                              "; usage cells of this store belong to user " +
                              std::to_string(place.owner));
  }
  if ((found.st_mode & kPermissions & ~wanted_mode(place)) != 0) {
    return no_cells(path, "has mode " + octal(found.st_mode) + ", which lets in more than the " +
                              octal(wanted_mode(place)) + " of this store's usage cells");
  }
  return {};
}

Result<Finding> judge_header(const CellsPlace& place, const std::string& path, int fd,
                             std::uint32_t boot) {
  // Raw, since a header with its atomic cannot be copied.
  std::array<std::uint8_t, sizeof(Header)> bytes{};
  const ssize_t size = ::pread(fd, bytes.data(), bytes.size(), 0);
  if (size < 0) return errno_status(errno, "cannot read " + path);
  if (static_cast<std::size_t>(size) < bytes.size()) {
    return Status(Code::store_damaged, path + " is too short for a file of usage cells");
  }
  const auto number = [&](std::size_t offset, auto value) {
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
  };
  if (std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    return Status(Code::store_damaged, path + " is not a file of usage cells");
  }
  const auto version = number(offsetof(Header, layout_version), std::uint32_t{});
  if (version > kLayoutVersion) {
    return Status(Code::format_unsupported, path + " has layout " + std::to_string(version) +
                                                " of usage cells; the newest" + " known is " +
                                                std::to_string(kLayoutVersion));
  }
  if (version < kLayoutVersion) return Finding::outdated;
  if (std::memcmp(bytes.data() + offsetof(Header, store_id), place.store_id.data(), 16) != 0 ||
      number(offsetof(Header, device), std::uint64_t{}) != place.data_file.device ||
      number(offsetof(Header, inode), std::uint64_t{}) != place.data_file.inode) {
    return Status(Code::store_damaged, path + " holds the usage cells of another store");
  }
  const auto cells_id = number(offsetof(Header, cells_id), std::uint64_t{});
  return boot_of(cells_id) == boot ? Finding::fits : Finding::outdated;
}

Result<Finding> judge(const CellsPlace& place, const std::string& path, int fd,
                      std::uint32_t boot) {
  struct stat found {};
  if (::fstat(fd, &found) != 0) return errno_status(errno, "cannot stat " + path);
  if (S_ISREG(found.st_mode) && found.st_nlink == 0) return Finding::gone;
  TOKENRY_TRY(check_hands(place, path, found));
  TOKENRY_ASSIGN(const Finding finding, judge_header(place, path, fd, boot));
  if (static_cast<std::uint64_t>(found.st_size) < kHeaderSize) {
    return Status(Code::store_damaged, path + " is too short for a file of usage cells");
  }
  return finding;
}

// ---- making a file
// -------------------------------------------------------------------------------

// A file under a name that nobody looks for, which is removed when this ends.
class TemporaryFile {
 public:
  static Result<TemporaryFile> make(const std::string& path) {
    TOKENRY_ASSIGN(const std::uint64_t number, random_number());
    char suffix[24];
    std::snprintf(suffix, sizeof suffix, ".new-%016llx", static_cast<unsigned long long>(number));
    TemporaryFile made;
    TOKENRY_ASSIGN(made.file_,
                   base::open_file(path + suffix, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    made.path_ = path + suffix;
    return made;
  }

  TemporaryFile() = default;
  TemporaryFile(TemporaryFile&&) = default;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() {
    if (file_.is_open()) ::unlink(path_.c_str());
  }

  const std::string& path() const { return path_; }
  int fd() const { return file_.get(); }

 private:
  FileDescriptor file_;
  std::string path_;
};

Status write_header(const CellsPlace& place, const TemporaryFile& file, std::uint32_t boot) {
  TOKENRY_ASSIGN(const std::uint64_t random, random_number());
  Header header{};
  header.magic = kMagic;
  header.layout_version = kLayoutVersion;
  header.store_id = place.store_id;
  header.device = place.data_file.device;
  header.inode = place.data_file.inode;
  header.cells_id = std::uint64_t{boot} << 32 | (random & 0xffff'ffffULL);
  header.origin_us = boot_clock_us();
  std::array<std::uint8_t, kHeaderSize> page{};
  std::memcpy(page.data(), static_cast<const void*>(&header), sizeof header);
  TOKENRY_TRY(allocate(file.fd(), 0, kHeaderSize, file.path()));
  return base::write_all(file.fd(), page, file.path());
}

// A member of the store's group cannot give the file to the owner; to have it in the group is
// enough. What came of it is checked afterwards.
Status hand_over(const CellsPlace& place, const TemporaryFile& file) {
  constexpr auto kUnchanged = static_cast<uid_t>(-1);
  [[maybe_unused]] const bool is_handed_over = ::fchown(file.fd(), place.owner, place.group) == 0 ||
                                               ::fchown(file.fd(), kUnchanged, place.group) == 0;
  if (::fchmod(file.fd(), wanted_mode(place)) != 0) {
    return errno_status(errno, "cannot set the mode of " + file.path());
  }
  struct stat found {};
  if (::fstat(file.fd(), &found) != 0) return errno_status(errno, "cannot stat " + file.path());
  return check_hands(place, file.path(), found);
}

// Gives the new file its name, in place of `outdated` if that is still what the name leads to.
// Another process may be faster; then nothing is done.
Status put_in_place(const std::string& path, const TemporaryFile& file,
                    const std::optional<base::FileIdentity>& outdated) {
  if (!outdated) {
    if (::link(file.path().c_str(), path.c_str()) == 0 || errno == EEXIST) return {};
    return errno_status(errno, "cannot make " + path);
  }
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || base::identity_of(found) != *outdated) return {};
  if (::rename(file.path().c_str(), path.c_str()) == 0) return {};
  return errno_status(errno, "cannot replace the outdated " + path);
}

Status make_file(const CellsPlace& place, const std::string& path, std::uint32_t boot,
                 const std::optional<base::FileIdentity>& outdated) {
  TOKENRY_ASSIGN(const TemporaryFile file, TemporaryFile::make(path));
  TOKENRY_TRY(write_header(place, file, boot));
  TOKENRY_TRY(hand_over(place, file));
  return put_in_place(path, file, outdated);
}

// Without O_CREAT: where fs.protected_regular is 2, that is refused for another user's file in a
// sticky directory, even to root. A closed descriptor where there is no file.
Result<FileDescriptor> open_if_there(const CellsPlace& place, const std::string& path) {
  Result<FileDescriptor> opened =
      base::open_file(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (opened.ok()) return opened;
  // Not to be asked again: by now another process may have made the file.
  if (opened.code() == Code::store_missing) return FileDescriptor();
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return FileDescriptor();
    return opened;
  }
  // Whose file it is says more than that it cannot be opened.
  TOKENRY_TRY(check_hands(place, path, found));
  return opened;
}

}  // namespace

std::string path_of_cells(const CellsPlace& place) {
  std::string directory = place.directory;
  if (directory.empty()) {
    struct stat found {};
    const bool has_own = ::stat("/run/tokenry", &found) == 0 && S_ISDIR(found.st_mode);
    directory = has_own ? "/run/tokenry" : "/dev/shm";
  }
  // Not guessable without the store id, so that nobody can take the name before the store does.
  const std::uint64_t device = mix(place.data_file.device);
  const std::uint64_t inode = std::rotl(mix(place.data_file.inode), 32);
  const std::uint64_t first = mix(mix(base::load_le(place.store_id.data(), 8) ^ device) ^ inode);
  const std::uint64_t second =
      mix(mix(base::load_le(place.store_id.data() + 8, 8) ^ first) ^ device ^ inode);
  char name[48];
  std::snprintf(name, sizeof name, "/tokenry-%016llx%016llx",
                static_cast<unsigned long long>(first), static_cast<unsigned long long>(second));
  return directory + name;
}

Result<CellsFile> open_cells_file(const CellsPlace& place) {
  CellsFile cells{{}, path_of_cells(place)};
  TOKENRY_ASSIGN(const std::uint32_t boot, hash_of_boot());
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    TOKENRY_ASSIGN(cells.file, open_if_there(place, cells.path));
    std::optional<base::FileIdentity> outdated;
    if (cells.file.is_open()) {
      TOKENRY_ASSIGN(const Finding finding, judge(place, cells.path, cells.file.get(), boot));
      if (finding == Finding::fits) return cells;
      if (finding == Finding::gone) continue;
      struct stat found {};
      if (::fstat(cells.file.get(), &found) != 0) return errno_status(errno, "cannot stat cells");
      outdated = base::identity_of(found);
    }
    TOKENRY_TRY(make_file(place, cells.path, boot, outdated));
  }
  return Status(Code::store_busy, cells.path + " is replaced again and again by other processes");
}

}  // namespace tokenry::usage
