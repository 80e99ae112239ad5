// Words for reading and checking the log.
#pragma once

#include <string>
#include <vector>

#include "data_file.hpp"
#include "engine/log_check.hpp"
#include "engine/log_reader.hpp"
#include "raw_rows.hpp"
#include "record/event.hpp"
#include "store_fixture.hpp"

namespace tokenry::engine {

using Names = std::vector<std::string>;

class LogTest : public StoreTest {
 protected:
  // "created bot", "owner_renamed anna", ...: an event in words.
  static std::string words(const model::Event& event) {
    std::string text(model::operation_name(event.operation));
    const std::string& name = event.label.empty() ? event.owner : event.label;
    return name.empty() ? text : text + " " + name;
  }

  // What the reader gives up to the end; an error stands as its text.
  static Names read_on(LogReader& reader) {
    Names found;
    for (int i = 0; i < 100'000; ++i) {
      auto next = reader.next();
      if (!next.ok()) {
        found.push_back(next.status().text());
      } else if (*next) {
        found.push_back(words((*next)->event));
      } else {
        return found;
      }
    }
    ADD_FAILURE() << "the log does not end";
    return found;
  }
  Names read_log(const LogFilter& filter = {}) {
    LogReader reader(store_, filter);
    return read_on(reader);
  }

  // What check_log finds.
  Names findings() {
    Names found;
    const Status status = store_->read([&](const Rows& rows) {
      found.clear();
      return check_log(rows, [&](const std::string& line) { found.push_back(line); });
    });
    EXPECT_TRUE(status.ok()) << status.text();
    return found;
  }

  std::uint64_t last() { return store_->head()->sequence; }

  ByteList event_row(std::uint64_t sequence) {
    const record::EventKey key = record::event_key(sequence);
    return row_of(*store_, storage::Table::events, base::as_text(key));
  }
  void put_event(std::uint64_t sequence, const ByteList& row) {
    put_row(directory(), storage::Table::events, record::event_key(sequence), row);
  }
  void remove_event(std::uint64_t sequence) {
    remove_row(directory(), storage::Table::events, record::event_key(sequence));
  }
  ByteList head_row() { return row_of(*store_, storage::Table::meta, "head"); }
  void put_head(const ByteList& row) {
    put_row(directory(), storage::Table::meta, base::as_bytes("head"), row);
  }
};

}  // namespace tokenry::engine
