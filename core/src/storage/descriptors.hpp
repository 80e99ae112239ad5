// The process's own descriptors, found through /proc/self/fd: LMDB does not tell all of its.
#pragma once

#include <vector>

#include "base/file.hpp"

namespace tokenry::storage {

// Those that refer to the file. Empty too where /proc is not mounted.
std::vector<int> descriptors_of(const base::FileIdentity& file);

}  // namespace tokenry::storage
