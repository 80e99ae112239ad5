// The life of a store from making to closing, in several threads, for valgrind to watch. Answers 0
// if all went as it should.
#include <atomic>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "tokenry.h"
#include "world.hpp"

namespace {

using capi_tests::sized;

std::atomic<int> g_failures{0};

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "failed: %s: %s\n", what, tokenry_last_error());
  ++g_failures;
}

int verify_code(tokenry_store* store, const char* text, std::size_t size) {
  auto request = sized<tokenry_request>();
  request.credentials = text;
  request.credentials_size = size;
  auto verdict = sized<tokenry_verdict>();
  const int code = tokenry_verify(store, &request, &verdict);
  tokenry_verdict_info* info = nullptr;
  expect(tokenry_verdict_describe(store, &verdict, &info) == TOKENRY_OK, "describe");
  tokenry_verdict_info_free(info);
  return code;
}

std::size_t list_all(tokenry_store* store) {
  auto filter = sized<tokenry_filter>();
  filter.sort = TOKENRY_SORT_OWNER;
  tokenry_cursor* cursor = nullptr;
  expect(tokenry_list(store, &filter, &cursor) == TOKENRY_OK, "list");
  std::size_t count = 0;
  for (;;) {
    tokenry_token_info* info = nullptr;
    expect(tokenry_cursor_next(cursor, &info) == TOKENRY_OK, "next");
    if (info == nullptr) break;
    ++count;
    tokenry_token_info_free(info);
  }
  expect(tokenry_cursor_free(cursor) == TOKENRY_OK, "free the cursor");
  return count;
}

// Half of the token's 40 uses go to each of its secrets.
void rotate_in_use(tokenry_store* store, std::uint64_t id, const tokenry_issued& old) {
  auto spec = sized<tokenry_rotate_spec>();
  spec.flags = TOKENRY_ROTATE_RETIRE_ON_USE;
  tokenry_issued* lost = nullptr;
  expect(tokenry_rotate(store, "a", 1, id, &spec, &lost) == TOKENRY_OK, "rotate");
  tokenry_issued_free(lost);
  tokenry_token_info* after = nullptr;
  expect(tokenry_rotate_abort(store, "a", 1, id, &after) == TOKENRY_OK, "abort");
  tokenry_token_info_free(after);
  tokenry_issued* fresh = nullptr;
  expect(tokenry_rotate(store, "a", 1, id, &spec, &fresh) == TOKENRY_OK, "rotate again");
  if (fresh == nullptr) return;
  for (int i = 0; i < 20; ++i) {
    expect(verify_code(store, old.token, old.token_size) == TOKENRY_ALLOWED, "the old secret");
  }
  for (int i = 0; i < 20; ++i) {
    expect(verify_code(store, fresh->token, fresh->token_size) == TOKENRY_ALLOWED, "the new one");
  }
  expect(verify_code(store, old.token, old.token_size) == TOKENRY_RETIRED_SECRET, "retired");
  expect(verify_code(store, fresh->token, fresh->token_size) == TOKENRY_USES_EXHAUSTED,
         "no use is left");
  expect(tokenry_rotate_finish(store, "a", 1, id, &after) == TOKENRY_OK, "finish");
  tokenry_token_info_free(after);
  expect(tokenry_maintain(store, nullptr) == TOKENRY_OK, "maintain");
  expect(tokenry_show(store, id, &after) == TOKENRY_OK, "show");
  expect(after != nullptr && after->use_count == 40, "all uses are counted");
  tokenry_token_info_free(after);
  tokenry_issued_free(fresh);
}

