// Tokens: create, find, show, edit, and what is done to several at once.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "arguments.hpp"
#include "conditions.hpp"
#include "issued.hpp"
#include "wall.hpp"

using namespace tokenry;
using base::Code;
using base::Status;
using capi::IssuedListOut;
using capi::IssuedOut;

namespace {

// A batch beyond this would hold the write lock for very long.
constexpr size_t kMaxBatch = 1'000'000;

Status read_spec(const tokenry_token_spec* given, const engine::Store& store,
                 engine::TokenSpec& out) {
  tokenry_token_spec spec{};
  constexpr size_t kFirstVersion = offsetof(tokenry_token_spec, allow_ips);
  TOKENRY_TRY(capi::read_struct("spec", given, spec, kFirstVersion));
  if (spec.flags != 0) return {Code::invalid_argument, "spec: unknown flags"};
  TOKENRY_TRY(capi::read_text("owner", spec.owner, spec.owner_size, out.owner));
  TOKENRY_TRY(capi::read_text("label", spec.label, spec.label_size, out.label));
  TOKENRY_TRY(capi::read_text("note", spec.note, spec.note_size, out.note));
  TOKENRY_TRY(capi::read_scope_set("scopes", spec.scopes, store.tag(), out.granted));
  out.expires_at_ms = spec.expires_at_ms;
  out.not_before_ms = spec.not_before_ms;
  TOKENRY_TRY(capi::read_networks(spec.allow_ips, spec.allow_ip_count, out.networks));
  out.max_uses = spec.max_uses;
  return capi::read_rates(spec.rates, spec.rate_count, out.rates);
}

Status create_tokens(engine::Store& store, std::string_view actor, const tokenry_token_spec* specs,
                     size_t count, IssuedListOut& list) {
  if (count == 0) return {};
  if (specs == nullptr) return capi::missing_argument("specs");
  if (count > kMaxBatch) {
    return {Code::invalid_argument, "at most 1000000 tokens can be made at once"};
  }
  std::vector<engine::TokenSpec> wanted(count);
  const char* at = reinterpret_cast<const char*>(specs);
  const size_t stride = specs->struct_size;
  for (size_t i = 0; i < count; ++i, at += stride) {
    const auto* spec = reinterpret_cast<const tokenry_token_spec*>(at);
    const Status status = spec->struct_size == stride
                              ? read_spec(spec, store, wanted[i])
                              : capi::wrong_struct_size("spec", spec->struct_size, stride);
    if (status.ok()) continue;
    const std::string which = count == 1 ? "" : "token " + std::to_string(i + 1) + ": ";
    return {status.code(), which + status.text()};
  }
  std::vector<engine::Issued> issued(count);
  model::Catalog catalog;
  return store.create(actor, wanted, issued, catalog, [&] {
    list.clear();
    for (const engine::Issued& one : issued) list.add(std::make_unique<IssuedOut>(one, catalog));
  });
}

Status read_optional_set(const char* what, bool wanted, const tokenry_scope_set* set,
                         const engine::Store& store, model::ScopeBits& out) {
  return wanted ? capi::read_scope_set(what, set, store.tag(), out) : Status();
}

Status read_edit(const tokenry_edit_spec& spec, const engine::Store& store,
                 engine::TokenEdit& out) {
  constexpr uint32_t kAllFields = 1023;
  if (spec.fields == 0 || (spec.fields & ~kAllFields) != 0) {
    return {Code::invalid_argument, "spec: fields must name at least one field to change"};
  }
  constexpr uint32_t kLaterFields =
      TOKENRY_EDIT_ALLOW_IPS | TOKENRY_EDIT_MAX_USES | TOKENRY_EDIT_RATES;
  if ((spec.fields & kLaterFields) != 0 && spec.struct_size < sizeof spec) {
    // Taken for zero they would lift the token's limits.
    return {Code::invalid_argument,
            "spec: fields names what a struct of this struct_size does not hold; set it to " +
                std::to_string(sizeof spec)};
  }
  if ((spec.flags & ~uint32_t{TOKENRY_DRY_RUN}) != 0) {
    return {Code::invalid_argument, "spec: unknown flags"};
  }
  const auto has = [&](uint32_t field) { return (spec.fields & field) != 0; };
  std::string_view text;
  if (has(TOKENRY_EDIT_LABEL)) {
    TOKENRY_TRY(capi::read_text("label", spec.label, spec.label_size, text));
    out.label = std::string(text);
  }
  if (has(TOKENRY_EDIT_NOTE)) {
    TOKENRY_TRY(capi::read_text("note", spec.note, spec.note_size, text));
    out.note = std::string(text);
  }
  if (has(TOKENRY_EDIT_SCOPES)) {
    model::ScopeBits bits;
    TOKENRY_TRY(capi::read_scope_set("set_scopes", spec.set_scopes, store.tag(), bits));
    out.set_scopes = bits;
  }
  TOKENRY_TRY(read_optional_set("add_scopes", has(TOKENRY_EDIT_ADD_SCOPES), spec.add_scopes, store,
                                out.add_scopes));
  TOKENRY_TRY(read_optional_set("remove_scopes", has(TOKENRY_EDIT_REMOVE_SCOPES),
                                spec.remove_scopes, store, out.remove_scopes));
  if (has(TOKENRY_EDIT_EXPIRES_AT)) out.expires_at_ms = spec.expires_at_ms;
  if (has(TOKENRY_EDIT_NOT_BEFORE)) out.not_before_ms = spec.not_before_ms;
  if (has(TOKENRY_EDIT_MAX_USES)) out.max_uses = spec.max_uses;
  if (has(TOKENRY_EDIT_ALLOW_IPS)) {
    out.networks.emplace();
    TOKENRY_TRY(capi::read_networks(spec.allow_ips, spec.allow_ip_count, *out.networks));
  }
  if (has(TOKENRY_EDIT_RATES)) {
    out.rates.emplace();
    TOKENRY_TRY(capi::read_rates(spec.rates, spec.rate_count, *out.rates));
  }
  return {};
}

int act(tokenry_store* store, const char* actor, size_t actor_size, const uint64_t* ids,
        size_t count, uint32_t flags, int32_t* codes, engine::Store::Action action) {
  // What the call itself came to stands for every id, unless they were looked at one by one.
  bool has_codes = false;
  const int code = capi::with_store(store, [&](engine::Store& open) -> Status {
    std::string_view who;
    TOKENRY_TRY(capi::read_text("actor", actor, actor_size, who));
    if (count != 0 && ids == nullptr) return capi::missing_argument("ids");
    if (count > kMaxBatch) {
      return {Code::invalid_argument, "at most 1000000 tokens can be changed at once"};
    }
    if ((flags & ~uint32_t{TOKENRY_DRY_RUN}) != 0) {
      return {Code::invalid_argument, "unknown flags"};
    }
    std::vector<Code> results(count, Code::ok);
    Status status = open.act(who, action, {ids, count}, (flags & TOKENRY_DRY_RUN) != 0, results);
    has_codes = status.ok() || std::any_of(results.begin(), results.end(),
                                           [](Code result) { return result != Code::ok; });
    for (size_t i = 0; codes != nullptr && has_codes && i < count; ++i) {
      codes[i] = static_cast<int32_t>(results[i]);
    }
    return status;
  });
  if (codes != nullptr && !has_codes && count <= kMaxBatch) std::fill_n(codes, count, code);
  return code;
}

}  // namespace

