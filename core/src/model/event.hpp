// An event of the log: what one admin change did, by whom and when. The numbers stand in the file
// and never change; the names are those of every face.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tokenry::model {

enum class Operation : std::uint8_t {
  store_created = 1,
  scope_added = 2,
  owner_created = 3,
  owner_ceiling = 4,
  owner_suspended = 5,
  owner_resumed = 6,
  owner_renamed = 7,
  owner_deleted = 8,
  created = 9,
  edited = 10,
  suspended = 11,
  resumed = 12,
  revoked = 13,
  purged = 14,
  frozen = 15,
  thawed = 16,
  rotated = 17,
  rotation_finished = 18,
  rotation_aborted = 19,
  secret_retired = 20,
  rows = 21,  // more rows of the change whose event stands before it
};
inline constexpr std::uint8_t kLastOperation = 21;

enum class FieldCode : std::uint8_t {
  label = 1,
  previous_label = 2,
  note = 3,  // that it was set; never its text
  scopes = 4,
  expires_at = 5,
  not_before = 6,
  ceiling = 7,
  new_owner = 8,
  scope = 9,  // may repeat
  allow_ips = 10,
  max_uses = 11,
  rates = 12,
  overlap_ends_at = 13,
  retire_on_use = 14,
  overlap_ended = 15,
  owner_made = 16,
};
inline constexpr std::uint8_t kLastFieldCode = 16;

enum class FieldKind : std::uint8_t { text = 1, time = 2, number = 3, flag = 4 };

// "owner_created" and so on; "unknown_operation" and "unknown_field" for numbers that there are
// not.
std::string_view operation_name(Operation operation);
std::string_view field_name(FieldCode code);
FieldKind field_kind(FieldCode code);

// What a change set. Of text and number the one that the kind names is used, the other is empty; a
// flag has neither. A time or number of 0 means none.
struct EventField {
  FieldCode code = FieldCode::label;
  std::string text;
  std::int64_t number = 0;

  bool operator==(const EventField&) const = default;
};

// A row that the change wrote or removed.
struct ChangedRow {
  char domain = 0;                      // the letter of its seal
  std::string key;                      // as in its table
  std::array<std::uint8_t, 16> seal{};  // zero: removed, or an unsealed store's

  bool operator==(const ChangedRow&) const = default;
};

struct Event {
  Operation operation = Operation::rows;
  std::uint64_t sequence = 0;
  std::int64_t at_ms = 0;
  std::uint64_t id = 0;  // of the token; 0 none
  std::string actor;
  std::string owner;
  std::string label;
  std::vector<EventField> fields;  // by rising code
  std::vector<ChangedRow> rows;    // by rising domain and key

  bool operator==(const Event&) const = default;
};

inline constexpr std::size_t kMaxRowsInEvent = 256;

}  // namespace tokenry::model
