// The C++ face as a whole: what its types forbid, moving, wiping, names. Compiled as C++17 and as
// C++20.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "face_fixture.hpp"
#include "face_second_unit.hpp"

namespace capi_tests {
namespace {

// What cannot be done with a secret or a handle shows in the types.
static_assert(!std::is_copy_constructible_v<tokenry::Issued>);
static_assert(!std::is_copy_assignable_v<tokenry::Issued>);
static_assert(std::is_nothrow_move_constructible_v<tokenry::Issued>);
static_assert(!std::is_copy_constructible_v<Store>);
static_assert(!std::is_copy_assignable_v<Store>);
static_assert(std::is_nothrow_move_constructible_v<Store>);
static_assert(std::is_nothrow_move_assignable_v<Store>);
static_assert(!std::is_copy_constructible_v<tokenry::Cursor>);
static_assert(std::is_nothrow_move_constructible_v<tokenry::Cursor>);
static_assert(!std::is_convertible_v<tokenry::Verdict, bool>);
static_assert(!std::is_convertible_v<tokenry::Issued, bool>);
static_assert(std::is_copy_constructible_v<tokenry::Verdict>);
static_assert(noexcept(std::declval<const Store&>().verify("")));

TEST_F(FaceTest, AMovedTokenAndCursor) {
  tokenry::Issued issued = create("a");
  const std::string_view text = issued.token();
  tokenry::Issued moved = std::move(issued);
  EXPECT_EQ(issued.token(), "");  // NOLINT(bugprone-use-after-move): what is promised
  EXPECT_FALSE(issued);
  EXPECT_EQ(moved.token().data(), text.data());
  EXPECT_TRUE(store_.verify(moved.token()).allowed());
  moved = create("b");
  EXPECT_EQ(moved.info().label, "b");

  tokenry::Cursor cursor = store_.list();
  tokenry::Cursor other = std::move(cursor);
  Status status;
  EXPECT_FALSE(cursor.next(status).has_value());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(status.code(), Code::kClosed);
  EXPECT_TRUE(other.next().has_value());
  other = tokenry::Cursor();
}

TEST_F(FaceTest, AnotherTranslationUnitSharesTheHeader) {
  EXPECT_EQ(label_in_second_unit(store_, create("a").info().id), "a");
  EXPECT_EQ(code_in_second_unit(store_), Code::kNotFound);
}

TEST_F(FaceTest, NamesOfCodes) {
  EXPECT_EQ(tokenry::name(Code::kNotFound), "not_found");
  EXPECT_EQ(tokenry::name(tokenry::Reason::kScopeDenied), "scope_denied");
  EXPECT_EQ(tokenry::version(), tokenry_version());
}

}  // namespace
}  // namespace capi_tests
