// One event for each change, with what it set and the rows that it wrote.
#include <algorithm>
#include <functional>
#include <set>

#include "base/clock.hpp"
#include "record/event.hpp"
#include "store_fixture.hpp"
#include "token/chain.hpp"

namespace tokenry::engine {
namespace {

using model::Event;
using model::FieldCode;
using model::Operation;
using Names = std::vector<std::string>;

constexpr std::int64_t kYear2100Ms = 4'102'444'800'000;

class LogWriting : public StoreTest {
 protected:
  // All events from the one of that number on.
  std::vector<Event> events(std::uint64_t from = 1) {
    std::vector<Event> found;
    const Status status = store_->read([&](const Rows& rows) -> Status {
      for (std::uint64_t sequence = from;; ++sequence) {
        TOKENRY_ASSIGN(const auto stored, rows.event(sequence));
        if (!stored) return {};
        const auto event = record::decode_event(stored->body);
        if (!event) return {Code::store_damaged, "event"};
        found.push_back(*event);
      }
    });
    EXPECT_TRUE(status.ok()) << status.text();
    return found;
  }
  std::uint64_t count() { return events().size(); }

  // The events that the change adds.
  std::vector<Event> added_by(const std::function<void()>& change) {
    const std::uint64_t before = count();
    change();
    return events(before + 1);
  }
  // The one event that the change adds.
  Event one_added_by(const std::function<void()>& change) {
    const std::vector<Event> added = added_by(change);
    if (added.size() != 1) throw std::runtime_error(std::to_string(added.size()) + " events");
    return added.front();
  }

  static std::string number_key(std::uint32_t number) {
    std::string key(4, '\0');
    base::store_le(reinterpret_cast<std::uint8_t*>(key.data()), number, 4);
    return key;
  }
  std::string slot_key(std::string_view name) { return number_key(model::slot_of(id_of(name))); }
};

// "label=new note scope=a": fields in words.
std::string words(const Event& event) {
  std::string text;
  for (const model::EventField& field : event.fields) {
    if (!text.empty()) text += "; ";
    text += model::field_name(field.code);
    switch (model::field_kind(field.code)) {
      case model::FieldKind::text:
        text += "=" + field.text;
        break;
      case model::FieldKind::time:
      case model::FieldKind::number:
        text += "=" + std::to_string(field.number);
        break;
      case model::FieldKind::flag:
        break;
    }
  }
  return text;
}

// "d v o-": domains of the rows in their order, a minus where the row was removed.
std::string row_words(const Event& event) {
  std::string text;
  for (const model::ChangedRow& row : event.rows) {
    if (!text.empty()) text += ' ';
    text += row.domain;
    if (row.seal == std::array<std::uint8_t, 16>{}) text += '-';
  }
  return text;
}

TEST_F(LogWriting, BeginsWithTheStoreAndItsScopes) {
  const std::vector<Event> all = events();
  ASSERT_EQ(all.size(), 1U);
  const Event& event = all.front();
  EXPECT_EQ(event.operation, Operation::store_created);
  EXPECT_EQ(event.sequence, 1U);
  EXPECT_EQ(event.actor, kActor);
  EXPECT_EQ(event.at_ms, store_->format().created_at_ms);
  EXPECT_EQ(words(event),
            "scope=list-accts; scope=edit-dns; scope=kill-dns; scope=restart; scope=all");
  EXPECT_EQ(row_words(event), "c s s s s s");
}

TEST_F(LogWriting, OfAStoreWithoutScopesBeginsToo) {
  make_store({.sealed = true, .scopes = {}});
  EXPECT_EQ(words(events().front()), "");
  EXPECT_EQ(row_words(events().front()), "c");
}

TEST_F(LogWriting, OfAStoreWith256ScopesGoesOnInARowsEvent) {
  std::vector<model::Scope> scopes;
  for (int i = 0; i < 256; ++i) scopes.push_back({.name = "s" + std::to_string(i)});
  make_store({.sealed = true, .scopes = scopes});
  const std::vector<Event> all = events();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].fields.size(), 256U);
  EXPECT_EQ(all[0].rows.size(), 256U);
  EXPECT_EQ(all[1].operation, Operation::rows);
  EXPECT_EQ(all[1].rows.size(), 1U);
  EXPECT_EQ(all[1].actor, kActor);
  EXPECT_EQ(all[1].at_ms, all[0].at_ms);
}

