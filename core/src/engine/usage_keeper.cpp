#include "engine/usage_keeper.hpp"

#include <cstdlib>

#include "base/clock.hpp"

namespace tokenry::engine {

using base::Result;
using base::Status;
using usage::Cells;

namespace {

// Where processes see different /dev/shm (containers), they can agree on another folder, on tmpfs.
std::string chosen_directory() {
  const char* const chosen = ::secure_getenv("TOKENRY_CELLS_DIR");
  return chosen != nullptr ? chosen : "";
}

}  // namespace

UsageKeeper::~UsageKeeper() {
  for (Attached* one = newest_.load(); one != nullptr;) {
    Attached* const earlier = one->earlier;
    delete one;
    one = earlier;
  }
}

Status UsageKeeper::attach(const storage::ProcessLock& /*held*/,
                           const storage::Environment& environment,
                           const token::StoreId& store_id) {
  const storage::DataFileFacts& data = environment.data_file_facts();
  const bool same_file = data_file_ == data.identity;
  if (same_file && !wants_attaching()) return {};
  if (!same_file) {
    // They count for a data file that is gone.
    current_.store(nullptr, std::memory_order_release);
    for (Attached* one = newest_.load(); one != nullptr; one = one->earlier) one->settled = true;
  }
  data_file_ = data.identity;
  Result<std::shared_ptr<Cells>> attached = Cells::attach(
      {store_id, data.identity, data.owner, data.group, data.mode, chosen_directory()});
  if (!attached.ok()) {
    problem_ = attached.status().text();
    return attached.status();
  }
  problem_.clear();
  auto* const node = new Attached{*attached, false, newest_.load()};
  newest_.store(node, std::memory_order_release);
  current_.store(node->cells.get(), std::memory_order_release);
  return {};
}

std::string UsageKeeper::problem(const storage::ProcessLock& /*held*/) const { return problem_; }

bool UsageKeeper::wants_attaching() const noexcept {
  const Cells* const present = cells();
  return present == nullptr || !present->is_named();
}

bool UsageKeeper::wants_attaching_now() noexcept {
  const std::int64_t now_s = base::coarse_monotonic_s();
  std::int64_t seen_s = checked_at_s_.load(std::memory_order_relaxed);
  if (now_s == seen_s || !checked_at_s_.compare_exchange_strong(seen_s, now_s)) return false;
  return wants_attaching();
}

std::vector<std::shared_ptr<Cells>> UsageKeeper::all() const {
  std::vector<std::shared_ptr<Cells>> unsettled;
  const Attached* one = newest_.load(std::memory_order_acquire);
  for (; one != nullptr; one = one->earlier) {
    if (!one->settled.load(std::memory_order_relaxed)) unsettled.push_back(one->cells);
  }
  return unsettled;
}

void UsageKeeper::folded(const std::shared_ptr<Cells>& cells) noexcept {
  if (cells.get() == this->cells()) return;
  for (Attached* one = newest_.load(); one != nullptr; one = one->earlier) {
    if (one->cells == cells) one->settled = true;
  }
}

}  // namespace tokenry::engine
