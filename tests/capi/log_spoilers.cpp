// What may be wrong with the arguments of the log's functions.
#include <cstdint>
#include <string>

#include "struct_spoilers.hpp"

namespace capi_tests {

Spoilers bad_logs() {
  // The good one is given back, since the arguments no longer know it.
  const auto replace = [](Arguments& a, tokenry_log* by) {
    tokenry_log_free(a.log);
    a.log = by;
  };
  return {{"freed", TOKENRY_CLOSED, [](Arguments& a) { tokenry_log_free(a.log); }},
          {"of a store", TOKENRY_CLOSED,
           [replace](Arguments& a) {
             replace(a, reinterpret_cast<tokenry_log*>(a.scene.world.store()));
           }},
          {"of a cursor", TOKENRY_CLOSED,
           [replace](Arguments& a) { replace(a, reinterpret_cast<tokenry_log*>(a.cursor)); }},
          {"invented", TOKENRY_CLOSED, [replace](Arguments& a) {
             replace(a, reinterpret_cast<tokenry_log*>(std::uintptr_t{0x7FFFDEADBEEF}));
           }}};
}

Spoilers bad_log_filters() {
  static const std::string long_owner(129, 'a');
  static const std::string huge(kMegabyte + 1, 'a');
  static const auto with_nul = std::string("a\0b", 3);
  const auto owner = [](const char* name, const char* text, std::size_t size) {
    return Spoiler{name, kInvalid, [text, size](Arguments& a) {
                     a.log_filter->owner = text;
                     a.log_filter->owner_size = size;
                   }};
  };
  Spoilers all = bad_sizes(&Arguments::log_filter, true);
  append(all,
         {{"reserved", kInvalid, [](Arguments& a) { a.log_filter->reserved = 1; }},
          owner("an owner without text", nullptr, 1),
          owner("an owner over its limit", long_owner.data(), long_owner.size()),
          owner("an owner of 1 MB", huge.data(), huge.size()),
          owner("an owner with a NUL", with_nul.data(), with_nul.size()),
          owner("an owner with a slash", "a/b", 3),
          owner("an owner that is not UTF-8", "\xFF", 1),
          {"a negative time", kInvalid, [](Arguments& a) { a.log_filter->since_ms = -1; }},
          {"the least time", kInvalid, [](Arguments& a) { a.log_filter->since_ms = INT64_MIN; }},
          {"a time beyond the format", kInvalid,
           [](Arguments& a) { a.log_filter->since_ms = std::int64_t{1} << 48; }}});
  return all;
}

Spoilers bad_heads() {
  Spoilers all = bad_sizes(&Arguments::head, false);
  append(all, {{"reserved", kInvalid, [](Arguments& a) { a.head->reserved = 1; }},
               {"a negative time", kInvalid, [](Arguments& a) { a.head->at_ms = -1; }},
               {"a time beyond the format", kInvalid,
                [](Arguments& a) { a.head->at_ms = std::int64_t{1} << 48; }}});
  return all;
}

Spoilers bad_signed_heads() {
  Spoilers all = bad_heads();
  append(
      all,
      {{"of another store", TOKENRY_TAMPERED, [](Arguments& a) { *a.head = a.scene.foreign_head; }},
       {"of another event", TOKENRY_TAMPERED, [](Arguments& a) { a.head->sequence += 1; }},
       {"of another hash", TOKENRY_TAMPERED, [](Arguments& a) { a.head->hash[31] ^= 1; }},
       {"of another time", TOKENRY_TAMPERED, [](Arguments& a) { a.head->at_ms += 1; }},
       {"of another signature", TOKENRY_TAMPERED, [](Arguments& a) { a.head->signature[63] ^= 1; }},
       {"without a signature", TOKENRY_TAMPERED, [](Arguments& a) {
          std::fill(std::begin(a.head->signature), std::end(a.head->signature), std::uint8_t{0});
        }}});
  return all;
}

Spoilers bad_kept_heads() {
  Spoilers all = bad_signed_heads();
  for (Spoiler& one : all) {
    if (one.name == "of another store") one.code = kInvalid;
  }
  return all;
}

Spoilers bad_head_texts() {
  Spoilers all{
      {"NULL with a size", kInvalid, [](Arguments& a) { a.head_text.set_null(4); }},
      {"not given", kInvalid, [](Arguments& a) { a.head_text.set_null(0); }},
      {"a size beyond memory", kInvalid, [](Arguments& a) { a.head_text.set_size(SIZE_MAX); }}};
  const auto changed = [&all](const char* name, const std::function<void(std::string&)>& change) {
    all.push_back({name, kInvalid, [change](Arguments& a) {
                     std::string text(a.head_text.data(), a.head_text.size());
                     change(text);
                     a.head_text.set(text);
                   }});
  };
  changed("empty", [](std::string& text) { text.clear(); });
  changed("another word", [](std::string& text) { text[13] = '2'; });
  changed("its last digit lost", [](std::string& text) { text.pop_back(); });
  changed("a digit more", [](std::string& text) { text += '0'; });
  changed("a line end", [](std::string& text) { text += '\n'; });
  changed("a blank at its end", [](std::string& text) { text += ' '; });
  changed("a blank before it", [](std::string& text) { text.insert(0, 1, ' '); });
  changed("two blanks", [](std::string& text) { text.insert(14, 1, ' '); });
  changed("a capital digit", [](std::string& text) { text.back() = 'A'; });
  changed("a letter that is no digit", [](std::string& text) { text.back() = 'g'; });
  changed("a zero before its number", [](std::string& text) { text.insert(48, 1, '0'); });
  changed("a sign before its number", [](std::string& text) { text.insert(48, 1, '+'); });
  changed("a part more", [](std::string& text) { text += " 0"; });
  changed("a NUL", [](std::string& text) { text += '\0'; });
  changed("1 MB", [](std::string& text) { text = std::string(kMegabyte, 'a'); });
  return all;
}

Spoilers bad_event_bodies() {
  static std::vector<std::uint8_t> changed;
  const auto change = [](const char* name,
                         const std::function<void(std::vector<std::uint8_t>&)>& how) {
    return Spoiler{name, kInvalid, [how](Arguments& a) {
                     changed = a.scene.event_body;
                     how(changed);
                     a.body_pointer = changed.data();
                     a.body_size = changed.size();
                   }};
  };
  using Body = std::vector<std::uint8_t>;
  return {{"NULL", kInvalid, [](Arguments& a) { a.body_pointer = nullptr; }},
          {"empty", kInvalid, [](Arguments& a) { a.body_size = 0; }},
          {"a size beyond memory", kInvalid, [](Arguments& a) { a.body_size = SIZE_MAX; }},
          change("cut", [](Body& body) { body.pop_back(); }),
          change("longer", [](Body& body) { body.push_back(0); }),
          change("of a later version", [](Body& body) { body[0] = 2; }),
          change("of an unknown operation", [](Body& body) { body[1] = 22; }),
          change("with a reserved byte", [](Body& body) { body[5] = 1; })};
}

}  // namespace capi_tests
