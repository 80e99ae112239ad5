#include "secret_io.hpp"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "failure.hpp"
#include "output.hpp"

namespace tokenry::cli {
namespace {

constexpr std::array<int, 4> kEndingSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

// What the signal handler needs to give the terminal its echo back.
termios terminal_before{};

extern "C" void restore_echo_and_end(int signal_number) {
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

// Switches the terminal's echo off, and back on however the program goes on or ends.
class WithoutEcho {
 public:
  WithoutEcho() {
    if (tcgetattr(STDIN_FILENO, &terminal_before) != 0) fail_io("cannot read the terminal", errno);
    for (std::size_t i = 0; i < kEndingSignals.size(); ++i) {
      previous_[i] = std::signal(kEndingSignals[i], restore_echo_and_end);
    }
    termios silent = terminal_before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL);
    // A stopped program would leave the shell without echo.
    silent.c_cc[VSUSP] = _POSIX_VDISABLE;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~WithoutEcho() {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
    for (std::size_t i = 0; i < kEndingSignals.size(); ++i) {
      std::signal(kEndingSignals[i], previous_[i]);
    }
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;

 private:
  std::array<void (*)(int), kEndingSignals.size()> previous_{};
};

}  // namespace

SecretText::~SecretText() { explicit_bzero(bytes_.data(), bytes_.size()); }

void SecretText::read_standard_input(std::string_view prompt) {
  size_ = 0;
  if (isatty(STDIN_FILENO) == 0) {
    read_until(false);
  } else {
    const WithoutEcho guard;
    (void)write_all(STDERR_FILENO, std::string(prompt) + " (not shown): ");
    read_until(true);
    (void)write_all(STDERR_FILENO, "\n");
  }
  drop_line_end();
}

void SecretText::read_until(bool line_end_stops) {
  while (size_ < bytes_.size()) {
    const ssize_t count = read(STDIN_FILENO, bytes_.data() + size_, bytes_.size() - size_);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_io("cannot read standard input", errno);
    if (count == 0) return;
    size_ += static_cast<std::size_t>(count);
    if (line_end_stops && bytes_[size_ - 1] == '\n') return;
  }
}

void SecretText::drop_line_end() noexcept {
  if (size_ > 0 && bytes_[size_ - 1] == '\n') --size_;
  if (size_ > 0 && bytes_[size_ - 1] == '\r') --size_;
}

void protect_process_memory() noexcept {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace tokenry::cli
