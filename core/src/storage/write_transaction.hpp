// The one write at a time: all of it becomes durable at commit, or none.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "base/status.hpp"
#include "storage/read_view.hpp"

namespace tokenry::storage {

enum class Growth {
  allowed,  // refused when disk or map is nearly full
  spare,    // goes on into the reserve: revocation, suspension, purging
};

// Begins, writes and ends on one thread. Ending without commit changes nothing.
class WriteTransaction : public ReadView {
 public:
  // Waits for other writers, of this process and of others.
  static base::Result<std::unique_ptr<WriteTransaction>> begin(
      std::shared_ptr<Environment> environment, Growth growth);
  ~WriteTransaction();

  base::Status put(Table table, base::Bytes key, base::Bytes value);
  // Removing what is not there is fine.
  base::Status remove(Table table, base::Bytes key);

  // Durable when it answers ok. The transaction is over either way.
  base::Status commit();

 private:
  WriteTransaction(std::shared_ptr<Environment> environment, Growth growth);
  base::Status check_room() const;
  using PagesByTable = std::array<std::uint64_t, kTableCount>;
  PagesByTable live_pages() const noexcept;
  base::Status explain_failure(int code) const;

  std::shared_ptr<Environment> environment_owner_;
  Growth growth_;
  PagesByTable live_pages_before_{};
  PagesByTable put_counts_{};
  std::unique_lock<std::mutex> lock_;
};

}  // namespace tokenry::storage
