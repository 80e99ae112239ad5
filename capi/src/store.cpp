// Stores: create, open, close, stat.
#include "engine/store.hpp"
#include "arguments.hpp"
#include "base/hex.hpp"
#include "engine/create_store.hpp"
#include "scopes.hpp"
#include "tokenry.h"
#include "wall.hpp"

using namespace tokenry;
using base::Code;
using base::Status;

namespace {

Status read_catalog(const tokenry_store_options& options, std::vector<model::Scope>& scopes) {
  std::string_view name;
  TOKENRY_TRY(capi::read_text("catalog", options.catalog, options.catalog_size, name));
  if (!name.empty()) {
    std::optional<std::vector<model::Scope>> built_in = model::built_in_catalog(name);
    if (!built_in) return {Code::invalid_argument, "the only built-in catalog is \"whm\""};
    if (options.scope_count != 0) {
      return {Code::invalid_argument, "give either a built-in catalog or scopes"};
    }
    scopes = *std::move(built_in);
    return {};
  }
  return capi::read_scopes(options.scopes, options.scope_count, scopes);
}

Status read_options(const tokenry_store_options* given, engine::CreateOptions& out,
                    engine::StoreKey& key) {
  if (given == nullptr) return {};
  tokenry_store_options options{};
  TOKENRY_TRY(capi::read_struct("options", given, options));
  if ((options.flags & ~uint32_t{TOKENRY_CREATE_UNSEALED}) != 0) {
    return {Code::invalid_argument, "options: unknown flags"};
  }
  out.sealed = (options.flags & TOKENRY_CREATE_UNSEALED) == 0;
  std::string_view prefix;
  std::string_view group;
  TOKENRY_TRY(capi::read_text("prefix", options.prefix, options.prefix_size, prefix));
  TOKENRY_TRY(capi::read_text("group", options.group, options.group_size, group));
  if (!prefix.empty()) out.prefix = prefix;
  out.group = group;
  if (options.key_file_size != 0) {
    TOKENRY_TRY(capi::read_path("key_file", options.key_file, options.key_file_size, out.key_file));
  }
  bool has_key = false;
  TOKENRY_TRY(capi::read_key(options.key, options.key_size, key, has_key));
  if (has_key) out.key = &key;
  if (options.map_size_bytes != 0) out.map_size_bytes = options.map_size_bytes;
  return read_catalog(options, out.scopes);
}

Status read_open_options(const tokenry_open_options* given, engine::OpenOptions& out,
                         engine::StoreKey& key) {
  if (given == nullptr) return {};
  tokenry_open_options options{};
  TOKENRY_TRY(capi::read_struct("options", given, options));
  if ((options.flags & ~uint32_t{TOKENRY_OPEN_NO_MAINTENANCE}) != 0) {
    return {Code::invalid_argument, "options: unknown flags"};
  }
  out.maintains_itself = (options.flags & TOKENRY_OPEN_NO_MAINTENANCE) == 0;
  bool has_key = false;
  TOKENRY_TRY(capi::read_key_choice(options.key_file, options.key_file_size, options.key,
                                    options.key_size, out.key_file, key, has_key));
  if (has_key) out.key = &key;
  if (options.log != nullptr) {
    out.log = [log = options.log, context = options.log_context](engine::LogLevel level,
                                                                 const std::string& line) {
      log(context, static_cast<int>(level), line.c_str(), line.size());
    };
  }
  return {};
}

struct StoreInfoOut : tokenry_store_info {
  explicit StoreInfoOut(engine::StoreFacts facts)
      : tokenry_store_info{},
        prefix_(std::move(facts.format.prefix)),
        tampered_first_(std::move(facts.tampered_first)),
        cells_path_(std::move(facts.cells_path)),
        cells_problem_(std::move(facts.cells_problem)) {
    store_id_ = base::hex(facts.format.store_id);
    const auto tokens = [&](model::TokenStatus status) {
      return facts.tokens_by_status[static_cast<std::size_t>(status)];
    };
    struct_size = sizeof(tokenry_store_info);
    format_version = uint32_t{facts.format.major} << 16 | facts.format.minor;
    sealed = facts.format.sealed ? 1 : 0;
    scope_count = facts.scope_count;
    prefix = prefix_.c_str();
    store_id = store_id_.c_str();
    owner_count = facts.owner_count;
    active_count = tokens(model::TokenStatus::active);
    not_yet_valid_count = tokens(model::TokenStatus::not_yet_valid);
    expired_count = tokens(model::TokenStatus::expired);
    owner_suspended_count = tokens(model::TokenStatus::owner_suspended);
    suspended_count = tokens(model::TokenStatus::suspended);
    revoked_count = tokens(model::TokenStatus::revoked);
    tampered_count = facts.tampered_count;
    tampered_first = tampered_first_.empty() ? nullptr : tampered_first_.c_str();
    slot_count = facts.slot_count;
    free_slot_count = facts.free_slot_count;
    map_size_bytes = facts.environment.map_size_bytes;
    used_bytes = facts.environment.used_bytes;
    data_file_bytes = facts.environment.data_file_bytes;
    reader_count = facts.environment.reader_count;
    reader_limit = facts.environment.reader_limit;
    transaction_id = facts.transaction_id;
    frozen = facts.frozen ? 1 : 0;
    cells_path = cells_path_.empty() ? nullptr : cells_path_.c_str();
    cells_problem = cells_problem_.empty() ? nullptr : cells_problem_.c_str();
    cells_bytes = facts.cells_bytes;
  }

