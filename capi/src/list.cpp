// Listing.
#include <cstring>

#include "arguments.hpp"
#include "base/text.hpp"
#include "outputs.hpp"
#include "wall.hpp"

using namespace tokenry;
using base::Code;
using base::Status;

namespace {

constexpr size_t kMaxOwners = 65536;
constexpr size_t kMaxGlob = 256;

Status read_filter(const tokenry_filter* given, const engine::Store& store, engine::Filter& out) {
  if (given == nullptr) return {};
  tokenry_filter filter{};
  TOKENRY_TRY(capi::read_struct("filter", given, filter));
  if (filter.sort > TOKENRY_SORT_LAST_USED) {
    return {Code::invalid_argument, "filter: sort is no enum tokenry_sort"};
  }
  if (filter.descending > 1) {
    return {Code::invalid_argument, "filter: descending must be 0 or 1"};
  }
  constexpr uint32_t kAllStatuses = 0xFE;
  if ((filter.status_mask & ~kAllStatuses) != 0) {
    return {Code::invalid_argument, "filter: status_mask names a status that there is not"};
  }
  out.sort = static_cast<engine::Sort>(filter.sort);
  out.descending = filter.descending == 1;
  out.status_mask = filter.status_mask;
  out.limit = filter.limit;
  if (filter.owner_count > kMaxOwners) return {Code::invalid_argument, "filter: too many owners"};
  if (filter.owner_count != 0 && filter.owners == nullptr) {
    return capi::missing_argument("filter: owners");
  }
  for (size_t i = 0; i < filter.owner_count; ++i) {
    if (filter.owners[i] == nullptr) return capi::missing_argument("filter: an owner");
    if (::strnlen(filter.owners[i], TOKENRY_MAX_OWNER + 1) > TOKENRY_MAX_OWNER) {
      return {Code::invalid_argument, "filter: an owner has up to 128 bytes"};
    }
    out.owners.emplace_back(filter.owners[i]);
  }
  if (filter.label_glob != nullptr) {
    if (::strnlen(filter.label_glob, kMaxGlob + 1) > kMaxGlob) {
      return {Code::invalid_argument, "filter: label_glob must be up to 256 bytes"};
    }
    out.label_glob = filter.label_glob;
  }
  if (filter.scopes != nullptr) {
    TOKENRY_TRY(capi::read_scope_set("filter: scopes", filter.scopes, store.tag(), out.scopes));
  }
  return {};
}

}  // namespace

extern "C" {

int tokenry_list(tokenry_store* store, const tokenry_filter* filter, tokenry_cursor** cursor) {
  if (cursor != nullptr) *cursor = nullptr;
  return capi::guarded([&]() -> Status {
    const capi::StoreTable::Call open(capi::stores(), capi::handle_number(store));
    if (!open) return capi::closed_status();
    if (cursor == nullptr) return capi::missing_argument("cursor");
    engine::Filter wanted;
    TOKENRY_TRY(read_filter(filter, *open, wanted));
    auto object = std::make_shared<capi::CursorHandle>();
    object->store_handle = capi::handle_number(store);
    object->listing = std::make_unique<engine::Listing>(open.shared(), std::move(wanted));
    const uint64_t handle = capi::cursors().add(std::move(object));
    if (handle == 0) {
      return {Code::store_busy, "4096 cursors are open in this process; free some"};
    }
    *cursor = capi::handle_pointer<tokenry_cursor>(handle);
    return {};
  });
}

int tokenry_cursor_next(tokenry_cursor* cursor, tokenry_token_info** info) {
  if (info != nullptr) *info = nullptr;
  return capi::guarded([&]() -> Status {
    const capi::CursorTable::Call walk(capi::cursors(), capi::handle_number(cursor));
    if (!walk) return capi::closed_status();
    const capi::StoreTable::Call open(capi::stores(), walk->store_handle);
    if (!open) return capi::closed_status();
    if (info == nullptr) return capi::missing_argument("info");
    TOKENRY_ASSIGN(std::optional<engine::Listed> next, walk->listing->next());
    if (next) *info = new capi::TokenInfoOut(std::move(next->token), *next->catalog);
    return {};
  });
}

int tokenry_cursor_free(tokenry_cursor* cursor) {
  if (cursor == nullptr) return TOKENRY_OK;
  return capi::guarded([&]() -> Status {
    return capi::cursors().remove(capi::handle_number(cursor)) ? Status() : capi::closed_status();
  });
}

}  // extern "C"
