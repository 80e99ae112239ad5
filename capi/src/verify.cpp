// Verification, and verdicts in words.
#include <cstring>

#include "arguments.hpp"
#include "model/verdict.hpp"
#include "outputs.hpp"
#include "wall.hpp"

using namespace tokenry;
using base::Code;
using base::Status;

namespace {

// The verdict before anything is known: not allowed.
void make_safe(tokenry_verdict& verdict) {
  const uint32_t size = verdict.struct_size;
  verdict = tokenry_verdict{};
  verdict.struct_size = size;
  verdict.reason = TOKENRY_UNAVAILABLE;
  verdict.http_status = model::reason_http_status(TOKENRY_UNAVAILABLE);
}

Status read_request(const tokenry_request& request, const engine::Store& store,
                    engine::Request& out) {
  if (request.flags != 0) return {Code::invalid_argument, "request: unknown flags"};
  if (request.credentials == nullptr && request.credentials_size != 0) {
    return capi::missing_argument("request: credentials");
  }
  out.credentials = {request.credentials == nullptr ? "" : request.credentials,
                     request.credentials_size};
  if (request.required != nullptr) {
    TOKENRY_TRY(
        capi::read_scope_set("request: required", request.required, store.tag(), out.required));
  }
  if (request.now_ms < 0) return {Code::invalid_argument, "request: now_ms must not be negative"};
  out.now_ms = request.now_ms;
  const std::span<const uint8_t, 16> address(request.address);
  if (request.address_size == 4) {
    out.address = model::make_address(address.first<4>());
  } else if (request.address_size == 16) {
    out.address = model::make_address(address);
  } else if (request.address_size != 0) {
    return {Code::invalid_argument, "request: address_size must be 0, 4 or 16"};
  }
  return {};
}

void write_verdict(const model::Verdict& from, uint64_t store_tag, tokenry_verdict& to) {
  to.reason = static_cast<int32_t>(from.reason);
  to.http_status = model::reason_http_status(to.reason);
  to.id = from.id;
  to.store_tag = store_tag;
  for (std::size_t i = 0; i < 4; ++i) {
    to.effective_bits[i] = from.effective.words[i];
    to.missing_bits[i] = from.missing.words[i];
  }
  to.expires_at_ms = from.expires_at_ms;
  to.judged_at_ms = from.judged_at_ms;
  to.retry_after_ms = from.retry_after_ms;
}

// A caller's verdict, if it is one of this store.
Status read_verdict(const tokenry_verdict* given, const engine::Store& store,
                    tokenry_verdict& out) {
  TOKENRY_TRY(capi::read_struct("verdict", given, out));
  const bool is_verdict = out.reason >= 0 && out.reason < model::kReasonCount;
  if (!is_verdict || (out.store_tag != store.tag() && out.id != 0)) {
    return {Code::invalid_argument, "verdict was not filled by tokenry_verify on this store"};
  }
  return {};
}

struct VerdictInfoOut : tokenry_verdict_info {
  VerdictInfoOut(const tokenry_verdict& verdict, std::optional<model::Token> token,
                 const model::Catalog& catalog)
      : tokenry_verdict_info{},
        token_(std::move(token)),
        scopes_(catalog.names(to_bits(verdict.effective_bits))),
        missing_(catalog.names(to_bits(verdict.missing_bits))) {
    struct_size = sizeof(tokenry_verdict_info);
    reason = model::reason_name(verdict.reason);
    public_message = model::reason_public_message(verdict.reason);
    if (token_) {
      id_text_ = engine::id_text(token_->details.id);
      id_text = id_text_.c_str();
      owner = token_->details.owner.c_str();
      label = token_->details.label.c_str();
    }
    scopes = scopes_.data();
    scope_count = scopes_.size();
    missing_scopes = missing_.data();
    missing_scope_count = missing_.size();
  }

 private:
  static model::ScopeBits to_bits(const uint64_t (&words)[4]) {
    return {{words[0], words[1], words[2], words[3]}};
  }

