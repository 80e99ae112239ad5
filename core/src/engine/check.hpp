// Examines a store: first its pages, without LMDB, then every row against every other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/findings.hpp"
#include "base/progress.hpp"
#include "base/status.hpp"
#include "engine/key_file.hpp"
#include "token/chain.hpp"

namespace tokenry::engine {

struct CheckOptions {
  std::string key_file;           // empty: the default beside the data
  const StoreKey* key = nullptr;  // instead of a file
  // A head of the log that was kept elsewhere, which the store must still be true to.
  std::optional<token::Head> kept_head;
  base::Progress::Callback progress;
};

struct CheckReport {
  base::Findings findings;
  bool rows_checked = false;  // false: the pages are so damaged that LMDB must not open the file
  std::uint64_t page_count = 0;
  std::uint64_t token_count = 0;
  std::uint64_t row_count = 0;
};

// Changes nothing, and may run while others work on the store: it looks at one commit. What is
// wrong with the data is a finding; an error is what keeps it from being looked at.
base::Result<CheckReport> check_store(std::string_view path, const CheckOptions& options);

}  // namespace tokenry::engine
