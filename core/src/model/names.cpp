#include "model/names.hpp"

#include <string>

#include "base/text.hpp"

namespace tokenry::model {

using base::Code;
using base::Status;

namespace {

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alphanumeric(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

bool all_in(std::string_view text, std::string_view punctuation) {
  for (const char c : text) {
    if (!is_alphanumeric(c) && punctuation.find(c) == std::string_view::npos) return false;
  }
  return true;
}

Status invalid(std::string_view what, std::string_view rule) {
  return {Code::invalid_argument, std::string(what) + " must be " + std::string(rule)};
}

bool is_size(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most;
}

}  // namespace

Status check_prefix(std::string_view prefix) {
  bool fits = is_size(prefix, kMinPrefix, kMaxPrefix);
  for (const char c : prefix) fits = fits && is_lower_or_digit(c);
  return fits ? Status() : invalid("a prefix", "2 to 10 of a-z 0-9");
}

Status check_owner(std::string_view owner) {
  const bool fits = is_size(owner, 1, kMaxOwner) && all_in(owner, "._@+-");
  return fits ? Status() : invalid("an owner", "1 to 128 of A-Z a-z 0-9 . _ @ + -");
}

Status check_label(std::string_view label) {
  const bool fits = is_size(label, 1, kMaxLabel) && all_in(label, "._-");
  return fits ? Status() : invalid("a label", "1 to 64 of A-Z a-z 0-9 . _ -");
}

Status check_actor(std::string_view actor) {
  const bool fits = is_size(actor, 1, kMaxActor) && base::is_printable_utf8(actor);
  return fits ? Status()
              : invalid("the actor", "1 to 128 bytes of UTF-8 without control characters");
}

Status check_note(std::string_view note) {
  const bool fits = note.size() <= kMaxNote && base::is_plain_utf8(note);
  return fits ? Status()
              : invalid("a note",
                        "up to 1024 bytes of UTF-8 without control characters "
                        "(line ends and tabs are fine)");
}

Status check_scope_name(std::string_view name) {
  const bool fits =
      is_size(name, 1, kMaxScopeName) && is_alphanumeric(name.front()) && all_in(name, "._:/-");
  return fits ? Status()
              : invalid("a scope name",
                        "1 to 64 of A-Z a-z 0-9 . _ : / - and begin with a letter or digit");
}

Status check_scope_text(std::string_view what, std::string_view text) {
  const bool fits = text.size() <= kMaxScopeText && base::is_printable_utf8(text);
  return fits ? Status() : invalid(what, "up to 256 bytes of UTF-8 without control characters");
}

Status check_time(std::string_view what, std::int64_t time_ms) {
  const bool fits = time_ms >= 0 && time_ms <= kMaxTimeMs;
  return fits ? Status() : invalid(what, "between 1970 and the year 10889, or 0 for none");
}

}  // namespace tokenry::model
