// Words for checking a store: what is found, in one text.
#pragma once

#include <sstream>
#include <string>

#include "engine/check.hpp"
#include "store_fixture.hpp"

namespace tokenry::engine {

class CheckTest : public StoreTest {
 protected:
  base::Result<CheckReport> check() { return check_at(directory()); }
  base::Result<CheckReport> check_at(const std::string& path) {
    CheckOptions options;
    options.key = &key_;
    return check_store(path, options);
  }

  // The findings, a line each; the error if nothing could be looked at; "" if all is well.
  std::string found() {
    const auto report = check();
    if (!report.ok()) return "error: " + report.status().text();
    std::string text;
    for (const std::string& line : report->findings.lines()) text += line + "\n";
    return text;
  }
  // Likewise, but only what rows say of each other, without what the log says of them.
  std::string found_in_rows() {
    std::istringstream all(found());
    std::string rows;
    for (std::string line; std::getline(all, line);) {
      if (line.find("event") == std::string::npos) rows += line + "\n";
    }
    return rows;
  }
  // Whether the log tells that the row is not as it was written last.
  bool log_tells_of(const std::string& row, const std::string& how) {
    std::istringstream all(found());
    for (std::string line; std::getline(all, line);) {
      if (line.starts_with(row + " is " + how) && line.find("event") != std::string::npos) {
        return true;
      }
    }
    return false;
  }
  // Whether anything is wrong, or says so.
  bool notices() {
    const auto report = check();
    return !report.ok() || !report->findings.empty();
  }

  // A store in which everything occurs: owners with and without a ceiling, one suspended; tokens of
  // each state; slots given back and used again; lists of free pages.
  void given_a_full_store(int tokens) {
    for (const char* owner : {"amy", "bob", "root"}) given(std::string(owner) + "/first", {"all"});
    EXPECT_EQ(set_ceiling("amy", {"list-accts", "edit-dns"}), Code::ok);
    EXPECT_EQ(set_ceiling("bob", {"all"}), Code::ok);
    for (int i = 0; i < tokens; ++i) {
      const char* const owners[] = {"amy", "bob", "carol", "dave"};
      const std::string name = std::string(owners[i % 4]) + "/t" + std::to_string(i);
      given(name, i % 3 == 0 ? Scopes{"edit-dns", "restart"} : Scopes{"list-accts"},
            {.expires_at_ms = i % 5 == 0 ? std::int64_t{4'000'000'000'000} : 0,
             .note = std::string(static_cast<std::size_t>(i) % 90, 'n')});
      const bool is_purged = i % 14 == 0;
      const bool is_revoked = i % 7 == 0;
      if (is_revoked) {
        EXPECT_EQ(revoke(name), Code::ok) << name;
      }
      if (is_purged) {
        EXPECT_EQ(purge(name), Code::ok) << name;
      }
      if (!is_revoked && i % 11 == 5) {
        EXPECT_EQ(suspend(name), Code::ok) << name;
      }
    }
    EXPECT_EQ(suspend_owner("carol"), Code::ok);
    EXPECT_EQ(rename_owner("dave", "david"), Code::ok);
    EXPECT_EQ(revoke("bob/first"), Code::ok);
    EXPECT_EQ(purge("bob/first"), Code::ok);
  }
};

}  // namespace tokenry::engine
