// A change: what an admin call came to, decided in full. Plain, self-contained and idempotent; the
// engine's apply() is the only code that turns one into rows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/catalog.hpp"
#include "model/scope_bits.hpp"

namespace tokenry::model {

// The first change of a store: its catalog and its control row.
struct CreateStore {
  std::vector<Scope> scopes;
};

struct AddScopes {
  std::vector<Scope> scopes;
};

// Makes the owner, or sets the ceiling of the one there is.
struct SetCeiling {
  std::string owner;
  ScopeBits ceiling;  // expanded
};

struct SetOwnerSuspended {
  std::string owner;
  bool suspended = false;
};

struct RenameOwner {
  std::string owner;
  std::string new_name;
};

// Revokes the owner's tokens and removes its row.
struct DeleteOwner {
  std::string owner;
};

// The id names a slot that is free or comes next. Makes a missing owner with no ceiling.
struct CreateToken {
  std::uint64_t id = 0;
  std::string owner;
  std::string label;
  std::string note;
  ScopeBits granted;
  std::int64_t expires_at_ms = 0;
  std::int64_t not_before_ms = 0;
  std::array<std::uint8_t, 16> salt{};
  std::array<std::uint8_t, 16> hash{};
};

// Sets the fields that are given.
struct EditToken {
  std::uint64_t id = 0;
  std::optional<std::string> label;
  std::optional<std::string> note;
  std::optional<ScopeBits> granted;
  std::optional<std::int64_t> expires_at_ms;
  std::optional<std::int64_t> not_before_ms;
};

struct SetTokenSuspended {
  std::vector<std::uint64_t> ids;
  bool suspended = false;
};

struct RevokeTokens {
  std::vector<std::uint64_t> ids;
};

// Frees the slots of revoked tokens.
struct PurgeTokens {
  struct Freed {
    std::uint64_t id = 0;
    // For the slot's next token; none where the generations ran out and the slot is not used again.
    std::optional<std::uint32_t> next_generation;
  };
  std::vector<Freed> tokens;
};

struct SetFrozen {
  bool frozen = false;
};

struct Change {
  std::string actor;
  std::int64_t at_ms = 0;
  std::variant<CreateStore, AddScopes, SetCeiling, SetOwnerSuspended, RenameOwner, DeleteOwner,
               CreateToken, EditToken, SetTokenSuspended, RevokeTokens, PurgeTokens, SetFrozen>
      operation;
};

}  // namespace tokenry::model