TEST_F(LogWriting, Create) {
  const Terms terms{.expires_at_ms = kYear2100Ms, .not_before_ms = 5, .note = "never logged"};
  const std::int64_t before_ms = base::now_ms();
  const Event event = one_added_by([&] { given("root/bot", {"edit-dns", "restart"}, terms); });
  EXPECT_EQ(event.operation, Operation::created);
  EXPECT_EQ(event.actor, kActor);
  EXPECT_EQ(event.owner, "root");
  EXPECT_EQ(event.label, "bot");
  EXPECT_EQ(event.id, id_of("root/bot"));
  EXPECT_GE(event.at_ms, before_ms);
  EXPECT_LE(event.at_ms, base::now_ms());
  EXPECT_EQ(words(event),
            "scopes=edit-dns restart; expires_at=4102444800000; not_before=5; owner_made");
  EXPECT_EQ(row_words(event), "d o v");
  EXPECT_EQ(event.rows[0].key, slot_key("root/bot"));
  EXPECT_EQ(event.rows[1].key, "root");
  EXPECT_EQ(event.rows[2].key, slot_key("root/bot"));
}

TEST_F(LogWriting, CreateUnderAnOwnerThatThereIs) {
  given("root/first");
  const Event event = one_added_by([&] { given("root/bot"); });
  EXPECT_EQ(words(event), "scopes=; expires_at=0; not_before=0");
  EXPECT_EQ(row_words(event), "d v");
}

TEST_F(LogWriting, CreateManyIsAnEventEachInOneCommit) {
  std::vector<std::string> labels;
  for (int i = 0; i < 300; ++i) labels.push_back("bot-" + std::to_string(i));
  std::vector<TokenSpec> specs(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    specs[i].owner = "root";
    specs[i].label = labels[i];
  }
  std::vector<Issued> issued(labels.size());
  const std::uint64_t commits = store_->facts()->transaction_id;
  const std::vector<Event> added = added_by([&] {
    model::Catalog catalog;
    ASSERT_TRUE(store_->create(kActor, specs, issued, catalog).ok());
  });
  EXPECT_EQ(store_->facts()->transaction_id, commits + 1);
  ASSERT_EQ(added.size(), labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    EXPECT_EQ(added[i].operation, Operation::created);
    EXPECT_EQ(added[i].label, labels[i]);
    EXPECT_EQ(added[i].id, issued[i].token.details.id);
    EXPECT_EQ(row_words(added[i]), i == 0 ? "d o v" : "d v");
  }
}

TEST_F(LogWriting, EditTellsWhatWasSetButNeverTheNote) {
  given("root/bot", {"restart"});
  TokenEdit change;
  change.label = "robot";
  change.note = "secret plans";
  change.add_scopes = bits({"edit-dns"});
  change.expires_at_ms = kYear2100Ms;
  change.not_before_ms = 0;
  const Event event = one_added_by([&] { edit("root/bot", change); });
  EXPECT_EQ(event.operation, Operation::edited);
  EXPECT_EQ(event.label, "robot");
  EXPECT_EQ(words(event),
            "label=robot; previous_label=bot; note; scopes=edit-dns restart; "
            "expires_at=4102444800000; not_before=0");
  EXPECT_EQ(row_words(event), "d v");
  const record::RowBody body = record::encode_event(event);
  EXPECT_EQ(base::as_text(body).find("secret plans"), std::string_view::npos);
}

TEST_F(LogWriting, EditOfOneThingTellsThatAlone) {
  given("root/bot");
  TokenEdit change;
  change.note = "n";
  const Event event = one_added_by([&] { edit("root/bot", change); });
  EXPECT_EQ(words(event), "note");
  EXPECT_EQ(row_words(event), "d") << "the verifier record stays as it was";
}

TEST_F(LogWriting, TheLifeOfAToken) {
  given("root/bot");
  Event event = one_added_by([&] { suspend("root/bot"); });
  EXPECT_EQ(event.operation, Operation::suspended);
  EXPECT_EQ(row_words(event), "d v");
  event = one_added_by([&] { resume("root/bot"); });
  EXPECT_EQ(event.operation, Operation::resumed);
  // Within one millisecond the details row may say just what it said before.
  EXPECT_EQ(event.rows.back().domain, 'v');
  event = one_added_by([&] { revoke("root/bot"); });
  EXPECT_EQ(event.operation, Operation::revoked);
  EXPECT_EQ(row_words(event), "d v");
  event = one_added_by([&] { purge("root/bot"); });
  EXPECT_EQ(event.operation, Operation::purged);
  EXPECT_EQ(row_words(event), "d- v");
  EXPECT_EQ(event.owner, "root");
  EXPECT_EQ(event.label, "bot");
  EXPECT_EQ(event.id, id_of("root/bot"));
}

TEST_F(LogWriting, ACallOnManyTokensIsAnEventForEachThatChanged) {
  given("root/a");
  given("root/b");
  given("root/c");
  suspend("root/b");
  const std::vector<Event> added = added_by([&] {
    act(Store::Action::suspend, {id_of("root/a"), id_of("root/b"), id_of("root/c"), 12345});
  });
  ASSERT_EQ(added.size(), 2U);
  EXPECT_EQ(added[0].label, "a");
  EXPECT_EQ(added[1].label, "c");
}

