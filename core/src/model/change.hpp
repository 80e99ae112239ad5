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
#include "model/limits.hpp"
#include "model/network.hpp"
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
  std::vector<Network> networks;
  std::uint64_t max_uses = 0;
  std::vector<Rate> rates;
};

// Sets the fields that are given.
struct EditToken {
  std::uint64_t id = 0;
  std::optional<std::string> label;
  std::optional<std::string> note;
  std::optional<ScopeBits> granted;
  std::optional<std::int64_t> expires_at_ms;
  std::optional<std::int64_t> not_before_ms;
  std::optional<std::vector<Network>> networks;
  std::optional<std::uint64_t> max_uses;
  std::optional<std::vector<Rate>> rates;
};

// Gives the token a new secret, of that hash under the salt it has.
struct RotateToken {
  std::uint64_t id = 0;
  std::array<std::uint8_t, 16> hash{};
  // The newest secret makes way instead of becoming the previous one: nobody has used it yet.
  bool replaces_newest = false;
  std::int64_t overlap_ends_at_ms = 0;
  bool retires_on_use = false;
  bool retires_at_once = false;  // the overlap has ended, whatever a clock says
};

// Ends the overlap: the previous secret works no more.
struct FinishRotation {
  std::uint64_t id = 0;
};

// Gives up the newest secret for the previous one.
struct AbortRotation {
  std::uint64_t id = 0;
  bool newest_was_used = false;  // then it goes on being told from an unknown secret
};

// The newest secret was used for the first time and the rotation asked for this.
struct RetireSecret {
  std::uint64_t id = 0;
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
               CreateToken, EditToken, RotateToken, FinishRotation, AbortRotation, RetireSecret,
               SetTokenSuspended, RevokeTokens, PurgeTokens, SetFrozen>
      operation;
};

}  // namespace tokenry::model
