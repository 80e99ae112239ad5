// Makes a new store, whole or not at all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "engine/key_file.hpp"
#include "model/catalog.hpp"

namespace tokenry::engine {

inline constexpr std::uint64_t kDefaultMapSizeBytes = std::uint64_t{32} << 30;
inline constexpr std::uint64_t kMinMapSizeBytes = std::uint64_t{16} << 20;
inline constexpr std::uint64_t kMaxMapSizeBytes = std::uint64_t{16} << 40;

struct CreateOptions {
  std::string prefix = "tkry";
  std::vector<model::Scope> scopes;
  bool sealed = true;
  std::string group;              // that shares the store; empty: none
  std::string key_file;           // empty: the default beside the data
  const StoreKey* key = nullptr;  // the caller's own, instead of a file
  std::uint64_t map_size_bytes = kDefaultMapSizeBytes;
};

// path must not exist or be an empty directory, whose owner and mode the store then takes.
base::Status create_store(std::string_view path, std::string_view actor,
                          const CreateOptions& options);

}  // namespace tokenry::engine
