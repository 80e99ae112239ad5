// Handles in many threads at once: errors of their own, closing that waits, revoking that holds.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "world.hpp"

namespace capi_tests {
namespace {

int verify_code(tokenry_store* store, const std::string& text) {
  auto request = sized<tokenry_request>();
  request.credentials = text.data();
  request.credentials_size = text.size();
  return tokenry_verify(store, &request, nullptr);
}

template <typename Body>
void in_threads(int count, Body&& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&body, i] { body(i); });
  for (std::thread& thread : threads) thread.join();
}

TEST(LastError, IsOfItsThread) {
  std::atomic<int> failed{0};
  in_threads(4, [&](int i) {
    if (std::strlen(tokenry_last_error()) != 0) ++failed;  // a fresh thread has none
    std::uint64_t id = 0;
    for (int round = 0; round < 2000; ++round) {
      const bool by_null = i % 2 == 0;
      tokenry_id_parse("?", 1, by_null ? nullptr : &id);
      const char* expected = by_null ? "id must not be NULL" : "an id is 11 digits of 0-9 A-Z a-z";
      if (std::strcmp(tokenry_last_error(), expected) != 0) ++failed;
    }
  });
  EXPECT_EQ(failed, 0);
}

TEST(LastError, OutlivesSuccess) {
  std::uint64_t id = 0;
  ASSERT_EQ(tokenry_id_parse("?", 1, &id), TOKENRY_INVALID_ARGUMENT);
  const std::string text = tokenry_last_error();
  ASSERT_EQ(tokenry_id_parse("00000000001", 11, &id), TOKENRY_OK);
  EXPECT_EQ(tokenry_last_error(), text);
}

int backup_code(tokenry_store* store, const std::string& path) {
  return tokenry_backup(store, path.data(), path.size(), nullptr);
}

// The findings of a check; -1 if it could not be made.
int count_findings(const std::string& path) {
  tokenry_check_report* report = nullptr;
  if (tokenry_check(path.data(), path.size(), nullptr, &report) != TOKENRY_OK) return -1;
  const int findings = static_cast<int>(report->total_finding_count);
  tokenry_check_report_free(report);
  return findings;
}

TEST(Threads, BackupsAndChecksRunBesideEverythingElse) {
  World world;
  const Token token = make_token(world.store(), "root", "kept", {"read"});
  std::atomic<int> wrong{0};
  in_threads(4, [&](int i) {
    for (int round = 0; round < 10; ++round) {
      const std::string name = std::to_string(i) + "-" + std::to_string(round);
      if (i == 0) {
        const std::string path = world.directory().in(name);
        if (backup_code(world.store(), path) != TOKENRY_OK) ++wrong;
        if (count_findings(path) != 0) ++wrong;
      } else if (i == 1) {
        if (count_findings(world.path()) != 0) ++wrong;
      } else {
        const Token made = make_token(world.store(), "root", name, {"read"});
        if (revoke(world.store(), made.id) != TOKENRY_OK) ++wrong;
        if (verify_code(world.store(), token.text) != TOKENRY_ALLOWED) ++wrong;
      }
    }
  });
  EXPECT_EQ(wrong, 0);
}

TEST(Threads, ABackupThatRunsWhileTheStoreIsClosedIsWholeOrRefused) {
  for (int round = 0; round < 20; ++round) {
    World world;
    const std::string path = world.directory().in("copy");
    tokenry_store* const store = world.store();
    int code = -1;
    std::thread copier([&] { code = backup_code(store, path); });
    world.close();
    copier.join();
    EXPECT_TRUE(code == TOKENRY_OK || code == TOKENRY_CLOSED) << code;
    if (code == TOKENRY_OK) {
      EXPECT_EQ(count_findings(path), 0);
    }
  }
}

TEST(Threads, CloseWaitsForCallsThatRun) {
  for (int round = 0; round < 20; ++round) {
    World world;
    const Token token = make_token(world.store(), "root", "a", {"read"});
    tokenry_store* const store = world.store();
    std::atomic<int> started{0};
    std::atomic<int> wrong{0};
    std::thread closer([&] {
      while (started.load() < 3) std::this_thread::yield();
      world.close();
    });
    in_threads(3, [&](int) {
      ++started;
      for (;;) {
        const int code = verify_code(store, token.text);
        if (code == TOKENRY_CLOSED) break;
        if (code != TOKENRY_ALLOWED) {
          ++wrong;
          break;
        }
      }
    });
    closer.join();
    EXPECT_EQ(wrong, 0);
  }
}

TEST(Threads, OneOfManyClosersCloses) {
  World world;
  tokenry_store* const second = open_store(world.path());
  std::atomic<int> closed{0};
  std::atomic<int> late{0};
  in_threads(4, [&](int) {
    const int code = tokenry_close(second);
    ++(code == TOKENRY_OK ? closed : late);
  });
  EXPECT_EQ(closed, 1);
  EXPECT_EQ(late, 3);
  EXPECT_EQ(verify(world.store(), "x").reason, TOKENRY_MALFORMED);
}

TEST(Threads, NoOkAfterRevokeReturned) {
  const World world;
  for (int round = 0; round < 20; ++round) {
    const Token token = make_token(world.store(), "root", "a", {"read"});
    std::atomic<bool> is_revoked{false};
    std::atomic<int> late_oks{0};
    std::thread revoker([&] {
      EXPECT_EQ(revoke(world.store(), token.id), TOKENRY_OK);
      is_revoked.store(true);
    });
    in_threads(3, [&](int) {
      for (bool last = false; !last;) {
        last = is_revoked.load();
        const int code = verify_code(world.store(), token.text);
        if (last && code != TOKENRY_REVOKED) ++late_oks;
      }
    });
    revoker.join();
    EXPECT_EQ(late_oks, 0);
  }
}

TEST(Threads, AllCallsAtOnce) {
  const World world;
  std::atomic<int> wrong{0};
  in_threads(4, [&](int i) {
    const std::string owner = "owner" + std::to_string(i);
    for (int round = 0; round < 10; ++round) {
      const Token token = make_token(world.store(), owner, std::to_string(round), {"read"});
      if (verify_code(world.store(), token.text) != TOKENRY_ALLOWED) ++wrong;
      tokenry_token_info* info = nullptr;
      if (tokenry_show(world.store(), token.id, &info) != TOKENRY_OK) ++wrong;
      tokenry_token_info_free(info);
      tokenry_store_info* facts = nullptr;
      if (tokenry_stat(world.store(), &facts) != TOKENRY_OK) ++wrong;
      tokenry_store_info_free(facts);
      if (revoke(world.store(), token.id) != TOKENRY_OK) ++wrong;
      if (verify_code(world.store(), token.text) != TOKENRY_REVOKED) ++wrong;
      if (purge(world.store(), token.id) != TOKENRY_OK) ++wrong;
      if (verify_code(world.store(), token.text) != TOKENRY_UNKNOWN) ++wrong;
    }
  });
  EXPECT_EQ(wrong, 0);
}

TEST(Threads, StoresOpenAndCloseAtOnce) {
  const World world;
  std::atomic<int> wrong{0};
  in_threads(4, [&](int) {
    for (int round = 0; round < 50; ++round) {
      tokenry_store* store = nullptr;
      if (tokenry_open(world.path().data(), world.path().size(), nullptr, &store) != TOKENRY_OK) {
        ++wrong;
        continue;
      }
      if (verify_code(store, "x") != TOKENRY_MALFORMED) ++wrong;
      if (tokenry_close(store) != TOKENRY_OK) ++wrong;
    }
  });
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace capi_tests
