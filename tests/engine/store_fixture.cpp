#include "store_fixture.hpp"

#include <algorithm>
#include <stdexcept>

namespace tokenry::engine {

std::vector<model::Scope> test_scopes() {
  std::vector<model::Scope> scopes;
  for (const char* name : {"list-accts", "edit-dns", "kill-dns", "restart"}) {
    scopes.push_back({.name = name, .group = "Tests", .text = std::string("May ") + name});
  }
  scopes.push_back({.name = "all",
                    .group = "Tests",
                    .text = "Everything",
                    .everything = true,
                    .escalates = true});
  return scopes;
}

StoreTest::StoreTest() { std::fill_n(key_.data(), key_.size(), std::uint8_t{0x42}); }

void StoreTest::make_store(const StoreKind& kind) {
  close();
  std::filesystem::remove_all(directory());
  known_.clear();
  sealed_ = kind.sealed;
  CreateOptions options;
  options.scopes = kind.scopes;
  options.sealed = kind.sealed;
  options.key = kind.sealed ? &key_ : nullptr;
  options.map_size_bytes = kMinMapSizeBytes;
  const Status status = create_store(directory(), kActor, options);
  ASSERT_TRUE(status.ok()) << status.text();
  reopen();
}

base::Result<std::shared_ptr<Store>> StoreTest::try_open() {
  OpenOptions options;
  options.key = sealed_ ? &key_ : nullptr;
  options.log = [this](LogLevel /*level*/, const std::string& line) { log_.push_back(line); };
  return Store::open(directory(), options);
}

void StoreTest::reopen() {
  close();
  auto opened = try_open();
  ASSERT_TRUE(opened.ok()) << opened.status().text();
  store_ = *std::move(opened);
}

std::pair<std::string_view, std::string_view> StoreTest::split(std::string_view name) {
  const std::size_t slash = name.find('/');
  return {name.substr(0, slash), name.substr(slash + 1)};
}

model::ScopeBits StoreTest::bits(Scopes scopes) {
  if (scopes.size() == 0) return {};
  const auto catalog = store_->catalog();
  if (!catalog.ok()) throw std::runtime_error(catalog.status().text());
  const auto resolved = catalog->resolve({scopes.begin(), scopes.size()});
  if (!resolved.ok()) throw std::runtime_error(resolved.status().text());
  return *resolved;
}

Status StoreTest::issue(std::string_view name, Scopes scopes, const Terms& terms, Issued& issued) {
  const auto [owner, label] = split(name);
  const TokenSpec spec{.owner = owner,
                       .label = label,
                       .note = terms.note,
                       .granted = bits(scopes),
                       .expires_at_ms = terms.expires_at_ms,
                       .not_before_ms = terms.not_before_ms};
  model::Catalog catalog;
  return store_->create(kActor, {&spec, 1}, {&issued, 1}, catalog);
}

void StoreTest::given(std::string_view name, Scopes scopes, const Terms& terms) {
  Issued issued;
  const Status status = issue(name, scopes, terms, issued);
  ASSERT_TRUE(status.ok()) << name << ": " << status.text();
  known_[std::string(name)] = {std::string(issued.text.view()), issued.token.details.id};
}

Code StoreTest::create(std::string_view name, Scopes scopes, const Terms& terms) {
  Issued issued;
  return issue(name, scopes, terms, issued).code();
}

const std::string& StoreTest::text_of(std::string_view name) const {
  return known_.find(name)->second.text;
}

std::uint64_t StoreTest::id_of(std::string_view name) const {
  const auto found = known_.find(name);
  if (found == known_.end()) throw std::runtime_error("no token was given: " + std::string(name));
  return found->second.id;
}

model::Verdict StoreTest::judge(std::string_view credentials, Scopes required) {
  return store_->verify({.credentials = credentials, .required = bits(required)});
}

Reason StoreTest::verify_text(std::string_view credentials, Scopes required) {
  return judge(credentials, required).reason;
}

Reason StoreTest::verify(std::string_view name, Scopes required) {
  return verify_text(text_of(name), required);
}

Reason StoreTest::verify_at(std::int64_t now_ms, std::string_view name) {
  return store_->verify({.credentials = text_of(name), .required = {}, .now_ms = now_ms}).reason;
}

Code StoreTest::act(Store::Action action, const std::vector<std::uint64_t>& ids) {
  std::vector<Code> codes(ids.size());
  return store_->act(kActor, action, ids, false, codes).code();
}

Code StoreTest::edit(std::string_view name, TokenEdit edit) {
  edit.id = id_of(name);
  return store_->edit(kActor, edit, false).code();
}

Code StoreTest::set_scopes(std::string_view name, Scopes scopes) {
  TokenEdit change;
  change.set_scopes = bits(scopes);
  return edit(name, change);
}

Code StoreTest::rename(std::string_view name, std::string_view label) {
  TokenEdit change;
  change.label = label;
  return edit(name, change);
}

Code StoreTest::set_ceiling(std::string_view owner, Scopes ceiling) {
  return store_->set_ceiling(kActor, owner, bits(ceiling)).code();
}
Code StoreTest::suspend_owner(std::string_view owner) {
  return store_->set_owner_suspended(kActor, owner, true).code();
}
Code StoreTest::resume_owner(std::string_view owner) {
  return store_->set_owner_suspended(kActor, owner, false).code();
}
Code StoreTest::rename_owner(std::string_view owner, std::string_view new_name) {
  return store_->rename_owner(kActor, owner, new_name).code();
}
Code StoreTest::delete_owner(std::string_view owner) {
  return store_->delete_owner(kActor, owner).code();
}
Code StoreTest::add_scope(std::string_view name) {
  return store_->add_scope(kActor, {.name = std::string(name), .group = "", .text = ""}).code();
}

model::Token StoreTest::show(std::string_view name) {
  const auto token = store_->show(id_of(name));
  if (!token.ok()) throw std::runtime_error(token.status().text());
  return *token;
}

std::uint64_t StoreTest::find(std::string_view name) {
  const auto [owner, label] = split(name);
  const auto id = store_->find(owner, label);
  EXPECT_TRUE(id.ok() || id.code() == Code::not_found);
  return id.ok() ? *id : 0;
}

}  // namespace tokenry::engine
