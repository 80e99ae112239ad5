#include "model/event.hpp"

namespace tokenry::model {

namespace {

// By number; there is no 0.
constexpr std::array<std::string_view, kLastOperation + 1> kOperationNames = {
    "unknown_operation",
    "store_created",
    "scope_added",
    "owner_created",
    "owner_ceiling",
    "owner_suspended",
    "owner_resumed",
    "owner_renamed",
    "owner_deleted",
    "created",
    "edited",
    "suspended",
    "resumed",
    "revoked",
    "purged",
    "frozen",
    "thawed",
    "rotated",
    "rotation_finished",
    "rotation_aborted",
    "secret_retired",
    "rows",
};

struct FieldFacts {
  std::string_view name;
  FieldKind kind;
};

constexpr std::array<FieldFacts, kLastFieldCode + 1> kFields = {{
    {"unknown_field", FieldKind::flag},
    {"label", FieldKind::text},
    {"previous_label", FieldKind::text},
    {"note", FieldKind::flag},
    {"scopes", FieldKind::text},
    {"expires_at", FieldKind::time},
    {"not_before", FieldKind::time},
    {"ceiling", FieldKind::text},
    {"new_owner", FieldKind::text},
    {"scope", FieldKind::text},
    {"allow_ips", FieldKind::text},
    {"max_uses", FieldKind::number},
    {"rates", FieldKind::text},
    {"overlap_ends_at", FieldKind::time},
    {"retire_on_use", FieldKind::flag},
    {"overlap_ended", FieldKind::flag},
    {"owner_made", FieldKind::flag},
}};

const FieldFacts& facts_of(FieldCode code) {
  const auto number = static_cast<std::size_t>(code);
  return kFields[number < kFields.size() ? number : 0];
}

}  // namespace

std::string_view operation_name(Operation operation) {
  const auto number = static_cast<std::size_t>(operation);
  return kOperationNames[number < kOperationNames.size() ? number : 0];
}

std::string_view field_name(FieldCode code) { return facts_of(code).name; }

FieldKind field_kind(FieldCode code) { return facts_of(code).kind; }

}  // namespace tokenry::model
