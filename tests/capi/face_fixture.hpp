// An open store behind the C++ face, and what a call that fails or succeeds must do in both forms.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tokenry.hpp"
#include "world.hpp"

namespace capi_tests {

using tokenry::Code;
using tokenry::Status;
using tokenry::Store;

class FaceTest : public testing::Test {
 protected:
  FaceTest() {
    tokenry::CreateOptions options;
    options.scopes = {{"all", "", "", true, true, 0},
                      {"read", "data", "Read it", false, false, 0},
                      {"edit", "data", "", false, false, 0}};
    options.map_size_bytes = kSmallMapBytes;
    tokenry::create_store(path_, "tester", options);
    store_ = Store::open(path_);
  }

  tokenry::TokenSpec spec(std::string_view label,
                          const std::vector<std::string_view>& scopes = {"read"}) {
    tokenry::TokenSpec spec;
    spec.owner = "root";
    spec.label = label;
    spec.scopes = store_.scope_set(scopes);
    return spec;
  }
  tokenry::Issued create(std::string_view label) { return store_.create("tester", spec(label)); }

  // Both forms of a call that fails: the status is set, the exception is thrown.
  template <typename WithStatus, typename Throwing>
  void expect_failure(Code code, WithStatus&& with_status, Throwing&& throwing) {
    Status status;
    with_status(status);
    EXPECT_EQ(status.code(), code) << status.message();
    EXPECT_FALSE(status.ok());
    EXPECT_FALSE(status.message().empty());
    try {
      throwing();
      ADD_FAILURE() << "did not throw";
    } catch (const tokenry::Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_EQ(error.what(), status.message());
    }
  }
  // A call that succeeds clears what its status held.
  template <typename WithStatus>
  void expect_success(WithStatus&& with_status) {
    Status status(Code::kConflict, "from before");
    with_status(status);
    EXPECT_TRUE(status.ok()) << status.message();
    EXPECT_TRUE(status.message().empty());
  }

  TempDirectory directory_;
  std::string path_ = directory_.in("store");
  Store store_;
};

}  // namespace capi_tests
