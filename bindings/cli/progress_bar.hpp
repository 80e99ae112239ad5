// A bar on standard error while something long runs.
#pragma once

#include <cstdint>
#include <string>
#include <tokenry.hpp>

namespace tokenry::cli {

// Draws only where standard error is a terminal that can take it back; gone when it dies.
class ProgressBar {
 public:
  // what: "Copying", "Checking".
  explicit ProgressBar(std::string what);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // For the options of a call that this object outlives; empty where nothing is drawn.
  [[nodiscard]] ProgressFunction function();

  // The line for done of total: "Checking [=====>    ]  52 %".
  static std::string line(const std::string& what, std::uint64_t done, std::uint64_t total);

 private:
  void draw(std::uint64_t done, std::uint64_t total);

  std::string what_;
  bool enabled_ = false;
  bool drawn_ = false;
};

}  // namespace tokenry::cli
