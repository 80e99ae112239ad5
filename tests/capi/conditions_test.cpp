// Where a token may be used from and how often: what is kept, at each limit, and what it comes to.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "world.hpp"

namespace capi_tests {
namespace {

constexpr std::uint32_t kDayMs = 24U * 3600 * 1000;
constexpr std::uint64_t kMostUses = 1'000'000'000'000;

std::vector<std::string> addresses_of(const tokenry_token_info& info) {
  return {info.allow_ips, info.allow_ips + info.allow_ip_count};
}

class ConditionsTest : public testing::Test {
 protected:
  // The code of making a token with these traits.
  int create(const TokenTraits& traits, std::string_view note = {}) {
    const auto none = sized<tokenry_scope_set>();
    const std::string label = "made" + std::to_string(++made_);
    auto spec = sized<tokenry_token_spec>();
    spec.owner = "root";
    spec.owner_size = 4;
    spec.label = label.data();
    spec.label_size = label.size();
    spec.note = note.data();
    spec.note_size = note.size();
    spec.scopes = &none;
    spec.allow_ips = traits.allow_ips.data();
    spec.allow_ip_count = traits.allow_ips.size();
    spec.max_uses = traits.max_uses;
    spec.rates = traits.rates.data();
    spec.rate_count = traits.rates.size();
    tokenry_issued* issued = nullptr;
    const int code = tokenry_create(store_, "a", 1, &spec, &issued);
    EXPECT_EQ(issued == nullptr, code != TOKENRY_OK);
    tokenry_issued_free(issued);
    return code;
  }
  Token token(const TokenTraits& traits) { return make_token(store_, "root", "bot", {}, traits); }
  int edit(const Token& token, const tokenry_edit_spec& spec) {
    return tokenry_edit(store_, "a", 1, token.id, &spec, nullptr);
  }
  int reason(const Token& token) { return verify(store_, token.text).reason; }