extern "C" {

void tokenry_token_info_free(tokenry_token_info* info) {
  delete static_cast<capi::TokenInfoOut*>(info);
}

int tokenry_create(tokenry_store* store, const char* actor, size_t actor_size,
                   const tokenry_token_spec* spec, tokenry_issued** issued) {
  if (issued != nullptr) *issued = nullptr;
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    if (issued == nullptr) return capi::missing_argument("issued");
    if (spec == nullptr) return capi::missing_argument("spec");
    std::string_view who;
    TOKENRY_TRY(capi::read_text("actor", actor, actor_size, who));
    IssuedListOut made;
    TOKENRY_TRY(create_tokens(open, who, spec, 1, made));
    *issued = made.take_only().release();
    return {};
  });
}

void tokenry_issued_free(tokenry_issued* issued) { delete static_cast<IssuedOut*>(issued); }

int tokenry_create_many(tokenry_store* store, const char* actor, size_t actor_size,
                        const tokenry_token_spec* specs, size_t count, tokenry_issued_list** list) {
  if (list != nullptr) *list = nullptr;
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    if (list == nullptr) return capi::missing_argument("list");
    std::string_view who;
    TOKENRY_TRY(capi::read_text("actor", actor, actor_size, who));
    auto made = std::make_unique<IssuedListOut>();
    TOKENRY_TRY(create_tokens(open, who, specs, count, *made));
    *list = made.release();
    return {};
  });
}

