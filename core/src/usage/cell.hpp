// One token slot's usage: 128 bytes of shared memory, written by every process of the host.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "model/network.hpp"
#include "model/scope_bits.hpp"
#include "usage/words.hpp"

namespace tokenry::usage {

// An accepted verification.
struct Use {
  std::uint32_t generation = 0;
  std::int64_t now_s = 0;                   // seconds since the epoch
  const model::Address* address = nullptr;  // null: not known
  model::ScopeBits exercised;               // the scopes that were asked for
};

// What a cell says of one generation of its slot, as far as one can see while others write: each
// value is one that was true, but they need not be of the same moment.
struct CellState {
  std::uint64_t uses = 0;
  std::uint64_t denials = 0;        // after a right secret
  std::int64_t last_used_at_s = 0;  // seconds since the epoch; 0: never
  std::optional<model::Address> last_used_from;
  model::ScopeBits exercised;
  // These two are of no generation: the caller's mark and tag say what they belong to.
  std::uint64_t newest_secret_mark = 0;  // 0: none
  std::uint16_t previous_secret_tag = 0;
  std::int64_t previous_secret_at_s = 0;  // seconds since the epoch; 0: never
};

// No locks: a process can be killed anywhere and nothing is left behind. A word that belongs to
// another generation is replaced whole by compare-and-swap; counts never lose a use. What was not
// changed is not written, so that a busy token's line moves between processors as seldom as it can.
//
// The functions only write the cell. Cells::find gives a SlotCell, which also sets the bit that
// tells a folder; change cells through it.
//
// Never constructed: cells are mapped from a file whose bytes begin as zeros.
class alignas(64) Cell {
 public:
  Cell() = delete;
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  void count_use(const Use& use) noexcept;
  void count_denial(std::uint32_t generation) noexcept;

  // That the newest secret, which the caller's mark names, was used; `mark` is not 0. Answers
  // whether this is news.
  bool note_newest_secret(std::uint64_t mark) noexcept;

  // That a secret which is no longer the newest was presented. `tag` is the caller's. Answers
  // whether this is news, which it is once a second.
  bool note_previous_secret(std::uint16_t tag, std::int64_t now_s) noexcept;

  CellState read(std::uint32_t generation) const noexcept;

  // For limits.hpp and for tests.
  SharedWord& word(std::size_t index) noexcept { return words_[index]; }
  const SharedWord& word(std::size_t index) const noexcept { return words_[index]; }

 private:
  void note_last_use(const Use& use) noexcept;
  void note_address(const model::Address& address, std::int64_t now_s) noexcept;
  void drop_fitting_address(std::int64_t now_s) noexcept;
  void note_exercised(const Use& use) noexcept;
  void add_one(Word word, std::uint32_t generation) noexcept;
  std::optional<model::Address> read_address(std::int64_t second) const noexcept;
  model::ScopeBits read_exercised(std::uint32_t generation) const noexcept;

  std::array<SharedWord, kCellWords> words_;
};
static_assert(sizeof(Cell) == 128);

}  // namespace tokenry::usage
