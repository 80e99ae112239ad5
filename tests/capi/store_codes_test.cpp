// The codes that the header documents for calls on an open store, each provoked.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "world.hpp"

namespace capi_tests {
namespace {

class StoreCodes : public testing::Test {
 protected:
  int add_scope(const char* name) {
    auto scope = sized<tokenry_scope>();
    scope.name = name;
    scope.name_size = std::strlen(name);
    return tokenry_scope_add(world_.store(), "a", 1, &scope);
  }
  tokenry_store* store() { return world_.store(); }

  // The only token; a listing goes on over it.
  void expect_listed_as_tampered(std::uint64_t id) {
    tokenry_cursor* cursor = nullptr;
    ASSERT_EQ(tokenry_list(store(), nullptr, &cursor), TOKENRY_OK);
    tokenry_token_info* info = nullptr;
    ASSERT_EQ(tokenry_cursor_next(cursor, &info), TOKENRY_OK) << tokenry_last_error();
    ASSERT_NE(info, nullptr);
    EXPECT_EQ(info->id, id);
    EXPECT_EQ(info->status, TOKENRY_STATUS_TAMPERED);
    EXPECT_STREQ(info->note, "");
    tokenry_token_info_free(info);
    ASSERT_EQ(tokenry_cursor_next(cursor, &info), TOKENRY_OK);
    EXPECT_EQ(info, nullptr);
    EXPECT_EQ(tokenry_cursor_free(cursor), TOKENRY_OK);
  }

  World world_;
};

TEST_F(StoreCodes, ScopeAdd) {
  EXPECT_EQ(add_scope("read"), TOKENRY_CONFLICT);
  EXPECT_EQ(add_scope("READ"), TOKENRY_CONFLICT);
  EXPECT_EQ(add_scope("new"), TOKENRY_OK);
  for (std::size_t i = kScopeCount + 1; i < TOKENRY_MAX_SCOPES; ++i) {
    ASSERT_EQ(add_scope(std::to_string(i).c_str()), TOKENRY_OK);
  }
  EXPECT_EQ(add_scope("one-more"), TOKENRY_INVALID_ARGUMENT);
  EXPECT_EQ(scope_set(store(), {"255"}).bits[3], std::uint64_t{1} << 63);
}

TEST_F(StoreCodes, UnknownScopeNamesTheNearest) {
  const char* names[] = {"raed"};
  auto set = sized<tokenry_scope_set>();
  EXPECT_EQ(tokenry_scope_set_make(store(), names, nullptr, 1, &set), TOKENRY_UNKNOWN_SCOPE);
  EXPECT_NE(std::strstr(tokenry_last_error(), "\"read\""), nullptr) << tokenry_last_error();
}

TEST_F(StoreCodes, NoOwner) {
  tokenry_owner_info* info = nullptr;
  EXPECT_EQ(tokenry_owner_get(store(), "no", 2, &info), TOKENRY_NOT_FOUND);
  EXPECT_EQ(tokenry_owner_suspend(store(), "a", 1, "no", 2), TOKENRY_NOT_FOUND);
  EXPECT_EQ(tokenry_owner_resume(store(), "a", 1, "no", 2), TOKENRY_NOT_FOUND);
  EXPECT_EQ(tokenry_owner_rename(store(), "a", 1, "no", 2, "yes", 3), TOKENRY_NOT_FOUND);
  EXPECT_EQ(tokenry_owner_delete(store(), "a", 1, "no", 2, nullptr), TOKENRY_NOT_FOUND);
}

TEST_F(StoreCodes, OwnerConflicts) {
  ASSERT_EQ(tokenry_owner_create(store(), "a", 1, "one", 3, nullptr), TOKENRY_OK);
  ASSERT_EQ(tokenry_owner_create(store(), "a", 1, "two", 3, nullptr), TOKENRY_OK);
  EXPECT_EQ(tokenry_owner_create(store(), "a", 1, "one", 3, nullptr), TOKENRY_CONFLICT);
  EXPECT_EQ(tokenry_owner_rename(store(), "a", 1, "one", 3, "two", 3), TOKENRY_CONFLICT);
}

TEST_F(StoreCodes, OwnerDeleteCounts) {
  make_token(store(), "root", "a", {});
  make_token(store(), "root", "b", {});
  std::uint64_t revoked = 0;
  EXPECT_EQ(tokenry_owner_delete(store(), "a", 1, "root", 4, &revoked), TOKENRY_OK);
  EXPECT_EQ(revoked, 2U);
}

TEST_F(StoreCodes, CreateAndEditConflicts) {
  const Token a = make_token(store(), "root", "a", {});
  const Token b = make_token(store(), "root", "b", {});
  auto edit = sized<tokenry_edit_spec>();
  edit.fields = TOKENRY_EDIT_LABEL;
  edit.label = "a";
  edit.label_size = 1;
  EXPECT_EQ(tokenry_edit(store(), "a", 1, b.id, &edit, nullptr), TOKENRY_CONFLICT);
  ASSERT_EQ(revoke(store(), b.id), TOKENRY_OK);
  edit.label = "c";
  EXPECT_EQ(tokenry_edit(store(), "a", 1, b.id, &edit, nullptr), TOKENRY_CONFLICT);
  EXPECT_EQ(tokenry_edit(store(), "a", 1, a.id ^ (std::uint64_t{1} << 63), &edit, nullptr),
            TOKENRY_NOT_FOUND);
  EXPECT_EQ(tokenry_edit(store(), "a", 1, a.id, &edit, nullptr), TOKENRY_OK);
}

TEST_F(StoreCodes, FindAndIdentify) {
  const Token token = make_token(store(), "root", "a", {});
  std::uint64_t id = 0;
  EXPECT_EQ(tokenry_find(store(), "root", 4, "a", 1, &id), TOKENRY_OK);
  EXPECT_EQ(id, token.id);
  EXPECT_EQ(tokenry_find(store(), "root", 4, "b", 1, &id), TOKENRY_NOT_FOUND);
  EXPECT_EQ(id, 0U);
  const std::string header = "whm root:" + token.text;
  EXPECT_EQ(tokenry_identify(store(), header.data(), header.size(), &id), TOKENRY_OK);
  EXPECT_EQ(id, token.id);
  ASSERT_EQ(revoke(store(), token.id), TOKENRY_OK);
  EXPECT_EQ(tokenry_identify(store(), header.data(), header.size(), &id), TOKENRY_OK);
  ASSERT_EQ(purge(store(), token.id), TOKENRY_OK);
  EXPECT_EQ(tokenry_identify(store(), header.data(), header.size(), &id), TOKENRY_NOT_FOUND);
  // The text of a wrong token is in no message.
  EXPECT_EQ(std::string(tokenry_last_error()).find(token.text.substr(16)), std::string::npos);
  EXPECT_EQ(tokenry_find(store(), "root", 4, "a", 1, &id), TOKENRY_NOT_FOUND);
}

// Full: making stops early enough that revoking still works.
TEST_F(StoreCodes, StoreFull) {
  const Token first = make_token(store(), "root", "first", {"read"});
  const tokenry_scope_set none = sized<tokenry_scope_set>();
  const std::string note(TOKENRY_MAX_NOTE, 'n');
  std::vector<std::string> labels(500);
  std::vector<tokenry_token_spec> specs(labels.size(), sized<tokenry_token_spec>());
  int code = TOKENRY_OK;
  for (int batch = 0; code == TOKENRY_OK && batch < 100; ++batch) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      labels[i] = std::to_string(batch) + "." + std::to_string(i);
      specs[i].owner = "root";
      specs[i].owner_size = 4;
      specs[i].label = labels[i].data();
      specs[i].label_size = labels[i].size();
      specs[i].note = note.data();
      specs[i].note_size = note.size();
      specs[i].scopes = &none;
    }
    tokenry_issued_list* list = nullptr;
    code = tokenry_create_many(store(), "a", 1, specs.data(), specs.size(), &list);
    tokenry_issued_list_free(list);
  }
  EXPECT_EQ(code, TOKENRY_STORE_FULL) << tokenry_last_error();
  EXPECT_EQ(verify(store(), first.text, {"read"}).reason, TOKENRY_ALLOWED);
  EXPECT_EQ(revoke(store(), first.id), TOKENRY_OK) << tokenry_last_error();
  EXPECT_EQ(verify(store(), first.text).reason, TOKENRY_REVOKED);
}

