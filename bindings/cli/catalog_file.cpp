#include "catalog_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <system_error>

#include "failure.hpp"

namespace tokenry::cli {
namespace {

using Json = nlohmann::ordered_json;

// Far above what 256 scopes with the longest texts take.
constexpr std::size_t kMaxFileSize = 1024 * 1024;

struct Closer {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

std::string read_file(const std::string& path) {
  const auto fail = [&path] {
    fail_usage("cannot read the catalog " + path + ": " + std::generic_category().message(errno));
  };
  const std::unique_ptr<std::FILE, Closer> file(std::fopen(path.c_str(), "re"));
  if (!file) fail();
  std::string text(kMaxFileSize + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) fail();
  if (text.size() > kMaxFileSize) fail_usage(path + ": a catalog holds at most 1 MiB");
  return text;
}

// The parser keeps the last of two equal keys; a catalog that says two things is refused.
class DuplicateKeys {
 public:
  bool operator()(int /*depth*/, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) open_.emplace_back();
    if (event == Json::parse_event_t::object_end) open_.pop_back();
    if (event == Json::parse_event_t::key && !open_.back().insert(parsed).second &&
        duplicate_.empty()) {
      duplicate_ = parsed;
    }
    return true;
  }
  [[nodiscard]] const std::string& duplicate() const noexcept { return duplicate_; }

 private:
  std::vector<std::set<std::string>> open_;
  std::string duplicate_;
};

// What the parser says after "[json.exception.parse_error.101] parse error at ...: ".
std::string reason_of(const Json::parse_error& error) {
  const std::string_view text = error.what();
  const std::size_t begin = text.find(": ");
  return std::string(begin == std::string_view::npos ? text : text.substr(begin + 2));
}

Json parse(const std::string& path, const std::string& text) {
  DuplicateKeys keys;
  Json json;
  try {
    json = Json::parse(text, std::ref(keys));
  } catch (const Json::parse_error& error) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size()));
    const auto line = std::count(text.begin(), end, '\n') + 1;
    fail_usage(path + ":" + std::to_string(line) + ": not valid JSON: " + reason_of(error));
  }
  if (!keys.duplicate().empty())
    fail_usage(path + ": key \"" + keys.duplicate() + "\" stands twice");
  return json;
}

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::string lower_case(std::string name) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

// The library's own rules, checked here so that the message can say where the scope stands.
void check_scope(const std::string& where, const Scope& scope) {
  const auto allowed = [](char c) {
    return is_letter_or_digit(c) || std::string_view("._:/-").find(c) != std::string_view::npos;
  };
  const std::string& name = scope.name;
  if (name.empty() || name.size() > TOKENRY_MAX_SCOPE_NAME || !is_letter_or_digit(name.front()) ||
      !std::all_of(name.begin(), name.end(), allowed)) {
    fail_usage(where +
               ".name: must be 1 to 64 of A-Z a-z 0-9 . _ : / - and begin with a letter or "
               "digit, not \"" +
               name + "\"");
  }
  if (scope.group.size() > TOKENRY_MAX_SCOPE_TEXT) {
    fail_usage(where + ".group: must hold at most 256 bytes");
  }
  if (scope.text.size() > TOKENRY_MAX_SCOPE_TEXT) {
    fail_usage(where + ".text: must hold at most 256 bytes");
  }
}

// One object of "scopes"; where names it in messages.
Scope read_scope(const std::string& where, const Json& json) {
  if (!json.is_object()) fail_usage(where + ": must be an object");
  Scope scope;
  bool has_name = false;
  for (const auto& [key, value] : json.items()) {
    const bool is_text = key == "name" || key == "group" || key == "text";
    const bool is_flag = key == "everything" || key == "escalates";
    if (!is_text && !is_flag) {
      fail_usage(where + ": unknown key \"" + key +
                 "\"; known are name, group, text, everything and escalates");
    }
    if (is_text && !value.is_string()) fail_usage(where + "." + key + ": must be a string");
    if (is_flag && !value.is_boolean()) fail_usage(where + "." + key + ": must be true or false");
    if (key == "name") scope.name = value.get<std::string>();
    if (key == "group") scope.group = value.get<std::string>();
    if (key == "text") scope.text = value.get<std::string>();
    if (key == "everything") scope.everything = value.get<bool>();
    if (key == "escalates") scope.escalates = value.get<bool>();
    has_name = has_name || key == "name";
  }
  if (!has_name) fail_usage(where + ": key \"name\" is missing");
  check_scope(where, scope);
  return scope;
}

}  // namespace

std::vector<Scope> read_catalog_file(const std::string& path) {
  const Json json = parse(path, read_file(path));
  if (!json.is_object()) fail_usage(path + ": must be an object with the key \"scopes\"");
  for (const auto& [key, value] : json.items()) {
    if (key != "scopes") fail_usage(path + ": unknown key \"" + key + "\"; known is scopes");
    if (!value.is_array()) fail_usage(path + ": scopes: must be an array");
  }
  if (json.empty()) fail_usage(path + ": key \"scopes\" is missing");
  if (json["scopes"].size() > TOKENRY_MAX_SCOPES) {
    fail_usage(path + ": a catalog holds at most 256 scopes");
  }
  std::vector<Scope> scopes;
  std::set<std::string> names;
  for (const Json& item : json["scopes"]) {
    const std::string where = path + ": scopes[" + std::to_string(scopes.size()) + "]";
    scopes.push_back(read_scope(where, item));
    if (!names.insert(lower_case(scopes.back().name)).second) {
      fail_usage(where + ".name: \"" + scopes.back().name +
                 "\" stands twice; names that differ only in case count as one");
    }
  }
  return scopes;
}

}  // namespace tokenry::cli
