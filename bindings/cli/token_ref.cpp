#include "token_ref.hpp"

#include "failure.hpp"
#include "secret_io.hpp"

namespace tokenry::cli {

TokenRef::TokenRef(std::string_view text) : shown_(text) {
  if (text == "-") {
    kind_ = Kind::kStandardInput;
    shown_ = "the token on standard input";
    return;
  }
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    owner_ = text.substr(0, slash);
    label_ = text.substr(slash + 1);
    return;
  }
  const auto id = parse_id(text);
  // The text is not repeated: it may be a token, given as an argument by mistake.
  if (!id)
    fail_usage(
        "a token is named by OWNER/LABEL, by its id of 11 digits, or by - with its "
        "text on standard input");
  kind_ = Kind::kId;
  id_ = *id;
}

std::uint64_t TokenRef::resolve(const Store& store, Status& status) const {
  if (kind_ == Kind::kId) {
    status = Status();
    return id_;
  }
  if (kind_ == Kind::kName) return store.find(owner_, label_, status);
  protect_process_memory();
  SecretText secret;
  secret.read_standard_input("Token");
  if (secret.too_long()) fail_usage("standard input holds more than a token");
  if (secret.view().empty()) fail_usage("standard input is empty; give a token's text there");
  return store.identify(secret.view(), status);
}

std::uint64_t TokenRef::resolve(const Store& store) const {
  Status status;
  const std::uint64_t id = resolve(store, status);
  if (!status.ok()) throw Error(status);
  return id;
}

std::vector<TokenRef> parse_token_refs(const std::vector<std::string>& texts) {
  std::vector<TokenRef> refs;
  refs.reserve(texts.size());
  bool has_standard_input = false;
  for (const std::string& text : texts) {
    refs.emplace_back(text);
    if (!refs.back().is_standard_input()) continue;
    if (has_standard_input) fail_usage("only one - can be given: standard input holds one token");
    has_standard_input = true;
  }
  return refs;
}

}  // namespace tokenry::cli
