// What an examination found to be wrong: one line each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tokenry::base {

// Keeps the first kKept lines and counts all of them, so that a file of garbage costs no memory.
class Findings {
 public:
  static constexpr std::size_t kKept = 1000;

  void add(std::string line) {
    ++total_;
    if (lines_.size() < kKept) lines_.push_back(std::move(line));
  }

  void add_all(Findings more) {
    total_ += more.total_ - more.lines_.size();
    for (std::string& line : more.lines_) add(std::move(line));
  }

  bool empty() const { return total_ == 0; }
  std::uint64_t total() const { return total_; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
  std::uint64_t total_ = 0;
};

}  // namespace tokenry::base
