#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>

#include "data_file.hpp"
#include "store_fixture.hpp"

namespace tokenry::engine {
namespace {

using Names = std::set<std::string>;

// ---- what is not a store is told as such and left as it is

class NotAStore : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(path()); }

  std::string path() const { return scratch_.path("store"); }
  std::string data() const { return path() + "/data.mdb"; }

  // Opening fails with the code, and every file is byte for byte what it was.
  void expect_refused(Code code) {
    std::map<std::string, std::string> before;
    for (const std::string& name : names_in(path())) before[name] = content_of(path() + "/" + name);
    const auto store = Store::open(path(), {});
    EXPECT_EQ(store.code(), code);
    EXPECT_FALSE(!store.ok() && store.status().text().empty());
    std::map<std::string, std::string> after;
    for (const std::string& name : names_in(path())) after[name] = content_of(path() + "/" + name);
    EXPECT_TRUE(before == after) << "a foreign directory was changed";
  }

  // An LMDB environment of somebody else's with these tables.
  void make_lmdb(const std::vector<std::string>& tables) {
    MDB_env* env = nullptr;
    ASSERT_EQ(::mdb_env_create(&env), 0);
    ASSERT_EQ(::mdb_env_set_maxdbs(env, 20), 0);
    ASSERT_EQ(::mdb_env_open(env, path().c_str(), 0, 0600), 0);
    MDB_txn* txn = nullptr;
    ASSERT_EQ(::mdb_txn_begin(env, nullptr, 0, &txn), 0);
    for (const std::string& table : tables) {
      MDB_dbi handle = 0;
      ASSERT_EQ(::mdb_dbi_open(txn, table.c_str(), MDB_CREATE, &handle), 0);
      MDB_val key{3, const_cast<char*>("key")};
      MDB_val value{5, const_cast<char*>("value")};
      ASSERT_EQ(::mdb_put(txn, handle, &key, &value, 0), 0);
    }
    ASSERT_EQ(::mdb_txn_commit(txn), 0);
    ::mdb_env_close(env);
  }

  ScratchDirectory scratch_;
};

TEST_F(NotAStore, AMissingDirectory) {
  const auto store = Store::open(scratch_.path("absent"), {});
  EXPECT_EQ(store.code(), Code::store_missing);
  EXPECT_EQ(names_in(scratch_.path()), Names{"store"});
}

TEST_F(NotAStore, AFile) {
  write_file(scratch_.path("file"), "x");
  EXPECT_EQ(Store::open(scratch_.path("file"), {}).code(), Code::store_missing);
}

TEST_F(NotAStore, AnEmptyDirectory) { expect_refused(Code::store_missing); }

TEST_F(NotAStore, AnEmptyDataFile) {
  write_file(data(), "");
  expect_refused(Code::store_damaged);
}

