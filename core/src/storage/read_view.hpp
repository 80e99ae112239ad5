// Reading tables at one moment: what snapshots and write transactions have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/status.hpp"
#include "storage/table.hpp"

struct MDB_txn;
struct MDB_cursor;

namespace tokenry::storage {

class Environment;

// A key of the tables with integer keys: the four bytes of a native number.
class NumberKey {
 public:
  explicit NumberKey(std::uint32_t number) : number_(number) {}
  operator base::Bytes() const {
    return {reinterpret_cast<const std::uint8_t*>(&number_), sizeof number_};
  }

 private:
  std::uint32_t number_;
};

// The number of a key that a cursor stands at.
std::uint32_t key_number(base::Bytes key);

class ReadView {
 public:
  ReadView(const ReadView&) = delete;
  ReadView& operator=(const ReadView&) = delete;

  enum class Found { yes, no, failed };

  // Allocates nothing. The value is valid until the view ends or, in a write transaction, until the
  // next write.
  Found get(Table table, base::Bytes key, base::Bytes& value) const noexcept;

  // Likewise; nothing if the key is not there.
  base::Result<std::optional<base::Bytes>> find(Table table, base::Bytes key) const;

  // How many keys the table has.
  std::uint64_t count(Table table) const noexcept;

  // The snapshot's transaction id; it changes with every commit.
  std::uint64_t transaction_id() const noexcept;

 protected:
  friend class Cursor;
  ReadView() = default;
  ~ReadView() = default;

  const Environment* environment_ = nullptr;
  MDB_txn* txn_ = nullptr;
};

// A walk in key order. Must end before its view, and before a write to its table.
class Cursor {
 public:
  Cursor(const ReadView& view, Table table);
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  // Each moves and answers whether it stands at an entry then; false too when the walk failed.
  bool first();
  bool last();
  bool seek(base::Bytes key);  // the first entry whose key is not less
  bool next();
  bool previous();

  base::Bytes key() const { return key_; }
  base::Bytes value() const { return value_; }
  const base::Status& status() const { return status_; }

 private:
  bool move(int operation);

  MDB_cursor* cursor_ = nullptr;
  base::Bytes key_;
  base::Bytes value_;
  base::Status status_;
};

}  // namespace tokenry::storage
