// A store's usage cells: memory shared by all processes of the host, 128 bytes for each token slot.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/file.hpp"
#include "base/status.hpp"
#include "usage/boot_clock.hpp"
#include "usage/cell.hpp"
#include "usage/cells_file.hpp"
#include "usage/layout.hpp"

namespace tokenry::usage {

// One slot's cell together with the bit that says it changed; each call sets the bit after what it
// wrote. A plain value, usable while its Cells lives. Converts to false where the slot has no cell.
class SlotCell {
 public:
  SlotCell() = default;
  SlotCell(Segment& segment, std::uint32_t index) : segment_(&segment), index_(index) {}

  explicit operator bool() const noexcept { return segment_ != nullptr; }
  Cell& cell() const noexcept { return segment_->cells[index_]; }

  void count_use(const Use& use) const noexcept {
    cell().count_use(use);
    mark_changed();
  }
  void count_denial(std::uint32_t generation) const noexcept {
    cell().count_denial(generation);
    mark_changed();
  }
  void note_newest_secret(std::uint64_t mark) const noexcept {
    if (cell().note_newest_secret(mark)) mark_changed();
  }
  void note_previous_secret(std::uint16_t tag, std::int64_t now_s) const noexcept {
    if (cell().note_previous_secret(tag, now_s)) mark_changed();
  }
  CellState read(std::uint32_t generation) const noexcept { return cell().read(generation); }

  // Sequentially consistent, as the count before it is: either this sees that a folder has taken
  // the bit, and sets it again, or the folder sees the count.
  void mark_changed() const noexcept {
    SharedWord& word = segment_->changed[index_ / 64];
    const std::uint64_t bit = 1ULL << (index_ % 64);
    if ((word.load() & bit) == 0) word.fetch_or(bit);
  }

 private:
  Segment* segment_ = nullptr;
  std::uint32_t index_ = 0;
};

// Safe in threads without locks, and in forked children, which share the memory. Segments stay
// mapped until the object ends.
class Cells {
 public:
  // Opens the store's file of cells, or makes it; see open_cells_file for what is refused.
  static base::Result<std::shared_ptr<Cells>> attach(const CellsPlace& place);

  ~Cells();
  Cells(const Cells&) = delete;
  Cells& operator=(const Cells&) = delete;

  // Random, and never the same after a reboot or for another file: what was folded from these
  // cells is remembered under it.
  std::uint64_t id() const noexcept { return id_; }
  const std::string& path() const noexcept { return path_; }

  // Whether the path still leads to these cells. Otherwise attach anew; these go on working and
  // should be folded once more.
  bool is_named() const;

  // The slot's cell; the file grows as far as it must. False where it cannot grow, which is tried
  // again after a second at the earliest, or not be mapped.
  SlotCell find(std::uint32_t slot) noexcept {
    Segment* const segment = table_[slot / kSegmentCells].load(std::memory_order_acquire);
    return segment != nullptr ? SlotCell(*segment, slot % kSegmentCells) : find_slowly(slot);
  }

  // The slot's cell where there is one; never grows.
  SlotCell peek(std::uint32_t slot) noexcept {
    Segment* const found = segment(slot / kSegmentCells);
    return found != nullptr ? SlotCell(*found, slot % kSegmentCells) : SlotCell();
  }

  // Starts to fetch the slot's cell into the processor's cache, if it is mapped.
  void prefetch(std::uint32_t slot) const noexcept {
    Segment* const segment = table_[slot / kSegmentCells].load(std::memory_order_acquire);
    if (segment == nullptr) return;
    const Cell& cell = segment->cells[slot % kSegmentCells];
    __builtin_prefetch(&cell.word(kLastUse), 1);
    __builtin_prefetch(&cell.word(kExercised));
  }

  // Microseconds of CLOCK_BOOTTIME since the file was made; the same in all processes.
  std::uint64_t now_us() const noexcept {
    const std::uint64_t now = boot_clock_us();
    return now > origin_us_ ? now - origin_us_ : 0;
  }

  // Segments that exist, in this process or not.
  std::uint32_t segment_count() const noexcept {
    return header_->segments.load(std::memory_order_acquire);
  }
  // The memory that the file takes.
  std::uint64_t byte_size() const noexcept { return segment_offset(segment_count()); }

  // An existing segment, mapped if it was not; null where there is none or it cannot be mapped.
  Segment* segment(std::uint32_t index) noexcept {
    Segment* const mapped = table_[index].load(std::memory_order_acquire);
    return mapped != nullptr ? mapped : map_segment(index);
  }

  // The open file, for locks.
  int fd() const noexcept { return file_.get(); }

 private:
  using SegmentPointer = std::atomic<Segment*>;

  Cells() = default;
  base::Status map_header();
  SlotCell find_slowly(std::uint32_t slot) noexcept;
  Segment* map_segment(std::uint32_t index) noexcept;
  bool may_grow() const noexcept;
  bool grow(std::uint32_t wanted) noexcept;

  base::FileDescriptor file_;
  std::string path_;
  base::FileIdentity identity_;
  std::uint64_t id_ = 0;
  std::uint64_t origin_us_ = 0;
  Header* header_ = nullptr;
  // kMaxSegments entries in memory that takes room only where it was touched.
  SegmentPointer* table_ = nullptr;
  // One more than the highest entry ever set.
  std::atomic<std::uint32_t> table_end_{0};
  // Of coarse_monotonic_s; before it no growth is tried.
  std::atomic<std::int64_t> next_growth_s_{0};
};

}  // namespace tokenry::usage
