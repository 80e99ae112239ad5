// What a thread keeps of each store that it used: its reader, and what it knows of the newest
// commit.
#pragma once

#include <cstdint>
#include <memory>

#include "storage/reader.hpp"

namespace tokenry::engine {

// The store-wide state that a verification heeds, read once for each transaction id.
struct KnownState {
  std::uint64_t transaction_id = 0;
  bool intact = false;  // control and catalog rows are there and their seals match
  bool frozen = false;
  std::uint32_t catalog_version = 0;  // whose scope rows were found intact
  bool catalog_checked = false;
  std::uint64_t page_count = 0;  // pages of verifier records
};

struct ThreadEntry {
  std::uint64_t store_serial = 0;
  std::shared_ptr<storage::Reader> reader;
  KnownState known;
};

// The calling thread's entry for the store, or null.
ThreadEntry* find_thread_entry(std::uint64_t store_serial) noexcept;

// Makes an entry, and drops those whose stores were closed. Entries end with their thread.
ThreadEntry* add_thread_entry(std::uint64_t store_serial, std::shared_ptr<storage::Reader> reader);

}  // namespace tokenry::engine
