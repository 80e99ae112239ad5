// The file that holds the store key. Layout: docs/format.md, the key file.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/secret.hpp"
#include "base/status.hpp"
#include "token/keys.hpp"

namespace tokenry::engine {

using StoreKey = base::SecretBytes<token::kStoreKeySize>;

std::string default_key_file(const std::string& directory);

// Makes the file, which must not exist, readable by its owner alone, and syncs it.
base::Status write_key_file(const std::string& path, const StoreKey& key);

// Codes: key_missing (no such file), permission_denied (also: others than owner and group may read
// or write it), store_damaged (not a key file).
base::Status read_key_file(const std::string& path, StoreKey& key);

}  // namespace tokenry::engine
