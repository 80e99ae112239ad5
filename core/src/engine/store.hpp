// An open store: the engine's face. Thread-safe, and it works on in a forked child.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "base/status.hpp"
#include "engine/apply.hpp"
#include "engine/backup.hpp"
#include "engine/key_file.hpp"
#include "engine/maintainer.hpp"
#include "engine/rows.hpp"
#include "engine/usage_keeper.hpp"
#include "model/catalog.hpp"
#include "model/change.hpp"
#include "model/owner.hpp"
#include "model/token.hpp"
#include "model/verdict.hpp"
#include "record/store_rows.hpp"
#include "storage/environment.hpp"
#include "storage/process.hpp"
#include "storage/reader.hpp"
#include "token/text.hpp"

namespace tokenry::engine {

enum class LogLevel { info = 1, warning = 2, error = 3 };
using LogSink = std::function<void(LogLevel, const std::string& line)>;

struct OpenOptions {
  std::string key_file;           // empty: the default beside the data
  const StoreKey* key = nullptr;  // instead of a file
  LogSink log;
  bool maintains_itself = true;  // by a thread of its own, once a use was recorded
};

// What is to be judged.
struct Request {
  std::string_view credentials;
  model::ScopeBits required;
  std::int64_t now_ms = 0;                     // 0: the system's clock
  std::optional<model::Address> address = {};  // of the peer
};

struct TokenSpec {
  std::string_view owner;
  std::string_view label;
  std::string_view note;
  model::ScopeBits granted;
  std::int64_t expires_at_ms = 0;
  std::int64_t not_before_ms = 0;
  std::vector<model::Network> networks = {};
  std::uint64_t max_uses = 0;
  std::vector<model::Rate> rates = {};
};

struct TokenEdit {
  std::uint64_t id = 0;
  std::optional<std::string> label = {};
  std::optional<std::string> note = {};
  std::optional<model::ScopeBits> set_scopes = {};
  model::ScopeBits add_scopes = {};
  model::ScopeBits remove_scopes = {};  // after adding
  std::optional<std::int64_t> expires_at_ms = {};
  std::optional<std::int64_t> not_before_ms = {};
  std::optional<std::vector<model::Network>> networks = {};
  std::optional<std::uint64_t> max_uses = {};
  std::optional<std::vector<model::Rate>> rates = {};

  bool touches_scopes() const {
    return set_scopes.has_value() || !add_scopes.empty() || !remove_scopes.empty();
  }
};

inline constexpr std::int64_t kMaxOverlapMs = std::int64_t{366} * 24 * 3600 * 1000;

struct Rotation {
  std::uint64_t id = 0;
  // How long the present secret goes on working; 0: not at all, also where another rotation is
  // pending.
  std::int64_t overlap_ms = 0;
  bool retires_on_use = false;  // the new secret's first use ends the overlap
};

// What one round of maintenance did.
struct Maintenance {
  std::uint64_t folded_tokens = 0;
  bool skipped = false;  // another process was folding
};

// A token as it was made: the only place where its text stands.
struct Issued {
  token::TokenText text;
  model::Token token;
};

struct OwnerSummary {
  model::Owner owner;
  std::uint64_t live_tokens = 0;
};

// What a walk over the whole store found.
struct StoreFacts {
  record::Format format;
  storage::EnvironmentFacts environment;
  std::uint64_t transaction_id = 0;
  std::uint32_t scope_count = 0;
  bool frozen = false;
  std::uint64_t owner_count = 0;
  std::array<std::uint64_t, 7> tokens_by_status{};  // index: model::TokenStatus
  std::uint64_t slot_count = 0;
  std::uint64_t free_slot_count = 0;
  std::uint64_t tampered_count = 0;
  std::string tampered_first;
  std::string cells_path;     // empty: there are none
  std::string cells_problem;  // why there are none
  std::uint64_t cells_bytes = 0;
};

// An id as the 11 digits that stand in the token.
std::string id_text(std::uint64_t id);

// What a thread keeps of a store between two calls.
struct ThreadEntry;

class Store : public std::enable_shared_from_this<Store> {
 public:
  static base::Result<std::shared_ptr<Store>> open(std::string_view directory,
                                                   const OpenOptions& options);
  ~Store();

  // Waits for verifications that run; every later call fails. Idempotent.
  void close();

  // ---- facts that never change while the store is open
  const record::Format& format() const { return format_; }
  // Tells scope sets and verdicts of different stores apart; never 0.
  std::uint64_t tag() const { return tag_; }

  // ---- verification: allocates nothing after the thread's first call and takes no lock, but for
  // two commits: of a block of uses for a token with a limit on them, and of the end of an overlap
  // that the newest secret's first use brings about
  model::Verdict verify(const Request& request);
  // The id of the token that has this secret, in whatever state.
  base::Result<std::uint64_t> identify(std::string_view credentials);

  // ---- reading
  base::Result<model::Catalog> catalog();
  base::Result<model::Token> show(std::uint64_t id);
  base::Result<std::uint64_t> find(std::string_view owner, std::string_view label);
  base::Result<OwnerSummary> owner(std::string_view name);
  base::Result<std::vector<OwnerSummary>> owners();
  base::Result<StoreFacts> facts();

  // The newest event's head, signed with the store's key. Of a store that has no log yet, since it
  // was made before there was one: the empty log's.
  base::Result<token::Head> head();
  // What heads of this store are checked with; zero in an unsealed store.
  const token::PublicKey& public_key() const { return keys_->public_key(); }
  // Whether the log still holds what a head kept elsewhere says; see check_kept_head().
  base::Status check_head(const token::Head& kept);

