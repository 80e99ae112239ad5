// What may be wrong with the structs of the interface: their sizes, and what stands in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "spoilers.hpp"

namespace capi_tests {

using Spoilers = std::vector<Spoiler>;
inline constexpr int kInvalid = TOKENRY_INVALID_ARGUMENT;
inline constexpr std::size_t kMegabyte = 1 << 20;
inline constexpr std::int64_t kLongestOverlapMs = std::int64_t{366} * 24 * 3600 * 1000;

inline void append(Spoilers& to, Spoilers more) {
  for (Spoiler& one : more) to.push_back(std::move(one));
}

template <typename Struct>
Spoilers bad_sizes(StructArgument<Struct> Arguments::*member, bool may_be_null) {
  const auto size = [member](const char* name, std::size_t value) {
    return Spoiler{name, kInvalid, [member, value](Arguments& a) { (a.*member).set_size(value); }};
  };
  Spoilers all{size("struct_size 0", 0),
               size("struct_size 4", 4),
               size("struct_size a byte too small", sizeof(Struct) - 1),
               size("struct_size a word too small", sizeof(Struct) - 8),
               size("struct_size that no struct has", sizeof(Struct) + 1),
               size("struct_size huge", 4104),
               size("struct_size at its end", UINT32_MAX),
               {"longer, asking for what is not known", kInvalid, [member](Arguments& a) {
                  (a.*member).set_size(sizeof(Struct) + 8);
                  (a.*member).set_first_unknown_byte(1);
                }}};
  if (!may_be_null) {
    all.push_back({"NULL", kInvalid, [member](Arguments& a) { (a.*member).set_null(); }});
  }
  return all;
}

// Of a struct that has grown: between its first version's size and today's there is none.
template <typename Struct>
Spoilers bad_older_sizes(StructArgument<Struct> Arguments::*member, std::size_t first_size) {
  Spoilers all;
  for (std::size_t size = first_size - 16; size < sizeof(Struct); size += 8) {
    if (size == first_size) continue;
    all.push_back({"struct_size " + std::to_string(size) + " of no version", kInvalid,
                   [member, size](Arguments& a) { (a.*member).set_size(size); }});
  }
  return all;
}

template <typename Struct>
Spoilers longer_structs(StructArgument<Struct> Arguments::*member) {
  return {{"longer, with nothing in it", 0,
           [member](Arguments& a) { (a.*member).set_size(sizeof(Struct) + 8); }},
          {"the longest", 0, [member](Arguments& a) { (a.*member).set_size(4096); }}};
}

// Of structs that come back: what stands behind the known part is nobody's wish.
template <typename Struct>
Spoilers bad_output_sizes(StructArgument<Struct> Arguments::*member, bool may_be_null) {
  Spoilers all = bad_sizes(member, may_be_null);
  std::erase_if(all, [](const Spoiler& one) { return one.name.starts_with("longer"); });
  return all;
}

template <typename Struct>
Spoilers longer_outputs(StructArgument<Struct> Arguments::*member) {
  Spoilers all = longer_structs(member);
  all.push_back({"longer, with something in it", 0, [member](Arguments& a) {
                   (a.*member).set_size(sizeof(Struct) + 8);
                   (a.*member).set_first_unknown_byte(1);
                 }});
  return all;
}

Spoilers bad_store_options();
Spoilers bad_open_options();
Spoilers bad_backup_options();
Spoilers bad_check_options();
Spoilers bad_scopes();
Spoilers bad_specs();
Spoilers bad_edits();
Spoilers bad_rotations();
Spoilers bad_filters();
Spoilers bad_requests();
Spoilers bad_logs();
Spoilers bad_log_filters();
Spoilers bad_heads();
Spoilers bad_signed_heads();
Spoilers bad_kept_heads();
Spoilers bad_head_texts();
Spoilers bad_event_bodies();
Spoilers bad_verdicts();

// Where a token may be used from and how often: in a new token's spec and in an edit.
Spoilers bad_conditions_of_specs();
Spoilers bad_conditions_of_edits();
Spoilers conditions_at_their_limits_in_specs();
Spoilers conditions_at_their_limits_in_edits();

}  // namespace capi_tests
