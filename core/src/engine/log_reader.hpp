// Reads the log in order, in steps so that no snapshot stays open; can wait for more at its end.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/status.hpp"
#include "engine/store.hpp"
#include "model/event.hpp"
#include "record/row.hpp"
#include "token/chain.hpp"

namespace tokenry::engine {

// Which events; all conditions must hold. Zero or empty: any.
struct LogFilter {
  std::string owner = {};  // also the new name in a renaming
  std::uint64_t id = 0;    // of the token
  std::int64_t since_ms = 0;
  std::uint64_t from_sequence = 0;
  std::uint64_t limit = 0;  // events to give at the most
};

// An event with the bytes that its hash is made of.
struct LoggedEvent {
  model::Event event;
  record::RowBody body;
  token::ChainHash hash{};
  token::ChainHash previous_hash{};
};

// For one thread at a time.
class LogReader {
 public:
  LogReader(std::shared_ptr<Store> store, LogFilter filter);

  // The next event; nothing at the end of the log, where it may be asked again later. Each event is
  // held against the hash of the one before it: one that does not fit, or is missing, answers
  // `tampered`, and the next call goes on after it. Where the log was exchanged for another, that
  // is answered once and the reader is at its end for good.
  base::Result<std::optional<LoggedEvent>> next();

 private:
  bool matches(const model::Event& event) const;
  base::Status step();
  base::Status find_place(const Rows& rows);
  base::Status read_events(const Rows& rows);
  void take(const StoredEvent& stored);
  void pass_unreadable(base::Bytes key);
  void refuse(std::string text);

  std::shared_ptr<Store> store_;
  LogFilter filter_;
  std::uint64_t given_ = 0;
  std::deque<base::Result<LoggedEvent>> ready_;

  std::uint64_t next_sequence_;
  // The hash of the event before that; nothing before the first step and after a gap.
  std::optional<token::ChainHash> previous_hash_;
  bool begun_ = false;
  bool step_reached_end_ = false;
  bool exchanged_ = false;
  bool told_alien_ = false;
};

}  // namespace tokenry::engine
