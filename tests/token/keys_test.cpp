#include "token/keys.hpp"

#include <gtest/gtest.h>
#include <sodium.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "samples.hpp"

namespace tokenry::token {
namespace {

using base::as_bytes;
using base::Bytes;
using samples::counting;
using samples::hex;
using Key = std::array<std::uint8_t, kStoreKeySize>;
using RecordBody = std::array<std::uint8_t, kSealedRecordBytes>;
using KeysPointer = std::shared_ptr<const StoreKeys>;

KeysPointer sealed_store(const Key& key, const StoreId& id) {
  return StoreKeys::derive(key, id).value();
}

KeysPointer unsealed_store(const StoreId& id) { return StoreKeys::unsealed(id).value(); }

class Keys : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    keys_ = sealed_store(key_, id_);
  }

  Key key_ = counting<kStoreKeySize>(0);
  StoreId id_ = counting<16>(200);
  RecordBody body_ = counting<kSealedRecordBytes>(0);
  KeysPointer keys_;
};

template <std::size_t N>
std::array<std::uint8_t, N> with_bit_flipped(std::array<std::uint8_t, N> bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ 1 << bit % 8);
  return bytes;
}

std::string with_bit_flipped(std::string text, std::size_t bit) {
  text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1 << bit % 8);
  return text;
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i % 251);
  return text;
}

using KeysSeal = Keys;

// These were computed by other implementations of BLAKE2b and SipHash: stores depend on them.
TEST_F(KeysSeal, KnownRecordSeal) {
  EXPECT_EQ(hex(keys_->seal_record(7, body_)), "c1138a327bac87d4ff6b356faeb75df2");
}

TEST_F(KeysSeal, KnownRowSeals) {
  EXPECT_EQ(hex(keys_->seal_row('d', as_bytes("key"), as_bytes("body"))),
            "49c9a55b85195d9f4384b0b7541c28a4");
  const std::string body = pattern(5000);
  EXPECT_EQ(hex(keys_->seal_row('d', as_bytes("key"), as_bytes(body))),
            "72be3d232869f61243f0ad846043e339");
}

TEST_F(KeysSeal, EveryBitOfSlotAndRecordCounts) {
  std::set<Seal> seals{keys_->seal_record(7, body_)};
  for (std::size_t bit = 0; bit < 32; ++bit) {
    seals.insert(keys_->seal_record(7u ^ std::uint32_t{1} << bit, body_));
  }
  for (std::size_t bit = 0; bit < 8 * kSealedRecordBytes; ++bit) {
    seals.insert(keys_->seal_record(7, with_bit_flipped(body_, bit)));
  }
  EXPECT_EQ(seals.size(), 1 + 32 + 8 * kSealedRecordBytes);
}

TEST_F(KeysSeal, EveryBitOfARowCounts) {
  const std::string key = "root/deploy-bot";
  const std::string body = pattern(200);
  std::set<Seal> seals{keys_->seal_row('d', as_bytes(key), as_bytes(body))};
  for (std::size_t bit = 0; bit < 8 * key.size(); ++bit) {
    seals.insert(keys_->seal_row('d', as_bytes(with_bit_flipped(key, bit)), as_bytes(body)));
  }
  for (std::size_t bit = 0; bit < 8 * body.size(); ++bit) {
    seals.insert(keys_->seal_row('d', as_bytes(key), as_bytes(with_bit_flipped(body, bit))));
  }
  EXPECT_EQ(seals.size(), 1 + 8 * key.size() + 8 * body.size());
}

TEST_F(KeysSeal, EveryByteOfALongRowCounts) {
  const std::string key = pattern(30);
  const std::string body = pattern(6000);
  std::set<Seal> seals{keys_->seal_row('d', as_bytes(key), as_bytes(body))};
  for (std::size_t at = 0; at < key.size(); ++at) {
    seals.insert(keys_->seal_row('d', as_bytes(with_bit_flipped(key, 8 * at)), as_bytes(body)));
  }
  for (std::size_t at = 0; at < body.size(); at += 97) {
    seals.insert(keys_->seal_row('d', as_bytes(key), as_bytes(with_bit_flipped(body, 8 * at))));
  }
  EXPECT_EQ(seals.size(), 1 + 30 + 62u);
}

TEST_F(KeysSeal, EveryDomainHasItsOwn) {
  std::set<Seal> seals;
  std::size_t domains = 0;
  for (int domain = 0; domain < 256; ++domain) {
    if (static_cast<char>(domain) == kRecordDomain) continue;
    seals.insert(keys_->seal_row(static_cast<char>(domain), as_bytes("key"), as_bytes("body")));
    ++domains;
  }
  EXPECT_EQ(seals.size(), domains);
}

TEST_F(KeysSeal, KeyAndBodyAreToldApart) {
  for (const std::size_t size : {10u, 3000u, 4088u, 4089u, 9000u}) {
    const std::string row = pattern(size);
    std::set<Seal> seals;
    for (std::size_t key_size = 0; key_size <= 10; ++key_size) {
      seals.insert(
          keys_->seal_row('d', as_bytes(row).first(key_size), as_bytes(row).subspan(key_size)));
    }
    EXPECT_EQ(seals.size(), 11u) << size;
  }
}

