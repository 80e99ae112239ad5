// The functions of tokenry.h, one line each: what may be wrong with their arguments, and a call.
#pragma once

#include <ostream>
#include <vector>

#include "arguments.hpp"

namespace capi_tests {

// An argument that can be spoilt. What is wrong in which way stands in spoilers.cpp.
enum class Part {
  store,
  closable_store,  // NULL is fine
  cursor,
  freeable_cursor,  // NULL is fine
  log,
  freeable_log,  // NULL is fine
  actor,
  owner,
  new_name,
  label,
  new_path,     // of a store to make
  open_path,    // of a store to open
  credentials,  // of tokenry_identify
  realm,
  id_text,
  store_options,
  open_options,
  backup_options,
  check_options,
  scope,
  ceiling,
  names,
  set,
  spec,
  edit,
  rotation,
  filter,
  log_filter,
  head,         // to print
  signed_head,  // to verify
  kept_head,    // to hold against the log
  new_head,     // output
  head_text,
  event_body,
  bytes32,  // a hash or a public key
  request,
  verdict,
  judged_verdict,
  id_buffer,  // 12 characters
  buffer,     // with its capacity
  output,
  token_id,
  rotated_id,  // of a token whose rotation is pending
  ids,
  revoked_ids,  // those must be revoked: for purge
  flags
};

struct Entry {
  const char* symbol;
  std::vector<Part> parts;
  int (*call)(Arguments&);

  // How a failing test names it.
  friend void PrintTo(const Entry& entry, std::ostream* out) { *out << entry.symbol; }
};

// The functions that can fail.
const std::vector<Entry>& fallible_entries();

// The functions that cannot: any argument is fine. Their checks are tests of their own.
const std::vector<const char*>& infallible_entries();

}  // namespace capi_tests
