#include "base/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

namespace tokenry::base {
namespace {

class File : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "tokenry-file-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name) const { return directory_ + "/" + name; }

  static bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

  static std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }

  std::string directory_;
};

TEST_F(File, OpenedFilesCloseThemselves) {
  int fd = -1;
  {
    const Result<FileDescriptor> file = open_file(path("a"), O_CREAT | O_WRONLY, 0600);
    ASSERT_TRUE(file.ok());
    fd = file->get();
    EXPECT_TRUE(is_open(fd));
  }
  EXPECT_FALSE(is_open(fd));
}

TEST_F(File, OpenedFilesDoNotReachOtherPrograms) {
  const Result<FileDescriptor> file = open_file(path("a"), O_CREAT | O_WRONLY, 0600);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(::fcntl(file->get(), F_GETFD), FD_CLOEXEC);
}

TEST_F(File, MovingADescriptorLeavesOneOwner) {
  FileDescriptor first(::open("/dev/null", O_RDONLY));
  const int fd = first.get();
  FileDescriptor second(std::move(first));
  // What a moved-from descriptor is, is part of its contract.
  EXPECT_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
  FileDescriptor third(::open("/dev/null", O_RDONLY));
  const int closed_by_move = third.get();
  third = std::move(second);
  EXPECT_EQ(third.get(), fd);
  EXPECT_FALSE(is_open(closed_by_move));
  EXPECT_TRUE(is_open(fd));
}

TEST_F(File, AMissingFileIsNamedInTheError) {
  const Result<FileDescriptor> file = open_file(path("absent"), O_RDONLY);
  EXPECT_EQ(file.code(), Code::store_missing);
  EXPECT_NE(file.status().text().find(path("absent")), std::string::npos);
  EXPECT_EQ(stat_file(path("absent")).code(), Code::store_missing);
}

TEST_F(File, OneFileHasOneIdentityUnderTwoNames) {
  ASSERT_TRUE(open_file(path("a"), O_CREAT | O_WRONLY, 0600).ok());
  ASSERT_TRUE(open_file(path("other"), O_CREAT | O_WRONLY, 0600).ok());
  std::filesystem::create_hard_link(path("a"), path("b"));
  const FileIdentity a = identity_of(*stat_file(path("a")));
  const FileIdentity b = identity_of(*stat_file(path("b")));
  const FileIdentity other = identity_of(*stat_file(path("other")));
  EXPECT_TRUE(a == b);
  EXPECT_FALSE(a < b || b < a);
  EXPECT_TRUE((a < other) != (other < a)) << "any two are in order";
}

TEST_F(File, WriteAllWritesAll) {
  const std::string bytes(1'000'000, 'x');
  const Result<FileDescriptor> file = open_file(path("a"), O_CREAT | O_WRONLY, 0600);
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(write_all(file->get(), as_bytes(bytes), path("a")).ok());
  EXPECT_EQ(content(path("a")), bytes);
}

TEST_F(File, WriteAllTellsAFullDisk) {
  const Result<FileDescriptor> full = open_file("/dev/full", O_WRONLY);
  ASSERT_TRUE(full.ok());
  const Status status = write_all(full->get(), as_bytes("x"), "/dev/full");
  EXPECT_EQ(status.code(), Code::store_full);
  EXPECT_NE(status.text().find("/dev/full"), std::string::npos);
}

TEST_F(File, WhatIsNotWritableCannotBeWritten) {
  const Result<FileDescriptor> file = open_file("/dev/null", O_RDONLY);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(write_all(file->get(), as_bytes("x"), "it").code(), Code::io_error);
}

TEST_F(File, FilesAndDirectoriesCanBeSynced) {
  const Result<FileDescriptor> file = open_file(path("a"), O_CREAT | O_WRONLY, 0600);
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(sync_file(file->get(), path("a")).ok());
  EXPECT_TRUE(sync_directory(directory_).ok());
  EXPECT_EQ(sync_directory(path("absent")).code(), Code::store_missing);
  EXPECT_EQ(sync_directory(path("a")).code(), Code::store_missing) << "a file is no directory";
  EXPECT_EQ(sync_file(-1, "it").code(), Code::io_error);
}

TEST(ParentDirectory, OfEveryKindOfPath) {
  EXPECT_EQ(parent_directory("/var/lib/tokenry"), "/var/lib");
  EXPECT_EQ(parent_directory("lib/tokenry"), "lib");
  EXPECT_EQ(parent_directory("tokenry"), ".");
  EXPECT_EQ(parent_directory("/tokenry"), "/");
  EXPECT_EQ(parent_directory("./tokenry"), ".");
}

}  // namespace
}  // namespace tokenry::base
