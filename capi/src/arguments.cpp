#include "arguments.hpp"

#include <climits>

namespace tokenry::capi {

using base::Code;
using base::Status;

Status missing_argument(std::string_view what) {
  return {Code::invalid_argument, std::string(what) + " must not be NULL"};
}

Status wrong_struct_size(std::string_view what, std::size_t given, std::size_t expected) {
  return {Code::invalid_argument, std::string(what) + ": struct_size is " + std::to_string(given) +
                                      "; set it to sizeof the struct, " + std::to_string(expected) +
                                      " in this version"};
}

Status read_text(std::string_view what, const char* text, std::size_t size, std::string_view& out) {
  if (text == nullptr && size != 0) return missing_argument(what);
  if (size > kMaxText) return {Code::invalid_argument, std::string(what) + " is too long"};
  out = text == nullptr ? std::string_view("") : std::string_view(text, size);
  if (out.find('\0') != std::string_view::npos) {
    return {Code::invalid_argument, std::string(what) + " must not hold a NUL byte"};
  }
  return {};
}

Status read_path(std::string_view what, const char* text, std::size_t size, std::string& out) {
  std::string_view path;
  TOKENRY_TRY(read_text(what, text, size, path));
  if (path.empty()) return {Code::invalid_argument, std::string(what) + " must not be empty"};
  // Room for the names of the files in it.
  if (path.size() > PATH_MAX - 64) {
    return {Code::invalid_argument, std::string(what) + " is longer than a path can be"};
  }
  out = path;
  return {};
}

Status read_scope_set(std::string_view what, const tokenry_scope_set* set, std::uint64_t store_tag,
                      model::ScopeBits& out) {
  tokenry_scope_set copy{};
  TOKENRY_TRY(read_struct(what, set, copy));
  for (std::size_t i = 0; i < out.words.size(); ++i) out.words[i] = copy.bits[i];
  const bool is_empty_of_any = copy.store_tag == 0 && out.empty();
  if (copy.store_tag != store_tag && !is_empty_of_any) {
    return {Code::invalid_argument,
            std::string(what) + " was not made by tokenry_scope_set_make on this store"};
  }
  return {};
}

Status read_key(const uint8_t* key, std::size_t size, engine::StoreKey& out, bool& given) {
  given = key != nullptr || size != 0;
  if (!given) return {};
  if (key == nullptr) return missing_argument("key");
  if (size != TOKENRY_KEY_SIZE) return {Code::invalid_argument, "a key has 32 bytes"};
  std::memcpy(out.data(), key, size);
  return {};
}

Status read_key_choice(const char* key_file, std::size_t key_file_size, const uint8_t* key,
                       std::size_t key_size, std::string& file_out, engine::StoreKey& key_out,
                       bool& key_given) {
  if (key_file_size != 0) TOKENRY_TRY(read_path("key_file", key_file, key_file_size, file_out));
  TOKENRY_TRY(read_key(key, key_size, key_out, key_given));
  if (key_given && !file_out.empty()) {
    return {Code::invalid_argument, "give either a key or a key file"};
  }
  return {};
}

base::Progress::Callback read_progress(tokenry_progress_callback callback, void* context) {
  if (callback == nullptr) return {};
  return [callback, context](std::uint64_t done, std::uint64_t total) {
    callback(context, done, total);
  };
}

}  // namespace tokenry::capi
