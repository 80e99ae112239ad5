// What verifications leave behind: counted in shared memory, folded into the store.
#include <sys/wait.h>

#include <thread>

#include "life_fixture.hpp"

namespace tokenry::engine {
namespace {

using storage::Table;

class UsageTest : public LifeTest {
 protected:
  void SetUp() override {
    LifeTest::SetUp();
    token_ = make("root/bot", [&](TokenSpec& spec) {
      spec.granted = bits({"restart", "edit-dns", "list-accts"});
    });
  }
  void use_times(int times) {
    for (int i = 0; i < times; ++i) EXPECT_EQ(use(token_.text), Reason::allowed);
  }
  std::uint64_t uses() { return shown(token_).usage.uses; }
  // What is durable, whatever the cells say.
  std::uint64_t folded_uses() {
    std::uint64_t folded = 0;
    EXPECT_TRUE(store_
                    ->read([&](const Rows& rows) -> Status {
                      TOKENRY_ASSIGN(const auto found, rows.usage(token_.id));
                      folded = found ? found->uses : 0;
                      return {};
                    })
                    .ok());
    return folded;
  }

  Held token_;
};

TEST_F(UsageTest, BeginsAtNothing) {
  const model::TokenUsage usage = shown(token_).usage;
  EXPECT_EQ(usage.uses, 0U);
  EXPECT_EQ(usage.denials, 0U);
  EXPECT_EQ(usage.last_used_at_ms, 0);
  EXPECT_FALSE(usage.last_address.has_value());
  EXPECT_TRUE(usage.exercised.empty());
  EXPECT_EQ(usage.uses_left, 0U);
}

TEST_F(UsageTest, TellsTheLastUseAndWhatWasExercised) {
  const std::int64_t before_ms = base::now_ms() / 1000 * 1000;
  EXPECT_EQ(use_from("192.0.2.7", token_.text, {"restart"}), Reason::allowed);
  EXPECT_EQ(use_from("192.0.2.7", token_.text, {"edit-dns"}), Reason::allowed);
  EXPECT_EQ(use_from("198.51.100.1", token_.text, {"kill-dns"}), Reason::scope_denied);
  model::TokenUsage usage = shown(token_).usage;
  EXPECT_EQ(usage.uses, 2U);
  EXPECT_EQ(usage.denials, 1U);
  EXPECT_GE(usage.last_used_at_ms, before_ms);
  EXPECT_LE(usage.last_used_at_ms, base::now_ms());
  EXPECT_EQ(usage.last_address, address("192.0.2.7")) << "of the last use, not the denial";
  EXPECT_EQ(usage.exercised, bits({"restart", "edit-dns"}));
  close();
  use_cells_in(scratch_.path("other-cells"));
  reopen();
  const model::TokenUsage folded = shown(token_).usage;
  EXPECT_EQ(folded.uses, 2U);
  EXPECT_EQ(folded.denials, 1U);
  EXPECT_EQ(folded.last_used_at_ms, usage.last_used_at_ms);
  EXPECT_EQ(folded.last_address, usage.last_address);
  EXPECT_EQ(folded.exercised, usage.exercised);
}

TEST_F(UsageTest, CountsNothingForAWrongSecret) {
  std::string wrong = rotate(token_);
  EXPECT_EQ(abort(token_), Code::ok);
  EXPECT_EQ(use(wrong), Reason::unknown);
  EXPECT_EQ(shown(token_).usage.denials, 0U);
}

TEST_F(UsageTest, FoldingIsExactAndFindsNothingTwice) {
  use_times(7);
  EXPECT_EQ(uses(), 7U);
  EXPECT_EQ(folded_uses(), 0U);
  EXPECT_EQ(store_->maintain()->folded_tokens, 1U);
  EXPECT_EQ(folded_uses(), 7U);
  EXPECT_EQ(uses(), 7U);
  EXPECT_EQ(store_->maintain()->folded_tokens, 0U);
  use_times(3);
  EXPECT_EQ(uses(), 10U);
  fold();
  EXPECT_EQ(folded_uses(), 10U);
}

TEST_F(UsageTest, ClosingFolds) {
  use_times(5);
  close();
  use_cells_in(scratch_.path("other-cells"));
  reopen();
  EXPECT_EQ(folded_uses(), 5U);
}

TEST_F(UsageTest, TwoFoldersThatAlternateAddUp) {
  for (int round = 1; round <= 6; ++round) {
    use_cells_in(scratch_.path(round % 2 == 0 ? "even-cells" : "odd-cells"));
    reopen();
    use_times(round);
    EXPECT_EQ(uses(), static_cast<std::uint64_t>(round * (round + 1) / 2));
    if (round % 3 == 0) fold();
  }
}

TEST_F(UsageTest, OfAPurgedTokenIsNotTheNextOnes) {
  const std::string fresh = rotate(token_);
  EXPECT_EQ(use_from("192.0.2.7", token_.text, {"restart"}), Reason::allowed);
  EXPECT_EQ(use(fresh), Reason::allowed);
  EXPECT_EQ(use(fresh, {"kill-dns"}), Reason::scope_denied);
  fold();
  EXPECT_EQ(act(Store::Action::revoke, {token_.id}), Code::ok);
  EXPECT_EQ(act(Store::Action::purge, {token_.id}), Code::ok);
  const Held next = with_max_uses("root/next", 3);
  ASSERT_EQ(model::slot_of(next.id), model::slot_of(token_.id));
  const auto expect_new = [&] {
    const model::TokenUsage usage = shown(next).usage;
    EXPECT_EQ(usage.uses, 0U);
    EXPECT_EQ(usage.denials, 0U);
    EXPECT_EQ(usage.last_used_at_ms, 0);
    EXPECT_FALSE(usage.last_address.has_value());
    EXPECT_TRUE(usage.exercised.empty());
    EXPECT_FALSE(usage.newest_secret_used);
    EXPECT_EQ(usage.previous_secret_seen_at_ms, 0);
    EXPECT_EQ(usage.uses_left, 3U);
  };
  expect_new();
  fold();
  expect_new();
  EXPECT_EQ(uses_until(Reason::uses_exhausted, next.text), 3U);
  EXPECT_EQ(shown(next).usage.uses, 3U);
}

TEST_F(UsageTest, ACopyOfTheStoreHasCellsOfItsOwn) {
  use_times(2);
  fold();
  const std::string copy = scratch_.path("copy");
  std::filesystem::copy(directory(), copy);
  OpenOptions options;
  options.key = &key_;
  const auto other = Store::open(copy, options);
  ASSERT_TRUE(other.ok());
  EXPECT_NE((*other)->facts()->cells_path, store_->facts()->cells_path);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ((*other)->verify({.credentials = token_.text, .required = {}}).reason,
              Reason::allowed);
  }
  EXPECT_EQ((*other)->show(token_.id)->usage.uses, 7U);
  EXPECT_EQ(uses(), 2U);
}

TEST_F(UsageTest, AnUnlinkedFileIsReplacedAndNothingIsLost) {
  use_times(4);
  const std::string path = store_->facts()->cells_path;
  ASSERT_TRUE(std::filesystem::remove(path));
  EXPECT_EQ(uses(), 4U);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  use_times(3);
  EXPECT_EQ(uses(), 7U);
  EXPECT_TRUE(std::filesystem::exists(path)) << "found out and made anew by a verification";
  fold();
  EXPECT_EQ(folded_uses(), 7U) << "the old one is folded once more";
}

TEST_F(UsageTest, AForeignFileInTheirPlaceIsRefusedAndSaid) {
  const std::string path = store_->facts()->cells_path;
  close();
  write_file(path, "something else, of the same name and mode, and long enough to be read ......");
  ::chmod(path.c_str(), 0600);
  reopen();
  EXPECT_EQ(use(token_.text), Reason::allowed);
  EXPECT_EQ(uses(), 0U);
  EXPECT_EQ(store_->facts()->cells_path, "");
  EXPECT_NE(store_->facts()->cells_problem.find("is not a file of usage cells"), std::string::npos);
  ASSERT_FALSE(log_.empty());
  EXPECT_NE(log_.front().find("usage is not counted"), std::string::npos);
  std::filesystem::remove(path);
  fold();
  EXPECT_EQ(store_->facts()->cells_problem, "");
  use_times(1);
  EXPECT_EQ(uses(), 1U);
}

TEST_F(UsageTest, AKilledProcessLosesNothing) {
  const SharedWithChildren<std::atomic<std::uint64_t>> counted;
  for (int round = 0; round < 5; ++round) {
    Child child([&](const Link& parent) {
      reopen();
      parent.say("g");
      for (;;) {
        if (store_->verify({.credentials = token_.text, .required = {}}).reason ==
            Reason::allowed) {
          ++*counted;
        }
      }
      return 0;
    });
    EXPECT_EQ(child.hear(), 'g');
    std::this_thread::sleep_for(std::chrono::milliseconds(5 + 3 * round));
    child.kill_at_once();
    // One in each round may have been counted and not yet answered.
    EXPECT_GE(uses(), *counted);
    EXPECT_LE(uses(), *counted + static_cast<std::uint64_t>(round) + 1);
  }
  fold();
  EXPECT_EQ(folded_uses(), uses());
}

TEST_F(UsageTest, OfManyTokensIsFoldedInManySteps) {
  std::vector<Held> tokens;
  for (int i = 0; i < 600; ++i) tokens.push_back(make("root/t" + std::to_string(i)));
  for (const Held& token : tokens) EXPECT_EQ(use(token.text), Reason::allowed);
  EXPECT_EQ(store_->maintain()->folded_tokens, 600U);
  for (const Held& token : tokens) ASSERT_EQ(shown(token).usage.uses, 1U);
}

TEST_F(UsageTest, FoldingStopsWhereNothingCanBeWrittenAndGoesOnLater) {
  use_times(3);
  {
    const NoFileCanBeWritten broken;
    EXPECT_FALSE(store_->maintain().ok());
    use_times(2);
  }
  fold();
  EXPECT_EQ(folded_uses(), 5U);
}

// ---- the thread that folds

int thread_count() {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    static_cast<void>(entry);
    ++count;
  }
  return count;
}

