// The wall at the C boundary: no exception passes, every failure leaves a code and a line.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "base/status.hpp"
#include "engine/listing.hpp"
#include "engine/log_reader.hpp"
#include "engine/store.hpp"
#include "handles.hpp"
#include "tokenry.h"

namespace tokenry::capi {

// Keeps the line for tokenry_last_error() and answers the code.
int fail(base::Code code, std::string_view text) noexcept;

// Runs body, which answers a Status, and turns what comes of it into a code.
template <typename Body>
int guarded(Body&& body) noexcept {
  try {
    const base::Status status = body();
    return status.ok() ? TOKENRY_OK : fail(status.code(), status.text());
  } catch (const std::bad_alloc&) {
    return fail(base::Code::no_memory, "not enough memory");
  } catch (const std::exception& error) {
    return fail(base::Code::internal_error, error.what());
  } catch (...) {
    return fail(base::Code::internal_error, "unknown exception");
  }
}

// ---- handles

struct StoreHandle {
  std::shared_ptr<engine::Store> store;
};

// A cursor lives no longer than the handle of the store that it came from.
struct CursorHandle {
  std::uint64_t store_handle = 0;
  std::unique_ptr<engine::Listing> listing;
};

// Likewise.
struct LogHandle {
  std::uint64_t store_handle = 0;
  std::unique_ptr<engine::LogReader> reader;
};

inline constexpr std::size_t kMaxOpenStores = 1024;
inline constexpr std::size_t kMaxOpenCursors = 4096;
inline constexpr std::size_t kMaxOpenLogs = 1024;
using StoreTable = HandleTable<engine::Store, HandleKind::store, kMaxOpenStores>;
using CursorTable = HandleTable<CursorHandle, HandleKind::cursor, kMaxOpenCursors>;
using LogTable = HandleTable<LogHandle, HandleKind::log, kMaxOpenLogs>;

StoreTable& stores();
CursorTable& cursors();
LogTable& logs();

template <typename Handle>
std::uint64_t handle_number(const Handle* handle) {
  return reinterpret_cast<std::uintptr_t>(handle);
}
template <typename Handle>
Handle* handle_pointer(std::uint64_t number) {
  return reinterpret_cast<Handle*>(static_cast<std::uintptr_t>(number));
}

inline base::Status closed_status() {
  return {base::Code::closed, "the handle is closed or never was one"};
}

// Runs body(store) with the store of the handle.
template <typename Body>
int with_store(tokenry_store* handle, Body&& body) noexcept {
  return guarded([&]() -> base::Status {
    const StoreTable::Call store(stores(), handle_number(handle));
    if (!store) return closed_status();
    return body(*store);
  });
}

}  // namespace tokenry::capi
