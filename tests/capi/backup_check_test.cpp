// Backup and check through the C interface.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "world.hpp"

namespace capi_tests {
namespace {

struct Calls {
  std::uint64_t last_done = 0;
  std::uint64_t total = 0;
  int count = 0;
};

void note_progress(void* context, std::uint64_t done, std::uint64_t total) {
  Calls& calls = *static_cast<Calls*>(context);
  EXPECT_LE(calls.last_done, done);
  calls.last_done = done;
  calls.total = total;
  ++calls.count;
}

class BackupCheck : public testing::Test {
 protected:
  std::string target() const { return world_.directory().in("backup"); }
  int back_up(tokenry_backup_options* options = nullptr) {
    return tokenry_backup(world_.store(), target().data(), target().size(), options);
  }
  // The code of a check whose report must be clean.
  static int check_code(const std::string& path, tokenry_check_options* options = nullptr) {
    tokenry_check_report* report = nullptr;
    const int code = tokenry_check(path.data(), path.size(), options, &report);
    if (code == TOKENRY_OK) {
      EXPECT_EQ(report->struct_size, sizeof *report);
      EXPECT_EQ(report->finding_count, 0U) << report->findings[0];
      EXPECT_EQ(report->total_finding_count, 0U);
      EXPECT_EQ(report->rows_checked, 1U);
    }
    tokenry_check_report_free(report);
    return code;
  }

  World world_;
  Token token_ = make_token(world_.store(), "root", "bot", {"read"});
};

TEST_F(BackupCheck, ABackupIsAStore) {
  ASSERT_EQ(back_up(), TOKENRY_OK) << tokenry_last_error();
  EXPECT_EQ(check_code(target()), TOKENRY_OK) << tokenry_last_error();
  tokenry_store* const copy = open_store(target());
  EXPECT_EQ(verify(copy, token_.text, {"read"}).reason, TOKENRY_ALLOWED);
  EXPECT_EQ(tokenry_close(copy), TOKENRY_OK);
  EXPECT_EQ(back_up(), TOKENRY_STORE_EXISTS);
}

TEST_F(BackupCheck, ABackupWithoutItsKeyNeedsOne) {
  auto options = sized<tokenry_backup_options>();
  options.flags = TOKENRY_BACKUP_WITHOUT_KEY;
  ASSERT_EQ(back_up(&options), TOKENRY_OK) << tokenry_last_error();
  EXPECT_EQ(check_code(target()), TOKENRY_KEY_MISSING);
  const std::string key = world_.path() + "/key";
  auto with_key = sized<tokenry_check_options>();
  with_key.key_file = key.data();
  with_key.key_file_size = key.size();
  EXPECT_EQ(check_code(target(), &with_key), TOKENRY_OK) << tokenry_last_error();
}

TEST_F(BackupCheck, AStoreOpenedWithAKeyHasNoneToWrite) {
  static const std::uint8_t key[TOKENRY_KEY_SIZE] = {9, 9, 9};
  const std::string path = world_.directory().in("keyed");
  ASSERT_EQ(create_store(path, {.key = key}), TOKENRY_OK);
  auto open_options = sized<tokenry_open_options>();
  open_options.key = key;
  open_options.key_size = sizeof key;
  tokenry_store* store = nullptr;
  ASSERT_EQ(tokenry_open(path.data(), path.size(), &open_options, &store), TOKENRY_OK);
  EXPECT_EQ(tokenry_backup(store, target().data(), target().size(), nullptr), TOKENRY_KEY_MISSING);
  auto options = sized<tokenry_backup_options>();
  options.flags = TOKENRY_BACKUP_WITHOUT_KEY;
  EXPECT_EQ(tokenry_backup(store, target().data(), target().size(), &options), TOKENRY_OK);
  auto check_options = sized<tokenry_check_options>();
  check_options.key = key;
  check_options.key_size = sizeof key;
  EXPECT_EQ(check_code(target(), &check_options), TOKENRY_OK) << tokenry_last_error();
  EXPECT_EQ(tokenry_close(store), TOKENRY_OK);
}

TEST_F(BackupCheck, AStoreMayBeCheckedWhileItIsOpen) {
  EXPECT_EQ(check_code(world_.path()), TOKENRY_OK);
  EXPECT_EQ(verify(world_.store(), token_.text).reason, TOKENRY_ALLOWED);
  world_.close();
  EXPECT_EQ(check_code(world_.path()), TOKENRY_OK);
}

TEST_F(BackupCheck, BothTellHowFarTheyAre) {
  Calls backup_calls;
  auto options = sized<tokenry_backup_options>();
  options.progress = note_progress;
  options.progress_context = &backup_calls;
  ASSERT_EQ(back_up(&options), TOKENRY_OK);
  EXPECT_GE(backup_calls.count, 1);
  EXPECT_EQ(backup_calls.last_done, backup_calls.total);
  Calls check_calls;
  auto check_options = sized<tokenry_check_options>();
  check_options.progress = note_progress;
  check_options.progress_context = &check_calls;
  ASSERT_EQ(check_code(target(), &check_options), TOKENRY_OK);
  EXPECT_GE(check_calls.count, 1);
  EXPECT_EQ(check_calls.last_done, check_calls.total);
}

TEST_F(BackupCheck, DamageIsInTheReport) {
  world_.close();
  ASSERT_GT(patch_file(world_.data_file(), "bot", "bat"), 0U);
  tokenry_check_report* report = nullptr;
  const std::string path = world_.path();
  ASSERT_EQ(tokenry_check(path.data(), path.size(), nullptr, &report), TOKENRY_OK);
  ASSERT_GT(report->finding_count, 0U);
  EXPECT_EQ(report->total_finding_count, report->finding_count);
  EXPECT_EQ(report->rows_checked, 1U);
  EXPECT_EQ(report->token_count, 1U);
  EXPECT_NE(std::strstr(report->findings[0], "seal"), nullptr) << report->findings[0];
  tokenry_check_report_free(report);

  write_file(world_.data_file(), std::string(50'000, 'x'));
  ASSERT_EQ(tokenry_check(path.data(), path.size(), nullptr, &report), TOKENRY_OK);
  EXPECT_EQ(report->finding_count, 1U);
  EXPECT_EQ(report->rows_checked, 0U);
  tokenry_check_report_free(report);
}

}  // namespace
}  // namespace capi_tests
