// The rules for names and free text. Each check answers ok or one line that says the rule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/status.hpp"

namespace tokenry::model {

inline constexpr std::size_t kMinPrefix = 2;
inline constexpr std::size_t kMaxPrefix = 10;
inline constexpr std::size_t kMaxOwner = 128;
inline constexpr std::size_t kMaxLabel = 64;
inline constexpr std::size_t kMaxActor = 128;
inline constexpr std::size_t kMaxNote = 1024;
inline constexpr std::size_t kMaxScopeName = 64;
inline constexpr std::size_t kMaxScopeText = 256;

// Times are stored in 48 bits: until the year 10889.
inline constexpr std::int64_t kMaxTimeMs = (std::int64_t{1} << 48) - 1;

base::Status check_prefix(std::string_view prefix);
base::Status check_owner(std::string_view owner);
base::Status check_label(std::string_view label);
base::Status check_actor(std::string_view actor);
base::Status check_note(std::string_view note);
base::Status check_scope_name(std::string_view name);
base::Status check_scope_text(std::string_view what, std::string_view text);
base::Status check_time(std::string_view what, std::int64_t time_ms);

}  // namespace tokenry::model
