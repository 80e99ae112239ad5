#include "memory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

namespace capi_tests {

namespace {

constexpr std::uint8_t kMask = 0xA7;
constexpr std::size_t kPiece = 65536;

// Not on the stack, so that its place is known: the search skips it.
std::array<std::uint8_t, kPiece + Needle::kCapacity> g_piece;

bool overlaps_piece(std::uintptr_t at) {
  const auto begin = reinterpret_cast<std::uintptr_t>(g_piece.data());
  return at + Needle::kCapacity > begin && at < begin + g_piece.size();
}

}  // namespace

std::vector<Mapping> mappings() {
  std::ifstream smaps("/proc/self/smaps");
  std::vector<Mapping> all;
  std::string line;
  while (std::getline(smaps, line)) {
    unsigned long begin = 0;
    unsigned long end = 0;
    char permissions[5] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, permissions) == 3) {
      Mapping mapping;
      mapping.begin = begin;
      mapping.end = end;
      mapping.is_readable = permissions[0] == 'r';
      mapping.is_writable = permissions[1] == 'w';
      const std::size_t name = line.find_first_of("/[");
      if (name != std::string::npos) mapping.name = line.substr(name);
      all.push_back(mapping);
    } else if (line.starts_with("VmFlags:") && !all.empty()) {
      all.back().is_dumped = (line + " ").find(" dd ") == std::string::npos;
    }
  }
  return all;
}

Needle::Needle(const void* at, std::size_t size) : size_(size) {
  if (size > kCapacity) std::abort();
  const auto* bytes = static_cast<const volatile std::uint8_t*>(at);
  for (std::size_t i = 0; i < size; ++i) {
    masked_[i] = static_cast<std::uint8_t>(bytes[i] ^ kMask);
  }
}

bool Needle::is_varied() const {
  std::size_t different = 0;
  for (std::size_t i = 1; i < size_; ++i) different += masked_[i] != masked_[0];
  return different > size_ / 2;
}

bool Needle::is_at(const std::uint8_t* bytes) const {
  for (std::size_t i = 0; i < size_; ++i) {
    if ((bytes[i] ^ kMask) != masked_[i]) return false;
  }
  return true;
}

std::size_t count_in_memory(const Needle& needle, bool (*wanted)(const Mapping&)) {
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  if (memory < 0) std::abort();
  std::size_t count = 0;
  for (const Mapping& mapping : mappings()) {
    if (!wanted(mapping) || mapping.name == "[vvar]" || mapping.name == "[vsyscall]") continue;
    for (std::uintptr_t at = mapping.begin; at < mapping.end; at += kPiece) {
      const std::size_t size = std::min(g_piece.size(), mapping.end - at);
      const ssize_t got = ::pread(memory, g_piece.data(), size, static_cast<off_t>(at));
      if (got < static_cast<ssize_t>(needle.size())) continue;  // behind the end of a mapped file
      const std::size_t last = static_cast<std::size_t>(got) - needle.size();
      for (std::size_t i = 0; i <= last && i < kPiece; ++i) {
        if (needle.is_at(&g_piece[i]) && !overlaps_piece(at + i)) ++count;
      }
    }
  }
  ::explicit_bzero(g_piece.data(), g_piece.size());
  ::close(memory);
  return count;
}

}  // namespace capi_tests
