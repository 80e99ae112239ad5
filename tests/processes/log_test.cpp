// The log under several writing processes, some of which are killed.
#include <map>
#include <set>
#include <thread>

#include "small_store.hpp"

namespace tokenry::test {
namespace {

class ProcessLog : public SmallStore {
 protected:
  // Reads the log and holds it together: numbers, hashes, the head and its signature. Gives the
  // last event's operation for each token.
  std::map<std::uint64_t, Operation> check_log(const Store& store) {
    std::map<std::uint64_t, Operation> tokens;
    const Head head = store.head();
    verify_head(head, head.public_key);
    Hash hash{};
    std::copy(head.store_id.begin(), head.store_id.end(), hash.begin());
    std::uint64_t sequence = 0;
    for (const Event& event : store.log()) {
      EXPECT_EQ(event.sequence, ++sequence);
      EXPECT_EQ(event.previous_hash, hash);
      EXPECT_EQ(decode_event(event.body, hash).hash, event.hash);
      hash = event.hash;
      if (event.id != 0) tokens[event.id] = event.operation;
    }
    EXPECT_EQ(sequence, head.sequence);
    EXPECT_EQ(hash, head.hash);
    return tokens;
  }

  // Each token is just what its last event says.
  void expect_log_tells_of_the_tokens(const Store& store) {
    std::map<std::uint64_t, Operation> told = check_log(store);
    std::size_t count = 0;
    for (const TokenInfo& token : store.list()) {
      ++count;
      const Operation last =
          token.status == TokenStatus::kRevoked ? Operation::kRevoked : Operation::kCreated;
      ASSERT_EQ(told.count(token.id), 1U) << token.label;
      EXPECT_EQ(told[token.id], last) << token.label;
    }
    EXPECT_EQ(told.size(), count) << "the log tells of tokens that there are not";
  }

  // Makes and revokes tokens for ever; says how often it was answered.
  static int write_for_ever(const std::string& path, int writer, const Link& parent) {
    Store store = Store::open(path);
    for (int i = 0;; ++i) {
      const Held token = make_token(store, "t" + std::to_string(writer) + "-" + std::to_string(i));
      parent.say(".");
      if (i % 2 == 0) revoke(store, token);
    }
  }
};

TEST_F(ProcessLog, OfTwoWritersIsOneChain) {
  constexpr int kEach = 100;
  const auto write = [&](int writer) {
    return [this, writer](const Link&) {
      Store store = Store::open(path_);
      for (int i = 0; i < kEach; ++i) {
        const Held token =
            make_token(store, "t" + std::to_string(writer) + "-" + std::to_string(i));
        if (i % 2 == 0) revoke(store, token);
      }
      return 0;
    };
  };
  Child first(write(1));
  Child second(write(2));
  EXPECT_EQ(first.end(), "");
  EXPECT_EQ(second.end(), "");
  const Store store = Store::open(path_);
  EXPECT_EQ(store.head().sequence, 1U + 2 * (kEach + kEach / 2));
  expect_log_tells_of_the_tokens(store);
}

TEST_F(ProcessLog, OfKilledWritersIsWhole) {
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < 20; ++round) {
    Child first([&](const Link& parent) { return write_for_ever(path_, 2 * round, parent); });
    Child second([&](const Link& parent) { return write_for_ever(path_, 2 * round + 1, parent); });
    ASSERT_EQ(first.hear(), '.');
    ASSERT_EQ(second.hear(), '.');
    std::this_thread::sleep_for(std::chrono::microseconds(1500 * round));
    first.kill_at_once();
    second.kill_at_once();
    acknowledged += 2 + first.link().rest().size() + second.link().rest().size();
    const Store store = Store::open(path_);
    expect_log_tells_of_the_tokens(store);
    if (HasFailure()) return;
  }
  const Store store = Store::open(path_);
  std::uint64_t created = 0;
  for (const Event& event : store.log()) created += event.operation == Operation::kCreated ? 1 : 0;
  EXPECT_GE(created, acknowledged) << "what was answered is in the log";
}

TEST_F(ProcessLog, IsFollowedByAnotherProcess) {
  Child follower([&](const Link& parent) {
    const Store store = Store::open(path_);
    Log log = store.log();
    parent.require(log.next().has_value() && !log.next().has_value(), "the first event alone");
    parent.say("r");
    std::set<std::string> labels;
    const bool heard_all = eventually(
        [&] {
          while (const auto event = log.next()) labels.insert(event->label.value_or(""));
          return labels.size() == 50;
        },
        kPatienceMs);
    parent.require(heard_all, "only " + std::to_string(labels.size()) + " events");
    return 0;
  });
  ASSERT_EQ(follower.hear(), 'r');
  Store store = Store::open(path_);
  for (int i = 0; i < 50; ++i) make_token(store, "t" + std::to_string(i));
  EXPECT_EQ(follower.end(), "");
}

}  // namespace
}  // namespace tokenry::test
