// A copy of a store while it is in use.
#include <lmdb.h>

#include "storage/environment.hpp"
#include "storage/lmdb_status.hpp"

namespace tokenry::storage {

using base::Code;
using base::Status;

Status Environment::copy_to(int file) const {
  const std::shared_lock open(copy_mutex_);
  if (env_ == nullptr || !usable()) {
    return {Code::store_busy, "the store was closed or replaced meanwhile"};
  }
  // Page by page: a compacting copy would renumber pages, trusting each.
  const int code = ::mdb_env_copyfd2(env_, file, 0);
  return code == 0 ? Status() : lmdb_status(code, "cannot copy the store's data");
}

}  // namespace tokenry::storage
