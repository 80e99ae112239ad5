// Programs that were built with the first header go on: their shorter structs are taken, and what
// they do not know of means its default.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "world.hpp"

namespace capi_tests {
namespace {

// The structs as the first header had them.
struct FirstTokenSpec {
  std::uint32_t struct_size;
  std::uint32_t flags;
  const char* owner;
  std::size_t owner_size;
  const char* label;
  std::size_t label_size;
  const char* note;
  std::size_t note_size;
  const tokenry_scope_set* scopes;
  std::int64_t expires_at_ms;
  std::int64_t not_before_ms;
};

struct FirstEditSpec {
  std::uint32_t struct_size;
  std::uint32_t fields;
  std::uint32_t flags;
  std::uint32_t reserved;
  const char* label;
  std::size_t label_size;
  const char* note;
  std::size_t note_size;
  const tokenry_scope_set* set_scopes;
  const tokenry_scope_set* add_scopes;
  const tokenry_scope_set* remove_scopes;
  std::int64_t expires_at_ms;
  std::int64_t not_before_ms;
};

static_assert(sizeof(FirstTokenSpec) == offsetof(tokenry_token_spec, allow_ips));
static_assert(sizeof(FirstEditSpec) == offsetof(tokenry_edit_spec, allow_ips));
static_assert(offsetof(FirstTokenSpec, not_before_ms) ==
              offsetof(tokenry_token_spec, not_before_ms));
static_assert(offsetof(FirstEditSpec, not_before_ms) == offsetof(tokenry_edit_spec, not_before_ms));

class OlderStructs : public testing::Test {
 protected:
  FirstTokenSpec spec(const char* label) const {
    auto spec = sized<FirstTokenSpec>();
    spec.owner = "root";
    spec.owner_size = 4;
    spec.label = label;
    spec.label_size = std::strlen(label);
    spec.scopes = &read_;
    return spec;
  }
  int edit(std::uint64_t id, const FirstEditSpec& spec) {
    return tokenry_edit(store_, "a", 1, id, reinterpret_cast<const tokenry_edit_spec*>(&spec),
                        nullptr);
  }
  static void expect_defaults(const tokenry_token_info& info) {
    EXPECT_EQ(info.allow_ip_count, 0U);
    EXPECT_EQ(info.max_uses, 0U);
    EXPECT_EQ(info.rate_count, 0U);
  }

  World world_;
  tokenry_store* store_ = world_.store();
  tokenry_scope_set read_ = scope_set(store_, {"read"});
};

TEST_F(OlderStructs, MakeOneToken) {
  FirstTokenSpec wanted = spec("one");
  wanted.note = "noted";
  wanted.note_size = 5;
  wanted.expires_at_ms = now_ms() + 100'000;
  wanted.not_before_ms = 5;
  tokenry_issued* issued = nullptr;
  ASSERT_EQ(
      tokenry_create(store_, "a", 1, reinterpret_cast<const tokenry_token_spec*>(&wanted), &issued),
      TOKENRY_OK)
      << tokenry_last_error();
  EXPECT_STREQ(issued->info->label, "one");
  EXPECT_STREQ(issued->info->note, "noted");
  EXPECT_EQ(issued->info->expires_at_ms, wanted.expires_at_ms);
  EXPECT_EQ(issued->info->not_before_ms, 5);
  expect_defaults(*issued->info);
  EXPECT_EQ(verify(store_, {issued->token, issued->token_size}, {"read"}).reason, TOKENRY_ALLOWED);
  tokenry_issued_free(issued);
}

// Their size is also the stride of their arrays.
TEST_F(OlderStructs, MakeManyTokens) {
  const std::vector<FirstTokenSpec> wanted{spec("a"), spec("b"), spec("c")};
  tokenry_issued_list* list = nullptr;
  ASSERT_EQ(tokenry_create_many(store_, "a", 1,
                                reinterpret_cast<const tokenry_token_spec*>(wanted.data()),
                                wanted.size(), &list),
            TOKENRY_OK)
      << tokenry_last_error();
  ASSERT_EQ(list->count, wanted.size());
  for (std::size_t i = 0; i < list->count; ++i) {
    EXPECT_STREQ(list->issued[i]->info->label, wanted[i].label);
    expect_defaults(*list->issued[i]->info);
  }
  tokenry_issued_list_free(list);
}

TEST_F(OlderStructs, OfTwoSizesInOneArrayAreRefused) {
  std::vector<FirstTokenSpec> wanted{spec("a"), spec("b")};
  wanted[1].struct_size = sizeof(tokenry_token_spec);  // would reach beyond the array
  tokenry_issued_list* list = nullptr;
  EXPECT_EQ(tokenry_create_many(store_, "a", 1,
                                reinterpret_cast<const tokenry_token_spec*>(wanted.data()),
                                wanted.size(), &list),
            TOKENRY_INVALID_ARGUMENT);
  EXPECT_EQ(list, nullptr);
}

// An edit by an older program leaves alone what that does not know of.
TEST_F(OlderStructs, EditAndLeaveTheRest) {
  const Token bound =
      make_token(store_, "root", "bound", {"read"},
                 {.allow_ips = {"192.0.2.1"}, .max_uses = 5, .rates = {{1, 1000}, {9, 60'000}}});
  auto changes = sized<FirstEditSpec>();
  changes.fields = TOKENRY_EDIT_LABEL | TOKENRY_EDIT_NOTE | TOKENRY_EDIT_SCOPES;
  changes.label = "renamed";
  changes.label_size = 7;
  changes.note = "noted";
  changes.note_size = 5;
  changes.set_scopes = &read_;
  ASSERT_EQ(edit(bound.id, changes), TOKENRY_OK) << tokenry_last_error();
  const Shown info(store_, bound.id);
  EXPECT_STREQ(info->label, "renamed");
  EXPECT_STREQ(info->note, "noted");
  ASSERT_EQ(info->allow_ip_count, 1U);
  EXPECT_STREQ(info->allow_ips[0], "192.0.2.1");
  EXPECT_EQ(info->max_uses, 5U);
  EXPECT_EQ(info->rate_count, 2U);
}

// A field that the struct has no room for is no empty list: that would admit from anywhere.
TEST_F(OlderStructs, CannotAskForWhatTheyDoNotHold) {
  const Token bound = make_token(store_, "root", "bound", {"read"},
                                 {.allow_ips = {"192.0.2.1"}, .max_uses = 5, .rates = {{1, 1000}}});
  const std::string before = picture_of(store_);
  auto changes = sized<FirstEditSpec>();
  for (const std::uint32_t field :
       {TOKENRY_EDIT_ALLOW_IPS, TOKENRY_EDIT_MAX_USES, TOKENRY_EDIT_RATES}) {
    changes.fields = field;
    EXPECT_EQ(edit(bound.id, changes), TOKENRY_INVALID_ARGUMENT) << field;
  }
  EXPECT_EQ(picture_of(store_), before);
}

}  // namespace
}  // namespace capi_tests
