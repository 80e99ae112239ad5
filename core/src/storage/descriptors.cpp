#include "storage/descriptors.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <cstdlib>
#include <memory>

namespace tokenry::storage {

std::vector<int> descriptors_of(const base::FileIdentity& file) {
  std::vector<int> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc/self/fd"), ::closedir);
  if (!directory) return found;
  while (const dirent* entry = ::readdir(directory.get())) {
    char* end = nullptr;
    const long fd = std::strtol(entry->d_name, &end, 10);
    if (end == entry->d_name || *end != '\0') continue;
    struct stat facts {};
    // By name: other threads open and close their own files meanwhile.
    if (::fstatat(::dirfd(directory.get()), entry->d_name, &facts, 0) != 0) continue;
    if (base::identity_of(facts) == file) found.push_back(static_cast<int>(fd));
  }
  return found;
}

}  // namespace tokenry::storage
