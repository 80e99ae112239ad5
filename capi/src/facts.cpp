// Names, numbers and ids: calls that need no store.
#include "arguments.hpp"
#include "model/event.hpp"
#include "model/limits.hpp"
#include "model/network.hpp"
#include "model/verdict.hpp"
#include "token/header.hpp"
#include "token/text.hpp"
#include "tokenry.h"
#include "wall.hpp"

using namespace tokenry;

// The engine's numbers are the header's.
static_assert(static_cast<int>(base::Code::invalid_argument) == TOKENRY_INVALID_ARGUMENT);
static_assert(static_cast<int>(base::Code::unknown_scope) == TOKENRY_UNKNOWN_SCOPE);
static_assert(static_cast<int>(base::Code::not_found) == TOKENRY_NOT_FOUND);
static_assert(static_cast<int>(base::Code::conflict) == TOKENRY_CONFLICT);
static_assert(static_cast<int>(base::Code::closed) == TOKENRY_CLOSED);
static_assert(static_cast<int>(base::Code::store_missing) == TOKENRY_STORE_MISSING);
static_assert(static_cast<int>(base::Code::store_exists) == TOKENRY_STORE_EXISTS);
static_assert(static_cast<int>(base::Code::permission_denied) == TOKENRY_PERMISSION_DENIED);
static_assert(static_cast<int>(base::Code::store_busy) == TOKENRY_STORE_BUSY);
static_assert(static_cast<int>(base::Code::store_full) == TOKENRY_STORE_FULL);
static_assert(static_cast<int>(base::Code::store_damaged) == TOKENRY_STORE_DAMAGED);
static_assert(static_cast<int>(base::Code::format_unsupported) == TOKENRY_FORMAT_UNSUPPORTED);
static_assert(static_cast<int>(base::Code::key_missing) == TOKENRY_KEY_MISSING);
static_assert(static_cast<int>(base::Code::key_wrong) == TOKENRY_KEY_WRONG);
static_assert(static_cast<int>(base::Code::tampered) == TOKENRY_TAMPERED);
static_assert(static_cast<int>(base::Code::filesystem_unsupported) ==
              TOKENRY_FILESYSTEM_UNSUPPORTED);
static_assert(static_cast<int>(base::Code::io_error) == TOKENRY_IO_ERROR);
static_assert(static_cast<int>(base::Code::no_memory) == TOKENRY_NO_MEMORY);
static_assert(static_cast<int>(base::Code::store_open_elsewhere) == TOKENRY_STORE_OPEN_ELSEWHERE);
static_assert(static_cast<int>(base::Code::internal_error) == TOKENRY_INTERNAL_ERROR);
static_assert(static_cast<int>(model::Reason::scope_denied) == TOKENRY_SCOPE_DENIED);
static_assert(static_cast<int>(model::Reason::tampered) == TOKENRY_VERDICT_TAMPERED);
static_assert(static_cast<int>(model::Reason::unavailable) == TOKENRY_UNAVAILABLE);
static_assert(static_cast<int>(model::TokenStatus::active) == TOKENRY_STATUS_ACTIVE);
static_assert(static_cast<int>(model::TokenStatus::revoked) == TOKENRY_STATUS_REVOKED);
static_assert(static_cast<int>(model::TokenStatus::tampered) == TOKENRY_STATUS_TAMPERED);
static_assert(static_cast<int>(model::Operation::store_created) == TOKENRY_OP_STORE_CREATED);
static_assert(static_cast<int>(model::Operation::created) == TOKENRY_OP_CREATED);
static_assert(static_cast<int>(model::Operation::frozen) == TOKENRY_OP_FROZEN);
static_assert(static_cast<int>(model::Operation::secret_retired) == TOKENRY_OP_SECRET_RETIRED);
static_assert(static_cast<int>(model::Operation::rows) == TOKENRY_OP_ROWS);
static_assert(static_cast<int>(model::FieldKind::text) == TOKENRY_FIELD_TEXT);
static_assert(static_cast<int>(model::FieldKind::flag) == TOKENRY_FIELD_FLAG);
static_assert(token::kIdText == TOKENRY_ID_TEXT_SIZE);
static_assert(token::kMaxCredentials == TOKENRY_MAX_CREDENTIALS);
static_assert(model::kMaxNetworks == TOKENRY_MAX_NETWORKS);
static_assert(model::kMaxRates == TOKENRY_MAX_RATES);
static_assert(model::kMaxRateCount == TOKENRY_MAX_RATE_COUNT);

