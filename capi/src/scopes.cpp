#include "scopes.hpp"

#include <cstring>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "wall.hpp"

using namespace tokenry;
using base::Code;
using base::Status;

namespace tokenry::capi {

Status read_scope(const tokenry_scope* given, model::Scope& out) {
  tokenry_scope scope{};
  TOKENRY_TRY(read_struct("scope", given, scope));
  constexpr uint32_t kKnownFlags = TOKENRY_SCOPE_EVERYTHING | TOKENRY_SCOPE_ESCALATES;
  if ((scope.flags & ~kKnownFlags) != 0) {
    return {Code::invalid_argument, "scope: unknown flags"};
  }
  std::string_view name;
  std::string_view group;
  std::string_view text;
  TOKENRY_TRY(read_text("scope name", scope.name, scope.name_size, name));
  TOKENRY_TRY(read_text("scope group", scope.group, scope.group_size, group));
  TOKENRY_TRY(read_text("scope text", scope.text, scope.text_size, text));
  out.name = name;
  out.group = group;
  out.text = text;
  out.everything = (scope.flags & TOKENRY_SCOPE_EVERYTHING) != 0;
  out.escalates = (scope.flags & TOKENRY_SCOPE_ESCALATES) != 0;
  return {};
}

Status read_scopes(const tokenry_scope* given, std::size_t count, std::vector<model::Scope>& out) {
  if (count == 0) return {};
  if (given == nullptr) return missing_argument("scopes");
  if (count > TOKENRY_MAX_SCOPES) {
    return {Code::invalid_argument, "a store holds 256 scopes at the most"};
  }
  const char* at = reinterpret_cast<const char*>(given);
  const std::size_t stride = given->struct_size;
  for (std::size_t i = 0; i < count; ++i, at += stride) {
    model::Scope scope;
    TOKENRY_TRY(read_scope(reinterpret_cast<const tokenry_scope*>(at), scope));
    out.push_back(std::move(scope));
  }
  return {};
}

namespace {

struct ScopeListOut : tokenry_scope_list {
  explicit ScopeListOut(model::Catalog catalog)
      : tokenry_scope_list{}, catalog_(std::move(catalog)) {
    for (std::size_t bit = 0; bit < catalog_.size(); ++bit) {
      const model::Scope& scope = catalog_.at(bit);
      tokenry_scope out{};
      out.struct_size = sizeof out;
      out.flags = (scope.everything ? uint32_t{TOKENRY_SCOPE_EVERYTHING} : 0) |
                  (scope.escalates ? uint32_t{TOKENRY_SCOPE_ESCALATES} : 0);
      out.bit = static_cast<uint32_t>(bit);
      out.name = scope.name.c_str();
      out.name_size = scope.name.size();
      out.group = scope.group.c_str();
      out.group_size = scope.group.size();
      out.text = scope.text.c_str();
      out.text_size = scope.text.size();
      scopes_.push_back(out);
    }
    struct_size = sizeof(tokenry_scope_list);
    count = static_cast<uint32_t>(scopes_.size());
    scopes = scopes_.data();
  }

 private:
  model::Catalog catalog_;
  std::vector<tokenry_scope> scopes_;
};

Status read_names(const char* const* names, const size_t* sizes, size_t count,
                  std::vector<std::string_view>& out) {
  if (count == 0) return {};
  if (names == nullptr) return missing_argument("names");
  if (count > 65536) return {Code::invalid_argument, "too many names"};
  for (size_t i = 0; i < count; ++i) {
    if (names[i] == nullptr) return missing_argument("a name");
    std::string_view name;
    const size_t size = sizes != nullptr ? sizes[i] : std::strlen(names[i]);
    TOKENRY_TRY(read_text("a scope name", names[i], size, name));
    out.push_back(name);
  }
  return {};
}

}  // namespace

}  // namespace tokenry::capi

extern "C" {

int tokenry_scope_add(tokenry_store* store, const char* actor, size_t actor_size,
                      const tokenry_scope* scope) {
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    std::string_view who;
    model::Scope added;
    TOKENRY_TRY(capi::read_text("actor", actor, actor_size, who));
    TOKENRY_TRY(capi::read_scope(scope, added));
    return open.add_scope(who, added);
  });
}

int tokenry_scope_list_get(tokenry_store* store, tokenry_scope_list** list) {
  if (list != nullptr) *list = nullptr;
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    if (list == nullptr) return capi::missing_argument("list");
    TOKENRY_ASSIGN(model::Catalog catalog, open.catalog());
    *list = new capi::ScopeListOut(std::move(catalog));
    return {};
  });
}

void tokenry_scope_list_free(tokenry_scope_list* list) {
  delete static_cast<capi::ScopeListOut*>(list);
}

int tokenry_scope_set_make(tokenry_store* store, const char* const* names, const size_t* name_sizes,
                           size_t count, tokenry_scope_set* set) {
  // Until it is made: a set that no store made, so that every call refuses it. As the empty set it
  // would let a verification require nothing.
  if (set != nullptr) {
    set->store_tag = 0;
    for (uint64_t& word : set->bits) word = UINT64_MAX;
  }
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    if (set == nullptr) return capi::missing_argument("set");
    if (!capi::is_struct_size<tokenry_scope_set>(set->struct_size)) {
      return capi::wrong_struct_size("set", set->struct_size, sizeof *set);
    }
    std::vector<std::string_view> wanted;
    TOKENRY_TRY(capi::read_names(names, name_sizes, count, wanted));
    TOKENRY_ASSIGN(const model::Catalog catalog, open.catalog());
    TOKENRY_ASSIGN(const model::ScopeBits bits, catalog.resolve(wanted));
    set->store_tag = open.tag();
    for (std::size_t i = 0; i < 4; ++i) set->bits[i] = bits.words[i];
    return {};
  });
}

}  // extern "C"
