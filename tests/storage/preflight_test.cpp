// What is looked at before LMDB opens a store.
#include "storage/preflight.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "support/engine_store.hpp"
#include "support/faults.hpp"

namespace tokenry::test {
namespace {

using base::Code;

class Preflight : public StoreTest {
 protected:
  ~Preflight() override { faults::claim_file_system(0); }
};

struct FileSystem {
  const char* name;
  long magic;
};

TEST_F(Preflight, RefusesNetworkFileSystems) {
  for (const FileSystem& network :
       {FileSystem{"nfs", 0x6969}, FileSystem{"smb", 0x517B}, FileSystem{"cifs", 0xFF534D42},
        FileSystem{"smb2", 0xFE534D42}, FileSystem{"afs", 0x5346414F}, FileSystem{"9p", 0x01021997},
        FileSystem{"ceph", 0x00C36400}}) {
    faults::claim_file_system(network.magic);
    EXPECT_EQ(engine::Store::open(path_, {}).code(), Code::filesystem_unsupported) << network.name;
    EXPECT_EQ(make_store(scratch_ / "other").code(), Code::filesystem_unsupported) << network.name;
    EXPECT_FALSE(std::filesystem::exists(scratch_ / "other")) << network.name;
  }
}

TEST_F(Preflight, AcceptsLocalFileSystems) {
  for (const FileSystem& local :
       {FileSystem{"ext4", 0xEF53}, FileSystem{"xfs", 0x58465342}, FileSystem{"tmpfs", 0x01021994},
        FileSystem{"btrfs", 0x9123683E}, FileSystem{"overlay", 0x794C7630}}) {
    faults::claim_file_system(local.magic);
    EXPECT_TRUE(storage::check_file_system(path_).ok()) << local.name;
    EXPECT_TRUE(engine::Store::open(path_, {}).ok()) << local.name;
  }
}

TEST_F(Preflight, TellsWhoseTheFilesAre) {
  const auto facts = storage::preflight(path_);
  ASSERT_TRUE(facts.ok()) << facts.status().text();
  EXPECT_EQ(facts->page_size, 4096U);
  EXPECT_EQ(facts->mode & 0777, 0600U);
  EXPECT_EQ(facts->owner, ::geteuid());
}

TEST_F(Preflight, ChangesNothingInADirectoryThatIsNoStore) {
  const std::string empty = scratch_ / "empty";
  std::filesystem::create_directory(empty);
  EXPECT_EQ(storage::preflight(empty).code(), Code::store_missing);
  EXPECT_TRUE(std::filesystem::is_empty(empty));
  EXPECT_EQ(storage::preflight(scratch_ / "absent").code(), Code::store_missing);
  std::ofstream(scratch_ / "file") << "text";
  EXPECT_EQ(storage::preflight(scratch_ / "file").code(), Code::store_missing);
}

TEST_F(Preflight, FindsATruncatedDataFile) {
  const std::string data = storage::data_file(path_);
  {
    const auto store = open_store(path_);
    ASSERT_TRUE(make_tokens(*store, "t", 2000).ok());
  }
  // Every length below the used end, a page or a byte short.
  const auto store_pages = [&] {
    const auto store = open_store(path_);
    return store->facts()->environment.used_bytes;
  }();
  const std::string copy = scratch_ / "copy";
  for (const std::uint64_t size : {store_pages - 1, store_pages - 4096, std::uint64_t{8192},
                                   std::uint64_t{4096}, std::uint64_t{100}, std::uint64_t{0}}) {
    std::filesystem::remove_all(copy);
    std::filesystem::copy(path_, copy);
    std::filesystem::resize_file(storage::data_file(copy), size);
    EXPECT_EQ(storage::preflight(copy).code(), Code::store_damaged) << size;
    EXPECT_EQ(std::filesystem::file_size(storage::data_file(copy)), size);
  }
  std::filesystem::remove_all(copy);
  std::filesystem::copy(path_, copy);
  std::filesystem::resize_file(storage::data_file(copy), store_pages);
  EXPECT_TRUE(storage::preflight(copy).ok());
}

// Another process may commit at any point of the look at the file.
TEST_F(Preflight, IsNotMisledByCommitsInBetween) {
  const auto store = open_store(path_);
  int commits = 0;
  for (const unsigned at : {1U, 2U, 3U}) {
    faults::before_pread(at, [&] {
      // One that makes the file grow by far, and enough others for pages to be used again.
      EXPECT_TRUE(make_tokens(*store, "many" + std::to_string(at), 20'000).ok());
      for (int i = 0; i < 8; ++i) {
        EXPECT_TRUE(make_tokens(*store, "one" + std::to_string(++commits), 1).ok());
      }
    });
    const auto facts = storage::preflight(path_);
    EXPECT_TRUE(facts.ok()) << "before pread " << at << ": " << facts.status().text();
  }
  EXPECT_EQ(commits, 24);
}

}  // namespace
}  // namespace tokenry::test
