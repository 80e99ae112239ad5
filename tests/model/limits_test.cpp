#include "model/limits.hpp"

#include <gtest/gtest.h>

namespace tokenry::model {
namespace {

using base::Code;

Code rate(std::uint32_t count, std::uint32_t period_ms) {
  const Rate one{count, period_ms};
  return check_rates({&one, 1}).code();
}

TEST(MaxUses, GoUpToABillionTimesAThousand) {
  EXPECT_EQ(check_max_uses(0).code(), Code::ok);
  EXPECT_EQ(check_max_uses(1).code(), Code::ok);
  EXPECT_EQ(check_max_uses(kMaxMaxUses - 1).code(), Code::ok);
  EXPECT_EQ(check_max_uses(1'000'000'000'000).code(), Code::ok);
  EXPECT_EQ(check_max_uses(1'000'000'000'001).code(), Code::invalid_argument);
  EXPECT_EQ(check_max_uses(UINT64_MAX).code(), Code::invalid_argument);
  EXPECT_NE(check_max_uses(UINT64_MAX).text().find("1000000000000"), std::string::npos);
}

TEST(Rates, AreAtMostTwo) {
  std::vector<Rate> rates;
  EXPECT_TRUE(check_rates(rates).ok());
  rates.push_back({10, 1000});
  EXPECT_TRUE(check_rates(rates).ok());
  rates.push_back({1000, 3'600'000});
  EXPECT_TRUE(check_rates(rates).ok());
  rates.push_back({10'000, 86'400'000});
  EXPECT_EQ(check_rates(rates).code(), Code::invalid_argument);
  EXPECT_NE(check_rates(rates).text().find("at most 2"), std::string::npos);
}

TEST(Rates, AllowOneToAMillion) {
  EXPECT_EQ(rate(0, 60'000), Code::invalid_argument);
  EXPECT_EQ(rate(1, 60'000), Code::ok);
  EXPECT_EQ(rate(999'999, 60'000), Code::ok);
  EXPECT_EQ(rate(1'000'000, 60'000), Code::ok);
  EXPECT_EQ(rate(1'000'001, 60'000), Code::invalid_argument);
  EXPECT_EQ(rate(UINT32_MAX, kMaxRatePeriodMs), Code::invalid_argument);
}

TEST(Rates, HavePeriodsOfASecondToThirtyOneDays) {
  EXPECT_EQ(rate(1, 0), Code::invalid_argument);
  EXPECT_EQ(rate(1, 999), Code::invalid_argument);
  EXPECT_EQ(rate(1, 1000), Code::ok);
  EXPECT_EQ(rate(1, 1001), Code::ok);
  EXPECT_EQ(rate(1, 2'678'399'999), Code::ok);
  EXPECT_EQ(rate(1, 2'678'400'000), Code::ok);
  EXPECT_EQ(rate(1, 2'678'400'001), Code::invalid_argument);
  EXPECT_EQ(rate(1, UINT32_MAX), Code::invalid_argument);
}

TEST(Rates, AreAtMostAHundredThousandASecond) {
  EXPECT_EQ(rate(99'999, 1000), Code::ok);
  EXPECT_EQ(rate(100'000, 1000), Code::ok);
  EXPECT_EQ(rate(100'001, 1000), Code::invalid_argument);
  EXPECT_EQ(rate(1'000'000, 10'000), Code::ok);
  EXPECT_EQ(rate(1'000'000, 9'999), Code::invalid_argument);
}

TEST(Rates, AreAllChecked) {
  const std::vector<Rate> rates{{10, 1000}, {10, 1}};
  EXPECT_EQ(check_rates(rates).code(), Code::invalid_argument);
}

}  // namespace
}  // namespace tokenry::model
