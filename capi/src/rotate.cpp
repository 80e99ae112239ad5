// Rotation.
#include <memory>

#include "arguments.hpp"
#include "issued.hpp"
#include "wall.hpp"

using namespace tokenry;
using base::Code;
using base::Status;

namespace {

constexpr int64_t kDefaultOverlapMs = int64_t{24} * 3600 * 1000;

Status read_rotation(const tokenry_rotate_spec* given, engine::Rotation& out) {
  tokenry_rotate_spec spec{};
  spec.struct_size = sizeof spec;
  if (given != nullptr) TOKENRY_TRY(capi::read_struct("spec", given, spec));
  constexpr uint32_t kAllFlags = TOKENRY_ROTATE_RETIRE_ON_USE | TOKENRY_ROTATE_AT_ONCE;
  if ((spec.flags & ~kAllFlags) != 0) return {Code::invalid_argument, "spec: unknown flags"};
  const bool at_once = (spec.flags & TOKENRY_ROTATE_AT_ONCE) != 0;
  if (at_once && spec.overlap_ms != 0) {
    return {Code::invalid_argument,
            "spec: rotating at once leaves no overlap; give one or the other"};
  }
  out.retires_on_use = (spec.flags & TOKENRY_ROTATE_RETIRE_ON_USE) != 0;
  out.overlap_ms = spec.overlap_ms != 0 || at_once ? spec.overlap_ms : kDefaultOverlapMs;
  return {};
}

using EndRotation = base::Result<model::Token> (engine::Store::*)(std::string_view, uint64_t);

int end_rotation(tokenry_store* store, const char* actor, size_t actor_size, uint64_t id,
                 tokenry_token_info** after, EndRotation end) {
  if (after != nullptr) *after = nullptr;
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    std::string_view who;
    TOKENRY_TRY(capi::read_text("actor", actor, actor_size, who));
    // Read first: what fails afterwards would be taken for a change that was not made.
    model::Catalog catalog;
    if (after != nullptr) {
      TOKENRY_ASSIGN(catalog, open.catalog());
    }
    TOKENRY_ASSIGN(model::Token token, (open.*end)(who, id));
    if (after != nullptr) *after = new capi::TokenInfoOut(std::move(token), catalog);
    return {};
  });
}

}  // namespace

extern "C" {

int tokenry_rotate(tokenry_store* store, const char* actor, size_t actor_size, uint64_t id,
                   const tokenry_rotate_spec* spec, tokenry_issued** issued) {
  if (issued != nullptr) *issued = nullptr;
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    if (issued == nullptr) return capi::missing_argument("issued");
    std::string_view who;
    TOKENRY_TRY(capi::read_text("actor", actor, actor_size, who));
    engine::Rotation rotation;
    rotation.id = id;
    TOKENRY_TRY(read_rotation(spec, rotation));
    engine::Issued fresh;
    model::Catalog catalog;
    std::unique_ptr<capi::IssuedOut> made;
    TOKENRY_TRY(open.rotate(who, rotation, fresh, catalog,
                            [&] { made = std::make_unique<capi::IssuedOut>(fresh, catalog); }));
    *issued = made.release();
    return {};
  });
}

int tokenry_rotate_finish(tokenry_store* store, const char* actor, size_t actor_size, uint64_t id,
                          tokenry_token_info** after) {
  return end_rotation(store, actor, actor_size, id, after, &engine::Store::finish_rotation);
}

int tokenry_rotate_abort(tokenry_store* store, const char* actor, size_t actor_size, uint64_t id,
                         tokenry_token_info** after) {
  return end_rotation(store, actor, actor_size, id, after, &engine::Store::abort_rotation);
}

}  // extern "C"
