// One round of folding: finding the slots whose cells changed, so that their values can be made
// durable elsewhere.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/file.hpp"
#include "base/status.hpp"
#include "usage/cells.hpp"

namespace tokenry::usage {

// A change is never in neither bitmap: `take` moves bits from "changed" to "folding", and only
// `done` clears those. So a folder may be killed anywhere; the next one gets its slots again, and
// must not count anything twice (it remembers, durably, what it folded of each cell).
//
// One folder on the host at a time, by a lock that ends with its process. For one thread. In a
// forked child the object must not be used.
class Fold {
 public:
  // Nothing while another holds the lock, in this process or elsewhere. Never waits.
  static base::Result<std::optional<Fold>> begin(std::shared_ptr<Cells> cells);

  Fold(Fold&&) noexcept = default;
  Fold& operator=(Fold&&) = delete;
  ~Fold();

  // At most `most` (at least 1) slots, to be read now; first those that a killed folder left. Each
  // slot comes at most twice in a round. None: the round is over.
  std::vector<std::uint32_t> take(std::size_t most);

  // What the last `take` gave is durable. Without this call it comes again in a later round.
  void done();

 private:
  enum class Part { left_over, changed, over };
  // The bits of one word that were taken.
  struct Taken {
    std::uint32_t segment;
    std::uint32_t word;
    std::uint64_t bits;
  };

  Fold(std::shared_ptr<Cells> cells, base::FileDescriptor lock)
      : cells_(std::move(cells)), lock_(std::move(lock)), maker_(::getpid()) {}
  std::uint64_t take_word(Segment& segment, std::size_t room);
  void step();

  std::shared_ptr<Cells> cells_;
  base::FileDescriptor lock_;
  pid_t maker_;
  // Where the round stands: the word that is looked at next, and which of its bits were given.
  Part part_ = Part::left_over;
  std::uint32_t segment_ = 0;
  std::uint32_t word_ = 0;
  std::uint64_t given_ = 0;
  std::vector<Taken> last_;
};

}  // namespace tokenry::usage
