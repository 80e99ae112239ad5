#include "engine/draft.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace tokenry::engine {

std::string without_end_slashes(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return std::string(path);
}

base::Result<Draft> Draft::begin(const std::string& path) {
  std::string pattern = path + ".new-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) {
    return base::errno_status(errno, "cannot make a directory beside " + path);
  }
  return Draft(std::move(pattern));
}

Draft::Draft(Draft&& other) noexcept
    : path_(std::exchange(other.path_, {})), outer_key_(std::exchange(other.outer_key_, {})) {}

Draft::~Draft() {
  if (path_.empty()) return;
  for (const char* name : {"/data.mdb", "/lock.mdb", "/key"}) ::unlink((path_ + name).c_str());
  ::rmdir(path_.c_str());
  if (!outer_key_.empty()) ::unlink(outer_key_.c_str());
}

}  // namespace tokenry::engine
