// Makes the store that stands beside this file as an archive, and the list of its tokens. Run once
// for each released format; what it made is never made again, since later versions must open it:
//
//   make_golden_store DIRECTORY/format-1.1 format-1.1.tokens
//   rm DIRECTORY/format-1.1/lock.mdb
//   tar -C DIRECTORY --owner=0 --group=0 --numeric-owner -cJf format-1.1.tar.xz format-1.1
//
// It makes the newest format. That of 1.0 had neither what fill_life() makes nor the log.
// Key and tokens are test data and open nothing else.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "engine/create_store.hpp"
#include "engine/store.hpp"

namespace {

using tokenry::base::Status;
using tokenry::engine::CreateOptions;
using tokenry::engine::Issued;
using tokenry::engine::OpenOptions;
using tokenry::engine::Store;
using tokenry::engine::StoreKey;
using tokenry::engine::TokenEdit;
using tokenry::engine::TokenSpec;
using tokenry::model::Catalog;
using tokenry::model::ScopeBits;

using Scopes = std::vector<std::string_view>;

constexpr std::string_view kActor = "golden";
constexpr std::int64_t kYear2100Ms = 4'102'444'800'000;
constexpr std::size_t kFillers = 30;  // so that the tokens take two pages of records

void require(const Status& status) {
  if (status.ok()) return;
  std::cerr << status.text() << '\n';
  std::exit(1);
}

class Maker {
 public:
  explicit Maker(const std::string& directory) {
    StoreKey key;
    for (std::size_t i = 0; i < key.size(); ++i) key.data()[i] = static_cast<std::uint8_t>(i);
    CreateOptions options;
    options.prefix = "gold";
    options.scopes = *tokenry::model::built_in_catalog("whm");
    options.key = &key;
    options.map_size_bytes = tokenry::engine::kMinMapSizeBytes;
    require(tokenry::engine::create_store(directory, kActor, options));
    require(tokenry::engine::write_key_file(directory + "/key", key));
    auto opened = Store::open(directory, OpenOptions());
    if (!opened.ok()) require(opened.status());
    store = *std::move(opened);
  }

  ScopeBits bits(const Scopes& scopes) { return *store->catalog()->resolve(scopes); }

  void create(const std::string& name, const Scopes& scopes, TokenSpec spec = {}) {
    const std::size_t slash = name.find('/');
    const std::string owner = name.substr(0, slash);
    const std::string label = name.substr(slash + 1);
    spec.owner = owner;
    spec.label = label;
    spec.granted = bits(scopes);
    Issued issued;
    Catalog catalog;
    require(store->create(kActor, {&spec, 1}, {&issued, 1}, catalog));
    remember(name, issued);
  }

  void create_fillers() {
    std::vector<std::string> labels;
    for (std::size_t i = 0; i < kFillers; ++i) labels.push_back("filler-" + std::to_string(i));
    std::vector<TokenSpec> specs(kFillers);
    for (std::size_t i = 0; i < kFillers; ++i) {
      specs[i].owner = "root";
      specs[i].label = labels[i];
    }
    std::vector<Issued> issued(kFillers);
    Catalog catalog;
    require(store->create(kActor, specs, issued, catalog));
    remember("root/" + labels.back(), issued.back());
  }

  // The old secret is remembered under the name with "-before" behind it.
  void rotate(const std::string& name, std::int64_t overlap_ms) {
    Issued issued;
    Catalog catalog;
    require(store->rotate(kActor, {.id = ids[name], .overlap_ms = overlap_ms}, issued, catalog));
    texts[name + "-before"] = texts[name];
    remember(name, issued);
  }

  void act(Store::Action action, const std::string& name) {
    std::vector<tokenry::base::Code> codes(1);
    require(store->act(kActor, action, {&ids[name], 1}, false, codes));
  }

  void remember(const std::string& name, const Issued& issued) {
    ids[name] = issued.token.details.id;
    texts[name] = issued.text.view();
  }

