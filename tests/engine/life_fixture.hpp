// Words for what happens to a token in its life: rotation, conditions, and the cells that count.
#pragma once

#include <sys/mman.h>
#include <sys/resource.h>

#include <csignal>

#include <functional>
#include <new>

#include "../storage/support/child.hpp"
#include "base/clock.hpp"
#include "engine/usage.hpp"
#include "storage/registry.hpp"
#include "tamper_fixture.hpp"

namespace tokenry::engine {

using test::Child;
using test::Link;

inline model::Address address(std::string_view text) { return *model::parse_address(text); }
inline std::vector<model::Network> networks(std::initializer_list<std::string_view> texts) {
  std::vector<model::Network> list;
  for (const std::string_view text : texts) list.push_back(*model::parse_network(text));
  return list;
}

// Memory that forked children share.
template <typename Value>
class SharedWithChildren {
 public:
  SharedWithChildren() {
    void* const memory =
        ::mmap(nullptr, sizeof(Value), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    value_ = new (memory) Value{};
  }
  ~SharedWithChildren() { ::munmap(value_, sizeof(Value)); }
  SharedWithChildren(const SharedWithChildren&) = delete;
  SharedWithChildren& operator=(const SharedWithChildren&) = delete;

  Value* operator->() const { return value_; }
  Value& operator*() const { return *value_; }

 private:
  Value* value_;
};

// Every write to a file fails, as on a disk that is full or broken.
class NoFileCanBeWritten {
 public:
  NoFileCanBeWritten() : signal_before_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit none = before_;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~NoFileCanBeWritten() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_before_);
  }
  NoFileCanBeWritten(const NoFileCanBeWritten&) = delete;
  NoFileCanBeWritten& operator=(const NoFileCanBeWritten&) = delete;

 private:
  rlimit before_{};
  void (*signal_before_)(int);
};

class LifeTest : public TamperTest {
 protected:
  struct Held {
    std::uint64_t id = 0;
    std::string text;
  };

  // A new token; `shape` sets what else it is given.
  Held make(std::string_view name, const std::function<void(TokenSpec&)>& shape = {}) {
    const auto [owner, label] = split(name);
    TokenSpec spec{.owner = owner, .label = label, .note = {}, .granted = bits({"restart"})};
    if (shape) shape(spec);
    Issued issued;
    model::Catalog catalog;
    const Status status = store_->create(kActor, {&spec, 1}, {&issued, 1}, catalog);
    if (!status.ok()) throw std::runtime_error(status.text());
    return {issued.token.details.id, std::string(issued.text.view())};
  }
  Held with_max_uses(std::string_view name, std::uint64_t max_uses) {
    return make(name, [&](TokenSpec& spec) { spec.max_uses = max_uses; });
  }

  base::Result<std::string> try_rotate(std::uint64_t id, std::int64_t overlap_ms = kDayMs,
                                       bool retires_on_use = false) {
    Issued issued;
    model::Catalog catalog;
    TOKENRY_TRY(store_->rotate(kActor, {id, overlap_ms, retires_on_use}, issued, catalog));
    return std::string(issued.text.view());
  }
  // The text of the new secret.
  std::string rotate(const Held& token, std::int64_t overlap_ms = kDayMs,
                     bool retires_on_use = false) {
    base::Result<std::string> text = try_rotate(token.id, overlap_ms, retires_on_use);
    if (!text.ok()) throw std::runtime_error(text.status().text());
    return *text;
  }
  Code rotate_code(const Held& token, std::int64_t overlap_ms = kDayMs, bool on_use = false) {
    return try_rotate(token.id, overlap_ms, on_use).code();
  }
  Code finish(const Held& token) { return store_->finish_rotation(kActor, token.id).code(); }
  Code abort(const Held& token) { return store_->abort_rotation(kActor, token.id).code(); }

  Reason use(const std::string& text, Scopes required = {}) { return verify_text(text, required); }
  Reason use_at(std::int64_t now_ms, const std::string& text) {
    return store_->verify({.credentials = text, .required = {}, .now_ms = now_ms}).reason;
  }
  Reason use_from(std::string_view peer, const std::string& text, Scopes required = {}) {
    return store_
        ->verify({.credentials = text,
                  .required = bits(required),
                  .now_ms = 0,
                  .address = address(peer)})
        .reason;
  }
  // How often it is admitted before it is not.
  std::uint64_t uses_until(Reason end, const std::string& text) {
    for (std::uint64_t uses = 0;; ++uses) {
      const Reason reason = use(text);
      if (reason == Reason::allowed) continue;
      EXPECT_EQ(reason, end);
      return uses;
    }
  }

  model::Token shown(const Held& token) {
    const auto found = store_->show(token.id);
    if (!found.ok()) throw std::runtime_error(found.status().text());
    return *found;
  }
  Code edit_token(const Held& token, const std::function<void(TokenEdit&)>& change) {
    TokenEdit edit;
    edit.id = token.id;
    change(edit);
    return store_->edit(kActor, edit, false).code();
  }
  Code set_max_uses(const Held& token, std::uint64_t max_uses) {
    return edit_token(token, [&](TokenEdit& edit) { edit.max_uses = max_uses; });
  }
  void fold() { ASSERT_TRUE(store_->maintain().ok()); }

  // ---- rows, as somebody without the key can change them
  void change_file(const std::function<Status(storage::WriteTransaction&)>& change) {
    const storage::ProcessLock held;
    auto environment = storage::open_environment(held, directory());
    ASSERT_TRUE(environment.ok());
    {
      const auto write = storage::WriteTransaction::begin(*environment, storage::Growth::spare);
      ASSERT_TRUE(write.ok());
      ASSERT_TRUE(change(**write).ok());
      ASSERT_TRUE((*write)->commit().ok());
    }
    storage::release_environment(held, *std::move(environment));
  }
  void remove_row(storage::Table table, const Held& token) {
    change_file([&](storage::WriteTransaction& write) {
      return write.remove(table, storage::NumberKey(model::slot_of(token.id)));
    });
  }
  void put_row(storage::Table table, const Held& token, const ByteList& row) {
    change_file([&](storage::WriteTransaction& write) {
      return write.put(table, storage::NumberKey(model::slot_of(token.id)), row);
    });
  }
  ByteList row(storage::Table table, const Held& token) {
    return row_of(*store_, table, model::slot_of(token.id));
  }
  void alter_row(storage::Table table, const Held& token) {
    put_row(table, token, with_flipped_bit(row(table, token), 0));
  }

  // ---- cells
  // Stores that are opened from now on keep their cells in this folder.
  void use_cells_in(const std::string& folder) {
    std::filesystem::create_directories(folder);
    ::setenv("TOKENRY_CELLS_DIR", folder.c_str(), 1);
  }
  void use_no_cells() { ::setenv("TOKENRY_CELLS_DIR", scratch_.path("missing").c_str(), 1); }
};

}  // namespace tokenry::engine