extern "C" {

const char* tokenry_version(void) { return TOKENRY_VERSION_TEXT; }

const char* tokenry_status_name(int status) {
  switch (status) {
    case TOKENRY_OK:
      return "ok";
    case TOKENRY_INVALID_ARGUMENT:
      return "invalid_argument";
    case TOKENRY_UNKNOWN_SCOPE:
      return "unknown_scope";
    case TOKENRY_NOT_FOUND:
      return "not_found";
    case TOKENRY_CONFLICT:
      return "conflict";
    case TOKENRY_CLOSED:
      return "closed";
    case TOKENRY_STORE_MISSING:
      return "store_missing";
    case TOKENRY_STORE_EXISTS:
      return "store_exists";
    case TOKENRY_PERMISSION_DENIED:
      return "permission_denied";
    case TOKENRY_STORE_BUSY:
      return "store_busy";
    case TOKENRY_STORE_FULL:
      return "store_full";
    case TOKENRY_STORE_DAMAGED:
      return "store_damaged";
    case TOKENRY_FORMAT_UNSUPPORTED:
      return "format_unsupported";
    case TOKENRY_KEY_MISSING:
      return "key_missing";
    case TOKENRY_KEY_WRONG:
      return "key_wrong";
    case TOKENRY_TAMPERED:
      return "tampered";
    case TOKENRY_FILESYSTEM_UNSUPPORTED:
      return "filesystem_unsupported";
    case TOKENRY_IO_ERROR:
      return "io_error";
    case TOKENRY_NO_MEMORY:
      return "no_memory";
    case TOKENRY_STORE_OPEN_ELSEWHERE:
      return "store_open_elsewhere";
    case TOKENRY_INTERNAL_ERROR:
      return "internal_error";
    default:
      return "unknown_code";
  }
}

const char* tokenry_reason_name(int reason) { return model::reason_name(reason); }

int tokenry_reason_http_status(int reason) { return model::reason_http_status(reason); }

const char* tokenry_token_status_name(int token_status) {
  switch (token_status) {
    case TOKENRY_STATUS_ACTIVE:
      return "active";
    case TOKENRY_STATUS_NOT_YET_VALID:
      return "not_yet_valid";
    case TOKENRY_STATUS_EXPIRED:
      return "expired";
    case TOKENRY_STATUS_OWNER_SUSPENDED:
      return "owner_suspended";
    case TOKENRY_STATUS_SUSPENDED:
      return "suspended";
    case TOKENRY_STATUS_REVOKED:
      return "revoked";
    case TOKENRY_STATUS_TAMPERED:
      return "tampered";
    default:
      return "unknown_code";
  }
}

int tokenry_id_print(uint64_t id, char text[12]) {
  return capi::guarded([&]() -> base::Status {
    if (text == nullptr) return capi::missing_argument("text");
    token::print_id(id, text);
    text[token::kIdText] = '\0';
    return {};
  });
}

int tokenry_id_parse(const char* text, size_t text_size, uint64_t* id) {
  if (id != nullptr) *id = 0;
  return capi::guarded([&]() -> base::Status {
    if (id == nullptr) return capi::missing_argument("id");
    std::string_view digits;
    TOKENRY_TRY(capi::read_text("the id", text, text_size, digits));
    if (!token::parse_id(digits, *id)) {
      return {base::Code::invalid_argument, "an id is 11 digits of 0-9 A-Z a-z"};
    }
    return {};
  });
}

}  // extern "C"
