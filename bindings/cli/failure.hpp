// How a command ends: exit codes, and the one exception that carries an error to main.
#pragma once

#include <exception>
#include <string>
#include <tokenry.hpp>
#include <utility>

namespace tokenry::cli {

// The exit codes are part of the command line's interface; scripts branch on them.
constexpr int kExitDone = 0;
constexpr int kExitDenied = 1;
constexpr int kExitUsage = 2;
constexpr int kExitNotFound = 3;
constexpr int kExitConflict = 4;
constexpr int kExitStore = 5;

int exit_code(Code code) noexcept;

// An error on its way to standard error: a code and one line of text.
class Failure : public std::exception {
 public:
  Failure(Code code, std::string message) : code_(code), message_(std::move(message)) {}
  explicit Failure(const Status& status) : Failure(status.code(), status.message()) {}

  [[nodiscard]] Code code() const noexcept { return code_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

 private:
  Code code_;
  std::string message_;
};

// Wrong usage: exit code 2.
[[noreturn]] void fail_usage(std::string message);

// An input or output error: exit code 5. Text: "WHAT: the system's message for error_number".
[[noreturn]] void fail_io(const std::string& what, int error_number);

}  // namespace tokenry::cli
