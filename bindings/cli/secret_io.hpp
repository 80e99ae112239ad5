// Secrets on their way in: read without echo, kept in wiped memory, out of core dumps.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tokenry.hpp>

namespace tokenry::cli {

// A token or header from standard input. Wiped when it dies; cannot be copied.
class SecretText {
 public:
  SecretText() = default;
  ~SecretText();
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;

  // Reads standard input: to its end, or a line without echo after prompt on a terminal. The line
  // end is dropped. Of a text longer than the library takes, just enough is kept for
  // too_long(). Throws Failure.
  void read_standard_input(std::string_view prompt);

  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }
  [[nodiscard]] bool too_long() const noexcept { return size_ > TOKENRY_MAX_CREDENTIALS; }

 private:
  void read_until(bool line_end_stops);
  void drop_line_end() noexcept;

  // Room for a line end and one byte that shows the text to be too long.
  std::array<char, TOKENRY_MAX_CREDENTIALS + 3> bytes_{};
  std::size_t size_ = 0;
};

// Keeps this process's memory out of core files and other processes' reach. Every command that
// handles a token calls it first.
void protect_process_memory() noexcept;

}  // namespace tokenry::cli
