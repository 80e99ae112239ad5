// Verdicts through the C++ face.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "face_fixture.hpp"

namespace capi_tests {
namespace {

TEST_F(FaceTest, Verdicts) {
  const tokenry::Issued issued = create("a");
  const tokenry::Verdict allowed = store_.verify(issued.token(), store_.scope_set({"read"}));
  EXPECT_TRUE(allowed.allowed());
  EXPECT_TRUE(static_cast<bool>(allowed));
  EXPECT_EQ(allowed.reason(), tokenry::Reason::kAllowed);
  EXPECT_EQ(allowed.http_status(), 200);
  EXPECT_EQ(allowed.id(), issued.info().id);
  EXPECT_EQ(allowed.misuse(), Code::kOk);
  EXPECT_EQ(allowed.effective_bits()[0], 2U);
  tokenry::VerifyOptions options;
  options.now_ms = 12345;
  options.address = tokenry::Address::v4({127, 0, 0, 1});
  const tokenry::Verdict denied =
      store_.verify(issued.token(), store_.scope_set({"edit"}), options);
  EXPECT_FALSE(denied);
  EXPECT_EQ(denied.reason(), tokenry::Reason::kScopeDenied);
  EXPECT_EQ(denied.missing_bits()[0], 4U);
  EXPECT_EQ(denied.judged_at_ms(), 12345);
  options.address = tokenry::Address::v6({});
  EXPECT_TRUE(store_.verify(issued.token(), {}, options).allowed());

  const tokenry::VerdictInfo info = store_.describe(denied);
  EXPECT_EQ(info.reason, "scope_denied");
  EXPECT_EQ(info.label, "a");
  EXPECT_EQ(info.missing_scopes, std::vector<std::string>{"edit"});
  EXPECT_EQ(store_.challenge(denied, "api"),
            "Bearer realm=\"api\", error=\"insufficient_scope\", error_description=\"The token "
            "does not have the required scope.\", scope=\"edit\"");
  EXPECT_EQ(store_.challenge(allowed), "");
  EXPECT_FALSE(store_.describe(store_.verify("x")).id_text.has_value());
}

TEST_F(FaceTest, AVerdictOfMisuseIsADenial) {
  EXPECT_FALSE(tokenry::Verdict());
  EXPECT_EQ(tokenry::Verdict().reason(), tokenry::Reason::kUnavailable);
  const tokenry::Verdict verdict = Store().verify("x");
  EXPECT_FALSE(verdict);
  EXPECT_EQ(verdict.misuse(), Code::kClosed);
  EXPECT_EQ(verdict.reason(), tokenry::Reason::kUnavailable);
  EXPECT_EQ(verdict.http_status(), 503);
  EXPECT_EQ(verdict.id(), std::nullopt);
  expect_failure(
      Code::kClosed, [&](Status& s) { (void)Store().describe(verdict, s); },
      [&] { (void)Store().describe(verdict); });
  expect_failure(
      Code::kInvalidArgument, [&](Status& s) { EXPECT_EQ(store_.challenge(verdict, "\"", s), ""); },
      [&] { (void)store_.challenge(verdict, "\""); });
}

TEST_F(FaceTest, AChallengeLongerThanTheFirstGuess) {
  std::vector<std::string_view> names;
  std::vector<std::string> kept;
  for (int i = 0; i < 50; ++i) kept.push_back("a-rather-long-name-" + std::to_string(i));
  for (const std::string& name : kept) {
    tokenry::Scope scope;
    scope.name = name;
    store_.add_scope("a", scope);
    names.push_back(name);
  }
  const tokenry::Issued issued = create("a");
  const tokenry::Verdict denied = store_.verify(issued.token(), store_.scope_set(names));
  const std::string text = store_.challenge(denied, "api");
  EXPECT_GT(text.size(), 1000U);
  EXPECT_NE(text.find("a-rather-long-name-49\""), std::string::npos);
}

}  // namespace
}  // namespace capi_tests
