// The language of the engine's tests: a store with a few scopes, tokens named OWNER/LABEL, and one
// word for each thing that is done to them.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/create_store.hpp"
#include "engine/store.hpp"
#include "printing.hpp"
#include "scratch_directory.hpp"

namespace tokenry::engine {

using base::Code;
using base::Status;
using model::Reason;
using model::TokenStatus;

using Scopes = std::initializer_list<std::string_view>;

inline constexpr std::int64_t kSecondMs = 1000;
inline constexpr std::int64_t kDayMs = 86'400 * kSecondMs;
inline constexpr std::string_view kActor = "tester";

// The scopes that every test store begins with; `all` is everything and escalates.
std::vector<model::Scope> test_scopes();

// What a new token is given beside its scopes.
struct Terms {
  std::int64_t expires_at_ms = 0;
  std::int64_t not_before_ms = 0;
  std::string note = {};
};

class StoreTest : public testing::Test {
 protected:
  StoreTest();
  void SetUp() override { make_store(); }

  // ---- the store
  struct StoreKind {
    bool sealed = true;
    std::vector<model::Scope> scopes = test_scopes();
  };
  void make_store() { make_store(StoreKind()); }
  void make_store(const StoreKind& kind);
  void close() { store_.reset(); }
  void reopen();
  base::Result<std::shared_ptr<Store>> try_open();
  std::string directory() const { return scratch_.path("store"); }

  // ---- words; a name is OWNER/LABEL
  model::ScopeBits bits(Scopes scopes);
  // A live token of that name; its text and id are remembered under the name.
  void given(std::string_view name, Scopes scopes = {}, const Terms& terms = {});
  Code create(std::string_view name, Scopes scopes = {}, const Terms& terms = {});

  const std::string& text_of(std::string_view name) const;
  std::uint64_t id_of(std::string_view name) const;

  Reason verify(std::string_view name, Scopes required = {});
  Reason verify_at(std::int64_t now_ms, std::string_view name);
  Reason verify_text(std::string_view credentials, Scopes required = {});
  model::Verdict judge(std::string_view credentials, Scopes required = {});

  Code suspend(std::string_view name) { return act(Store::Action::suspend, {id_of(name)}); }
  Code resume(std::string_view name) { return act(Store::Action::resume, {id_of(name)}); }
  Code revoke(std::string_view name) { return act(Store::Action::revoke, {id_of(name)}); }
  Code purge(std::string_view name) { return act(Store::Action::purge, {id_of(name)}); }
  Code act(Store::Action action, const std::vector<std::uint64_t>& ids);

  Code edit(std::string_view name, TokenEdit edit);
  Code set_scopes(std::string_view name, Scopes scopes);
  Code rename(std::string_view name, std::string_view label);

  Code set_ceiling(std::string_view owner, Scopes ceiling);
  Code suspend_owner(std::string_view owner);
  Code resume_owner(std::string_view owner);
  Code rename_owner(std::string_view owner, std::string_view new_name);
  Code delete_owner(std::string_view owner);
  Code add_scope(std::string_view name);

  // The token as the store shows it; the test fails if it does not.
  model::Token show(std::string_view name);
  Code show_code(std::string_view name) { return store_->show(id_of(name)).code(); }
  // The id that OWNER/LABEL names, or 0.
  std::uint64_t find(std::string_view name);

  static std::pair<std::string_view, std::string_view> split(std::string_view name);

  ScratchDirectory scratch_;
  StoreKey key_;
  std::shared_ptr<Store> store_;
  std::vector<std::string> log_;

 private:
  struct Known {
    std::string text;
    std::uint64_t id = 0;
  };
  Status issue(std::string_view name, Scopes scopes, const Terms& terms, Issued& issued);

  bool sealed_ = true;
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace tokenry::engine
