#include "usage/growth.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <cerrno>

namespace tokenry::usage {

base::Status allocate(int fd, std::uint64_t offset, std::uint64_t size, const std::string& path) {
  const std::string what = "cannot grow " + path;
  // Beyond the limit the kernel sends SIGXFSZ, which ends a host that does not expect it.
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      offset + size > limit.rlim_cur) {
    return base::errno_status(EFBIG, what);
  }
  // Not posix_fallocate: where the file system cannot do it, that writes bytes by itself, which is
  // a race with their users.
  while (::fallocate(fd, 0, static_cast<off_t>(offset), static_cast<off_t>(size)) != 0) {
    if (errno != EINTR) return base::errno_status(errno, what);
  }
  return {};
}

}  // namespace tokenry::usage
