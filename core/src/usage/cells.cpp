#include "usage/cells.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/clock.hpp"
#include "usage/growth.hpp"

namespace tokenry::usage {
namespace {

using base::errno_status;
using base::Result;
using base::Status;

constexpr std::size_t kTableSize = std::size_t{kMaxSegments} * sizeof(std::atomic<Segment*>);

void* map_shared(int fd, std::uint64_t offset, std::size_t size) {
  return ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, static_cast<off_t>(offset));
}

template <typename Number>
void raise_to(std::atomic<Number>& number, Number wanted) {
  Number found = number.load();
  while (found < wanted && !number.compare_exchange_weak(found, wanted)) {
  }
}

}  // namespace

Result<std::shared_ptr<Cells>> Cells::attach(const CellsPlace& place) {
  TOKENRY_ASSIGN(CellsFile opened, open_cells_file(place));
  std::shared_ptr<Cells> cells(new Cells());
  cells->file_ = std::move(opened.file);
  cells->path_ = std::move(opened.path);
  TOKENRY_TRY(cells->map_header());
  return cells;
}

Status Cells::map_header() {
  struct stat found {};
  if (::fstat(fd(), &found) != 0) return errno_status(errno, "cannot stat " + path_);
  identity_ = base::identity_of(found);
  void* const header = map_shared(fd(), 0, kHeaderSize);
  if (header == MAP_FAILED) return errno_status(errno, "cannot map " + path_);
  header_ = static_cast<Header*>(header);
  id_ = header_->cells_id;
  origin_us_ = header_->origin_us;
  void* const table = ::mmap(nullptr, kTableSize, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (table == MAP_FAILED) return errno_status(errno, "no address space for " + path_);
  table_ = static_cast<SegmentPointer*>(table);
  return {};
}

Cells::~Cells() {
  if (table_ != nullptr) {
    for (std::uint32_t i = 0; i < table_end_.load(); ++i) {
      Segment* const segment = table_[i].load();
      if (segment != nullptr) ::munmap(segment, kSegmentSize);
    }
    ::munmap(table_, kTableSize);
  }
  if (header_ != nullptr) ::munmap(header_, kHeaderSize);
}

bool Cells::is_named() const {
  struct stat found {};
  return ::lstat(path_.c_str(), &found) == 0 && base::identity_of(found) == identity_;
}

SlotCell Cells::find_slowly(std::uint32_t slot) noexcept {
  const std::uint32_t index = slot / kSegmentCells;
  // What exists is mapped whatever became of growing.
  Segment* found = segment(index);
  if (found == nullptr && may_grow()) {
    if (grow(index + 1)) found = segment(index);
    if (found == nullptr) next_growth_s_.store(base::coarse_monotonic_s() + 1);
  }
  return found != nullptr ? SlotCell(*found, slot % kSegmentCells) : SlotCell();
}

bool Cells::may_grow() const noexcept {
  return base::coarse_monotonic_s() >= next_growth_s_.load();
}

// Without a lock, so that no stopped process can hold up a verification: to allocate what another
// has just allocated changes nothing, and the count only rises.
bool Cells::grow(std::uint32_t wanted) noexcept {
  for (std::uint32_t next = segment_count(); next < wanted; ++next) {
    if (!allocate(fd(), segment_offset(next), kSegmentSize, path_).ok()) return false;
    raise_to(header_->segments, next + 1);
  }
  return true;
}

Segment* Cells::map_segment(std::uint32_t index) noexcept {
  // The count is any writer's; the size is what tells whether there is memory behind it.
  if (index >= kMaxSegments || index >= segment_count()) return nullptr;
  struct stat found {};
  if (::fstat(fd(), &found) != 0 ||
      static_cast<std::uint64_t>(found.st_size) < segment_offset(index + 1)) {
    return nullptr;
  }
  void* const mapped = map_shared(fd(), segment_offset(index), kSegmentSize);
  if (mapped == MAP_FAILED) return nullptr;
  Segment* expected = nullptr;
  auto* const segment = static_cast<Segment*>(mapped);
  if (!table_[index].compare_exchange_strong(expected, segment)) {
    ::munmap(mapped, kSegmentSize);
    return expected;
  }
  raise_to(table_end_, index + 1);
  return segment;
}

}  // namespace tokenry::usage
