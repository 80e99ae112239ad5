#include "progress_bar.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "output.hpp"

namespace tokenry::cli {
namespace {

constexpr std::size_t kWidth = 40;
constexpr std::string_view kClearLine = "\r\x1b[K";

bool can_draw() {
  if (isatty(STDERR_FILENO) == 0) return false;
  const char* terminal = std::getenv("TERM");
  return terminal == nullptr || std::string_view(terminal) != "dumb";
}

}  // namespace

ProgressBar::ProgressBar(std::string what) : what_(std::move(what)), enabled_(can_draw()) {}

ProgressBar::~ProgressBar() {
  if (drawn_) (void)write_all(STDERR_FILENO, kClearLine);
}

ProgressFunction ProgressBar::function() {
  if (!enabled_) return {};
  return [this](std::uint64_t done, std::uint64_t total) { draw(done, total); };
}

void ProgressBar::draw(std::uint64_t done, std::uint64_t total) {
  // What was done at once needs no bar.
  if (!drawn_ && done >= total) return;
  drawn_ = true;
  (void)write_all(STDERR_FILENO, std::string(kClearLine) + line(what_, done, total));
}

std::string ProgressBar::line(const std::string& what, std::uint64_t done, std::uint64_t total) {
  const double part =
      total == 0 ? 1 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<std::size_t>(part * kWidth);
  std::string bar(filled, '=');
  if (filled < kWidth) bar += '>';
  bar.resize(kWidth, ' ');
  std::string percent = std::to_string(static_cast<int>(part * 100));
  percent.insert(0, 3 - percent.size(), ' ');
  return what + " [" + bar + "] " + percent + " %";
}

}  // namespace tokenry::cli
