// The log read from its table: filters, steps, waiting for more, and what does not fit.
#include <algorithm>

#include "base/clock.hpp"
#include "log_fixture.hpp"

namespace tokenry::engine {
namespace {

using Reading = LogTest;

TEST_F(Reading, GivesAllInOrder) {
  given("root/a");
  given("root/b");
  revoke("root/a");
  EXPECT_EQ(read_log(), (Names{"store_created", "created a", "created b", "revoked a"}));
}

TEST_F(Reading, GivesEachWithItsBytesAndHashes) {
  given("root/a");
  LogReader reader(store_, {});
  token::ChainHash previous = token::chain_start(store_->format().store_id);
  std::uint64_t sequence = 0;
  for (auto next = reader.next(); next.ok() && *next; next = reader.next()) {
    const LoggedEvent& logged = **next;
    EXPECT_EQ(logged.event.sequence, ++sequence);
    EXPECT_EQ(record::encode_event(logged.event), logged.body);
    EXPECT_EQ(logged.previous_hash, previous);
    EXPECT_EQ(token::chain_next(previous, logged.body), logged.hash);
    previous = logged.hash;
  }
  const auto head = store_->head();
  EXPECT_EQ(head->sequence, sequence);
  EXPECT_EQ(head->hash, previous);
}

TEST_F(Reading, ByToken) {
  given("root/a");
  given("root/b");
  rename("root/a", "c");
  suspend("root/b");
  EXPECT_EQ(read_log({.id = id_of("root/a")}), (Names{"created a", "edited c"}));
}

TEST_F(Reading, ByOwnerWithTheRenamingUnderBothNames) {
  given("anna/a");
  given("root/b");
  rename_owner("anna", "beth");
  rename("anna/a", "c");
  EXPECT_EQ(read_log({.owner = "anna"}), (Names{"created a", "owner_renamed anna"}));
  EXPECT_EQ(read_log({.owner = "beth"}), (Names{"owner_renamed anna", "edited c"}));
  EXPECT_EQ(read_log({.owner = "ann"}), Names{});
}

TEST_F(Reading, SinceATime) {
  given("root/a");
  const std::int64_t then_ms = base::now_ms() + 1;
  while (base::now_ms() < then_ms) {
  }
  given("root/b");
  EXPECT_EQ(read_log({.since_ms = then_ms}), Names{"created b"});
  EXPECT_EQ(read_log({.since_ms = base::now_ms() + kDayMs}), Names{});
}

TEST_F(Reading, FromASequenceNumberOn) {
  given("root/a");
  given("root/b");
  EXPECT_EQ(read_log({.from_sequence = 1}).size(), 3U);
  EXPECT_EQ(read_log({.from_sequence = 3}), Names{"created b"});
  EXPECT_EQ(read_log({.from_sequence = 4}), Names{});
  EXPECT_EQ(read_log({.from_sequence = UINT64_MAX}), Names{});
}

TEST_F(Reading, UpToALimitForGood) {
  given("root/a");
  LogReader reader(store_, {.limit = 1});
  EXPECT_EQ(read_on(reader), Names{"store_created"});
  given("root/b");
  EXPECT_EQ(read_on(reader), Names{});
}

TEST_F(Reading, CanBeAskedAgainAtTheEnd) {
  LogReader reader(store_, {});
  LogReader later(store_, {.from_sequence = 3});
  EXPECT_EQ(read_on(reader), Names{"store_created"});
  EXPECT_EQ(read_on(reader), Names{});
  given("root/a");
  EXPECT_EQ(read_on(reader), Names{"created a"});
  EXPECT_EQ(read_on(later), Names{});
  given("root/b");
  EXPECT_EQ(read_on(reader), Names{"created b"});
  EXPECT_EQ(read_on(later), Names{"created b"});
}

TEST_F(Reading, OfManyEventsTakesSeveralSteps) {
  for (int batch = 0; batch < 3; ++batch) {
    std::vector<std::string> labels;
    for (int i = 0; i < 500; ++i) {
      labels.push_back("bot-" + std::to_string(batch) + "-" + std::to_string(i));
    }
    std::vector<TokenSpec> specs(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      specs[i].owner = "root";
      specs[i].label = labels[i];
    }
    std::vector<Issued> issued(labels.size());
    model::Catalog catalog;
    ASSERT_TRUE(store_->create(kActor, specs, issued, catalog).ok());
  }
  const Names all = read_log();
  ASSERT_EQ(all.size(), 1501U);
  EXPECT_EQ(all[1500], "created bot-2-499");
  EXPECT_EQ(read_log({.from_sequence = 1001}).size(), 501U);
}

TEST_F(Reading, AnAlteredEventIsToldAndTheOthersAreStillGiven) {
  given("root/a");
  given("root/b");
  ByteList row = event_row(2);
  row[40] ^= 1;  // the actor's first letter
  put_event(2, row);
  EXPECT_EQ(read_log(),
            (Names{"store_created", "event 2 was altered: data.mdb was changed from outside",
                   "created b"}));
}

TEST_F(Reading, AnEventThatIsExactlyAnothersIsTold) {
  given("root/a");
  given("root/b");
  put_event(3, event_row(2));
  EXPECT_EQ(read_log().back(), "event 3 was altered: data.mdb was changed from outside");
}

TEST_F(Reading, AMissingEventIsTold) {
  given("root/a");
  given("root/b");
  remove_event(2);
  EXPECT_EQ(read_log(),
            (Names{"store_created",
                   "the log has no event 2 before event 3: data.mdb was changed from outside",
                   "created b"}));
}

TEST_F(Reading, ARowThatIsNoEventIsTold) {
  put_row(directory(), storage::Table::events, base::as_bytes("xyz"), base::as_bytes("junk"));
  EXPECT_EQ(read_log().back(),
            "a row of the log cannot be read: data.mdb was changed from outside");
}

TEST_F(Reading, AnEventCutShortIsToldAndTheOthersAreStillGiven) {
  given("root/a");
  given("root/b");
  put_event(2, ByteList(31, 0));
  EXPECT_EQ(read_log(), (Names{"store_created",
                               "a row of the log cannot be read: data.mdb was changed from outside",
                               "created b"}));
  put_event(3, ByteList(31, 0));
  LogReader reader(store_, {});
  EXPECT_EQ(read_on(reader).size(), 3U);
  EXPECT_EQ(read_on(reader), Names{});
}

TEST_F(Reading, AnEventOfTheLastNumberThereIsDoesNotTurnTheOrderRound) {
  given("root/a");
  put_event(UINT64_MAX, event_row(2));
  LogReader reader(store_, {});
  EXPECT_EQ(read_on(reader),
            (Names{"store_created", "created a",
                   "a row of the log cannot be read: data.mdb was changed from outside"}));
  EXPECT_EQ(read_on(reader), Names{});
}

TEST_F(Reading, ALogThatWasExchangedMeanwhileIsToldOnce) {
  given("root/a");
  given("root/b");
  LogReader reader(store_, {});
  EXPECT_EQ(read_on(reader).size(), 3U);
  remove_event(3);
  EXPECT_EQ(read_on(reader),
            Names{"event 3 is no longer what was read: data.mdb was changed from outside"});
  EXPECT_EQ(read_on(reader), Names{});
}

TEST_F(Reading, OfAClosedStoreIsRefused) {
  LogReader reader(store_, {});
  store_->close();
  EXPECT_EQ(reader.next().code(), Code::closed);
}

}  // namespace
}  // namespace tokenry::engine
