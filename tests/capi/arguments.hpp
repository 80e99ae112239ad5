// Arguments for every function of tokenry.h: good ones by default, each of which a test can spoil.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenry.h"
#include "world.hpp"

namespace capi_tests {

// Text as pointer and length, which may lie.
class Text {
 public:
  Text(std::string_view content) : content_(content), size_(content_.size()) {}

  void set(std::string_view content) {
    content_ = content;
    size_ = content_.size();
  }
  void set_null(std::size_t size) {
    is_null_ = true;
    size_ = size;
  }
  void set_size(std::size_t size) { size_ = size; }

  const char* data() const { return is_null_ ? nullptr : content_.data(); }
  std::size_t size() const { return size_; }

 private:
  std::string content_;
  bool is_null_ = false;
  std::size_t size_;
};

// A struct that is passed by pointer, with room behind it for a caller that knows a longer one.
template <typename Struct>
class StructArgument {
 public:
  StructArgument() { set_size(sizeof(Struct)); }

  Struct& operator*() { return *reinterpret_cast<Struct*>(bytes_); }
  Struct* operator->() { return &**this; }
  Struct* get() { return is_null_ ? nullptr : &**this; }

  void set_null() { is_null_ = true; }
  void set_size(std::size_t size) { (**this).struct_size = static_cast<std::uint32_t>(size); }
  // The byte right behind what this version of the header knows.
  void set_first_unknown_byte(unsigned char value) { bytes_[sizeof(Struct)] = value; }

 private:
  alignas(16) unsigned char bytes_[8192] = {};
  bool is_null_ = false;
};

// What the good arguments refer to: one store with tokens in several states, and a foreign one.
class Scene {
 public:
  Scene();

  World world;
  World foreign;
  Token live;
  Token revoked;
  Token rotating;  // its rotation is pending, and both secrets work
  tokenry_scope_set read_set;
  tokenry_scope_set foreign_set;
  tokenry_verdict denied;           // scope_denied, of `live`
  tokenry_verdict foreign_verdict;  // allowed, of a token of the foreign store
  tokenry_store* closed_store;
  tokenry_head kept_head;
  tokenry_head foreign_head;
  std::vector<std::uint8_t> event_body;

  // What must not change when a call fails.
  std::string picture() const;
};

class Arguments {
 public:
  explicit Arguments(Scene& scene);
  ~Arguments();
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  Scene& scene;
  tokenry_store* store;
  tokenry_cursor* cursor = nullptr;
  tokenry_log* log = nullptr;

  Text actor{kActor};
  Text owner{"root"};
  Text new_name{"renamed"};
  Text label{"live"};
  Text path;
  Text credentials;
  Text realm{"api"};
  Text id_text{"00000000001"};
  Text head_text;

  StructArgument<tokenry_store_options> store_options;
  StructArgument<tokenry_open_options> open_options;
  StructArgument<tokenry_backup_options> backup_options;
  StructArgument<tokenry_check_options> check_options;
  StructArgument<tokenry_scope> scope;
  StructArgument<tokenry_scope_set> ceiling;
  StructArgument<tokenry_scope_set> set;  // output
  StructArgument<tokenry_token_spec> spec;
  StructArgument<tokenry_edit_spec> edit;
  StructArgument<tokenry_rotate_spec> rotation;
  StructArgument<tokenry_filter> filter;
  StructArgument<tokenry_log_filter> log_filter;
  StructArgument<tokenry_head> head;      // input
  StructArgument<tokenry_head> new_head;  // output
  StructArgument<tokenry_request> request;
  StructArgument<tokenry_verdict> verdict;         // input
  StructArgument<tokenry_verdict> judged_verdict;  // output

  std::vector<const char*> names{"read", "edit"};
  std::vector<std::size_t> name_sizes{4, 4};
  const char* const* names_pointer;
  std::size_t name_count = 2;

  std::vector<std::uint64_t> ids;
  const std::uint64_t* ids_pointer;
  std::size_t id_count = 1;
  std::uint32_t flags = 0;
  std::vector<std::int32_t> codes;
  std::uint64_t id;

  const std::uint8_t* body_pointer;
  std::size_t body_size;
  bool has_bytes = true;
  const std::uint8_t* public_key() const {
    return has_bytes ? scene.kept_head.public_key : nullptr;
  }

  char buffer[512];
  std::size_t capacity = sizeof buffer;
  bool has_buffer = true;

  bool has_output = true;
  // After a failed call: whether its outputs were made safe.
  bool outputs_are_safe = true;

  // Calls with an output pointer that holds rubbish before; frees what came of it.
  template <typename Object, typename Call>
  int with_output(Call&& call, void (*free_object)(Object*)) {
    auto* output = reinterpret_cast<Object*>(std::uintptr_t{0xDEAD0});
    const int code = call(has_output ? &output : nullptr);
    if (!has_output) return code;
    outputs_are_safe = code == TOKENRY_OK ? output != nullptr : output == nullptr;
    if (code == TOKENRY_OK) free_object(output);
    return code;
  }

  template <typename Call>
  int with_number(Call&& call) {
    std::uint64_t number = 0xDEAD0;
    const int code = call(has_output ? &number : nullptr);
    outputs_are_safe = code == TOKENRY_OK || !has_output || number == 0;
    return code;
  }

  // For the calls on several ids: no code may say that anything was done.
  template <typename Call>
  int with_codes(Call&& call) {
    const int code = call(codes.data());
    if (code != TOKENRY_OK && id_count <= codes.size()) {
      for (const std::int32_t one : codes) outputs_are_safe = outputs_are_safe && one == code;
    }
    return code;
  }

  int create_store_call();
  int open_call();
  int close_call();
  int list_call();
  int cursor_free_call();
  int log_open_call();
  int log_free_call();
  int log_head_call();
  int head_print_call();
  int head_parse_call();
  int scope_set_call();
  int verify_call();
  int challenge_call();

 private:
  int head_call(const std::function<int(tokenry_head*)>& call);
};

}  // namespace capi_tests
