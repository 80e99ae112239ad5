#include "struct_spoilers.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace capi_tests {

// One that sets a field.
#define SPOIL(name, field, value)                         \
  Spoiler {                                               \
    name, kInvalid, [](Arguments& a) { a.field = value; } \
  }
#define SPOIL_TEXT(name, field, content)       \
  Spoiler {                                    \
    name, kInvalid, [](Arguments& a) {         \
      static const std::string text = content; \
      a.field = text.data();                   \
      a.field##_size = text.size();            \
    }                                          \
  }

Spoilers bad_store_options() {
  static const std::uint8_t key[TOKENRY_KEY_SIZE] = {1};
  static const auto bad_scope = sized<tokenry_scope>();
  Spoilers all = bad_sizes(&Arguments::store_options, true);
  append(all,
         {SPOIL("unknown flags", store_options->flags, 2),
          SPOIL_TEXT("a prefix too short", store_options->prefix, "a"),
          SPOIL_TEXT("a prefix too long", store_options->prefix, "abcdefghijk"),
          SPOIL_TEXT("a prefix in capitals", store_options->prefix, "ABC"),
          SPOIL("a prefix without text", store_options->prefix_size, 4),
          SPOIL_TEXT("an unknown catalog", store_options->catalog, "cpanel"),
          SPOIL("scopes without a pointer", store_options->scope_count, 1),
          SPOIL("the largest count of scopes", store_options->scope_count, SIZE_MAX),
          {"too many scopes", kInvalid,
           [](Arguments& a) {
             a.store_options->scopes = &bad_scope;
             a.store_options->scope_count = 257;
           }},
          {"a scope without a name", kInvalid,
           [](Arguments& a) {
             a.store_options->scopes = &bad_scope;
             a.store_options->scope_count = 1;
           }},
          {"a catalog and scopes", kInvalid,
           [](Arguments& a) {
             a.store_options->catalog = "whm";
             a.store_options->catalog_size = 3;
             a.store_options->scopes = &bad_scope;
             a.store_options->scope_count = 1;
           }},
          SPOIL_TEXT("a group with a NUL", store_options->group, std::string("ro\0ot", 5)),
          SPOIL("a key file without text", store_options->key_file_size, 4),
          SPOIL_TEXT("a key file with a NUL", store_options->key_file, std::string("k\0ey", 4)),
          SPOIL("a key without bytes", store_options->key_size, TOKENRY_KEY_SIZE),
          {"a key too short", kInvalid,
           [](Arguments& a) {
             a.store_options->key = key;
             a.store_options->key_size = TOKENRY_KEY_SIZE - 1;
           }},
          {"a key too long", kInvalid,
           [](Arguments& a) {
             a.store_options->key = key;
             a.store_options->key_size = TOKENRY_KEY_SIZE + 1;
           }},
          {"a key for an unsealed store", kInvalid,
           [](Arguments& a) {
             a.store_options->key = key;
             a.store_options->key_size = TOKENRY_KEY_SIZE;
             a.store_options->flags = TOKENRY_CREATE_UNSEALED;
           }},
          SPOIL("a map too small", store_options->map_size_bytes, kSmallMapBytes - 1),
          SPOIL("a map too large", store_options->map_size_bytes, (uint64_t{16} << 40) + 1),
          SPOIL("the largest map", store_options->map_size_bytes, UINT64_MAX)});
  return all;
}

