// The two changes that a verification commits before it answers.
#include <algorithm>

#include "base/clock.hpp"
#include "engine/store.hpp"
#include "engine/usage.hpp"
#include "token/verifier.hpp"

namespace tokenry::engine {

using base::Result;
using base::Status;

namespace {

// A block is lost when the power fails, so it is small beside what is left; and it costs a commit,
// so it is not too small.
constexpr std::uint64_t kLeasedShare = 16;
constexpr std::uint64_t kMostLeasedAtOnce = 1024;

// Who makes changes that no person asked for at that moment.
constexpr const char* kVerificationActor = "tokenry";

}  // namespace

Result<std::uint64_t> Store::lease_uses(std::uint64_t id, std::uint16_t max_uses_version,
                                        std::uint64_t cells_id,
                                        const std::function<std::uint64_t()>& spent) {
  std::uint64_t allowed = 0;
  TOKENRY_TRY(write(storage::Growth::allowed, false, [&](Applier& applier) -> Status {
    allowed = 0;
    TOKENRY_ASSIGN(const StoredToken stored, applier.rows().token(id));
    const model::Limits& limits = stored.token.details.limits;
    TOKENRY_ASSIGN(std::optional<record::UsageRow> row, applier.rows().usage(id));
    const bool is_current = row && limits.max_uses_version == max_uses_version &&
                            row->max_uses_version == max_uses_version;
    if (!is_current) return {};
    const record::UsageRow::Lease* const lease = row->find_lease(cells_id);
    const std::uint64_t already = spent();
    allowed = std::max(already, lease != nullptr ? lease->allowed_uses : 0);
    if (allowed > already) return {};  // leased by another thread meanwhile
    const std::uint64_t left = limits.max_uses - std::min(limits.max_uses, row->leased_uses);
    if (left == 0) return {};
    const std::uint64_t block =
        std::clamp<std::uint64_t>(left / kLeasedShare, 1, kMostLeasedAtOnce);
    allowed += block;
    row->leased_uses += block;
    row->set_lease({.cells_id = cells_id, .allowed_uses = allowed});
    return applier.editor().put_usage(model::slot_of(id), *row);
  }));
  return allowed;
}

Result<bool> Store::retire_previous_secret(std::uint64_t id,
                                           std::span<const std::uint8_t, 16> hash) {
  bool is_newest = false;
  const std::int64_t now_ms = base::now_ms();
  TOKENRY_TRY(write(storage::Growth::spare, false, [&](Applier& applier) -> Status {
    TOKENRY_ASSIGN(const StoredToken stored, applier.rows().token(id));
    is_newest = token::hash_matches(stored.record.hash(), hash) &&
                stored.record.state() == model::TokenState::active;
    if (!is_newest) return {};
    return applier.apply({kVerificationActor, now_ms, model::RetireSecret{id}});
  }));
  return is_newest;
}

}  // namespace tokenry::engine
