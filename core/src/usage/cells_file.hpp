// Finding, making and checking the file of a store's usage cells.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>

#include "base/file.hpp"
#include "base/status.hpp"

namespace tokenry::usage {

// Whose cells they are and where they lie. A store that was copied has another data file, and so
// other cells.
struct CellsPlace {
  std::array<std::uint8_t, 16> store_id{};
  base::FileIdentity data_file;
  // Of data.mdb. The cells get the same, without what others may do; `mode` may hold the type too.
  uid_t owner = 0;
  gid_t group = 0;
  mode_t mode = 0;
  // Empty: /run/tokenry where that is a directory, else /dev/shm.
  std::string directory;
};

struct CellsFile {
  base::FileDescriptor file;
  std::string path;
};

std::string path_of_cells(const CellsPlace& place);

// Opens the file, or makes it. A file of an earlier boot or an older layout is replaced, if it
// belongs to who may write the store. Anything else that stands at the path is an error that says
// what was found, and stays as it is. umask does not matter.
base::Result<CellsFile> open_cells_file(const CellsPlace& place);

}  // namespace tokenry::usage
