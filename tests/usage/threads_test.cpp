// Cells under several threads: nothing lost, nothing too many, nothing torn.
#include <functional>
#include <thread>

#include "cells_fixture.hpp"
#include "usage/fold.hpp"
#include "usage/limits.hpp"

namespace tokenry::test {
namespace {

using usage::Charge;
using usage::Fold;

class CellsThreads : public CellsTest {
 protected:
  // Runs the body in so many threads, which begin together; it gets the thread's number.
  static void run(int threads, const std::function<void(int)>& body) {
    std::atomic<int> waiting{threads};
    std::vector<std::thread> all;
    for (int number = 0; number < threads; ++number) {
      all.emplace_back([&, number] {
        waiting.fetch_sub(1);
        while (waiting.load() > 0) std::this_thread::yield();
        body(number);
      });
    }
    for (std::thread& thread : all) thread.join();
  }

  std::shared_ptr<usage::Cells> cells_ = attach();
};

TEST_F(CellsThreads, CountsOfOneHotCellAreExact) {
  constexpr std::uint64_t kUses = 1'000'000;
  run(2, [&](int number) {
    const model::Address from = ipv4(static_cast<std::uint8_t>(number));
    for (std::uint64_t i = 0; i < kUses; ++i) {
      cells_->find(7).count_use(
          use_at(kNow + static_cast<std::int64_t>(i / 20'000), &from, scopes({i % 256})));
      if (i % 10 == 0) cells_->find(7).count_denial(kGeneration);
    }
  });
  const usage::CellState state = cells_->find(7).read(kGeneration);
  EXPECT_EQ(state.uses, 2 * kUses);
  EXPECT_EQ(state.denials, 2 * kUses / 10);
  EXPECT_EQ(state.last_used_at_s, kNow + 49);
  EXPECT_TRUE(state.exercised.is_everything());
}

TEST_F(CellsThreads, CountsOfManyCellsAreExactWhileTheFileGrows) {
  constexpr std::uint32_t kSlots = 200'000;
  const auto other = attach();
  run(4, [&](int number) {
    usage::Cells& cells = number % 2 == 0 ? *cells_ : *other;
    for (std::uint32_t i = 0; i < kSlots; ++i) {
      const std::uint32_t slot = (i * 7919U + static_cast<std::uint32_t>(number)) % kSlots;
      cells.find(slot).count_use(use_at(kNow));
    }
  });
  std::uint64_t sum = 0;
  for (std::uint32_t slot = 0; slot < kSlots; ++slot) {
    sum += cells_->find(slot).read(kGeneration).uses;
  }
  EXPECT_EQ(sum, 4ULL * kSlots);
  EXPECT_EQ(cells_->segment_count(), (kSlots + 4095) / 4096);
}

// Two writers and a reader: each address that is seen was written whole.
TEST_F(CellsThreads, NoAddressIsAMixture) {
  std::atomic<int> writing{2};
  std::uint64_t seen = 0;
  std::uint64_t mixtures = 0;
  run(3, [&](int number) {
    if (number < 2) {
      for (int i = 0; i < 1'000'000; ++i) {
        const auto byte = static_cast<std::uint8_t>(2 * i + number);
        const model::Address from = address_of(byte);
        cells_->find(0).count_use(use_at(kNow + i / 100, &from));
      }
      writing.fetch_sub(1);
      return;
    }
    while (writing.load() > 0) {
      const auto from = cells_->find(0).read(kGeneration).last_used_from;
      if (!from.has_value()) continue;
      ++seen;
      if (*from != address_of(from->bytes[0])) ++mixtures;
    }
  });
  EXPECT_EQ(mixtures, 0U) << "of " << seen;
  const model::Address last = ipv4(1);
  cells_->find(0).count_use(use_at(kNow + 20'000, &last));
  EXPECT_EQ(cells_->find(0).read(kGeneration).last_used_from, last);
}

TEST_F(CellsThreads, TheFirstUsesOfAGenerationAreAllCounted) {
  constexpr std::uint32_t kGenerations = 20'000;
  std::atomic<std::uint32_t> turn{0};
  std::atomic<int> arrived{0};
  std::uint64_t sum = 0;
  run(2, [&](int number) {
    for (std::uint32_t generation = 1; generation <= kGenerations; ++generation) {
      while (turn.load() != generation - 1) std::this_thread::yield();
      cells_->find(0).count_use({generation, kNow, nullptr, scopes({3})});
      arrived.fetch_add(1);
      if (number != 0) continue;
      while (arrived.load() != 2) std::this_thread::yield();
      sum += cells_->find(0).read(generation).uses;
      arrived.store(0);
      turn.store(generation);
    }
  });
  EXPECT_EQ(sum, 2ULL * kGenerations);
}

TEST_F(CellsThreads, NeverOneSpentTooMany) {
  constexpr std::uint64_t kAllowed = 500'000;
  std::atomic<std::uint64_t> done{0};
  run(3, [&](int) {
    usage::OlderTags older;
    for (std::uint64_t i = 0; i < kAllowed; ++i) {
      if (usage::spend(cells_->find(1).cell(), 9, kAllowed, older) == Charge::done)
        done.fetch_add(1);
    }
  });
  EXPECT_EQ(done.load(), kAllowed);
  EXPECT_EQ(usage::spent(cells_->find(1).cell(), 9), kAllowed);
}

TEST_F(CellsThreads, NeverOneChargedTooMany) {
  const std::array rates = {usage::RateWindow{500'000, 1'000'000},
                            usage::RateWindow{300'000, 3'600'000'000}};
  std::atomic<std::uint64_t> done{0};
  run(3, [&](int) {
    for (int i = 0; i < 400'000; ++i) {
      std::uint64_t wait_us = 0;
      usage::OlderTags older;
      usage::Cell& cell = cells_->find(1).cell();
      const Charge charge = usage::charge_rates(cell, 9, rates, 1'000, older, wait_us);
      if (charge == Charge::done) done.fetch_add(1);
    }
  });
  EXPECT_EQ(done.load(), 300'000U);
}

// Folders compete while uses go on; whatever they folded adds up to what was used.
TEST_F(CellsThreads, FoldingLosesNothing) {
  constexpr std::uint32_t kSlots = 9000;
  constexpr std::uint64_t kUses = 1'000'000;
  std::vector<std::uint64_t> folded(kSlots);  // touched by who folds alone
  std::atomic<int> using_cells{2};
  std::atomic<std::uint64_t> sum{0};
  std::atomic<int> wrong{0};
  const auto fold_once = [&] {
    auto fold = Fold::begin(cells_);
    if (!fold.ok() || !fold->has_value()) return;
    for (auto slots = (*fold)->take(100); !slots.empty(); slots = (*fold)->take(100)) {
      for (const std::uint32_t slot : slots) {
        const std::uint64_t uses = cells_->find(slot).read(kGeneration).uses;
        if (uses < folded[slot]) wrong.fetch_add(1);
        sum.fetch_add(uses - folded[slot]);
        folded[slot] = uses;
      }
      (*fold)->done();
    }
  };
  run(4, [&](int number) {
    if (number < 2) {
      for (std::uint64_t i = 0; i < kUses; ++i) {
        const std::uint64_t slot =
            i % 3 == 0 ? 0 : (i * 31 + static_cast<unsigned>(number)) % kSlots;
        cells_->find(static_cast<std::uint32_t>(slot)).count_use(use_at(kNow));
      }
      using_cells.fetch_sub(1);
      return;
    }
    while (using_cells.load() > 0) fold_once();
  });
  fold_once();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_EQ(sum.load(), 2 * kUses);
}

// 64 cells share a word of the bitmap.
TEST_F(CellsThreads, NeighboursAreMarkedAtOnce) {
  constexpr int kRounds = 20'000;
  std::atomic<int> round{0};
  std::atomic<int> marking{0};
  int rounds_with_loss = 0;
  ASSERT_TRUE(cells_->find(0));
  usage::SharedWord& word = cells_->segment(0)->changed[0];
  run(2, [&](int number) {
    for (int i = 1; i <= kRounds; ++i) {
      if (number == 0) {
        word.store(0);
        marking.store(2);
        round.store(i);
      }
      while (round.load() < i) std::this_thread::yield();
      for (std::uint32_t slot = 0; slot < 32; ++slot) {
        cells_->find(2 * slot + static_cast<std::uint32_t>(number)).mark_changed();
      }
      marking.fetch_sub(1);
      while (marking.load() > 0 && round.load() == i) std::this_thread::yield();
      if (number == 0 && word.load() != ~0ULL) ++rounds_with_loss;
    }
  });
  EXPECT_EQ(rounds_with_loss, 0);
}

// The last uses of all are found too, whatever a folder was doing when they came.
TEST_F(CellsThreads, TheLastUsesAreFolded) {
  constexpr int kRounds = 20'000;
  std::atomic<int> round{0};
  std::atomic<int> using_cells{0};
  std::array<std::uint64_t, 8> folded{};
  std::array<std::uint64_t, 8> used{};
  int rounds_with_loss = 0;
  const auto use_in_rounds = [&](std::uint32_t first_slot) {
    for (int i = 1; i <= kRounds; ++i) {
      while (round.load() < i) std::this_thread::yield();
      for (int use = 0; use < 1 + i % 8; ++use) {
        const std::uint32_t slot = first_slot + static_cast<std::uint32_t>(use % 4);
        cells_->find(slot).count_use(use_at(kNow));
        ++used[slot];
      }
      using_cells.fetch_sub(1);
    }
  };
  const auto fold_once = [&] {
    auto fold = Fold::begin(cells_);
    if (!fold.ok() || !fold->has_value()) std::abort();
    for (const std::uint32_t slot : (*fold)->take(100)) {
      folded[slot] = cells_->find(slot).read(kGeneration).uses;
    }
    (*fold)->done();
  };
  run(3, [&](int number) {
    if (number > 0) return use_in_rounds(number == 1 ? 0 : 4);
    for (int i = 1; i <= kRounds; ++i) {
      using_cells.store(2);
      round.store(i);
      while (using_cells.load() > 0) {
        fold_once();
        std::this_thread::yield();
      }
      fold_once();
      if (folded != used) ++rounds_with_loss;
    }
  });
  EXPECT_EQ(rounds_with_loss, 0);
}

}  // namespace
}  // namespace tokenry::test