// Lengths around the direct form's limit, where the key leaves much, little or no room.
TEST_F(KeysSeal, EveryLengthHasItsOwn) {
  const std::string long_key = pattern(5000);
  const std::string body = pattern(5000);
  std::set<Seal> seals;
  std::size_t rows = 0;
  for (const std::size_t key_size : {0u, 1u, 511u, 4087u, 4088u, 4089u, 5000u}) {
    for (std::size_t total = 4080; total <= 4100; ++total) {
      if (total < key_size) continue;
      seals.insert(keys_->seal_row('d', as_bytes(long_key).first(key_size),
                                   as_bytes(body).first(total - key_size)));
      ++rows;
    }
  }
  EXPECT_EQ(seals.size(), rows);
  EXPECT_GT(rows, 80u);
}

TEST_F(KeysSeal, LongestDirectRowAndTheNext) {
  const std::string body = pattern(StoreKeys::kLongestDirectSeal);
  EXPECT_EQ(hex(keys_->seal_row('d', {}, as_bytes(body).first(4088))),
            "b61667ec1188c2d067bd3ad1a52ec745");
  EXPECT_EQ(hex(keys_->seal_row('d', {}, as_bytes(body).first(4089))),
            "397c906f76237f92a4db76e4234f23fe");
}

TEST_F(KeysSeal, EmptyRows) {
  std::set<Seal> seals{keys_->seal_row('d', {}, {}), keys_->seal_row('d', as_bytes("a"), {}),
                       keys_->seal_row('d', {}, as_bytes("a"))};
  EXPECT_EQ(seals.size(), 3u);
}

TEST_F(KeysSeal, AMegabyte) {
  const std::string body = pattern(1 << 20);
  const Seal seal = keys_->seal_row('d', as_bytes("key"), as_bytes(body));
  EXPECT_NE(seal, keys_->seal_row('d', as_bytes("key"),
                                  as_bytes(with_bit_flipped(body, 8 * body.size() - 1))));
}

TEST_F(KeysSeal, RowInTheRecordsDomainEndsTheProgram) {
  EXPECT_DEATH((void)keys_->seal_row(kRecordDomain, as_bytes("key"), as_bytes("body")), "");
  EXPECT_DEATH((void)unsealed_store(id_)->seal_row(kRecordDomain, {}, {}), "");
}

TEST_F(KeysSeal, StoresDiffer) {
  const auto seals_of = [&](const KeysPointer& keys) {
    return std::vector<Seal>{keys->seal_record(7, body_),
                             keys->seal_row('d', as_bytes("key"), as_bytes("body"))};
  };
  std::set<Seal> seals;
  for (const auto& keys : {keys_, sealed_store(key_, with_bit_flipped(id_, 0)),
                           sealed_store(key_, with_bit_flipped(id_, 127)),
                           sealed_store(with_bit_flipped(key_, 0), id_),
                           sealed_store(with_bit_flipped(key_, 255), id_)}) {
    for (const Seal& seal : seals_of(keys)) seals.insert(seal);
  }
  EXPECT_EQ(seals.size(), 10u);
}

TEST_F(KeysSeal, SameStoreOpenedTwiceAgrees) {
  const KeysPointer again = sealed_store(key_, id_);
  EXPECT_EQ(keys_->seal_record(7, body_), again->seal_record(7, body_));
  EXPECT_EQ(keys_->owner_hash("root"), again->owner_hash("root"));
  EXPECT_EQ(keys_->decoy_slot(5), again->decoy_slot(5));
  EXPECT_EQ(keys_->key_id(), again->key_id());
}

TEST_F(KeysSeal, MatchesOnlyTheSameSeal) {
  const Seal seal = keys_->seal_record(7, body_);
  EXPECT_TRUE(seal_matches(seal, keys_->seal_record(7, body_)));
  for (std::size_t bit = 0; bit < 8 * kSealSize; ++bit) {
    EXPECT_FALSE(seal_matches(seal, with_bit_flipped(seal, bit))) << bit;
  }
  EXPECT_FALSE(seal_matches(seal, Seal{}));
}

TEST_F(KeysSeal, UnsealedStoreSealsWithZeros) {
  const KeysPointer keys = unsealed_store(id_);
  EXPECT_FALSE(keys->sealed());
  EXPECT_TRUE(keys_->sealed());
  EXPECT_EQ(keys->seal_record(7, body_), Seal{});
  EXPECT_EQ(keys->seal_row('d', as_bytes("key"), as_bytes("body")), Seal{});
  EXPECT_EQ(keys->seal_row('d', as_bytes("key"), as_bytes(pattern(9000))), Seal{});
  EXPECT_TRUE(seal_matches(keys->seal_record(7, body_), Seal{}));
  EXPECT_FALSE(seal_matches(keys->seal_record(7, body_), keys_->seal_record(7, body_)));
}

using KeysName = Keys;

TEST_F(KeysName, KnownName) { EXPECT_EQ(keys_->key_id(), 0x88e34a1364c51a89u); }