TEST_F(UsageTest, AThreadBeginsWithTheFirstUseAndEndsWithTheStore) {
  reopen();
  const int before = thread_count();
  EXPECT_TRUE(store_->identify(token_.text).ok());
  EXPECT_EQ(use("nothing"), Reason::malformed);
  EXPECT_EQ(thread_count(), before) << "nothing was used";
  use_times(2);
  EXPECT_EQ(thread_count(), before + 1);
  Child child([&](const Link& parent) {
    parent.require(thread_count() == 1, "a forked child has one thread");
    parent.require(use(token_.text) == Reason::allowed, "denied");
    parent.require(thread_count() == 2, "and begins another with its first use");
    close();
    parent.require(thread_count() == 1, "which ends with the store");
    return 0;
  });
  EXPECT_EQ(child.end(), "");
  EXPECT_EQ(thread_count(), before + 1);
  close();
  EXPECT_EQ(thread_count(), before);
}

TEST_F(UsageTest, TheThreadFoldsByItself) {
  use_times(3);
  EXPECT_TRUE(test::eventually([&] { return folded_uses() == 3; }, 9000));
}

TEST_F(UsageTest, AHostThatMaintainsHasNoThread) {
  close();
  OpenOptions options;
  options.key = &key_;
  options.maintains_itself = false;
  const auto store = Store::open(directory(), options);
  ASSERT_TRUE(store.ok());
  const int before = thread_count();
  EXPECT_EQ((*store)->verify({.credentials = token_.text, .required = {}}).reason, Reason::allowed);
  EXPECT_EQ(thread_count(), before);
  (*store)->close();
  reopen();
  EXPECT_EQ(folded_uses(), 1U) << "closing folds all the same";
}

}  // namespace
}  // namespace tokenry::engine