// A key and where it stands, as more than one struct has them.
template <typename Struct>
Spoilers bad_key_choices(StructArgument<Struct> Arguments::*member) {
  static const std::uint8_t key[TOKENRY_KEY_SIZE] = {1};
  const auto spoiler = [member](const char* name, void (*spoil)(Struct&)) {
    return Spoiler{name, kInvalid, [member, spoil](Arguments& a) { spoil(*(a.*member)); }};
  };
  return {
      spoiler("unknown flags", [](Struct& options) { options.flags = 2; }),
      spoiler("all flags", [](Struct& options) { options.flags = UINT32_MAX; }),
      spoiler("a key file without text", [](Struct& options) { options.key_file_size = 4; }),
      spoiler("a key without bytes", [](Struct& options) { options.key_size = TOKENRY_KEY_SIZE; }),
      spoiler("a key too short",
              [](Struct& options) {
                options.key = key;
                options.key_size = TOKENRY_KEY_SIZE - 1;
              }),
      spoiler("a key and a key file", [](Struct& options) {
        options.key = key;
        options.key_size = TOKENRY_KEY_SIZE;
        options.key_file = "/key";
        options.key_file_size = 4;
      })};
}

Spoilers bad_open_options() {
  Spoilers all = bad_sizes(&Arguments::open_options, true);
  append(all, bad_key_choices(&Arguments::open_options));
  return all;
}

Spoilers bad_check_options() {
  Spoilers all = bad_sizes(&Arguments::check_options, true);
  append(all, bad_key_choices(&Arguments::check_options));
  return all;
}

Spoilers bad_backup_options() {
  Spoilers all = bad_sizes(&Arguments::backup_options, true);
  append(all, {SPOIL("unknown flags", backup_options->flags, 2),
               SPOIL("all flags", backup_options->flags, UINT32_MAX)});
  return all;
}

Spoilers bad_scopes() {
  Spoilers all = bad_sizes(&Arguments::scope, false);
  append(all,
         {SPOIL("unknown flags", scope->flags, 4), SPOIL("all flags", scope->flags, UINT32_MAX),
          SPOIL("no name", scope->name_size, 0), SPOIL("NULL as its name", scope->name, nullptr),
          SPOIL_TEXT("a name too long", scope->name, std::string(65, 'a')),
          SPOIL_TEXT("a name of 1 MB", scope->name, std::string(kMegabyte + 1, 'a')),
          SPOIL_TEXT("a name that begins with a dot", scope->name, ".a"),
          SPOIL_TEXT("a name with a NUL", scope->name, std::string("a\0b", 3)),
          SPOIL_TEXT("a name that is not UTF-8", scope->name, "a\xFF"),
          SPOIL_TEXT("a group too long", scope->group, std::string(257, 'a')),
          SPOIL_TEXT("a group with a line end", scope->group, "a\nb"),
          SPOIL("a group without text", scope->group_size, 1),
          SPOIL_TEXT("a text too long", scope->text, std::string(257, 'a')),
          SPOIL_TEXT("a text that is not UTF-8", scope->text, "\xC3")});
  return all;
}