 private:
  std::string prefix_;
  std::string store_id_;
  std::string tampered_first_;
  std::string cells_path_;
  std::string cells_problem_;
};

int set_frozen(tokenry_store* store, const char* actor, size_t actor_size, bool frozen) {
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    std::string_view who;
    TOKENRY_TRY(capi::read_text("actor", actor, actor_size, who));
    return open.set_frozen(who, frozen);
  });
}

}  // namespace

extern "C" {

int tokenry_store_create(const char* path, size_t path_size, const char* actor, size_t actor_size,
                         const tokenry_store_options* options) {
  return capi::guarded([&]() -> Status {
    std::string directory;
    std::string_view who;
    TOKENRY_TRY(capi::read_path("path", path, path_size, directory));
    TOKENRY_TRY(capi::read_text("actor", actor, actor_size, who));
    engine::CreateOptions create_options;
    engine::StoreKey key;
    TOKENRY_TRY(read_options(options, create_options, key));
    return engine::create_store(directory, who, create_options);
  });
}

int tokenry_open(const char* path, size_t path_size, const tokenry_open_options* options,
                 tokenry_store** store) {
  if (store != nullptr) *store = nullptr;
  return capi::guarded([&]() -> Status {
    if (store == nullptr) return capi::missing_argument("store");
    std::string directory;
    TOKENRY_TRY(capi::read_path("path", path, path_size, directory));
    engine::OpenOptions open_options;
    engine::StoreKey key;
    TOKENRY_TRY(read_open_options(options, open_options, key));
    TOKENRY_ASSIGN(std::shared_ptr<engine::Store> opened,
                   engine::Store::open(directory, open_options));
    const uint64_t handle = capi::stores().add(std::move(opened));
    if (handle == 0) {
      return {Code::store_busy, "1024 stores are open in this process; close some"};
    }
    *store = capi::handle_pointer<tokenry_store>(handle);
    return {};
  });
}

int tokenry_maintain(tokenry_store* store, uint64_t* folded_count) {
  if (folded_count != nullptr) *folded_count = 0;
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    TOKENRY_ASSIGN(const engine::Maintenance done, open.maintain());
    if (folded_count != nullptr) *folded_count = done.folded_tokens;
    return {};
  });
}

int tokenry_close(tokenry_store* store) {
  if (store == nullptr) return TOKENRY_OK;
  return capi::guarded([&]() -> Status {
    const std::shared_ptr<engine::Store> closing =
        capi::stores().remove(capi::handle_number(store));
    if (!closing) return capi::closed_status();
    closing->close();
    return {};
  });
}

int tokenry_stat(tokenry_store* store, tokenry_store_info** info) {
  if (info != nullptr) *info = nullptr;
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    if (info == nullptr) return capi::missing_argument("info");
    TOKENRY_ASSIGN(engine::StoreFacts facts, open.facts());
    *info = new StoreInfoOut(std::move(facts));
    return {};
  });
}

void tokenry_store_info_free(tokenry_store_info* info) { delete static_cast<StoreInfoOut*>(info); }

int tokenry_freeze(tokenry_store* store, const char* actor, size_t actor_size) {
  return set_frozen(store, actor, actor_size, true);
}

int tokenry_thaw(tokenry_store* store, const char* actor, size_t actor_size) {
  return set_frozen(store, actor, actor_size, false);
}

}  // extern "C"
