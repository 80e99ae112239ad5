#include "engine/backup.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/file.hpp"
#include "engine/draft.hpp"
#include "engine/store.hpp"
#include "storage/preflight.hpp"

namespace tokenry::engine {

using base::Code;
using base::Result;
using base::Status;
using storage::Environment;

namespace {

Status check_place(const std::string& path) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) == 0) {
    return {Code::store_exists, path + " exists; a backup is made under a new name"};
  }
  if (errno != ENOENT) return base::errno_status(errno, "cannot make a backup at " + path);
  return {};
}

// Copies on a thread of its own. That one takes no signal: a handler of the host's would not expect
// to run there.
class CopyThread {
 public:
  CopyThread(const Environment& environment, int file) {
    sigset_t all{};
    sigset_t before{};
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      thread_ = std::thread([this, &environment, file] {
        Status status = environment.copy_to(file);
        const std::lock_guard lock(mutex_);
        status_ = std::move(status);
        done_ = true;
        changed_.notify_one();
      });
    } catch (...) {
      ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
      throw;
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  ~CopyThread() { thread_.join(); }
  CopyThread(const CopyThread&) = delete;
  CopyThread& operator=(const CopyThread&) = delete;

  // Whether it ended within that time.
  bool wait(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return done_; });
  }
  // After it ended.
  const Status& status() const { return status_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  Status status_;
  std::thread thread_;
};

Status copy(const Environment& environment, const std::string& path,
            const base::Progress::Callback& callback) {
  base::Progress progress(callback);
  TOKENRY_ASSIGN(const storage::EnvironmentFacts facts, environment.facts());
  TOKENRY_ASSIGN(const base::FileDescriptor file,
                 base::open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
  {
    CopyThread copying(environment, file.get());
    while (!copying.wait(std::chrono::milliseconds(20))) {
      struct stat copied {};
      if (::fstat(file.get(), &copied) != 0) continue;
      progress.report(static_cast<std::uint64_t>(copied.st_size), facts.used_bytes);
    }
    TOKENRY_TRY(copying.status());
  }
  TOKENRY_TRY(base::sync_file(file.get(), path));
  progress.finish(facts.used_bytes);
  return {};
}

// Unlike rename(2) it leaves alone whatever is there by now, even an empty directory.
Status name_finished(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  const bool unsupported = errno == EINVAL || errno == ENOSYS;
  if (unsupported && ::rename(from.c_str(), to.c_str()) == 0) return {};
  if (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR) {
    return {Code::store_exists, to + " was made by somebody else meanwhile"};
  }
  return base::errno_status(errno, "cannot name the backup " + to);
}

}  // namespace

// The key that goes with the data: read anew, since an open store does not keep it.
Status Store::read_own_key(StoreKey& key) const {
  if (key_file_.empty()) {
    return {Code::key_missing,
            "the store was opened with a key, not a key file, so the key cannot be written; back "
            "up without the key and keep it elsewhere"};
  }
  TOKENRY_TRY(read_key_file(key_file_, key));
  TOKENRY_ASSIGN(const auto keys, token::StoreKeys::derive(key.span(), format_.store_id));
  if (keys->key_id() == format_.key_id) return {};
  return {Code::key_wrong, "the key in " + key_file_ + " is no longer that of the store"};
}

Status Store::backup(std::string_view given_path, const BackupOptions& options) {
  const std::string path = without_end_slashes(given_path);
  TOKENRY_TRY(check_place(path));
  StoreKey key;
  const bool has_key = format_.sealed && !options.without_key;
  if (has_key) TOKENRY_TRY(read_own_key(key));
  TOKENRY_ASSIGN(const std::shared_ptr<Environment> environment, this->environment());
  TOKENRY_ASSIGN(Draft draft, Draft::begin(path));
  TOKENRY_TRY(copy(*environment, storage::data_file(draft.path()), options.progress));
  if (has_key) TOKENRY_TRY(write_key_file(default_key_file(draft.path()), key));
  TOKENRY_TRY(base::sync_directory(draft.path()));
  TOKENRY_TRY(name_finished(draft.path(), path));
  draft.finished();
  return base::sync_directory(base::parent_directory(path));
}

}  // namespace tokenry::engine
