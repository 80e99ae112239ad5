// The tables of a store. Contents: docs/format.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tokenry::storage {

enum class Table : std::uint8_t {
  verifiers,
  details,
  labels,
  owners,
  scopes,
  free_slots,
  control,
  meta,
  aliases,
  usage,
  events,
};
inline constexpr std::size_t kTableCount = 11;

struct TableFacts {
  const char* name;
  bool integer_key;  // keys are native 32-bit numbers
};

inline constexpr std::array<TableFacts, kTableCount> kTables = {{
    {"verifiers", true},
    {"details", true},
    {"labels", false},
    {"owners", false},
    {"scopes", true},
    {"free_slots", true},
    {"control", false},
    {"meta", false},
    {"aliases", false},
    {"usage", true},
    {"events", false},
}};

}  // namespace tokenry::storage
