// Rate windows and spent uses: exact at, under and over each limit.
#include "usage/limits.hpp"

#include "cells_fixture.hpp"

namespace tokenry::test {
namespace {

using usage::Charge;
using usage::kMaxRatePeriodUs;
using usage::OlderTags;
using usage::RateWindow;

constexpr std::uint16_t kTag = 0x1234;
constexpr std::uint64_t kSecondUs = 1'000'000;
constexpr std::uint64_t kHourUs = 3600 * kSecondUs;

class LimitsTest : public CellsTest {
 protected:
  Charge charge(const RateWindow& rate, std::uint64_t now_us, std::size_t window = 0) {
    return usage::charge_rate(cell_, window, kTag, rate, now_us, older_, wait_us_);
  }
  Charge charge_all(std::span<const RateWindow> rates, std::uint64_t now_us) {
    return usage::charge_rates(cell_, kTag, rates, now_us, older_, wait_us_);
  }
  // By a caller that met nobody yet.
  Charge spend(std::uint16_t tag, std::uint64_t allowed) {
    OlderTags none;
    return usage::spend(cell_, tag, allowed, none);
  }
  // How many uses at this moment are admitted until one is denied.
  std::uint32_t admitted_at(const RateWindow& rate, std::uint64_t now_us, std::size_t window = 0) {
    std::uint32_t admitted = 0;
    while (charge(rate, now_us, window) == Charge::done) ++admitted;
    return admitted;
  }
  std::uint64_t word(std::size_t index) const { return cell_.word(index).load(); }

