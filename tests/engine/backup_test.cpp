// Backups: a copy that is complete, private and opens by itself, made while others work.
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "check_fixture.hpp"

namespace tokenry::engine {
namespace {

using Names = std::set<std::string>;

class Backup : public CheckTest {
 protected:
  std::string target() const { return scratch_.path("backup"); }
  Status back_up(const BackupOptions& options = {}) { return store_->backup(target(), options); }

  // The store of the fixture is opened with a key; most backups are of one with a key file.
  void make_store_with_key_file() {
    close();
    std::filesystem::remove_all(directory());
    CreateOptions options;
    options.scopes = test_scopes();
    options.map_size_bytes = kMinMapSizeBytes;
    ASSERT_TRUE(create_store(directory(), kActor, options).ok());
    open_with_key_file();
  }
  void open_with_key_file() {
    close();
    auto opened = Store::open(directory(), {});
    ASSERT_TRUE(opened.ok()) << opened.status().text();
    store_ = *std::move(opened);
  }
  std::shared_ptr<Store> open_backup(const OpenOptions& options = {}) {
    auto opened = Store::open(target(), options);
    if (!opened.ok()) throw std::runtime_error(opened.status().text());
    return *opened;
  }
  std::string found_in_backup() {
    const auto report = check_store(target(), {});
    if (!report.ok()) return report.status().text();
    return report->findings.empty() ? "" : report->findings.lines().front();
  }
  Reason judged_by(Store& store, std::string_view name) {
    return store.verify({.credentials = text_of(name), .required = {}}).reason;
  }
  static mode_t mode(const std::string& path) {
    struct stat facts {};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
    return facts.st_mode & 07777;
  }
  void expect_nothing_made() { EXPECT_EQ(names_in(scratch_.path()), Names{"store"}); }
};

TEST_F(Backup, IsAStoreOfItsOwn) {
  make_store_with_key_file();
  given("amy/one", {"list-accts"});
  given("amy/gone");
  ASSERT_EQ(revoke("amy/gone"), Code::ok);
  ASSERT_TRUE(back_up().ok());
  EXPECT_EQ(names_in(target()), (Names{"data.mdb", "key"}));
  EXPECT_EQ(names_in(scratch_.path()), (Names{"backup", "store"}));
  EXPECT_EQ(found_in_backup(), "");

  const auto copy = open_backup();
  EXPECT_EQ(copy->format().store_id, store_->format().store_id);
  EXPECT_EQ(judged_by(*copy, "amy/one"), Reason::allowed);
  EXPECT_EQ(judged_by(*copy, "amy/gone"), Reason::revoked);
  ASSERT_EQ(revoke("amy/one"), Code::ok);
  EXPECT_EQ(judged_by(*copy, "amy/one"), Reason::allowed) << "the copy follows its source";
}

TEST_F(Backup, IsPrivateWhateverItsSourceAndTheUmask) {
  make_store_with_key_file();
  ASSERT_EQ(::chmod(directory().c_str(), 02770), 0);
  ASSERT_EQ(::chmod((directory() + "/data.mdb").c_str(), 0660), 0);
  ASSERT_EQ(::chmod((directory() + "/key").c_str(), 0640), 0);
  const mode_t before = ::umask(0);
  EXPECT_TRUE(back_up().ok());
  ::umask(before);
  EXPECT_EQ(mode(target()), 0700U);
  EXPECT_EQ(mode(target() + "/data.mdb"), 0600U);
  EXPECT_EQ(mode(target() + "/key"), 0600U);
}

TEST_F(Backup, WithoutItsKeyNeedsOneToOpen) {
  make_store_with_key_file();
  given("amy/one");
  ASSERT_TRUE(back_up({.without_key = true, .progress = {}}).ok());
  EXPECT_EQ(names_in(target()), Names{"data.mdb"});
  EXPECT_EQ(Store::open(target(), {}).code(), Code::key_missing);
  OpenOptions options;
  options.key_file = directory() + "/key";
  EXPECT_EQ(judged_by(*open_backup(options), "amy/one"), Reason::allowed);
}

TEST_F(Backup, CannotWriteAKeyThatWasPassed) {
  const Status refused = back_up();
  EXPECT_EQ(refused.code(), Code::key_missing);
  EXPECT_NE(refused.text().find("without the key"), std::string::npos) << refused.text();
  expect_nothing_made();
  EXPECT_TRUE(back_up({.without_key = true, .progress = {}}).ok());
  EXPECT_EQ(names_in(target()), Names{"data.mdb"});
}

TEST_F(Backup, OfAnUnsealedStoreHasNoKey) {
  make_store({.sealed = false});
  given("amy/one");
  ASSERT_TRUE(back_up().ok());
  EXPECT_EQ(names_in(target()), Names{"data.mdb"});
  EXPECT_EQ(judged_by(*open_backup(), "amy/one"), Reason::allowed);
  EXPECT_EQ(found_in_backup(), "");
}

TEST_F(Backup, WritesNoKeyThatIsNotTheStores) {
  make_store_with_key_file();
  const std::string key = directory() + "/key";
  std::filesystem::rename(key, scratch_.path("kept"));
  EXPECT_EQ(back_up().code(), Code::key_missing);
  StoreKey other;
  ASSERT_TRUE(write_key_file(key, other).ok());
  EXPECT_EQ(back_up().code(), Code::key_wrong);
  std::filesystem::remove(key);
  write_file(key, "rubbish");
  ASSERT_EQ(::chmod(key.c_str(), 0600), 0);
  EXPECT_EQ(back_up().code(), Code::store_damaged);
  ASSERT_EQ(::chmod(key.c_str(), 0604), 0);
  EXPECT_EQ(back_up().code(), Code::permission_denied);
  EXPECT_EQ(names_in(scratch_.path()), (Names{"kept", "store"}));
}

TEST_F(Backup, FindsTheKeyFileWhateverTheDirectoryIsByThen) {
  make_store_with_key_file();
  close();
  std::filesystem::rename(directory() + "/key", scratch_.path("elsewhere"));
  const std::string before = std::filesystem::current_path();
  std::filesystem::current_path(scratch_.path());
  OpenOptions options;
  options.key_file = "elsewhere";
  store_ = *Store::open(directory(), options);
  std::filesystem::current_path(before);
  EXPECT_TRUE(back_up().ok());
  EXPECT_EQ(content_of(target() + "/key"), content_of(scratch_.path("elsewhere")));
}

TEST_F(Backup, IsMadeUnderANewNameAlone) {
  make_store_with_key_file();
  std::filesystem::create_directory(target());
  EXPECT_EQ(back_up().code(), Code::store_exists);
  std::filesystem::remove(target());
  write_file(target(), "precious");
  EXPECT_EQ(back_up().code(), Code::store_exists);
  EXPECT_EQ(content_of(target()), "precious");
  std::filesystem::remove(target());
  std::filesystem::create_symlink("nowhere", target());
  EXPECT_EQ(back_up().code(), Code::store_exists);
  std::filesystem::remove(target());
  EXPECT_EQ(store_->backup(directory(), {}).code(), Code::store_exists);
  EXPECT_EQ(store_->backup(scratch_.path("none/backup"), {}).code(), Code::store_missing);
  expect_nothing_made();
}

TEST_F(Backup, ADraftLeftBehindStandsInNobodysWay) {
  make_store_with_key_file();
  std::filesystem::create_directory(target() + ".new-abcdef");
  EXPECT_TRUE(store_->backup(target() + "//", {}).ok());
  EXPECT_EQ(names_in(scratch_.path()), (Names{"backup", "backup.new-abcdef", "store"}));
}

TEST_F(Backup, LeavesNoReaderBehind) {
  make_store_with_key_file();
  given("amy/one");
  const std::uint32_t before = store_->facts()->environment.reader_count;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(back_up().ok());
    std::filesystem::remove_all(target());
  }
  EXPECT_EQ(store_->facts()->environment.reader_count, before);
}

TEST_F(Backup, TellsHowFarItIsUpToTheEnd) {
  make_store_with_key_file();
  std::uint64_t last = 0;
  std::uint64_t end = 0;
  const std::thread::id caller = std::this_thread::get_id();
  const auto note = [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_LE(last, done);
    last = done;
    end = total;
  };
  ASSERT_TRUE(back_up({.without_key = false, .progress = note}).ok());
  EXPECT_GT(end, 0U);
  EXPECT_EQ(last, end);
}

TEST_F(Backup, AProgressThatThrowsLeavesNothing) {
  make_store_with_key_file();
  const auto fail = [](std::uint64_t, std::uint64_t) { throw std::runtime_error("enough"); };
  EXPECT_THROW((void)back_up({.without_key = false, .progress = fail}), std::runtime_error);
  expect_nothing_made();
}

TEST_F(Backup, HoldsAllThatWasAcknowledgedBeforeIt) {
  make_store_with_key_file();
  std::atomic<bool> stop{false};
  std::atomic<int> made{0};
  std::vector<std::uint64_t> ids(100'000);
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      const std::string label = "t" + std::to_string(i);
      const TokenSpec spec{.owner = "amy", .label = label, .note = {}, .granted = {}};
      Issued issued;
      model::Catalog catalog;
      ASSERT_TRUE(store_->create(kActor, {&spec, 1}, {&issued, 1}, catalog).ok());
      Code code = Code::ok;
      const std::uint64_t id = issued.token.details.id;
      ASSERT_TRUE(store_->act(kActor, Store::Action::revoke, {&id, 1}, false, {&code, 1}).ok());
      ids[static_cast<std::size_t>(i)] = id;
      made.store(i + 1);
    }
  });
  for (int round = 0; round < 20; ++round) {
    while (made < 10 * round) std::this_thread::yield();
    const int acknowledged = made;
    EXPECT_TRUE(back_up().ok());
    EXPECT_EQ(found_in_backup(), "");
    const auto copy = open_backup();
    for (int i = 0; i < acknowledged; ++i) {
      const auto token = copy->show(ids[static_cast<std::size_t>(i)]);
      ASSERT_TRUE(token.ok()) << i << " of " << acknowledged;
      ASSERT_EQ(token->terms.state, model::TokenState::revoked) << i << " of " << acknowledged;
    }
    copy->close();
    std::filesystem::remove_all(target());
  }
  stop = true;
  writer.join();
}

}  // namespace
}  // namespace tokenry::engine
