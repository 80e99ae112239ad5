// Walks over tokens: filters, orders, steps.
#include "engine/listing.hpp"

#include <algorithm>
#include <chrono>

#include "store_fixture.hpp"

namespace tokenry::engine {
namespace {

using Names = std::vector<std::string>;

class List : public StoreTest {
 protected:
  // OWNER/LABEL of each token that a walk gives.
  static Names rest_of(Listing& listing) {
    Names names;
    for (;;) {
      auto next = listing.next();
      EXPECT_TRUE(next.ok()) << next.status().text();
      if (!next.ok() || !*next) return names;
      const model::TokenDetails& details = (*next)->token.details;
      names.push_back(details.owner + "/" + details.label);
    }
  }
  Names list(const Filter& filter = {}) {
    Listing listing(store_, filter);
    return rest_of(listing);
  }
  Names sorted(Sort sort, bool descending = false) {
    Filter filter;
    filter.sort = sort;
    filter.descending = descending;
    return list(filter);
  }
  Names with_status(TokenStatus status) {
    Filter filter;
    filter.status_mask = 1U << static_cast<unsigned>(status);
    return list(filter);
  }
  static Names reversed(Names names) { return {names.rbegin(), names.rend()}; }

  // Many tokens in one transaction: OWNER/t000, OWNER/t001, ...
  void given_many(const std::string& owner, std::size_t count) {
    Names labels;
    for (std::size_t i = 0; i < count; ++i) labels.push_back(numbered(i));
    std::vector<TokenSpec> specs(count);
    for (std::size_t i = 0; i < count; ++i) {
      specs[i].owner = owner;
      specs[i].label = labels[i];
    }
    std::vector<Issued> issued(count);
    model::Catalog catalog;
    ASSERT_TRUE(store_->create(kActor, specs, issued, catalog).ok());
    for (const Issued& one : issued) ids_.push_back(one.token.details.id);
  }
  static std::string numbered(std::size_t i) {
    return "t" + std::string(i < 10 ? "00" : i < 100 ? "0" : "") + std::to_string(i);
  }

