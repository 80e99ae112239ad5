#include "storage/open_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <thread>

namespace tokenry::storage {

using base::Code;
using base::Status;

// Closing would not unlock it while a child that was forked meanwhile has the descriptor too.
OpenLock::~OpenLock() {
  if (file_.is_open()) ::flock(file_.get(), LOCK_UN);
}

Status OpenLock::take(const std::string& directory) {
  TOKENRY_ASSIGN(file_, base::open_file(directory, O_RDONLY | O_DIRECTORY));
  const auto give_up_at = std::chrono::steady_clock::now() + kOpenPatience;
  while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return base::errno_status(errno, "cannot lock " + directory);
    }
    if (std::chrono::steady_clock::now() > give_up_at) {
      return {Code::store_busy, "another process keeps opening the store at " + directory};
    }
    std::this_thread::sleep_for(kOpenStep);
  }
  return {};
}

}  // namespace tokenry::storage