TEST_F(LogWriting, ScopesAndFreezing) {
  Event event = one_added_by([&] { add_scope("new-scope"); });
  EXPECT_EQ(event.operation, Operation::scope_added);
  EXPECT_EQ(words(event), "scope=new-scope");
  EXPECT_EQ(row_words(event), "c s");
  EXPECT_EQ(event.rows[1].key, number_key(5));
  event = one_added_by([&] { ASSERT_TRUE(store_->set_frozen(kActor, true).ok()); });
  EXPECT_EQ(event.operation, Operation::frozen);
  EXPECT_EQ(row_words(event), "c");
  event = one_added_by([&] { ASSERT_TRUE(store_->set_frozen(kActor, false).ok()); });
  EXPECT_EQ(event.operation, Operation::thawed);
}

TEST_F(LogWriting, TheLifeOfAnOwner) {
  Event event = one_added_by([&] { set_ceiling("anna", {"edit-dns", "restart"}); });
  EXPECT_EQ(event.operation, Operation::owner_created);
  EXPECT_EQ(event.owner, "anna");
  EXPECT_EQ(event.id, 0U);
  EXPECT_EQ(words(event), "ceiling=edit-dns restart");
  EXPECT_EQ(row_words(event), "o");
  given("anna/bot", {"edit-dns", "kill-dns"});
  event = one_added_by([&] { set_ceiling("anna", {"all"}); });
  EXPECT_EQ(event.operation, Operation::owner_ceiling);
  EXPECT_EQ(words(event), "ceiling=everything");
  EXPECT_EQ(row_words(event), "o v") << "the token's effective scopes grew";
  event = one_added_by([&] { suspend_owner("anna"); });
  EXPECT_EQ(event.operation, Operation::owner_suspended);
  EXPECT_EQ(row_words(event), "o v");
  event = one_added_by([&] { resume_owner("anna"); });
  EXPECT_EQ(event.operation, Operation::owner_resumed);
  event = one_added_by([&] { rename_owner("anna", "beth"); });
  EXPECT_EQ(event.operation, Operation::owner_renamed);
  EXPECT_EQ(event.owner, "anna");
  EXPECT_EQ(words(event), "new_owner=beth");
  EXPECT_EQ(row_words(event), "d o- o v");
}

TEST_F(LogWriting, DeletingAnOwnerRevokesEachTokenInAnEventOfItsOwn) {
  given("anna/a");
  given("anna/b");
  given("anna/c");
  revoke("anna/c");
  const std::vector<Event> added = added_by([&] { delete_owner("anna"); });
  ASSERT_EQ(added.size(), 3U);
  EXPECT_EQ(added[0].operation, Operation::revoked);
  EXPECT_EQ(added[0].label, "a");
  EXPECT_EQ(added[1].operation, Operation::revoked);
  EXPECT_EQ(added[1].label, "b");
  EXPECT_EQ(added[2].operation, Operation::owner_deleted);
  EXPECT_EQ(row_words(added[2]), "o-");
}

TEST_F(LogWriting, AChangeOfMoreThan256RowsGoesOnInRowsEvents) {
  std::vector<std::string> labels;
  for (int i = 0; i < 600; ++i) labels.push_back("bot-" + std::to_string(i));
  std::vector<TokenSpec> specs(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    specs[i].owner = "big";
    specs[i].label = labels[i];
  }
  std::vector<Issued> issued(labels.size());
  model::Catalog catalog;
  ASSERT_TRUE(store_->create(kActor, specs, issued, catalog).ok());
  const std::vector<Event> added = added_by([&] { suspend_owner("big"); });
  ASSERT_EQ(added.size(), 3U) << "601 rows";
  EXPECT_EQ(added[0].operation, Operation::owner_suspended);
  std::set<std::string> places;
  for (const Event& event : added) {
    EXPECT_EQ(event.owner, "big");
    for (const model::ChangedRow& row : event.rows) places.insert(row.domain + row.key);
  }
  EXPECT_EQ(places.size(), 601U);
  EXPECT_EQ(added[0].rows.size(), 256U);
  EXPECT_EQ(added[1].operation, Operation::rows);
  EXPECT_EQ(added[1].rows.size(), 256U);
  EXPECT_EQ(added[2].rows.size(), 89U);
}

TEST_F(LogWriting, WhatChangesNothingHasNoEvent) {
  given("root/bot");
  suspend("root/bot");
  EXPECT_TRUE(added_by([&] { suspend("root/bot"); }).empty());
  revoke("root/bot");
  EXPECT_TRUE(added_by([&] { revoke("root/bot"); }).empty());
  set_ceiling("anna", {"restart"});
  given("anna/bot", {"restart"});
  EXPECT_TRUE(added_by([&] { set_ceiling("anna", {"restart"}); }).empty());
  EXPECT_TRUE(added_by([&] { resume_owner("anna"); }).empty());
  EXPECT_TRUE(added_by([&] { (void)store_->set_frozen(kActor, false); }).empty());
}

