#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/catalog.hpp"

namespace tokenry::model {
namespace {

using Names = std::set<std::string>;

// What WHM's interface shows: its sections, their groups, the privileges in each.
const std::map<std::string, Names> kGroups = {
    {"Basic Privileges / Initial Privileges",
     {"acct-summary",
      "basic-system-info",
      "basic-whm-functions",
      "connected-applications",
      "cors-proxy-get",
      "cpanel-api",
      "cpanel-integration",
      "create-user-session",
      "digest-auth",
      "generate-email-config",
      "list-pkgs",
      "manage-api-tokens",
      "manage-dns-records",
      "manage-oidc",
      "manage-styles",
      "mysql-info",
      "ns-config",
      "public-contact",
      "ssl-info",
      "track-email"}},
    {"Standard Privileges / Account Information", {"list-accts", "show-bandwidth"}},
    {"Standard Privileges / Account Management",
     {"create-acct", "kill-acct", "suspend-acct", "upgrade-account", "ssl", "ssl-buy", "ssl-gencrt",
      "edit-mx", "passwd", "file-restore"}},
    {"Standard Privileges / DNS", {"create-dns", "kill-dns", "park-dns", "edit-dns"}},
    {"Standard Privileges / Packages", {"add-pkg", "edit-pkg"}},
    {"Standard Privileges / Third-Party Services", {"thirdparty"}},
    {"Standard Privileges / Troubleshooting", {"mailcheck"}},
    {"Standard Privileges / cPanel Management", {"news"}},
    {"Standard Privileges / Account Enhancements", {"assign-root-account-enhancements"}},
    {"Package Privileges / Accounts", {"allow-shell"}},
    {"Package Privileges / Package Access", {"viewglobalpackages"}},
    {"Package Privileges / Package Creation",
     {"allow-addoncreate", "allow-parkedcreate", "add-pkg-ip", "add-pkg-shell",
      "allow-unlimited-pkgs", "allow-emaillimits-pkgs", "allow-unlimited-disk-pkgs",
      "allow-unlimited-bw-pkgs"}},
    {"Global Privileges / Server Information", {"status", "stats"}},
    {"Global Privileges / Services", {"restart"}},
    {"Global Privileges / Troubleshooting", {"resftp"}},
    {"Super Privileges / Account Management",
     {"edit-account", "limit-bandwidth", "quota", "demo-setup"}},
    {"Super Privileges / Advanced Account Management", {"rearrange-accts"}},
    {"Super Privileges / Clustering", {"clustering"}},
    {"Super Privileges / Locales", {"locale-edit"}},
    {"Root Access / Everything", {"all"}},
};

// A store's bits follow the order, so it must never change.
const std::vector<std::string> kFirstAndLast = {"acct-summary", "basic-system-info", "locale-edit",
                                                "all"};

std::vector<Scope> whm() { return *built_in_catalog("whm"); }

TEST(WhmCatalog, HasSixtyFourScopes) { EXPECT_EQ(whm().size(), 64U); }

TEST(WhmCatalog, HasTheRealNamesInTheirRealGroups) {
  std::map<std::string, Names> found;
  for (const Scope& scope : whm()) found[scope.group].insert(scope.name);
  EXPECT_EQ(found, kGroups);
}

TEST(WhmCatalog, KeepsItsOrder) {
  const std::vector<Scope> scopes = whm();
  EXPECT_EQ(
      (std::vector<std::string>{scopes[0].name, scopes[1].name, scopes[62].name, scopes[63].name}),
      kFirstAndLast);
}

TEST(WhmCatalog, FourScopesEscalate) {
  Names escalating;
  for (const Scope& scope : whm()) {
    if (scope.escalates) escalating.insert(scope.name);
  }
  EXPECT_EQ(escalating, (Names{"passwd", "create-user-session", "manage-api-tokens", "all"}));
}

TEST(WhmCatalog, AllAloneIsEverything) {
  Names everything;
  for (const Scope& scope : whm()) {
    if (scope.everything) everything.insert(scope.name);
  }
  EXPECT_EQ(everything, (Names{"all"}));
}

TEST(WhmCatalog, EveryScopeIsExplained) {
  for (const Scope& scope : whm()) EXPECT_FALSE(scope.text.empty()) << scope.name;
}

TEST(WhmCatalog, FitsIntoAStore) {
  Catalog catalog;
  for (const Scope& scope : whm()) EXPECT_TRUE(catalog.add(scope).ok()) << scope.name;
}

TEST(BuiltInCatalogs, AreWhmAlone) {
  EXPECT_FALSE(built_in_catalog("WHM").has_value());
  EXPECT_FALSE(built_in_catalog("").has_value());
  EXPECT_FALSE(built_in_catalog("cpanel").has_value());
}

}  // namespace
}  // namespace tokenry::model