// A token with every limit, whose secret is changed while it is used, until nothing is left of it.
void live_limited(tokenry_store* store, const std::string& owner) {
  const auto none = sized<tokenry_scope_set>();
  const char* const addresses[] = {"192.0.2.0/24", "2001:db8::1"};
  const tokenry_rate rates[] = {{100'000, 1000}, {1000, 86'400'000}};
  auto spec = sized<tokenry_token_spec>();
  spec.owner = owner.data();
  spec.owner_size = owner.size();
  spec.label = "limited";
  spec.label_size = 7;
  spec.scopes = &none;
  spec.allow_ips = addresses;
  spec.allow_ip_count = 2;
  spec.max_uses = 40;
  spec.rates = rates;
  spec.rate_count = 2;
  tokenry_issued* issued = nullptr;
  expect(tokenry_create(store, "a", 1, &spec, &issued) == TOKENRY_OK, "create with limits");
  if (issued == nullptr) return;
  const std::uint64_t id = issued->info->id;
  expect(verify_code(store, issued->token, issued->token_size) == TOKENRY_ADDRESS_DENIED,
         "an address is asked for");
  auto edit = sized<tokenry_edit_spec>();
  edit.fields = TOKENRY_EDIT_ALLOW_IPS;
  tokenry_token_info* after = nullptr;
  expect(tokenry_edit(store, "a", 1, id, &edit, &after) == TOKENRY_OK, "edit");
  tokenry_token_info_free(after);
  rotate_in_use(store, id, *issued);
  tokenry_issued_free(issued);
}

void live(tokenry_store* store, const std::string& owner) {
  live_limited(store, owner);
  const char* names[] = {"read", "edit"};
  auto set = sized<tokenry_scope_set>();
  expect(tokenry_scope_set_make(store, names, nullptr, 2, &set) == TOKENRY_OK, "scope set");
  for (int round = 0; round < 3; ++round) {
    const std::string label = std::to_string(round);
    auto spec = sized<tokenry_token_spec>();
    spec.owner = owner.data();
    spec.owner_size = owner.size();
    spec.label = label.data();
    spec.label_size = label.size();
    spec.scopes = &set;
    tokenry_issued* issued = nullptr;
    expect(tokenry_create(store, "a", 1, &spec, &issued) == TOKENRY_OK, "create");
    if (issued == nullptr) return;
    const std::uint64_t id = issued->info->id;
    for (int i = 0; i < 50; ++i) {
      expect(verify_code(store, issued->token, issued->token_size) == TOKENRY_ALLOWED, "verify");
    }
    expect(verify_code(store, "whm root", 8) == TOKENRY_BAD_HEADER, "a bad header");
    expect(tokenry_show(store, 7, nullptr) == TOKENRY_INVALID_ARGUMENT, "misuse");
    expect(list_all(store) > 0, "something is listed");
    expect(tokenry_revoke(store, "a", 1, &id, 1, 0, nullptr) == TOKENRY_OK, "revoke");
    expect(verify_code(store, issued->token, issued->token_size) == TOKENRY_REVOKED, "revoked");
    tokenry_issued_free(issued);
  }
}

}  // namespace

int main() {
  const capi_tests::TempDirectory directory;
  const std::string path = directory.in("store");
  expect(capi_tests::create_store(path) == TOKENRY_OK, "make a store");
  for (int round = 0; round < 2; ++round) {
    tokenry_store* store = nullptr;
    expect(tokenry_open(path.data(), path.size(), nullptr, &store) == TOKENRY_OK, "open");
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back(live, store, "owner" + std::to_string(10 * round + i));
    }
    for (std::thread& thread : threads) thread.join();
    tokenry_store_info* info = nullptr;
    expect(tokenry_stat(store, &info) == TOKENRY_OK, "stat");
    tokenry_store_info_free(info);
    tokenry_owner_list* owners = nullptr;
    expect(tokenry_owner_list_get(store, &owners) == TOKENRY_OK, "owners");
    tokenry_owner_list_free(owners);
    const std::string copy = directory.in("copy" + std::to_string(round));
    expect(tokenry_backup(store, copy.data(), copy.size(), nullptr) == TOKENRY_OK, "backup");
    for (const std::string& checked : {path, copy}) {
      tokenry_check_report* report = nullptr;
      const int code = tokenry_check(checked.data(), checked.size(), nullptr, &report);
      expect(code == TOKENRY_OK && report->finding_count == 0, "check");
      tokenry_check_report_free(report);
    }
    expect(tokenry_close(store) == TOKENRY_OK, "close");
    expect(tokenry_close(store) == TOKENRY_CLOSED, "close again");
  }
  return g_failures == 0 ? 0 : 1;
}
