// A directory for one test, removed with all that is in it.
#pragma once

#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "../../cells_directory.hpp"

namespace tokenry::test {

class ScratchDirectory {
 public:
  ScratchDirectory() : ScratchDirectory(roomy_memory() ? "/dev/shm" : "/tmp") {}
  explicit ScratchDirectory(const std::string& parent) {
    path_ = parent + "/tokenry-test-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) {
      throw std::runtime_error("cannot make a directory in " + parent);
    }
    cells_.emplace(path_ + ".cells");
  }
  ~ScratchDirectory() {
    if (maker_ != ::getpid()) return;  // a forked child leaves it to its parent
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  // Syncing costs nothing there. In containers it is often too small.
  static bool roomy_memory() {
    struct statvfs facts {};
    return ::statvfs("/dev/shm", &facts) == 0 && ::access("/dev/shm", W_OK) == 0 &&
           facts.f_bavail * facts.f_frsize > (1ULL << 30);
  }

  std::string path_;
  std::optional<CellsDirectory> cells_;
  pid_t maker_ = ::getpid();
};

}  // namespace tokenry::test
