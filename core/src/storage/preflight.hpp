// Looks at a store's files before LMDB does: LMDB would make what is missing, and trusts what it
// maps.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/file.hpp"
#include "base/status.hpp"

namespace tokenry::storage {

std::string data_file(const std::string& directory);
std::string lock_file(const std::string& directory);

// Refuses network file systems, whose locks and mappings LMDB cannot trust.
base::Status check_file_system(const std::string& directory);

// Whether there is a directory at that path, on a file system that can hold a store.
base::Status check_directory(const std::string& directory);

struct DataFileFacts {
  base::FileIdentity identity;
  std::uint32_t page_size = 0;
  mode_t mode = 0;
  uid_t owner = 0;
  gid_t group = 0;
};

// Whether directory holds a data file that LMDB may open: there, readable and writable, an LMDB
// file of this machine's byte order, whole, with this engine's tables. Changes nothing.
base::Result<DataFileFacts> preflight(const std::string& directory);

}  // namespace tokenry::storage
