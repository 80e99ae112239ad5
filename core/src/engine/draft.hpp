// A store in the making.
#pragma once

#include <string>
#include <string_view>

#include "base/status.hpp"

namespace tokenry::engine {

// The path as it can be given a suffix.
std::string without_end_slashes(std::string_view path);

// A private directory beside path that becomes it when all is in it; gone with what is in it
// otherwise. One that a killed process left behind stands in nobody's way: names are random.
class Draft {
 public:
  static base::Result<Draft> begin(const std::string& path);
  ~Draft();
  Draft(Draft&& other) noexcept;
  Draft& operator=(Draft&&) = delete;
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const std::string& path() const { return path_; }
  // A key file elsewhere, to be removed as well if the store is not finished.
  void owns_key(std::string path) { outer_key_ = std::move(path); }
  // It has another name now.
  void finished() { path_.clear(); }

 private:
  explicit Draft(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::string outer_key_;
};

}  // namespace tokenry::engine