// Of a token to make; also of one to edit, as far as the fields are there.
Spoilers bad_specs() {
  static const auto no_size = tokenry_scope_set{};
  static const auto made_up = [] {
    auto set = sized<tokenry_scope_set>();
    set.bits[3] = std::uint64_t{1} << 63;
    return set;
  }();
  Spoilers all = bad_sizes(&Arguments::spec, false);
  append(all, bad_older_sizes(&Arguments::spec, offsetof(tokenry_token_spec, allow_ips)));
  append(all, bad_conditions_of_specs());
  append(all, {SPOIL("unknown flags", spec->flags, 1),
               SPOIL("no owner", spec->owner_size, 0),
               SPOIL("NULL as the owner", spec->owner, nullptr),
               SPOIL_TEXT("an owner too long", spec->owner, std::string(129, 'a')),
               SPOIL_TEXT("an owner with a NUL", spec->owner, std::string("a\0b", 3)),
               SPOIL_TEXT("an owner that is not UTF-8", spec->owner, "\xFF"),
               SPOIL("no label", spec->label_size, 0),
               SPOIL("NULL as the label", spec->label, nullptr),
               SPOIL_TEXT("a label too long", spec->label, std::string(65, 'a')),
               SPOIL_TEXT("a label of 1 MB", spec->label, std::string(kMegabyte, 'a')),
               SPOIL_TEXT("a label with a slash", spec->label, "a/b"),
               SPOIL("a note without text", spec->note_size, 1),
               SPOIL_TEXT("a note too long", spec->note, std::string(1025, 'a')),
               SPOIL_TEXT("a note that is not UTF-8", spec->note, "\xED\xA0\x80"),
               SPOIL_TEXT("a note with a NUL", spec->note, std::string("a\0", 2)),
               SPOIL("NULL as the scopes", spec->scopes, nullptr),
               SPOIL("scopes without a size", spec->scopes, &no_size),
               SPOIL("scopes that no store made", spec->scopes, &made_up),
               SPOIL("scopes of another store", spec->scopes, &a.scene.foreign_set),
               SPOIL("an expiry in the past", spec->expires_at_ms, 1),
               SPOIL("an expiry just now", spec->expires_at_ms, now_ms()),
               SPOIL("a negative expiry", spec->expires_at_ms, -1),
               SPOIL("the least expiry", spec->expires_at_ms, INT64_MIN),
               SPOIL("the largest expiry", spec->expires_at_ms, INT64_MAX),
               SPOIL("an expiry beyond the format", spec->expires_at_ms, int64_t{1} << 48),
               SPOIL("a negative not-before", spec->not_before_ms, -1),
               SPOIL("the least not-before", spec->not_before_ms, INT64_MIN),
               SPOIL("the largest not-before", spec->not_before_ms, INT64_MAX),
               {"a not-before at the expiry", kInvalid, [](Arguments& a) {
                  a.spec->expires_at_ms = now_ms() + 100'000;
                  a.spec->not_before_ms = a.spec->expires_at_ms;
                }}});
  return all;
}

namespace {

Spoiler bad_edit(const char* name, std::uint32_t field,
                 const std::function<void(tokenry_edit_spec&, Arguments&)>& spoil) {
  return {name, kInvalid, [field, spoil](Arguments& a) {
            a.edit->fields = field;
            spoil(*a.edit, a);
          }};
}

}  // namespace

Spoilers bad_edits() {
  using Edit = tokenry_edit_spec;
  static const std::string long_label(65, 'a');
  static const std::string long_note(1025, 'a');
  Spoilers all = bad_sizes(&Arguments::edit, false);
  append(all, bad_older_sizes(&Arguments::edit, offsetof(tokenry_edit_spec, allow_ips)));
  append(all, bad_conditions_of_edits());
  append(
      all,
      {SPOIL("no fields", edit->fields, 0), SPOIL("unknown fields", edit->fields, 1024),
       SPOIL("all fields", edit->fields, UINT32_MAX), SPOIL("unknown flags", edit->flags, 2),
       bad_edit("no label", TOKENRY_EDIT_LABEL, [](Edit&, Arguments&) {}),
       bad_edit("a label too long", TOKENRY_EDIT_LABEL,
                [](Edit& e, Arguments&) {
                  e.label = long_label.data();
                  e.label_size = long_label.size();
                }),
       bad_edit("a label without text", TOKENRY_EDIT_LABEL,
                [](Edit& e, Arguments&) { e.label_size = 3; }),
       bad_edit("a note too long", TOKENRY_EDIT_NOTE,
                [](Edit& e, Arguments&) {
                  e.note = long_note.data();
                  e.note_size = long_note.size();
                }),
       bad_edit("NULL as scopes", TOKENRY_EDIT_SCOPES, [](Edit&, Arguments&) {}),
       bad_edit("NULL as scopes to add", TOKENRY_EDIT_ADD_SCOPES, [](Edit&, Arguments&) {}),
       bad_edit("NULL as scopes to remove", TOKENRY_EDIT_REMOVE_SCOPES, [](Edit&, Arguments&) {}),
       bad_edit("scopes of another store", TOKENRY_EDIT_ADD_SCOPES,
                [](Edit& e, Arguments& a) { e.add_scopes = &a.scene.foreign_set; }),
       bad_edit("an expiry in the past", TOKENRY_EDIT_EXPIRES_AT,
                [](Edit& e, Arguments&) { e.expires_at_ms = 1; }),
       bad_edit("the least expiry", TOKENRY_EDIT_EXPIRES_AT,
                [](Edit& e, Arguments&) { e.expires_at_ms = INT64_MIN; }),
       bad_edit("the largest expiry", TOKENRY_EDIT_EXPIRES_AT,
                [](Edit& e, Arguments&) { e.expires_at_ms = INT64_MAX; }),
       bad_edit("the least not-before", TOKENRY_EDIT_NOT_BEFORE,
                [](Edit& e, Arguments&) { e.not_before_ms = INT64_MIN; }),
       bad_edit("the largest not-before", TOKENRY_EDIT_NOT_BEFORE,
                [](Edit& e, Arguments&) { e.not_before_ms = INT64_MAX; })});
  return all;
}

