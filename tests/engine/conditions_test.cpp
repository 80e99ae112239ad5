// Where a token may be used from, and how often in a time.
#include <thread>

#include "life_fixture.hpp"

namespace tokenry::engine {
namespace {

using storage::Table;

class AllowList : public LifeTest {
 protected:
  Held listed(std::string_view name, std::initializer_list<std::string_view> list) {
    return make(name, [&](TokenSpec& spec) { spec.networks = networks(list); });
  }
  Code set_networks(const Held& token, std::initializer_list<std::string_view> list) {
    return edit_token(token, [&](TokenEdit& edit) { edit.networks = networks(list); });
  }
};

TEST_F(AllowList, AdmitsWhatItLists) {
  const Held token = listed("root/bot", {"192.0.2.0/24", "2001:db8::/32", "198.51.100.7"});
  for (const char* peer : {"192.0.2.0", "192.0.2.255", "::ffff:192.0.2.9", "2001:db8::1",
                           "2001:db8:ffff::", "198.51.100.7"}) {
    EXPECT_EQ(use_from(peer, token.text), Reason::allowed) << peer;
  }
  for (const char* peer :
       {"192.0.3.0", "192.0.1.255", "2001:db9::", "::1", "198.51.100.8", "::192.0.2.9"}) {
    EXPECT_EQ(use_from(peer, token.text), Reason::address_denied) << peer;
  }
  EXPECT_EQ(use(token.text), Reason::address_denied) << "no address given";
  EXPECT_EQ(shown(token).details.networks.size(), 3U);
}

TEST_F(AllowList, IsReplacedAndClearedByEditing) {
  const Held token = make("root/bot");
  EXPECT_EQ(use(token.text), Reason::allowed);
  EXPECT_EQ(set_networks(token, {"192.0.2.0/24", "192.0.2.0/24"}), Code::ok);
  EXPECT_EQ(shown(token).details.networks.size(), 1U) << "no network stands twice";
  EXPECT_EQ(use_from("192.0.2.1", token.text), Reason::allowed);
  EXPECT_EQ(set_networks(token, {"10.0.0.0/8"}), Code::ok);
  EXPECT_EQ(use_from("192.0.2.1", token.text), Reason::address_denied);
  EXPECT_EQ(use_from("10.9.8.7", token.text), Reason::allowed);
  reopen();
  EXPECT_EQ(use_from("192.0.2.1", token.text), Reason::address_denied);
  EXPECT_EQ(set_networks(token, {}), Code::ok);
  EXPECT_EQ(use(token.text), Reason::allowed);
  EXPECT_EQ(use_from("192.0.2.1", token.text), Reason::allowed);
}

TEST_F(AllowList, HoldsAHundred) {
  const Held token = make("root/bot");
  const auto set = [&](std::size_t count) {
    return edit_token(token, [&](TokenEdit& edit) {
      edit.networks.emplace();
      for (std::size_t i = 0; i < count; ++i) {
        edit.networks->push_back(*model::parse_network("10.0." + std::to_string(i) + ".0/24"));
      }
    });
  };
  EXPECT_EQ(set(99), Code::ok);
  EXPECT_EQ(set(100), Code::ok);
  EXPECT_EQ(use_from("10.0.99.1", token.text), Reason::allowed);
  EXPECT_EQ(set(101), Code::invalid_argument);
  EXPECT_EQ(shown(token).details.networks.size(), 100U);
}

TEST_F(AllowList, StandsBetweenOwnerAndScopesAndRates) {
  const Held token = make("root/bot", [](TokenSpec& spec) {
    spec.networks = networks({"10.0.0.0/8"});
    spec.rates = {{1, 3'600'000}};
    spec.max_uses = 1;
  });
  const std::string as_other = "whm other:" + token.text;
  EXPECT_EQ(use_from("192.0.2.1", as_other, {"edit-dns"}), Reason::owner_mismatch);
  EXPECT_EQ(use_from("192.0.2.1", token.text, {"edit-dns"}), Reason::address_denied);
  EXPECT_EQ(use_from("10.0.0.1", token.text, {"edit-dns"}), Reason::scope_denied);
  EXPECT_EQ(use_from("10.0.0.1", token.text), Reason::allowed) << "the denied ones cost nothing";
  EXPECT_EQ(use_from("10.0.0.1", token.text, {"edit-dns"}), Reason::scope_denied);
  EXPECT_EQ(use_from("10.0.0.1", token.text), Reason::rate_limited);
  EXPECT_EQ(use_from("192.0.2.1", token.text), Reason::address_denied);
  EXPECT_EQ(edit_token(token, [](TokenEdit& edit) { edit.rates.emplace(); }), Code::ok);
  EXPECT_EQ(use_from("10.0.0.1", token.text), Reason::uses_exhausted);
}

TEST_F(AllowList, IsNotTakenAwayFromOutside) {
  const Held token = make("root/bot");
  const Held other = make("root/other");
  const ByteList before = row(Table::details, token);
  EXPECT_EQ(set_networks(token, {"10.0.0.0/8"}), Code::ok);
  const ByteList after = row(Table::details, token);
  put_row(Table::details, token, before);
  EXPECT_EQ(use_from("10.0.0.1", token.text), Reason::tampered) << "an older row";
  put_row(Table::details, token, row(Table::details, other));
  EXPECT_EQ(use_from("10.0.0.1", token.text), Reason::tampered) << "another token's row";
  alter_row(Table::details, other);
  put_row(Table::details, token, with_flipped_bit(after, 8 * after.size() - 200));
  EXPECT_EQ(use_from("10.0.0.1", token.text), Reason::tampered) << "an altered row";
  put_row(Table::details, token, ByteList(after.begin(), after.begin() + 40));
  EXPECT_EQ(use_from("10.0.0.1", token.text), Reason::tampered) << "a row that is cut off";
  put_row(Table::details, token, ByteList(5000, 1));
  EXPECT_EQ(use_from("10.0.0.1", token.text), Reason::tampered) << "a row that is too long";
  remove_row(Table::details, token);
  EXPECT_EQ(use_from("10.0.0.1", token.text), Reason::tampered) << "no row";
  EXPECT_EQ(use(other.text), Reason::allowed) << "which needs no details";
  put_row(Table::details, token, after);
  EXPECT_EQ(use_from("10.0.0.1", token.text), Reason::allowed);
  EXPECT_EQ(use_from("192.0.2.1", token.text), Reason::address_denied);
}

// ---- rates

class RateTest : public LifeTest {
 protected:
  Held rated(std::string_view name, std::vector<model::Rate> rates) {
    return make(name, [&](TokenSpec& spec) { spec.rates = std::move(rates); });
  }
};

TEST_F(RateTest, AdmitsItsCountAndThenTellsWhenNext) {
  const Held token = rated("root/bot", {{5, 3'600'000}});
  EXPECT_EQ(uses_until(Reason::rate_limited, token.text), 5U);
  const model::Verdict verdict = judge(token.text);
  EXPECT_EQ(verdict.reason, Reason::rate_limited);
  EXPECT_EQ(verdict.id, token.id);
  EXPECT_GT(verdict.retry_after_ms, 720'000 - 60'000);
  EXPECT_LE(verdict.retry_after_ms, 720'000);
}

TEST_F(RateTest, AdmitsAgainAfterTheTimeItTold) {
  const Held token = rated("root/bot", {{20, 1000}});
  EXPECT_GE(uses_until(Reason::rate_limited, token.text), 20U);
  const model::Verdict verdict = judge(token.text);
  ASSERT_LE(verdict.retry_after_ms, 50);
  std::this_thread::sleep_for(std::chrono::milliseconds(verdict.retry_after_ms));
  EXPECT_EQ(use(token.text), Reason::allowed);
}

TEST_F(RateTest, ALaterWindowThatDeniesCostsTheFirstNothing) {
  const Held token = rated("root/bot", {{10, 3'600'000}, {3, 86'400'000}});
  EXPECT_EQ(uses_until(Reason::rate_limited, token.text), 3U);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(use(token.text), Reason::rate_limited);
  // The first window was charged for what was admitted alone: seven are left in it.
  const auto first = [&](std::uint32_t count) {
    return edit_token(token, [&](TokenEdit& edit) {
      edit.rates = std::vector<model::Rate>{{count, 3'600'000}};
    });
  };
  const std::int64_t wait_ms = judge(token.text).retry_after_ms;
  EXPECT_GT(wait_ms, 3'600'000) << "the longer wait of the two";
  EXPECT_LE(wait_ms, 28'800'000);
  EXPECT_EQ(first(10), Code::ok);
  EXPECT_EQ(uses_until(Reason::rate_limited, token.text), 10U) << "an edit gives a fresh window";
}

TEST_F(RateTest, ExhaustedUsesCostTheWindowsNothing) {
  const Held token = make("root/bot", [](TokenSpec& spec) {
    spec.rates = {{4, 3'600'000}};
    spec.max_uses = 2;
  });
  EXPECT_EQ(uses_until(Reason::uses_exhausted, token.text), 2U);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(use(token.text), Reason::uses_exhausted);
  EXPECT_EQ(set_max_uses(token, 100), Code::ok);
  EXPECT_EQ(uses_until(Reason::rate_limited, token.text), 2U);
}

TEST_F(RateTest, IsSharedByStoresAndProcesses) {
  const Held token = rated("root/bot", {{30, 3'600'000}});
  const auto other = try_open();
  ASSERT_TRUE(other.ok());
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(use(token.text), Reason::allowed);
    EXPECT_EQ((*other)->verify({.credentials = token.text, .required = {}}).reason,
              Reason::allowed);
  }
  Child child([&](const Link& parent) {
    reopen();
    parent.require(uses_until(Reason::rate_limited, token.text) == 10, "not the ten that are left");
    return 0;
  });
  EXPECT_EQ(child.end(), "");
  EXPECT_EQ(use(token.text), Reason::rate_limited);
}

TEST_F(RateTest, IsExactOverThreads) {
  const Held token = rated("root/bot", {{200, 86'400'000}});
  std::atomic<int> admitted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) {
        const Reason reason = store_->verify({.credentials = token.text, .required = {}}).reason;
        if (reason == Reason::allowed) ++admitted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, 200);
}

// An edit while others verify: each sees one limit or the other, and no window is charged for both.
TEST_F(RateTest, AnEditUnderWayGivesNoMoreThanBothLimits) {
  const Held token = rated("root/bot", {{50, 86'400'000}});
  std::atomic<bool> stop{false};
  std::atomic<int> admitted{0};
  std::atomic<int> other{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        const Reason reason = store_->verify({.credentials = token.text, .required = {}}).reason;
        if (reason == Reason::allowed) {
          ++admitted;
        } else if (reason != Reason::rate_limited) {
          ++other;
        }
      }
    });
  }
  constexpr int kEdits = 40;
  for (int i = 0; i < kEdits; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_EQ(edit_token(token,
                         [](TokenEdit& edit) {
                           edit.rates = std::vector<model::Rate>{{50, 86'400'000}};
                         }),
              Code::ok);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(other, 0);
  EXPECT_LE(admitted, 50 * (kEdits + 1));
  EXPECT_GE(admitted, 50 * 2);
}

}  // namespace
}  // namespace tokenry::engine