  std::optional<model::Token> token_;
  std::string id_text_;
  capi::NameArray scopes_;
  capi::NameArray missing_;
};

Status check_realm(std::string_view realm) {
  bool fits = realm.size() <= 256;
  for (const char c : realm) fits = fits && c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
  return fits ? Status()
              : Status(Code::invalid_argument,
                       "the realm must be up to 256 printable ASCII characters without quotes and "
                       "backslashes");
}

// The names of the scopes that were missing, with spaces between them.
Status list_missing(engine::Store& store, const tokenry_verdict& verdict, std::string& names) {
  TOKENRY_ASSIGN(const model::Catalog catalog, store.catalog());
  model::ScopeBits missing;
  for (std::size_t i = 0; i < 4; ++i) missing.words[i] = verdict.missing_bits[i];
  for (const std::string_view name : catalog.names(missing)) {
    if (!names.empty()) names += ' ';
    names += name;
  }
  return {};
}

std::string challenge(const tokenry_verdict& verdict, std::string_view realm,
                      std::string_view missing_scopes) {
  const int http_status = model::reason_http_status(verdict.reason);
  if (http_status != 400 && http_status != 401 && http_status != 403) return {};
  std::string text = "Bearer";
  const auto add = [&](std::string_view name, std::string_view value) {
    text += text == "Bearer" ? " " : ", ";
    text.append(name).append("=\"").append(value).append("\"");
  };
  if (!realm.empty()) add("realm", realm);
  if (const char* error = model::reason_bearer_error(verdict.reason)) {
    add("error", error);
    add("error_description", model::reason_public_message(verdict.reason));
  }
  if (verdict.reason == TOKENRY_SCOPE_DENIED) add("scope", missing_scopes);
  return text;
}

}  // namespace

extern "C" {

int tokenry_verify(tokenry_store* store, const tokenry_request* request, tokenry_verdict* verdict) {
  tokenry_verdict judged{};
  judged.struct_size = sizeof judged;
  make_safe(judged);
  // Also if its size was forgotten: a zeroed verdict would read as allowed.
  if (verdict != nullptr) make_safe(*verdict);
  const int code = capi::with_store(store, [&](engine::Store& open) -> Status {
    if (verdict != nullptr && !capi::is_struct_size<tokenry_verdict>(verdict->struct_size)) {
      return capi::wrong_struct_size("verdict", verdict->struct_size, sizeof judged);
    }
    tokenry_request copy{};
    TOKENRY_TRY(capi::read_struct("request", request, copy));
    engine::Request wanted;
    TOKENRY_TRY(read_request(copy, open, wanted));
    write_verdict(open.verify(wanted), open.tag(), judged);
    return {};
  });
  if (code != TOKENRY_OK) return code;
  if (verdict != nullptr) {
    judged.struct_size = verdict->struct_size;
    *verdict = judged;
  }
  return judged.reason;
}

int tokenry_verdict_describe(tokenry_store* store, const tokenry_verdict* verdict,
                             tokenry_verdict_info** info) {
  if (info != nullptr) *info = nullptr;
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    if (info == nullptr) return capi::missing_argument("info");
    tokenry_verdict copy{};
    TOKENRY_TRY(read_verdict(verdict, open, copy));
    TOKENRY_ASSIGN(const model::Catalog catalog, open.catalog());
    std::optional<model::Token> token;
    if (copy.id != 0) {
      base::Result<model::Token> found = open.show(copy.id);
      // Purged since, or not to be trusted: then there is nothing to say about it.
      const bool is_gone = found.code() == Code::not_found || found.code() == Code::tampered;
      if (!found.ok() && !is_gone) return found.status();
      if (found.ok()) token = std::move(found).value();
    }
    *info = new VerdictInfoOut(copy, std::move(token), catalog);
    return {};
  });
}

void tokenry_verdict_info_free(tokenry_verdict_info* info) {
  delete static_cast<VerdictInfoOut*>(info);
}

int tokenry_verdict_challenge(tokenry_store* store, const tokenry_verdict* verdict,
                              const char* realm, size_t realm_size, char* buffer, size_t capacity,
                              size_t* size) {
  if (size != nullptr) *size = 0;
  if (buffer != nullptr && capacity > 0) buffer[0] = '\0';
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    tokenry_verdict copy{};
    TOKENRY_TRY(read_verdict(verdict, open, copy));
    std::string_view name;
    TOKENRY_TRY(capi::read_text("realm", realm, realm_size, name));
    TOKENRY_TRY(check_realm(name));
    // Nothing is read for other denials: they are answered also when the catalog cannot be.
    std::string missing_scopes;
    if (copy.reason == TOKENRY_SCOPE_DENIED) {
      TOKENRY_TRY(list_missing(open, copy, missing_scopes));
    }
    const std::string text = challenge(copy, name, missing_scopes);
    if (size != nullptr) *size = text.size();
    if (buffer == nullptr || capacity <= text.size()) {
      return {Code::invalid_argument,
              "the buffer must hold " + std::to_string(text.size() + 1) + " bytes"};
    }
    std::memcpy(buffer, text.c_str(), text.size() + 1);
    return {};
  });
}

}  // extern "C"