  const std::int64_t tomorrow_ = std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::system_clock::now().time_since_epoch())
                                     .count() +
                                 kDayMs;
  std::vector<std::uint64_t> ids_;
};

TEST_F(List, OfANewStoreIsEmpty) {
  EXPECT_EQ(list(), Names());
  EXPECT_EQ(sorted(Sort::label), Names());
}

TEST_F(List, GivesAllInStoreOrder) {
  given("root/b");
  given("amy/a");
  given("root/c");
  EXPECT_EQ(list(), (Names{"root/b", "amy/a", "root/c"}));
}

TEST_F(List, GivesTokensWithTheCatalogThatNamesTheirScopes) {
  given("root/a", {"edit-dns"});
  Listing listing(store_, {});
  const auto listed = listing.next();
  ASSERT_TRUE(listed.ok() && *listed);
  EXPECT_EQ((*listed)->catalog->names((*listed)->token.terms.effective),
            (std::vector<std::string_view>{"edit-dns"}));
}

TEST_F(List, StaysAtItsEnd) {
  given("root/a");
  Listing listing(store_, {});
  EXPECT_EQ(rest_of(listing).size(), 1U);
  EXPECT_EQ(rest_of(listing).size(), 0U);
}

TEST_F(List, ShowsRevokedTokensAndNotPurgedOnes) {
  given("root/a");
  given("root/b");
  revoke("root/a");
  revoke("root/b");
  purge("root/b");
  EXPECT_EQ(list(), Names{"root/a"});
}

// ---- filters

TEST_F(List, ByOwners) {
  given("root/a");
  given("amy/b");
  given("zoe/c");
  given("root2/d");
  Filter filter;
  filter.owners = {"zoe", "root", "nobody", "zoe"};
  EXPECT_EQ(list(filter), (Names{"root/a", "zoe/c"})) << "each token once, though named twice";
}

TEST_F(List, ByOwnersShowsTheRevokedToo) {
  given("root/a");
  revoke("root/a");
  given("root/a");
  Filter filter;
  filter.owners = {"root"};
  EXPECT_EQ(list(filter), (Names{"root/a", "root/a"}));
}

TEST_F(List, ByLabel) {
  for (const char* name : {"root/deploy-1", "root/deploy-2", "root/backup", "amy/deploy-1"}) {
    given(name);
  }
  Filter filter;
  filter.label_glob = "deploy-[!2]";
  EXPECT_EQ(list(filter), (Names{"root/deploy-1", "amy/deploy-1"}));
  filter.label_glob = "Deploy*";
  EXPECT_EQ(list(filter), Names());
}

TEST_F(List, ByAnyOfTheScopesThatWork) {
  given("root/dns", {"edit-dns"});
  given("root/accts", {"list-accts"});
  given("root/none");
  given("root/all", {"all"});
  given("amy/held", {"edit-dns"});
  set_ceiling("amy", {"restart"});
  Filter filter;
  filter.scopes = bits({"edit-dns", "kill-dns"});
  EXPECT_EQ(list(filter), (Names{"root/dns", "root/all"})) << "above its ceiling none works";
}

TEST_F(List, ByStatus) {
  given("root/active");
  given("root/early", {}, {.not_before_ms = tomorrow_});
  given("root/held");
  given("root/gone");
  given("amy/stopped");
  suspend("root/held");
  revoke("root/gone");
  suspend_owner("amy");
  EXPECT_EQ(with_status(TokenStatus::active), Names{"root/active"});
  EXPECT_EQ(with_status(TokenStatus::not_yet_valid), Names{"root/early"});
  EXPECT_EQ(with_status(TokenStatus::suspended), Names{"root/held"});
  EXPECT_EQ(with_status(TokenStatus::revoked), Names{"root/gone"});
  EXPECT_EQ(with_status(TokenStatus::owner_suspended), Names{"amy/stopped"});
  EXPECT_EQ(with_status(TokenStatus::expired), Names());
}

TEST_F(List, ByAnyOfSeveralStatuses) {
  given("root/active");
  given("root/held");
  given("root/gone");
  suspend("root/held");
  revoke("root/gone");
  Filter filter;
  filter.status_mask = 1U << static_cast<unsigned>(TokenStatus::active) |
                       1U << static_cast<unsigned>(TokenStatus::revoked);
  EXPECT_EQ(list(filter), (Names{"root/active", "root/gone"}));
}

TEST_F(List, ByAllFiltersTogether) {
  given("root/deploy", {"edit-dns"});
  given("root/deploy-old", {"edit-dns"});
  given("amy/deploy", {"edit-dns"});
  given("root/other", {"edit-dns"});
  given("root/deploy-none");
  revoke("root/deploy-old");
  Filter filter;
  filter.owners = {"root"};
  filter.label_glob = "deploy*";
  filter.scopes = bits({"edit-dns"});
  filter.status_mask = 1U << static_cast<unsigned>(TokenStatus::active);
  EXPECT_EQ(list(filter), Names{"root/deploy"});
}

// ---- orders

TEST_F(List, SortsByOwnerThenLabel) {
  for (const char* name : {"root/b", "amy/c", "root/a", "Zoe/d"}) given(name);
  const Names order = {"Zoe/d", "amy/c", "root/a", "root/b"};
  EXPECT_EQ(sorted(Sort::owner), order);
  EXPECT_EQ(sorted(Sort::owner, true), reversed(order));
}

TEST_F(List, SortsByLabelThenOwner) {
  for (const char* name : {"root/b", "amy/b", "root/a", "zoe/a2"}) given(name);
  const Names order = {"root/a", "zoe/a2", "amy/b", "root/b"};
  EXPECT_EQ(sorted(Sort::label), order);
  EXPECT_EQ(sorted(Sort::label, true), reversed(order));
}

TEST_F(List, SortsByCreation) {
  Names order;
  for (const char* name : {"root/c", "root/a", "root/b"}) {
    const std::int64_t last = order.empty() ? 0 : show(order.back()).details.created_at_ms;
    do {
      given(name);
      if (show(name).details.created_at_ms > last) break;
      revoke(name);  // within the same millisecond as the one before
      purge(name);
    } while (true);
    order.push_back(name);
  }
  EXPECT_EQ(sorted(Sort::created), order);
  EXPECT_EQ(sorted(Sort::created, true), reversed(order));
}

TEST_F(List, SortsByExpiryWithThoseThatNeverExpireLast) {
  given("root/never");
  given("root/late", {}, {.expires_at_ms = tomorrow_ + 1});
  given("root/soon", {}, {.expires_at_ms = tomorrow_});
  const Names order = {"root/soon", "root/late", "root/never"};
  EXPECT_EQ(sorted(Sort::expires), order);
}

TEST_F(List, SortsByStatus) {
  given("root/gone");
  given("root/held");
  given("root/active");
  suspend("root/held");
  revoke("root/gone");
  const Names order = {"root/active", "root/held", "root/gone"};
  EXPECT_EQ(sorted(Sort::status), order);
  EXPECT_EQ(sorted(Sort::status, true), reversed(order));
}

TEST_F(List, SortingAndFilteringGoTogether) {
  for (const char* name : {"root/c", "amy/b", "root/a"}) given(name);
  Filter filter;
  filter.owners = {"root"};
  filter.sort = Sort::label;
  EXPECT_EQ(list(filter), (Names{"root/a", "root/c"}));
}

// ---- limits and steps

TEST_F(List, StopsAtItsLimit) {
  for (const char* name : {"root/c", "root/a", "root/b"}) given(name);
  Filter filter;
  filter.limit = 2;
  EXPECT_EQ(list(filter), (Names{"root/c", "root/a"}));
  filter.sort = Sort::label;
  EXPECT_EQ(list(filter), (Names{"root/a", "root/b"})) << "the first in order, not in the store";
  filter.limit = 3;
  EXPECT_EQ(list(filter).size(), 3U);
  filter.limit = 4;
  EXPECT_EQ(list(filter).size(), 3U);
}

TEST_F(List, GivesEachOfManyTokensOnce) {
  for (const std::size_t count : {255U, 256U, 257U, 700U}) {
    make_store();
    given_many("root", count);
    Names expected;
    for (std::size_t i = 0; i < count; ++i) expected.push_back("root/" + numbered(i));
    EXPECT_EQ(list(), expected);
    EXPECT_EQ(sorted(Sort::label), expected);
    EXPECT_EQ(sorted(Sort::label, true), reversed(expected));
    Filter of_owner;
    of_owner.owners = {"root"};
    EXPECT_EQ(list(of_owner), expected);
  }
}

TEST_F(List, WalksFromOneOwnerOfManyTokensToTheNext) {
  given_many("amy", 300);
  given_many("root", 300);
  given_many("zoe", 1);
  Filter filter;
  filter.owners = {"amy", "zoe"};
  EXPECT_EQ(list(filter).size(), 301U);
  EXPECT_EQ(list(filter).back(), "zoe/t000");
}

TEST_F(List, FindsOneMatchAmongMany) {
  given_many("root", 700);
  Filter filter;
  filter.label_glob = "t69[9]";
  EXPECT_EQ(list(filter), Names{"root/t699"});
}

TEST_F(List, ShowsTokensAsTheyAreWhenTheirStepIsRead) {
  given_many("root", 400);
  for (const Sort sort : {Sort::none, Sort::label}) {
    Filter filter;
    filter.sort = sort;
    filter.status_mask = 1U << static_cast<unsigned>(TokenStatus::active);
    Listing listing(store_, filter);
    ASSERT_TRUE(listing.next().ok());
    ASSERT_EQ(act(Store::Action::suspend, {ids_[10], ids_[390]}), Code::ok);
    const Names rest = rest_of(listing);
    EXPECT_EQ(rest.size(), 398U) << "the later one is left out, the earlier was read before";
    EXPECT_EQ(std::count(rest.begin(), rest.end(), "root/t390"), 0);
    ASSERT_EQ(act(Store::Action::resume, {ids_[10], ids_[390]}), Code::ok);
  }
}

TEST_F(List, LeavesOutWhatWasPurgedBetweenTwoSteps) {
  given_many("root", 400);
  Filter by_label;
  by_label.sort = Sort::label;
  Filter of_owner;
  of_owner.owners = {"root"};
  Listing plain(store_, {});
  Listing ordered(store_, by_label);
  Listing owned(store_, of_owner);
  for (Listing* listing : {&plain, &ordered, &owned}) ASSERT_TRUE(listing->next().ok());
  for (const std::size_t at : {256U, 300U, 399U}) {
    ASSERT_EQ(act(Store::Action::revoke, {ids_[at]}), Code::ok);
    ASSERT_EQ(act(Store::Action::purge, {ids_[at]}), Code::ok);
  }
  for (Listing* listing : {&plain, &ordered, &owned}) EXPECT_EQ(rest_of(*listing).size(), 396U);
}

TEST_F(List, MeetsTokensMadeBetweenTwoSteps) {
  given_many("root", 300);
  Listing listing(store_, {});
  ASSERT_TRUE(listing.next().ok());
  given("zoe/new");
  EXPECT_EQ(rest_of(listing).back(), "zoe/new");
}

TEST_F(List, KeepsNoSnapshotOpen) {
  given_many("root", 300);
  Listing listing(store_, {});
  ASSERT_TRUE(listing.next().ok());
  // An open snapshot would keep every page that these edits free, and the file would grow.
  const std::uint64_t before = store_->facts()->environment.used_bytes;
  for (int i = 0; i < 100; ++i) {
    act(i % 2 == 0 ? Store::Action::suspend : Store::Action::resume, {ids_[0]});
  }
  EXPECT_LT(store_->facts()->environment.used_bytes - before, 200'000U);
}

TEST_F(List, OfAClosedStoreSaysSo) {
  given("root/a");
  Listing listing(store_, {});
  store_->close();
  EXPECT_EQ(listing.next().code(), Code::closed);
}

}  // namespace
}  // namespace tokenry::engine
