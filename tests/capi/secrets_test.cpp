// Secrets leave no trace in memory: the whole process is searched for them after each call. Nothing
// here may copy a secret in passing, so there are no strings, streams or expectations about them.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "memory.hpp"
#include "world.hpp"

namespace capi_tests {
namespace {

constexpr std::size_t kSecretAt = 5 + 11;  // behind "tkry_" and the id
constexpr std::size_t kSecretDigits = 33;

// What must not be found once nobody holds the token: its secret digits and the bytes they stand
// for.
struct Secret {
  Needle digits;
  Needle bytes;

  explicit Secret(const char* token) : digits(token + kSecretAt, kSecretDigits) {
    std::array<std::uint64_t, 3> words{};
    for (std::size_t i = 0; i < words.size(); ++i) {
      tokenry_id_parse(token + kSecretAt + 11 * i, 11, &words[i]);
    }
    bytes = Needle(words.data(), sizeof words);
    ::explicit_bzero(words.data(), sizeof words);
  }
  std::size_t copies() const { return count_in_memory(digits, is_writable); }
  std::size_t byte_copies() const { return count_in_memory(bytes, is_writable); }
};

tokenry_issued* create(tokenry_store* store, const char* label) {
  const tokenry_scope_set none = scope_set(store, {"read"});
  auto spec = sized<tokenry_token_spec>();
  spec.owner = "root";
  spec.owner_size = 4;
  spec.label = label;
  spec.label_size = std::strlen(label);
  spec.scopes = &none;
  tokenry_issued* issued = nullptr;
  EXPECT_EQ(tokenry_create(store, "a", 1, &spec, &issued), TOKENRY_OK);
  return issued;
}

TEST(MemorySearch, FindsWhatIsThere) {
  const auto planted = std::make_unique<std::array<std::uint8_t, 40>>();
  for (std::size_t i = 0; i < planted->size(); ++i) {
    (*planted)[i] = static_cast<std::uint8_t>(i * i * 7 + 3);
  }
  const Needle needle(planted->data(), planted->size());
  EXPECT_TRUE(needle.is_varied());
  EXPECT_EQ(count_in_memory(needle, is_writable), 1U);
  EXPECT_EQ(count_in_memory(needle, is_dumped), 1U);
  std::array<std::uint8_t, 40> on_stack = *planted;
  EXPECT_EQ(count_in_memory(needle, is_writable), 2U);
  ::explicit_bzero(on_stack.data(), on_stack.size());
  ::explicit_bzero(planted->data(), planted->size());
  EXPECT_EQ(count_in_memory(needle, is_writable), 0U);
}

TEST(Secrets, OnlyTheIssuedObjectHoldsTheToken) {
  const World world;
  tokenry_issued* issued = create(world.store(), "a");
  ASSERT_NE(issued, nullptr);
  const Secret secret(issued->token);
  EXPECT_EQ(secret.copies(), 1U);
  EXPECT_EQ(secret.byte_copies(), 0U);
  tokenry_issued_free(issued);
  EXPECT_EQ(secret.copies(), 0U);
}

TEST(Secrets, ListsOfTokensAreWipedToo) {
  const World world;
  const auto none = sized<tokenry_scope_set>();
  constexpr std::array<const char*, 3> labels = {"a", "b", "c"};
  std::vector<tokenry_token_spec> specs(labels.size(), sized<tokenry_token_spec>());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    specs[i].owner = "root";
    specs[i].owner_size = 4;
    specs[i].label = labels[i];
    specs[i].label_size = 1;
    specs[i].scopes = &none;
  }
  tokenry_issued_list* list = nullptr;
  ASSERT_EQ(tokenry_create_many(world.store(), "a", 1, specs.data(), 3, &list), TOKENRY_OK);
  std::vector<Secret> secrets;
  for (std::size_t i = 0; i < list->count; ++i) secrets.emplace_back(list->issued[i]->token);
  for (const Secret& secret : secrets) EXPECT_EQ(secret.copies(), 1U);
  tokenry_issued_list_free(list);
  for (const Secret& secret : secrets) {
    EXPECT_EQ(secret.copies(), 0U);
    EXPECT_EQ(secret.byte_copies(), 0U);
  }
}

TEST(Secrets, VerifyingAndIdentifyingLeaveNone) {
  const World world;
  tokenry_issued* issued = create(world.store(), "a");
  ASSERT_NE(issued, nullptr);
  const Secret secret(issued->token);
  auto request = sized<tokenry_request>();
  request.credentials = issued->token;
  request.credentials_size = issued->token_size;
  EXPECT_EQ(tokenry_verify(world.store(), &request, nullptr), TOKENRY_ALLOWED);
  std::uint64_t id = 0;
  EXPECT_EQ(tokenry_identify(world.store(), issued->token, issued->token_size, &id), TOKENRY_OK);
  EXPECT_EQ(revoke(world.store(), id), TOKENRY_OK);
  EXPECT_EQ(tokenry_verify(world.store(), &request, nullptr), TOKENRY_REVOKED);
  EXPECT_EQ(secret.copies(), 1U);
  EXPECT_EQ(secret.byte_copies(), 0U);
  tokenry_issued_free(issued);
  EXPECT_EQ(secret.copies(), 0U);
}

TEST(Secrets, RotationLeavesNone) {
  const World world;
  tokenry_issued* old = create(world.store(), "a");
  ASSERT_NE(old, nullptr);
  const std::uint64_t id = old->info->id;
  const Secret first(old->token);
  tokenry_issued_free(old);
  auto spec = sized<tokenry_rotate_spec>();
  spec.flags = TOKENRY_ROTATE_RETIRE_ON_USE;
  for (const auto end : {tokenry_rotate_finish, tokenry_rotate_abort}) {
    tokenry_issued* fresh = nullptr;
    ASSERT_EQ(tokenry_rotate(world.store(), "a", 1, id, &spec, &fresh), TOKENRY_OK);
    const Secret second(fresh->token);
    EXPECT_EQ(second.copies(), 1U);
    EXPECT_EQ(second.byte_copies(), 0U);
    auto request = sized<tokenry_request>();
    request.credentials = fresh->token;
    request.credentials_size = fresh->token_size;
    if (end == tokenry_rotate_finish) {
      EXPECT_EQ(tokenry_verify(world.store(), &request, nullptr), TOKENRY_ALLOWED);
    }
    EXPECT_EQ(second.copies(), 1U);
    tokenry_issued_free(fresh);
    EXPECT_EQ(end(world.store(), "a", 1, id, nullptr), TOKENRY_OK);
    EXPECT_EQ(second.copies(), 0U);
    EXPECT_EQ(second.byte_copies(), 0U);
  }
  EXPECT_EQ(first.copies(), 0U);
  EXPECT_EQ(first.byte_copies(), 0U);
}

// "Basic " and base64 of user, colon, token; character by character, so that the plain text never
// stands in a row.
std::size_t print_basic_header(const char* user, const char* token, char* out) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t user_size = std::strlen(user);
  const std::size_t size = user_size + 1 + std::strlen(token);
  const auto byte = [&](std::size_t i) -> unsigned {
    if (i >= size) return 0;
    if (i == user_size) return ':';
    return static_cast<unsigned char>(i < user_size ? user[i] : token[i - user_size - 1]);
  };
  constexpr std::string_view kScheme = "Basic ";
  std::size_t at = kScheme.copy(out, kScheme.size());
  for (std::size_t i = 0; i < size; i += 3) {
    const unsigned bits = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    for (unsigned k = 0; k < 4; ++k) {
      out[at++] = i + k > size ? '=' : kDigits[bits >> (18 - 6 * k) & 63];
    }
  }
  return at;
}

