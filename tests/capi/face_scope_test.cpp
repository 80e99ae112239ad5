// Scopes and owners through the C++ face.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "face_fixture.hpp"

namespace capi_tests {
namespace {

TEST_F(FaceTest, Scopes) {
  tokenry::Scope scope;
  scope.name = "mail";
  scope.group = "more";
  scope.text = "Send it";
  scope.escalates = true;
  expect_success([&](Status& status) { store_.add_scope("a", scope, status); });
  expect_failure(
      Code::kConflict, [&](Status& status) { store_.add_scope("a", scope, status); },
      [&] { store_.add_scope("a", scope); });
  const std::vector<tokenry::Scope> scopes = store_.scopes();
  ASSERT_EQ(scopes.size(), 4U);
  EXPECT_TRUE(scopes[0].everything);
  EXPECT_EQ(scopes[3].name, "mail");
  EXPECT_EQ(scopes[3].group, "more");
  EXPECT_EQ(scopes[3].text, "Send it");
  EXPECT_TRUE(scopes[3].escalates);
  EXPECT_EQ(scopes[3].bit, 3U);
  Store closed;
  expect_failure(
      Code::kClosed, [&](Status& status) { EXPECT_TRUE(closed.scopes(status).empty()); },
      [&] { (void)closed.scopes(); });
}

TEST_F(FaceTest, ScopeSets) {
  const tokenry::ScopeSet set = store_.scope_set({"edit"});
  EXPECT_TRUE(set.has_bit(2));
  EXPECT_FALSE(set.has_bit(1));
  EXPECT_FALSE(set.has_bit(256));
  EXPECT_FALSE(set.empty());
  EXPECT_TRUE(tokenry::ScopeSet().empty());
  EXPECT_TRUE(store_.scope_set({}).empty());
  expect_failure(
      Code::kUnknownScope, [&](Status& status) { (void)store_.scope_set({"raed"}, status); },
      [&] { (void)store_.scope_set({"raed"}); });
}

TEST_F(FaceTest, AScopeSetThatFailedRequiresMoreThanNothing) {
  const tokenry::Issued issued = create("a");
  Status status;
  const tokenry::ScopeSet failed = store_.scope_set({"raed"}, status);
  EXPECT_FALSE(store_.verify(issued.token(), failed)) << "who ignores the status must not allow";
}

TEST_F(FaceTest, Owners) {
  const std::optional<tokenry::ScopeSet> ceiling = store_.scope_set({"read"});
  expect_success([&](Status& s) { store_.create_owner("a", "one", ceiling, s); });
  store_.create_owner("a", "two");
  expect_failure(
      Code::kConflict, [&](Status& s) { store_.create_owner("a", "one", ceiling, s); },
      [&] { store_.create_owner("a", "one"); });
  const tokenry::OwnerInfo one = store_.owner("one");
  EXPECT_EQ(one.name, "one");
  EXPECT_EQ(one.ceiling, std::vector<std::string>{"read"});
  EXPECT_FALSE(one.ceiling_everything);
  EXPECT_EQ(one.created_by, "a");
  EXPECT_TRUE(store_.owner("two").ceiling_everything);

  store_.set_owner_ceiling("a", "one", std::nullopt);
  EXPECT_TRUE(store_.owner("one").ceiling_everything);
  expect_failure(
      Code::kInvalidArgument, [&](Status& s) { store_.set_owner_ceiling("", "one", ceiling, s); },
      [&] { store_.set_owner_ceiling("", "one", ceiling); });
  store_.suspend_owner("a", "one");
  EXPECT_TRUE(store_.owner("one").suspended);
  store_.resume_owner("a", "one");
  EXPECT_FALSE(store_.owner("one").suspended);
  store_.rename_owner("a", "one", "three");
  EXPECT_EQ(store_.owners().size(), 2U);
  EXPECT_EQ(store_.delete_owner("a", "three"), 0U);
}

TEST_F(FaceTest, OwnersThatAreNot) {
  expect_failure(
      Code::kNotFound, [&](Status& s) { EXPECT_EQ(store_.owner("no", s).name, ""); },
      [&] { (void)store_.owner("no"); });
  expect_failure(
      Code::kNotFound, [&](Status& s) { store_.suspend_owner("a", "no", s); },
      [&] { store_.suspend_owner("a", "no"); });
  expect_failure(
      Code::kNotFound, [&](Status& s) { store_.resume_owner("a", "no", s); },
      [&] { store_.resume_owner("a", "no"); });
  expect_failure(
      Code::kNotFound, [&](Status& s) { store_.rename_owner("a", "no", "yes", s); },
      [&] { store_.rename_owner("a", "no", "yes"); });
  expect_failure(
      Code::kNotFound, [&](Status& s) { EXPECT_EQ(store_.delete_owner("a", "no", s), 0U); },
      [&] { (void)store_.delete_owner("a", "no"); });
  Store closed;
  expect_failure(
      Code::kClosed, [&](Status& s) { EXPECT_TRUE(closed.owners(s).empty()); },
      [&] { (void)closed.owners(); });
}

}  // namespace
}  // namespace capi_tests
