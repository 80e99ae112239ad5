// Changes rows as somebody does who can write data.mdb through LMDB, but has no key.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "storage/registry.hpp"
#include "storage/write_transaction.hpp"

namespace tokenry::engine {

inline void change_rows(const std::string& directory,
                        const std::function<base::Status(storage::WriteTransaction&)>& change) {
  const storage::ProcessLock held;
  auto environment = storage::open_environment(held, directory);
  ASSERT_TRUE(environment.ok());
  {
    const auto write = storage::WriteTransaction::begin(*environment, storage::Growth::spare);
    ASSERT_TRUE(write.ok());
    const base::Status changed = change(**write);
    ASSERT_TRUE(changed.ok()) << changed.text();
    ASSERT_TRUE((*write)->commit().ok());
  }
  storage::release_environment(held, *std::move(environment));
}

inline void put_row(const std::string& directory, storage::Table table, base::Bytes key,
                    base::Bytes value) {
  change_rows(directory,
              [&](storage::WriteTransaction& write) { return write.put(table, key, value); });
}

inline void remove_row(const std::string& directory, storage::Table table, base::Bytes key) {
  change_rows(directory,
              [&](storage::WriteTransaction& write) { return write.remove(table, key); });
}

}  // namespace tokenry::engine
