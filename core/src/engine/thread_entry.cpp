#include "engine/thread_entry.hpp"

#include <utility>
#include <vector>

namespace tokenry::engine {

namespace {

struct ThreadEntries {
  std::vector<std::unique_ptr<ThreadEntry>> entries;

  ~ThreadEntries() {
    for (const auto& entry : entries) entry->reader->detach();
  }
};

thread_local ThreadEntries t_entries;

}  // namespace

ThreadEntry* find_thread_entry(std::uint64_t store_serial) noexcept {
  for (const auto& entry : t_entries.entries) {
    if (entry->store_serial == store_serial) return entry.get();
  }
  return nullptr;
}

ThreadEntry* add_thread_entry(std::uint64_t store_serial, std::shared_ptr<storage::Reader> reader) {
  std::erase_if(t_entries.entries, [&](const auto& entry) {
    return entry->store_serial == store_serial || !entry->reader->attached();
  });
  t_entries.entries.push_back(
      std::make_unique<ThreadEntry>(ThreadEntry{store_serial, std::move(reader), KnownState()}));
  return t_entries.entries.back().get();
}

}  // namespace tokenry::engine
