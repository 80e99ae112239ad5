// A small world to test in: a directory of its own with a store in it, and short words for what the
// tests do there. Stands on tokenry.h alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../cells_directory.hpp"
#include "tokenry.h"

namespace capi_tests {

// A directory that goes with all that is in it.
class TempDirectory {
 public:
  TempDirectory();
  ~TempDirectory();
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string in(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
  std::optional<tokenry::test::CellsDirectory> cells_;
};

// A zeroed struct that carries its size.
template <typename Struct>
Struct sized() {
  Struct value{};
  value.struct_size = sizeof(Struct);
  return value;
}

inline constexpr std::string_view kActor = "tester";
inline constexpr std::uint64_t kSmallMapBytes = std::uint64_t{16} << 20;

// The scopes of every store of these tests, in the order of their bits.
inline constexpr std::size_t kScopeCount = 4;
extern const char* const kScopeNames[kScopeCount];  // all (everything), read, edit, mail

struct StoreTraits {
  std::string_view prefix = "tkry";
  bool unsealed = false;
  std::uint64_t map_size_bytes = kSmallMapBytes;
  const std::uint8_t* key = nullptr;  // 32 bytes; null: a key file in the store
  std::uint32_t open_flags = 0;       // of a World's handle: enum tokenry_open_flag
};

int create_store(const std::string& path, const StoreTraits& traits = {});
tokenry_store* open_store(const std::string& path, tokenry_log_callback log = nullptr,
                          void* log_context = nullptr, std::uint32_t flags = 0);

struct Token {
  std::uint64_t id = 0;
  std::string text;
};

struct TokenTraits {
  std::int64_t expires_at_ms = 0;
  std::int64_t not_before_ms = 0;
  std::vector<const char*> allow_ips = {};
  std::uint64_t max_uses = 0;
  std::vector<tokenry_rate> rates = {};
};

tokenry_scope_set scope_set(tokenry_store* store, std::initializer_list<const char*> names);

// Makes a token; a failure fails the test and gives an empty one.
Token make_token(tokenry_store* store, std::string_view owner, std::string_view label,
                 std::initializer_list<const char*> scopes, const TokenTraits& traits = {});

// Gives the token a new secret, by default with a day of overlap; a failure fails the test.
Token rotate(tokenry_store* store, std::uint64_t id, std::int64_t overlap_ms = 0,
             std::uint32_t flags = 0);

// A token as tokenry_show gives it; a failure fails the test, and there is none.
class Shown {
 public:
  Shown(tokenry_store* store, std::uint64_t id);
  ~Shown();
  Shown(const Shown&) = delete;
  Shown& operator=(const Shown&) = delete;
  const tokenry_token_info* operator->() const { return info_; }
  const tokenry_token_info& operator*() const { return *info_; }

 private:
  tokenry_token_info* info_ = nullptr;
};

// Verifies; the result's reason is also what the call returned.
tokenry_verdict verify(tokenry_store* store, std::string_view credentials,
                       std::initializer_list<const char*> scopes = {}, std::int64_t now_ms = 0);

// Verifies as from an address of 4 or 16 bytes.
tokenry_verdict verify_from(tokenry_store* store, std::string_view credentials,
                            const std::vector<std::uint8_t>& address);

// Changes a token in one way; the call's code.
int revoke(tokenry_store* store, std::uint64_t id);
int suspend(tokenry_store* store, std::uint64_t id);
int purge(tokenry_store* store, std::uint64_t id);

// All that can be seen of a store, as text: equal texts mean that nothing was changed, not even by
// a commit without an effect.
std::string picture_of(tokenry_store* store);

// The names and sizes of the files in a directory and below it.
std::string files_in(const std::string& directory);

std::string read_file(const std::string& path);
void write_file(const std::string& path, std::string_view content);

// Replaces every occurrence of `from` in the file at path by `to`, which has the same size; how
// many there were.
std::size_t patch_file(const std::string& path, std::string_view from, std::string_view to);

std::int64_t now_ms();

// A directory with one open store.
class World {
 public:
  explicit World(const StoreTraits& traits = {}, tokenry_log_callback log = nullptr,
                 void* log_context = nullptr);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  tokenry_store* store() const { return store_; }
  const std::string& path() const { return path_; }
  const TempDirectory& directory() const { return directory_; }
  std::string data_file() const { return path_ + "/data.mdb"; }

  void close();
  void open(tokenry_log_callback log = nullptr, void* log_context = nullptr);

 private:
  TempDirectory directory_;
  std::string path_;
  std::uint32_t open_flags_;
  tokenry_store* store_ = nullptr;
};

}  // namespace capi_tests
