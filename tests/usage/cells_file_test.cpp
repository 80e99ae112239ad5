// Where the file of cells lies, who may have made it, and what is refused.
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include "cells_fixture.hpp"
#include "shared_memory.hpp"
#include "usage/fold.hpp"

namespace tokenry::test {
namespace {

using base::Code;
using ::testing::Test;
using usage::Cells;

class CellsFileTest : public CellsTest {
 protected:
  // What stands at the path is refused in these words, and stays as it is.
  void expect_refused(Code code, const std::string& words, const usage::CellsPlace& place) {
    const std::string at = usage::path_of_cells(place);
    const struct stat before = facts_of(at);
    const auto refused = Cells::attach(place);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.code(), code) << refused.status().text();
    EXPECT_NE(refused.status().text().find(words), std::string::npos) << refused.status().text();
    EXPECT_NE(refused.status().text().find(at), std::string::npos) << refused.status().text();
    const struct stat after = facts_of(at);
    EXPECT_EQ(after.st_ino, before.st_ino);
    EXPECT_EQ(after.st_size, before.st_size);
    EXPECT_EQ(after.st_mode, before.st_mode);
    EXPECT_EQ(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
    EXPECT_EQ(after.st_ctim.tv_nsec, before.st_ctim.tv_nsec);
  }
  void expect_refused(Code code, const std::string& words) { expect_refused(code, words, place_); }