TEST_F(NotAStore, RandomBytes) {
  std::mt19937_64 random(1);
  for (const std::size_t size : {1U, 4095U, 4096U, 8192U, 100'000U}) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    write_file(data(), bytes);
    expect_refused(Code::store_damaged);
  }
}

TEST_F(NotAStore, AnotherProgramsLmdbFile) {
  make_lmdb({"mail", "users"});
  expect_refused(Code::store_damaged);
}

TEST_F(NotAStore, AnLmdbFileWithoutTables) {
  make_lmdb({});
  expect_refused(Code::store_damaged);
}

TEST_F(NotAStore, AnLmdbFileWithSomeOfTheTables) {
  make_lmdb({"verifiers", "details", "labels", "owners", "scopes", "meta"});
  expect_refused(Code::store_damaged);
}

TEST_F(NotAStore, ADirectoryInPlaceOfTheDataFile) {
  std::filesystem::create_directory(data());
  const auto store = Store::open(path(), {});
  EXPECT_FALSE(store.ok());
  EXPECT_EQ(names_in(path()), Names{"data.mdb"});
}

// ---- truncation

class OpenStore : public StoreTest {
 protected:
  Code open_code() { return try_open().code(); }
};

TEST_F(OpenStore, EveryTruncationIsDamage) {
  given("root/bot");
  const auto used = store_->facts()->environment.used_bytes;
  close();
  const std::string whole = content_of(directory() + "/data.mdb");
  for (std::uint64_t size = 0; size < used; size += 1024) {
    ASSERT_EQ(::truncate((directory() + "/data.mdb").c_str(), static_cast<off_t>(size)), 0);
    ASSERT_EQ(open_code(), Code::store_damaged) << size << " of " << used;
    write_file(directory() + "/data.mdb", whole);
  }
  ASSERT_EQ(::truncate((directory() + "/data.mdb").c_str(), static_cast<off_t>(used)), 0);
  reopen();
  EXPECT_EQ(verify("root/bot"), Reason::allowed) << "the reserve behind the data may go";
}

// ---- format

class OpenUnsealed : public OpenStore {
 protected:
  void SetUp() override { make_store({.sealed = false}); }

  // Overwrites bytes of the format row.
  void patch_format(std::size_t offset, std::uint64_t value, std::size_t width) {
    std::vector<std::uint8_t> row = row_of(*store_, storage::Table::meta, "format");
    close();
    std::vector<std::uint8_t> patched = row;
    base::store_le(&patched[offset], value, width);
    ASSERT_GT(DataFile(directory()).replace(row, patched), 0U);
  }
};

TEST_F(OpenUnsealed, ANewerMinorFormatIsUnsupported) {
  patch_format(10, 2, 2);
  const auto store = try_open();
  EXPECT_EQ(store.code(), Code::format_unsupported);
  EXPECT_NE(store.status().text().find("format 1.2"), std::string::npos) << store.status().text();
}

TEST_F(OpenUnsealed, AnotherMajorFormatIsUnsupported) {
  patch_format(8, 2, 2);
  const auto store = try_open();
  EXPECT_EQ(store.code(), Code::format_unsupported);
  EXPECT_NE(store.status().text().find("format 2.1"), std::string::npos) << store.status().text();
}

TEST_F(OpenUnsealed, AnotherPageSizeIsUnsupported) {
  patch_format(12, 16384, 4);
  EXPECT_EQ(open_code(), Code::format_unsupported);
}

TEST_F(OpenUnsealed, AnotherNumberOfRecordsPerPageIsUnsupported) {
  for (const std::uint64_t count : {0U, 1U, 30U, 32U, 65535U}) {
    patch_format(16, count, 2);
    EXPECT_EQ(open_code(), Code::format_unsupported) << count;
    make_store({.sealed = false});
  }
}

TEST_F(OpenUnsealed, APrefixThatNoTokenCanHaveIsDamage) {
  patch_format(20, 'T', 1);
  EXPECT_EQ(open_code(), Code::store_damaged);
}

TEST_F(OpenUnsealed, UnknownFlagsAreDamage) {
  patch_format(18, 2, 1);
  EXPECT_EQ(open_code(), Code::store_damaged);
}

TEST_F(OpenUnsealed, ALaterFormatWithALongerRowIsUnsupported) {
  close();
  MDB_env* env = nullptr;
  ASSERT_EQ(::mdb_env_create(&env), 0);
  ASSERT_EQ(::mdb_env_set_maxdbs(env, 20), 0);
  ASSERT_EQ(::mdb_env_open(env, directory().c_str(), 0, 0600), 0);
  MDB_txn* txn = nullptr;
  ASSERT_EQ(::mdb_txn_begin(env, nullptr, 0, &txn), 0);
  MDB_dbi meta = 0;
  ASSERT_EQ(::mdb_dbi_open(txn, "meta", 0, &meta), 0);
  std::string row("tokenry\0\x02\0\0\0", 12);
  row.resize(200, 'x');
  MDB_val key{6, const_cast<char*>("format")};
  MDB_val value{row.size(), row.data()};
  ASSERT_EQ(::mdb_put(txn, meta, &key, &value, 0), 0);
  ASSERT_EQ(::mdb_txn_commit(txn), 0);
  ::mdb_env_close(env);
  const auto store = try_open();
  EXPECT_EQ(store.code(), Code::format_unsupported) << store.status().text();
}

TEST_F(OpenUnsealed, AKeyForAnUnsealedStoreIsRefused) {
  close();
  OpenOptions options;
  options.key = &key_;
  EXPECT_EQ(Store::open(directory(), options).code(), Code::tampered);
}

// ---- keys

class OpenSealed : public testing::Test {
 protected:
  void SetUp() override {
    CreateOptions options;
    options.map_size_bytes = kMinMapSizeBytes;
    ASSERT_TRUE(create_store(path(), kActor, options).ok());
  }
  std::string path() const { return scratch_.path("store"); }
  std::string key_file() const { return path() + "/key"; }
  Code open_code(const OpenOptions& options = {}) { return Store::open(path(), options).code(); }

  std::vector<std::uint8_t> format_row() {
    return row_of(**Store::open(path(), {}), storage::Table::meta, "format");
  }

  ScratchDirectory scratch_;
};

TEST_F(OpenSealed, FindsItsKeyBesideTheData) { EXPECT_EQ(open_code(), Code::ok); }

TEST_F(OpenSealed, WithoutItsKeyItDoesNotOpen) {
  std::filesystem::remove(key_file());
  EXPECT_EQ(open_code(), Code::key_missing);
  OpenOptions options;
  options.key_file = scratch_.path("absent.key");
  EXPECT_EQ(open_code(options), Code::key_missing);
}

TEST_F(OpenSealed, AnotherStoresKeyIsWrong) {
  const StoreKey other;
  OpenOptions options;
  options.key = &other;
  EXPECT_EQ(open_code(options), Code::key_wrong);
  std::filesystem::remove(key_file());
  ASSERT_TRUE(write_key_file(key_file(), other).ok());
  EXPECT_EQ(open_code(), Code::key_wrong);
}

TEST_F(OpenSealed, AKeyFileThatAllMayReadIsRefused) {
  for (const mode_t mode : {0604U, 0602U, 0601U, 0644U}) {
    ASSERT_EQ(::chmod(key_file().c_str(), mode), 0);
    EXPECT_EQ(open_code(), Code::permission_denied) << std::oct << mode;
  }
  ASSERT_EQ(::chmod(key_file().c_str(), 0640), 0);
  EXPECT_EQ(open_code(), Code::ok) << "the store's group may read it";
}

TEST_F(OpenSealed, WhatIsNotAKeyFileIsTold) {
  const std::string good = content_of(key_file());
  const std::string key_line = good.substr(good.find("tokenry-key-1"));
  const std::string short_line = key_line.substr(0, key_line.size() - 2) + "\n";
  for (const std::string& bad :
       {std::string(), std::string("# only a comment\n"), std::string("tokenry-key-1 \n"),
        short_line, key_line.substr(0, key_line.size() - 1) + "0\n", key_line + key_line,
        "tokenry-key-2" + key_line.substr(13), "x" + key_line, std::string(10'000, 'x')}) {
    write_file(key_file(), bad);
    EXPECT_EQ(open_code(), Code::store_damaged);
  }
  write_file(key_file(), "# moved by hand\n\n" + key_line);
  EXPECT_EQ(open_code(), Code::ok) << "comments and blank lines do not count";
}

TEST_F(OpenSealed, AKeyFileThatIsAPipeIsRefusedAtOnce) {
  std::filesystem::remove(key_file());
  ASSERT_EQ(::mkfifo(key_file().c_str(), 0600), 0);
  EXPECT_EQ(open_code(), Code::store_damaged);
}

TEST_F(OpenSealed, ErrorsAboutKeysDoNotTellTheKey) {
  const std::string good = content_of(key_file());
  const std::string digits = good.substr(good.find("tokenry-key-1") + 14, 64);
  write_file(key_file(), "tokenry-key-1 " + digits + "0\n");
  const auto store = Store::open(path(), {});
  ASSERT_EQ(store.code(), Code::store_damaged);
  EXPECT_EQ(store.status().text().find(digits.substr(0, 8)), std::string::npos);
}

// ---- a sealed store's format row

TEST_F(OpenSealed, ASealThatWasSwitchedOffIsTampering) {
  const std::vector<std::uint8_t> row = format_row();
  std::vector<std::uint8_t> patched = row;
  patched[18] = 0;
  ASSERT_GT(DataFile(path()).replace(row, patched), 0U);
  EXPECT_EQ(open_code(), Code::tampered);
  std::filesystem::remove(key_file());
  EXPECT_EQ(open_code(), Code::tampered) << "the row still names a key";
}

TEST_F(OpenSealed, EveryBitOfTheFormatRowCounts) {
  const std::vector<std::uint8_t> row = format_row();
  const DataFile file(path());
  const DataFile::Places places = file.places_of(row);
  ASSERT_FALSE(places.empty());
  for (std::size_t bit = 0; bit < 8 * row.size(); ++bit) {
    file.write(places, with_flipped_bit(row, bit));
    const Code code = open_code();
    EXPECT_TRUE(code == Code::tampered || code == Code::key_wrong || code == Code::store_damaged ||
                code == Code::format_unsupported)
        << "byte " << bit / 8 << " answers " << static_cast<int>(code);
  }
  file.write(places, row);
  EXPECT_EQ(open_code(), Code::ok);
}

// ---- handles

TEST_F(OpenStore, AClosedStoreSaysSo) {
  given("root/bot");
  store_->close();
  store_->close();
  EXPECT_EQ(store_->show(id_of("root/bot")).code(), Code::closed);
  EXPECT_EQ(store_->facts().code(), Code::closed);
  EXPECT_EQ(revoke("root/bot"), Code::closed);
  EXPECT_EQ(store_->verify({.credentials = text_of("root/bot"), .required = {}}).reason,
            Reason::unavailable);
}

TEST_F(OpenStore, UnavailableSaysWhenToTryAgain) {
  given("root/bot");
  store_->close();
  EXPECT_GT(store_->verify({.credentials = text_of("root/bot"), .required = {}}).retry_after_ms, 0);
}

TEST_F(OpenStore, TagsOfTwoStoresDiffer) {
  const std::uint64_t first = store_->tag();
  EXPECT_NE(first, 0U);
  reopen();
  EXPECT_EQ(store_->tag(), first);
  make_store();
  EXPECT_NE(store_->tag(), first);
}

TEST_F(OpenStore, EverythingIsThereAgainAfterReopening) {
  given("root/bot", {"edit-dns"}, {.note = "for deployments"});
  given("root/gone");
  given("amy/mail", {"all"});
  revoke("root/gone");
  set_ceiling("amy", {"list-accts"});
  suspend_owner("amy");
  add_scope("later");
  const model::Token before = show("root/bot");
  reopen();
  const model::Token after = show("root/bot");
  EXPECT_EQ(after.details.note, "for deployments");
  EXPECT_EQ(after.details.created_at_ms, before.details.created_at_ms);
  EXPECT_EQ(after.terms.effective, before.terms.effective);
  EXPECT_EQ(verify("root/bot", {"edit-dns"}), Reason::allowed);
  EXPECT_EQ(verify("root/gone"), Reason::revoked);
  EXPECT_EQ(verify("amy/mail"), Reason::owner_suspended);
  EXPECT_EQ(store_->owner("amy")->owner.ceiling, bits({"list-accts"}));
  EXPECT_EQ(store_->catalog()->find("later"), 5U);
}

}  // namespace
}  // namespace tokenry::engine