  // Folds the usage of all processes into the store, gives up reader slots of processes that died.
  // Any number of processes may call it at any time. The store's own thread does it otherwise.
  base::Result<Maintenance> maintain();

  // The token with its usage.
  model::Token with_usage(const Rows& rows, StoredToken stored) const;

  // Runs read(Rows) on a snapshot of its own, twice if the store was reopened in between. Used by
  // listings, which read in steps.
  base::Status read(const std::function<base::Status(const Rows&)>& read_rows);

  // A copy of the store as it is now, at path, which must not exist: complete, private and durable
  // when it answers ok, else nothing. Others go on meanwhile.
  base::Status backup(std::string_view path, const BackupOptions& options);

  // ---- changing; each is durable when it answers ok
  base::Status add_scope(std::string_view actor, const model::Scope& scope);

  // While the store is frozen every verification with a right secret answers frozen. Idempotent.
  base::Status set_frozen(std::string_view actor, bool frozen);

  base::Status create_owner(std::string_view actor, std::string_view name,
                            const model::ScopeBits& ceiling);
  base::Status set_ceiling(std::string_view actor, std::string_view name,
                           const model::ScopeBits& ceiling);
  base::Status set_owner_suspended(std::string_view actor, std::string_view name, bool suspended);
  base::Status rename_owner(std::string_view actor, std::string_view name,
                            std::string_view new_name);
  // Answers how many tokens it revoked.
  base::Result<std::uint64_t> delete_owner(std::string_view actor, std::string_view name);

  // All of specs or none; issued has their size. catalog is the one they were made under.
  // before_commit runs when both are filled: what can still fail belongs there, since a token whose
  // text cannot be handed out must not be made. It may run twice.
  base::Status create(std::string_view actor, std::span<const TokenSpec> specs,
                      std::span<Issued> issued, model::Catalog& catalog,
                      const std::function<void()>& before_commit = {});
  // Answers the token as it is then; in a dry run as it would be.
  base::Result<model::Token> edit(std::string_view actor, const TokenEdit& edit, bool dry_run);

  // Gives the token a new secret. issued and before_commit as for create().
  base::Status rotate(std::string_view actor, const Rotation& rotation, Issued& issued,
                      model::Catalog& catalog, const std::function<void()>& before_commit = {});
  // Ends the overlap; the newest secret alone works. Idempotent.
  base::Result<model::Token> finish_rotation(std::string_view actor, std::uint64_t id);
  // Gives the newest secret up for the previous one, while that still works.
  base::Result<model::Token> abort_rotation(std::string_view actor, std::uint64_t id);

  enum class Action { suspend, resume, revoke, purge };
  // One transaction; does what can be done. codes has the size of ids. Answers ok, or the first
  // failure of an id, or why nothing was done, then in all codes too.
  base::Status act(std::string_view actor, Action action, std::span<const std::uint64_t> ids,
                   bool dry_run, std::span<base::Code> codes);

 private:
  friend class VerifyCall;
  friend class Judgement;
  friend class Maintainer;
  Store(std::string directory, const OpenOptions& options);

  base::Status open_first(const OpenOptions& options);
  base::Status load_keys(const OpenOptions& options);
  base::Status read_own_key(StoreKey& key) const;
  base::Result<std::shared_ptr<storage::Environment>> environment();
  base::Status reattach(const storage::ProcessLock& held);
  base::Result<ThreadEntry*> thread_entry();
  // Attaches to the usage cells where there are none yet, or their file was replaced.
  void keep_cells(const storage::Environment& environment);
  void report_uncounted(const base::Status& cells);

  // Applies what decide() comes to; answers the token as it is then.
  base::Result<model::Token> change_one(
      std::string_view actor, std::uint64_t id,
      const std::function<decltype(model::Change::operation)(bool newest_used)>& decide);
  bool newest_may_be_used(const Rows& rows, const StoredToken& stored) const;

  // ---- the two commits of verifications
  // The count of uses up to which these cells may admit now. spent says how many they admitted.
  base::Result<std::uint64_t> lease_uses(std::uint64_t id, std::uint16_t max_uses_version,
                                         std::uint64_t cells_id,
                                         const std::function<std::uint64_t()>& spent);
  // Whether the secret of that hash is still the newest of a token in use, and so the previous one
  // retired.
  base::Result<bool> retire_previous_secret(std::uint64_t id,
                                            std::span<const std::uint8_t, 16> hash);

  void fold_before_closing();
  base::Result<std::uint64_t> fold(const std::shared_ptr<usage::Cells>& cells, bool& skipped);
  base::Status fold_slots(usage::Cells& cells, std::span<const std::uint32_t> slots,
                          std::uint64_t& folded);

  using Planner = std::function<base::Status(Applier&)>;
  base::Status write(storage::Growth growth, bool dry_run, const Planner& plan);
  base::Status write_once(storage::Growth growth, bool dry_run, const Planner& plan);
  base::Status change(std::string_view actor, storage::Growth growth,
                      decltype(model::Change::operation) operation);

  void report(LogLevel level, const std::string& line) const;
  // At most once a second, so that a flood of bad requests cannot flood a log.
  void report_seldom(LogLevel level, const std::string& line);

  const std::string directory_;
  const LogSink log_;
  const std::uint64_t serial_;
  record::Format format_;
  std::uint64_t tag_ = 0;
  std::shared_ptr<const token::StoreKeys> keys_;
  std::string key_file_;  // that the key came from; empty if it was passed, or there is none

  // Guarded by the process lock.
  std::shared_ptr<storage::Environment> environment_;
  bool closed_ = false;

  UsageKeeper usage_;
  std::atomic<std::int64_t> reported_at_s_{-1};
  Maintainer maintainer_;  // the last: its thread uses all the others
};

}  // namespace tokenry::engine
