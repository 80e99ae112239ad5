#include "engine/log_reader.hpp"

#include <algorithm>
#include <utility>

#include "record/event.hpp"

namespace tokenry::engine {

using base::Code;
using base::Result;
using base::Status;

namespace {

// What one snapshot reads at the most: about a millisecond.
constexpr std::size_t kEventsPerStep = 512;
constexpr std::size_t kBytesPerStep = 1 << 20;

Status altered(std::string text) {
  return {Code::tampered, std::move(text) + ": data.mdb was changed from outside"};
}

}  // namespace

LogReader::LogReader(std::shared_ptr<Store> store, LogFilter filter)
    : store_(std::move(store)),
      filter_(std::move(filter)),
      next_sequence_(std::max<std::uint64_t>(filter_.from_sequence, 1)) {}

Result<std::optional<LoggedEvent>> LogReader::next() {
  if (filter_.limit != 0 && given_ == filter_.limit) return std::optional<LoggedEvent>();
  step_reached_end_ = false;
  while (ready_.empty() && !step_reached_end_ && !exchanged_) TOKENRY_TRY(step());
  if (ready_.empty()) return std::optional<LoggedEvent>();
  Result<LoggedEvent> front = std::move(ready_.front());
  ready_.pop_front();
  TOKENRY_ASSIGN(LoggedEvent event, std::move(front));
  ++given_;
  return std::optional<LoggedEvent>(std::move(event));
}

bool LogReader::matches(const model::Event& event) const {
  if (event.at_ms < filter_.since_ms) return false;
  if (filter_.id != 0 && event.id != filter_.id) return false;
  if (filter_.owner.empty() || event.owner == filter_.owner) return true;
  const auto is_new_name = [&](const model::EventField& field) {
    return field.code == model::FieldCode::new_owner && field.text == filter_.owner;
  };
  return std::any_of(event.fields.begin(), event.fields.end(), is_new_name);
}

Status LogReader::step() {
  return store_->read([&](const Rows& rows) -> Status {
    TOKENRY_TRY(find_place(rows));
    return step_reached_end_ || exchanged_ ? Status() : read_events(rows);
  });
}

// Whether the event before the next one is still the one that was read: only then does the log go
// on from there.
Status LogReader::find_place(const Rows& rows) {
  if (next_sequence_ == 1) {
    previous_hash_ = token::chain_start(store_->format().store_id);
    begun_ = true;
    return {};
  }
  if (begun_ && !previous_hash_) return {};  // after a gap there is nothing to hold it against
  TOKENRY_ASSIGN(const std::optional<StoredEvent> before, rows.event(next_sequence_ - 1));
  if (!before && !begun_) {
    step_reached_end_ = true;  // the log has not come to from_sequence yet
    return {};
  }
  if (!before || (previous_hash_ && before->hash != *previous_hash_)) {
    refuse("event " + std::to_string(next_sequence_ - 1) + " is no longer what was read");
    exchanged_ = true;
    return {};
  }
  previous_hash_ = before->hash;
  begun_ = true;
  return {};
}

Status LogReader::read_events(const Rows& rows) {
  storage::Cursor cursor(rows.view(), storage::Table::events);
  std::size_t count = 0;
  std::size_t size = 0;
  for (bool more = cursor.seek(record::event_key(next_sequence_)); more; more = cursor.next()) {
    if (count == kEventsPerStep || size >= kBytesPerStep) return {};
    ++count;
    size += cursor.value().size();
    const Result<StoredEvent> stored = Rows::stored_event(cursor.key(), cursor.value());
    if (stored.ok() && stored->sequence != UINT64_MAX) {
      take(*stored);
    } else {
      pass_unreadable(cursor.key());
    }
  }
  step_reached_end_ = true;
  return cursor.status();
}

void LogReader::take(const StoredEvent& stored) {
  if (stored.sequence != next_sequence_) {
    refuse("the log has no event " + std::to_string(next_sequence_) + " before event " +
           std::to_string(stored.sequence));
    previous_hash_.reset();
  }
  next_sequence_ = stored.sequence + 1;
  const token::ChainHash previous = previous_hash_.value_or(token::ChainHash{});
  const bool is_known = previous_hash_.has_value();
  previous_hash_ = stored.hash;
  std::optional<model::Event> event = record::decode_event(stored.body);
  const bool fits = event && event->sequence == stored.sequence &&
                    (!is_known || token::chain_next(previous, stored.body) == stored.hash);
  if (!fits) {
    refuse("event " + std::to_string(stored.sequence) + " was altered");
  } else if (matches(*event)) {
    ready_.emplace_back(LoggedEvent{
        *std::move(event), {stored.body.begin(), stored.body.end()}, stored.hash, previous});
  }
}

void LogReader::pass_unreadable(base::Bytes key) {
  const bool has_number = key.size() == record::kEventKeySize;
  const std::uint64_t sequence = has_number ? base::load_be(key.data(), key.size()) : UINT64_MAX;
  if (sequence != UINT64_MAX) {
    next_sequence_ = sequence + 1;
    previous_hash_.reset();
  } else if (std::exchange(told_alien_, true)) {
    return;  // nothing can follow it, so every step from here on meets it
  }
  refuse("a row of the log cannot be read");
}

void LogReader::refuse(std::string text) { ready_.emplace_back(altered(std::move(text))); }

}  // namespace tokenry::engine
