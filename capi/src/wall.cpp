#include "wall.hpp"

#include <algorithm>
#include <cstring>

namespace tokenry::capi {

namespace {

// Fixed room, so that keeping an error cannot fail.
thread_local char t_last_error[1024] = "";

}  // namespace

int fail(base::Code code, std::string_view text) noexcept {
  const std::size_t size = std::min(text.size(), sizeof t_last_error - 1);
  std::memcpy(t_last_error, text.data(), size);
  t_last_error[size] = '\0';
  // One line that a terminal can show, whatever a path or a name in it held.
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  std::replace_if(t_last_error, t_last_error + size, is_control, ' ');
  return static_cast<int>(code);
}

// Never destroyed: other threads may be inside a call when the process exits.
StoreTable& stores() {
  static StoreTable* const table = new StoreTable;
  return *table;
}

CursorTable& cursors() {
  static CursorTable* const table = new CursorTable;
  return *table;
}

LogTable& logs() {
  static LogTable* const table = new LogTable;
  return *table;
}

}  // namespace tokenry::capi

extern "C" const char* tokenry_last_error(void) { return tokenry::capi::t_last_error; }
