// A limit on the number of uses: never one too many, and none lost while the machine runs.
#include <atomic>
#include <map>
#include <thread>

#include "life_fixture.hpp"

namespace tokenry::engine {
namespace {

using storage::Table;

class MaxUses : public LifeTest {
 protected:
  // Every verification that was admitted, in whatever process.
  struct Tally {
    std::atomic<std::uint64_t> admitted;
    std::atomic<std::uint64_t> started;
  };

  // Verifies until the uses are exhausted.
  static void spend_all(Store& store, const std::string& text, Tally& tally) {
    for (;;) {
      ++tally.started;
      const Reason reason = store.verify({.credentials = text, .required = {}}).reason;
      if (reason == Reason::uses_exhausted) return;
      if (reason == Reason::allowed) ++tally.admitted;
      // With blocks of one use a thread may find that others are faster again and again.
      if (reason != Reason::allowed && reason != Reason::unavailable) {
        throw std::runtime_error("another answer: " + std::to_string(static_cast<int>(reason)));
      }
    }
  }
};

TEST_F(MaxUses, AreExact) {
  for (const std::uint64_t most : {1U, 5U, 16U, 1000U}) {
    const Held token = with_max_uses("root/t" + std::to_string(most), most);
    EXPECT_EQ(shown(token).usage.uses_left, most);
    EXPECT_EQ(uses_until(Reason::uses_exhausted, token.text), most);
    EXPECT_EQ(use(token.text), Reason::uses_exhausted);
    EXPECT_EQ(shown(token).usage.uses_left, 0U);
    EXPECT_EQ(shown(token).usage.uses, most);
    EXPECT_EQ(shown(token).usage.denials, 2U);
    reopen();
    EXPECT_EQ(use(token.text), Reason::uses_exhausted);
  }
}

TEST_F(MaxUses, CountDown) {
  const Held token = with_max_uses("root/bot", 100);
  for (std::uint64_t used = 1; used <= 20; ++used) {
    EXPECT_EQ(use(token.text), Reason::allowed);
    EXPECT_EQ(shown(token).usage.uses_left, 100 - used);
  }
  EXPECT_EQ(use(token.text, {"edit-dns"}), Reason::scope_denied);
  EXPECT_EQ(shown(token).usage.uses_left, 80U);
}

TEST_F(MaxUses, OutOfRangeAreRefused) {
  const Held token = make("root/bot");
  EXPECT_EQ(set_max_uses(token, model::kMaxMaxUses), Code::ok);
  EXPECT_EQ(use(token.text), Reason::allowed);
  EXPECT_EQ(set_max_uses(token, model::kMaxMaxUses + 1), Code::invalid_argument);
  EXPECT_EQ(shown(token).details.limits.max_uses, model::kMaxMaxUses);
}

TEST_F(MaxUses, AreSetAnewByAnEdit) {
  const Held token = with_max_uses("root/bot", 10);
  EXPECT_EQ(uses_until(Reason::uses_exhausted, token.text), 10U);
  EXPECT_EQ(set_max_uses(token, 20), Code::ok);
  EXPECT_EQ(uses_until(Reason::uses_exhausted, token.text), 20U);
  EXPECT_EQ(set_max_uses(token, 3), Code::ok);
  EXPECT_EQ(shown(token).usage.uses_left, 3U);
  EXPECT_EQ(uses_until(Reason::uses_exhausted, token.text), 3U);
  EXPECT_EQ(set_max_uses(token, 0), Code::ok);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(use(token.text), Reason::allowed);
  EXPECT_EQ(set_max_uses(token, 2), Code::ok);
  EXPECT_EQ(edit_token(token, [](TokenEdit& edit) { edit.label = "renamed"; }), Code::ok);
  EXPECT_EQ(uses_until(Reason::uses_exhausted, token.text), 2U);
  EXPECT_EQ(shown(token).usage.uses, 10 + 20 + 3 + 50 + 2U);
}

// A verification that has to look again must not judge by a limit that is gone by then.
TEST_F(MaxUses, ComeAndGoUnderVerifications) {
  const Held token = with_max_uses("root/bot", 1000);
  std::atomic<bool> done{false};
  std::map<Reason, int> reasons;
  std::thread user([&] {
    while (!done) ++reasons[use(token.text)];
  });
  for (int i = 0; i < 400; ++i) {
    EXPECT_EQ(set_max_uses(token, i % 2 == 0 ? 0 : 1'000'000), Code::ok);
  }
  done = true;
  user.join();
  EXPECT_GT(reasons[Reason::allowed], 400);
  reasons.erase(Reason::allowed);
  EXPECT_TRUE(reasons.empty()) << model::reason_name(static_cast<int>(reasons.begin()->first));
}

TEST_F(MaxUses, AreExactOverThreads) {
  for (const std::uint64_t most : {5U, 300U}) {
    const Held token = with_max_uses("root/t" + std::to_string(most), most);
    Tally tally{};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] { spend_all(*store_, token.text, tally); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(tally.admitted, most);
  }
}

TEST_F(MaxUses, AreExactOverProcesses) {
  const Held token = with_max_uses("root/bot", 400);
  const SharedWithChildren<Tally> tally;
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 3; ++i) {
    children.push_back(std::make_unique<Child>([&](const Link&) {
      spend_all(*store_, token.text, *tally);
      return 0;
    }));
  }
  for (const auto& child : children) EXPECT_EQ(child->end(), "");
  EXPECT_EQ(tally->admitted, 400U);
  EXPECT_EQ(use(token.text), Reason::uses_exhausted);
}

// Processes that see different shared memory have blocks of their own.
TEST_F(MaxUses, AreNeverTooManyOverTwoFoldersOfCells) {
  const Held token = with_max_uses("root/bot", 500);
  close();
  const SharedWithChildren<Tally> tally;
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 2; ++i) {
    children.push_back(std::make_unique<Child>([&, i](const Link&) {
      use_cells_in(scratch_.path("cells-" + std::to_string(i)));
      reopen();
      spend_all(*store_, token.text, *tally);
      return 0;
    }));
  }
  for (const auto& child : children) EXPECT_EQ(child->end(), "");
  EXPECT_EQ(tally->admitted, 500U) << "both spent all that was leased to them";
  reopen();
  EXPECT_EQ(use(token.text), Reason::uses_exhausted);
}