  // Overwrites bytes of the file.
  void patch(std::size_t offset, const std::string& bytes) const {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file << bytes;
    ASSERT_TRUE(file.good());
  }
  std::string bytes_at(std::size_t offset, std::size_t size) const {
    std::ifstream file(path(), std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    std::string bytes(size, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(size));
    return bytes;
  }
  template <typename Number>
  Number number_at(std::size_t offset) const {
    Number number{};
    std::memcpy(&number, bytes_at(offset, sizeof number).data(), sizeof number);
    return number;
  }
  std::size_t files() const {
    const std::filesystem::directory_iterator all(directory_);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
};

TEST_F(CellsFileTest, TheHeaderIsThatOfTheFormat) {
  const auto cells = attach();
  ASSERT_TRUE(cells->find(0));
  EXPECT_EQ(bytes_at(0, 8), "tkrycell");
  EXPECT_EQ(number_at<std::uint32_t>(8), 1U);
  EXPECT_EQ(bytes_at(16, 16), std::string(place_.store_id.begin(), place_.store_id.end()));
  EXPECT_EQ(number_at<std::uint64_t>(32), place_.data_file.device);
  EXPECT_EQ(number_at<std::uint64_t>(40), place_.data_file.inode);
  EXPECT_EQ(number_at<std::uint64_t>(48), cells->id());
  EXPECT_NE(cells->id() >> 32, 0U);
  const std::uint64_t age_us = usage::boot_clock_us() - number_at<std::uint64_t>(56);
  EXPECT_LT(age_us, 60'000'000U);
  EXPECT_LE(cells->now_us(), age_us + 60'000'000U);
  EXPECT_EQ(number_at<std::uint32_t>(64), 1U);
  EXPECT_EQ(bytes_at(68, 4028), std::string(4028, '\0'));
  EXPECT_EQ(facts_of(path()).st_size, 4096 + 528'384);
}

// The words lie where the format says, so that another layout cannot slip in unnoticed.
TEST_F(CellsFileTest, TheCellIsThatOfTheFormat) {
  const auto cells = attach();
  const model::Address from = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  cells->find(4097).count_use(use_at(kNow, &from, scopes({0, 70, 255})));
  cells->find(4097).note_newest_secret(0x1111);
  cells->find(4097).note_previous_secret(0x2222, kNow);
  cells->find(4097).count_denial(kGeneration);
  constexpr std::size_t kSegment = 4096 + 528'384;
  constexpr std::size_t kCell = kSegment + 4096 + 128;
  const auto word = [&](std::size_t index) { return number_at<std::uint64_t>(kCell + 8 * index); };
  constexpr std::uint64_t kTag = 0x2345ULL << 48;
  constexpr std::uint64_t kMark = (kNow & 0xffffULL) << 48;
  EXPECT_EQ(word(0), kTag | static_cast<std::uint64_t>(kNow));
  EXPECT_EQ(word(1), kTag | 1);
  EXPECT_EQ(word(2), kMark | 0x0102'0304'0506);
  EXPECT_EQ(word(3), kMark | 0x0708'090a'0b0c);
  EXPECT_EQ(word(4) & 0xffff'0000'ffff'ffff, kMark | 0x0d0e'0f10);
  EXPECT_NE(word(4) & 0x0000'ffff'0000'0000, 0U);
  EXPECT_EQ(word(8), 1U);
  EXPECT_EQ(word(9), 1U << 6);
  EXPECT_EQ(word(11), 1ULL << 63);
  EXPECT_EQ(word(12), kTag | 1);
  EXPECT_EQ(word(13), 0x1111U);
  EXPECT_EQ(word(14), 0x2222ULL << 48 | static_cast<std::uint64_t>(kNow));
  EXPECT_EQ(word(15), kGeneration);
  EXPECT_EQ(number_at<std::uint64_t>(kSegment), 2U) << "the bit of a changed cell";
}

TEST_F(CellsFileTest, TheDefaultPlaceIsInMemory) {
  usage::CellsPlace place = place_;
  place.directory.clear();
  const bool has_own = std::filesystem::is_directory("/run/tokenry");
  const std::string found = usage::path_of_cells(place);
  EXPECT_EQ(found.rfind(has_own ? "/run/tokenry/tokenry-" : "/dev/shm/tokenry-", 0), 0U) << found;
  EXPECT_EQ(found.size() - found.rfind("tokenry-"), 8U + 32U) << found;
}

TEST_F(CellsFileTest, AllWhoAttachShare) {
  const auto first = attach();
  const auto second = attach();
  EXPECT_EQ(first->id(), second->id());
  EXPECT_EQ(first->path(), second->path());
  first->find(5).count_use(use_at(kNow));
  EXPECT_EQ(second->peek(5).read(kGeneration).uses, 1U);
  EXPECT_EQ(files(), 1U) << "no temporary file is left";
}

TEST_F(CellsFileTest, TheClockIsTheSameForAll) {
  const auto first = attach();
  const std::uint64_t earlier = first->now_us();
  const auto second = attach();
  const std::uint64_t later = second->now_us();
  EXPECT_LE(earlier, later);
  EXPECT_LE(later, first->now_us());
  EXPECT_LT(later, 60'000'000U);
}

TEST_F(CellsFileTest, ACopiedStoreHasOtherCells) {
  const auto cells = attach();
  cells->find(0).count_use(use_at(kNow));
  std::filesystem::copy_file(data_file_, scratch_ / "copy.mdb");
  const auto copys = attached(place_of(scratch_ / "copy.mdb", directory_));
  EXPECT_NE(copys->path(), cells->path());
  EXPECT_NE(copys->id(), cells->id());
  EXPECT_EQ(copys->find(0).read(kGeneration).uses, 0U);
}

TEST_F(CellsFileTest, EachPartOfThePlaceMakesAnotherName) {
  std::vector<usage::CellsPlace> places(4, place_);
  places[1].store_id[15] ^= 1;
  places[2].data_file.inode += 1;
  places[3].data_file.device += 1;
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(usage::path_of_cells(places[i]), usage::path_of_cells(places[j])) << i << j;
    }
  }
}

TEST_F(CellsFileTest, TheModeIsTheStoresWhateverTheMask) {
  for (const mode_t mask : {0000U, 0022U, 0077U, 0777U}) {
    for (const mode_t mode : {0600U, 0660U, 0640U, 0666U, 0664U}) {
      ASSERT_EQ(::chmod(data_file_.c_str(), mode), 0);
      const mode_t old_mask = ::umask(mask);
      const auto cells = Cells::attach(place_of(data_file_, directory_));
      ::umask(old_mask);
      ASSERT_TRUE(cells.ok()) << cells.status().text();
      EXPECT_EQ(facts_of(path()).st_mode & 07777, mode & 0660) << std::oct << mode << " " << mask;
      EXPECT_EQ(facts_of(path()).st_uid, place_.owner);
      EXPECT_EQ(facts_of(path()).st_gid, place_.group);
      std::filesystem::remove(path());
    }
  }
}

TEST_F(CellsFileTest, AnUnlinkedFileIsNoticedAndWorksOn) {
  const auto old_cells = attach();
  EXPECT_TRUE(old_cells->is_named());
  std::filesystem::remove(path());
  EXPECT_FALSE(old_cells->is_named());
  old_cells->find(3).count_use(use_at(kNow));
  EXPECT_TRUE(old_cells->find(5000)) << "it can even grow";

  const auto cells = attach();
  EXPECT_TRUE(cells->is_named());
  EXPECT_FALSE(old_cells->is_named()) << "the path leads to another file";
  EXPECT_NE(cells->id(), old_cells->id());
  EXPECT_EQ(cells->find(3).read(kGeneration).uses, 0U);

  auto fold = usage::Fold::begin(old_cells);
  ASSERT_TRUE(fold.ok()) << fold.status().text();
  ASSERT_TRUE(fold->has_value());
  EXPECT_EQ((*fold)->take(10), std::vector<std::uint32_t>{3});
  EXPECT_EQ(old_cells->peek(3).read(kGeneration).uses, 1U);
}

TEST_F(CellsFileTest, AFileOfAnEarlierBootIsReplaced) {
  const auto old_cells = attach();
  old_cells->find(0).count_use(use_at(kNow));
  patch(52, "\x01\x02\x03\x04");
  const auto cells = attach();
  EXPECT_NE(cells->id(), old_cells->id());
  EXPECT_EQ(cells->id() >> 32, old_cells->id() >> 32) << "the boot is the same";
  EXPECT_EQ(cells->find(0).read(kGeneration).uses, 0U);
  EXPECT_FALSE(old_cells->is_named());
  EXPECT_EQ(old_cells->peek(0).read(kGeneration).uses, 1U) << "who has it goes on";
  EXPECT_EQ(files(), 1U);
}

TEST_F(CellsFileTest, AFileOfAnOlderLayoutIsReplaced) {
  const std::uint64_t old_id = attach()->id();
  patch(8, std::string(4, '\0'));
  EXPECT_NE(attach()->id(), old_id);
  EXPECT_EQ(number_at<std::uint32_t>(8), 1U);
  EXPECT_EQ(files(), 1U);
}

TEST_F(CellsFileTest, AFileOfANewerLayoutIsRefused) {
  attach();
  patch(8, std::string("\x02\0\0\0", 4));
  expect_refused(Code::format_unsupported, "layout 2");
}

TEST_F(CellsFileTest, AWrongHeaderIsRefused) {
  const std::vector<std::pair<std::size_t, std::string>> cases = {
      {0, "is not a file of usage cells"},
      {7, "is not a file of usage cells"},
      {16, "of another store"},
      {31, "of another store"},
      {32, "of another store"},
      {40, "of another store"},
      {47, "of another store"}};
  for (const auto& [offset, words] : cases) {
    std::filesystem::remove(path());
    attach();
    patch(offset, std::string(1, static_cast<char>(~bytes_at(offset, 1)[0])));
    expect_refused(Code::store_damaged, words);
  }
}

TEST_F(CellsFileTest, AShortFileIsRefused) {
  for (const off_t size : {0, 1, 8, 67, 71, 72, 4095}) {
    std::filesystem::remove(path());
    attach();
    ASSERT_EQ(::truncate(path().c_str(), size), 0);
    expect_refused(Code::store_damaged, "too short");
  }
  std::filesystem::remove(path());
  const std::uint64_t id = attach()->id();
  ASSERT_EQ(::truncate(path().c_str(), 4096), 0);
  EXPECT_EQ(attach()->id(), id) << "a header alone is long enough";
}

TEST_F(CellsFileTest, WhatIsNoFileIsRefused) {
  const std::string target = scratch_ / "target";
  make_file(target, "precious");
  const std::vector<std::pair<std::string, std::function<int()>>> cases = {
      {"a symbolic link", [&] { return ::symlink(target.c_str(), path().c_str()); }},
      {"a directory", [&] { return ::mkdir(path().c_str(), 0700); }},
      {"a pipe", [&] { return ::mkfifo(path().c_str(), 0600); }}};
  for (const auto& [words, make] : cases) {
    ASSERT_EQ(make(), 0);
    expect_refused(Code::permission_denied, "is " + words);
    std::filesystem::remove(path());
  }
  EXPECT_EQ(facts_of(target).st_size, 8);
}

TEST_F(CellsFileTest, ASymbolicLinkToRealCellsIsRefusedToo) {
  attach();
  std::filesystem::rename(path(), scratch_ / "moved");
  std::filesystem::create_symlink(scratch_ / "moved", path());
  expect_refused(Code::permission_denied, "is a symbolic link");
}

TEST_F(CellsFileTest, WhatOthersCanUseIsRefused) {
  attach();
  for (const mode_t mode : {0604U, 0602U, 0601U, 0666U, 0620U, 0640U, 04600U}) {
    ASSERT_EQ(::chmod(path().c_str(), mode), 0);
    expect_refused(Code::permission_denied, "lets in more than the 0600");
  }
  ASSERT_EQ(::chmod(path().c_str(), 0600), 0);
  EXPECT_TRUE(Cells::attach(place_).ok());
}

TEST_F(CellsFileTest, ManyNamesAreRefused) {
  const auto cells = attach();
  std::filesystem::create_hard_link(path(), scratch_ / "second");
  EXPECT_EQ(attach()->id(), cells->id()) << "two names a file has while it is made";
  std::filesystem::create_hard_link(path(), scratch_ / "third");
  expect_refused(Code::permission_denied, "more names");
}

// The store belongs to somebody else, so a file of ours is a stranger's. (Root's is nobody's
// stranger; users_test.cpp has that case with real users.)
TEST_F(CellsFileTest, AForeignOwnerIsRefused) {
  usage::CellsPlace place = place_;
  attach();
  place.owner = ::geteuid() + 64'000;
  if (::geteuid() == 0) {
    EXPECT_TRUE(Cells::attach(place).ok());
    ASSERT_EQ(::chown(path().c_str(), 64'001, place.group), 0);
    ASSERT_NE(place.owner, 64'001U);
  }
  expect_refused(Code::permission_denied, "belongs to user", place);
}

TEST_F(CellsFileTest, AMissingDirectoryIsSaid) {
  usage::CellsPlace place = place_;
  place.directory = scratch_ / "missing";
  const auto refused = Cells::attach(place);
  EXPECT_EQ(refused.code(), Code::store_missing);
  EXPECT_NE(refused.status().text().find(place.directory), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(place.directory));
}

TEST_F(CellsFileTest, AFileThatCannotBeMadeLeavesNothing) {
  Child child([&](const Link& parent) {
    const rlimit limit{4095, RLIM_INFINITY};
    parent.require(::setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
    const auto refused = Cells::attach(place_);
    parent.require(!refused.ok(), "a header beyond the limit");
    parent.require(refused.status().text().find("cannot grow") != std::string::npos,
                   refused.status().text());
    return 0;
  });
  EXPECT_EQ(child.end(), "");
  EXPECT_EQ(files(), 0U);
  EXPECT_TRUE(Cells::attach(place_).ok());
}

// Many processes find no file at the same moment: one file, and all use that.
TEST_F(CellsFileTest, AllWhoComeAtOnceShare) {
  for (int round = 0; round < 100; ++round) {
    std::filesystem::remove(path());
    const SharedCounters waiting(1);
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < 8; ++i) {
      children.push_back(std::make_unique<Child>([&](const Link& parent) {
        waiting[0].fetch_add(1);
        while (waiting[0].load() < 8) std::this_thread::yield();
        const auto cells = attach();
        cells->find(0).count_use(use_at(kNow));
        parent.require(cells->is_named(), "its file was replaced");
        return 0;
      }));
    }
    for (const auto& child : children) EXPECT_EQ(child->end(), "");
    EXPECT_EQ(attach()->find(0).read(kGeneration).uses, 8U);
    EXPECT_EQ(files(), 1U);
  }
}

}  // namespace
}  // namespace tokenry::test
