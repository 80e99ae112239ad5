// Stores of every released format open for ever. The archive was made by
// tests/golden/make_store.cpp of its time and is never made again; a failure here means that the
// engine lost a format.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>

#include "engine/check.hpp"
#include "engine/listing.hpp"
#include "engine/log_check.hpp"
#include "engine/store.hpp"
#include "printing.hpp"
#include "scratch_directory.hpp"

namespace tokenry::engine {
namespace {

using base::Code;
using model::Reason;
using model::TokenState;
using Names = std::vector<std::string>;

constexpr std::int64_t kYear2100Ms = 4'102'444'800'000;

class GoldenStore : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::copy(TOKENRY_GOLDEN_STORE, path());
    ASSERT_EQ(::chmod((path() + "/key").c_str(), 0600), 0);
    ASSERT_EQ(::chmod((path() + "/data.mdb").c_str(), 0600), 0);
    read_tokens();
    auto opened = Store::open(path(), {});
    ASSERT_TRUE(opened.ok()) << opened.status().text();
    store_ = *std::move(opened);
  }

  std::string path() const { return scratch_.path("store"); }

  void read_tokens() {
    std::ifstream list(TOKENRY_GOLDEN_TOKENS);
    std::string line;
    while (std::getline(list, line)) {
      const std::size_t blank = line.find(' ');
      if (line[0] != '#') texts_[line.substr(0, blank)] = line.substr(blank + 1);
    }
    ASSERT_EQ(texts_.size(), 16U);
  }

  model::ScopeBits bits(const std::vector<std::string_view>& names) {
    return *store_->catalog()->resolve(names);
  }
  Reason verify(const std::string& credentials, const std::vector<std::string_view>& required = {},
                std::int64_t now_ms = 0) {
    return store_
        ->verify({.credentials = credentials, .required = bits(required), .now_ms = now_ms})
        .reason;
  }
  Reason verify_token(const std::string& name, const std::vector<std::string_view>& required = {}) {
    return verify(texts_.at(name), required);
  }
  Names effective(const std::string& owner, const std::string& label) {
    const auto id = store_->find(owner, label);
    const auto token = store_->show(*id);
    const model::Catalog catalog = *store_->catalog();
    const auto names = catalog.names(token->terms.effective);
    return {names.begin(), names.end()};
  }

  Code change(Store::Action action, const std::string& name) {
    const std::size_t slash = name.find('/');
    const auto id = store_->find(name.substr(0, slash), name.substr(slash + 1));
    std::vector<Code> codes(1);
    return store_->act("tester", action, {&*id, 1}, false, codes).code();
  }
  // What is wrong with the log.
  Names findings() {
    Names found;
    const base::Status status = store_->read([&](const Rows& rows) {
      return check_log(rows, [&](const std::string& line) { found.push_back(line); });
    });
    EXPECT_TRUE(status.ok()) << status.text();
    return found;
  }

  ScratchDirectory scratch_;
  std::shared_ptr<Store> store_;
  std::map<std::string, std::string> texts_;
};

TEST_F(GoldenStore, HasItsFormat) {
  const record::Format& format = store_->format();
  EXPECT_EQ(format.major, 1);
  EXPECT_EQ(format.minor, 0);
  EXPECT_EQ(format.page_size, 4096U);
  EXPECT_EQ(format.records_per_page, 31);
  EXPECT_TRUE(format.sealed);
  EXPECT_EQ(format.prefix, "gold");
}

TEST_F(GoldenStore, EverySealHolds) {
  const StoreFacts facts = *store_->facts();
  EXPECT_EQ(facts.tampered_count, 0U) << facts.tampered_first;
  EXPECT_EQ(facts.scope_count, 65U);
  EXPECT_EQ(facts.owner_count, 4U);
  EXPECT_EQ(facts.free_slot_count, 0U);
  EXPECT_EQ(facts.slot_count, 44U);
}

TEST_F(GoldenStore, CheckFindsNothing) {
  const auto report = check_store(path(), {});
  ASSERT_TRUE(report.ok()) << report.status().text();
  EXPECT_TRUE(report->findings.empty()) << report->findings.lines().front();
  EXPECT_EQ(report->token_count, 44U);
}

