#include <gtest/gtest.h>

#include "base/text.hpp"

namespace tokenry::base {
namespace {

TEST(EditDistance, OfEqualTextsIsNothing) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("edit-dns", "edit-dns"), 0U);
}

TEST(EditDistance, ToTheEmptyTextIsTheLength) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
}

TEST(EditDistance, CountsInsertionsDeletionsAndReplacements) {
  EXPECT_EQ(edit_distance("edit-dns", "edit-dnss"), 1U);
  EXPECT_EQ(edit_distance("edit-dns", "edt-dns"), 1U);
  EXPECT_EQ(edit_distance("edit-dns", "edit-dnx"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("ab", "ba"), 2U) << "a swap is no single edit";
}

TEST(EditDistance, IsTheSameBothWays) {
  EXPECT_EQ(edit_distance("list-accts", "create-acct"), edit_distance("create-acct", "list-accts"));
}

}  // namespace
}  // namespace tokenry::base
