#include "entries.hpp"

namespace capi_tests {

namespace {

// A text as the two arguments that it is passed as.
#define TEXT(text) (text).data(), (text).size()
// A call with `out`, the address of a pointer that an object comes back through, or of a number.
#define OBJECT(type, call) a.with_output<type>([&](type** out) { return call; }, type##_free)
#define NUMBER(call) a.with_number([&](uint64_t* out) { return call; })
// A call on several ids.
#define MANY(function)                                                                  \
  a.with_codes([&](int32_t* codes) {                                                    \
    return function(a.store, TEXT(a.actor), a.ids_pointer, a.id_count, a.flags, codes); \
  })
#define ENTRY(symbol, call, ...)                                \
  Entry {                                                       \
#symbol, {__VA_ARGS__ }, [](Arguments & a) { return call; } \
  }

using P = Part;

const std::vector<Entry> kFallible = {
    ENTRY(tokenry_id_print, tokenry_id_print(a.id, a.has_buffer ? a.buffer : nullptr),
          P::id_buffer),
    ENTRY(tokenry_id_parse, NUMBER(tokenry_id_parse(TEXT(a.id_text), out)), P::id_text, P::output),
    ENTRY(tokenry_store_create, a.create_store_call(), P::new_path, P::actor, P::store_options),
    ENTRY(tokenry_open, a.open_call(), P::open_path, P::open_options, P::output),
    ENTRY(tokenry_close, a.close_call(), P::closable_store),
    ENTRY(tokenry_stat, OBJECT(tokenry_store_info, tokenry_stat(a.store, out)), P::store,
          P::output),
    ENTRY(tokenry_maintain, NUMBER(tokenry_maintain(a.store, out)), P::store),
    ENTRY(tokenry_freeze, tokenry_freeze(a.store, TEXT(a.actor)), P::store, P::actor),
    ENTRY(tokenry_thaw, tokenry_thaw(a.store, TEXT(a.actor)), P::store, P::actor),
    ENTRY(tokenry_backup, tokenry_backup(a.store, TEXT(a.path), a.backup_options.get()), P::store,
          P::new_path, P::backup_options),
    ENTRY(tokenry_check,
          OBJECT(tokenry_check_report, tokenry_check(TEXT(a.path), a.check_options.get(), out)),
          P::open_path, P::check_options, P::output),
    ENTRY(tokenry_scope_add, tokenry_scope_add(a.store, TEXT(a.actor), a.scope.get()), P::store,
          P::actor, P::scope),
    ENTRY(tokenry_scope_list_get, OBJECT(tokenry_scope_list, tokenry_scope_list_get(a.store, out)),
          P::store, P::output),
    ENTRY(tokenry_scope_set_make, a.scope_set_call(), P::store, P::names, P::set),
    ENTRY(tokenry_owner_create,
          tokenry_owner_create(a.store, TEXT(a.actor), TEXT(a.new_name), a.ceiling.get()), P::store,
          P::actor, P::new_name, P::ceiling),
    ENTRY(tokenry_owner_set_ceiling,
          tokenry_owner_set_ceiling(a.store, TEXT(a.actor), TEXT(a.owner), a.ceiling.get()),
          P::store, P::actor, P::owner, P::ceiling),
    ENTRY(tokenry_owner_suspend, tokenry_owner_suspend(a.store, TEXT(a.actor), TEXT(a.owner)),
          P::store, P::actor, P::owner),
    ENTRY(tokenry_owner_resume, tokenry_owner_resume(a.store, TEXT(a.actor), TEXT(a.owner)),
          P::store, P::actor, P::owner),
    ENTRY(tokenry_owner_rename,
          tokenry_owner_rename(a.store, TEXT(a.actor), TEXT(a.owner), TEXT(a.new_name)), P::store,
          P::actor, P::owner, P::new_name),
    ENTRY(tokenry_owner_delete,
          NUMBER(tokenry_owner_delete(a.store, TEXT(a.actor), TEXT(a.owner), out)), P::store,
          P::actor, P::owner),
    ENTRY(tokenry_owner_get,
          OBJECT(tokenry_owner_info, tokenry_owner_get(a.store, TEXT(a.owner), out)), P::store,
          P::owner, P::output),
    ENTRY(tokenry_owner_list_get, OBJECT(tokenry_owner_list, tokenry_owner_list_get(a.store, out)),
          P::store, P::output),
    ENTRY(tokenry_create,
          OBJECT(tokenry_issued, tokenry_create(a.store, TEXT(a.actor), a.spec.get(), out)),
          P::store, P::actor, P::spec, P::output),
    ENTRY(tokenry_create_many,
          OBJECT(tokenry_issued_list,
                 tokenry_create_many(a.store, TEXT(a.actor), a.spec.get(), 1, out)),
          P::store, P::actor, P::spec, P::output),
    ENTRY(tokenry_find, NUMBER(tokenry_find(a.store, TEXT(a.owner), TEXT(a.label), out)), P::store,
          P::owner, P::label, P::output),
    ENTRY(tokenry_identify, NUMBER(tokenry_identify(a.store, TEXT(a.credentials), out)), P::store,
          P::credentials, P::output),
    ENTRY(tokenry_show, OBJECT(tokenry_token_info, tokenry_show(a.store, a.id, out)), P::store,
          P::token_id, P::output),
    ENTRY(tokenry_edit,
          OBJECT(tokenry_token_info, tokenry_edit(a.store, TEXT(a.actor), a.id, a.edit.get(), out)),
          P::store, P::actor, P::token_id, P::edit),
    ENTRY(
        tokenry_rotate,
        OBJECT(tokenry_issued, tokenry_rotate(a.store, TEXT(a.actor), a.id, a.rotation.get(), out)),
        P::store, P::actor, P::token_id, P::rotation, P::output),
    ENTRY(tokenry_rotate_finish,
          OBJECT(tokenry_token_info, tokenry_rotate_finish(a.store, TEXT(a.actor), a.id, out)),
          P::store, P::actor, P::rotated_id),
    ENTRY(tokenry_rotate_abort,
          OBJECT(tokenry_token_info, tokenry_rotate_abort(a.store, TEXT(a.actor), a.id, out)),
          P::store, P::actor, P::rotated_id),
    ENTRY(tokenry_suspend, MANY(tokenry_suspend), P::store, P::actor, P::ids, P::flags),
    ENTRY(tokenry_resume, MANY(tokenry_resume), P::store, P::actor, P::ids, P::flags),
    ENTRY(tokenry_revoke, MANY(tokenry_revoke), P::store, P::actor, P::ids, P::flags),
    ENTRY(tokenry_purge, MANY(tokenry_purge), P::store, P::actor, P::revoked_ids, P::flags),
    ENTRY(tokenry_list, a.list_call(), P::store, P::filter, P::output),
    ENTRY(tokenry_cursor_next, OBJECT(tokenry_token_info, tokenry_cursor_next(a.cursor, out)),
          P::cursor, P::output),
    ENTRY(tokenry_cursor_free, a.cursor_free_call(), P::freeable_cursor),
    ENTRY(tokenry_log_open, a.log_open_call(), P::store, P::log_filter, P::output),
    ENTRY(tokenry_log_next, OBJECT(tokenry_event, tokenry_log_next(a.log, out)), P::log, P::output),
    ENTRY(tokenry_log_free, a.log_free_call(), P::freeable_log),
    ENTRY(tokenry_log_head, a.log_head_call(), P::store, P::new_head),
    ENTRY(tokenry_log_check, tokenry_log_check(a.store, a.head.get()), P::store, P::kept_head),
    ENTRY(tokenry_head_print, a.head_print_call(), P::head, P::buffer),
    ENTRY(tokenry_head_parse, a.head_parse_call(), P::head_text, P::new_head),
    ENTRY(tokenry_head_verify, tokenry_head_verify(a.head.get(), a.public_key()), P::signed_head,
          P::bytes32),
    ENTRY(tokenry_event_decode,
          OBJECT(tokenry_event,
                 tokenry_event_decode(a.body_pointer, a.body_size, a.public_key(), out)),
          P::event_body, P::bytes32, P::output),
    ENTRY(tokenry_verify, a.verify_call(), P::store, P::request, P::judged_verdict),
    ENTRY(tokenry_verdict_describe,
          OBJECT(tokenry_verdict_info, tokenry_verdict_describe(a.store, a.verdict.get(), out)),
          P::store, P::verdict, P::output),
    ENTRY(tokenry_verdict_challenge, a.challenge_call(), P::store, P::verdict, P::realm, P::buffer),
};

#undef TEXT
#undef OBJECT
#undef NUMBER
#undef MANY
#undef ENTRY

const std::vector<const char*> kInfallible = {
    "tokenry_version",          "tokenry_last_error",        "tokenry_status_name",
    "tokenry_reason_name",      "tokenry_token_status_name", "tokenry_reason_http_status",
    "tokenry_store_info_free",  "tokenry_scope_list_free",   "tokenry_owner_info_free",
    "tokenry_owner_list_free",  "tokenry_token_info_free",   "tokenry_issued_free",
    "tokenry_issued_list_free", "tokenry_verdict_info_free", "tokenry_event_free",
    "tokenry_check_report_free"};

}  // namespace

const std::vector<Entry>& fallible_entries() { return kFallible; }
const std::vector<const char*>& infallible_entries() { return kInfallible; }

}  // namespace capi_tests
