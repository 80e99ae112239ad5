// Every function with every argument spoilt in every way: a code, one line of text, safe outputs
// and nothing changed.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "arguments.hpp"
#include "entries.hpp"
#include "spoilers.hpp"
#include "world.hpp"

namespace capi_tests {
namespace {

bool has(const Entry& entry, Part part) {
  return std::find(entry.parts.begin(), entry.parts.end(), part) != entry.parts.end();
}

// What the good arguments are for this entry.
void prepare(const Entry& entry, Arguments& arguments) {
  if (has(entry, Part::new_path)) arguments.path.set(arguments.scene.world.path() + "-2");
  if (has(entry, Part::revoked_ids)) arguments.ids[0] = arguments.scene.revoked.id;
  if (has(entry, Part::rotated_id)) arguments.id = arguments.scene.rotating.id;
}

bool is_one_line(const std::string& text) {
  return !text.empty() && std::none_of(text.begin(), text.end(),
                                       [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
}

// Leaves a known text as the thread's last error.
void leave_an_error() {
  ASSERT_EQ(tokenry_id_parse("?", 1, nullptr), TOKENRY_INVALID_ARGUMENT);
  ASSERT_STREQ(tokenry_last_error(), "id must not be NULL");
}

class BadInput : public testing::TestWithParam<Entry> {};

TEST_P(BadInput, IsRefusedWholly) {
  Scene scene;
  const Entry& entry = GetParam();
  const std::string before = scene.picture();
  for (const Part part : entry.parts) {
    const std::vector<Spoiler> spoilers = spoilers_of(part);
    ASSERT_FALSE(spoilers.empty());
    for (const Spoiler& spoiler : spoilers) {
      SCOPED_TRACE(testing::Message() << entry.symbol << ", argument " << static_cast<int>(part)
                                      << ": " << spoiler.name);
      Arguments arguments(scene);
      prepare(entry, arguments);
      spoiler.spoil(arguments);
      leave_an_error();
      EXPECT_EQ(entry.call(arguments), spoiler.code) << tokenry_last_error();
      EXPECT_TRUE(is_one_line(tokenry_last_error())) << tokenry_last_error();
      EXPECT_TRUE(arguments.outputs_are_safe);
    }
  }
  EXPECT_EQ(scene.picture(), before);
}

TEST_P(BadInput, ExtremesAreTaken) {
  const Entry& entry = GetParam();
  for (const Part part : entry.parts) {
    for (const Spoiler& extreme : extremes_of(part)) {
      SCOPED_TRACE(testing::Message() << entry.symbol << ", argument " << static_cast<int>(part)
                                      << ": " << extreme.name);
      Scene scene;
      Arguments arguments(scene);
      prepare(entry, arguments);
      extreme.spoil(arguments);
      const int code = entry.call(arguments);
      const bool names_nobody = part == Part::owner || part == Part::label;
      if (!names_nobody || code != TOKENRY_NOT_FOUND) {
        EXPECT_EQ(code, TOKENRY_OK) << tokenry_last_error();
      }
      EXPECT_TRUE(arguments.outputs_are_safe);
    }
  }
}

// Else the refusals above could be for another reason.
TEST_P(BadInput, TheGoodArgumentsAreGood) {
  Scene scene;
  Arguments arguments(scene);
  prepare(GetParam(), arguments);
  EXPECT_EQ(GetParam().call(arguments), TOKENRY_OK) << tokenry_last_error();
  EXPECT_TRUE(arguments.outputs_are_safe);
}

INSTANTIATE_TEST_SUITE_P(Every, BadInput, testing::ValuesIn(fallible_entries()),
                         [](const auto& parameter) { return std::string(parameter.param.symbol); });

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

// The words of a text that begin with tokenry_ and stand before one of the `ends`.
std::set<std::string> symbols_in(const std::string& text, std::string_view ends) {
  constexpr std::string_view kPrefix = "tokenry_";
  std::set<std::string> symbols;
  for (std::size_t at = text.find(kPrefix); at != std::string::npos;) {
    std::size_t end = at;
    while (end < text.size() && is_name_character(text[end])) ++end;
    const bool is_whole = at == 0 || !is_name_character(text[at - 1]);
    const bool is_ended = end < text.size() && ends.find(text[end]) != std::string_view::npos;
    if (is_whole && is_ended) symbols.insert(text.substr(at, end - at));
    at = text.find(kPrefix, end);
  }
  return symbols;
}

// The functions that the header declares: the names before a parenthesis, comments left out.
std::set<std::string> declared_symbols() {
  std::string header = read_file(TOKENRY_TEST_HEADER);
  for (std::size_t at = header.find("/*"); at != std::string::npos; at = header.find("/*")) {
    const std::size_t end = header.find("*/", at);
    header.erase(at, end == std::string::npos ? end : end + 2 - at);
  }
  return symbols_in(header, "(");
}

TEST(Entries, AreAllThatTheHeaderDeclares) {
  std::set<std::string> listed(infallible_entries().begin(), infallible_entries().end());
  for (const Entry& entry : fallible_entries()) {
    EXPECT_TRUE(listed.insert(entry.symbol).second) << entry.symbol << " stands twice";
  }
  const std::set<std::string> declared = declared_symbols();
  EXPECT_EQ(listed, declared);
  EXPECT_GT(declared.size(), 40U);
}

TEST(Entries, AreAllThatTheLibraryShows) {
  // capi/abi/symbols.txt is held against the library by the structure tests.
  const std::set<std::string> shown = symbols_in(read_file(TOKENRY_TEST_SYMBOLS), "\n");
  EXPECT_EQ(shown, declared_symbols());
  for (const std::string& name : shown) {
    EXPECT_NE(::dlsym(RTLD_DEFAULT, name.c_str()), nullptr) << name;
  }
}

TEST(Infallible, FreesTakeNull) {
  tokenry_store_info_free(nullptr);
  tokenry_scope_list_free(nullptr);
  tokenry_owner_info_free(nullptr);
  tokenry_owner_list_free(nullptr);
  tokenry_token_info_free(nullptr);
  tokenry_issued_free(nullptr);
  tokenry_issued_list_free(nullptr);
  tokenry_verdict_info_free(nullptr);
  tokenry_event_free(nullptr);
  tokenry_check_report_free(nullptr);
  EXPECT_EQ(tokenry_close(nullptr), TOKENRY_OK);
  EXPECT_EQ(tokenry_cursor_free(nullptr), TOKENRY_OK);
  EXPECT_EQ(tokenry_log_free(nullptr), TOKENRY_OK);
}

TEST(Infallible, NamesTakeAnyNumber) {
  for (const int number : {INT32_MIN, -1, 19, 99, 120, 1000, INT32_MAX}) {
    EXPECT_STREQ(tokenry_status_name(number), "unknown_code");
    EXPECT_STREQ(tokenry_reason_name(number), "unknown_code");
    EXPECT_STREQ(tokenry_token_status_name(number), "unknown_code");
    EXPECT_EQ(tokenry_reason_http_status(number), 503);
  }
  EXPECT_STREQ(tokenry_token_status_name(0), "unknown_code");
  EXPECT_STREQ(tokenry_token_status_name(8), "unknown_code");
}

TEST(Infallible, NumbersHaveTheirNames) {
  std::set<std::string> names;
  EXPECT_STREQ(tokenry_status_name(TOKENRY_OK), "ok");
  for (int code = TOKENRY_INVALID_ARGUMENT; code <= TOKENRY_INTERNAL_ERROR; ++code) {
    EXPECT_TRUE(names.insert(tokenry_status_name(code)).second) << code;
  }
  EXPECT_EQ(names.count("unknown_code"), 0U);
  EXPECT_STREQ(tokenry_status_name(TOKENRY_STORE_OPEN_ELSEWHERE), "store_open_elsewhere");
  EXPECT_STREQ(tokenry_token_status_name(TOKENRY_STATUS_ACTIVE), "active");
  EXPECT_STREQ(tokenry_token_status_name(TOKENRY_STATUS_NOT_YET_VALID), "not_yet_valid");
  EXPECT_STREQ(tokenry_token_status_name(TOKENRY_STATUS_EXPIRED), "expired");
  EXPECT_STREQ(tokenry_token_status_name(TOKENRY_STATUS_OWNER_SUSPENDED), "owner_suspended");
  EXPECT_STREQ(tokenry_token_status_name(TOKENRY_STATUS_SUSPENDED), "suspended");
  EXPECT_STREQ(tokenry_token_status_name(TOKENRY_STATUS_REVOKED), "revoked");
  EXPECT_STREQ(tokenry_token_status_name(TOKENRY_STATUS_TAMPERED), "tampered");
}

TEST(Infallible, VersionIsThatOfTheProject) {
  EXPECT_STREQ(tokenry_version(), TOKENRY_TEST_VERSION);
}

}  // namespace
}  // namespace capi_tests
