// Cells under several processes, some of which are killed in the middle.
#include <random>

#include "cells_fixture.hpp"
#include "shared_memory.hpp"
#include "usage/fold.hpp"
#include "usage/limits.hpp"

namespace tokenry::test {
namespace {

using usage::Charge;
using usage::Fold;

class CellsProcesses : public CellsTest {
 protected:
  static void sleep_us(std::uint64_t us) {
    std::this_thread::sleep_for(std::chrono::microseconds(us));
  }
  // Reproducible, and told where a test fails.
  std::minstd_rand random_{20'260'601};
};

TEST_F(CellsProcesses, CountsAreExactAlsoOfAKilledProcess) {
  constexpr std::uint64_t kUses = 500'000;
  for (int round = 0; round < 5; ++round) {
    const std::uint32_t generation = kGeneration + static_cast<std::uint32_t>(round);
    const SharedCounters begun(4);
    const SharedCounters ended(4);
    std::vector<std::unique_ptr<Child>> children;
    for (std::size_t number = 0; number < 4; ++number) {
      children.push_back(std::make_unique<Child>([&, number](const Link&) {
        const auto cells = attach();
        // The fourth goes on until it is killed.
        for (std::uint64_t i = 0; i < kUses || number == 3; ++i) {
          begun[number].fetch_add(1);
          cells->find(42).count_use({generation, kNow, nullptr, {}});
          ended[number].fetch_add(1);
        }
        return 0;
      }));
    }
    EXPECT_TRUE(eventually([&] { return ended[3].load() > 0; }, kPatienceMs));
    sleep_us(random_() % 3000);
    children[3]->kill_at_once();
    for (std::size_t number = 0; number < 3; ++number) EXPECT_EQ(children[number]->end(), "");
    const std::uint64_t uses = attach()->peek(42).read(generation).uses;
    EXPECT_GE(uses, 3 * kUses + ended[3].load());
    EXPECT_LE(uses, 3 * kUses + begun[3].load());
    EXPECT_LE(begun[3].load() - ended[3].load(), 1U);
  }
}

TEST_F(CellsProcesses, AForkedChildSharesWhatItInherits) {
  const auto cells = attach();
  ASSERT_TRUE(cells->find(1));
  Child child([&](const Link&) {
    for (int i = 0; i < 1000; ++i) cells->find(1).count_use(use_at(kNow));
    cells->find(9000).count_use(use_at(kNow));
    return 0;
  });
  for (int i = 0; i < 1000; ++i) cells->find(1).count_use(use_at(kNow));
  EXPECT_EQ(child.end(), "");
  EXPECT_EQ(cells->find(1).read(kGeneration).uses, 2000U);
  EXPECT_EQ(cells->peek(9000).read(kGeneration).uses, 1U);
}

TEST_F(CellsProcesses, NeverOneSpentTooMany) {
  constexpr std::uint64_t kAllowed = 500'000;
  const SharedCounters done(1);
  std::vector<std::unique_ptr<Child>> children;
  for (int number = 0; number < 4; ++number) {
    children.push_back(std::make_unique<Child>([&](const Link&) {
      const auto cells = attach();
      usage::OlderTags older;
      for (std::uint64_t i = 0; i < kAllowed; ++i) {
        if (usage::spend(cells->find(1).cell(), 9, kAllowed, older) == Charge::done) {
          done[0].fetch_add(1);
        }
      }
      return 0;
    }));
  }
  for (const auto& child : children) EXPECT_EQ(child->end(), "");
  EXPECT_EQ(done[0].load(), kAllowed);
}

// A process that stops for good in the middle of anything holds nobody up.
TEST_F(CellsProcesses, AStoppedProcessHoldsNobodyUp) {
  for (int round = 0; round < 5; ++round) {
    Child child([&](const Link& parent) {
      const auto cells = attach();
      parent.say("s");
      for (std::uint32_t slot = 0;; slot = (slot + 4096) % 400'000) {
        cells->find(slot).count_use(use_at(kNow));
      }
      return 0;
    });
    ASSERT_EQ(child.hear(), 's');
    sleep_us(random_() % 2000);
    child.send_signal(SIGSTOP);
    const auto started = std::chrono::steady_clock::now();
    const auto cells = attach();
    for (std::uint32_t slot = 0; slot < 500'000; slot += 4096) ASSERT_TRUE(cells->find(slot));
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(10));
    child.kill_at_once();
  }
}

// The oracle of folding: users count what they did, folders carry cells into rows, and some of them
// are killed all the time. A row changes at one stroke, as a durable transaction does.
class FoldingUnderKills : public CellsProcesses {
 protected:
  static constexpr std::uint32_t kSlots = 6000;

