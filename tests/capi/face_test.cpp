// The C++ face: every method in both of its forms, moving, iterating and wiping. Compiled as C++17
// and as C++20.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "face_second_unit.hpp"
#include "tokenry.hpp"
#include "world.hpp"

namespace capi_tests {
namespace {

using tokenry::Code;
using tokenry::Status;
using tokenry::Store;

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

class FaceTest : public testing::Test {
 protected:
  FaceTest() {
    tokenry::CreateOptions options;
    options.scopes = {{"all", "", "", true, true, 0},
                      {"read", "data", "Read it", false, false, 0},
                      {"edit", "data", "", false, false, 0}};
    options.map_size_bytes = kSmallMapBytes;
    tokenry::create_store(path_, "tester", options);
    store_ = Store::open(path_);
  }

  tokenry::TokenSpec spec(std::string_view label,
                          const std::vector<std::string_view>& scopes = {"read"}) {
    tokenry::TokenSpec spec;
    spec.owner = "root";
    spec.label = label;
    spec.scopes = store_.scope_set(scopes);
    return spec;
  }
  tokenry::Issued create(std::string_view label) { return store_.create("tester", spec(label)); }

  // Both forms of a call that fails: the status is set, the exception is thrown.
  template <typename WithStatus, typename Throwing>
  void expect_failure(Code code, WithStatus&& with_status, Throwing&& throwing) {
    Status status;
    with_status(status);
    EXPECT_EQ(status.code(), code) << status.message();
    EXPECT_FALSE(status.ok());
    EXPECT_FALSE(status.message().empty());
    try {
      throwing();
      ADD_FAILURE() << "did not throw";
    } catch (const tokenry::Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_EQ(error.what(), status.message());
    }
  }
  // A call that succeeds clears what its status held.
  template <typename WithStatus>
  void expect_success(WithStatus&& with_status) {
    Status status(Code::kConflict, "from before");
    with_status(status);
    EXPECT_TRUE(status.ok()) << status.message();
    EXPECT_TRUE(status.message().empty());
  }