TEST_F(MaxUses, AreExactWhenAProcessIsKilled) {
  constexpr std::uint64_t kMost = 20'000;
  const Held token = with_max_uses("root/bot", kMost);
  const SharedWithChildren<Tally> tally;
  {
    Child killed([&](const Link& parent) {
      parent.say("g");
      spend_all(*store_, token.text, *tally);
      return 0;
    });
    killed.hear();
    EXPECT_TRUE(test::eventually([&] { return tally->admitted > 100; }, 10'000));
    killed.kill_at_once();
  }
  ASSERT_LT(tally->admitted, kMost);
  spend_all(*store_, token.text, *tally);
  // The one whose answer was under way when the process was killed may have been spent.
  EXPECT_GE(tally->admitted, kMost - 1);
  EXPECT_LE(tally->admitted, kMost);
}

TEST_F(MaxUses, AreNeverTooManyWhenTheCellsAreUnlinked) {
  const Held token = with_max_uses("root/bot", 200);
  std::uint64_t admitted = 0;
  for (int i = 0; i < 50; ++i) admitted += use(token.text) == Reason::allowed ? 1 : 0;
  EXPECT_EQ(admitted, 50U);
  std::filesystem::remove(store_->facts()->cells_path);
  // A process that comes now has new cells; this one goes on with the old ones for a while.
  const SharedWithChildren<Tally> tally;
  Child child([&](const Link&) {
    reopen();
    spend_all(*store_, token.text, *tally);
    return 0;
  });
  EXPECT_EQ(child.end(), "");
  admitted += tally->admitted;
  // What the old cells still have of their block is spent here, unless this process found the new
  // ones before; then it is lost.
  admitted += uses_until(Reason::uses_exhausted, token.text);
  EXPECT_LE(admitted, 200U);
  EXPECT_GE(admitted, 200U - 200 / 16);
  reopen();
  EXPECT_EQ(use(token.text), Reason::uses_exhausted);
}

TEST_F(MaxUses, AreNotCountedAnewByRowsChangedFromOutside) {
  const Held token = with_max_uses("root/bot", 10);
  const Held other = make("root/other");
  EXPECT_EQ(use(token.text), Reason::allowed);
  EXPECT_EQ(use(other.text), Reason::allowed);
  fold();
  const ByteList good = row(Table::usage, token);
  const auto expect_tampered = [&](const char* how) {
    EXPECT_EQ(use(token.text), Reason::tampered) << how;
    EXPECT_EQ(use(other.text), Reason::allowed) << how;
    fold();
    EXPECT_EQ(use(token.text), Reason::tampered) << how << ", after folding";
  };
  alter_row(Table::usage, token);
  expect_tampered("altered");
  EXPECT_EQ(store_->facts()->tampered_count, 1U);
  remove_row(Table::usage, token);
  expect_tampered("removed");
  put_row(Table::usage, token, row(Table::usage, other));
  expect_tampered("another token's");
  put_row(Table::usage, token, good);
  EXPECT_EQ(use(token.text), Reason::allowed);
  // Of the limit before: an older row does not count for a newer limit.
  EXPECT_EQ(set_max_uses(token, 5), Code::ok);
  put_row(Table::usage, token, good);
  expect_tampered("an older limit's");
  EXPECT_EQ(set_max_uses(token, 5), Code::ok);
  EXPECT_EQ(uses_until(Reason::uses_exhausted, token.text), 5U);
}

TEST_F(MaxUses, DoNotMindAnotherTokensUsageRow) {
  const Held rated = make("root/rated", [](TokenSpec& spec) { spec.rates = {{1000, 1000}}; });
  const Held plain = make("root/plain");
  for (const Held& token : {rated, plain}) {
    EXPECT_EQ(use(token.text), Reason::allowed);
    fold();
    alter_row(Table::usage, token);
    EXPECT_EQ(use(token.text), Reason::allowed) << "which no limit needs";
    fold();
    EXPECT_EQ(shown(token).usage.uses, 2U) << "the row is made anew from the cells";
    EXPECT_TRUE(store_
                    ->read([&](const Rows& rows) -> Status {
                      TOKENRY_ASSIGN(const auto found, rows.usage(token.id));
                      return found && found->uses == 2 ? Status()
                                                       : Status(Code::internal_error, "");
                    })
                    .ok());
  }
}

TEST_F(MaxUses, AreNotChargedWhereTheLeaseCannotBeWritten) {
  const Held token = with_max_uses("root/bot", 3);
  EXPECT_EQ(use(make("root/plain").text), Reason::allowed);  // and makes the cells
  {
    const NoFileCanBeWritten broken;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(use(token.text), Reason::unavailable);
  }
  EXPECT_EQ(uses_until(Reason::uses_exhausted, token.text), 3U);
}

TEST_F(MaxUses, NeedCells) {
  const Held limited = with_max_uses("root/limited", 10);
  const Held rated = make("root/rated", [](TokenSpec& spec) { spec.rates = {{10, 3'600'000}}; });
  const Held plain = make("root/plain");
  close();
  use_no_cells();
  reopen();
  const model::Verdict verdict = judge(limited.text);
  EXPECT_EQ(verdict.reason, Reason::unavailable);
  EXPECT_GT(verdict.retry_after_ms, 0);
  EXPECT_EQ(use(rated.text), Reason::unavailable);
  EXPECT_EQ(use(limited.text, {"edit-dns"}), Reason::scope_denied) << "which comes first";
  EXPECT_EQ(use(plain.text), Reason::allowed);
  EXPECT_EQ(store_->facts()->cells_path, "");
  EXPECT_NE(store_->facts()->cells_problem.find("missing"), std::string::npos);
  // As soon as the folder is there, the next verification after a second finds it.
  std::filesystem::create_directories(scratch_.path("missing"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_EQ(use(limited.text), Reason::allowed) << "the very verification that attached them";
  EXPECT_EQ(use(rated.text), Reason::allowed);
  EXPECT_EQ(store_->facts()->cells_problem, "");
  EXPECT_NE(store_->facts()->cells_path, "");
}

}  // namespace
}  // namespace tokenry::engine
