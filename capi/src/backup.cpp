// A store's copy.
#include "arguments.hpp"
#include "engine/store.hpp"
#include "tokenry.h"
#include "wall.hpp"

using namespace tokenry;
using base::Code;
using base::Status;

namespace {

Status read_options(const tokenry_backup_options* given, engine::BackupOptions& out) {
  if (given == nullptr) return {};
  tokenry_backup_options options{};
  TOKENRY_TRY(capi::read_struct("options", given, options));
  if ((options.flags & ~uint32_t{TOKENRY_BACKUP_WITHOUT_KEY}) != 0) {
    return {Code::invalid_argument, "options: unknown flags"};
  }
  out.without_key = (options.flags & TOKENRY_BACKUP_WITHOUT_KEY) != 0;
  out.progress = capi::read_progress(options.progress, options.progress_context);
  return {};
}

}  // namespace

extern "C" {

int tokenry_backup(tokenry_store* store, const char* path, size_t path_size,
                   const tokenry_backup_options* options) {
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    std::string directory;
    TOKENRY_TRY(capi::read_path("path", path, path_size, directory));
    engine::BackupOptions backup_options;
    TOKENRY_TRY(read_options(options, backup_options));
    return open.backup(directory, backup_options);
  });
}

}  // extern "C"