  std::shared_ptr<usage::Cells> cells_ = attach();
  usage::Cell& cell_ = cells_->find(4095).cell();
  std::uint64_t wait_us_ = 77;
  OlderTags older_;
};

TEST_F(LimitsTest, CountAtOnceAndNotOneMore) {
  const std::uint64_t now = 5 * kHourUs;
  for (const std::size_t window : {0U, 1U}) {
    for (const RateWindow rate : {RateWindow{10, kSecondUs}, RateWindow{1000, kHourUs},
                                  RateWindow{1, kSecondUs}, RateWindow{1, kMaxRatePeriodUs}}) {
      cell_.word(usage::kFirstRate + window) = 0;
      EXPECT_EQ(admitted_at(rate, now, window), rate.count);
      EXPECT_EQ(wait_us_, rate.period_us / rate.count);
    }
  }
}

// Where the period is no multiple of the count, the rounded step must not cost a use.
TEST_F(LimitsTest, CountAtOnceWhateverTheRounding) {
  for (const RateWindow rate : {RateWindow{3, kSecondUs}, RateWindow{7, 10}, RateWindow{4, 10},
                                RateWindow{999, kSecondUs}, RateWindow{5, 1}}) {
    cell_.word(usage::kFirstRate) = 0;
    EXPECT_EQ(admitted_at(rate, kHourUs), rate.count) << rate.count << " in " << rate.period_us;
  }
}

TEST_F(LimitsTest, OneForEachStepAfterwards) {
  const RateWindow rate{10, kSecondUs};
  std::uint64_t now = kHourUs;
  ASSERT_EQ(admitted_at(rate, now), 10U);
  for (int i = 0; i < 25; ++i) {
    EXPECT_EQ(charge(rate, now + 99'999), Charge::denied);
    EXPECT_EQ(wait_us_, 1U);
    now += 100'000;
    EXPECT_EQ(charge(rate, now), Charge::done);
    EXPECT_EQ(wait_us_, 0U);
    EXPECT_EQ(charge(rate, now), Charge::denied);
    EXPECT_EQ(wait_us_, 100'000U);
  }
}

TEST_F(LimitsTest, TheWaitIsExact) {
  const RateWindow rate{7, kSecondUs};
  std::uint64_t now = kHourUs;
  ASSERT_EQ(admitted_at(rate, now), 7U);
  now += 12'345;
  ASSERT_EQ(charge(rate, now), Charge::denied);
  const std::uint64_t wait = wait_us_;
  EXPECT_EQ(charge(rate, now + wait - 1), Charge::denied);
  EXPECT_EQ(charge(rate, now + wait), Charge::done);
}

TEST_F(LimitsTest, AWholePeriodOfRestGivesAllBack) {
  const RateWindow rate{10, kSecondUs};
  ASSERT_EQ(admitted_at(rate, kHourUs), 10U);
  EXPECT_EQ(admitted_at(rate, kHourUs + kSecondUs), 10U);
  EXPECT_EQ(admitted_at(rate, 100 * kHourUs), 10U) << "and no more than all";
}

TEST_F(LimitsTest, AnArrivalTooFarAheadIsClamped) {
  const RateWindow rate{10, kSecondUs};
  const std::uint64_t now = kHourUs;
  cell_.word(usage::kFirstRate) = usage::tagged(kTag, now + 1000 * kHourUs);
  EXPECT_EQ(charge(rate, now), Charge::denied);
  EXPECT_EQ(wait_us_, 100'000U) << "as if the window had just been used up";
  // A charge must stand at the clamped time, not at the far one.
  cell_.word(usage::kFirstRate) = usage::tagged(kTag, now + kSecondUs);
  EXPECT_EQ(charge(rate, now), Charge::denied);
  EXPECT_EQ(charge(rate, now + 100'000), Charge::done);
}

TEST_F(LimitsTest, TheWordsEndDenies) {
  const RateWindow rate{10, kSecondUs};
  EXPECT_EQ(charge(rate, usage::kValueMask - 100'000), Charge::done);
  EXPECT_EQ(charge(rate, usage::kValueMask - 100'000), Charge::denied);
  EXPECT_EQ(usage::tag_of(word(usage::kFirstRate)), kTag);
}

TEST_F(LimitsTest, ARefundAdmitsOneMore) {
  const RateWindow rate{10, kSecondUs};
  ASSERT_EQ(admitted_at(rate, kHourUs), 10U);
  usage::refund_rate(cell_, 0, kTag, rate);
  EXPECT_EQ(admitted_at(rate, kHourUs), 1U);
  for (int i = 0; i < 10; ++i) usage::refund_rate(cell_, 0, kTag, rate);
  EXPECT_EQ(admitted_at(rate, kHourUs), 10U);
  usage::refund_rate(cell_, 0, kTag + 1, rate);
  EXPECT_EQ(admitted_at(rate, kHourUs), 0U) << "a refund under another tag is none";
}

TEST_F(LimitsTest, RefundsStopAtZero) {
  const RateWindow rate{10, kSecondUs};
  cell_.word(usage::kFirstRate) = usage::tagged(kTag, 99'999);
  usage::refund_rate(cell_, 0, kTag, rate);
  EXPECT_EQ(word(usage::kFirstRate), usage::tagged(kTag, 0));
  usage::refund_rate(cell_, 0, kTag, rate);
  EXPECT_EQ(word(usage::kFirstRate), usage::tagged(kTag, 0));
  EXPECT_EQ(admitted_at(rate, 0), 10U) << "and give no more than the window has";
}

TEST_F(LimitsTest, AnotherTagIsStaleUntilItIsReplaced) {
  const RateWindow rate{2, kSecondUs};
  OlderTags older;
  const auto careful = [&](std::uint16_t tag) {
    OlderTags none;
    return usage::charge_rate(cell_, 0, tag, rate, kHourUs, none, wait_us_);
  };
  ASSERT_EQ(admitted_at(rate, kHourUs), 2U) << "a word that was never written is taken";
  EXPECT_EQ(careful(kTag), Charge::denied);
  const std::uint64_t before = word(usage::kFirstRate);
  EXPECT_EQ(careful(kTag + 1), Charge::stale);
  EXPECT_EQ(word(usage::kFirstRate), before) << "another's word stays as it is";
  EXPECT_EQ(wait_us_, 0U);
  EXPECT_EQ(usage::charge_rate(cell_, 0, kTag + 1, rate, kHourUs, older, wait_us_), Charge::stale);
  EXPECT_EQ(usage::charge_rate(cell_, 0, kTag + 1, rate, kHourUs, older, wait_us_), Charge::done);
  EXPECT_EQ(usage::tag_of(word(usage::kFirstRate)), kTag + 1);
  EXPECT_EQ(careful(kTag + 1), Charge::done);
  EXPECT_EQ(careful(kTag + 1), Charge::denied) << "the new tag has a window of its own";
  EXPECT_EQ(careful(kTag), Charge::stale);
}

TEST_F(LimitsTest, BothWindowsOrNone) {
  const std::array rates = {RateWindow{10, kSecondUs}, RateWindow{3, kHourUs}};
  for (int i = 0; i < 3; ++i) ASSERT_EQ(charge_all(rates, kHourUs), Charge::done);
  const std::uint64_t before = word(usage::kFirstRate);
  EXPECT_EQ(charge_all(rates, kHourUs), Charge::denied);
  EXPECT_EQ(wait_us_, kHourUs / 3);
  EXPECT_EQ(word(usage::kFirstRate), before) << "what the first was charged is given back";
  EXPECT_EQ(admitted_at(rates[0], kHourUs), 7U);
}

TEST_F(LimitsTest, TheFirstWindowDeniesBeforeTheSecondIsCharged) {
  const std::array rates = {RateWindow{2, kSecondUs}, RateWindow{1000, kHourUs}};
  for (int i = 0; i < 2; ++i) ASSERT_EQ(charge_all(rates, kHourUs), Charge::done);
  const std::uint64_t before = word(usage::kFirstRate + 1);
  EXPECT_EQ(charge_all(rates, kHourUs), Charge::denied);
  EXPECT_EQ(wait_us_, kSecondUs / 2);
  EXPECT_EQ(word(usage::kFirstRate + 1), before);
}

TEST_F(LimitsTest, TheLongestWaitIsTold) {
  const std::array rates = {RateWindow{2, kSecondUs}, RateWindow{2, kHourUs}};
  for (int i = 0; i < 2; ++i) ASSERT_EQ(charge_all(rates, kHourUs), Charge::done);
  EXPECT_EQ(charge_all(rates, kHourUs), Charge::denied);
  EXPECT_EQ(wait_us_, kHourUs / 2) << "the first denies, the second would for longer";
}

TEST_F(LimitsTest, AStaleSecondWindowLeavesTheFirstUncharged) {
  const std::array rates = {RateWindow{2, kSecondUs}, RateWindow{2, kHourUs}};
  ASSERT_EQ(charge(rates[0], kHourUs), Charge::done);
  const std::uint64_t others = usage::tagged(kTag + 1, kHourUs);
  cell_.word(usage::kFirstRate + 1) = others;
  const std::uint64_t before = word(usage::kFirstRate);
  EXPECT_EQ(charge_all(rates, kHourUs), Charge::stale);
  EXPECT_EQ(word(usage::kFirstRate), before);
  EXPECT_EQ(word(usage::kFirstRate + 1), others);
}

TEST_F(LimitsTest, RefundOfBothWindows) {
  const std::array rates = {RateWindow{2, kSecondUs}, RateWindow{1, kHourUs}};
  ASSERT_EQ(charge_all(rates, kHourUs), Charge::done);
  ASSERT_EQ(charge_all(rates, kHourUs), Charge::denied);
  usage::refund_rates(cell_, kTag, rates);
  EXPECT_EQ(charge_all(rates, kHourUs), Charge::done);
  EXPECT_EQ(charge_all({}, kHourUs), Charge::done) << "no window, no limit";
}

// Between its look at the newest snapshot and its charge others may have changed the limit again.
TEST_F(LimitsTest, OnlyTheTagThatWasMetIsReplaced) {
  ASSERT_EQ(spend(kTag, 5), Charge::done);
  OlderTags older;
  ASSERT_EQ(usage::spend(cell_, kTag + 1, 5, older), Charge::stale);
  cell_.word(usage::kSpent) = usage::tagged(kTag + 2, 4);
  EXPECT_EQ(usage::spend(cell_, kTag + 1, 5, older), Charge::stale);
  EXPECT_EQ(usage::spent(cell_, kTag + 2), 4U);
}

TEST_F(LimitsTest, SpendsWhatIsAllowed) {
  for (const std::uint64_t allowed : {0U, 1U, 2U, 100U}) {
    const auto tag = static_cast<std::uint16_t>(kTag + allowed);
    cell_.word(usage::kSpent) = 0;
    for (std::uint64_t i = 0; i < allowed; ++i) {
      EXPECT_EQ(spend(tag, allowed), Charge::done);
      EXPECT_EQ(usage::spent(cell_, tag), i + 1);
    }
    EXPECT_EQ(spend(tag, allowed), Charge::denied);
    EXPECT_EQ(usage::spent(cell_, tag), allowed);
  }
}

TEST_F(LimitsTest, AllowedMayGrow) {
  ASSERT_EQ(spend(kTag, 1), Charge::done);
  ASSERT_EQ(spend(kTag, 1), Charge::denied);
  EXPECT_EQ(spend(kTag, 2), Charge::done);
  EXPECT_EQ(spend(kTag, 1), Charge::denied) << "and shrink";
}

TEST_F(LimitsTest, SpendingUnderAnotherTagIsStaleUntilItIsReplaced) {
  ASSERT_EQ(spend(kTag, 5), Charge::done);
  OlderTags older;
  EXPECT_EQ(usage::spend(cell_, kTag + 1, 5, older), Charge::stale);
  EXPECT_EQ(usage::spent(cell_, kTag), 1U);
  EXPECT_EQ(usage::spent(cell_, kTag + 1), 0U);
  EXPECT_EQ(usage::spend(cell_, kTag + 1, 5, older), Charge::done);
  EXPECT_EQ(usage::spent(cell_, kTag + 1), 1U);
  EXPECT_EQ(usage::spent(cell_, kTag), 0U);
}

TEST_F(LimitsTest, AUseGivenBackCanBeSpentAgain) {
  for (int i = 0; i < 2; ++i) ASSERT_EQ(spend(kTag, 2), Charge::done);
  usage::unspend(cell_, kTag + 1);
  EXPECT_EQ(usage::spent(cell_, kTag), 2U) << "under another tag nothing is given back";
  usage::unspend(cell_, kTag);
  EXPECT_EQ(usage::spent(cell_, kTag), 1U);
  EXPECT_EQ(spend(kTag, 2), Charge::done);
  EXPECT_EQ(spend(kTag, 2), Charge::denied);
  for (int i = 0; i < 3; ++i) usage::unspend(cell_, kTag);
  EXPECT_EQ(usage::spent(cell_, kTag), 0U) << "never below nothing";
}

}  // namespace
}  // namespace tokenry::test
