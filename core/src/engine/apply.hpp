// Turns changes into rows and events: the only code that writes tables and indexes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "engine/event_writer.hpp"
#include "engine/rows.hpp"
#include "model/change.hpp"

namespace tokenry::engine {

// Applies changes within one write transaction. Each change is checked before its first write; one
// that fails later (full store) leaves it to the caller to abort the transaction.
class Applier {
 public:
  explicit Applier(RowEditor& rows, BrokenLog broken_log = BrokenLog::refuse)
      : rows_(rows), log_(rows, broken_log) {}

  base::Status apply(const model::Change& change);

  // Signs the log; to be called once, before the commit.
  base::Status finish() { return log_.finish(); }
  bool log_broken() const { return log_.broken(); }

  const RowEditor& rows() const { return rows_; }
  // For rows that no change speaks of: usage rows.
  RowEditor& editor() { return rows_; }

  // The catalog as of now; read once in a transaction, since applying many changes asks often.
  base::Result<const model::Catalog*> catalog();

  // The owner's tokens, by label; those not revoked alone, or all.
  enum class Which { live, all };
  base::Result<std::vector<IndexedToken>> tokens_of(std::string_view owner, Which which) const;

 private:
  base::Status operate(const model::Change& change, const model::CreateStore& operation);
  base::Status operate(const model::Change& change, const model::AddScopes& operation);
  base::Status operate(const model::Change& change, const model::SetCeiling& operation);
  base::Status operate(const model::Change& change, const model::SetOwnerSuspended& operation);
  base::Status operate(const model::Change& change, const model::RenameOwner& operation);
  base::Status operate(const model::Change& change, const model::DeleteOwner& operation);
  base::Status operate(const model::Change& change, const model::CreateToken& operation);
  base::Status operate(const model::Change& change, const model::EditToken& operation);
  base::Status operate(const model::Change& change, const model::RotateToken& operation);
  base::Status operate(const model::Change& change, const model::FinishRotation& operation);
  base::Status operate(const model::Change& change, const model::AbortRotation& operation);
  base::Status operate(const model::Change& change, const model::RetireSecret& operation);
  base::Status operate(const model::Change& change, const model::SetTokenSuspended& operation);
  base::Status operate(const model::Change& change, const model::RevokeTokens& operation);
  base::Status operate(const model::Change& change, const model::PurgeTokens& operation);
  base::Status operate(const model::Change& change, const model::SetFrozen& operation);

  base::Status grow_catalog(const std::vector<model::Scope>& scopes, model::Event& event);
  base::Result<model::Owner> owner_for_new_token(const model::Change& change, std::string_view name,
                                                 model::Event& event);
  base::Status take_slot(std::uint64_t id);
  base::Status check_label_free(std::string_view owner, std::string_view label,
                                std::uint64_t except_id) const;
  base::Result<model::ScopeBits> effective(const model::ScopeBits& granted,
                                           const model::ScopeBits& ceiling);
  // Sets the limits, and makes void what was counted for those that they replace.
  base::Status set_max_uses(StoredToken& stored, std::uint64_t max_uses);
  static void set_rates(StoredToken& stored, const std::vector<model::Rate>& rates);
  static void set_networks(StoredToken& stored, const std::vector<model::Network>& networks);
  // Writes both rows of a token that was changed.
  base::Status put_token(const model::Change& change, StoredToken& stored);
  base::Result<StoredToken> token_to_rotate(std::uint64_t id) const;
  base::Status set_suspended(const model::Change& change, std::uint64_t id, bool suspended);
  base::Status revoke(const model::Change& change, std::uint64_t id);
  base::Status purge(const model::Change& change, const model::PurgeTokens::Freed& freed);
  base::Status note_revocation(const model::Change& change, model::TokenDetails& details);

  // What can still be done with a token whose rows were changed from outside: never more than it
  // could do before.
  base::Status narrow_tampered(std::uint64_t id, const model::ScopeBits& ceiling);
  base::Status suspend_tampered(const model::Change& change, std::uint64_t id);
  base::Status rename_tampered(const IndexedToken& indexed, std::string_view new_owner);
  base::Status revoke_tampered(const model::Change& change, std::uint64_t id);

  RowEditor& rows_;
  EventWriter log_;
  std::optional<model::Catalog> catalog_;
};

}  // namespace tokenry::engine
