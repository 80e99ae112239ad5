// The JSON shapes of the command line. Scripts read them: keys and their order never change.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <tokenry.hpp>

namespace tokenry::cli {

using Json = nlohmann::ordered_json;

// One line, without its end. Bytes that are not UTF-8 become U+FFFD.
std::string json_line(const Json& value);

// An RFC 3339 string, or null for 0.
Json json_time(std::int64_t time);

// A token as `list` prints it; `show` and `edit` add the note.
Json token_json(const TokenInfo& token);
Json token_json_with_note(const TokenInfo& token);

// What `create` prints, but for the token's text, which must not be copied into a Json.
Json created_json(const TokenInfo& token);

// What `verify` prints. info is read only if the verdict has an id.
Json verdict_json(const Verdict& verdict, const VerdictInfo& info);

// "1.0": the format of a store, major and minor.
std::string format_text(std::uint32_t format_version);

Json scope_json(const Scope& scope);
Json owner_json(const OwnerInfo& owner);
Json store_json(const StoreInfo& info);

}  // namespace tokenry::cli
