// The golden store of format 1.1, for what that format brought: the log, two secrets, networks,
// limits and usage. golden_test.cpp says what golden stores are.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>

#include "engine/check.hpp"
#include "engine/store.hpp"
#include "printing.hpp"
#include "scratch_directory.hpp"

namespace tokenry::engine {
namespace {

using model::Reason;

class GoldenLife : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::copy(TOKENRY_GOLDEN_STORE, path());
    ASSERT_EQ(::chmod((path() + "/key").c_str(), 0600), 0);
    ASSERT_EQ(::chmod((path() + "/data.mdb").c_str(), 0600), 0);
    std::ifstream list(TOKENRY_GOLDEN_TOKENS);
    for (std::string line; std::getline(list, line);) {
      const std::size_t blank = line.find(' ');
      if (line[0] != '#') texts_[line.substr(0, blank)] = line.substr(blank + 1);
    }
    ASSERT_EQ(texts_.size(), 22U);
    auto opened = Store::open(path(), {});
    ASSERT_TRUE(opened.ok()) << opened.status().text();
    store_ = *std::move(opened);
    now_ms_ = store_->format().created_at_ms + 60'000;
  }

  std::string path() const { return scratch_.path("store"); }
  Reason verify(const std::string& name, const char* address = nullptr) {
    Request request;
    request.credentials = texts_.at(name);
    request.now_ms = now_ms_;
    if (address != nullptr) request.address = *model::parse_address(address);
    return store_->verify(request).reason;
  }
  model::Token show(std::string_view label) { return *store_->show(*store_->find("root", label)); }

  ScratchDirectory scratch_;
  std::shared_ptr<Store> store_;
  std::map<std::string, std::string> texts_;
  std::int64_t now_ms_ = 0;  // soon after it was made
};

TEST_F(GoldenLife, IsOfItsFormatAndWhole) {
  EXPECT_EQ(store_->format().major, 1);
  EXPECT_EQ(store_->format().minor, 1);
  const auto report = check_store(path(), {});
  ASSERT_TRUE(report.ok()) << report.status().text();
  EXPECT_TRUE(report->findings.empty()) << report->findings.lines().front();
  EXPECT_EQ(report->token_count, 48U);
}

TEST_F(GoldenLife, ItsLogGoesOn) {
  const auto head = store_->head();
  ASSERT_TRUE(head.ok()) << head.status().text();
  EXPECT_EQ(head->sequence, 63U);
  ASSERT_TRUE(store_->set_frozen("tester", true).ok());
  EXPECT_EQ(store_->head()->sequence, 64U);
  EXPECT_TRUE(store_->check_head(*head).ok());
  const auto report = check_store(path(), {});
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->findings.empty()) << report->findings.lines().front();
}

TEST_F(GoldenLife, ItsNetworksAdmit) {
  EXPECT_EQ(verify("root/networks", "192.0.2.9"), Reason::allowed);
  EXPECT_EQ(verify("root/networks", "2001:db8::1"), Reason::allowed);
  EXPECT_EQ(verify("root/networks", "192.0.3.9"), Reason::address_denied);
  EXPECT_EQ(verify("root/networks"), Reason::address_denied);
}

TEST_F(GoldenLife, BothSecretsOfARotationWork) {
  EXPECT_EQ(verify("root/rotated"), Reason::allowed);
  EXPECT_EQ(verify("root/rotated-before"), Reason::allowed);
  EXPECT_EQ(verify("root/retired"), Reason::allowed);
  EXPECT_EQ(verify("root/retired-before"), Reason::retired_secret);
  EXPECT_TRUE(show("rotated").usage.newest_secret_used);
}

// One of three uses was made when the store was, on memory that is gone.
TEST_F(GoldenLife, ItsLimitsHold) {
  EXPECT_EQ(show("limits").details.limits.rates.size(), 2U);
  EXPECT_EQ(show("limits").usage.uses_left, 2U);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(verify("root/limits"), Reason::allowed);
  EXPECT_EQ(verify("root/limits"), Reason::uses_exhausted);
}

TEST_F(GoldenLife, ItsUsageIsKept) {
  const model::TokenUsage usage = show("rotated").usage;
  EXPECT_EQ(usage.uses, 1U);
  ASSERT_TRUE(usage.last_address.has_value());
  EXPECT_EQ(model::print_address(*usage.last_address), "198.51.100.7");
  EXPECT_EQ(usage.exercised.count(), 1U);
  EXPECT_EQ(verify("root/rotated"), Reason::allowed);
  EXPECT_EQ(show("rotated").usage.uses, 2U);
}

}  // namespace
}  // namespace tokenry::engine
