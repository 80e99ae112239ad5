// Looks for secrets in this process's own memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace capi_tests {

// A piece of memory of this process, as /proc/self/smaps tells it.
struct Mapping {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool is_readable = false;
  bool is_writable = false;
  bool is_dumped = false;  // goes into a core file: without the flag dd
  std::string name;
};

std::vector<Mapping> mappings();

// Bytes to look for, kept so that they are not found here: each is turned around by a mask.
class Needle {
 public:
  static constexpr std::size_t kCapacity = 96;

  Needle() = default;
  // Reads `size` bytes at `at`, which may be secret.
  Needle(const void* at, std::size_t size);

  std::size_t size() const { return size_; }
  // The bytes are no constant pattern, which would be found anywhere.
  bool is_varied() const;
  bool is_at(const std::uint8_t* bytes) const;

 private:
  std::array<std::uint8_t, kCapacity> masked_{};
  std::size_t size_ = 0;
};

// How often the needle stands in the mappings for which `wanted` holds. What the search itself
// reads is wiped before it looks at the next piece.
std::size_t count_in_memory(const Needle& needle, bool (*wanted)(const Mapping&));

inline bool is_writable(const Mapping& mapping) { return mapping.is_writable; }
inline bool is_dumped(const Mapping& mapping) { return mapping.is_readable && mapping.is_dumped; }

}  // namespace capi_tests
