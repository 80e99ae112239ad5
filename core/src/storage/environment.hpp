// One open LMDB environment: the only one of its data file in this process. Made, shared and ended
// by the registry.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "base/file.hpp"
#include "base/status.hpp"
#include "storage/preflight.hpp"
#include "storage/table.hpp"

struct MDB_env;
struct MDB_txn;

namespace tokenry::storage {

class Reader;

struct EnvironmentFacts {
  std::uint64_t map_size_bytes = 0;
  std::uint64_t used_bytes = 0;
  std::uint64_t data_file_bytes = 0;
  std::uint32_t reader_count = 0;
  std::uint32_t reader_limit = 0;
};

class Environment {
 public:
  // Opens the store in directory. The caller holds the process lock and knows that no other
  // environment of the same file is open in this process.
  static base::Result<std::shared_ptr<Environment>> open(const std::string& directory);

  // Makes the tables of a new store in directory, which is empty; then open() it. The mode is the
  // data file's.
  static base::Status create(const std::string& directory, std::uint64_t map_size_bytes);

  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  const std::string& directory() const { return directory_; }
  // As they were when it was opened.
  const DataFileFacts& data_file_facts() const { return data_file_; }
  base::FileIdentity data_identity() const { return data_file_.identity; }
  base::FileIdentity lock_identity() const { return lock_identity_; }
  std::uint32_t page_size() const { return page_size_; }
  unsigned handle_of(Table table) const { return tables_[static_cast<std::size_t>(table)]; }

  // False once it was shut down, found unhealthy, or inherited from a parent process.
  bool usable() const noexcept;

  // At most once a second and then by one caller: do data.mdb and lock.mdb still carry the names
  // that they were opened by, and does this process still hold its lock? If not, the environment
  // is unusable from then on, since other processes may commit where this one does not look.
  void check_health() noexcept;
  // The same at once: some microseconds.
  void check_health_now() noexcept;
  void mark_unusable() noexcept { usable_.store(false, std::memory_order_seq_cst); }

  // Ends the readers made under tag, waiting for snapshots that run.
  void end_readers(std::uint64_t tag);

  // Ends everything: waits for running snapshots and the running write, closes LMDB. Idempotent.
  // The caller holds the process lock.
  void shut_down();

  // Clears reader slots of processes that died.
  void clear_dead_readers() noexcept;

  // Makes sure that the data file reaches beyond its used end by a reserve, on which revocation
  // goes through when the disk is full. A failure means that nothing may grow now.
  base::Status secure_reserve();

  // Whether disk and map hold that many new pages and the reserve besides. A change of less than
  // half the reserve always may.
  base::Status check_room_for(std::uint64_t page_count) const;

  base::Result<EnvironmentFacts> facts() const;

  // Writes the newest commit to the file, as a data file of its own, while others go on; what was
  // committed before is in it. Waits for the running write and holds up the next one for an
  // instant, then keeps a snapshot until it is done. Closing the environment waits for it.
  base::Status copy_to(int file) const;

 private:
  friend class Reader;
  friend class Snapshot;
  friend class WriteTransaction;

  Environment() = default;
  // Where they fail, passing tells whether another try may do.
  base::Status open_lmdb(const DataFileFacts& facts, bool& passing);
  base::Status open_tables(bool& passing);
  void close_lmdb() noexcept;
  base::Status adopt_lock_file(const DataFileFacts& facts);
  bool names_still_fit() const noexcept;
  bool lock_still_held() const noexcept;
  base::Status check_map_room(std::uint64_t page_count) const;
  base::Result<std::uint64_t> count_free_pages() const;
  std::uint32_t count_readers() const;

  std::string directory_;
  DataFileFacts data_file_;
  base::FileIdentity lock_identity_;
  std::uint64_t generation_ = 0;
  std::uint32_t page_size_ = 0;
  MDB_env* env_ = nullptr;
  std::array<unsigned, kTableCount> tables_{};
  int data_fd_ = -1;  // LMDB's own; closed by it
  int lock_fd_ = -1;  // likewise

  std::atomic<bool> usable_{true};
  std::atomic<std::int64_t> checked_at_s_{0};

  // Guards readers_, and env_ where neither a snapshot nor the write mutex keeps it from closing.
  mutable std::mutex readers_mutex_;
  std::list<std::shared_ptr<Reader>> readers_;

  // Held shared while the environment is copied, and while it is closed.
  mutable std::shared_mutex copy_mutex_;

  // Held by the one write transaction of this process; guards reserved_until_.
  std::mutex write_mutex_;
  std::uint64_t reserved_until_ = 0;
};

}  // namespace tokenry::storage