  World world_;
  tokenry_store* store_ = world_.store();
  int made_ = 0;
};

TEST_F(ConditionsTest, ATokenWithoutThemSaysSo) {
  const Token plain = token({});
  const Shown info(store_, plain.id);
  EXPECT_EQ(info->struct_size, sizeof(tokenry_token_info));
  EXPECT_EQ(info->allow_ip_count, 0U);
  EXPECT_EQ(info->max_uses, 0U);
  EXPECT_EQ(info->uses_left, 0U);
  EXPECT_EQ(info->rate_count, 0U);
}

TEST_F(ConditionsTest, TheyAreShownAsTheyWereGiven) {
  const Token limited = token({.allow_ips = {"192.0.2.0/24", "2001:db8::1", "10.1.2.3/32"},
                               .max_uses = 7,
                               .rates = {{5, 1000}, {100, kDayMs}}});
  const Shown info(store_, limited.id);
  EXPECT_EQ(addresses_of(*info),
            (std::vector<std::string>{"192.0.2.0/24", "2001:db8::1", "10.1.2.3"}));
  EXPECT_EQ(info->max_uses, 7U);
  EXPECT_EQ(info->uses_left, 7U);
  ASSERT_EQ(info->rate_count, 2U);
  EXPECT_EQ(info->rates[0].count, 5U);
  EXPECT_EQ(info->rates[0].period_ms, 1000U);
  EXPECT_EQ(info->rates[1].count, 100U);
  EXPECT_EQ(info->rates[1].period_ms, kDayMs);
}

TEST_F(ConditionsTest, AtUnderAndOverEachLimit) {
  std::vector<std::string> texts;
  for (int i = 0; i < 101; ++i) texts.push_back("192.0.2." + std::to_string(i));
  TokenTraits networks;
  for (std::size_t count = 0; count < texts.size(); ++count) {
    if (count < 2 || count > 98) {
      EXPECT_EQ(create(networks), TOKENRY_OK) << count;
    }
    networks.allow_ips.push_back(texts[count].c_str());
  }
  EXPECT_EQ(create(networks), TOKENRY_INVALID_ARGUMENT);
  EXPECT_STREQ(tokenry_last_error(), "a token can have at most 100 addresses and networks");

  EXPECT_EQ(create({.rates = {{1, 1000}}}), TOKENRY_OK);
  EXPECT_EQ(create({.rates = {{1, 1000}, {1, 1000}}}), TOKENRY_OK);
  EXPECT_EQ(create({.rates = {{1, 1000}, {1, 1000}, {1, 1000}}}), TOKENRY_INVALID_ARGUMENT);
  EXPECT_STREQ(tokenry_last_error(), "a token can have at most 2 rates");

  EXPECT_EQ(create({.max_uses = 1}), TOKENRY_OK);
  EXPECT_EQ(create({.max_uses = kMostUses}), TOKENRY_OK);
  EXPECT_EQ(create({.max_uses = kMostUses + 1}), TOKENRY_INVALID_ARGUMENT);

  EXPECT_EQ(create({}, std::string(TOKENRY_MAX_NOTE - 1, 'n')), TOKENRY_OK);
  EXPECT_EQ(create({}, std::string(TOKENRY_MAX_NOTE, 'n')), TOKENRY_OK);
  EXPECT_EQ(create({}, std::string(TOKENRY_MAX_NOTE + 1, 'n')), TOKENRY_INVALID_ARGUMENT);
}

TEST_F(ConditionsTest, RatesAtUnderAndOverEachLimit) {
  const struct {
    tokenry_rate rate;
    int code;
  } cases[] = {{{0, 1000}, TOKENRY_INVALID_ARGUMENT},
               {{1, 1000}, TOKENRY_OK},
               {{1, 999}, TOKENRY_INVALID_ARGUMENT},
               {{1, 31 * kDayMs}, TOKENRY_OK},
               {{1, 31 * kDayMs + 1}, TOKENRY_INVALID_ARGUMENT},
               {{TOKENRY_MAX_RATE_COUNT, kDayMs}, TOKENRY_OK},
               {{TOKENRY_MAX_RATE_COUNT + 1, kDayMs}, TOKENRY_INVALID_ARGUMENT},
               {{100'000, 1000}, TOKENRY_OK},
               {{100'001, 1000}, TOKENRY_INVALID_ARGUMENT},
               {{100'001, 1001}, TOKENRY_OK}};
  for (const auto& one : cases) {
    EXPECT_EQ(create({.rates = {one.rate}}), one.code)
        << one.rate.count << " in " << one.rate.period_ms << ": " << tokenry_last_error();
  }
}

// What is wrong is named, so that a list of a hundred need not be read again.
TEST_F(ConditionsTest, ARefusedAddressIsNamed) {
  EXPECT_EQ(create({.allow_ips = {"192.0.2.1", "10.0.0.1/8"}}), TOKENRY_INVALID_ARGUMENT);
  const std::string text = tokenry_last_error();
  EXPECT_NE(text.find("10.0.0.1/8"), std::string::npos) << text;
  EXPECT_NE(text.find("10.0.0.0/8"), std::string::npos) << text;
}

TEST_F(ConditionsTest, AddressesAreHeeded) {
  const Token bound = token({.allow_ips = {"192.0.2.0/24", "2001:db8::/32"}});
  EXPECT_EQ(verify_from(store_, bound.text, {192, 0, 2, 255}).reason, TOKENRY_ALLOWED);
  EXPECT_EQ(
      verify_from(store_, bound.text, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9})
          .reason,
      TOKENRY_ALLOWED);
  // The mapped form of an IPv4 address is that address.
  EXPECT_EQ(
      verify_from(store_, bound.text, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 1})
          .reason,
      TOKENRY_ALLOWED);
  EXPECT_EQ(verify_from(store_, bound.text, {192, 0, 3, 0}).reason, TOKENRY_ADDRESS_DENIED);
  const tokenry_verdict unsaid = verify(store_, bound.text);
  EXPECT_EQ(unsaid.reason, TOKENRY_ADDRESS_DENIED);
  EXPECT_EQ(unsaid.http_status, 403);
  EXPECT_EQ(unsaid.id, bound.id);
}

TEST_F(ConditionsTest, ARateDeniesAndSaysWhenToComeBack) {
  const Token limited = token({.rates = {{2, kDayMs}}});
  EXPECT_EQ(reason(limited), TOKENRY_ALLOWED);
  EXPECT_EQ(reason(limited), TOKENRY_ALLOWED);
  const tokenry_verdict denied = verify(store_, limited.text);
  EXPECT_EQ(denied.reason, TOKENRY_RATE_LIMITED);
  EXPECT_EQ(denied.http_status, 429);
  EXPECT_EQ(denied.id, limited.id);
  // One of two a day comes back every half day.
  EXPECT_GT(denied.retry_after_ms, kDayMs / 2 - 60'000);
  EXPECT_LE(denied.retry_after_ms, kDayMs / 2);
}

TEST_F(ConditionsTest, ARateAdmitsAgainWhenItSaid) {
  const Token limited = token({.rates = {{4, 1000}}});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(reason(limited), TOKENRY_ALLOWED);
  tokenry_verdict denied = verify(store_, limited.text);
  // On a slow machine some may have come back meanwhile.
  for (int i = 0; i < 100 && denied.reason == TOKENRY_ALLOWED; ++i) {
    denied = verify(store_, limited.text);
  }
  ASSERT_EQ(denied.reason, TOKENRY_RATE_LIMITED);
  ASSERT_GT(denied.retry_after_ms, 0);
  ASSERT_LE(denied.retry_after_ms, 250);
  std::this_thread::sleep_for(std::chrono::milliseconds(denied.retry_after_ms));
  EXPECT_EQ(reason(limited), TOKENRY_ALLOWED);
}

TEST_F(ConditionsTest, UsesRunOutAndStayOut) {
  const Token limited = token({.max_uses = 3});
  for (std::uint64_t left = 3; left > 0; --left) {
    EXPECT_EQ(Shown(store_, limited.id)->uses_left, left);
    EXPECT_EQ(reason(limited), TOKENRY_ALLOWED);
  }
  const tokenry_verdict denied = verify(store_, limited.text);
  EXPECT_EQ(denied.reason, TOKENRY_USES_EXHAUSTED);
  EXPECT_EQ(denied.http_status, 401);
  EXPECT_EQ(denied.retry_after_ms, 0);
  EXPECT_EQ(denied.id, limited.id);
  EXPECT_EQ(Shown(store_, limited.id)->uses_left, 0U);
  world_.close();
  world_.open();
  EXPECT_EQ(verify(world_.store(), limited.text).reason, TOKENRY_USES_EXHAUSTED);
}

// A denied verification costs nothing.
TEST_F(ConditionsTest, OnlyWhatIsAllowedIsCharged) {
  const Token limited = token({.allow_ips = {"192.0.2.1"}, .max_uses = 1, .rates = {{1, kDayMs}}});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(reason(limited), TOKENRY_ADDRESS_DENIED);
  EXPECT_EQ(verify_from(store_, limited.text, {192, 0, 2, 1}).reason, TOKENRY_ALLOWED);
  EXPECT_EQ(verify_from(store_, limited.text, {192, 0, 2, 1}).reason, TOKENRY_RATE_LIMITED);
}

TEST_F(ConditionsTest, AnEditReplacesEachOfThemAlone) {
  const Token bound = token({.allow_ips = {"192.0.2.1"}, .max_uses = 1, .rates = {{1, kDayMs}}});
  auto spec = sized<tokenry_edit_spec>();
  const char* const addresses[] = {"198.51.100.0/24"};
  const tokenry_rate rates[] = {{2, 1000}, {3, 2000}};
  spec.allow_ips = addresses;
  spec.allow_ip_count = 1;
  spec.max_uses = 9;
  spec.rates = rates;
  spec.rate_count = 2;
  const auto expect = [&](const char* address, std::uint64_t uses, std::size_t rate_count) {
    const Shown info(store_, bound.id);
    EXPECT_EQ(addresses_of(*info), std::vector<std::string>{address});
    EXPECT_EQ(info->max_uses, uses);
    EXPECT_EQ(info->uses_left, uses);
    EXPECT_EQ(info->rate_count, rate_count);
  };
  // Only the named fields count.
  spec.fields = TOKENRY_EDIT_NOTE;
  ASSERT_EQ(edit(bound, spec), TOKENRY_OK) << tokenry_last_error();
  expect("192.0.2.1", 1, 1);
  spec.fields = TOKENRY_EDIT_ALLOW_IPS;
  ASSERT_EQ(edit(bound, spec), TOKENRY_OK) << tokenry_last_error();
  expect("198.51.100.0/24", 1, 1);
  spec.fields = TOKENRY_EDIT_MAX_USES;
  ASSERT_EQ(edit(bound, spec), TOKENRY_OK) << tokenry_last_error();
  expect("198.51.100.0/24", 9, 1);
  spec.fields = TOKENRY_EDIT_RATES;
  ASSERT_EQ(edit(bound, spec), TOKENRY_OK) << tokenry_last_error();
  expect("198.51.100.0/24", 9, 2);
}

TEST_F(ConditionsTest, AnEditTakesThemAway) {
  const Token bound = token({.allow_ips = {"192.0.2.1"}, .max_uses = 1, .rates = {{1, kDayMs}}});
  auto spec = sized<tokenry_edit_spec>();
  spec.fields = TOKENRY_EDIT_ALLOW_IPS | TOKENRY_EDIT_MAX_USES | TOKENRY_EDIT_RATES;
  ASSERT_EQ(edit(bound, spec), TOKENRY_OK) << tokenry_last_error();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(reason(bound), TOKENRY_ALLOWED);
  EXPECT_EQ(Shown(store_, bound.id)->allow_ip_count, 0U);
}

TEST_F(ConditionsTest, UsesGrantedAnewCountFromThere) {
  const Token limited = token({.max_uses = 1});
  ASSERT_EQ(reason(limited), TOKENRY_ALLOWED);
  ASSERT_EQ(reason(limited), TOKENRY_USES_EXHAUSTED);
  auto spec = sized<tokenry_edit_spec>();
  spec.fields = TOKENRY_EDIT_MAX_USES;
  spec.max_uses = 2;
  ASSERT_EQ(edit(limited, spec), TOKENRY_OK);
  EXPECT_EQ(reason(limited), TOKENRY_ALLOWED);
  EXPECT_EQ(reason(limited), TOKENRY_ALLOWED);
  EXPECT_EQ(reason(limited), TOKENRY_USES_EXHAUSTED);
}

TEST_F(ConditionsTest, ADryRunOfThemChangesNothing) {
  const Token bound = token({.allow_ips = {"192.0.2.1"}, .max_uses = 1, .rates = {{1, kDayMs}}});
  const std::string before = picture_of(store_);
  auto spec = sized<tokenry_edit_spec>();
  spec.fields = TOKENRY_EDIT_ALLOW_IPS | TOKENRY_EDIT_MAX_USES | TOKENRY_EDIT_RATES;
  spec.flags = TOKENRY_DRY_RUN;
  tokenry_token_info* after = nullptr;
  ASSERT_EQ(tokenry_edit(store_, "a", 1, bound.id, &spec, &after), TOKENRY_OK);
  EXPECT_EQ(after->allow_ip_count, 0U);
  EXPECT_EQ(after->max_uses, 0U);
  EXPECT_EQ(after->rate_count, 0U);
  tokenry_token_info_free(after);
  EXPECT_EQ(picture_of(store_), before);
}

TEST(ScopesOfAStore, AtUnderAndOverTheirLimit) {
  const TempDirectory directory;
  std::vector<std::string> names;
  std::vector<tokenry_scope> scopes;
  for (int i = 0; i < TOKENRY_MAX_SCOPES + 1; ++i) names.push_back("s" + std::to_string(i));
  for (const std::string& name : names) {
    auto scope = sized<tokenry_scope>();
    scope.name = name.data();
    scope.name_size = name.size();
    scopes.push_back(scope);
  }
  const auto create = [&](std::size_t count) {
    const std::string path = directory.in(std::to_string(count));
    auto options = sized<tokenry_store_options>();
    options.scopes = scopes.data();
    options.scope_count = count;
    options.map_size_bytes = kSmallMapBytes;
    return tokenry_store_create(path.data(), path.size(), "a", 1, &options);
  };
  EXPECT_EQ(create(255), TOKENRY_OK) << tokenry_last_error();
  EXPECT_EQ(create(256), TOKENRY_OK) << tokenry_last_error();
  EXPECT_EQ(create(257), TOKENRY_INVALID_ARGUMENT);
  const auto add_last = [&](const char* of) {
    tokenry_store* const store = open_store(directory.in(of));
    const int code = tokenry_scope_add(store, "a", 1, &scopes.back());
    EXPECT_EQ(tokenry_close(store), TOKENRY_OK);
    return code;
  };
  EXPECT_EQ(add_last("255"), TOKENRY_OK);
  EXPECT_EQ(add_last("256"), TOKENRY_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace capi_tests
