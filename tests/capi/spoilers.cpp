#include "spoilers.hpp"

#include <climits>
#include <cstdint>

#include "struct_spoilers.hpp"

namespace capi_tests {

namespace {

// ---- handles

template <typename Handle>
Handle* handle(std::uint64_t number) {
  return reinterpret_cast<Handle*>(static_cast<std::uintptr_t>(number));
}

Spoilers bad_stores() {
  Spoilers all{
      {"of a closed store", TOKENRY_CLOSED, [](Arguments& a) { a.store = a.scene.closed_store; }},
      {"of a cursor", TOKENRY_CLOSED,
       [](Arguments& a) { a.store = reinterpret_cast<tokenry_store*>(a.cursor); }}};
  for (const std::uint64_t number :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{5},
        (std::uint64_t{1} << 62) + 1, std::uint64_t{0xFFFFF}, std::uint64_t{0x7FFFDEADBEEF},
        std::uint64_t{UINT64_MAX}, std::uint64_t{UINT64_MAX - 2}}) {
    all.push_back({"invented " + std::to_string(number), TOKENRY_CLOSED,
                   [number](Arguments& a) { a.store = handle<tokenry_store>(number); }});
  }
  return all;
}

Spoilers bad_cursors() {
  // The good one is given back, since the arguments no longer know it.
  const auto replace = [](Arguments& a, tokenry_cursor* by) {
    tokenry_cursor_free(a.cursor);
    a.cursor = by;
  };
  return {{"freed", TOKENRY_CLOSED, [](Arguments& a) { tokenry_cursor_free(a.cursor); }},
          {"of a store", TOKENRY_CLOSED,
           [replace](Arguments& a) {
             replace(a, reinterpret_cast<tokenry_cursor*>(a.scene.world.store()));
           }},
          {"invented 2", TOKENRY_CLOSED,
           [replace](Arguments& a) { replace(a, handle<tokenry_cursor>(2)); }},
          {"invented max", TOKENRY_CLOSED,
           [replace](Arguments& a) { replace(a, handle<tokenry_cursor>(UINT64_MAX)); }},
          {"invented max - 1", TOKENRY_CLOSED,
           [replace](Arguments& a) { replace(a, handle<tokenry_cursor>(UINT64_MAX - 1)); }}};
}

// ---- texts

// What no text of the interface may be, wherever it stands.
Spoilers bad_bytes(Text Arguments::*member) {
  const auto text = [member](const char* name, const std::string& content) {
    return Spoiler{name, kInvalid, [member, content](Arguments& a) { (a.*member).set(content); }};
  };
  return {{"NULL with a size", kInvalid, [member](Arguments& a) { (a.*member).set_null(4); }},
          {"NULL with the largest size", kInvalid,
           [member](Arguments& a) { (a.*member).set_null(SIZE_MAX); }},
          {"a size beyond memory", kInvalid,
           [member](Arguments& a) { (a.*member).set_size(SIZE_MAX); }},
          text("1 MB", std::string(kMegabyte, 'a')),
          text("1 MB and a byte", std::string(kMegabyte + 1, 'a')),
          text("embedded NUL", std::string("ro\0ot", 5)),
          text("NUL at the end", std::string("root\0", 5))};
}

Spoilers bad_texts(Text Arguments::*member, std::size_t limit) {
  const auto text = [member](const char* name, const std::string& content) {
    return Spoiler{name, kInvalid, [member, content](Arguments& a) { (a.*member).set(content); }};
  };
  Spoilers all = bad_bytes(member);
  append(all,
         {text("over its limit", std::string(limit + 1, 'a')),
          text("a byte that is not UTF-8", "ro\xFFt"), text("an over-long NUL", "ro\xC0\x80t"),
          text("a cut UTF-8 sequence", "roo\xE2\x82"), text("a surrogate", "ro\xED\xA0\x80t"),
          text("a line end", "ro\not"), text("an escape", "ro\x1Bot"), text("DEL", "ro\x7Fot")});
  return all;
}

Spoilers bad_names(Text Arguments::*member, std::size_t limit) {
  Spoilers all = bad_texts(member, limit);
  append(all, {{"empty", kInvalid, [member](Arguments& a) { (a.*member).set(""); }},
               {"not given", kInvalid, [member](Arguments& a) { (a.*member).set_null(0); }}});
  return all;
}

Spoilers bad_words(Text Arguments::*member, std::size_t limit) {
  Spoilers all = bad_names(member, limit);
  for (const char* word : {"a b", "a/b", "a*", "\xC3\xA4", "a:b", "a,b"}) {
    all.push_back({std::string("outside its alphabet: ") + word, kInvalid,
                   [member, word](Arguments& a) { (a.*member).set(word); }});
  }
  return all;
}

Spoilers bad_paths() {
  Spoilers all = bad_bytes(&Arguments::path);
  append(all, {{"empty", kInvalid, [](Arguments& a) { a.path.set(""); }},
               {"not given", kInvalid, [](Arguments& a) { a.path.set_null(0); }},
               {"longer than a path can be", kInvalid,
                [](Arguments& a) { a.path.set(std::string(PATH_MAX, '/')); }}});
  return all;
}

Spoilers bad_scope_names() {
  static const char* const with_null[] = {"read", nullptr};
  static const auto name = [](const char* what, int code, const std::string& content) {
    return Spoiler{what, code, [content](Arguments& a) {
                     static std::string kept;
                     kept = content;
                     a.names[1] = kept.data();
                     a.name_sizes[1] = kept.size();
                   }};
  };
  return {{"NULL with a count", kInvalid, [](Arguments& a) { a.names_pointer = nullptr; }},
          {"NULL as a name", kInvalid, [](Arguments& a) { a.names_pointer = with_null; }},
          {"too many", kInvalid, [](Arguments& a) { a.name_count = 65537; }},
          {"the largest count", kInvalid, [](Arguments& a) { a.name_count = SIZE_MAX; }},
          {"the largest size", kInvalid, [](Arguments& a) { a.name_sizes[1] = SIZE_MAX; }},
          name("a name with a NUL", kInvalid, std::string("ed\0it", 5)),
          name("a name of more than 1 MB", kInvalid, std::string(kMegabyte + 1, 'a')),
          name("a name of 1 MB", TOKENRY_UNKNOWN_SCOPE, std::string(kMegabyte, 'a')),
          name("a name too long", TOKENRY_UNKNOWN_SCOPE, std::string(65, 'a')),
          name("an empty name", TOKENRY_UNKNOWN_SCOPE, ""),
          name("a name that is not UTF-8", TOKENRY_UNKNOWN_SCOPE, "\xFF\xFE"),
          name("an unknown name", TOKENRY_UNKNOWN_SCOPE, "edti"),
          name("a name in another case", TOKENRY_UNKNOWN_SCOPE, "EDIT")};
}

Spoilers bad_ids() {
  return {{"0", TOKENRY_NOT_FOUND, [](Arguments& a) { a.id = 0; }},
          {"the largest", TOKENRY_NOT_FOUND, [](Arguments& a) { a.id = UINT64_MAX; }},
          {"of another generation", TOKENRY_NOT_FOUND,
           [](Arguments& a) { a.id ^= std::uint64_t{1} << 63; }}};
}

Spoilers bad_id_lists() {
  return {{"NULL with a count", kInvalid, [](Arguments& a) { a.ids_pointer = nullptr; }},
          {"too many", kInvalid, [](Arguments& a) { a.id_count = 1'000'001; }},
          {"the largest count", kInvalid, [](Arguments& a) { a.id_count = SIZE_MAX; }},
          {"id 0", TOKENRY_NOT_FOUND, [](Arguments& a) { a.ids[0] = 0; }},
          {"the largest id", TOKENRY_NOT_FOUND, [](Arguments& a) { a.ids[0] = UINT64_MAX; }},
          {"another generation", TOKENRY_NOT_FOUND,
           [](Arguments& a) { a.ids[0] ^= std::uint64_t{1} << 63; }},
          {"another slot", TOKENRY_NOT_FOUND, [](Arguments& a) { a.ids[0] ^= 0x80000000; }}};
}

}  // namespace

