// Backup and check through the C++ face, in both forms of each call. Compiled as C++17 and as
// C++20.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "face_fixture.hpp"

namespace capi_tests {
namespace {

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

}  // namespace
}  // namespace capi_tests
