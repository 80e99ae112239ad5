// Files by descriptor, closed by themselves, with errors as statuses.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/status.hpp"

namespace tokenry::base {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

// Which file it is, whatever it is called.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
  bool operator<(const FileIdentity& other) const {
    return device != other.device ? device < other.device : inode < other.inode;
  }
};

inline FileIdentity identity_of(const struct stat& status) {
  return {status.st_dev, status.st_ino};
}

// open(2) with O_CLOEXEC; the path stands in the error.
Result<FileDescriptor> open_file(const std::string& path, int flags, mode_t mode = 0);

// stat(2); the path stands in the error.
Result<struct stat> stat_file(const std::string& path);

// Writes all bytes, or fails.
Status write_all(int fd, Bytes bytes, std::string_view path);

// Makes the bytes of a file or the names of a directory survive a power cut.
Status sync_file(int fd, std::string_view path);
Status sync_directory(const std::string& path);

// The directory that path stands in: "." for a bare name, "/" for the root's children.
std::string parent_directory(const std::string& path);

}  // namespace tokenry::base
