#include "base/file.hpp"

#include <fcntl.h>

#include <cerrno>

namespace tokenry::base {

Result<FileDescriptor> open_file(const std::string& path, int flags, mode_t mode) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return errno_status(errno, "cannot open " + path);
  return FileDescriptor(fd);
}

Result<struct stat> stat_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return errno_status(errno, "cannot stat " + path);
  return status;
}

Status write_all(int fd, Bytes bytes, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_status(errno, "cannot write " + std::string(path));
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Status sync_file(int fd, std::string_view path) {
  if (::fsync(fd) != 0) return errno_status(errno, "cannot sync " + std::string(path));
  return {};
}

Status sync_directory(const std::string& path) {
  TOKENRY_ASSIGN(const FileDescriptor directory, open_file(path, O_RDONLY | O_DIRECTORY));
  return sync_file(directory.get(), path);
}

std::string parent_directory(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace tokenry::base