std::vector<Spoiler> spoilers_of(Part part) {
  switch (part) {
    case Part::closable_store:
      return bad_stores();
    case Part::store: {
      Spoilers all = bad_stores();
      all.push_back({"NULL", TOKENRY_CLOSED, [](Arguments& a) { a.store = nullptr; }});
      return all;
    }
    case Part::freeable_cursor:
      return bad_cursors();
    case Part::cursor: {
      Spoilers all = bad_cursors();
      all.push_back({"NULL", TOKENRY_CLOSED, [](Arguments& a) {
                       tokenry_cursor_free(a.cursor);
                       a.cursor = nullptr;
                     }});
      return all;
    }
    case Part::actor:
      return bad_names(&Arguments::actor, TOKENRY_MAX_ACTOR);
    case Part::owner:
      return bad_words(&Arguments::owner, TOKENRY_MAX_OWNER);
    case Part::new_name:
      return bad_words(&Arguments::new_name, TOKENRY_MAX_OWNER);
    case Part::label:
      return bad_words(&Arguments::label, TOKENRY_MAX_LABEL);
    case Part::new_path:
    case Part::open_path:
      return bad_paths();
    case Part::credentials:
      return bad_names(&Arguments::credentials, TOKENRY_MAX_CREDENTIALS);
    case Part::realm: {
      Spoilers all = bad_texts(&Arguments::realm, 256);
      for (const char* realm : {"a\"b", "a\\b", "\xC3\xA4"}) {
        all.push_back({realm, kInvalid, [realm](Arguments& a) { a.realm.set(realm); }});
      }
      return all;
    }
    case Part::id_text: {
      Spoilers all = bad_names(&Arguments::id_text, TOKENRY_ID_TEXT_SIZE);
      for (const char* text :
           {"0000000000", "000000000001", "0000000000-", "zzzzzzzzzzz", "LygHa16AHYG" /* 2^64 */}) {
        all.push_back({text, kInvalid, [text](Arguments& a) { a.id_text.set(text); }});
      }
      return all;
    }
    case Part::store_options:
      return bad_store_options();
    case Part::open_options:
      return bad_open_options();
    case Part::backup_options:
      return bad_backup_options();
    case Part::check_options:
      return bad_check_options();
    case Part::scope:
      return bad_scopes();
    case Part::ceiling: {
      Spoilers all = bad_sizes(&Arguments::ceiling, true);
      all.push_back(
          {"of another store", kInvalid, [](Arguments& a) { *a.ceiling = a.scene.foreign_set; }});
      return all;
    }
    case Part::names:
      return bad_scope_names();
    case Part::set:
      return bad_output_sizes(&Arguments::set, false);
    case Part::spec:
      return bad_specs();
    case Part::edit:
      return bad_edits();
    case Part::rotation:
      return bad_rotations();
    case Part::filter:
      return bad_filters();
    case Part::freeable_log:
      return bad_logs();
    case Part::log: {
      Spoilers all = bad_logs();
      all.push_back({"NULL", TOKENRY_CLOSED, [](Arguments& a) {
                       tokenry_log_free(a.log);
                       a.log = nullptr;
                     }});
      return all;
    }
    case Part::log_filter:
      return bad_log_filters();
    case Part::head:
      return bad_heads();
    case Part::signed_head:
      return bad_signed_heads();
    case Part::kept_head:
      return bad_kept_heads();
    case Part::new_head:
      return bad_output_sizes(&Arguments::new_head, false);
    case Part::head_text:
      return bad_head_texts();
    case Part::event_body:
      return bad_event_bodies();
    case Part::bytes32:
      return {{"NULL", kInvalid, [](Arguments& a) { a.has_bytes = false; }}};
    case Part::request:
      return bad_requests();
    case Part::verdict:
      return bad_verdicts();
    case Part::judged_verdict:
      return bad_output_sizes(&Arguments::judged_verdict, true);
    case Part::id_buffer:
      return {{"NULL", kInvalid, [](Arguments& a) { a.has_buffer = false; }}};
    case Part::buffer:
      return {{"NULL", kInvalid, [](Arguments& a) { a.has_buffer = false; }},
              {"capacity 0", kInvalid, [](Arguments& a) { a.capacity = 0; }},
              {"capacity 1", kInvalid, [](Arguments& a) { a.capacity = 1; }}};
    case Part::output:
      return {{"NULL", kInvalid, [](Arguments& a) { a.has_output = false; }}};
    case Part::token_id:
      return bad_ids();
    case Part::rotated_id: {
      Spoilers all = bad_ids();
      append(all,
             {{"never rotated", TOKENRY_CONFLICT, [](Arguments& a) { a.id = a.scene.live.id; }},
              {"revoked", TOKENRY_CONFLICT, [](Arguments& a) { a.id = a.scene.revoked.id; }}});
      return all;
    }
    case Part::ids:
    case Part::revoked_ids:
      return bad_id_lists();
    case Part::flags:
      return {{"unknown", kInvalid, [](Arguments& a) { a.flags = 2; }},
              {"all", kInvalid, [](Arguments& a) { a.flags = UINT32_MAX; }}};
  }
  return {};
}

