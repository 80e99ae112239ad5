// The JSON of the command line, each answer as one line without its end. Scripts read it: keys and
// their order never change. Bytes that are not UTF-8 become U+FFFD.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tokenry.hpp>
#include <vector>

namespace tokenry::cli {

// A token as `list` prints it; `show` and `edit` add the note.
std::string token_json(const TokenInfo& token);
std::string token_json_with_note(const TokenInfo& token);

// What `create` prints after the token's text, which must not be copied into a JSON value: the
// object without its opening brace.
std::string created_json_tail(const TokenInfo& token);

// What `verify` prints. info is read only if the verdict has an id.
std::string verdict_json(const Verdict& verdict, const VerdictInfo& info);

// What became of a token that a command named.
struct TokenOutcome {
  std::string shown;  // as it was named
  std::uint64_t id = 0;
  Code code = Code::kOk;
};

// What `suspend`, `resume`, `revoke` and `purge` print: the ids of the changed tokens under done,
// and the others.
std::string outcomes_json(std::string_view done, const std::vector<TokenOutcome>& outcomes,
                          bool dry_run);

// freeze, thaw: what the store is then.
std::string frozen_json(bool frozen);

// What `backup` made.
struct BackupFacts {
  bool has_key = false;
  std::uint64_t data_bytes = 0;
};
std::string backup_json(const std::string& directory, const BackupFacts& facts);

std::string check_json(const CheckReport& report);

std::string scope_json(const Scope& scope);
std::string owner_json(const OwnerInfo& owner);
std::string deleted_owner_json(const std::string& owner, std::uint64_t revoked_count);
std::string store_json(const StoreInfo& info);
std::string created_store_json(const std::string& directory, const StoreInfo& info);
// The items, one a line.
std::string json_array(const std::vector<std::string>& items);

std::string error_json(Code code, const std::string& message);

// "1.0": the format of a store, major and minor.
std::string format_text(std::uint32_t format_version);

}  // namespace tokenry::cli
