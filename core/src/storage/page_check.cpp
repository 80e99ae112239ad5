#include "storage/page_check.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <optional>

#include "base/file.hpp"
#include "storage/lmdb_layout.hpp"
#include "storage/page_walk.hpp"
#include "storage/preflight.hpp"
#include "storage/reader.hpp"
#include "storage/registry.hpp"

namespace tokenry::storage {

using base::Code;
using base::Result;
using base::Status;
namespace layout = lmdb_layout;

namespace {

constexpr int kAttempts = 3;

Result<base::FileDescriptor> open_data(const std::string& directory) {
  Result<base::FileDescriptor> file = base::open_file(data_file(directory), O_RDONLY | O_NONBLOCK);
  if (!file.ok() && file.code() == Code::store_missing) {
    return Status(Code::store_missing, "no store at " + directory);
  }
  if (!file.ok()) return file.status();
  struct stat facts {};
  if (::fstat(file->get(), &facts) != 0) {
    return base::errno_status(errno, "cannot stat " + data_file(directory));
  }
  if (!S_ISREG(facts.st_mode)) {
    return Status(Code::store_damaged, data_file(directory) + " is not a regular file");
  }
  return file;
}

PageReport walk(int fd, const layout::Metas& metas, const layout::Meta& meta,
                base::Progress& progress) {
  PageReport report;
  report.page_count = meta.last_page + 1;
  report.map_size_bytes = meta.map_size_bytes;
  report.safe = PageWalk(fd, metas, meta, report.findings, progress).run();
  return report;
}

// What can be said of a file whose meta pages are not there.
PageReport headless(const layout::Metas& metas) {
  PageReport report;
  report.findings.add(metas.first ? "the second meta page of data.mdb is damaged or missing"
                                  : "data.mdb does not begin as a store's: it is something else, "
                                    "or its first page is damaged");
  return report;
}

// The meta page of the snapshot's commit. The next two commits may have been written meanwhile, and
// the second of them in its place.
std::optional<layout::Meta> meta_of(const layout::Metas& metas, std::uint64_t txn_id) {
  if (metas.first && metas.first->txn_id == txn_id) return metas.first;
  if (metas.second && metas.second->txn_id == txn_id) return metas.second;
  return std::nullopt;
}

Result<PageReport> walk_pinned(const std::shared_ptr<Environment>& environment, int fd,
                               base::Progress& progress) {
  const std::shared_ptr<Reader> reader = Reader::attach(environment, 0);
  const auto walk_once = [&]() -> Result<PageReport> {
    for (int attempt = 0; attempt < 100; ++attempt) {
      const Snapshot snapshot(*reader);
      TOKENRY_TRY(snapshot.status());
      const layout::Metas metas = layout::read_metas_steadily(fd);
      if (!metas.complete()) return headless(metas);
      const std::optional<layout::Meta> meta = meta_of(metas, snapshot.transaction_id());
      if (meta) return walk(fd, metas, *meta, progress);
    }
    return Status(Code::store_busy,
                  "others change the store faster than it can be looked at; try again");
  };
  Result<PageReport> report = walk_once();
  reader->detach();
  return report;
}

}  // namespace

Result<PageReport> check_pages(const std::string& directory, base::Progress& progress) {
  {
    TOKENRY_ASSIGN(const base::FileDescriptor file, open_data(directory));
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const layout::Metas metas = layout::read_metas_steadily(file.get());
      if (!metas.complete()) return headless(metas);
      PageReport report = walk(file.get(), metas, metas.newest(), progress);
      const layout::Metas now = layout::read_metas_steadily(file.get());
      if (!now.complete()) return headless(now);
      // As a difference: the number may be anything in a damaged file, the largest too.
      if (now.newest().txn_id - metas.newest().txn_id <= 1) return report;
    }
  }
  return check_pages_pinned(directory, progress);
}

Result<PageReport> check_pages_pinned(const std::string& directory, base::Progress& progress) {
  TOKENRY_ASSIGN(const base::FileDescriptor file, open_data(directory));
  std::shared_ptr<Environment> environment;
  {
    const ProcessLock held;
    TOKENRY_ASSIGN(environment, open_environment(held, directory));
  }
  Result<PageReport> report = walk_pinned(environment, file.get(), progress);
  const ProcessLock held;
  release_environment(held, environment);
  return report;
}

}  // namespace tokenry::storage
