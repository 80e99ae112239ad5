#include "engine/event_writer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "record/event.hpp"

namespace tokenry::engine {

using base::Code;
using base::Result;
using base::Status;
using model::Event;
using model::Operation;

Status EventWriter::begin(Operation first) {
  if (begun_) return {};
  begun_ = true;
  const Result<std::optional<record::HeadRow>> head = rows_.head();
  const Result<std::optional<StoredEvent>> last = rows_.last_event();
  if (!head.ok() && !is_unreadable(head.code())) return head.status();
  if (!last.ok() && !is_unreadable(last.code())) return last.status();
  if (head.ok() && last.ok() && !*head && !*last) {
    TOKENRY_ASSIGN(const record::Format format, rows_.format());
    hash_ = token::chain_start(format.store_id);
    if (first == Operation::store_created) return {};
    if (format.minor == 0) return begin_first_log(format);
  }
  if (last.ok() && *last) {
    sequence_ = (*last)->sequence;
    hash_ = (*last)->hash;
  }
  const bool fits = head.ok() && last.ok() && *head && *last && (*head)->sequence == sequence_ &&
                    (*head)->hash == hash_;
  if (fits) return {};
  broken_ = true;
  can_append_ = last.ok() && sequence_ != UINT64_MAX;
  if (broken_log_ == BrokenLog::go_on) return {};
  return {rows_.keys().sealed() ? Code::tampered : Code::store_damaged,
          "the log does not fit its head: data.mdb was changed from outside; only what stops "
          "tokens still goes through"};
}

// A store made before there was a log: from now on programs that write none must refuse it.
Status EventWriter::begin_first_log(const record::Format& format) {
  record::Format raised = format;
  raised.minor = record::kFormatMinor;
  return rows_.put_format(raised);
}

Status EventWriter::append(Event event) {
  std::vector<model::ChangedRow> rows = rows_.take_changed();
  if (rows.empty()) return {};
  TOKENRY_TRY(begin(event.operation));
  if (!can_append_) return {};
  auto from = rows.begin();
  while (from != rows.end()) {
    const auto left = static_cast<std::size_t>(rows.end() - from);
    const auto to = from + static_cast<std::ptrdiff_t>(std::min(left, model::kMaxRowsInEvent));
    event.rows.assign(std::move_iterator(from), std::move_iterator(to));
    event.sequence = sequence_ + 1;
    TOKENRY_TRY(write(event));
    event.operation = Operation::rows;
    event.fields.clear();
    from = to;
  }
  return {};
}

Status EventWriter::write(const Event& event) {
  const record::RowBody body = record::encode_event(event);
  const token::ChainHash hash = token::chain_next(hash_, body);
  TOKENRY_TRY(rows_.put_event(event.sequence, body, hash));
  sequence_ = event.sequence;
  hash_ = hash;
  return {};
}

Status EventWriter::finish() {
  if (!begun_ || broken_) return {};
  token::Head head;
  TOKENRY_ASSIGN(const record::Format format, rows_.format());
  head.store_id = format.store_id;
  head.sequence = sequence_;
  head.hash = hash_;
  head.at_ms = base::now_ms();
  rows_.keys().sign(head);
  return rows_.put_head({head.sequence, head.hash, head.at_ms, head.signature});
}

Event event_of(const model::Change& change, Operation operation) {
  Event event;
  event.operation = operation;
  event.at_ms = change.at_ms;
  event.actor = change.actor;
  return event;
}

Event owner_event(const model::Change& change, Operation operation, std::string_view owner) {
  Event event = event_of(change, operation);
  event.owner = owner;
  return event;
}

Event token_event(const model::Change& change, Operation operation,
                  const model::TokenDetails& details) {
  Event event = event_of(change, operation);
  event.id = details.id;
  // Names of an altered token come from the label index, which carries no seals.
  const bool printable =
      base::is_printable_utf8(details.owner) && base::is_printable_utf8(details.label);
  event.owner = printable ? details.owner : "unknown";
  event.label = printable ? details.label : "unknown";
  return event;
}

void add_text(Event& event, model::FieldCode code, std::string text) {
  event.fields.push_back({code, std::move(text), 0});
}

void add_number(Event& event, model::FieldCode code, std::int64_t number) {
  event.fields.push_back({code, {}, number});
}

void add_flag(Event& event, model::FieldCode code) { event.fields.push_back({code, {}, 0}); }

std::string scope_text(const model::Catalog& catalog, const model::ScopeBits& bits) {
  std::string text;
  for (const std::string_view name : catalog.names(bits)) {
    if (!text.empty()) text += ' ';
    text += name;
  }
  return text;
}

std::string networks_text(std::span<const model::Network> networks) {
  std::string text;
  for (const model::Network& network : networks) {
    if (!text.empty()) text += ' ';
    text += model::print_network(network);
  }
  return text;
}

std::string rates_text(std::span<const model::Rate> rates) {
  std::string text;
  for (const model::Rate& rate : rates) {
    if (!text.empty()) text += ' ';
    const bool whole = rate.period_ms % 1000 == 0;
    text += std::to_string(rate.count) + '/' +
            (whole ? std::to_string(rate.period_ms / 1000) + "s"
                   : std::to_string(rate.period_ms) + "ms");
  }
  return text;
}

std::string ceiling_text(const model::Catalog& catalog, const model::ScopeBits& ceiling) {
  return ceiling.is_everything() ? "everything" : scope_text(catalog, ceiling);
}

}  // namespace tokenry::engine
