// Two copies of the library in one process: the second is told off before it can do harm.
#include <dlfcn.h>

#include <filesystem>

#include "small_store.hpp"

namespace tokenry::test {
namespace {

class SecondCopy : public SmallStore {
 protected:
  void SetUp() override {
    SmallStore::SetUp();
    Dl_info facts{};
    ASSERT_NE(::dladdr(reinterpret_cast<void*>(&tokenry_version), &facts), 0);
    const std::string copy = scratch_ / "libcopy.so";
    std::filesystem::copy_file(std::filesystem::canonical(facts.dli_fname), copy);
    // Never unloaded: what a library keeps until the process ends would look leaked without it.
    library_ = ::dlopen(copy.c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library_, nullptr) << ::dlerror();
    ASSERT_NE(reinterpret_cast<void*>(&tokenry_version), ::dlsym(library_, "tokenry_version"));
  }
  template <typename Function>
  Function* of_copy(const char* name, Function*) {
    return reinterpret_cast<Function*>(::dlsym(library_, name));
  }
  int open_in_copy(tokenry_store** store) {
    return of_copy("tokenry_open", &tokenry_open)(path_.data(), path_.size(), nullptr, store);
  }

  void* library_ = nullptr;
};

TEST_F(SecondCopy, MayNotOpenWhatTheFirstHasOpen) {
  Store store = Store::open(path_);
  const Held token = make_token(store, "t");
  for (int i = 0; i < 3; ++i) {
    tokenry_store* second = nullptr;
    EXPECT_EQ(open_in_copy(&second), TOKENRY_STORE_OPEN_ELSEWHERE);
    EXPECT_EQ(second, nullptr);
  }
  // Nothing was harmed: others respect the first's snapshot and lock.
  EXPECT_EQ(judge(store, token), Reason::kAllowed);
  Child other([&](const Link& parent) {
    Store mine = Store::open(path_);
    parent.require(mine.stat().reader_count >= 2, "the first's slot is gone");
    revoke(mine, token);
    return 0;
  });
  EXPECT_EQ(other.end(), "");
  EXPECT_EQ(judge(store, token), Reason::kRevoked);
  make_token(store, "after");
}

TEST_F(SecondCopy, MayOpenOnceTheFirstHasClosed) {
  Store store = Store::open(path_);
  const Held token = make_token(store, "t");
  store.close();
  tokenry_store* second = nullptr;
  ASSERT_EQ(open_in_copy(&second), TOKENRY_OK);
  Status status;
  store = Store::open(path_, {}, status);
  EXPECT_EQ(status.code(), Code::kStoreOpenElsewhere) << status.message();
  auto request = detail::sized<tokenry_request>();
  request.credentials = token.text.data();
  request.credentials_size = token.text.size();
  EXPECT_EQ(of_copy("tokenry_verify", &tokenry_verify)(second, &request, nullptr), TOKENRY_OK);
  EXPECT_EQ(of_copy("tokenry_close", &tokenry_close)(second), TOKENRY_OK);
  store = Store::open(path_);
  EXPECT_EQ(judge(store, token), Reason::kAllowed);
}

TEST_F(SecondCopy, WorksInAChildOnceTheParentIsOnlyInherited) {
  Store store = Store::open(path_);
  const Held token = make_token(store, "t");
  // The inherited descriptors are still there, so the copy must still be told off, until the first
  // one has let go of them.
  Child child([&](const Link& parent) {
    tokenry_store* second = nullptr;
    parent.require(open_in_copy(&second) == TOKENRY_STORE_OPEN_ELSEWHERE, "before");
    store.close();
    parent.require(open_in_copy(&second) == TOKENRY_OK, "after");
    return 0;
  });
  EXPECT_EQ(child.end(), "");
  EXPECT_EQ(judge(store, token), Reason::kAllowed);
}

class DoubleOpen : public SmallStore {};

TEST_F(DoubleOpen, HandlesShareOneEnvironmentAndCloseApart) {
  Store first = Store::open(path_);
  Store second = Store::open(path_);
  const Held token = make_token(first, "t");
  EXPECT_EQ(judge(second, token), Reason::kAllowed);
  second.close();
  EXPECT_EQ(judge(first, token), Reason::kAllowed);
  // The lock still stands: another process finds the first one's slot in use.
  Child other([&](const Link& parent) {
    Store mine = Store::open(path_);
    parent.require(mine.stat().reader_count >= 2, "the first's slot is gone");
    revoke(mine, token);
    return 0;
  });
  EXPECT_EQ(other.end(), "");
  EXPECT_EQ(judge(first, token), Reason::kRevoked);
  second = Store::open(path_);
  EXPECT_EQ(judge(second, token), Reason::kRevoked);
  first.close();
  EXPECT_EQ(judge(second, token), Reason::kRevoked);
  make_token(second, "u");
}

}  // namespace
}  // namespace tokenry::test
