// Errors as values: a code and one line of text. Free on success.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tokenry::base {

// The numbers are those of enum tokenry_status in tokenry.h; capi asserts that they agree.
enum class Code : int {
  ok = 0,
  invalid_argument = 100,
  unknown_scope = 101,
  not_found = 102,
  conflict = 103,
  closed = 104,
  store_missing = 105,
  store_exists = 106,
  permission_denied = 107,
  store_busy = 108,
  store_full = 109,
  store_damaged = 110,
  format_unsupported = 111,
  key_missing = 112,
  key_wrong = 113,
  tampered = 114,
  filesystem_unsupported = 115,
  io_error = 116,
  no_memory = 117,
  store_open_elsewhere = 118,
  internal_error = 119,
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string text) : code_(code), text_(std::move(text)) {}

  bool ok() const { return code_ == Code::ok; }
  Code code() const { return code_; }
  const std::string& text() const { return text_; }

 private:
  Code code_ = Code::ok;
  std::string text_;
};

// The text of errno's value `error`, without a locale and safe in threads.
std::string errno_text(int error);

// An errno as a status: "WHAT: TEXT", with the code that fits (permission, full disk, missing,
// I/O).
Status errno_status(int error, std::string_view what);

// A value or the status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Status status) : state_(std::in_place_index<1>, std::move(status)) {}

  bool ok() const { return state_.index() == 0; }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  const Status& status() const { return std::get<1>(state_); }
  Code code() const { return ok() ? Code::ok : status().code(); }

  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }

 private:
  std::variant<T, Status> state_;
};

}  // namespace tokenry::base

#define TOKENRY_JOIN_INNER(a, b) a##b
#define TOKENRY_JOIN(a, b) TOKENRY_JOIN_INNER(a, b)

// Returns from the enclosing function with the status if it is not ok. The names in these macros
// count up, so that one may stand in a lambda within another.
#define TOKENRY_TRY(expression) \
  TOKENRY_TRY_INNER(expression, TOKENRY_JOIN(tokenry_status_, __COUNTER__))
#define TOKENRY_TRY_INNER(expression, status)                                       \
  do {                                                                              \
    if (::tokenry::base::Status status = (expression); !status.ok()) return status; \
  } while (false)

// `TOKENRY_ASSIGN(auto row, read_row(key))`: declares row, or returns the status.
#define TOKENRY_ASSIGN(declaration, expression) \
  TOKENRY_ASSIGN_INNER(declaration, expression, TOKENRY_JOIN(tokenry_result_, __COUNTER__))
#define TOKENRY_ASSIGN_INNER(declaration, expression, result) \
  auto result = (expression);                                 \
  if (!result.ok()) return result.status();                   \
  declaration = std::move(result).value()
