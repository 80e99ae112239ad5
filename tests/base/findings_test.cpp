#include "base/findings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace tokenry::base {
namespace {

Findings many(std::size_t count) {
  Findings findings;
  for (std::size_t i = 0; i < count; ++i) findings.add("finding " + std::to_string(i));
  return findings;
}

TEST(Findings, BeginEmpty) {
  EXPECT_TRUE(Findings().empty());
  EXPECT_EQ(Findings().total(), 0U);
}

TEST(Findings, KeepTheFirstThousandAndCountAll) {
  for (const std::size_t count : {std::size_t{1}, std::size_t{999}, std::size_t{1000},
                                  std::size_t{1001}, std::size_t{5000}}) {
    const Findings findings = many(count);
    EXPECT_FALSE(findings.empty());
    EXPECT_EQ(findings.total(), count);
    EXPECT_EQ(findings.lines().size(), std::min<std::size_t>(count, 1000));
    EXPECT_EQ(findings.lines().front(), "finding 0");
  }
}

TEST(Findings, AddUp) {
  for (const std::size_t more :
       {std::size_t{0}, std::size_t{300}, std::size_t{301}, std::size_t{3000}}) {
    Findings findings = many(700);
    findings.add_all(many(more));
    EXPECT_EQ(findings.total(), 700 + more);
    EXPECT_EQ(findings.lines().size(), std::min<std::size_t>(700 + more, 1000));
  }
}

}  // namespace
}  // namespace tokenry::base