TEST_F(LogWriting, WhatFailsHasNoEvent) {
  given("root/bot");
  given("root/taken");
  EXPECT_TRUE(added_by([&] { EXPECT_EQ(create("root/bot"), Code::conflict); }).empty());
  EXPECT_TRUE(added_by([&] { EXPECT_EQ(rename("root/bot", "taken"), Code::conflict); }).empty());
  EXPECT_TRUE(added_by([&] { EXPECT_EQ(delete_owner("nobody"), Code::not_found); }).empty());
  EXPECT_TRUE(added_by([&] { EXPECT_EQ(add_scope("all"), Code::conflict); }).empty());
  EXPECT_TRUE(added_by([&] { EXPECT_EQ(purge("root/bot"), Code::conflict); }).empty());
  // The first of the two could be made.
  const TokenSpec specs[] = {{.owner = "root", .label = "new", .note = {}, .granted = {}},
                             {.owner = "root", .label = "bot", .note = {}, .granted = {}}};
  std::vector<Issued> issued(2);
  model::Catalog catalog;
  EXPECT_TRUE(added_by([&] {
                EXPECT_EQ(store_->create(kActor, specs, issued, catalog).code(), Code::conflict);
              }).empty());
}

TEST_F(LogWriting, ADryRunHasNoEvent) {
  given("root/bot");
  EXPECT_TRUE(added_by([&] {
                const std::vector<std::uint64_t> ids = {id_of("root/bot")};
                std::vector<Code> codes(1);
                EXPECT_TRUE(store_->act(kActor, Store::Action::revoke, ids, true, codes).ok());
                TokenEdit change;
                change.id = ids.front();
                change.label = "other";
                EXPECT_TRUE(store_->edit(kActor, change, true).ok());
              }).empty());
  EXPECT_EQ(verify("root/bot"), Reason::allowed);
}

// Every row with a seal, as the newest event that lists it says it is.
TEST_F(LogWriting, TheNewestEventOfARowHasItsSeal) {
  given("root/bot", {"restart"});
  edit("root/bot", {.note = "n"});
  set_scopes("root/bot", {"edit-dns"});
  set_ceiling("root", {"edit-dns"});
  std::map<std::pair<char, std::string>, std::array<std::uint8_t, 16>> seals;
  for (const Event& event : events()) {
    for (const model::ChangedRow& row : event.rows) seals[{row.domain, row.key}] = row.seal;
  }
  const auto expect_seal = [&](char domain, const std::string& key, base::Bytes row) {
    const auto listed = seals.find({domain, key});
    ASSERT_NE(listed, seals.end()) << domain;
    const base::Bytes seal = row.last(16);
    EXPECT_TRUE(std::equal(seal.begin(), seal.end(), listed->second.begin())) << domain;
    seals.erase(listed);
  };
  const Status status = store_->read([&](const Rows& rows) -> Status {
    const auto slot = model::slot_of(id_of("root/bot"));
    TOKENRY_ASSIGN(const auto record, rows.record(slot));
    expect_seal('v', number_key(slot), record->bytes());
    TOKENRY_ASSIGN(const auto details,
                   rows.view().find(storage::Table::details, storage::NumberKey(slot)));
    expect_seal('d', number_key(slot), *details);
    TOKENRY_ASSIGN(const auto owner,
                   rows.view().find(storage::Table::owners, base::as_bytes("root")));
    expect_seal('o', "root", *owner);
    TOKENRY_ASSIGN(const auto control,
                   rows.view().find(storage::Table::control, base::as_bytes("control")));
    expect_seal('c', "control", *control);
    for (std::uint32_t bit = 0; bit < 5; ++bit) {
      TOKENRY_ASSIGN(const auto scope,
                     rows.view().find(storage::Table::scopes, storage::NumberKey(bit)));
      expect_seal('s', number_key(bit), *scope);
    }
    return {};
  });
  EXPECT_TRUE(status.ok()) << status.text();
  EXPECT_TRUE(seals.empty()) << "an event lists a row that is not there";
}

TEST_F(LogWriting, AnUnsealedStoreHasEventsWithoutSeals) {
  make_store({.sealed = false});
  const Event event = one_added_by([&] { given("root/bot"); });
  EXPECT_EQ(row_words(event), "d- o- v-");
  EXPECT_TRUE(added_by([&] { resume("root/bot"); }).empty()) << "nothing changed";
}

}  // namespace
}  // namespace tokenry::engine