  TempDirectory directory_;
  std::string path_ = directory_.in("store");
  Store store_;
};

TEST_F(FaceTest, CreateAndOpen) {
  expect_failure(
      Code::kStoreExists, [&](Status& status) { tokenry::create_store(path_, "a", {}, status); },
      [&] { tokenry::create_store(path_, "a"); });
  const std::string none = directory_.in("none");
  expect_failure(
      Code::kStoreMissing,
      [&](Status& status) { EXPECT_FALSE(Store::open(none, {}, status).is_open()); },
      [&] { (void)Store::open(none); });
  expect_success([&](Status& status) { EXPECT_TRUE(Store::open(path_, {}, status).is_open()); });
  tokenry::CreateOptions unsealed;
  unsealed.unsealed = true;
  unsealed.prefix = "abc";
  unsealed.catalog = "whm";
  unsealed.map_size_bytes = kSmallMapBytes;
  const std::string other = directory_.in("other");
  expect_success([&](Status& status) { tokenry::create_store(other, "a", unsealed, status); });
  const tokenry::StoreInfo info = Store::open(other).stat();
  EXPECT_FALSE(info.sealed);
  EXPECT_EQ(info.prefix, "abc");
  EXPECT_EQ(info.scope_count, 64U);
}

TEST_F(FaceTest, AKeyOfTheCaller) {
  tokenry::Key key{1, 2, 3};
  tokenry::CreateOptions options;
  options.key = &key;
  options.map_size_bytes = kSmallMapBytes;
  const std::string path = directory_.in("keyed");
  tokenry::create_store(path, "a", options);
  tokenry::OpenOptions open_options;
  expect_failure(
      Code::kKeyMissing, [&](Status& status) { (void)Store::open(path, open_options, status); },
      [&] { (void)Store::open(path, open_options); });
  open_options.key = &key;
  EXPECT_TRUE(Store::open(path, open_options).is_open());
}

TEST_F(FaceTest, Stat) {
  (void)create("a");
  const tokenry::StoreInfo info = store_.stat();
  EXPECT_TRUE(info.sealed);
  EXPECT_EQ(info.active_count, 1U);
  EXPECT_EQ(info.owner_count, 1U);
  EXPECT_FALSE(info.tampered_first.has_value());
  Store closed;
  expect_failure(
      Code::kClosed, [&](Status& status) { EXPECT_EQ(closed.stat(status).slot_count, 0U); },
      [&] { (void)closed.stat(); });
}

TEST_F(FaceTest, FreezeAndThaw) {
  const tokenry::Issued issued = create("a");
  store_.freeze("tester");
  EXPECT_TRUE(store_.stat().frozen);
  EXPECT_EQ(store_.verify(issued.token()).reason(), tokenry::Reason::kFrozen);
  EXPECT_EQ(store_.verify(issued.token()).http_status(), 503);
  store_.thaw("tester");
  EXPECT_FALSE(store_.stat().frozen);
  EXPECT_TRUE(store_.verify(issued.token()));
  expect_failure(
      Code::kInvalidArgument, [&](Status& s) { store_.freeze("", s); }, [&] { store_.thaw(""); });
}

TEST_F(FaceTest, BackupAndCheck) {
  const tokenry::Issued issued = create("a");
  const std::string target = path_ + "-copy";
  tokenry::BackupOptions options;
  int calls = 0;
  options.progress = [&](std::uint64_t done, std::uint64_t total) {
    ++calls;
    EXPECT_LE(done, total);
    throw std::runtime_error("dropped");
  };
  expect_success([&](Status& status) { store_.backup(target, options, status); });
  EXPECT_GE(calls, 1);
  EXPECT_TRUE(Store::open(target).verify(issued.token()));
  expect_failure(
      Code::kStoreExists, [&](Status& status) { store_.backup(target, {}, status); },
      [&] { store_.backup(target); });
  options.without_key = true;
  store_.backup(path_ + "-data", options);

  tokenry::CheckOptions check_options;
  check_options.progress = options.progress;
  calls = 0;
  const tokenry::CheckReport report = tokenry::check_store(target, check_options);
  EXPECT_GE(calls, 1);
  EXPECT_TRUE(report.clean());
  EXPECT_TRUE(report.rows_checked);
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.token_count, 1U);
  EXPECT_GT(report.row_count, report.token_count);
  EXPECT_GT(report.page_count, 2U);
  const std::string key_file = path_ + "/key";
  expect_failure(
      Code::kKeyMissing,
      [&](Status& status) {
        EXPECT_FALSE(tokenry::check_store(path_ + "-data", {}, status).clean());
      },
      [&] { (void)tokenry::check_store(path_ + "-data"); });
  check_options.key_file = key_file;
  EXPECT_TRUE(tokenry::check_store(path_ + "-data", check_options).clean());
  write_file(target + "/data.mdb", "damaged");
  const tokenry::CheckReport damaged = tokenry::check_store(target);
  EXPECT_FALSE(damaged.clean());
  EXPECT_FALSE(damaged.rows_checked);
  EXPECT_EQ(damaged.findings.size(), damaged.total_finding_count);
}

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

TEST_F(FaceTest, Verdicts) {
  const tokenry::Issued issued = create("a");
  const tokenry::Verdict allowed = store_.verify(issued.token(), store_.scope_set({"read"}));
  EXPECT_TRUE(allowed.allowed());
  EXPECT_TRUE(static_cast<bool>(allowed));
  EXPECT_EQ(allowed.reason(), tokenry::Reason::kAllowed);
  EXPECT_EQ(allowed.http_status(), 200);
  EXPECT_EQ(allowed.id(), issued.info().id);
  EXPECT_EQ(allowed.misuse(), Code::kOk);
  EXPECT_EQ(allowed.effective_bits()[0], 2U);
  tokenry::VerifyOptions options;
  options.now_ms = 12345;
  options.address = tokenry::Address::v4({127, 0, 0, 1});
  const tokenry::Verdict denied =
      store_.verify(issued.token(), store_.scope_set({"edit"}), options);
  EXPECT_FALSE(denied);
  EXPECT_EQ(denied.reason(), tokenry::Reason::kScopeDenied);
  EXPECT_EQ(denied.missing_bits()[0], 4U);
  EXPECT_EQ(denied.judged_at_ms(), 12345);
  options.address = tokenry::Address::v6({});
  EXPECT_TRUE(store_.verify(issued.token(), {}, options).allowed());

  const tokenry::VerdictInfo info = store_.describe(denied);
  EXPECT_EQ(info.reason, "scope_denied");
  EXPECT_EQ(info.label, "a");
  EXPECT_EQ(info.missing_scopes, std::vector<std::string>{"edit"});
  EXPECT_EQ(store_.challenge(denied, "api"),
            "Bearer realm=\"api\", error=\"insufficient_scope\", error_description=\"The token "
            "does not have the required scope.\", scope=\"edit\"");
  EXPECT_EQ(store_.challenge(allowed), "");
  EXPECT_FALSE(store_.describe(store_.verify("x")).id_text.has_value());
}

TEST_F(FaceTest, AVerdictOfMisuseIsADenial) {
  EXPECT_FALSE(tokenry::Verdict());
  EXPECT_EQ(tokenry::Verdict().reason(), tokenry::Reason::kUnavailable);
  const tokenry::Verdict verdict = Store().verify("x");
  EXPECT_FALSE(verdict);
  EXPECT_EQ(verdict.misuse(), Code::kClosed);
  EXPECT_EQ(verdict.reason(), tokenry::Reason::kUnavailable);
  EXPECT_EQ(verdict.http_status(), 503);
  EXPECT_EQ(verdict.id(), std::nullopt);
  expect_failure(
      Code::kClosed, [&](Status& s) { (void)Store().describe(verdict, s); },
      [&] { (void)Store().describe(verdict); });
  expect_failure(
      Code::kInvalidArgument, [&](Status& s) { EXPECT_EQ(store_.challenge(verdict, "\"", s), ""); },
      [&] { (void)store_.challenge(verdict, "\""); });
}

TEST_F(FaceTest, AChallengeLongerThanTheFirstGuess) {
  std::vector<std::string_view> names;
  std::vector<std::string> kept;
  for (int i = 0; i < 50; ++i) kept.push_back("a-rather-long-name-" + std::to_string(i));
  for (const std::string& name : kept) {
    tokenry::Scope scope;
    scope.name = name;
    store_.add_scope("a", scope);
    names.push_back(name);
  }
  const tokenry::Issued issued = create("a");
  const tokenry::Verdict denied = store_.verify(issued.token(), store_.scope_set(names));
  const std::string text = store_.challenge(denied, "api");
  EXPECT_GT(text.size(), 1000U);
  EXPECT_NE(text.find("a-rather-long-name-49\""), std::string::npos);
}

TEST_F(FaceTest, AMovedStoreWorksOnAndTheOldOneIsClosed) {
  const tokenry::Issued issued = create("a");
  Store moved = std::move(store_);
  EXPECT_FALSE(store_.is_open());  // NOLINT(bugprone-use-after-move): what is promised
  EXPECT_EQ(store_.verify(issued.token()).misuse(), Code::kClosed);
  EXPECT_TRUE(moved.verify(issued.token()).allowed());
  store_ = std::move(moved);
  EXPECT_TRUE(store_.verify(issued.token()).allowed());
  Store& same = store_;
  store_ = std::move(same);
  EXPECT_TRUE(store_.is_open());
  store_.close();
  store_.close();
  EXPECT_FALSE(store_.is_open());
  EXPECT_EQ(store_.raw(), nullptr);
}

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

// What the callback throws does not reach the C interface.
TEST_F(FaceTest, ALogThatThrows) {
  const tokenry::Issued issued = create("a");
  store_.close();
  ASSERT_GE(patch_file(path_ + "/data.mdb", "edit", "ediT"), 1U);
  std::vector<std::string> lines;
  tokenry::OpenOptions options;
  options.log = [&](tokenry::LogLevel level, std::string_view line) {
    EXPECT_EQ(level, tokenry::LogLevel::kError);
    lines.emplace_back(line);
    throw std::runtime_error("not to be seen");
  };
  store_ = Store::open(path_, options);
  // The callback moves along with its store.
  Store moved = std::move(store_);
  EXPECT_EQ(moved.verify(issued.token()).reason(), tokenry::Reason::kTampered);
  EXPECT_EQ(lines.size(), 1U);
}

}  // namespace
}  // namespace capi_tests