TEST(Secrets, ABasicHeaderIsDecodedAndForgotten) {
  const World world;
  for (const char* user : {"root", "roo", "wrong-user"}) {
    tokenry_issued* issued = create(world.store(), user);
    ASSERT_NE(issued, nullptr);
    const Secret secret(issued->token);
    char header[256];
    auto request = sized<tokenry_request>();
    request.credentials = header;
    request.credentials_size = print_basic_header(user, issued->token, header);
    tokenry_issued_free(issued);
    EXPECT_EQ(secret.copies(), 0U);
    const bool is_right = std::strcmp(user, "root") == 0;
    EXPECT_EQ(tokenry_verify(world.store(), &request, nullptr),
              is_right ? TOKENRY_ALLOWED : TOKENRY_OWNER_MISMATCH);
    EXPECT_EQ(secret.copies(), 0U);
    EXPECT_EQ(secret.byte_copies(), 0U);
    ::explicit_bzero(header, sizeof header);
  }
}

// The store key as bytes and as it stands in its file.
struct KeyNeedles {
  Needle bytes;
  Needle digits;

  explicit KeyNeedles(const std::string& path) {
    char text[512] = {};
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const ssize_t size = ::read(file, text, sizeof text - 1);
    ::close(file);
    const char* mark = size > 0 ? std::strstr(text, "\ntokenry-key-1 ") : nullptr;
    if (mark == nullptr) return;
    const char* hex = mark + 15;
    digits = Needle(hex, 64);
    std::array<std::uint8_t, 32> key{};
    const auto nibble = [](char c) {
      return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
    };
    for (std::size_t i = 0; i < key.size(); ++i) {
      key[i] = static_cast<std::uint8_t>(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    }
    bytes = Needle(key.data(), key.size());
    ::explicit_bzero(key.data(), key.size());
    ::explicit_bzero(text, sizeof text);
  }
};

void use(World& world) {
  tokenry_issued* issued = create(world.store(), "a");
  ASSERT_NE(issued, nullptr);
  auto request = sized<tokenry_request>();
  request.credentials = issued->token;
  request.credentials_size = issued->token_size;
  EXPECT_EQ(tokenry_verify(world.store(), &request, nullptr), TOKENRY_ALLOWED);
  tokenry_issued_free(issued);
}

TEST(StoreKey, OfAFileIsNowhereInMemory) {
  World world;
  const KeyNeedles key(world.path() + "/key");
  ASSERT_TRUE(key.bytes.is_varied());
  ASSERT_TRUE(key.digits.is_varied());
  use(world);
  for (int round = 0; round < 2; ++round) {
    for (const auto& wanted : {is_writable, is_dumped}) {
      EXPECT_EQ(count_in_memory(key.bytes, wanted), 0U);
      EXPECT_EQ(count_in_memory(key.digits, wanted), 0U);
    }
    world.close();
    world.open();
  }
}

TEST(StoreKey, OfTheCallerIsNowhereElse) {
  std::array<std::uint8_t, TOKENRY_KEY_SIZE> key{};
  // Not a constant, which would stand in the program's own text.
  ASSERT_EQ(::getentropy(key.data(), key.size()), 0);
  const Needle needle(key.data(), key.size());
  const TempDirectory directory;
  const std::string path = directory.in("store");
  ASSERT_EQ(create_store(path, {.key = key.data()}), TOKENRY_OK);
  auto options = sized<tokenry_open_options>();
  options.key = key.data();
  options.key_size = key.size();
  tokenry_store* store = nullptr;
  ASSERT_EQ(tokenry_open(path.data(), path.size(), &options, &store), TOKENRY_OK);
  EXPECT_EQ(count_in_memory(needle, is_dumped), 1U);
  ::explicit_bzero(key.data(), key.size());
  EXPECT_EQ(count_in_memory(needle, is_dumped), 0U);
  EXPECT_EQ(tokenry_close(store), TOKENRY_OK);
}

// The keys that are derived from it stand at the end of a guarded page that no core file holds.
std::vector<Needle> derived_keys() {
  // From the end: three keys of SipHash, the public half of the log's key, and its secret half.
  constexpr std::size_t kKeySize = 16;
  constexpr std::size_t kSecretPlaces[] = {1, 2, 3, 6, 7};
  std::vector<Needle> keys;
  for (const Mapping& mapping : mappings()) {
    const bool is_guarded =
        mapping.is_readable && !mapping.is_writable && !mapping.is_dumped && mapping.name.empty();
    if (!is_guarded) continue;
    for (const std::size_t i : kSecretPlaces) {
      keys.emplace_back(reinterpret_cast<const void*>(mapping.end - i * kKeySize), kKeySize);
    }
  }
  return keys;
}

TEST(StoreKey, DerivedKeysAreInGuardedPagesAlone) {
  World world;
  use(world);
  const std::vector<Needle> keys = derived_keys();
  ASSERT_EQ(keys.size(), 5U);
  for (const Needle& key : keys) {
    EXPECT_TRUE(key.is_varied());
    EXPECT_EQ(count_in_memory(key, is_dumped), 0U);
  }
  world.close();
  EXPECT_TRUE(derived_keys().empty());
  for (const Needle& key : keys) {
    EXPECT_EQ(count_in_memory(key, [](const Mapping& m) { return m.is_readable; }), 0U);
  }
}

}  // namespace
}  // namespace capi_tests
