// Tokens: made one by one and many at once, and what is done to several.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "world.hpp"

namespace capi_tests {
namespace {

class TokensTest : public testing::Test {
 protected:
  tokenry_token_spec spec(const char* label) const {
    auto spec = sized<tokenry_token_spec>();
    spec.owner = "root";
    spec.owner_size = 4;
    spec.label = label;
    spec.label_size = std::strlen(label);
    spec.scopes = &read_;
    return spec;
  }
  int create_many(const std::vector<tokenry_token_spec>& specs) {
    tokenry_issued_list* list = nullptr;
    const int code = tokenry_create_many(store_, "a", 1, specs.data(), specs.size(), &list);
    EXPECT_EQ(list == nullptr, code != TOKENRY_OK);
    tokenry_issued_list_free(list);
    return code;
  }
  // Refused, with nothing made, and the text says which one it was.
  void expect_refused(const std::vector<tokenry_token_spec>& specs, int code, const char* which) {
    const std::string before = picture_of(store_);
    EXPECT_EQ(create_many(specs), code);
    EXPECT_TRUE(std::string(tokenry_last_error()).starts_with(which)) << tokenry_last_error();
    EXPECT_EQ(picture_of(store_), before);
  }

  World world_;
  tokenry_store* store_ = world_.store();
  tokenry_scope_set read_ = scope_set(store_, {"read"});
};

TEST_F(TokensTest, ManyAreMadeInTheirOrder) {
  const std::vector<tokenry_token_spec> specs{spec("c"), spec("a"), spec("b")};
  tokenry_issued_list* list = nullptr;
  ASSERT_EQ(tokenry_create_many(store_, "a", 1, specs.data(), specs.size(), &list), TOKENRY_OK);
  EXPECT_EQ(list->struct_size, sizeof *list);
  ASSERT_EQ(list->count, 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const tokenry_issued& issued = *list->issued[i];
    EXPECT_EQ(issued.struct_size, sizeof issued);
    EXPECT_EQ(issued.info->struct_size, sizeof *issued.info);
    EXPECT_STREQ(issued.info->label, specs[i].label);
    EXPECT_EQ(issued.token_size, std::strlen(issued.token));
    EXPECT_EQ(std::string(issued.token, issued.token_size).substr(5, 11), issued.info->id_text);
    EXPECT_EQ(verify(store_, issued.token, {"read"}).id, issued.info->id);
  }
  tokenry_issued_list_free(list);
}

TEST_F(TokensTest, NoneIsAListToo) {
  tokenry_issued_list* list = nullptr;
  ASSERT_EQ(tokenry_create_many(store_, "a", 1, nullptr, 0, &list), TOKENRY_OK);
  EXPECT_EQ(list->struct_size, sizeof *list);
  EXPECT_EQ(list->count, 0U);
  tokenry_issued_list_free(list);
}

TEST_F(TokensTest, AllOrNoneAndTheBadOneIsNamed) {
  make_token(store_, "root", "taken", {});
  expect_refused({spec("a"), spec("b"), spec("taken")}, TOKENRY_CONFLICT, "token 3: ");
  expect_refused({spec("a"), spec("a")}, TOKENRY_CONFLICT, "token 2: ");
  expect_refused({spec("a"), spec("b/c")}, TOKENRY_INVALID_ARGUMENT, "token 2: ");
  auto bad = spec("b");
  bad.scopes = nullptr;
  expect_refused({spec("a"), bad, spec("c")}, TOKENRY_INVALID_ARGUMENT, "token 2: ");
  bad = spec("b");
  bad.flags = 1;
  expect_refused({bad, spec("a")}, TOKENRY_INVALID_ARGUMENT, "token 1: ");
  bad = spec("b");
  bad.expires_at_ms = 1;
  expect_refused({spec("a"), bad}, TOKENRY_INVALID_ARGUMENT, "token 2: ");
  bad = spec("b");
  bad.struct_size = 0;
  expect_refused({spec("a"), bad}, TOKENRY_INVALID_ARGUMENT, "token 2: ");
  bad = spec("b");
  bad.struct_size += 8;  // would reach beyond the array
  expect_refused({spec("a"), bad}, TOKENRY_INVALID_ARGUMENT, "token 2: ");
}

TEST_F(TokensTest, ASuspendedOwnerStopsAll) {
  make_token(store_, "other", "x", {});
  ASSERT_EQ(tokenry_owner_suspend(store_, "a", 1, "other", 5), TOKENRY_OK);
  auto theirs = spec("b");
  theirs.owner = "other";
  theirs.owner_size = 5;
  expect_refused({spec("a"), theirs}, TOKENRY_CONFLICT, "token 2: ");
}

TEST_F(TokensTest, TooManyAreRefused) {
  const tokenry_token_spec one = spec("a");
  tokenry_issued_list* list = nullptr;
  for (const std::size_t count : {std::size_t{1'000'001}, SIZE_MAX}) {
    EXPECT_EQ(tokenry_create_many(store_, "a", 1, &one, count, &list), TOKENRY_INVALID_ARGUMENT);
    EXPECT_EQ(list, nullptr);
  }
  EXPECT_EQ(tokenry_create_many(store_, "a", 1, nullptr, 1, &list), TOKENRY_INVALID_ARGUMENT);
}

// A caller built with a later header, whose struct is longer.
struct LaterSpec {
  tokenry_token_spec known;
  std::uint64_t unknown;
};

TEST_F(TokensTest, TheStrideIsTheCallers) {
  std::vector<LaterSpec> specs{{spec("a"), 0}, {spec("b"), 0}, {spec("c"), 0}};
  for (LaterSpec& later : specs) later.known.struct_size = sizeof(LaterSpec);
  const auto create = [&] {
    tokenry_issued_list* list = nullptr;
    const int code = tokenry_create_many(store_, "a", 1, &specs[0].known, specs.size(), &list);
    if (code == TOKENRY_OK) {
      EXPECT_STREQ(list->issued[2]->info->label, "c");
    }
    tokenry_issued_list_free(list);
    return code;
  };
  specs[1].unknown = 1;
  EXPECT_EQ(create(), TOKENRY_INVALID_ARGUMENT);
  specs[1].unknown = 0;
  EXPECT_EQ(create(), TOKENRY_OK) << tokenry_last_error();
}

TEST_F(TokensTest, ScopesOfANewStoreHaveAStrideToo) {
  struct {
    tokenry_scope known;
    std::uint64_t unknown;
  } scopes[2] = {};
  const char* names[] = {"one", "two"};
  for (std::size_t i = 0; i < 2; ++i) {
    scopes[i].known.struct_size = sizeof scopes[i];
    scopes[i].known.name = names[i];
    scopes[i].known.name_size = 3;
  }
  auto options = sized<tokenry_store_options>();
  options.scopes = &scopes[0].known;
  options.scope_count = 2;
  options.map_size_bytes = kSmallMapBytes;
  const std::string path = world_.path() + "-2";
  ASSERT_EQ(tokenry_store_create(path.data(), path.size(), "a", 1, &options), TOKENRY_OK)
      << tokenry_last_error();
  tokenry_store* store = open_store(path);
  EXPECT_EQ(scope_set(store, {"two"}).bits[0], 2U);
  EXPECT_EQ(tokenry_close(store), TOKENRY_OK);
}

using Action = int (*)(tokenry_store*, const char*, std::size_t, const std::uint64_t*, std::size_t,
                       std::uint32_t, std::int32_t*);

TEST_F(TokensTest, WhatCanBeDoneIsDone) {
  const Token a = make_token(store_, "root", "a", {});
  const Token b = make_token(store_, "root", "b", {});
  const std::uint64_t ids[] = {a.id, 12345, b.id, a.id};
  std::int32_t codes[] = {-1, -1, -1, -1};
  EXPECT_EQ(tokenry_revoke(store_, "a", 1, ids, 4, 0, codes), TOKENRY_NOT_FOUND);
  EXPECT_EQ(std::vector<std::int32_t>(codes, codes + 4),
            (std::vector<std::int32_t>{TOKENRY_OK, TOKENRY_NOT_FOUND, TOKENRY_OK, TOKENRY_OK}));
  EXPECT_EQ(verify(store_, a.text).reason, TOKENRY_REVOKED);
  EXPECT_EQ(verify(store_, b.text).reason, TOKENRY_REVOKED);
}

TEST_F(TokensTest, EveryActionHasItsConflict) {
  const Token live = make_token(store_, "root", "live", {});
  const Token gone = make_token(store_, "root", "gone", {});
  ASSERT_EQ(revoke(store_, gone.id), TOKENRY_OK);
  const struct {
    Action action;
    std::uint64_t id;
  } conflicts[] = {{tokenry_suspend, gone.id}, {tokenry_resume, gone.id}, {tokenry_purge, live.id}};
  for (const auto& one : conflicts) {
    std::int32_t code = -1;
    EXPECT_EQ(one.action(store_, "a", 1, &one.id, 1, 0, &code), TOKENRY_CONFLICT);
    EXPECT_EQ(code, TOKENRY_CONFLICT);
  }
  EXPECT_EQ(revoke(store_, gone.id), TOKENRY_OK);  // idempotent
}

// When the call itself fails, no id's code may say otherwise.
TEST_F(TokensTest, AFailedCallIsEveryIdsCode) {
  const Token token = make_token(store_, "root", "a", {});
  const std::uint64_t ids[] = {token.id, token.id};
  for (const Action action : {tokenry_suspend, tokenry_resume, tokenry_revoke, tokenry_purge}) {
    std::int32_t codes[] = {0, 0};
    EXPECT_EQ(action(nullptr, "a", 1, ids, 2, 0, codes), TOKENRY_CLOSED);
    EXPECT_EQ(codes[0], TOKENRY_CLOSED);
    EXPECT_EQ(codes[1], TOKENRY_CLOSED);
    EXPECT_EQ(action(store_, "\n", 1, ids, 2, 0, codes), TOKENRY_INVALID_ARGUMENT);
    EXPECT_EQ(codes[0], TOKENRY_INVALID_ARGUMENT);
    EXPECT_EQ(codes[1], TOKENRY_INVALID_ARGUMENT);
  }
}

TEST_F(TokensTest, ADryRunChangesNothing) {
  const Token token = make_token(store_, "root", "a", {"read"});
  const std::string before = picture_of(store_);
  for (const Action action : {tokenry_suspend, tokenry_resume, tokenry_revoke}) {
    std::int32_t code = -1;
    EXPECT_EQ(action(store_, "a", 1, &token.id, 1, TOKENRY_DRY_RUN, &code), TOKENRY_OK);
    EXPECT_EQ(code, TOKENRY_OK);
  }
  auto edit = sized<tokenry_edit_spec>();
  edit.fields = TOKENRY_EDIT_LABEL;
  edit.flags = TOKENRY_DRY_RUN;
  edit.label = "renamed";
  edit.label_size = 7;
  tokenry_token_info* after = nullptr;
  ASSERT_EQ(tokenry_edit(store_, "a", 1, token.id, &edit, &after), TOKENRY_OK);
  EXPECT_STREQ(after->label, "renamed");
  tokenry_token_info_free(after);
  EXPECT_EQ(picture_of(store_), before);
}

// An edit that cannot be told back is not made: a failure means that nothing was changed.
TEST_F(TokensTest, AnEditThatFailsIsNotMade) {
  const Token token = make_token(store_, "root", "a", {"read"});
  world_.close();
  ASSERT_GE(patch_file(world_.data_file(), "mail", "maiL"), 1U);
  world_.open();
  auto edit = sized<tokenry_edit_spec>();
  edit.fields = TOKENRY_EDIT_LABEL;
  edit.label = "renamed";
  edit.label_size = 7;
  tokenry_token_info* after = nullptr;
  EXPECT_EQ(tokenry_edit(world_.store(), "a", 1, token.id, &edit, &after), TOKENRY_TAMPERED);
  EXPECT_EQ(after, nullptr);
  std::uint64_t id = 0;
  EXPECT_EQ(tokenry_find(world_.store(), "root", 4, "a", 1, &id), TOKENRY_OK);
  EXPECT_EQ(tokenry_find(world_.store(), "root", 4, "renamed", 7, &id), TOKENRY_NOT_FOUND);
}

TEST_F(TokensTest, IdsPrintAndParse) {
  for (const std::uint64_t id : {std::uint64_t{0}, std::uint64_t{61}, UINT64_MAX}) {
    char text[12];
    ASSERT_EQ(tokenry_id_print(id, text), TOKENRY_OK);
    EXPECT_EQ(std::strlen(text), 11U);
    std::uint64_t parsed = 1;
    EXPECT_EQ(tokenry_id_parse(text, 11, &parsed), TOKENRY_OK);
    EXPECT_EQ(parsed, id);
  }
}

}  // namespace
}  // namespace capi_tests
