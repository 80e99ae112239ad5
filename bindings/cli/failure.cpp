#include "failure.hpp"

#include <system_error>

namespace tokenry::cli {

int exit_code(Code code) noexcept {
  switch (code) {
    case Code::kOk:
      return kExitDone;
    case Code::kInvalidArgument:
    case Code::kUnknownScope:
      return kExitUsage;
    case Code::kNotFound:
      return kExitNotFound;
    case Code::kConflict:
    case Code::kStoreExists:
      return kExitConflict;
    default:
      return kExitStore;
  }
}

void fail_usage(std::string message) { throw Failure(Code::kInvalidArgument, std::move(message)); }

void fail_io(const std::string& what, int error_number) {
  throw Failure(Code::kIoError, what + ": " + std::generic_category().message(error_number));
}

}  // namespace tokenry::cli
