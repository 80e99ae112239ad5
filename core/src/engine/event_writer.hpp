// Writes the events of a transaction and signs the log's head once at its end.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.hpp"
#include "engine/rows.hpp"
#include "model/change.hpp"
#include "model/event.hpp"
#include "model/limits.hpp"
#include "model/network.hpp"
#include "token/chain.hpp"

namespace tokenry::engine {

// What to do where head and events do not fit each other, since data.mdb was changed from outside.
enum class BrokenLog {
  refuse,
  // What stops a token must not be stopped: the events are added, the head stays as it was found,
  // so that the damage can be seen afterwards too.
  go_on,
};

class EventWriter {
 public:
  EventWriter(RowEditor& rows, BrokenLog broken_log) : rows_(rows), broken_log_(broken_log) {}

  // The event of the rows that were changed since the last one; none if none were. Sequence and
  // rows are filled in here; rows beyond kMaxRowsInEvent go into further events.
  base::Status append(model::Event event);

  // Signs what was appended; to be called once, at the end of the transaction.
  base::Status finish();

  // Whether this transaction went on over a broken log.
  bool broken() const { return broken_; }

 private:
  base::Status begin(model::Operation first);
  base::Status begin_first_log(const record::Format& format);
  base::Status write(const model::Event& event);

  RowEditor& rows_;
  BrokenLog broken_log_;
  bool begun_ = false;
  bool broken_ = false;
  bool can_append_ = true;      // not behind a row that is no event, put there from outside
  std::uint64_t sequence_ = 0;  // of the newest event, with its hash
  token::ChainHash hash_{};
};

// ---- making events: who and when, then what about

model::Event event_of(const model::Change& change, model::Operation operation);
model::Event owner_event(const model::Change& change, model::Operation operation,
                         std::string_view owner);
model::Event token_event(const model::Change& change, model::Operation operation,
                         const model::TokenDetails& details);

void add_text(model::Event& event, model::FieldCode code, std::string text);
void add_number(model::Event& event, model::FieldCode code, std::int64_t number);  // or a time
void add_flag(model::Event& event, model::FieldCode code);

// The names of the scopes, joined by a space.
std::string scope_text(const model::Catalog& catalog, const model::ScopeBits& bits);
// As people write them, with a space between two; empty: from anywhere, no rate.
std::string networks_text(std::span<const model::Network> networks);
std::string rates_text(std::span<const model::Rate> rates);  // "10/1s 1000/3600s"
// The names of the scopes, or "everything".
std::string ceiling_text(const model::Catalog& catalog, const model::ScopeBits& ceiling);

}  // namespace tokenry::engine
