// Stores through the C++ face, in both forms of each call. Compiled as C++17 and as C++20.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "face_fixture.hpp"

namespace capi_tests {
namespace {

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