TEST_F(KeysName, FollowsTheKeyAndNotTheStore) {
  EXPECT_EQ(sealed_store(key_, with_bit_flipped(id_, 3))->key_id(), keys_->key_id());
  std::set<std::uint64_t> names{keys_->key_id()};
  for (std::size_t bit = 0; bit < 8 * kStoreKeySize; ++bit) {
    names.insert(sealed_store(with_bit_flipped(key_, bit), id_)->key_id());
  }
  EXPECT_EQ(names.size(), 1 + 8 * kStoreKeySize);
  EXPECT_EQ(names.count(0), 0u);
}

TEST_F(KeysName, UnsealedStoreHasNone) { EXPECT_EQ(unsealed_store(id_)->key_id(), 0u); }

using KeysOwner = Keys;

TEST_F(KeysOwner, KnownHashes) {
  EXPECT_EQ(keys_->owner_hash("root"), 0xa5d71cf2d22d89u);
  EXPECT_EQ(unsealed_store(id_)->owner_hash("root"), 0x42e979bb4bb13bu);
}

TEST_F(KeysOwner, HashesHave56BitsThatAllCount) {
  std::uint64_t ones = 0;
  std::uint64_t zeros = 0;
  for (int i = 0; i < 1'000; ++i) {
    const std::uint64_t hash = keys_->owner_hash("owner" + std::to_string(i));
    ones |= hash;
    zeros |= ~hash;
  }
  EXPECT_EQ(ones, (std::uint64_t{1} << 56) - 1);
  EXPECT_EQ(zeros, ~std::uint64_t{0});
}

TEST_F(KeysOwner, NamesAndStoresDiffer) {
  std::set<std::uint64_t> hashes;
  for (const auto& keys : {keys_, sealed_store(key_, with_bit_flipped(id_, 0)),
                           sealed_store(with_bit_flipped(key_, 0), id_), unsealed_store(id_),
                           unsealed_store(with_bit_flipped(id_, 0))}) {
    for (const std::string& owner :
         {std::string(), std::string("root"), std::string("Root"), std::string("root\0", 5),
          std::string(128, 'r'), std::string(129, 'r')}) {
      hashes.insert(keys->owner_hash(owner));
    }
  }
  EXPECT_EQ(hashes.size(), 30u);
}

using KeysDecoy = Keys;

TEST_F(KeysDecoy, KnownNumbers) {
  EXPECT_EQ(keys_->decoy_slot(0x0123456789ABCDEFu), 0xca1aa12b96e51688u);
  EXPECT_EQ(unsealed_store(id_)->decoy_slot(0x0123456789ABCDEFu), 0x48d87ffbb09f6cccu);
}

TEST_F(KeysDecoy, SpreadsOverAllSlots) {
  constexpr std::size_t kSlots = 31;
  std::array<int, kSlots> hits{};
  for (std::uint64_t id = 0; id < 3'100; ++id) ++hits[keys_->decoy_slot(id) % kSlots];
  for (const int count : hits) {
    EXPECT_GT(count, 50);
    EXPECT_LT(count, 150);
  }
}

TEST_F(KeysDecoy, StoresDiffer) {
  EXPECT_NE(keys_->decoy_slot(1), sealed_store(key_, with_bit_flipped(id_, 0))->decoy_slot(1));
  EXPECT_NE(keys_->decoy_slot(1), sealed_store(with_bit_flipped(key_, 0), id_)->decoy_slot(1));
  EXPECT_NE(keys_->decoy_slot(1), unsealed_store(id_)->decoy_slot(1));
}

using KeysMemory = Keys;

constexpr std::size_t kKeysSize = 3 * 16 + 64;  // three of SipHash, one of Ed25519

// The access rights of the page that holds this address, such as "r--p".
std::string access_rights(std::uintptr_t address) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t start = 0;
    std::uintptr_t end = 0;
    char rights[5] = "";
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s", &start, &end, rights) == 3 &&
        start <= address && address < end) {
      return rights;
    }
  }
  return "unmapped";
}

TEST_F(KeysMemory, IsReadOnlyBetweenGuardsAndGivenBack) {
  // The first member of StoreKeys points to the derived keys, at the end of their page.
  std::uintptr_t keys = 0;
  const void* const object = keys_.get();
  std::memcpy(&keys, object, sizeof keys);
  EXPECT_EQ(access_rights(keys), "r--p");
  EXPECT_EQ(access_rights(keys + kKeysSize), "---p");
  EXPECT_EQ(access_rights(keys - static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE))), "---p");
  keys_.reset();
  EXPECT_NE(access_rights(keys), "r--p");
}

TEST(InitCrypto, AnyNumberOfTimesFromAnyThread) {
  std::vector<std::thread> threads;
  std::array<bool, 8> good{};
  threads.reserve(good.size());
  for (bool& one : good) threads.emplace_back([&one] { one = init_crypto().ok(); });
  for (std::thread& thread : threads) thread.join();
  for (const bool one : good) EXPECT_TRUE(one);
  EXPECT_TRUE(init_crypto().ok());
}

}  // namespace
}  // namespace tokenry::token
