// Where the stores of one test keep their usage cells: in a folder of its own, gone with it, so
// that tests leave nothing in the machine's shared memory.
#pragma once

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace tokenry::test {

class CellsDirectory {
 public:
  explicit CellsDirectory(std::string path) : path_(std::move(path)) {
    if (const char* const before = ::getenv(kVariable)) before_ = before;
    // Stores may be used by several users.
    ::mkdir(path_.c_str(), 0777);
    ::chmod(path_.c_str(), 01777);
    ::setenv(kVariable, path_.c_str(), 1);
  }
  ~CellsDirectory() {
    if (maker_ != ::getpid()) return;  // a forked child leaves it to its parent
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
    if (before_.empty()) {
      ::unsetenv(kVariable);
    } else {
      ::setenv(kVariable, before_.c_str(), 1);
    }
  }
  CellsDirectory(const CellsDirectory&) = delete;
  CellsDirectory& operator=(const CellsDirectory&) = delete;

 private:
  static constexpr const char* kVariable = "TOKENRY_CELLS_DIR";

  std::string path_;
  std::string before_;
  pid_t maker_ = ::getpid();
};

}  // namespace tokenry::test
