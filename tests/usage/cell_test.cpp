// What one cell says after uses, denials and changes of generation.
#include "usage/cell.hpp"

#include "cells_fixture.hpp"

namespace tokenry::test {
namespace {

using usage::CellState;
using usage::SlotCell;
using usage::Word;

class CellTest : public CellsTest {
 protected:
  CellState state(std::uint32_t generation = kGeneration) const { return slot_.read(generation); }

  void use(std::int64_t now_s, const model::Address& from, model::ScopeBits exercised = {}) const {
    slot_.count_use(use_at(now_s, &from, exercised));
  }
  void use_from_nowhere(std::int64_t now_s) const { slot_.count_use(use_at(now_s)); }

  std::shared_ptr<usage::Cells> cells_ = attach();
  SlotCell slot_ = cells_->find(17);
};

TEST_F(CellTest, ANewCellSaysNothing) {
  for (const std::uint32_t generation : {0U, 1U, kGeneration, ~0U}) {
    const CellState found = state(generation);
    EXPECT_EQ(found.uses, 0U);
    EXPECT_EQ(found.denials, 0U);
    EXPECT_EQ(found.last_used_at_s, 0);
    EXPECT_FALSE(found.last_used_from.has_value());
    EXPECT_TRUE(found.exercised.empty());
    EXPECT_EQ(found.newest_secret_mark, 0U);
    EXPECT_EQ(found.previous_secret_tag, 0U);
    EXPECT_EQ(found.previous_secret_at_s, 0);
  }
}

TEST_F(CellTest, AUseIsSeenWhole) {
  use(kNow, ipv4(7), scopes({0, 63, 64, 255}));
  const CellState found = state();
  EXPECT_EQ(found.uses, 1U);
  EXPECT_EQ(found.last_used_at_s, kNow);
  EXPECT_EQ(found.last_used_from, ipv4(7));
  EXPECT_EQ(found.exercised, scopes({0, 63, 64, 255}));
  EXPECT_EQ(found.denials, 0U);
}

TEST_F(CellTest, UsesAddUp) {
  for (int i = 0; i < 1000; ++i) use(kNow + i / 100, ipv4(1), scopes({static_cast<size_t>(i) % 5}));
  EXPECT_EQ(state().uses, 1000U);
  EXPECT_EQ(state().last_used_at_s, kNow + 9);
  EXPECT_EQ(state().exercised, scopes({0, 1, 2, 3, 4}));
}

TEST_F(CellTest, AnyAddressComesBackAsItWas) {
  std::int64_t second = kNow;
  for (int bit = 0; bit < 128; ++bit) {
    model::Address one_bit;
    one_bit.bytes[static_cast<std::size_t>(bit / 8)] = static_cast<std::uint8_t>(1U << (bit % 8));
    use(++second, one_bit);
    EXPECT_EQ(state().last_used_from, one_bit) << bit;
  }
  for (const std::uint8_t byte : {std::uint8_t{0x00}, std::uint8_t{0xff}, std::uint8_t{0x5a}}) {
    use(second, address_of(byte));
    EXPECT_EQ(state().last_used_from, address_of(byte));
  }
}

TEST_F(CellTest, TheAddressFollowsWithinASecond) {
  use(kNow, ipv4(1));
  use(kNow, ipv4(2));
  EXPECT_EQ(state().last_used_from, ipv4(2));
  use_from_nowhere(kNow);
  EXPECT_EQ(state().last_used_from, ipv4(2)) << "no address in the same second changes nothing";
}

TEST_F(CellTest, AUseWithoutAnAddressHasNone) {
  use(kNow, ipv4(1));
  use_from_nowhere(kNow + 1);
  EXPECT_EQ(state().last_used_at_s, kNow + 1);
  EXPECT_EQ(state().last_used_from, std::nullopt);
}

TEST_F(CellTest, AnAddressOfEighteenHoursAgoIsNoneOfNow) {
  for (const std::int64_t turn : {1, 2, 7}) {
    use(kNow, ipv4(1));
    use_from_nowhere(kNow + turn * 65'536);
    EXPECT_EQ(state().last_used_at_s, kNow + turn * 65'536);
    EXPECT_EQ(state().last_used_from, std::nullopt);
  }
}

TEST_F(CellTest, AnAddressOfTheSlotsFormerTokenIsNoneOfTheNext) {
  use(kNow, ipv4(1));
  slot_.count_use({kGeneration + 1, kNow, nullptr, {}});
  EXPECT_EQ(state(kGeneration + 1).last_used_at_s, kNow);
  EXPECT_EQ(state(kGeneration + 1).last_used_from, std::nullopt);
}

// Every mixture of two writers' words of one second must be told, but for the two whole ones.
TEST_F(CellTest, TornAddressesAreNone) {
  const auto words_of = [&](const model::Address& address) {
    use(kNow, address);
    std::array<std::uint64_t, 3> words{};
    for (std::size_t i = 0; i < 3; ++i) words[i] = slot_.cell().word(usage::kAddressHigh + i);
    return words;
  };
  int rejected = 0;
  for (int pair = 0; pair < 40; ++pair) {
    const auto byte = static_cast<std::uint8_t>(pair);
    const auto first = words_of(address_of(byte));
    const auto second = words_of(address_of(static_cast<std::uint8_t>(byte ^ 0xff)));
    for (unsigned mixture = 1; mixture < 7; ++mixture) {
      for (std::size_t i = 0; i < 3; ++i) {
        const bool from_first = (mixture >> i & 1U) != 0;
        slot_.cell().word(usage::kAddressHigh + i) = from_first ? first[i] : second[i];
      }
      if (!state().last_used_from.has_value()) ++rejected;
      EXPECT_EQ(state().last_used_at_s, kNow) << "the time stands by itself";
    }
  }
  EXPECT_EQ(rejected, 40 * 6);
}

TEST_F(CellTest, ATornAddressIsMendedByTheNextUse) {
  use(kNow, address_of(1));
  slot_.cell().word(usage::kAddressMiddle) = 0;
  EXPECT_EQ(state().last_used_from, std::nullopt);
  use(kNow, address_of(1));
  EXPECT_EQ(state().last_used_from, address_of(1));
}

TEST_F(CellTest, AClockThatLagsASecondMovesNothingBack) {
  use(kNow, ipv4(1));
  use(kNow - 1, ipv4(2));
  use(kNow - 2, ipv4(2));
  EXPECT_EQ(state().last_used_at_s, kNow);
  EXPECT_EQ(state().uses, 3U);
}

TEST_F(CellTest, AClockThatWasSetBackIsFollowed) {
  use(kNow, ipv4(1));
  use(kNow - 3, ipv4(2));
  EXPECT_EQ(state().last_used_at_s, kNow - 3);
  EXPECT_EQ(state().last_used_from, ipv4(2));
}

TEST_F(CellTest, ANewGenerationBeginsAtNothing) {
  use(kNow, ipv4(1), scopes({3}));
  slot_.count_denial(kGeneration);
  const std::uint32_t next = kGeneration + 1;
  EXPECT_EQ(state(next).uses, 0U);
  EXPECT_EQ(state(next).denials, 0U);
  EXPECT_EQ(state(next).last_used_at_s, 0);
  EXPECT_TRUE(state(next).exercised.empty());
  const model::Address from = ipv4(2);
  slot_.count_use({next, kNow + 1, &from, scopes({4})});
  slot_.count_denial(next);
  EXPECT_EQ(state(next).uses, 1U);
  EXPECT_EQ(state(next).denials, 1U);
  EXPECT_EQ(state(next).exercised, scopes({4}));
  EXPECT_EQ(state(next).last_used_from, ipv4(2));
  EXPECT_EQ(state().uses, 0U) << "the former token's values are gone";
  EXPECT_TRUE(state().exercised.empty());
}

TEST_F(CellTest, DenialsAreCountedApart) {
  for (int i = 0; i < 5; ++i) slot_.count_denial(kGeneration);
  EXPECT_EQ(state().denials, 5U);
  EXPECT_EQ(state().uses, 0U);
  EXPECT_EQ(state().last_used_at_s, 0);
}

TEST_F(CellTest, MarksOfSecretsAreNewsOnce) {
  EXPECT_TRUE(slot_.cell().note_newest_secret(0xabcdef0123456789));
  EXPECT_FALSE(slot_.cell().note_newest_secret(0xabcdef0123456789));
  EXPECT_TRUE(slot_.cell().note_newest_secret(2));
  EXPECT_EQ(state().newest_secret_mark, 2U);

  EXPECT_TRUE(slot_.cell().note_previous_secret(0xfedc, kNow));
  EXPECT_FALSE(slot_.cell().note_previous_secret(0xfedc, kNow));
  EXPECT_TRUE(slot_.cell().note_previous_secret(0xfedc, kNow + 1));
  EXPECT_TRUE(slot_.cell().note_previous_secret(0xfedd, kNow + 1));
  EXPECT_EQ(state().previous_secret_tag, 0xfeddU);
  EXPECT_EQ(state().previous_secret_at_s, kNow + 1);
}

TEST_F(CellTest, NeighboursAreNotTouched) {
  use(kNow, ipv4(1), model::ScopeBits::everything());
  slot_.count_denial(kGeneration);
  slot_.note_newest_secret(1);
  slot_.note_previous_secret(1, kNow);
  for (const std::uint32_t neighbour : {16U, 18U}) {
    for (std::size_t i = 0; i < usage::kCellWords; ++i) {
      EXPECT_EQ(cells_->find(neighbour).cell().word(i), 0U) << neighbour << " word " << i;
    }
  }
  for (std::size_t i = usage::kFirstRate; i <= usage::kSpent; ++i) {
    EXPECT_EQ(slot_.cell().word(i), 0U) << "a use charges no limit: word " << i;
  }
}

// A token that is used again and again in the same way costs one write each time.
TEST_F(CellTest, OnlyWhatChangedIsWritten) {
  use(kNow, ipv4(1), scopes({1, 2}));
  std::array<std::uint64_t, usage::kCellWords> before{};
  for (std::size_t i = 0; i < before.size(); ++i) before[i] = slot_.cell().word(i);
  use(kNow, ipv4(1), scopes({2}));
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(slot_.cell().word(i), before[i] + (i == usage::kUses ? 1 : 0)) << i;
  }
}

}  // namespace
}  // namespace tokenry::test
