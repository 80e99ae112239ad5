// A store's hold on its usage cells: attached when the store opens, again when their file was
// replaced.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "storage/environment.hpp"
#include "storage/process.hpp"
#include "token/keys.hpp"
#include "usage/cells.hpp"

namespace tokenry::engine {

// What changes it holds the process lock; what reads takes no lock, so that a forked child finds
// none that another thread of its parent held. Cells that were replaced stay mapped until the
// keeper ends, since verifications may still write to them.
class UsageKeeper {
 public:
  UsageKeeper() = default;
  ~UsageKeeper();
  UsageKeeper(const UsageKeeper&) = delete;
  UsageKeeper& operator=(const UsageKeeper&) = delete;

  // Attaches to the cells of the store with that id and data file, if it is not so already. After a
  // failure problem() says why there are none.
  base::Status attach(const storage::ProcessLock& held, const storage::Environment& environment,
                      const token::StoreId& store_id);

  // Why the last attach() failed; empty if it did not.
  std::string problem(const storage::ProcessLock& held) const;

  // The cells; null where there are none.
  usage::Cells* cells() const noexcept { return current_.load(std::memory_order_acquire); }

  // Whether the cells should be attached anew, because there are none or their file lost its name.
  bool wants_attaching() const noexcept;
  // The same, answered at most once a second and to one caller.
  bool wants_attaching_now() noexcept;

  // All that may hold what was not folded.
  std::vector<std::shared_ptr<usage::Cells>> all() const;
  // That these were folded; unless they are the current ones nothing looks at them again.
  void folded(const std::shared_ptr<usage::Cells>& cells) noexcept;

 private:
  struct Attached {
    std::shared_ptr<usage::Cells> cells;
    std::atomic<bool> settled{false};
    Attached* earlier = nullptr;
  };

  std::atomic<usage::Cells*> current_{nullptr};
  std::atomic<Attached*> newest_{nullptr};  // a list of every one ever attached
  std::atomic<std::int64_t> checked_at_s_{0};

  // Guarded by the process lock.
  base::FileIdentity data_file_;  // whose cells they are
  std::string problem_;
};

}  // namespace tokenry::engine
