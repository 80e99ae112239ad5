// A store's data.mdb as somebody without the key meets it: bytes to be found and overwritten.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "engine/store.hpp"

namespace tokenry::engine {

using ByteList = std::vector<std::uint8_t>;

class DataFile {
 public:
  explicit DataFile(const std::string& directory) : path_(directory + "/data.mdb") {}

  // Overwrites every place where `bytes` stand, outdated copies of the row included; answers how
  // many there were. Both have one size.
  std::size_t replace(base::Bytes bytes, base::Bytes with) const;

  // Likewise in two steps, for those who change one row many times.
  using Places = std::vector<std::uint64_t>;
  Places places_of(base::Bytes bytes) const;
  void write(const Places& places, base::Bytes bytes) const;

 private:
  std::string path_;
};

// A row as it stands in the file, its seal included.
ByteList row_of(Store& store, storage::Table table, std::string_view key);
ByteList row_of(Store& store, storage::Table table, std::uint32_t key);
// The 128 bytes of a slot's record.
ByteList record_of(Store& store, std::uint32_t slot);

ByteList with_flipped_bit(ByteList bytes, std::size_t bit);

}  // namespace tokenry::engine