std::vector<Spoiler> extremes_of(Part part) {
  const auto text = [](Text Arguments::*member, std::size_t size) {
    return Spoilers{{"at its limit", 0,
                     [member, size](Arguments& a) { (a.*member).set(std::string(size, 'a')); }}};
  };
  switch (part) {
    case Part::actor: {
      Spoilers all = text(&Arguments::actor, TOKENRY_MAX_ACTOR);
      all.push_back(
          {"not of ASCII", 0, [](Arguments& a) { a.actor.set("J\xC3\xB6rg \xE2\x82\xAC"); }});
      return all;
    }
    case Part::owner:
      return text(&Arguments::owner, TOKENRY_MAX_OWNER);
    case Part::new_name:
      return text(&Arguments::new_name, TOKENRY_MAX_OWNER);
    case Part::label:
      return text(&Arguments::label, TOKENRY_MAX_LABEL);
    case Part::realm:
      return text(&Arguments::realm, 256);
    case Part::store_options:
      return longer_structs(&Arguments::store_options);
    case Part::open_options:
      return longer_structs(&Arguments::open_options);
    case Part::backup_options:
      return longer_structs(&Arguments::backup_options);
    case Part::check_options:
      return longer_structs(&Arguments::check_options);
    case Part::scope:
      return longer_structs(&Arguments::scope);
    case Part::ceiling:
      return longer_structs(&Arguments::ceiling);
    case Part::set:
      return longer_outputs(&Arguments::set);
    case Part::spec: {
      Spoilers all = longer_structs(&Arguments::spec);
      append(all, conditions_at_their_limits_in_specs());
      append(all, {{"the last expiry", 0,
                    [](Arguments& a) { a.spec->expires_at_ms = (std::int64_t{1} << 48) - 1; }},
                   {"a note at its limit", 0, [](Arguments& a) {
                      static const std::string note(TOKENRY_MAX_NOTE, 'n');
                      a.spec->note = note.data();
                      a.spec->note_size = note.size();
                    }}});
      return all;
    }
    case Part::edit: {
      Spoilers all = longer_structs(&Arguments::edit);
      append(all, conditions_at_their_limits_in_edits());
      return all;
    }
    case Part::rotation: {
      Spoilers all = longer_structs(&Arguments::rotation);
      append(all, {{"NULL", 0, [](Arguments& a) { a.rotation.set_null(); }},
                   {"the longest overlap", 0,
                    [](Arguments& a) { a.rotation->overlap_ms = kLongestOverlapMs; }},
                   {"the shortest overlap", 0, [](Arguments& a) { a.rotation->overlap_ms = 1; }},
                   {"at once", 0, [](Arguments& a) { a.rotation->flags = TOKENRY_ROTATE_AT_ONCE; }},
                   {"retiring on use", 0,
                    [](Arguments& a) { a.rotation->flags = TOKENRY_ROTATE_RETIRE_ON_USE; }}});
      return all;
    }
    case Part::filter:
      return longer_structs(&Arguments::filter);
    case Part::log_filter:
      return longer_structs(&Arguments::log_filter);
    case Part::head:
    case Part::signed_head:
    case Part::kept_head:
      return longer_structs(&Arguments::head);
    case Part::new_head:
      return longer_outputs(&Arguments::new_head);
    case Part::request: {
      Spoilers all = longer_structs(&Arguments::request);
      all.push_back({"the last clock", 0, [](Arguments& a) { a.request->now_ms = INT64_MAX; }});
      return all;
    }
    case Part::verdict:
      return longer_structs(&Arguments::verdict);
    case Part::judged_verdict: {
      Spoilers all = longer_outputs(&Arguments::judged_verdict);
      all.push_back({"NULL", 0, [](Arguments& a) { a.judged_verdict.set_null(); }});
      return all;
    }
    case Part::ids:
    case Part::revoked_ids:
      return {{"none", 0, [](Arguments& a) { a.id_count = 0; }}};
    default:
      return {};
  }
}

}  // namespace capi_tests
