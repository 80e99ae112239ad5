// Every change is found once, and again after a folder was killed.
#include "usage/fold.hpp"

#include <algorithm>
#include <filesystem>

#include "cells_fixture.hpp"
#include "usage/limits.hpp"

namespace tokenry::test {
namespace {

using usage::Fold;
using Slots = std::vector<std::uint32_t>;

constexpr std::size_t kAll = 1'000'000;

// Throws where another process folds.
Fold begin(const std::shared_ptr<usage::Cells>& cells) {
  auto fold = Fold::begin(cells);
  if (!fold.ok()) throw std::runtime_error(fold.status().text());
  if (!fold->has_value()) throw std::runtime_error("another folds");
  return std::move(**fold);
}

class FoldTest : public CellsTest {
 protected:
  void use(const Slots& slots) const {
    for (const std::uint32_t slot : slots) cells_->find(slot).count_use(use_at(kNow));
  }
  // A whole round, in batches.
  Slots fold_all(std::size_t most = kAll) const {
    Fold fold = begin(cells_);
    Slots all;
    for (Slots some = fold.take(most); !some.empty(); some = fold.take(most)) {
      EXPECT_LE(some.size(), most);
      all.insert(all.end(), some.begin(), some.end());
      fold.done();
    }
    return all;
  }
  bool is_folding() const {
    const auto fold = Fold::begin(cells_);
    return fold.ok() && !fold->has_value();
  }

