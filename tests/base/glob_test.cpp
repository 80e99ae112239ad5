#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "base/text.hpp"

namespace tokenry::base {
namespace {

TEST(Glob, PlainTextMatchesItselfAlone) {
  EXPECT_TRUE(matches_glob("deploy", "deploy"));
  EXPECT_FALSE(matches_glob("deploy", "deploy-bot"));
  EXPECT_FALSE(matches_glob("deploy", "Deploy"));
  EXPECT_TRUE(matches_glob("", ""));
  EXPECT_FALSE(matches_glob("", "x"));
}

TEST(Glob, StarStandsForAnyTextOrNone) {
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("deploy*", "deploy"));
  EXPECT_TRUE(matches_glob("*-bot", "deploy-bot"));
  EXPECT_TRUE(matches_glob("d*y*t", "deploy-bot"));
  EXPECT_FALSE(matches_glob("d*y*x", "deploy-bot"));
  EXPECT_TRUE(matches_glob("**", "ab"));
  EXPECT_TRUE(matches_glob("*a*b", "xaxbxab")) << "an earlier b must not end the search";
}

TEST(Glob, QuestionMarkStandsForExactlyOne) {
  EXPECT_TRUE(matches_glob("v?", "v1"));
  EXPECT_FALSE(matches_glob("v?", "v"));
  EXPECT_FALSE(matches_glob("v?", "v12"));
  EXPECT_TRUE(matches_glob("?*?", "ab"));
  EXPECT_FALSE(matches_glob("?*?", "a"));
}

TEST(Glob, ClassesListCharactersAndRanges) {
  EXPECT_TRUE(matches_glob("v[12]", "v2"));
  EXPECT_FALSE(matches_glob("v[12]", "v3"));
  EXPECT_TRUE(matches_glob("[a-c]x", "bx"));
  EXPECT_FALSE(matches_glob("[a-c]x", "dx"));
  EXPECT_TRUE(matches_glob("[a-c0-9]", "7"));
}

TEST(Glob, AnExclamationMarkNegatesAClass) {
  EXPECT_TRUE(matches_glob("[!a-c]", "d"));
  EXPECT_FALSE(matches_glob("[!a-c]", "b"));
  EXPECT_FALSE(matches_glob("[!a]", "")) << "a class stands for one character, negated or not";
}

TEST(Glob, BracketsAtTheirOddPlaces) {
  EXPECT_TRUE(matches_glob("[]]", "]")) << "a first ] is of the class";
  EXPECT_FALSE(matches_glob("[!]]", "]"));
  EXPECT_TRUE(matches_glob("[a-]", "-")) << "a last - is of the class";
  EXPECT_TRUE(matches_glob("[", "["));
  EXPECT_TRUE(matches_glob("a[b", "a[b")) << "without an end it is no class";
  EXPECT_TRUE(matches_glob("[]", "[]"));
}

TEST(Glob, ClassesAndStarsWorkTogether) {
  EXPECT_TRUE(matches_glob("*[0-9]", "build-17"));
  EXPECT_FALSE(matches_glob("*[0-9]", "build-x"));
  EXPECT_TRUE(matches_glob("[!x]*[!x]", "axxb"));
}

double seconds_to_refuse(const std::string& pattern, const std::string& text) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(matches_glob(pattern, text));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::string repeated(std::string_view part, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += part;
  return text;
}

// Backtracking over all stars would take years for each of these.
TEST(Glob, ManyStarsAreFast) {
  EXPECT_LT(seconds_to_refuse(repeated("*a", 500) + "b", std::string(2000, 'a')), 2);
  EXPECT_LT(seconds_to_refuse(repeated("*?", 500) + "b", std::string(2000, 'a')), 2);
  EXPECT_LT(seconds_to_refuse(std::string(5000, '*') + "b", std::string(5000, 'a')), 2);
}

TEST(Glob, ManyClassesAreFast) {
  EXPECT_LT(seconds_to_refuse("*" + repeated("[a-z]", 1000) + "b", std::string(2000, 'a')), 2);
}

TEST(Glob, ManyBracketsWithoutAnEndAreFast) {
  EXPECT_LT(seconds_to_refuse("*" + std::string(100'000, '['), std::string(3000, '[') + "x"), 2);
}

}  // namespace
}  // namespace tokenry::base