TEST_F(GoldenStore, ItsTokensVerify) {
  EXPECT_EQ(verify_token("root/deploy-bot", {"create-dns", "edit-dns"}), Reason::allowed);
  EXPECT_EQ(verify_token("root/deploy-bot", {"kill-dns"}), Reason::scope_denied);
  EXPECT_EQ(verify_token("root/everything", {"all", "kill-acct", "backup-restore"}),
            Reason::allowed);
  EXPECT_EQ(verify_token("root/no-scopes"), Reason::allowed);
  EXPECT_EQ(verify_token("root/no-scopes", {"list-accts"}), Reason::scope_denied);
  EXPECT_EQ(verify_token("root/reused", {"list-accts"}), Reason::allowed);
  EXPECT_EQ(verify_token("root/after-purge", {"list-accts"}), Reason::allowed);
  EXPECT_EQ(verify_token("root/edited", {"restart", "status"}), Reason::allowed);
  EXPECT_EQ(verify_token("root/edited", {"list-accts"}), Reason::scope_denied);
  EXPECT_EQ(verify_token("root/filler-29"), Reason::allowed) << "on the second page";
}

TEST_F(GoldenStore, ItsDenialsStand) {
  EXPECT_EQ(verify_token("root/held"), Reason::suspended);
  EXPECT_EQ(verify_token("root/reused-first"), Reason::revoked);
  EXPECT_EQ(verify_token("root/purged"), Reason::unknown);
  EXPECT_EQ(verify_token("held@example.com/bot"), Reason::owner_suspended);
  EXPECT_EQ(verify_token("gone/bot"), Reason::revoked);
}

TEST_F(GoldenStore, ItsTimesStand) {
  EXPECT_EQ(verify(texts_["root/deploy-bot"], {}, kYear2100Ms - 1), Reason::allowed);
  EXPECT_EQ(verify(texts_["root/deploy-bot"], {}, kYear2100Ms), Reason::expired);
  EXPECT_EQ(verify(texts_["root/early"], {}, kYear2100Ms - 1), Reason::not_yet_valid);
  EXPECT_EQ(verify(texts_["root/early"], {}, kYear2100Ms), Reason::allowed);
}

TEST_F(GoldenStore, ItsCeilingsStand) {
  EXPECT_EQ(effective("amy", "panel"), Names{"list-accts"});
  EXPECT_EQ(effective("amy", "everything"), (Names{"list-accts", "create-acct"}));
  EXPECT_EQ(verify_token("amy/everything", {"backup-restore"}), Reason::scope_denied);
}

TEST_F(GoldenStore, ItsOwnersStand) {
  Names names;
  const auto owners = store_->owners();
  for (const OwnerSummary& summary : *owners) names.push_back(summary.owner.name);
  EXPECT_EQ(names, (Names{"amy", "bob", "held@example.com", "root"}));
  EXPECT_TRUE(store_->owner("held@example.com")->owner.suspended);
  EXPECT_EQ(verify("whm bob:" + texts_["bo/bot"], {"list-accts"}), Reason::allowed);
  EXPECT_EQ(verify("whm bo:" + texts_["bo/bot"]), Reason::owner_mismatch);
}

TEST_F(GoldenStore, ItsLabelsLeadWhereTheyDid) {
  EXPECT_EQ(*store_->find("root", "reused"), *store_->identify(texts_["root/reused"]));
  EXPECT_EQ(*store_->find("root", "renamed"), *store_->identify(texts_["root/edited"]));
  EXPECT_EQ(*store_->find("gone", "bot"), *store_->identify(texts_["gone/bot"]));
  EXPECT_EQ(store_->find("root", "edited").code(), Code::not_found);
  EXPECT_EQ(store_->find("root", "purged").code(), Code::not_found);
}

TEST_F(GoldenStore, ItsDetailsAreReadable) {
  const auto token = store_->show(*store_->find("root", "deploy-bot"));
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(token->details.note, "deploys, with a line\nend and caf\xC3\xA9");
  EXPECT_EQ(token->details.created_by, "golden");
  EXPECT_EQ(token->terms.expires_at_ms, kYear2100Ms);
  EXPECT_GT(token->details.created_at_ms, 0);
}

