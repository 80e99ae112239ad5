// Tokens through the C++ face.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "face_fixture.hpp"

namespace capi_tests {
namespace {

TEST_F(FaceTest, CreateShowFindIdentify) {
  tokenry::Issued issued = create("a");
  EXPECT_TRUE(static_cast<bool>(issued));
  const std::uint64_t id = issued.info().id;
  EXPECT_EQ(store_.find("root", "a"), id);
  EXPECT_EQ(store_.identify(issued.token()), id);
  const tokenry::TokenInfo info = store_.show(id);
  EXPECT_EQ(info.id_text, tokenry::print_id(id));
  EXPECT_EQ(tokenry::parse_id(info.id_text), id);
  EXPECT_EQ(tokenry::parse_id("nonsense"), std::nullopt);
  EXPECT_EQ(info.label, "a");
  EXPECT_EQ(info.status, tokenry::TokenStatus::kActive);
  EXPECT_EQ(info.scopes, std::vector<std::string>{"read"});
  EXPECT_EQ(info.granted_bits[0], 2U);
  EXPECT_EQ(tokenry::name(info.status), "active");

  expect_failure(
      Code::kConflict, [&](Status& s) { EXPECT_EQ(store_.create("a", spec("a"), s).token(), ""); },
      [&] { (void)create("a"); });
  expect_failure(
      Code::kNotFound, [&](Status& s) { EXPECT_EQ(store_.find("root", "b", s), 0U); },
      [&] { (void)store_.find("root", "b"); });
  expect_failure(
      Code::kInvalidArgument, [&](Status& s) { EXPECT_EQ(store_.identify("b", s), 0U); },
      [&] { (void)store_.identify("b"); });
  expect_failure(
      Code::kInvalidArgument, [&](Status& s) { (void)store_.identify({}, s); },
      [&] { (void)store_.identify({}); });
  expect_failure(
      Code::kNotFound, [&](Status& s) { EXPECT_EQ(store_.show(7, s).id, 0U); },
      [&] { (void)store_.show(7); });
}

TEST_F(FaceTest, ManyAtOnce) {
  const tokenry::IssuedList made = store_.create_many("tester", {spec("a"), spec("b")});
  ASSERT_EQ(made.size(), 2U);
  for (std::size_t i = 0; i < made.size(); ++i) {
    EXPECT_TRUE(store_.verify(made.token(i), store_.scope_set({"read"})));
    EXPECT_EQ(made.info(i).label, i == 0 ? "a" : "b");
  }
  EXPECT_EQ(store_.create_many("tester", {}).size(), 0U);
  expect_failure(
      Code::kConflict,
      [&](Status& s) {
        EXPECT_EQ(store_.create_many("t", {spec("c"), spec("a")}, s).size(), 0U);
      },
      [&] {
        (void)store_.create_many("t", {spec("c"), spec("a")});
      });
  EXPECT_THROW((void)store_.find("root", "c"), tokenry::Error);  // none was made
}

TEST_F(FaceTest, EditEveryField) {
  const std::uint64_t id = create("a").info().id;
  const std::int64_t later = now_ms() + 1'000'000;
  tokenry::Edit edit;
  edit.label = "b";
  edit.note = "two\nlines";
  edit.set_scopes = store_.scope_set({"edit"});
  edit.add_scopes = store_.scope_set({"read"});
  edit.remove_scopes = store_.scope_set({"edit"});
  edit.expires_at_ms = later;
  edit.not_before_ms = later - 1;
  EXPECT_EQ(store_.edit("b", id, edit, tokenry::Change::kDryRun).label, "b");
  EXPECT_EQ(store_.show(id).label, "a");
  const tokenry::TokenInfo info = store_.edit("b", id, edit);
  EXPECT_EQ(info.label, "b");
  EXPECT_EQ(info.note, "two\nlines");
  EXPECT_EQ(info.scopes, std::vector<std::string>{"read"});
  EXPECT_EQ(info.expires_at_ms, later);
  EXPECT_EQ(info.not_before_ms, later - 1);
  EXPECT_EQ(info.updated_by, "b");
  EXPECT_EQ(info.status, tokenry::TokenStatus::kNotYetValid);
  expect_failure(
      Code::kInvalidArgument,
      [&](Status& s) {
        EXPECT_EQ(store_.edit("b", id, tokenry::Edit(), tokenry::Change::kApply, s).id, 0U);
      },
      [&] { (void)store_.edit("b", id, tokenry::Edit()); });
}

TEST_F(FaceTest, SeveralAtOnce) {
  const std::uint64_t a = create("a").info().id;
  const std::uint64_t b = create("b").info().id;
  const std::vector<std::uint64_t> ids{a, 7, b};
  const std::vector<Code> partly{Code::kOk, Code::kNotFound, Code::kOk};
  Status status;
  EXPECT_EQ(store_.suspend("a", ids, tokenry::Change::kApply, status), partly);
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_EQ(store_.resume("a", ids, tokenry::Change::kApply, status), partly);
  EXPECT_EQ(store_.revoke("a", ids, tokenry::Change::kDryRun, status), partly);
  EXPECT_EQ(store_.show(a).status, tokenry::TokenStatus::kActive);
  EXPECT_EQ(store_.revoke("a", ids, tokenry::Change::kApply, status), partly);
  EXPECT_EQ(store_.purge("a", ids, tokenry::Change::kApply, status), partly);
  EXPECT_THROW(store_.suspend("a", ids), tokenry::Error);
  EXPECT_THROW(store_.resume("a", ids), tokenry::Error);
  EXPECT_THROW(store_.revoke("a", ids), tokenry::Error);
  EXPECT_THROW(store_.purge("a", ids), tokenry::Error);
  store_.revoke("a", {});
}

// The call's own failure is the code of every id.
TEST_F(FaceTest, SeveralOfAClosedStore) {
  Store closed;
  Status status;
  const std::vector<Code> all(2, Code::kClosed);
  EXPECT_EQ(closed.revoke("a", {1, 2}, tokenry::Change::kApply, status), all);
  EXPECT_EQ(status.code(), Code::kClosed);
  EXPECT_EQ(closed.suspend("a", {1, 2}, tokenry::Change::kApply, status), all);
  EXPECT_EQ(store_.revoke("", {1, 2}, tokenry::Change::kApply, status),
            std::vector<Code>(2, Code::kInvalidArgument));
}

TEST_F(FaceTest, ListsAreIterated) {
  for (const char* label : {"c", "a", "b"}) (void)create(label);
  tokenry::Filter filter;
  filter.sort = tokenry::Sort::kLabel;
  std::string labels;
  for (const tokenry::TokenInfo& info : store_.list(filter)) labels += info.label;
  EXPECT_EQ(labels, "abc");
  filter.descending = true;
  filter.limit = 2;
  filter.owners = {"root", "nobody"};
  filter.statuses = {tokenry::TokenStatus::kActive};
  filter.label_glob = "[a-c]";
  filter.scopes = store_.scope_set({"read"});
  labels.clear();
  tokenry::Cursor cursor = store_.list(filter);
  for (auto it = cursor.begin(); it != cursor.end(); ++it) labels += it->label;
  EXPECT_EQ(labels, "cb");
  filter.statuses = {tokenry::TokenStatus::kRevoked};
  cursor = store_.list(filter);
  EXPECT_TRUE(cursor.begin() == cursor.end());
  Status status;
  EXPECT_FALSE(cursor.next(status).has_value());
  EXPECT_TRUE(status.ok());
}

TEST_F(FaceTest, ListsThatAreRefused) {
  tokenry::Filter filter;
  filter.owners = {std::string("ro\0ot", 5)};
  expect_failure(
      Code::kInvalidArgument, [&](Status& s) { (void)store_.list(filter, s); },
      [&] { (void)store_.list(filter); });
  tokenry::Cursor none;
  expect_failure(
      Code::kClosed, [&](Status& s) { EXPECT_FALSE(none.next(s).has_value()); },
      [&] { (void)none.next(); });
  tokenry::Cursor cursor = store_.list();
  store_.close();
  EXPECT_THROW((void)cursor.begin(), tokenry::Error);
}

}  // namespace
}  // namespace capi_tests
