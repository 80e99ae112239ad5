// Standard output and standard error. Nothing else in the program writes to them.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "failure.hpp"

namespace tokenry::cli {

// Standard output, buffered, every write checked: a full disk is an error (exit code 5), never a
// silently shorter answer.
class Output {
 public:
  Output();

  // Appends text; writes when the buffer is large.
  void text(std::string_view text);
  void line(std::string_view line);

  // Writes what is buffered. Throws Failure.
  void flush();

  // Writes the parts at once, without copying them, since some of them may be secret. False with
  // errno set when that failed, also when the reader has gone.
  [[nodiscard]] bool write_secret(std::initializer_list<std::string_view> parts) noexcept;

  // Whether colour may be used: a terminal that knows it, and NO_COLOR not set.
  [[nodiscard]] bool colour() const noexcept { return colour_; }

  // Columns of the terminal; none where standard output is not one, or does not tell.
  [[nodiscard]] static std::optional<std::size_t> columns() noexcept;

 private:
  std::string buffer_;
  bool colour_ = false;
};

// Writes all of text to descriptor; false with errno set when that failed.
[[nodiscard]] bool write_all(int descriptor, std::string_view text) noexcept;

// One "tokenry: ..." line, or with json one {"error":{...}} object, on standard error.
void print_error(const Failure& failure, bool json);

// A remark that is no error, on standard error.
void print_notice(std::string_view text);

}  // namespace tokenry::cli
