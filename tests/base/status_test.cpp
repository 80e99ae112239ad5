#include "base/status.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <string>

namespace tokenry::base {
namespace {

Status failure() { return {Code::conflict, "it is taken"}; }

TEST(Status, BeginsAsOkWithoutText) {
  const Status status;
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.code(), Code::ok);
  EXPECT_EQ(status.text(), "");
}

TEST(Status, KeepsCodeAndText) {
  const Status status = failure();
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(status.code(), Code::conflict);
  EXPECT_EQ(status.text(), "it is taken");
}

TEST(Result, HoldsAValueOrAStatus) {
  const Result<int> value(7);
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(*value, 7);
  EXPECT_EQ(value.code(), Code::ok);
  const Result<int> none(failure());
  EXPECT_FALSE(none.ok());
  EXPECT_EQ(none.code(), Code::conflict);
  EXPECT_EQ(none.status().text(), "it is taken");
}

TEST(StatusMacros, TryReturnsTheFirstFailure) {
  int reached = 0;
  const auto run = [&](const Status& first) -> Status {
    TOKENRY_TRY(first);
    ++reached;
    return {};
  };
  EXPECT_EQ(run(failure()).code(), Code::conflict);
  EXPECT_EQ(reached, 0);
  EXPECT_TRUE(run({}).ok());
  EXPECT_EQ(reached, 1);
}

TEST(StatusMacros, TryEvaluatesItsExpressionOnce) {
  int calls = 0;
  const auto run = [&]() -> Status {
    TOKENRY_TRY((++calls, Status()));
    return {};
  };
  EXPECT_TRUE(run().ok());
  EXPECT_EQ(calls, 1);
}

TEST(StatusMacros, AssignDeclaresTheValueOrReturns) {
  const auto twice = [](Result<int> number) -> Result<int> {
    TOKENRY_ASSIGN(const int value, std::move(number));
    return 2 * value;
  };
  EXPECT_EQ(*twice(21), 42);
  EXPECT_EQ(twice(failure()).code(), Code::conflict);
}

TEST(StatusMacros, AssignMovesWhatCannotBeCopied) {
  const auto open = []() -> Result<int> {
    TOKENRY_ASSIGN(const std::unique_ptr<int> owned,
                   Result<std::unique_ptr<int>>(std::make_unique<int>(5)));
    return *owned;
  };
  EXPECT_EQ(*open(), 5);
}

TEST(StatusMacros, StandInALambdaWithinAnother) {
  const auto outer = []() -> Status {
    TOKENRY_TRY([]() -> Status {
      TOKENRY_TRY(Status());
      TOKENRY_ASSIGN(const int value, Result<int>(1));
      return value == 1 ? failure() : Status();
    }());
    return {};
  };
  EXPECT_EQ(outer().code(), Code::conflict);
}

TEST(ErrnoStatus, NamesWhatFailedAndWhy) {
  EXPECT_EQ(errno_status(ENOENT, "cannot open x").text(),
            "cannot open x: No such file or directory");
  EXPECT_EQ(errno_text(123456), "error 123456");
}

TEST(ErrnoStatus, ChoosesTheCodeThatFits) {
  EXPECT_EQ(errno_status(EACCES, "").code(), Code::permission_denied);
  EXPECT_EQ(errno_status(EPERM, "").code(), Code::permission_denied);
  EXPECT_EQ(errno_status(EROFS, "").code(), Code::permission_denied);
  EXPECT_EQ(errno_status(ENOSPC, "").code(), Code::store_full);
  EXPECT_EQ(errno_status(EDQUOT, "").code(), Code::store_full);
  EXPECT_EQ(errno_status(ENOENT, "").code(), Code::store_missing);
  EXPECT_EQ(errno_status(ENOTDIR, "").code(), Code::store_missing);
  EXPECT_EQ(errno_status(ENOMEM, "").code(), Code::no_memory);
  EXPECT_EQ(errno_status(EIO, "").code(), Code::io_error);
}

}  // namespace
}  // namespace tokenry::base
