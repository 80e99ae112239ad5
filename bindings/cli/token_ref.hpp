// How a command names a token: OWNER/LABEL, an id, or "-" for a token's text on standard input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tokenry.hpp>
#include <vector>

namespace tokenry::cli {

// The argument's name in help texts.
constexpr char kTokenHelp[] =
    "OWNER/LABEL, an id of 11 digits, or - for a token's text on "
    "standard input";

class TokenRef {
 public:
  // Throws a usage Failure for anything that is none of the three. Reads nothing yet.
  explicit TokenRef(std::string_view text);

  [[nodiscard]] bool is_standard_input() const noexcept { return kind_ == Kind::kStandardInput; }
  // For messages; never a secret.
  [[nodiscard]] const std::string& shown() const noexcept { return shown_; }

  // The token's id, reading standard input if that is meant. An id that is given as such is not
  // looked up. 0 with a status on failure; throws Failure if standard input holds no token.
  [[nodiscard]] std::uint64_t resolve(const Store& store, Status& status) const;
  // The same; throws Error for a failure.
  [[nodiscard]] std::uint64_t resolve(const Store& store) const;

 private:
  enum class Kind { kName, kId, kStandardInput };

  Kind kind_ = Kind::kName;
  std::string shown_;
  std::string owner_;
  std::string label_;
  std::uint64_t id_ = 0;
};

// Reads several; at most one may be "-".
std::vector<TokenRef> parse_token_refs(const std::vector<std::string>& texts);

}  // namespace tokenry::cli
