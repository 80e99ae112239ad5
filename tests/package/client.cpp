// client.cpp - the life of an API token, through the C++ face. As client.c, but shorter.
//
//   ./client STORE_DIR EXPECTED_VERSION        (STORE_DIR must not exist; its parent must)
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tokenry.hpp>

namespace {

constexpr std::string_view kActor = "client.cpp";

void expect(bool is_true, const char* what) {
  if (!is_true) throw std::runtime_error(std::string("expected: ") + what);
}

std::int64_t in_days_ms(int days) {
  using std::chrono::milliseconds;
  const auto then = std::chrono::system_clock::now() + std::chrono::hours(24 * days);
  return std::chrono::duration_cast<milliseconds>(then.time_since_epoch()).count();
}

void main_flow(std::string_view path) {
  tokenry::CreateOptions options;
  options.catalog = "whm";
  tokenry::create_store(path, kActor, options);
  tokenry::Store store = tokenry::Store::open(path);

  const tokenry::ScopeSet edit_dns = store.scope_set({"edit-dns"});
  const tokenry::ScopeSet kill_dns = store.scope_set({"kill-dns"});

  tokenry::TokenSpec spec;
  spec.owner = "root";
  spec.label = "deploy-bot";
  spec.scopes = edit_dns;
  spec.expires_at_ms = in_days_ms(90);
  const tokenry::Issued issued = store.create(kActor, spec);
  const std::string header = "whm root:" + std::string(issued.token());

  const tokenry::Verdict allowed = store.verify(header, edit_dns);
  expect(allowed.allowed() && allowed.http_status() == 200, "edit-dns is allowed");
  expect(allowed.id() == issued.info().id, "the verdict says who it was");

  const tokenry::Verdict denied = store.verify(header, kill_dns);
  expect(denied.reason() == tokenry::Reason::kScopeDenied, "kill-dns is denied");
  expect(store.describe(denied).missing_scopes.at(0) == "kill-dns", "the missing scope is named");

  store.revoke(kActor, {issued.info().id});
  expect(store.verify(header, edit_dns).reason() == tokenry::Reason::kRevoked,
         "a revoked token is refused");
}

void mistakes(std::string_view path) {
  tokenry::Status status;
  tokenry::create_store(path, kActor, {}, status);
  expect(status.code() == tokenry::Code::kStoreExists, "a store is never overwritten");
  expect(!status.message().empty(), "a failure has a text");
  expect(!tokenry::Store().verify("whm root:nonsense"), "a closed store allows nothing");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s STORE_DIR EXPECTED_VERSION\n", argv[0]);
    return 2;
  }
  try {
    expect(tokenry::version() == argv[2], "the library is of the expected version");
    main_flow(argv[1]);
    mistakes(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