TEST_F(GoldenStore, ItsCatalogIsReadable) {
  const model::Catalog catalog = *store_->catalog();
  EXPECT_EQ(catalog.find("acct-summary"), 0U);
  EXPECT_EQ(catalog.find("all"), 63U);
  EXPECT_TRUE(catalog.at(63).everything);
  EXPECT_EQ(catalog.at(64).name, "backup-restore");
  EXPECT_EQ(catalog.at(64).text, "A scope added later");
}

TEST_F(GoldenStore, ItIsListedInFull) {
  Listing listing(store_, {});
  std::size_t count = 0;
  for (auto next = listing.next(); next.ok() && *next; next = listing.next()) ++count;
  EXPECT_EQ(count, 44U);
}

TEST_F(GoldenStore, ItCanBeChanged) {
  const std::uint64_t id = *store_->find("root", "deploy-bot");
  std::vector<Code> codes(1);
  ASSERT_TRUE(store_->act("tester", Store::Action::revoke, {&id, 1}, false, codes).ok());
  EXPECT_EQ(verify_token("root/deploy-bot"), Reason::revoked);
  EXPECT_EQ(store_->facts()->tampered_count, 0U);
}

// A store that was made before there was a log.
TEST_F(GoldenStore, ItsLogBeginsWithItsFirstChange) {
  const token::Head before = *store_->head();
  EXPECT_EQ(before.sequence, 0U);
  EXPECT_TRUE(token::is_signed_by(before, store_->public_key()));
  EXPECT_EQ(findings(), Names{});
  EXPECT_EQ(store_->facts()->format.minor, 0);

  EXPECT_EQ(change(Store::Action::suspend, "root/deploy-bot"), Code::ok);
  EXPECT_EQ(verify_token("root/deploy-bot"), Reason::suspended);
  const token::Head after = *store_->head();
  EXPECT_EQ(after.sequence, 1U);
  EXPECT_TRUE(token::is_signed_by(after, store_->public_key()));
  EXPECT_TRUE(store_->check_head(before).ok());
  EXPECT_EQ(findings(), Names{});
  EXPECT_EQ(store_->facts()->format.minor, 1) << "older programs must refuse it from now on";
  EXPECT_EQ(store_->facts()->tampered_count, 0U);

  store_.reset();
  auto opened = Store::open(path(), {});
  ASSERT_TRUE(opened.ok()) << opened.status().text();
  store_ = *std::move(opened);
  EXPECT_EQ(store_->format().minor, 1);
  EXPECT_EQ(change(Store::Action::resume, "root/deploy-bot"), Code::ok);
  EXPECT_EQ(store_->head()->sequence, 2U);
  EXPECT_EQ(findings(), Names{});
}

// Programs of its format, which may have it open as well, know no usage rows.
TEST_F(GoldenStore, NothingIsFoldedBeforeItsFirstChange) {
  const auto usage_rows = [&] {
    std::uint64_t count = 0;
    const auto status = store_->read([&](const Rows& rows) {
      count = rows.view().count(storage::Table::usage);
      return base::Status();
    });
    EXPECT_TRUE(status.ok());
    return count;
  };
  EXPECT_EQ(verify_token("root/deploy-bot"), Reason::allowed);
  ASSERT_TRUE(store_->maintain().ok());
  EXPECT_EQ(usage_rows(), 0U);
  ASSERT_EQ(change(Store::Action::suspend, "root/no-scopes"), Code::ok);
  ASSERT_TRUE(store_->maintain().ok());
  EXPECT_EQ(usage_rows(), 1U);
  EXPECT_EQ(store_->show(*store_->find("root", "deploy-bot"))->usage.uses, 1U);
}

TEST_F(GoldenStore, AChangeThatChangesNothingLeavesTheFormat) {
  EXPECT_EQ(change(Store::Action::resume, "root/deploy-bot"), Code::ok);
  EXPECT_EQ(store_->facts()->format.minor, 0);
  EXPECT_EQ(store_->head()->sequence, 0U);
}

}  // namespace
}  // namespace tokenry::engine