  static void fold_round(const std::shared_ptr<usage::Cells>& cells, const SharedCounters& rows,
                         std::size_t batch) {
    auto fold = Fold::begin(cells);
    if (!fold.ok()) throw std::runtime_error(fold.status().text());
    if (!fold->has_value()) return;
    for (auto slots = (*fold)->take(batch); !slots.empty(); slots = (*fold)->take(batch)) {
      for (const std::uint32_t slot : slots) {
        const std::uint64_t uses = cells->peek(slot).read(kGeneration).uses;
        // Only one folds, so nobody's older value can come in between.
        if (rows[slot].load() > uses) throw std::runtime_error("a row went back");
        rows[slot].store(uses);
      }
      (*fold)->done();
    }
  }

  std::unique_ptr<Child> folder(const SharedCounters& rows, std::size_t batch) const {
    return std::make_unique<Child>([this, &rows, batch](const Link&) {
      const auto cells = attach();
      while (true) fold_round(cells, rows, batch);
      return 0;
    });
  }
  // Until the first of `ends` is set.
  std::unique_ptr<Child> user(const SharedCounters& used, const SharedCounters& ends,
                              unsigned seed) const {
    return std::make_unique<Child>([this, &used, &ends, seed](const Link&) {
      const auto cells = attach();
      std::minstd_rand random(seed);
      for (int i = 0; ends[0].load() == 0; ++i) {
        // A few hot cells and many others.
        const auto slot = static_cast<std::uint32_t>(random() % (i % 2 == 0 ? 4 : kSlots));
        cells->find(slot).count_use(use_at(kNow + i / 100'000));
        used[slot].fetch_add(1);
      }
      return 0;
    });
  }
};

TEST_F(FoldingUnderKills, TheSumOfWhatWasFoldedIsExact) {
  const SharedCounters rows(kSlots);
  const SharedCounters used(kSlots);
  const SharedCounters ends(1);
  std::vector<std::unique_ptr<Child>> users;
  for (unsigned seed = 1; seed <= 3; ++seed) users.push_back(user(used, ends, seed));
  std::vector<std::unique_ptr<Child>> folders;
  for (const std::size_t batch : {1U, 50U, 10'000U}) folders.push_back(folder(rows, batch));
  int kills = 0;
  for (; kills < 60; ++kills) {
    sleep_us(random_() % 10'000);
    const std::size_t victim = random_() % folders.size();
    folders[victim]->kill_at_once();
    folders[victim] = folder(rows, victim == 0 ? 1 : 50 * victim);
  }
  ends[0].store(1);
  for (const auto& child : users) EXPECT_EQ(child->end(), "");
  for (const auto& child : folders) {
    // Still alive, so it found nothing wrong.
    EXPECT_EQ(::kill(child->pid(), 0), 0);
    child->send_signal(SIGKILL);
    EXPECT_EQ(child->end(), "signal 9: ");
  }
  fold_round(attach(), rows, 100);
  std::uint64_t folded_uses = 0;
  std::uint64_t all_uses = 0;
  std::uint64_t differing = 0;
  for (std::uint32_t slot = 0; slot < kSlots; ++slot) {
    folded_uses += rows[slot].load();
    all_uses += used[slot].load();
    if (rows[slot].load() != used[slot].load()) ++differing;
  }
  EXPECT_EQ(folded_uses, all_uses);
  EXPECT_GT(all_uses, 10'000U);
  EXPECT_EQ(differing, 0U);
}

}  // namespace
}  // namespace tokenry::test
