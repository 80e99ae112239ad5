// A small store behind the C interface, for tests with several processes.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/child.hpp"
#include "support/scratch.hpp"
#include "tokenry.hpp"

namespace tokenry::test {

inline constexpr std::string_view kActor = "test";

struct Held {
  std::string text;
  std::uint64_t id = 0;
};

inline Held make_token(Store& store, std::string_view label) {
  const Issued issued =
      store.create(kActor, {.owner = "owner", .label = label, .note = {}, .scopes = {}});
  return {std::string(issued.token()), issued.info().id};
}

inline Reason judge(const Store& store, const Held& token) {
  return store.verify(token.text).reason();
}

inline void revoke(Store& store, const Held& token) { store.revoke(kActor, {token.id}); }

class SmallStore : public ::testing::Test {
 protected:
  void SetUp() override {
    CreateOptions options;
    options.map_size_bytes = 64 << 20;
    create_store(path_, kActor, options);
  }

  ScratchDirectory scratch_;
  const std::string path_ = scratch_ / "store";
};

}  // namespace tokenry::test
