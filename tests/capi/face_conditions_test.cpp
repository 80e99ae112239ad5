// Where a token may be used from, how often, and what it was used for, through the C++ face.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "face_fixture.hpp"

namespace capi_tests {
namespace {

constexpr std::uint32_t kDayMs = 24U * 3600 * 1000;

std::vector<std::uint32_t> flat(const std::vector<tokenry::Rate>& rates) {
  std::vector<std::uint32_t> numbers;
  for (const tokenry::Rate& rate : rates) {
    numbers.push_back(rate.count);
    numbers.push_back(rate.period_ms);
  }
  return numbers;
}

class FaceConditions : public FaceTest {
 protected:
  static tokenry::VerifyOptions from(const std::array<std::uint8_t, 4>& address) {
    tokenry::VerifyOptions options;
    options.address = tokenry::Address::v4(address);
    return options;
  }
  tokenry::TokenSpec bound_spec(std::string_view label) {
    tokenry::TokenSpec bound = spec(label);
    bound.allow_ips = {"192.0.2.0/24", "2001:db8::1"};
    bound.max_uses = 2;
    bound.rates = {{3, 1000}, {100, kDayMs}};
    return bound;
  }
};

TEST_F(FaceConditions, AreMadeAndShown) {
  const tokenry::Issued issued = store_.create("a", bound_spec("a"));
  for (const tokenry::TokenInfo& info : {issued.info(), store_.show(issued.info().id)}) {
    EXPECT_EQ(info.allow_ips, (std::vector<std::string>{"192.0.2.0/24", "2001:db8::1"}));
    EXPECT_EQ(info.max_uses, 2U);
    EXPECT_EQ(info.uses_left, 2U);
    EXPECT_EQ(flat(info.rates), (std::vector<std::uint32_t>{3, 1000, 100, kDayMs}));
  }
  const tokenry::IssuedList list = store_.create_many("a", {spec("b"), bound_spec("c")});
  EXPECT_TRUE(list.info(0).allow_ips.empty());
  EXPECT_TRUE(list.info(0).rates.empty());
  EXPECT_EQ(list.info(1).allow_ips.size(), 2U);
  EXPECT_EQ(list.info(1).rates.size(), 2U);
}

TEST_F(FaceConditions, AreHeeded) {
  const tokenry::Issued issued = store_.create("a", bound_spec("a"));
  EXPECT_EQ(store_.verify(issued.token()).reason(), tokenry::Reason::kAddressDenied);
  EXPECT_EQ(store_.verify(issued.token(), {}, from({198, 51, 100, 1})).http_status(), 403);
  EXPECT_TRUE(store_.verify(issued.token(), {}, from({192, 0, 2, 9})));
  EXPECT_TRUE(store_.verify(issued.token(), {}, from({192, 0, 2, 9})));
  const tokenry::Verdict exhausted = store_.verify(issued.token(), {}, from({192, 0, 2, 9}));
  EXPECT_EQ(exhausted.reason(), tokenry::Reason::kUsesExhausted);
  EXPECT_EQ(exhausted.http_status(), 401);

  tokenry::TokenSpec once = spec("b");
  once.rates = {{1, kDayMs}};
  const tokenry::Issued rare = store_.create("a", once);
  EXPECT_TRUE(store_.verify(rare.token()));
  const tokenry::Verdict limited = store_.verify(rare.token());
  EXPECT_EQ(limited.reason(), tokenry::Reason::kRateLimited);
  EXPECT_EQ(limited.http_status(), 429);
  EXPECT_GT(limited.retry_after_ms(), 0);
  EXPECT_LE(limited.retry_after_ms(), std::int64_t{kDayMs});
}

TEST_F(FaceConditions, AreEditedOneByOne) {
  const std::uint64_t id = store_.create("a", bound_spec("a")).info().id;
  tokenry::Edit edit;
  edit.max_uses = 9;
  tokenry::TokenInfo info = store_.edit("a", id, edit);
  EXPECT_EQ(info.max_uses, 9U);
  EXPECT_EQ(info.allow_ips.size(), 2U);
  EXPECT_EQ(info.rates.size(), 2U);
  edit = {};
  edit.rates = std::vector<tokenry::Rate>{{7, 2000}};
  info = store_.edit("a", id, edit);
  EXPECT_EQ(flat(info.rates), (std::vector<std::uint32_t>{7, 2000}));
  EXPECT_EQ(info.max_uses, 9U);
  edit = {};
  edit.allow_ips = std::vector<std::string>{"::/0"};
  expect_success([&](Status& s) { info = store_.edit("a", id, edit, tokenry::Change::kApply, s); });
  EXPECT_EQ(info.allow_ips, std::vector<std::string>{"::/0"});
  // Given, yet empty: taken away.
  edit.allow_ips = std::vector<std::string>();
  edit.max_uses = 0;
  edit.rates = std::vector<tokenry::Rate>();
  info = store_.edit("a", id, edit);
  EXPECT_TRUE(info.allow_ips.empty());
  EXPECT_EQ(info.max_uses, 0U);
  EXPECT_TRUE(info.rates.empty());
}

TEST_F(FaceConditions, ThatAreRefused) {
  const auto refused = [&](const tokenry::TokenSpec& bad) {
    expect_failure(
        Code::kInvalidArgument,
        [&](Status& s) { EXPECT_FALSE(static_cast<bool>(store_.create("a", bad, s))); },
        [&] { (void)store_.create("a", bad); });
    expect_failure(
        Code::kInvalidArgument,
        [&](Status& s) {
          EXPECT_EQ(store_.create_many("a", {spec("x"), bad}, s).size(), 0U);
        },
        [&] {
          (void)store_.create_many("a", {spec("x"), bad});
        });
  };
  tokenry::TokenSpec bad = spec("a");
  bad.allow_ips = {"192.0.2.1/24"};
  refused(bad);
  bad = spec("a");
  bad.allow_ips.assign(TOKENRY_MAX_NETWORKS + 1, "192.0.2.1");
  refused(bad);
  bad = spec("a");
  bad.rates.assign(TOKENRY_MAX_RATES + 1, {1, 1000});
  refused(bad);
  bad = spec("a");
  bad.rates = {{1, 999}};
  refused(bad);
  bad = spec("a");
  bad.max_uses = UINT64_MAX;
  refused(bad);
  EXPECT_THROW((void)store_.find("root", "x"), tokenry::Error);
}

// A text that only begins as an address is none: nothing is cut at a NUL.
TEST_F(FaceConditions, AnAddressWithANulIsRefused) {
  tokenry::TokenSpec bad = spec("a");
  bad.allow_ips = {std::string("192.0.2.0/24\0/32", 16)};
  expect_failure(
      Code::kInvalidArgument, [&](Status& s) { (void)store_.create("a", bad, s); },
      [&] { (void)store_.create("a", bad); });
  expect_failure(
      Code::kInvalidArgument, [&](Status& s) { (void)store_.create_many("a", {bad}, s); },
      [&] { (void)store_.create_many("a", {bad}); });
  const std::uint64_t id = create("b").info().id;
  tokenry::Edit edit;
  edit.allow_ips = bad.allow_ips;
  expect_failure(
      Code::kInvalidArgument,
      [&](Status& s) { store_.edit("a", id, edit, tokenry::Change::kApply, s); },
      [&] { store_.edit("a", id, edit); });
  EXPECT_TRUE(store_.show(id).allow_ips.empty());
}

TEST_F(FaceConditions, UsageIsShown) {
  const tokenry::Issued issued = create("a");
  tokenry::TokenInfo info = store_.show(issued.info().id);
  EXPECT_EQ(info.use_count, 0U);
  EXPECT_EQ(info.last_used_at_ms, 0);
  EXPECT_EQ(info.last_used_ip, std::nullopt);
  EXPECT_TRUE(info.exercised_scopes.empty());
  const std::int64_t before_s = now_ms() / 1000;
  EXPECT_TRUE(
      store_.verify(issued.token(), store_.scope_set({"read"}), from({192, 0, 2, 9})).allowed());
  EXPECT_FALSE(store_.verify(issued.token(), store_.scope_set({"edit"})).allowed());
  Status status(Code::kConflict, "from before");
  info = store_.show(issued.info().id, status);
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(info.use_count, 1U);
  EXPECT_EQ(info.denied_count, 1U);
  EXPECT_GE(info.last_used_at_ms / 1000, before_s);
  EXPECT_LE(info.last_used_at_ms, now_ms());
  EXPECT_EQ(info.last_used_ip, "192.0.2.9");
  EXPECT_EQ(info.exercised_scopes, std::vector<std::string>{"read"});
  EXPECT_EQ(info.exercised_bits[0], 2U);
}

TEST_F(FaceConditions, ListsAreSortedByLastUse) {
  const tokenry::Issued early = create("early");
  const tokenry::Issued late = create("late");
  (void)create("never");
  tokenry::VerifyOptions options;
  options.now_ms = now_ms() - 100'000;
  EXPECT_TRUE(store_.verify(early.token(), {}, options));
  EXPECT_TRUE(store_.verify(late.token()));
  tokenry::Filter filter;
  filter.sort = tokenry::Sort::kLastUsed;
  std::string labels;
  for (const tokenry::TokenInfo& info : store_.list(filter)) labels += info.label + " ";
  EXPECT_EQ(labels, "never early late ");
  filter.descending = true;
  EXPECT_EQ(store_.list(filter).next()->label, "late");
}

TEST_F(FaceConditions, StatTellsOfTheCells) {
  const tokenry::StoreInfo info = store_.stat();
  ASSERT_TRUE(info.cells_path.has_value());
  EXPECT_FALSE(info.cells_problem.has_value());
  EXPECT_GT(info.cells_bytes, 0U);
}

}  // namespace
}  // namespace capi_tests
