// What a backup is made with.
#pragma once

#include "base/progress.hpp"

namespace tokenry::engine {

struct BackupOptions {
  bool without_key = false;
  base::Progress::Callback progress;
};

}  // namespace tokenry::engine