// One byte of the details row of a token, whose owner and label stand in it one after the other.
TEST_F(StoreCodes, TamperedRows) {
  const Token token = make_token(store(), "root", "tampered-one", {"read"});
  world_.close();
  ASSERT_GE(patch_file(world_.data_file(), "roottampered-one", "r00ttampered-one"), 1U);
  world_.open();
  tokenry_token_info* info = nullptr;
  EXPECT_EQ(tokenry_show(store(), token.id, &info), TOKENRY_TAMPERED);
  auto edit = sized<tokenry_edit_spec>();
  edit.fields = TOKENRY_EDIT_NOTE;
  EXPECT_EQ(tokenry_edit(store(), "a", 1, token.id, &edit, nullptr), TOKENRY_TAMPERED);
  tokenry_store_info* facts = nullptr;
  ASSERT_EQ(tokenry_stat(store(), &facts), TOKENRY_OK);
  EXPECT_EQ(facts->tampered_count, 1U);
  EXPECT_STREQ(facts->tampered_first, "details of slot 0");
  tokenry_store_info_free(facts);
  expect_listed_as_tampered(token.id);
  EXPECT_EQ(revoke(store(), token.id), TOKENRY_OK) << tokenry_last_error();
  EXPECT_EQ(verify(store(), token.text).reason, TOKENRY_REVOKED);
}

TEST_F(StoreCodes, ATamperedCatalogMakesNoSets) {
  world_.close();
  ASSERT_GE(patch_file(world_.data_file(), "mail", "maiL"), 1U);
  world_.open();
  const char* names[] = {"read"};
  auto set = sized<tokenry_scope_set>();
  EXPECT_EQ(tokenry_scope_set_make(store(), names, nullptr, 1, &set), TOKENRY_TAMPERED);
  tokenry_scope_list* list = nullptr;
  EXPECT_EQ(tokenry_scope_list_get(store(), &list), TOKENRY_TAMPERED);
  EXPECT_EQ(list, nullptr);
}

TEST_F(StoreCodes, StatTellsWhatThereIs) {
  make_token(store(), "root", "a", {});
  tokenry_store_info* info = nullptr;
  ASSERT_EQ(tokenry_stat(store(), &info), TOKENRY_OK);
  EXPECT_EQ(info->struct_size, sizeof *info);
  EXPECT_EQ(info->format_version, 1U << 16 | 1U);
  EXPECT_EQ(info->sealed, 1U);
  EXPECT_EQ(info->scope_count, kScopeCount);
  EXPECT_STREQ(info->prefix, "tkry");
  EXPECT_EQ(std::strlen(info->store_id), 32U);
  EXPECT_EQ(info->owner_count, 1U);
  EXPECT_EQ(info->active_count, 1U);
  EXPECT_EQ(info->tampered_count, 0U);
  EXPECT_EQ(info->tampered_first, nullptr);
  EXPECT_EQ(info->map_size_bytes, kSmallMapBytes);
  tokenry_store_info_free(info);
}

}  // namespace
}  // namespace capi_tests
