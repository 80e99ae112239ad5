#include "base/progress.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <utility>
#include <vector>

namespace tokenry::base {
namespace {

using Calls = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

Progress noting(Calls& calls) {
  return Progress(
      [&calls](std::uint64_t done, std::uint64_t total) { calls.emplace_back(done, total); });
}

TEST(Progress, WithoutACallbackDoesNothing) {
  Progress progress;
  progress.report(1, 2);
  progress.finish(2);
}

TEST(Progress, IsReportedAtMostTenTimesASecond) {
  Calls calls;
  Progress progress = noting(calls);
  const auto began = std::chrono::steady_clock::now();
  const auto end = began + std::chrono::milliseconds(450);
  std::uint64_t done = 0;
  while (std::chrono::steady_clock::now() < end) progress.report(++done, 1'000'000'000);
  const auto took = std::chrono::steady_clock::now() - began;
  EXPECT_GE(calls.size(), 1U);
  EXPECT_LE(calls.size(), static_cast<std::size_t>(took / std::chrono::milliseconds(90)));
  for (std::size_t i = 1; i < calls.size(); ++i) EXPECT_LT(calls[i - 1].first, calls[i].first);
}

TEST(Progress, EndsWithAllDone) {
  Calls calls;
  Progress progress = noting(calls);
  progress.finish(7);
  EXPECT_EQ(calls, (Calls{{7, 7}}));
}

TEST(Progress, NeverEndsBelowWhatItReported) {
  Calls calls;
  Progress progress = noting(calls);
  progress.report(5, 9);
  progress.finish(0);
  EXPECT_EQ(calls, (Calls{{9, 9}}));
}

}  // namespace
}  // namespace tokenry::base
