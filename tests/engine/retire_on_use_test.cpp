// A rotation that ends with the new secret's first use: made durable before that use is answered.
#include <atomic>
#include <thread>

#include "life_fixture.hpp"

namespace tokenry::engine {
namespace {

class RetireOnUse : public LifeTest {
 protected:
  void SetUp() override {
    LifeTest::SetUp();
    token_ = make("root/bot");
    old_ = token_.text;
  }

  Held token_;
  std::string old_;
};

TEST_F(RetireOnUse, TheFirstOkRetiresTheOldSecretForGood) {
  const std::string fresh = rotate(token_, kDayMs, true);
  EXPECT_EQ(use(old_), Reason::allowed);
  EXPECT_TRUE(shown(token_).terms.retires_on_use);
  EXPECT_EQ(use(fresh), Reason::allowed);
  EXPECT_EQ(use(old_), Reason::retired_secret);
  EXPECT_FALSE(shown(token_).terms.retires_on_use);
  EXPECT_LE(shown(token_).terms.overlap_ends_at_ms, base::now_ms());
  close();
  use_cells_in(scratch_.path("other-cells"));
  reopen();
  EXPECT_EQ(use(old_), Reason::retired_secret);
  EXPECT_EQ(use(fresh), Reason::allowed);
}

TEST_F(RetireOnUse, ADeniedUseDoesNotRetire) {
  const std::string fresh = rotate(token_, kDayMs, true);
  EXPECT_EQ(use(fresh, {"edit-dns"}), Reason::scope_denied);
  EXPECT_EQ(verify_text("whm other:" + fresh), Reason::owner_mismatch);
  EXPECT_EQ(act(Store::Action::suspend, {token_.id}), Code::ok);
  EXPECT_EQ(use(fresh), Reason::suspended);
  EXPECT_EQ(act(Store::Action::resume, {token_.id}), Code::ok);
  ASSERT_TRUE(store_->set_frozen(kActor, true).ok());
  EXPECT_EQ(use(fresh), Reason::frozen);
  ASSERT_TRUE(store_->set_frozen(kActor, false).ok());
  EXPECT_TRUE(shown(token_).terms.retires_on_use);
  EXPECT_EQ(use(old_), Reason::allowed);
}

TEST_F(RetireOnUse, ManyFirstUsesAtOnceAllSucceed) {
  for (int round = 0; round < 10; ++round) {
    const Held token = make("root/t" + std::to_string(round));
    const std::string fresh = rotate(token, kDayMs, true);
    std::atomic<int> allowed{0};
    std::atomic<int> late{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        if (store_->verify({.credentials = fresh, .required = {}}).reason == Reason::allowed) {
          ++allowed;
        }
        // One was answered, so the old secret is over.
        if (store_->verify({.credentials = token.text, .required = {}}).reason == Reason::allowed) {
          ++late;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(allowed, 4);
    EXPECT_EQ(late, 0);
  }
}

TEST_F(RetireOnUse, WhereTheRetirementCannotBeWrittenNothingIsOk) {
  const std::string fresh = rotate(token_, kDayMs, true);
  // As somebody without the key can: the commit finds a row that it cannot trust.
  const ByteList good = row(storage::Table::details, token_);
  alter_row(storage::Table::details, token_);
  EXPECT_EQ(use(fresh), Reason::tampered);
  EXPECT_EQ(use(old_), Reason::allowed) << "the old secret has no need of that row";
  put_row(storage::Table::details, token_, good);
  EXPECT_EQ(use(fresh), Reason::allowed);
  EXPECT_EQ(use(old_), Reason::retired_secret);
}

TEST_F(RetireOnUse, AFailingCommitIsUnavailableAndChargesNothing) {
  EXPECT_EQ(set_max_uses(token_, 2), Code::ok);
  EXPECT_EQ(use(old_), Reason::allowed);  // and leases the uses in blocks of one
  const std::string fresh = rotate(token_, kDayMs, true);
  {
    const NoFileCanBeWritten broken;
    const model::Verdict verdict = judge(fresh);
    EXPECT_EQ(verdict.reason, Reason::unavailable);
    EXPECT_GT(verdict.retry_after_ms, 0);
  }
  EXPECT_TRUE(shown(token_).terms.retires_on_use);
  EXPECT_EQ(use(fresh), Reason::allowed);
  EXPECT_EQ(use(fresh), Reason::uses_exhausted);
  EXPECT_EQ(use(old_), Reason::retired_secret);
}

TEST_F(RetireOnUse, AFailingCommitOfTheRetirementAloneIsUnavailable) {
  const std::string fresh = rotate(token_, kDayMs, true);
  {
    const NoFileCanBeWritten broken;
    EXPECT_EQ(judge(fresh).reason, Reason::unavailable);
    EXPECT_EQ(judge(old_).reason, Reason::allowed);
    EXPECT_EQ(judge(fresh).reason, Reason::unavailable);
    EXPECT_NE(rotate_code(token_), Code::ok);
    EXPECT_NE(finish(token_), Code::ok);
  }
  EXPECT_EQ(use(fresh), Reason::allowed);
  EXPECT_EQ(use(old_), Reason::retired_secret);
}

}  // namespace
}  // namespace tokenry::engine
