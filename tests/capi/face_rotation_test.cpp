// Rotation and maintenance through the C++ face.
#include <gtest/gtest.h>

#include <string>

#include "face_fixture.hpp"

namespace capi_tests {
namespace {

constexpr std::int64_t kDayMs = std::int64_t{24} * 3600 * 1000;

TEST_F(FaceTest, RotateKeepsTheOldSecretForADay) {
  const tokenry::Issued old = create("a");
  const std::int64_t before = now_ms();
  Status status(Code::kConflict, "from before");
  const tokenry::Issued fresh = store_.rotate("b", old.info().id, {}, status);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(fresh.info().id, old.info().id);
  EXPECT_EQ(fresh.info().updated_by, "b");
  EXPECT_GE(fresh.info().overlap_ends_at_ms, before + kDayMs);
  EXPECT_LE(fresh.info().overlap_ends_at_ms, now_ms() + kDayMs);
  EXPECT_FALSE(fresh.info().retires_on_use);
  EXPECT_TRUE(store_.verify(old.token()));
  EXPECT_FALSE(store_.show(old.info().id).newest_secret_used);
  EXPECT_GT(store_.show(old.info().id).previous_secret_seen_at_ms, 0);
  EXPECT_TRUE(store_.verify(fresh.token()));
  EXPECT_TRUE(store_.show(old.info().id).newest_secret_used);
}

TEST_F(FaceTest, RotateInItsOtherWays) {
  const tokenry::Issued old = create("a");
  tokenry::Rotation rotation;
  rotation.retires_on_use = true;
  rotation.overlap_ms = 60'000;
  const tokenry::Issued second = store_.rotate("a", old.info().id, rotation);
  EXPECT_TRUE(second.info().retires_on_use);
  EXPECT_LE(second.info().overlap_ends_at_ms, now_ms() + 60'000);
  EXPECT_TRUE(store_.verify(second.token()));
  EXPECT_EQ(store_.verify(old.token()).reason(), tokenry::Reason::kRetiredSecret);
  rotation = {};
  rotation.at_once = true;
  const tokenry::Issued third = store_.rotate("a", old.info().id, rotation);
  EXPECT_EQ(store_.verify(second.token()).reason(), tokenry::Reason::kRetiredSecret);
  EXPECT_TRUE(store_.verify(third.token()));
}

TEST_F(FaceTest, RotationsThatAreRefused) {
  const std::uint64_t id = create("a").info().id;
  tokenry::Rotation both;
  both.at_once = true;
  both.overlap_ms = 1;
  expect_failure(
      Code::kInvalidArgument,
      [&](Status& s) { EXPECT_FALSE(static_cast<bool>(store_.rotate("a", id, both, s))); },
      [&] { (void)store_.rotate("a", id, both); });
  expect_failure(
      Code::kNotFound, [&](Status& s) { EXPECT_EQ(store_.rotate("a", 7, {}, s).token(), ""); },
      [&] { (void)store_.rotate("a", 7); });
  expect_failure(
      Code::kConflict, [&](Status& s) { EXPECT_EQ(store_.finish_rotation("a", id, s).id, 0U); },
      [&] { store_.finish_rotation("a", id); });
  expect_failure(
      Code::kConflict, [&](Status& s) { EXPECT_EQ(store_.abort_rotation("a", id, s).id, 0U); },
      [&] { store_.abort_rotation("a", id); });
}

TEST_F(FaceTest, FinishAndAbortARotation) {
  const tokenry::Issued old = create("a");
  const std::uint64_t id = old.info().id;
  const tokenry::Issued unused = store_.rotate("a", id);
  expect_success([&](Status& s) { EXPECT_EQ(store_.abort_rotation("c", id, s).updated_by, "c"); });
  EXPECT_TRUE(store_.verify(old.token()));
  EXPECT_EQ(store_.verify(unused.token()).reason(), tokenry::Reason::kUnknown);
  const tokenry::Issued fresh = store_.rotate("a", id);
  expect_success([&](Status& s) { EXPECT_EQ(store_.finish_rotation("d", id, s).updated_by, "d"); });
  EXPECT_EQ(store_.verify(old.token()).reason(), tokenry::Reason::kRetiredSecret);
  EXPECT_TRUE(store_.verify(fresh.token()));
  EXPECT_LE(store_.finish_rotation("a", id).overlap_ends_at_ms, now_ms());
}

TEST_F(FaceTest, MaintainFoldsWhatWasUsed) {
  const tokenry::Issued issued = create("a");
  store_.close();
  tokenry::OpenOptions options;
  options.maintains_itself = false;
  store_ = Store::open(path_, options);
  EXPECT_EQ(store_.maintain(), 0U);
  EXPECT_TRUE(store_.verify(issued.token()));
  EXPECT_TRUE(store_.verify(issued.token()));
  expect_success([&](Status& s) { EXPECT_EQ(store_.maintain(s), 1U); });
  EXPECT_EQ(store_.maintain(), 0U);
  EXPECT_EQ(store_.show(issued.info().id).use_count, 2U);
  Store closed;
  expect_failure(
      Code::kClosed, [&](Status& s) { EXPECT_EQ(closed.maintain(s), 0U); },
      [&] { closed.maintain(); });
}

}  // namespace
}  // namespace capi_tests
