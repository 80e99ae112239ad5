#include "world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace capi_tests {

namespace fs = std::filesystem;

const char* const kScopeNames[kScopeCount] = {"all", "read", "edit", "mail"};

TempDirectory::TempDirectory() {
  std::string pattern = (fs::temp_directory_path() / "tokenry-capi-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = fs::canonical(pattern).string();
  cells_.emplace(path_ + ".cells");
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

int create_store(const std::string& path, const StoreTraits& traits) {
  std::vector<tokenry_scope> scopes;
  for (const char* name : kScopeNames) {
    auto scope = sized<tokenry_scope>();
    scope.flags = scopes.empty() ? TOKENRY_SCOPE_EVERYTHING | TOKENRY_SCOPE_ESCALATES : 0;
    scope.name = name;
    scope.name_size = std::string_view(name).size();
    scopes.push_back(scope);
  }
  auto options = sized<tokenry_store_options>();
  options.flags = traits.unsealed ? TOKENRY_CREATE_UNSEALED : 0;
  options.prefix = traits.prefix.data();
  options.prefix_size = traits.prefix.size();
  options.scopes = scopes.data();
  options.scope_count = scopes.size();
  options.map_size_bytes = traits.map_size_bytes;
  options.key = traits.key;
  options.key_size = traits.key != nullptr ? TOKENRY_KEY_SIZE : 0;
  return tokenry_store_create(path.data(), path.size(), kActor.data(), kActor.size(), &options);
}

tokenry_store* open_store(const std::string& path, tokenry_log_callback log, void* log_context,
                          std::uint32_t flags) {
  auto options = sized<tokenry_open_options>();
  options.flags = flags;
  options.log = log;
  options.log_context = log_context;
  tokenry_store* store = nullptr;
  const int code = tokenry_open(path.data(), path.size(), &options, &store);
  EXPECT_EQ(code, TOKENRY_OK) << tokenry_last_error();
  return store;
}

tokenry_scope_set scope_set(tokenry_store* store, std::initializer_list<const char*> names) {
  auto set = sized<tokenry_scope_set>();
  const int code = tokenry_scope_set_make(store, names.begin(), nullptr, names.size(), &set);
  EXPECT_EQ(code, TOKENRY_OK) << tokenry_last_error();
  return set;
}

namespace {

// The token as the tests hold it; an empty one if there is none.
Token take(tokenry_issued* issued) {
  if (issued == nullptr) return {};
  Token token{issued->info->id, std::string(issued->token, issued->token_size)};
  tokenry_issued_free(issued);
  return token;
}

}  // namespace

Token make_token(tokenry_store* store, std::string_view owner, std::string_view label,
                 std::initializer_list<const char*> scopes, const TokenTraits& traits) {
  const tokenry_scope_set granted = scope_set(store, scopes);
  auto spec = sized<tokenry_token_spec>();
  spec.owner = owner.data();
  spec.owner_size = owner.size();
  spec.label = label.data();
  spec.label_size = label.size();
  spec.scopes = &granted;
  spec.expires_at_ms = traits.expires_at_ms;
  spec.not_before_ms = traits.not_before_ms;
  spec.allow_ips = traits.allow_ips.data();
  spec.allow_ip_count = traits.allow_ips.size();
  spec.max_uses = traits.max_uses;
  spec.rates = traits.rates.data();
  spec.rate_count = traits.rates.size();
  tokenry_issued* issued = nullptr;
  const int code = tokenry_create(store, kActor.data(), kActor.size(), &spec, &issued);
  EXPECT_EQ(code, TOKENRY_OK) << tokenry_last_error();
  return take(issued);
}

Token rotate(tokenry_store* store, std::uint64_t id, std::int64_t overlap_ms, std::uint32_t flags) {
  auto spec = sized<tokenry_rotate_spec>();
  spec.flags = flags;
  spec.overlap_ms = overlap_ms;
  tokenry_issued* issued = nullptr;
  const int code = tokenry_rotate(store, kActor.data(), kActor.size(), id, &spec, &issued);
  EXPECT_EQ(code, TOKENRY_OK) << tokenry_last_error();
  return take(issued);
}

Shown::Shown(tokenry_store* store, std::uint64_t id) {
  EXPECT_EQ(tokenry_show(store, id, &info_), TOKENRY_OK) << tokenry_last_error();
}

Shown::~Shown() { tokenry_token_info_free(info_); }

tokenry_verdict verify(tokenry_store* store, std::string_view credentials,
                       std::initializer_list<const char*> scopes, std::int64_t now) {
  const tokenry_scope_set required = scope_set(store, scopes);
  auto request = sized<tokenry_request>();
  request.credentials = credentials.data();
  request.credentials_size = credentials.size();
  request.required = &required;
  request.now_ms = now;
  auto verdict = sized<tokenry_verdict>();
  const int code = tokenry_verify(store, &request, &verdict);
  EXPECT_EQ(code, verdict.reason) << tokenry_last_error();
  return verdict;
}

tokenry_verdict verify_from(tokenry_store* store, std::string_view credentials,
                            const std::vector<std::uint8_t>& address) {
  auto request = sized<tokenry_request>();
  request.credentials = credentials.data();
  request.credentials_size = credentials.size();
  request.address_size = static_cast<std::uint32_t>(address.size());
  std::copy(address.begin(), address.end(), request.address);
  auto verdict = sized<tokenry_verdict>();
  const int code = tokenry_verify(store, &request, &verdict);
  EXPECT_EQ(code, verdict.reason) << tokenry_last_error();
  return verdict;
}

int revoke(tokenry_store* store, std::uint64_t id) {
  return tokenry_revoke(store, kActor.data(), kActor.size(), &id, 1, 0, nullptr);
}

int suspend(tokenry_store* store, std::uint64_t id) {
  return tokenry_suspend(store, kActor.data(), kActor.size(), &id, 1, 0, nullptr);
}

int purge(tokenry_store* store, std::uint64_t id) {
  return tokenry_purge(store, kActor.data(), kActor.size(), &id, 1, 0, nullptr);
}

namespace {

class Lines {
 public:
  template <typename... Values>
  void add(const Values&... values) {
    ((text_ += to_text(values) + " "), ...);
    text_ += '\n';
  }
  const std::string& text() const { return text_; }

 private:
  static std::string to_text(const char* text) { return text != nullptr ? text : "(null)"; }
  template <typename Number>
  static std::string to_text(Number number) {
    return std::to_string(number);
  }
  std::string text_;
};

void add_tokens(tokenry_store* store, Lines& lines) {
  tokenry_cursor* cursor = nullptr;
  ASSERT_EQ(tokenry_list(store, nullptr, &cursor), TOKENRY_OK) << tokenry_last_error();
  for (;;) {
    tokenry_token_info* info = nullptr;
    ASSERT_EQ(tokenry_cursor_next(cursor, &info), TOKENRY_OK) << tokenry_last_error();
    if (info == nullptr) break;
    lines.add("token", info->id, info->status, info->owner, info->label, info->note,
              info->created_by, info->updated_by, info->granted_bits[0], info->effective_bits[0],
              info->not_before_ms, info->expires_at_ms, info->updated_at_ms, info->revoked_at_ms,
              info->secret_created_at_ms, info->overlap_ends_at_ms, info->retires_on_use,
              info->max_uses, info->uses_left);
    for (std::size_t i = 0; i < info->allow_ip_count; ++i) lines.add(info->allow_ips[i]);
    for (std::size_t i = 0; i < info->rate_count; ++i) {
      lines.add("rate", info->rates[i].count, info->rates[i].period_ms);
    }
    tokenry_token_info_free(info);
  }
  EXPECT_EQ(tokenry_cursor_free(cursor), TOKENRY_OK);
}

void add_owners(tokenry_store* store, Lines& lines) {
  tokenry_owner_list* owners = nullptr;
  ASSERT_EQ(tokenry_owner_list_get(store, &owners), TOKENRY_OK) << tokenry_last_error();
  for (std::size_t i = 0; i < owners->count; ++i) {
    const tokenry_owner_info& owner = *owners->owners[i];
    lines.add("owner", owner.name, owner.suspended, owner.ceiling_everything, owner.ceiling_count,
              owner.token_count);
  }
  tokenry_owner_list_free(owners);
}

void add_scopes(tokenry_store* store, Lines& lines) {
  tokenry_scope_list* scopes = nullptr;
  ASSERT_EQ(tokenry_scope_list_get(store, &scopes), TOKENRY_OK) << tokenry_last_error();
  for (std::uint32_t i = 0; i < scopes->count; ++i) {
    const tokenry_scope& scope = scopes->scopes[i];
    lines.add("scope", scope.bit, scope.name, scope.flags, scope.group, scope.text);
  }
  tokenry_scope_list_free(scopes);
}

}  // namespace

std::string picture_of(tokenry_store* store) {
  Lines lines;
  tokenry_store_info* info = nullptr;
  EXPECT_EQ(tokenry_stat(store, &info), TOKENRY_OK) << tokenry_last_error();
  if (info == nullptr) return "";
  lines.add("store", info->store_id, info->transaction_id, info->used_bytes, info->slot_count,
            info->free_slot_count, info->revoked_count, info->tampered_count);
  tokenry_store_info_free(info);
  add_scopes(store, lines);
  add_owners(store, lines);
  add_tokens(store, lines);
  return lines.text();
}

std::string files_in(const std::string& directory) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
    const std::string size = entry.is_regular_file() ? std::to_string(entry.file_size()) : "-";
    names.push_back(entry.path().string() + " " + size + "\n");
  }
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string& name : names) text += name;
  return text;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_file(const std::string& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  ASSERT_TRUE(file.good()) << path;
}

std::size_t patch_file(const std::string& path, std::string_view from, std::string_view to) {
  EXPECT_EQ(from.size(), to.size());
  std::string content = read_file(path);
  std::size_t count = 0;
  for (std::size_t at = content.find(from); at != std::string::npos;
       at = content.find(from, at + 1)) {
    content.replace(at, to.size(), to);
    ++count;
  }
  // In place, so that the file keeps its inode.
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  EXPECT_TRUE(file.good()) << path;
  return count;
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

World::World(const StoreTraits& traits, tokenry_log_callback log, void* log_context)
    : path_(directory_.in("store")), open_flags_(traits.open_flags) {
  EXPECT_EQ(create_store(path_, traits), TOKENRY_OK) << tokenry_last_error();
  open(log, log_context);
}

World::~World() { tokenry_close(store_); }

void World::close() {
  EXPECT_EQ(tokenry_close(store_), TOKENRY_OK);
  store_ = nullptr;
}

void World::open(tokenry_log_callback log, void* log_context) {
  store_ = open_store(path_, log, log_context, open_flags_);
}

}  // namespace capi_tests
