#include "storage/read_view.hpp"

#include <lmdb.h>

#include <cstring>
#include <string>

#include "storage/environment.hpp"
#include "storage/lmdb_status.hpp"

namespace tokenry::storage {

using base::Bytes;
using base::Result;

namespace {

MDB_val to_val(Bytes bytes) { return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())}; }

Bytes to_bytes(const MDB_val& value) {
  return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size};
}

std::string reading(Table table) {
  return std::string("cannot read table ") + kTables[static_cast<std::size_t>(table)].name;
}

}  // namespace

std::uint32_t key_number(Bytes key) {
  std::uint32_t number = 0;
  if (key.size() == sizeof number) std::memcpy(&number, key.data(), sizeof number);
  return number;
}

ReadView::Found ReadView::get(Table table, Bytes key, Bytes& value) const noexcept {
  MDB_val key_val = to_val(key);
  MDB_val value_val{};
  const int code = ::mdb_get(txn_, environment_->handle_of(table), &key_val, &value_val);
  if (code == MDB_NOTFOUND) return Found::no;
  if (code != 0) return Found::failed;
  value = to_bytes(value_val);
  return Found::yes;
}

Result<std::optional<Bytes>> ReadView::find(Table table, Bytes key) const {
  MDB_val key_val = to_val(key);
  MDB_val value_val{};
  const int code = ::mdb_get(txn_, environment_->handle_of(table), &key_val, &value_val);
  if (code == MDB_NOTFOUND) return std::optional<Bytes>();
  if (code != 0) return lmdb_status(code, reading(table));
  return std::optional<Bytes>(to_bytes(value_val));
}

std::uint64_t ReadView::count(Table table) const noexcept {
  MDB_stat facts{};
  if (::mdb_stat(txn_, environment_->handle_of(table), &facts) != 0) return 0;
  return facts.ms_entries;
}

std::uint64_t ReadView::transaction_id() const noexcept { return ::mdb_txn_id(txn_); }

Cursor::Cursor(const ReadView& view, Table table) {
  const int code = ::mdb_cursor_open(view.txn_, view.environment_->handle_of(table), &cursor_);
  if (code != 0) status_ = lmdb_status(code, reading(table));
}

Cursor::~Cursor() {
  if (cursor_ != nullptr) ::mdb_cursor_close(cursor_);
}

bool Cursor::first() { return move(MDB_FIRST); }

bool Cursor::last() { return move(MDB_LAST); }

bool Cursor::seek(Bytes key) {
  key_ = key;
  return move(MDB_SET_RANGE);
}

bool Cursor::next() { return move(MDB_NEXT); }

bool Cursor::previous() { return move(MDB_PREV); }

bool Cursor::move(int operation) {
  if (cursor_ == nullptr || !status_.ok()) return false;
  MDB_val key = to_val(key_);
  MDB_val value{};
  const int code = ::mdb_cursor_get(cursor_, &key, &value, static_cast<MDB_cursor_op>(operation));
  if (code == 0) {
    key_ = to_bytes(key);
    value_ = to_bytes(value);
    return true;
  }
  key_ = value_ = {};
  if (code != MDB_NOTFOUND) status_ = lmdb_status(code, "cannot walk a table");
  return false;
}

}  // namespace tokenry::storage
