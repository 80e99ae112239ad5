// The file of usage cells as it is mapped: a header page, then segments of 4096 cells. The bytes
// stand in docs/format.md, "Usage cells". Native byte order: the file never leaves its host.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "usage/cell.hpp"

namespace tokenry::usage {

inline constexpr std::size_t kHeaderSize = 4096;
inline constexpr std::uint32_t kSegmentCells = 4096;
// Slots are 32-bit numbers.
inline constexpr std::uint32_t kMaxSegments = 1U << 20;

inline constexpr std::array<char, 8> kMagic = {'t', 'k', 'r', 'y', 'c', 'e', 'l', 'l'};
inline constexpr std::uint32_t kLayoutVersion = 1;

// The byte of the file whose lock a folder holds.
inline constexpr off_t kFoldLockByte = 0;

struct Header {
  std::array<char, 8> magic;
  std::uint32_t layout_version;
  std::uint32_t reserved;
  std::array<std::uint8_t, 16> store_id;
  std::uint64_t device;
  std::uint64_t inode;
  std::uint64_t cells_id;
  std::uint64_t origin_us;  // CLOCK_BOOTTIME when the file was made
  // Complete segments; only rises. Published with release, after their bytes were allocated.
  std::atomic<std::uint32_t> segments;
};
static_assert(offsetof(Header, segments) == 64 && sizeof(Header) <= kHeaderSize);
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

// Two bits for each cell. A changed cell has one of them until its change was folded.
using Bitmap = std::array<SharedWord, kSegmentCells / 64>;

struct Segment {
  Bitmap changed;
  Bitmap folding;
  std::array<std::uint8_t, 4096 - 2 * sizeof(Bitmap)> reserved;
  std::array<Cell, kSegmentCells> cells;
};
static_assert(offsetof(Segment, cells) == 4096);
inline constexpr std::size_t kSegmentSize = sizeof(Segment);
static_assert(kSegmentSize % 4096 == 0);

constexpr std::uint64_t segment_offset(std::uint32_t segment) {
  return kHeaderSize + std::uint64_t{segment} * kSegmentSize;
}

}  // namespace tokenry::usage