  std::shared_ptr<usage::Cells> cells_ = attach();
};

TEST_F(FoldTest, NothingChangedNothingFound) {
  EXPECT_EQ(fold_all(), Slots{}) << "no segment";
  ASSERT_TRUE(cells_->find(0));
  EXPECT_EQ(fold_all(), Slots{}) << "a cell that was only looked at";
}

TEST_F(FoldTest, ChangesAreFoundOnceAndInOrder) {
  const Slots slots = {0, 1, 63, 64, 65, 4095, 4096, 12'345, 20'479};
  use(slots);
  use(slots);
  EXPECT_EQ(fold_all(), slots);
  EXPECT_EQ(fold_all(), Slots{});
  use({64});
  EXPECT_EQ(fold_all(), Slots{64});
}

TEST_F(FoldTest, EveryKindOfChangeIsFound) {
  cells_->find(1).count_use(use_at(kNow));
  cells_->find(2).count_denial(kGeneration);
  cells_->find(3).note_newest_secret(1);
  cells_->find(4).note_previous_secret(1, kNow);
  EXPECT_EQ(fold_all(), (Slots{1, 2, 3, 4}));
  cells_->find(3).note_newest_secret(1);
  cells_->find(4).note_previous_secret(1, kNow);
  EXPECT_EQ(fold_all(), Slots{}) << "what is no news changes nothing";
}

TEST_F(FoldTest, LimitsAreNotFolded) {
  std::uint64_t wait_us = 0;
  usage::OlderTags older;
  const usage::RateWindow rate{10, 1'000'000};
  usage::charge_rate(cells_->find(1).cell(), 0, 1, rate, 1, older, wait_us);
  usage::spend(cells_->find(1).cell(), 1, 10, older);
  EXPECT_EQ(fold_all(), Slots{});
}

TEST_F(FoldTest, BatchesOfAnySizeFindAll) {
  Slots slots;
  for (std::uint32_t slot = 0; slot < 10'000; slot += slot % 1000 < 200 ? 1 : 37) {
    slots.push_back(slot);
  }
  for (const std::size_t most : {1U, 2U, 63U, 64U, 65U, 100U, 100'000U}) {
    use(slots);
    EXPECT_EQ(fold_all(most), slots) << most;
  }
}

TEST_F(FoldTest, AUseWhileFoldingComesInTheNextRound) {
  use({5, 6});
  {
    Fold fold = begin(cells_);
    ASSERT_EQ(fold.take(kAll), (Slots{5, 6}));
    use({5});
    fold.done();
    EXPECT_EQ(fold.take(kAll), Slots{}) << "not endlessly in this round";
  }
  EXPECT_EQ(fold_all(), Slots{5});
}

TEST_F(FoldTest, WhatIsNotDoneComesAgain) {
  use({5, 6, 7});
  {
    Fold fold = begin(cells_);
    ASSERT_EQ(fold.take(2), (Slots{5, 6}));
    fold.done();
    ASSERT_EQ(fold.take(2), Slots{7});
  }
  EXPECT_EQ(fold_all(), Slots{7});
  EXPECT_EQ(fold_all(), Slots{});
}

// Left over and used again: both times it must be read, and neither may clear the other's bit.
TEST_F(FoldTest, ALeftOverSlotThatChangedAgainIsNotLost) {
  use({5});
  static_cast<void>(begin(cells_).take(kAll));
  use({5});
  {
    Fold fold = begin(cells_);
    ASSERT_EQ(fold.take(1), Slots{5});
    ASSERT_EQ(fold.take(1), Slots{5}) << "as changed, while the first is not done";
  }
  EXPECT_EQ(fold_all(), Slots{5}) << "neither was done";
}

TEST_F(FoldTest, NewSegmentsDuringARoundAreSeen) {
  use({5, 6});
  Fold fold = begin(cells_);
  ASSERT_EQ(fold.take(1), Slots{5});
  fold.done();
  use({5000});
  EXPECT_EQ(fold.take(kAll), (Slots{6, 5000}));
}

TEST_F(FoldTest, OneFoldsAtATime) {
  const auto other = attach();
  {
    const Fold fold = begin(cells_);
    EXPECT_TRUE(is_folding()) << "the same object";
    EXPECT_FALSE(Fold::begin(other)->has_value()) << "another object of this process";
    Child child([&](const Link& parent) {
      parent.require(is_folding(), "an inherited object");
      parent.require(!Fold::begin(attach())->has_value(), "one of its own");
      return 0;
    });
    EXPECT_EQ(child.end(), "");
  }
  EXPECT_FALSE(is_folding());
  EXPECT_TRUE(Fold::begin(other)->has_value());
}

TEST_F(FoldTest, TheLockEndsWithItsProcess) {
  Child child([&](const Link& parent) {
    const Fold fold = begin(cells_);
    parent.say("f");
    parent.hear();
    return 0;
  });
  ASSERT_EQ(child.hear(), 'f');
  EXPECT_TRUE(is_folding());
  child.kill_at_once();
  EXPECT_FALSE(is_folding());
}

TEST_F(FoldTest, AnInheritedFolderNeitherHoldsNorEndsTheLock) {
  auto fold = std::make_unique<Fold>(begin(cells_));
  Child child([&](const Link& parent) {
    fold.reset();
    parent.say("r");
    parent.expect('g');
    return 0;
  });
  ASSERT_EQ(child.hear(), 'r');
  EXPECT_TRUE(is_folding()) << "the child's copy ended, not the round";
  Child keeper([&](const Link& parent) {
    parent.say("k");
    parent.expect('g');
    return 0;
  });
  ASSERT_EQ(keeper.hear(), 'k');
  fold.reset();
  EXPECT_FALSE(is_folding()) << "children that keep their copies do not prolong it";
  child.say('g');
  keeper.say('g');
  EXPECT_EQ(child.end(), "");
  EXPECT_EQ(keeper.end(), "");
}

// A folder that ends, by kill, after each of its steps.
class KilledFolder : public FoldTest {
 protected:
  void expect_all_come_again(const std::function<void(Fold&)>& steps, const Slots& expected) {
    Child child([&](const Link& parent) {
      Fold fold = begin(attach());
      steps(fold);
      parent.say("s");
      parent.hear();
      return 0;
    });
    ASSERT_EQ(child.hear(), 's');
    child.kill_at_once();
    Slots found = fold_all();
    EXPECT_EQ(found, expected);
    EXPECT_EQ(fold_all(), Slots{});
  }
};

TEST_F(KilledFolder, AfterTheLock) {
  use({1, 2, 4096});
  expect_all_come_again([](Fold&) {}, {1, 2, 4096});
}

TEST_F(KilledFolder, AfterTaking) {
  use({1, 2, 4096});
  expect_all_come_again([](Fold& fold) { fold.take(kAll); }, {1, 2, 4096});
}

TEST_F(KilledFolder, AfterTakingSome) {
  use({1, 2, 4096});
  expect_all_come_again([](Fold& fold) { fold.take(2); }, {1, 2, 4096});
}

TEST_F(KilledFolder, AfterDone) {
  use({1, 2, 4096});
  const auto steps = [](Fold& fold) {
    fold.take(2);
    fold.done();
  };
  expect_all_come_again(steps, {4096});
}

TEST_F(KilledFolder, AfterTheNextTake) {
  use({1, 2, 4096});
  const auto steps = [](Fold& fold) {
    fold.take(2);
    fold.done();
    fold.take(2);
  };
  expect_all_come_again(steps, {4096});
}

// Between the two writes of `take`: the bit stands in both maps, and the slot comes twice.
TEST_F(KilledFolder, BetweenTheBitmaps) {
  use({1, 70});
  cells_->segment(0)->folding[0] = 1U << 1;
  expect_all_come_again([](Fold&) {}, {1, 1, 70});
}

TEST_F(KilledFolder, AndTheNextOneToo) {
  use({1, 2});
  for (int i = 0; i < 3; ++i) static_cast<void>(begin(cells_).take(1));
  use({3});
  Slots found = fold_all();
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  EXPECT_EQ(found, (Slots{1, 2, 3}));
}

}  // namespace
}  // namespace tokenry::test
