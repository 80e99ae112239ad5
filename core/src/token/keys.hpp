// The keys of a store and what is done with them: seals, owner hashes, decoy slots, signed heads.
//
// All keys are derived from the store key and the store id, so neither a row nor a hash of one
// store means anything in another. The store key itself is not kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "base/status.hpp"
#include "token/chain.hpp"

namespace tokenry::token {

inline constexpr std::size_t kStoreKeySize = 32;
inline constexpr std::size_t kSealSize = 16;
inline constexpr std::size_t kSealedRecordBytes = 112;  // a verifier record without its seal
inline constexpr char kRecordDomain = 'v';

using Seal = std::array<std::uint8_t, kSealSize>;

// Readies libsodium; to be called before anything else of this room. Idempotent and thread-safe.
// Codes: internal_error.
base::Status init_crypto();

// Immutable once made, so any number of threads may use it. The derived keys lie in guarded,
// read-only memory that is kept out of core dumps and wiped at the end.
class StoreKeys {
 public:
  // The keys of a sealed store. store_key is not kept: the caller wipes it. Codes: no_memory.
  static base::Result<std::shared_ptr<const StoreKeys>> derive(
      std::span<const std::uint8_t, kStoreKeySize> store_key, const StoreId& id);

  // The keys of a store without a store key: they follow from its id, which is public. Its seals
  // are all zero. Codes: no_memory.
  static base::Result<std::shared_ptr<const StoreKeys>> unsealed(const StoreId& id);

  StoreKeys(const StoreKeys&) = delete;
  StoreKeys& operator=(const StoreKeys&) = delete;

  bool sealed() const { return sealed_; }

  // A public name of the store key, to tell a wrong key from a changed file. Never 0 for a sealed
  // store, always 0 for an unsealed one.
  std::uint64_t key_id() const { return key_id_; }

  // The seal of a verifier record in its slot: SipHash-2-4-128 over
  //   'v', 0, 0, 0, slot (4, little-endian), body (112).
  Seal seal_record(std::uint32_t slot,
                   std::span<const std::uint8_t, kSealedRecordBytes> body) const;

  // The seal of a row of any length: SipHash-2-4-128 over
  //   domain, 0, 0, 0, key size (4, little-endian), key, body
  // where that is at most kLongestDirectSeal bytes, else over
  //   domain, 1, 0, 0, key size (4, little-endian), BLAKE2b-256 of key and body (32)
  // so that no length needs memory or can fail. One domain for each table; kRecordDomain and a key
  // of 4 GiB or more are errors in the program and end it.
  Seal seal_row(char domain, base::Bytes key, base::Bytes body) const;

  static constexpr std::size_t kLongestDirectSeal = 4096;

  // 56 bits that stand for the owner's name in a record; the top byte is 0.
  std::uint64_t owner_hash(std::string_view owner) const;

  // A number that only the store can predict, for an id that is not in it: modulo the slot count it
  // names the record to work on, so that unknown ids take the time of known ones.
  std::uint64_t decoy_slot(std::uint64_t id) const;

  // Fills the signature: Ed25519 over head_text(), or zeros in an unsealed store.
  void sign(Head& head) const;

  // The half of the signing key that may be known to all; zero in an unsealed store.
  const PublicKey& public_key() const { return public_key_; }

 private:
  struct Keys;
  struct FreeKeys {
    void operator()(Keys* keys) const;
  };
  using KeysMemory = std::unique_ptr<Keys, FreeKeys>;

  StoreKeys(KeysMemory keys, const PublicKey& public_key, std::uint64_t key_id, bool sealed);
  static base::Result<std::shared_ptr<const StoreKeys>> make(base::Bytes store_key,
                                                             const StoreId& id);

  KeysMemory keys_;
  PublicKey public_key_{};
  std::uint64_t key_id_;
  bool sealed_;
};

// Whether a row's seal is the expected one, in constant time.
bool seal_matches(const Seal& expected, std::span<const std::uint8_t, kSealSize> found);

}  // namespace tokenry::token
