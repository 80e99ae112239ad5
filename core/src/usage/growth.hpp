// Memory behind a file's bytes before they are mapped: a page without memory would be a SIGBUS.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.hpp"

namespace tokenry::usage {

// Allocates bytes `offset` to `offset + size` of the file and makes it at least that long. Bytes
// that are there stay as they are, so any number of processes may do it at once.
base::Status allocate(int fd, std::uint64_t offset, std::uint64_t size, const std::string& path);

}  // namespace tokenry::usage
