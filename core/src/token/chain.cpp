#include "token/chain.hpp"

#include <sodium.h>

#include <algorithm>
#include <string_view>

namespace tokenry::token {

namespace {

constexpr std::string_view kHashPersonal = "tokenry-log-hash";
constexpr std::string_view kHeadPersonal = "tokenry-log-head";

static_assert(kHashPersonal.size() == crypto_generichash_blake2b_PERSONALBYTES);
static_assert(kSignatureSize == crypto_sign_ed25519_BYTES);
static_assert(kPublicKeySize == crypto_sign_ed25519_PUBLICKEYBYTES);

}  // namespace

ChainHash chain_start(const StoreId& id) {
  ChainHash hash{};
  std::copy(id.begin(), id.end(), hash.begin());
  return hash;
}

ChainHash chain_next(const ChainHash& previous, base::Bytes body) {
  ChainHash hash{};
  crypto_generichash_blake2b_state state;
  crypto_generichash_blake2b_init_salt_personal(
      &state, nullptr, 0, hash.size(), nullptr,
      reinterpret_cast<const unsigned char*>(kHashPersonal.data()));
  crypto_generichash_blake2b_update(&state, previous.data(), previous.size());
  crypto_generichash_blake2b_update(&state, body.data(), body.size());
  crypto_generichash_blake2b_final(&state, hash.data(), hash.size());
  return hash;
}

std::array<std::uint8_t, kHeadTextSize> head_text(const Head& head) {
  std::array<std::uint8_t, kHeadTextSize> text{};
  std::uint8_t* at = std::copy(kHeadPersonal.begin(), kHeadPersonal.end(), text.data());
  at = std::copy(head.store_id.begin(), head.store_id.end(), at);
  base::store_le(at, head.sequence, 8);
  at = std::copy(head.hash.begin(), head.hash.end(), at + 8);
  base::store_le(at, static_cast<std::uint64_t>(head.at_ms), 8);
  return text;
}

bool is_signed_by(const Head& head, const PublicKey& key) {
  const auto text = head_text(head);
  return crypto_sign_ed25519_verify_detached(head.signature.data(), text.data(), text.size(),
                                             key.data()) == 0;
}

}  // namespace tokenry::token
