// Examines the pages of a store's data file, whoever has it open.
#pragma once

#include <cstdint>
#include <string>

#include "base/findings.hpp"
#include "base/progress.hpp"
#include "base/status.hpp"

namespace tokenry::storage {

struct PageReport {
  base::Findings findings;
  bool safe = false;  // nothing was found that LMDB could stumble over
  std::uint64_t page_count = 0;
  std::uint64_t map_size_bytes = 0;
};

// Walks the newest commit. Needs neither a lock nor LMDB: the pages of a commit are not used anew
// before the third one after it is written, so a walk that ends before the second one was published
// saw one state. Where commits come faster than that, the walk is done under a snapshot that keeps
// the pages. Errors: why data.mdb cannot be read.
base::Result<PageReport> check_pages(const std::string& directory, base::Progress& progress);

// The same under a snapshot, so that LMDB has opened the file before it was looked at.
base::Result<PageReport> check_pages_pinned(const std::string& directory, base::Progress& progress);

}  // namespace tokenry::storage
