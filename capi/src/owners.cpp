// Owners.
#include <memory>
#include <vector>

#include "arguments.hpp"
#include "outputs.hpp"
#include "wall.hpp"

using namespace tokenry;
using base::Code;
using base::Status;

namespace {

struct OwnerListOut : tokenry_owner_list {
  OwnerListOut(std::vector<engine::OwnerSummary> summaries, const model::Catalog& catalog)
      : tokenry_owner_list{} {
    for (engine::OwnerSummary& summary : summaries) {
      infos_.push_back(std::make_unique<capi::OwnerInfoOut>(std::move(summary), catalog));
      pointers_.push_back(infos_.back().get());
    }
    struct_size = sizeof(tokenry_owner_list);
    count = pointers_.size();
    owners = pointers_.data();
  }

 private:
  std::vector<std::unique_ptr<capi::OwnerInfoOut>> infos_;
  std::vector<const tokenry_owner_info*> pointers_;
};

// Runs body(store, actor, owner) with both names read.
template <typename Body>
int change_owner(tokenry_store* store, const char* actor, size_t actor_size, const char* owner,
                 size_t owner_size, Body&& body) {
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    std::string_view who;
    std::string_view name;
    TOKENRY_TRY(capi::read_text("actor", actor, actor_size, who));
    TOKENRY_TRY(capi::read_text("owner", owner, owner_size, name));
    return body(open, who, name);
  });
}

// NULL is the ceiling that holds everything.
Status read_ceiling(const tokenry_scope_set* given, const engine::Store& store,
                    model::ScopeBits& out) {
  out = model::ScopeBits::everything();
  if (given == nullptr) return {};
  return capi::read_scope_set("ceiling", given, store.tag(), out);
}

}  // namespace

extern "C" {

int tokenry_owner_create(tokenry_store* store, const char* actor, size_t actor_size,
                         const char* owner, size_t owner_size, const tokenry_scope_set* ceiling) {
  return change_owner(store, actor, actor_size, owner, owner_size,
                      [&](engine::Store& open, auto who, auto name) -> Status {
                        model::ScopeBits bits;
                        TOKENRY_TRY(read_ceiling(ceiling, open, bits));
                        return open.create_owner(who, name, bits);
                      });
}

int tokenry_owner_set_ceiling(tokenry_store* store, const char* actor, size_t actor_size,
                              const char* owner, size_t owner_size,
                              const tokenry_scope_set* ceiling) {
  return change_owner(store, actor, actor_size, owner, owner_size,
                      [&](engine::Store& open, auto who, auto name) -> Status {
                        model::ScopeBits bits;
                        TOKENRY_TRY(read_ceiling(ceiling, open, bits));
                        return open.set_ceiling(who, name, bits);
                      });
}

int tokenry_owner_suspend(tokenry_store* store, const char* actor, size_t actor_size,
                          const char* owner, size_t owner_size) {
  return change_owner(store, actor, actor_size, owner, owner_size,
                      [](engine::Store& open, auto who, auto name) {
                        return open.set_owner_suspended(who, name, true);
                      });
}

int tokenry_owner_resume(tokenry_store* store, const char* actor, size_t actor_size,
                         const char* owner, size_t owner_size) {
  return change_owner(store, actor, actor_size, owner, owner_size,
                      [](engine::Store& open, auto who, auto name) {
                        return open.set_owner_suspended(who, name, false);
                      });
}

int tokenry_owner_rename(tokenry_store* store, const char* actor, size_t actor_size,
                         const char* owner, size_t owner_size, const char* new_name,
                         size_t new_name_size) {
  return change_owner(store, actor, actor_size, owner, owner_size,
                      [&](engine::Store& open, auto who, auto name) -> Status {
                        std::string_view to;
                        TOKENRY_TRY(capi::read_text("new_name", new_name, new_name_size, to));
                        return open.rename_owner(who, name, to);
                      });
}

int tokenry_owner_delete(tokenry_store* store, const char* actor, size_t actor_size,
                         const char* owner, size_t owner_size, uint64_t* revoked_count) {
  if (revoked_count != nullptr) *revoked_count = 0;
  return change_owner(store, actor, actor_size, owner, owner_size,
                      [&](engine::Store& open, auto who, auto name) -> Status {
                        TOKENRY_ASSIGN(const uint64_t revoked, open.delete_owner(who, name));
                        if (revoked_count != nullptr) *revoked_count = revoked;
                        return {};
                      });
}

int tokenry_owner_get(tokenry_store* store, const char* owner, size_t owner_size,
                      tokenry_owner_info** info) {
  if (info != nullptr) *info = nullptr;
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    if (info == nullptr) return capi::missing_argument("info");
    std::string_view name;
    TOKENRY_TRY(capi::read_text("owner", owner, owner_size, name));
    TOKENRY_ASSIGN(engine::OwnerSummary summary, open.owner(name));
    TOKENRY_ASSIGN(const model::Catalog catalog, open.catalog());
    *info = new capi::OwnerInfoOut(std::move(summary), catalog);
    return {};
  });
}

void tokenry_owner_info_free(tokenry_owner_info* info) {
  delete static_cast<capi::OwnerInfoOut*>(info);
}

int tokenry_owner_list_get(tokenry_store* store, tokenry_owner_list** list) {
  if (list != nullptr) *list = nullptr;
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    if (list == nullptr) return capi::missing_argument("list");
    TOKENRY_ASSIGN(std::vector<engine::OwnerSummary> summaries, open.owners());
    TOKENRY_ASSIGN(const model::Catalog catalog, open.catalog());
    *list = new OwnerListOut(std::move(summaries), catalog);
    return {};
  });
}

void tokenry_owner_list_free(tokenry_owner_list* list) { delete static_cast<OwnerListOut*>(list); }

}  // extern "C"