Spoilers bad_filters() {
  static const char* const null_owner[] = {"root", nullptr};
  static const std::string long_text(kMegabyte, 'a');
  static const char* const long_owner[] = {long_text.c_str()};
  static const std::string over_long_owner_text(129, 'a');
  static const char* const over_long_owner[] = {over_long_owner_text.c_str()};
  static const std::string long_glob(257, '*');
  Spoilers all = bad_sizes(&Arguments::filter, true);
  const auto owners = [](const char* name, const char* const* list, std::size_t count) {
    return Spoiler{name, kInvalid, [list, count](Arguments& a) {
                     a.filter->owners = list;
                     a.filter->owner_count = count;
                   }};
  };
  append(
      all,
      {SPOIL("an unknown order", filter->sort, 7),
       SPOIL("the largest order", filter->sort, UINT32_MAX),
       SPOIL("descending twice", filter->descending, 2),
       SPOIL("a status 0", filter->status_mask, 1), SPOIL("a status 8", filter->status_mask, 256),
       SPOIL("all statuses that could be", filter->status_mask, UINT32_MAX),
       owners("owners without a pointer", nullptr, 1),
       owners("the largest count of owners", null_owner, SIZE_MAX),
       owners("too many owners", null_owner, 65537), owners("NULL as an owner", null_owner, 2),
       owners("an owner over its limit", over_long_owner, 1),
       owners("an owner of 1 MB", long_owner, 1),
       SPOIL("a pattern too long", filter->label_glob, long_glob.c_str()),
       SPOIL("a pattern of 1 MB", filter->label_glob, long_text.c_str()),
       SPOIL("scopes of another store", filter->scopes, &a.scene.foreign_set)});
  return all;
}

Spoilers bad_requests() {
  static const auto no_size = tokenry_scope_set{};
  Spoilers all = bad_sizes(&Arguments::request, false);
  append(all, {SPOIL("unknown flags", request->flags, 1),
               SPOIL("NULL as the credentials", request->credentials, nullptr),
               SPOIL("scopes of another store", request->required, &a.scene.foreign_set),
               SPOIL("scopes without a size", request->required, &no_size),
               SPOIL("a negative clock", request->now_ms, -1),
               SPOIL("the least clock", request->now_ms, INT64_MIN)});
  for (const std::uint32_t size : {1U, 3U, 5U, 15U, 17U, UINT32_MAX}) {
    all.push_back({"an address of " + std::to_string(size) + " bytes", kInvalid,
                   [size](Arguments& a) { a.request->address_size = size; }});
  }
  return all;
}

Spoilers bad_verdicts() {
  Spoilers all = bad_sizes(&Arguments::verdict, false);
  append(all, {SPOIL("a negative reason", verdict->reason, -1),
               SPOIL("the least reason", verdict->reason, INT32_MIN),
               SPOIL("an unknown reason", verdict->reason, 19),
               SPOIL("a status as its reason", verdict->reason, 100),
               {"of another store", kInvalid,
                [](Arguments& a) { *a.verdict = a.scene.foreign_verdict; }}});
  return all;
}

#undef SPOIL
#undef SPOIL_TEXT

}  // namespace capi_tests
