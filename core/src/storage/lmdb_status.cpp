#include "storage/lmdb_status.hpp"

#include <lmdb.h>

#include <string>

namespace tokenry::storage {

using base::Code;
using base::Status;

Status lmdb_status(int code, std::string_view what) {
  const std::string text = std::string(what) + ": ";
  switch (code) {
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
      return {Code::store_full, text +
                                    "the store's map is full; purge revoked tokens, or move to a "
                                    "store with a larger map"};
    case MDB_READERS_FULL:
      return {Code::store_busy, text +
                                    "all reader slots are taken; close some of the processes or "
                                    "threads that have the store open"};
    case MDB_PANIC:
      return {Code::io_error, text +
                                  "an earlier write failed; the store is reopened at the next "
                                  "call"};
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_BAD_TXN:
    case MDB_BAD_DBI:
    case MDB_BAD_VALSIZE:
    case MDB_INCOMPATIBLE:
    case MDB_NOTFOUND:
      return {Code::store_damaged, text + "data.mdb is damaged (" + ::mdb_strerror(code) + ")"};
    case MDB_VERSION_MISMATCH:
      return {Code::format_unsupported, text +
                                            "data.mdb or lock.mdb was made by another version "
                                            "of LMDB"};
    default:
      return code > 0 ? base::errno_status(code, what)
                      : Status(Code::io_error, text + ::mdb_strerror(code));
  }
}

}  // namespace tokenry::storage
