// A data file and its usage cells in a directory of the test's own.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>

#include "support/child.hpp"
#include "support/scratch.hpp"
#include "usage/cells.hpp"

namespace tokenry::test {

inline constexpr std::int64_t kNow = 1'800'000'000;
inline constexpr std::uint32_t kGeneration = 0x0001'2345;

// ::ffff:192.0.2.LAST
inline model::Address ipv4(std::uint8_t last) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, last}};
}

// An address whose bytes are all the same.
inline model::Address address_of(std::uint8_t byte) {
  model::Address address;
  address.bytes.fill(byte);
  return address;
}

inline model::ScopeBits scopes(std::initializer_list<std::size_t> bits) {
  model::ScopeBits set;
  for (const std::size_t bit : bits) set.add(bit);
  return set;
}

inline usage::Use use_at(std::int64_t now_s, const model::Address* address = nullptr,
                         model::ScopeBits exercised = {}) {
  return {kGeneration, now_s, address, exercised};
}

inline void make_file(const std::string& path, const std::string& content = "",
                      mode_t mode = 0600) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 || ::fchmod(fd, mode) != 0 ||
      ::write(fd, content.data(), content.size()) != static_cast<ssize_t>(content.size())) {
    throw std::runtime_error("cannot make " + path);
  }
  ::close(fd);
}

inline struct stat facts_of(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) throw std::runtime_error("cannot stat " + path);
  return found;
}

// The place of the cells of a store whose data file is this one, as the engine makes it.
inline usage::CellsPlace place_of(const std::string& data_file, const std::string& directory) {
  const struct stat found = facts_of(data_file);
  usage::CellsPlace place;
  place.store_id = {0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 1, 2, 3, 4, 5, 6, 7, 8};
  place.data_file = base::identity_of(found);
  place.owner = found.st_uid;
  place.group = found.st_gid;
  place.mode = found.st_mode;
  place.directory = directory;
  return place;
}

// Throws, so that it also serves in child processes.
inline std::shared_ptr<usage::Cells> attached(const usage::CellsPlace& place) {
  auto cells = usage::Cells::attach(place);
  if (!cells.ok()) throw std::runtime_error(cells.status().text());
  return std::move(cells).value();
}

class CellsTest : public ::testing::Test {
 protected:
  CellsTest() {
    if (::mkdir(directory_.c_str(), 0700) != 0) throw std::runtime_error("cannot make a folder");
    make_file(data_file_);
    place_ = place_of(data_file_, directory_);
  }

  std::shared_ptr<usage::Cells> attach() const { return attached(place_); }
  std::string path() const { return usage::path_of_cells(place_); }

  ScratchDirectory scratch_;
  const std::string directory_ = scratch_ / "cells";
  const std::string data_file_ = scratch_ / "data.mdb";
  usage::CellsPlace place_;
};

}  // namespace tokenry::test