  std::shared_ptr<Store> store;
  std::map<std::string, std::uint64_t> ids;
  std::map<std::string, std::string> texts;
};

void fill_root(Maker& maker) {
  TokenSpec spec;
  spec.note = "deploys, with a line\nend and caf\xC3\xA9";
  spec.expires_at_ms = kYear2100Ms;
  maker.create("root/deploy-bot", {"create-dns", "edit-dns"}, spec);
  maker.create("root/everything", {"all"});
  maker.create("root/no-scopes", {});
  TokenSpec early;
  early.not_before_ms = kYear2100Ms;
  maker.create("root/early", {"list-accts"}, early);
  maker.create("root/held", {"list-accts"});
  maker.act(Store::Action::suspend, "root/held");
  maker.create("root/reused", {"list-accts"});
  maker.act(Store::Action::revoke, "root/reused");
  maker.texts["root/reused-first"] = maker.texts["root/reused"];
  maker.create("root/reused", {"list-accts"});
  maker.create("root/purged", {"list-accts"});
  maker.act(Store::Action::revoke, "root/purged");
  maker.act(Store::Action::purge, "root/purged");
  maker.create("root/after-purge", {"list-accts"});
  maker.create("root/edited", {"list-accts"});
  TokenEdit edit;
  edit.id = maker.ids["root/edited"];
  edit.label = "renamed";
  edit.set_scopes = maker.bits({"restart", "status"});
  const auto edited = maker.store->edit(kActor, edit, false);
  if (!edited.ok()) require(edited.status());
  maker.create_fillers();
}

void fill_owners(Maker& maker) {
  Store& store = *maker.store;
  require(store.create_owner(kActor, "amy", maker.bits({"list-accts", "create-acct"})));
  maker.create("amy/panel", {"list-accts", "edit-dns"});
  maker.create("amy/everything", {"all"});
  maker.create("held@example.com/bot", {"list-accts"});
  require(store.set_owner_suspended(kActor, "held@example.com", true));
  maker.create("bo/bot", {"list-accts"});
  require(store.rename_owner(kActor, "bo", "bob"));
  maker.create("gone/bot", {"list-accts"});
  const auto revoked = store.delete_owner(kActor, "gone");
  if (!revoked.ok()) require(revoked.status());
  require(store.add_scope(kActor, {"backup-restore", "Own", "A scope added later", false, false}));
}

// What came with format 1.1: networks, limits, two secrets, usage.
void fill_life(Maker& maker) {
  TokenSpec networks;
  networks.networks = {*tokenry::model::parse_network("192.0.2.0/24"),
                       *tokenry::model::parse_network("2001:db8::/32")};
  maker.create("root/networks", {"list-accts"}, networks);
  TokenSpec limits;
  limits.max_uses = 3;
  limits.rates = {{1000, 1000}, {5000, 3'600'000}};
  maker.create("root/limits", {"list-accts"}, limits);
  maker.create("root/rotated", {"list-accts"});
  maker.create("root/retired", {"list-accts"});
  maker.rotate("root/rotated", tokenry::engine::kMaxOverlapMs);
  maker.rotate("root/retired", 0);
  for (const char* name : {"root/limits", "root/rotated"}) {
    const auto address = tokenry::model::parse_address("198.51.100.7");
    const auto verdict = maker.store->verify({.credentials = maker.texts[name],
                                              .required = maker.bits({"list-accts"}),
                                              .address = *address});
    if (verdict.reason != tokenry::model::Reason::allowed) std::exit(1);
  }
  const auto folded = maker.store->maintain();
  if (!folded.ok()) require(folded.status());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "usage: make_golden_store DIRECTORY TOKENS_FILE\n";
    return 2;
  }
  Maker maker(arguments[1]);
  fill_root(maker);
  fill_owners(maker);
  fill_life(maker);
  std::ofstream list(arguments[2]);
  list << "# Tokens of the golden store beside this file. Test data: they open nothing else.\n";
  for (const auto& [name, text] : maker.texts) list << name << ' ' << text << '\n';
  return list.good() ? 0 : 1;
}
