#include "output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "json.hpp"
#include "text.hpp"

namespace tokenry::cli {
namespace {

constexpr std::size_t kFlushSize = 64 * 1024;

bool terminal_has_colour() {
  if (isatty(STDOUT_FILENO) == 0) return false;
  const char* no_colour = std::getenv("NO_COLOR");
  if (no_colour != nullptr && *no_colour != '\0') return false;
  const char* terminal = std::getenv("TERM");
  return terminal == nullptr || std::string_view(terminal) != "dumb";
}

// A reader that has gone ends the program, as is usual, but for the write of a secret: there the
// caller must still take the token back.
class BrokenPipeIsAnError {
 public:
  BrokenPipeIsAnError() noexcept { previous_ = std::signal(SIGPIPE, SIG_IGN); }
  ~BrokenPipeIsAnError() { std::signal(SIGPIPE, previous_); }
  BrokenPipeIsAnError(const BrokenPipeIsAnError&) = delete;
  BrokenPipeIsAnError& operator=(const BrokenPipeIsAnError&) = delete;

 private:
  void (*previous_)(int);
};

}  // namespace

bool write_all(int descriptor, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Output::Output() : colour_(terminal_has_colour()) {}

void Output::text(std::string_view text) {
  buffer_.append(text);
  if (buffer_.size() >= kFlushSize) flush();
}

void Output::line(std::string_view line) {
  buffer_.append(line);
  text("\n");
}

void Output::flush() {
  const bool written = write_all(STDOUT_FILENO, buffer_);
  const int error_number = errno;
  buffer_.clear();
  if (!written) fail_io("cannot write to standard output", error_number);
}

std::optional<std::size_t> Output::columns() noexcept {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

bool Output::write_secret(std::initializer_list<std::string_view> parts) noexcept {
  const BrokenPipeIsAnError guard;
  for (const std::string_view part : parts) {
    if (!write_all(STDOUT_FILENO, part)) return false;
  }
  return true;
}

void print_error(const Failure& failure, bool json) {
  const std::string message = printable(hide_secrets(failure.message()));
  std::string line;
  if (json) {
    line = error_json(failure.code(), message);
  } else {
    line = "tokenry: " + message;
  }
  line += '\n';
  // Where standard error is gone too, the exit code alone must tell.
  (void)write_all(STDERR_FILENO, line);
}

void print_notice(std::string_view text) {
  (void)write_all(STDERR_FILENO, "tokenry: " + printable(text) + "\n");
}

}  // namespace tokenry::cli
