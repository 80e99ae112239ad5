#include "model/catalog.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace tokenry::model {
namespace {

using base::Code;

Catalog catalog_of(std::initializer_list<std::string> names) {
  Catalog catalog;
  for (const std::string& name : names) {
    EXPECT_TRUE(catalog.add({.name = name, .group = "", .text = ""}).ok()) << name;
  }
  return catalog;
}

Scope named(std::string name) { return {.name = std::move(name), .group = "", .text = ""}; }

Scope everything(std::string name) {
  return {.name = std::move(name), .group = "", .text = "", .everything = true};
}

base::Result<ScopeBits> resolve(const Catalog& catalog,
                                std::initializer_list<std::string_view> names) {
  return catalog.resolve(std::vector<std::string_view>(names));
}

TEST(Catalog, GivesBitsInOrder) {
  const Catalog catalog = catalog_of({"list-accts", "edit-dns"});
  EXPECT_EQ(catalog.size(), 2U);
  EXPECT_EQ(catalog.find("list-accts"), 0U);
  EXPECT_EQ(catalog.find("edit-dns"), 1U);
  EXPECT_EQ(catalog.at(1).name, "edit-dns");
}

TEST(Catalog, HoldsTwoHundredFiftySixScopesAndNoMore) {
  Catalog catalog;
  for (int i = 0; i < 255; ++i) ASSERT_TRUE(catalog.add(named(std::to_string(i))).ok());
  EXPECT_TRUE(catalog.add(named("the-256th")).ok());
  EXPECT_EQ(catalog.find("the-256th"), 255U);
  EXPECT_EQ(catalog.add(named("the-257th")).code(), Code::invalid_argument);
  EXPECT_EQ(catalog.size(), kMaxScopes);
}

TEST(Catalog, RefusesANameTwice) {
  Catalog catalog = catalog_of({"edit-dns"});
  const base::Status status = catalog.add(named("edit-dns"));
  EXPECT_EQ(status.code(), Code::conflict);
  EXPECT_NE(status.text().find("exists already"), std::string::npos);
}

TEST(Catalog, RefusesANameThatDiffersOnlyInCase) {
  Catalog catalog = catalog_of({"edit-dns"});
  const base::Status status = catalog.add(named("Edit-DNS"));
  EXPECT_EQ(status.code(), Code::conflict);
  EXPECT_NE(status.text().find("\"edit-dns\""), std::string::npos) << status.text();
  EXPECT_EQ(catalog.size(), 1U);
}

TEST(Catalog, NamesAreCaseSensitive) {
  const Catalog catalog = catalog_of({"edit-dns"});
  EXPECT_EQ(catalog.find("Edit-dns"), std::nullopt);
  EXPECT_EQ(resolve(catalog, {"EDIT-DNS"}).code(), Code::unknown_scope);
}

TEST(Catalog, RefusesBadScopes) {
  Catalog catalog;
  EXPECT_EQ(catalog.add(named("-x")).code(), Code::invalid_argument);
  EXPECT_EQ(catalog.add({.name = "x", .group = "a\nb", .text = ""}).code(), Code::invalid_argument);
  EXPECT_EQ(catalog.add({.name = "x", .group = "", .text = std::string(257, 't')}).code(),
            Code::invalid_argument);
  EXPECT_EQ(catalog.size(), 0U);
}

TEST(Catalog, ResolvesNamesToBits) {
  const auto bits = resolve(catalog_of({"a", "b", "c"}), {"c", "a", "c"});
  ASSERT_TRUE(bits.ok());
  EXPECT_EQ(bits->count(), 2U);
  EXPECT_TRUE(bits->has(0) && bits->has(2));
}

TEST(Catalog, NoNamesAreNoBits) {
  const auto bits = resolve(catalog_of({"a"}), {});
  ASSERT_TRUE(bits.ok());
  EXPECT_TRUE(bits->empty());
}

TEST(Catalog, AnUnknownNameIsAnErrorThatSaysTheNearest) {
  const Catalog catalog = catalog_of({"list-accts", "edit-dns", "kill-dns"});
  const auto bits = resolve(catalog, {"list-accts", "edit-dsn"});
  EXPECT_EQ(bits.code(), Code::unknown_scope);
  EXPECT_EQ(bits.status().text(), "unknown scope \"edit-dsn\"; the nearest is \"edit-dns\"");
}

TEST(Catalog, TheNearestNameIsSoughtInAnyCase) {
  const auto bits = resolve(catalog_of({"zzzz-aaa", "edit-dns"}), {"EDIT-DNS"});
  EXPECT_NE(bits.status().text().find("\"edit-dns\""), std::string::npos);
}

TEST(Catalog, AnEmptyCatalogHasNoNearestName) {
  EXPECT_EQ(resolve(Catalog(), {"x"}).status().text(),
            "unknown scope \"x\"; the store has no scopes yet");
}

TEST(Catalog, AnOverLongNameIsRefusedInOneShortLine) {
  const std::string megabyte(1 << 20, 'x');
  const auto bits = resolve(catalog_of({"edit-dns"}), {megabyte});
  EXPECT_EQ(bits.code(), Code::unknown_scope);
  EXPECT_LT(bits.status().text().size(), 200U);
}

TEST(Catalog, ExpandLeavesOrdinaryScopesAlone) {
  const Catalog catalog = catalog_of({"a", "b"});
  ScopeBits granted;
  granted.add(1);
  EXPECT_EQ(catalog.expand(granted), granted);
  EXPECT_TRUE(catalog.expand({}).empty());
}

TEST(Catalog, ExpandTurnsEverythingIntoAllBits) {
  Catalog catalog = catalog_of({"a"});
  ASSERT_TRUE(catalog.add(everything("all")).ok());
  ScopeBits granted;
  granted.add(1);
  EXPECT_TRUE(catalog.expand(granted).is_everything());
  granted = {};
  granted.add(0);
  EXPECT_FALSE(catalog.expand(granted).is_everything()) << "it must be granted to count";
}

TEST(Catalog, EverythingHoldsScopesAddedLater) {
  Catalog catalog;
  ASSERT_TRUE(catalog.add(everything("all")).ok());
  ScopeBits granted;
  granted.add(0);
  const ScopeBits before = catalog.expand(granted);
  ASSERT_TRUE(catalog.add(named("later")).ok());
  EXPECT_TRUE(before.has(*catalog.find("later")));
}

TEST(Catalog, NamesComeInCatalogOrderAndUnknownBitsAreLeftOut) {
  const Catalog catalog = catalog_of({"zebra", "ant"});
  EXPECT_EQ(catalog.names(ScopeBits::everything()),
            (std::vector<std::string_view>{"zebra", "ant"}));
  EXPECT_TRUE(catalog.names({}).empty());
}

}  // namespace
}  // namespace tokenry::model