void tokenry_issued_list_free(tokenry_issued_list* list) {
  delete static_cast<IssuedListOut*>(list);
}

int tokenry_find(tokenry_store* store, const char* owner, size_t owner_size, const char* label,
                 size_t label_size, uint64_t* id) {
  if (id != nullptr) *id = 0;
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    if (id == nullptr) return capi::missing_argument("id");
    std::string_view owner_name;
    std::string_view label_name;
    TOKENRY_TRY(capi::read_text("owner", owner, owner_size, owner_name));
    TOKENRY_TRY(capi::read_text("label", label, label_size, label_name));
    TOKENRY_ASSIGN(*id, open.find(owner_name, label_name));
    return {};
  });
}

int tokenry_identify(tokenry_store* store, const char* credentials, size_t credentials_size,
                     uint64_t* id) {
  if (id != nullptr) *id = 0;
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    if (id == nullptr) return capi::missing_argument("id");
    if (credentials == nullptr) return capi::missing_argument("credentials");
    TOKENRY_ASSIGN(*id, open.identify({credentials, credentials_size}));
    return {};
  });
}

int tokenry_show(tokenry_store* store, uint64_t id, tokenry_token_info** info) {
  if (info != nullptr) *info = nullptr;
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    if (info == nullptr) return capi::missing_argument("info");
    TOKENRY_ASSIGN(model::Token token, open.show(id));
    TOKENRY_ASSIGN(const model::Catalog catalog, open.catalog());
    *info = new capi::TokenInfoOut(std::move(token), catalog);
    return {};
  });
}

int tokenry_edit(tokenry_store* store, const char* actor, size_t actor_size, uint64_t id,
                 const tokenry_edit_spec* spec, tokenry_token_info** after) {
  if (after != nullptr) *after = nullptr;
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    std::string_view who;
    TOKENRY_TRY(capi::read_text("actor", actor, actor_size, who));
    tokenry_edit_spec copy{};
    constexpr size_t kFirstVersion = offsetof(tokenry_edit_spec, allow_ips);
    TOKENRY_TRY(capi::read_struct("spec", spec, copy, kFirstVersion));
    engine::TokenEdit edit;
    edit.id = id;
    TOKENRY_TRY(read_edit(copy, open, edit));
    // Read first: what fails after the edit would be taken for an edit that was not made.
    model::Catalog catalog;
    if (after != nullptr) {
      TOKENRY_ASSIGN(catalog, open.catalog());
    }
    TOKENRY_ASSIGN(model::Token token, open.edit(who, edit, (copy.flags & TOKENRY_DRY_RUN) != 0));
    if (after == nullptr) return {};
    *after = new capi::TokenInfoOut(std::move(token), catalog);
    return {};
  });
}

int tokenry_suspend(tokenry_store* store, const char* actor, size_t actor_size, const uint64_t* ids,
                    size_t count, uint32_t flags, int32_t* codes) {
  return act(store, actor, actor_size, ids, count, flags, codes, engine::Store::Action::suspend);
}

int tokenry_resume(tokenry_store* store, const char* actor, size_t actor_size, const uint64_t* ids,
                   size_t count, uint32_t flags, int32_t* codes) {
  return act(store, actor, actor_size, ids, count, flags, codes, engine::Store::Action::resume);
}

int tokenry_revoke(tokenry_store* store, const char* actor, size_t actor_size, const uint64_t* ids,
                   size_t count, uint32_t flags, int32_t* codes) {
  return act(store, actor, actor_size, ids, count, flags, codes, engine::Store::Action::revoke);
}

int tokenry_purge(tokenry_store* store, const char* actor, size_t actor_size, const uint64_t* ids,
                  size_t count, uint32_t flags, int32_t* codes) {
  return act(store, actor, actor_size, ids, count, flags, codes, engine::Store::Action::purge);
}

}  // extern "C"
