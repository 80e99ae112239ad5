// Arguments as they come from C, checked before anything is done with them.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "base/progress.hpp"
#include "base/status.hpp"
#include "engine/key_file.hpp"
#include "model/scope_bits.hpp"
#include "tokenry.h"

namespace tokenry::capi {

// Longer text is refused before it is looked at; every real limit is far below.
inline constexpr std::size_t kMaxText = 1 << 20;

// Text that may be missing: NULL with size 0 is the empty text.
base::Status read_text(std::string_view what, const char* text, std::size_t size,
                       std::string_view& out);

// A path: not empty, no NUL, within PATH_MAX.
base::Status read_path(std::string_view what, const char* text, std::size_t size, std::string& out);

base::Status missing_argument(std::string_view what);
base::Status wrong_struct_size(std::string_view what, std::size_t given, std::size_t expected);

// Whether some version of the header, this one or a later one, may have a struct of this size. No
// compiler makes one that its alignment does not divide.
template <typename Struct>
bool is_struct_size(std::size_t size, std::size_t first_size = sizeof(Struct)) {
  constexpr std::size_t kLongest = 4096;
  const bool is_later = size >= sizeof(Struct) && size <= kLongest && size % alignof(Struct) == 0;
  return is_later || size == first_size;
}

// Copies a caller's struct into out, whatever version of the header the caller was built with. The
// first version's size is the least; bytes that this version does not know must be zero, since what
// they ask for would not be done.
template <typename Struct>
base::Status read_struct(std::string_view what, const Struct* in, Struct& out,
                         std::size_t first_size = sizeof(Struct)) {
  if (in == nullptr) return missing_argument(what);
  const std::size_t size = in->struct_size;
  if (!is_struct_size<Struct>(size, first_size))
    return wrong_struct_size(what, size, sizeof(Struct));
  const auto* bytes = reinterpret_cast<const unsigned char*>(in);
  for (std::size_t i = sizeof(Struct); i < size; ++i) {
    if (bytes[i] != 0) return wrong_struct_size(what, size, sizeof(Struct));
  }
  out = Struct{};
  std::memcpy(&out, in, size < sizeof(Struct) ? size : sizeof(Struct));
  return {};
}

// A scope set that belongs to the store of that tag. NULL is refused; say so beforehand where it
// means something.
base::Status read_scope_set(std::string_view what, const tokenry_scope_set* set,
                            std::uint64_t store_tag, model::ScopeBits& out);

// A key of the caller's own; given tells whether there is one.
base::Status read_key(const uint8_t* key, std::size_t size, engine::StoreKey& out, bool& given);

// How to get at a store's key: a key file or a key, not both; neither is the key file's default.
base::Status read_key_choice(const char* key_file, std::size_t key_file_size, const uint8_t* key,
                             std::size_t key_size, std::string& file_out, engine::StoreKey& key_out,
                             bool& key_given);

// Nothing if callback is NULL.
base::Progress::Callback read_progress(tokenry_progress_callback callback, void* context);

}  // namespace tokenry::capi
