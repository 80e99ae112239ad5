#include "base/status.hpp"

#include <cerrno>
#include <cstring>

namespace tokenry::base {

std::string errno_text(int error) {
  const char* description = ::strerrordesc_np(error);
  return description != nullptr ? description : "error " + std::to_string(error);
}

Status errno_status(int error, std::string_view what) {
  Code code = Code::io_error;
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      code = Code::permission_denied;
      break;
    case ENOSPC:
    case EDQUOT:
      code = Code::store_full;
      break;
    case ENOENT:
    case ENOTDIR:
      code = Code::store_missing;
      break;
    case ENOMEM:
      code = Code::no_memory;
      break;
    default:
      break;
  }
  return {code, std::string(what) + ": " + errno_text(error)};
}

}  // namespace tokenry::base
