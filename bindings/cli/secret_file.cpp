#include "secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "failure.hpp"
#include "output.hpp"

namespace tokenry::cli {

SecretFile::SecretFile(std::string path) : path_(std::move(path)) {
  descriptor_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor_ < 0 && errno == EEXIST) {
    throw Failure(Code::kConflict,
                  "--out: " + path_ + " exists and is never overwritten; give another file");
  }
  if (descriptor_ < 0) fail_io("--out: cannot make " + path_, errno);
  // The umask may have taken the owner's own rights away.
  fchmod(descriptor_, 0600);
}

SecretFile::~SecretFile() {
  close(descriptor_);
  if (!kept_) unlink(path_.c_str());
}

bool SecretFile::write(std::initializer_list<std::string_view> parts) noexcept {
  for (const std::string_view part : parts) {
    if (!write_all(descriptor_, part)) return false;
  }
  kept_ = fsync(descriptor_) == 0;
  return kept_;
}

}  // namespace tokenry::cli
