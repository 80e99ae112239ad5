// A small store for the tests that look below the C interface.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/create_store.hpp"
#include "engine/log_check.hpp"
#include "engine/store.hpp"
#include "model/catalog.hpp"
#include "support/scratch.hpp"

namespace tokenry::test {

// A token as a caller holds it.
struct Held {
  std::string text;
  std::uint64_t id = 0;
};

inline base::Status make_store(const std::string& path, std::uint64_t map_size_bytes = 64 << 20) {
  engine::CreateOptions options;
  options.map_size_bytes = map_size_bytes;
  return engine::create_store(path, "test", options);
}

// Makes count tokens in one transaction; their labels begin with label.
inline base::Status make_tokens(engine::Store& store, const std::string& label, std::size_t count,
                                std::vector<Held>* held = nullptr, const std::string& note = "",
                                const std::string& owner = "owner") {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < count; ++i) labels.push_back(label + "." + std::to_string(i));
  std::vector<engine::TokenSpec> specs(count);
  for (std::size_t i = 0; i < count; ++i) {
    specs[i].owner = owner;
    specs[i].label = labels[i];
    specs[i].note = note;
  }
  std::vector<engine::Issued> issued(count);
  model::Catalog catalog;
  TOKENRY_TRY(store.create("test", specs, issued, catalog));
  for (std::size_t i = 0; held != nullptr && i < count; ++i) {
    held->push_back({std::string(issued[i].text.view()), issued[i].token.details.id});
  }
  return {};
}

inline base::Status act(engine::Store& store, engine::Store::Action action, std::uint64_t id) {
  base::Code code = base::Code::ok;
  return store.act("test", action, {&id, 1}, false, {&code, 1});
}
inline base::Status revoke(engine::Store& store, std::uint64_t id) {
  return act(store, engine::Store::Action::revoke, id);
}

inline model::Reason judge(engine::Store& store, const std::string& text) {
  engine::Request request;
  request.credentials = text;
  return store.verify(request).reason;
}

inline std::shared_ptr<engine::Store> open_store(const std::string& path,
                                                 engine::LogSink log = {}) {
  engine::OpenOptions options;
  options.log = std::move(log);
  auto opened = engine::Store::open(path, options);
  if (!opened.ok()) throw std::runtime_error(opened.status().text());
  return opened.value();
}

// What does not fit in the log, or between log and rows; "" if all does.
inline std::string log_faults(engine::Store& store) {
  std::string found;
  const base::Status status = store.read([&](const engine::Rows& rows) {
    found.clear();
    return engine::check_log(rows, [&](const std::string& line) { found += line + "; "; });
  });
  return status.ok() ? found : status.text();
}

// A fresh store in a directory of its own.
class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const base::Status made = make_store(path_);
    ASSERT_TRUE(made.ok()) << made.text();
  }

  // One token, or the test fails.
  static Held make_token(engine::Store& store, const std::string& label) {
    std::vector<Held> held;
    const base::Status made = make_tokens(store, label, 1, &held);
    if (!made.ok()) throw std::runtime_error(made.text());
    return held.front();
  }

  ScratchDirectory scratch_;
  const std::string path_ = scratch_ / "store";
};

}  // namespace tokenry::test
