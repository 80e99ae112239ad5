// Writers of one process, of several, and writers that die.
#include "storage/write_transaction.hpp"

#include <unistd.h>

#include <chrono>
#include <thread>

#include "engine/listing.hpp"
#include "storage/registry.hpp"
#include "support/child.hpp"
#include "support/engine_store.hpp"

namespace tokenry::test {
namespace {

using base::Code;
using model::Reason;

class Writing : public StoreTest {};

std::uint64_t active_tokens(engine::Store& store) {
  const auto facts = store.facts();
  EXPECT_TRUE(facts.ok());
  EXPECT_EQ(facts->tampered_count, 0U) << facts->tampered_first;
  return facts->tokens_by_status[static_cast<std::size_t>(model::TokenStatus::active)];
}

TEST_F(Writing, ThreadsTakeTurns) {
  const auto store = open_store(path_);
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&, i] {
      for (int j = 0; j < 25; ++j) {
        const auto label = std::to_string(i) + "-" + std::to_string(j);
        EXPECT_TRUE(make_tokens(*store, label, 1).ok());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(active_tokens(*store), 100U);
}

TEST_F(Writing, ProcessesTakeTurns) {
  const auto store = open_store(path_);
  std::vector<std::unique_ptr<Child>> writers;
  for (int i = 0; i < 4; ++i) {
    writers.push_back(std::make_unique<Child>([&, i](const Link& parent) {
      for (int j = 0; j < 25; ++j) {
        const auto label = std::to_string(i) + "-" + std::to_string(j);
        const base::Status made = make_tokens(*store, label, 1);
        parent.require(made.ok(), made.text());
      }
      return 0;
    }));
  }
  for (const auto& writer : writers) EXPECT_EQ(writer->end(), "");
  EXPECT_EQ(active_tokens(*store), 100U);
}

// The change of a killed writer is as if it had never begun, and nobody waits for him.
TEST_F(Writing, GoesOnAfterAWriterWasKilledInsideATransaction) {
  const auto store = open_store(path_);
  std::vector<Held> held;
  for (int round = 0; round < 10; ++round) {
    Child dying([&](const Link& parent) {
      const storage::ProcessLock lock;
      auto environment = storage::open_environment(lock, path_);
      parent.require(environment.ok(), "open");
      auto write = storage::WriteTransaction::begin(*environment, storage::Growth::allowed);
      parent.require(write.ok(), "begin");
      const std::vector<std::uint8_t> value(100'000, 0xAA);
      for (std::uint32_t key = 0; key < 20; ++key) {
        parent.require(
            (*write)->put(storage::Table::verifiers, storage::NumberKey(key), value).ok(), "put");
      }
      parent.say("w");
      parent.hear();
      return 0;
    });
    ASSERT_EQ(dying.hear(), 'w');
    dying.kill_at_once();
    const auto began = std::chrono::steady_clock::now();
    const base::Status made = make_tokens(*store, std::to_string(round), 1, &held);
    ASSERT_TRUE(made.ok()) << made.text();
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1));
    for (const Held& token : held) ASSERT_EQ(judge(*store, token.text), Reason::allowed);
  }
  EXPECT_EQ(active_tokens(*store), held.size());
}

TEST_F(Writing, AnUncommittedTransactionChangesNothing) {
  const auto store = open_store(path_);
  const auto before = store->facts()->transaction_id;
  {
    const storage::ProcessLock lock;
    auto environment = storage::open_environment(lock, path_);
    ASSERT_TRUE(environment.ok());
    {
      auto write = storage::WriteTransaction::begin(*environment, storage::Growth::allowed);
      ASSERT_TRUE(write.ok());
      ASSERT_TRUE((*write)->remove(storage::Table::meta, base::as_bytes("format")).ok());
    }
    storage::release_environment(lock, *environment);
  }
  EXPECT_EQ(store->facts()->transaction_id, before);
  EXPECT_TRUE(make_tokens(*store, "t", 1).ok());
}

// A stopped process with a snapshot keeps pages from being used again, but stops nobody.
TEST_F(Writing, GoesOnBesideAStoppedReader) {
  const auto store = open_store(path_);
  const Held token = make_token(*store, "t");
  Child reader([&](const Link& parent) {
    const base::Status status = store->read([&](const engine::Rows&) -> base::Status {
      parent.say("r");
      parent.expect('g');
      return {};
    });
    parent.require(status.ok(), status.text());
    return judge(*store, token.text) == Reason::revoked ? 0 : 1;
  });
  ASSERT_EQ(reader.hear(), 'r');
  reader.send_signal(SIGSTOP);
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(make_tokens(*store, std::to_string(i), 1).ok());
  }
  EXPECT_TRUE(revoke(*store, token.id).ok());
  EXPECT_EQ(judge(*store, token.text), Reason::revoked);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
  reader.send_signal(SIGCONT);
  reader.say('g');
  EXPECT_EQ(reader.end(), "");
}

// A listing reads in steps: between two of them it keeps no old pages alive.
TEST_F(Writing, DoesNotGrowTheFileBesideAnIdleListing) {
  const auto store = open_store(path_);
  const Held edited = make_token(*store, "edited");
  ASSERT_TRUE(make_tokens(*store, "t", 600).ok());
  engine::Listing listing(store, {});
  ASSERT_TRUE(listing.next().value().has_value());
  std::uint64_t used_early = 0;
  Child writer([&](const Link& parent) {
    for (int i = 0; i < 2000; ++i) {
      engine::TokenEdit edit;
      edit.id = edited.id;
      edit.note = "note " + std::to_string(i);
      const auto after = store->edit("test", edit, false);
      parent.require(after.ok(), after.ok() ? "" : after.status().text());
      if (i == 20) parent.say("e");
      if (i == 20) parent.expect('g');
    }
    return 0;
  });
  writer.link().expect('e');
  used_early = store->facts()->environment.used_bytes;
  writer.say('g');
  EXPECT_EQ(writer.end(), "");
  // A snapshot kept open would have added some 40 KiB an edit.
  EXPECT_LT(store->facts()->environment.used_bytes, used_early + (1 << 20));
  std::size_t listed = 1;
  while (listing.next().value().has_value()) ++listed;
  EXPECT_EQ(listed, 601U);
}

}  // namespace
}  // namespace tokenry::test
