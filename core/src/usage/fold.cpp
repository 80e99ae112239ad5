#include "usage/fold.hpp"

#include <fcntl.h>

#include <bit>
#include <cerrno>

namespace tokenry::usage {
namespace {

using base::FileDescriptor;
using base::Result;

struct flock fold_lock(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = kFoldLockByte;
  lock.l_len = 1;
  return lock;
}

std::uint64_t lowest_bits(std::uint64_t bits, std::size_t count) {
  std::uint64_t chosen = 0;
  for (; bits != 0 && count > 0; --count) {
    chosen |= bits & -bits;
    bits &= bits - 1;
  }
  return chosen;
}

}  // namespace

// Locks of this kind belong to the open file: one of its own keeps threads of one process, and a
// child from its parent, apart. The path may by now lead to another file, this does not.
Result<std::optional<Fold>> Fold::begin(std::shared_ptr<Cells> cells) {
  TOKENRY_ASSIGN(FileDescriptor file,
                 base::open_file("/proc/self/fd/" + std::to_string(cells->fd()), O_RDWR));
  struct flock lock = fold_lock(F_WRLCK);
  if (::fcntl(file.get(), F_OFD_SETLK, &lock) != 0) {
    if (errno == EAGAIN || errno == EACCES) return std::optional<Fold>();
    return base::errno_status(errno, "cannot lock " + cells->path());
  }
  return std::optional<Fold>(Fold(std::move(cells), std::move(file)));
}

Fold::~Fold() {
  // Said in so many words: a forked child may still hold the same open file.
  if (!lock_.is_open() || maker_ != ::getpid()) return;
  struct flock lock = fold_lock(F_UNLCK);
  ::fcntl(lock_.get(), F_OFD_SETLK, &lock);
}

std::vector<std::uint32_t> Fold::take(std::size_t most) {
  std::vector<std::uint32_t> slots;
  last_.clear();
  while (part_ != Part::over && slots.size() < most) {
    Segment* const segment =
        segment_ < cells_->segment_count() ? cells_->segment(segment_) : nullptr;
    if (segment != nullptr) {
      const std::uint64_t bits = take_word(*segment, most - slots.size());
      if (bits != 0) last_.push_back({segment_, word_, bits});
      for (std::uint64_t rest = bits; rest != 0; rest &= rest - 1) {
        slots.push_back(segment_ * kSegmentCells + word_ * 64 +
                        static_cast<std::uint32_t>(std::countr_zero(rest)));
      }
      given_ |= bits;
      if (slots.size() == most) break;  // the word may hold more
    }
    step();
  }
  return slots;
}

std::uint64_t Fold::take_word(Segment& segment, std::size_t room) {
  SharedWord& folding = segment.folding[word_];
  if (part_ == Part::left_over) return lowest_bits(folding.load() & ~given_, room);
  SharedWord& changed = segment.changed[word_];
  const std::uint64_t bits = lowest_bits(changed.load() & ~given_, room);
  if (bits == 0) return 0;
  // In this order: at no time a bit stands in neither. Cleared before the cell is read, so that a
  // use which comes later sets it again.
  folding.fetch_or(bits);
  changed.fetch_and(~bits);
  return bits;
}

// To the next word, segment or part.
void Fold::step() {
  given_ = 0;
  if (++word_ < std::tuple_size_v<Bitmap>) return;
  word_ = 0;
  // A segment beyond the count ends the part; others may be published meanwhile.
  if (++segment_ < cells_->segment_count()) return;
  segment_ = 0;
  part_ = part_ == Part::left_over ? Part::changed : Part::over;
}

void Fold::done() {
  for (const Taken& taken : last_) {
    Segment* const segment = cells_->segment(taken.segment);
    if (segment != nullptr) segment->folding[taken.word].fetch_and(~taken.bits);
  }
  last_.clear();
}

}  // namespace tokenry::usage
