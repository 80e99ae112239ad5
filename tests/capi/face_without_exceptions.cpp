// The C++ face in a program without exceptions: the forms with a Status alone.
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "tokenry.hpp"

#if TOKENRY_HPP_EXCEPTIONS
#error "this is to be built with -fno-exceptions"
#endif

namespace {

int g_failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "failed: %s\n", what);
  ++g_failures;
}

void run(const std::string& path) {
  tokenry::Status status;
  tokenry::CreateOptions options;
  options.catalog = "whm";
  options.map_size_bytes = std::uint64_t{16} << 20;
  tokenry::create_store(path, "tester", options, status);
  expect(status.ok(), "a store is made");
  tokenry::Store store = tokenry::Store::open(path, {}, status);
  expect(store.is_open(), "it is opened");
  tokenry::TokenSpec spec;
  spec.owner = "root";
  spec.label = "bot";
  spec.scopes = store.scope_set({"list-accts"}, status);
  expect(status.ok(), "scopes are resolved");
  const tokenry::Issued issued = store.create("tester", spec, status);
  expect(status.ok() && issued.token().size() == 55, "a token is made");
  expect(store.verify(issued.token(), spec.scopes).allowed(), "it is allowed");
  tokenry::Cursor cursor = store.list({}, status);
  const std::optional<tokenry::TokenInfo> first = cursor.next(status);
  expect(first.has_value() && first->label == "bot", "it is listed");
  expect(!cursor.next(status).has_value() && status.ok(), "it is the only one");
  store.revoke("tester", {issued.info().id}, tokenry::Change::kApply, status);
  expect(status.ok(), "it is revoked");
  expect(store.verify(issued.token()).reason() == tokenry::Reason::kRevoked, "it is denied");
  const tokenry::Head head = store.head(status);
  expect(status.ok() && head.sequence == 3, "its log has a head");
  tokenry::Log log = store.log({}, status);
  expect(log.next(status).has_value() && status.ok(), "its log is read");
  (void)store.show(7, status);
  expect(status.code() == tokenry::Code::kNotFound, "a failure sets the status");
}

}  // namespace

int main() {
  std::error_code error;
  const auto base = std::filesystem::temp_directory_path(error);
  std::string directory = (base / "tokenry-capi-XXXXXX").string();
  if (::mkdtemp(directory.data()) == nullptr) return 2;
  run(directory + "/store");
  std::filesystem::remove_all(directory, error);
  return g_failures == 0 ? 0 : 1;
}
