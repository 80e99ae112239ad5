#include "token/keys.hpp"

#include <sodium.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/secret.hpp"

namespace tokenry::token {
namespace {

constexpr std::size_t kMacKeySize = crypto_shorthash_siphashx24_KEYBYTES;
constexpr std::size_t kHeaderSize = 8;
constexpr std::size_t kDigestSize = 32;
constexpr std::size_t kPersonalSize = crypto_generichash_blake2b_PERSONALBYTES;

static_assert(kSealSize == crypto_shorthash_siphashx24_BYTES);
static_assert(kMacKeySize == crypto_shorthash_siphash24_KEYBYTES);

// What each derived value is for. BLAKE2b takes the text as its personal string, so that no two
// purposes share a hash.
struct Purpose {
  std::string_view text;
  const unsigned char* personal() const {
    return reinterpret_cast<const unsigned char*>(text.data());
  }
};

constexpr Purpose kSealKey{"tokenry-seal-key"};
constexpr Purpose kOwnerKey{"tokenry-owner-hk"};
constexpr Purpose kDecoyKey{"tokenry-decoy-id"};
constexpr Purpose kHeadSeed{"tokenry-head-key"};
constexpr Purpose kKeyName{"tokenry-key-name"};
constexpr Purpose kLongRow{"tokenry-long-row"};

static_assert(kSealKey.text.size() == kPersonalSize && kOwnerKey.text.size() == kPersonalSize &&
              kDecoyKey.text.size() == kPersonalSize && kHeadSeed.text.size() == kPersonalSize &&
              kKeyName.text.size() == kPersonalSize && kLongRow.text.size() == kPersonalSize);

enum class LengthForm : std::uint8_t { direct = 0, digested = 1 };

// BLAKE2b of input for this purpose, as long as out, keyed unless key is empty.
void derive_into(base::MutableBytes out, const Purpose& purpose, base::Bytes key,
                 base::Bytes input) {
  if (crypto_generichash_blake2b_salt_personal(out.data(), out.size(), input.data(), input.size(),
                                               key.empty() ? nullptr : key.data(), key.size(),
                                               nullptr, purpose.personal()) != 0) {
    sodium_misuse();  // only sizes can fail, and they are constants
  }
}

std::uint64_t name_of_key(base::Bytes store_key) {
  std::array<std::uint8_t, kMacKeySize> hash{};
  derive_into(hash, kKeyName, {}, store_key);
  const std::uint64_t name = base::load_le(hash.data(), 8);
  return name != 0 ? name : 1;
}

void put_header(std::uint8_t* to, char domain, LengthForm form, std::uint32_t number) {
  to[0] = static_cast<std::uint8_t>(domain);
  to[1] = static_cast<std::uint8_t>(form);
  to[2] = 0;
  to[3] = 0;
  base::store_le(to + 4, number, 4);
}

std::uint8_t* put(std::uint8_t* to, base::Bytes bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

void digest_row(base::Bytes key, base::Bytes body, std::uint8_t* out) {
  crypto_generichash_blake2b_state state;
  crypto_generichash_blake2b_init_salt_personal(&state, nullptr, 0, kDigestSize, nullptr,
                                                kLongRow.personal());
  crypto_generichash_blake2b_update(&state, key.data(), key.size());
  crypto_generichash_blake2b_update(&state, body.data(), body.size());
  crypto_generichash_blake2b_final(&state, out, kDigestSize);
}

Seal mac(base::Bytes input, const std::uint8_t* key) {
  Seal seal{};
  crypto_shorthash_siphashx24(seal.data(), input.data(), input.size(), key);
  return seal;
}

std::uint64_t short_mac(base::Bytes input, const std::uint8_t* key) {
  std::array<std::uint8_t, crypto_shorthash_siphash24_BYTES> hash{};
  crypto_shorthash_siphash24(hash.data(), input.data(), input.size(), key);
  return base::load_le(hash.data(), hash.size());
}

}  // namespace

struct StoreKeys::Keys {
  std::uint8_t signing[crypto_sign_ed25519_SECRETKEYBYTES];
  std::uint8_t seal[kMacKeySize];
  std::uint8_t owner[kMacKeySize];
  std::uint8_t decoy[kMacKeySize];
};

void StoreKeys::FreeKeys::operator()(Keys* keys) const { sodium_free(keys); }

StoreKeys::StoreKeys(KeysMemory keys, const PublicKey& public_key, std::uint64_t key_id,
                     bool sealed)
    : keys_(std::move(keys)), public_key_(public_key), key_id_(key_id), sealed_(sealed) {}

base::Result<std::shared_ptr<const StoreKeys>> StoreKeys::make(base::Bytes store_key,
                                                               const StoreId& id) {
  KeysMemory keys(static_cast<Keys*>(sodium_malloc(sizeof(Keys))));
  if (!keys) return base::Status{base::Code::no_memory, "no guarded memory for the store's keys"};
  derive_into(keys->seal, kSealKey, store_key, id);
  derive_into(keys->owner, kOwnerKey, store_key, id);
  derive_into(keys->decoy, kDecoyKey, store_key, id);
  const bool sealed = !store_key.empty();
  PublicKey public_key{};
  if (sealed) {
    base::SecretBytes<crypto_sign_ed25519_SEEDBYTES> seed;
    derive_into(seed.span(), kHeadSeed, store_key, id);
    crypto_sign_ed25519_seed_keypair(public_key.data(), keys->signing, seed.data());
  } else {
    std::memset(keys->signing, 0, sizeof keys->signing);
  }
  if (sodium_mprotect_readonly(keys.get()) != 0) {
    return base::errno_status(errno, "write protection of the store's keys");
  }
  const std::uint64_t key_id = sealed ? name_of_key(store_key) : 0;
  return std::shared_ptr<const StoreKeys>(
      new StoreKeys(std::move(keys), public_key, key_id, sealed));
}

base::Result<std::shared_ptr<const StoreKeys>> StoreKeys::derive(
    std::span<const std::uint8_t, kStoreKeySize> store_key, const StoreId& id) {
  return make(store_key, id);
}

base::Result<std::shared_ptr<const StoreKeys>> StoreKeys::unsealed(const StoreId& id) {
  return make({}, id);
}

Seal StoreKeys::seal_record(std::uint32_t slot,
                            std::span<const std::uint8_t, kSealedRecordBytes> body) const {
  if (!sealed_) return Seal{};
  std::array<std::uint8_t, kHeaderSize + kSealedRecordBytes> input;
  put_header(input.data(), kRecordDomain, LengthForm::direct, slot);
  put(input.data() + kHeaderSize, body);
  return mac(input, keys_->seal);
}

Seal StoreKeys::seal_row(char domain, base::Bytes key, base::Bytes body) const {
  // A row in the records' domain could carry a record's seal, so this must hold in every build.
  if (domain == kRecordDomain || key.size() > UINT32_MAX) sodium_misuse();
  if (!sealed_) return Seal{};
  const auto key_size = static_cast<std::uint32_t>(key.size());
  std::array<std::uint8_t, kLongestDirectSeal> input;
  constexpr std::size_t kRoom = kLongestDirectSeal - kHeaderSize;
  if (key.size() <= kRoom && body.size() <= kRoom - key.size()) {
    put_header(input.data(), domain, LengthForm::direct, key_size);
    const std::uint8_t* end = put(put(input.data() + kHeaderSize, key), body);
    return mac({input.data(), end}, keys_->seal);
  }
  put_header(input.data(), domain, LengthForm::digested, key_size);
  digest_row(key, body, input.data() + kHeaderSize);
  return mac({input.data(), kHeaderSize + kDigestSize}, keys_->seal);
}

std::uint64_t StoreKeys::owner_hash(std::string_view owner) const {
  return short_mac(base::as_bytes(owner), keys_->owner) & ((std::uint64_t{1} << 56) - 1);
}

std::uint64_t StoreKeys::decoy_slot(std::uint64_t id) const {
  std::array<std::uint8_t, 8> input{};
  base::store_le(input.data(), id, input.size());
  return short_mac(input, keys_->decoy);
}

void StoreKeys::sign(Head& head) const {
  head.signature.fill(0);
  if (!sealed_) return;
  const auto text = head_text(head);
  crypto_sign_ed25519_detached(head.signature.data(), nullptr, text.data(), text.size(),
                               keys_->signing);
}

bool seal_matches(const Seal& expected, std::span<const std::uint8_t, kSealSize> found) {
  return crypto_verify_16(expected.data(), found.data()) == 0;
}

base::Status init_crypto() {
  if (sodium_init() < 0) {
    return {base::Code::internal_error, "libsodium cannot be initialised"};
  }
  return {};
}

}  // namespace tokenry::token
