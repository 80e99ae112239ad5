// tokenry.hpp - the C++ face of Tokenry: RAII over tokenry.h, header-only, C++17 or later, with no
// dependency but the standard library. What each call does, its codes and its promises stand in
// tokenry.h; what is added here stands below.
//
// RULES OF THE WHOLE FACE
//
// Results    Values are returned: std::string, std::vector and plain structs that own all they
//            hold, so nothing here needs freeing and nothing dangles when the store closes.
// Errors     Every call that can fail comes twice. With a trailing Status& it never throws an
//            Error: it sets the status (also to "ok") and returns an empty value on failure.
//            Without it, it calls the first one and throws Error where that one would have set a
//            failure. Verification never throws and takes no Status: the Verdict says it all.
//            Both forms pass on std::bad_alloc; verify() allocates nothing in this header.
//            Built with -fno-exceptions the header offers the Status& forms alone.
// Strings    In: std::string_view, read during the call only. Spec and option structs hold views
//            likewise, so what they point at must live until the call returns.
// Times      std::int64_t milliseconds since 1970-01-01T00:00:00Z; 0 is "none".
// Secrets    Only Issued::token() ever shows a token's text. Issued cannot be copied or streamed,
//            and wipes the text when it dies.
// Threads    A Store may be used from any number of threads at once, but for moving, closing and
//            destroying it. Any other object is for one thread at a time.
#ifndef TOKENRY_HPP
#define TOKENRY_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tokenry.h"

#if defined(__cpp_exceptions) || defined(__EXCEPTIONS)
#define TOKENRY_HPP_EXCEPTIONS 1
#include <stdexcept>
#else
#define TOKENRY_HPP_EXCEPTIONS 0
#endif

namespace tokenry {

// ---- codes -----------------------------------------------------------------------------------

// What a call came to; the numbers are enum tokenry_status.
enum class Code : int {
  kOk = TOKENRY_OK,
  kInvalidArgument = TOKENRY_INVALID_ARGUMENT,
  kUnknownScope = TOKENRY_UNKNOWN_SCOPE,
  kNotFound = TOKENRY_NOT_FOUND,
  kConflict = TOKENRY_CONFLICT,
  kClosed = TOKENRY_CLOSED,
  kStoreMissing = TOKENRY_STORE_MISSING,
  kStoreExists = TOKENRY_STORE_EXISTS,
  kPermissionDenied = TOKENRY_PERMISSION_DENIED,
  kStoreBusy = TOKENRY_STORE_BUSY,
  kStoreFull = TOKENRY_STORE_FULL,
  kStoreDamaged = TOKENRY_STORE_DAMAGED,
  kFormatUnsupported = TOKENRY_FORMAT_UNSUPPORTED,
  kKeyMissing = TOKENRY_KEY_MISSING,
  kKeyWrong = TOKENRY_KEY_WRONG,
  kTampered = TOKENRY_TAMPERED,
  kFilesystemUnsupported = TOKENRY_FILESYSTEM_UNSUPPORTED,
  kIoError = TOKENRY_IO_ERROR,
  kNoMemory = TOKENRY_NO_MEMORY,
  kStoreOpenElsewhere = TOKENRY_STORE_OPEN_ELSEWHERE,
  kInternalError = TOKENRY_INTERNAL_ERROR
};

// The outcome of a verification; the numbers are enum tokenry_reason.
enum class Reason : int {
  kAllowed = TOKENRY_ALLOWED,
  kNoCredentials = TOKENRY_NO_CREDENTIALS,
  kBadHeader = TOKENRY_BAD_HEADER,
  kMalformed = TOKENRY_MALFORMED,
  kUnknown = TOKENRY_UNKNOWN,
  kExpired = TOKENRY_EXPIRED,
  kNotYetValid = TOKENRY_NOT_YET_VALID,
  kRevoked = TOKENRY_REVOKED,
  kSuspended = TOKENRY_SUSPENDED,
  kOwnerSuspended = TOKENRY_OWNER_SUSPENDED,
  kOwnerMismatch = TOKENRY_OWNER_MISMATCH,
  kRetiredSecret = TOKENRY_RETIRED_SECRET,
  kAddressDenied = TOKENRY_ADDRESS_DENIED,
  kScopeDenied = TOKENRY_SCOPE_DENIED,
  kRateLimited = TOKENRY_RATE_LIMITED,
  kUsesExhausted = TOKENRY_USES_EXHAUSTED,
  kTampered = TOKENRY_VERDICT_TAMPERED,
  kFrozen = TOKENRY_FROZEN,
  kUnavailable = TOKENRY_UNAVAILABLE
};

// A token's status as people see it; the numbers are enum tokenry_token_status.
enum class TokenStatus : int {
  kActive = TOKENRY_STATUS_ACTIVE,
  kNotYetValid = TOKENRY_STATUS_NOT_YET_VALID,
  kExpired = TOKENRY_STATUS_EXPIRED,
  kOwnerSuspended = TOKENRY_STATUS_OWNER_SUSPENDED,
  kSuspended = TOKENRY_STATUS_SUSPENDED,
  kRevoked = TOKENRY_STATUS_REVOKED,
  kTampered = TOKENRY_STATUS_TAMPERED
};

enum class LogLevel : int {
  kInfo = TOKENRY_LOG_INFO,
  kWarning = TOKENRY_LOG_WARNING,
  kError = TOKENRY_LOG_ERROR
};

// The library's version, "major.minor.patch".
inline std::string_view version() noexcept { return tokenry_version(); }

// The names behind the numbers, such as "not_found", "scope_denied" and "expired". Static text.
inline std::string_view name(Code code) noexcept {
  return tokenry_status_name(static_cast<int>(code));
}
inline std::string_view name(Reason reason) noexcept {
  return tokenry_reason_name(static_cast<int>(reason));
}
inline std::string_view name(TokenStatus status) noexcept {
  return tokenry_token_status_name(static_cast<int>(status));
}

// The outcome of a call: ok, or a code with one line of text that never holds a secret.
class Status {
 public:
  Status() = default;
  Status(Code code, std::string_view message) : code_(code), message_(message) {}

  [[nodiscard]] bool ok() const noexcept { return code_ == Code::kOk; }
  [[nodiscard]] Code code() const noexcept { return code_; }
  // "" when ok.
  [[nodiscard]] const std::string& message() const noexcept { return message_; }

  // Takes over a C call's result together with the thread's last error; true when it is ok.
  bool take(int code) {
    code_ = static_cast<Code>(code);
    message_.assign(ok() ? "" : tokenry_last_error());
    return ok();
  }

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

#if TOKENRY_HPP_EXCEPTIONS
// What the forms without Status& throw. what() is the one line of text.
class Error : public std::runtime_error {
 public:
  explicit Error(const Status& status)
      : std::runtime_error(status.message()), code_(status.code()) {}
  [[nodiscard]] Code code() const noexcept { return code_; }

 private:
  Code code_;
};
#endif

namespace detail {

// A zeroed C struct that carries its size.
template <typename Struct>
Struct sized() noexcept {
  Struct value{};
  value.struct_size = static_cast<std::uint32_t>(sizeof(Struct));
  return value;
}

// Holds what the library allocated until it is copied out, also if the copying throws.
template <typename Struct, void (*free_struct)(Struct*)>
struct Freer {
  void operator()(Struct* value) const noexcept { free_struct(value); }
};
template <typename Struct, void (*free_struct)(Struct*)>
using Owned = std::unique_ptr<Struct, Freer<Struct, free_struct>>;

inline std::string text_or_empty(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

inline std::vector<std::string> texts(const char* const* items, std::size_t count) {
  return std::vector<std::string>(items, items + count);
}

inline std::array<std::uint64_t, 4> bits(const std::uint64_t (&words)[4]) noexcept {
  return {words[0], words[1], words[2], words[3]};
}

#if TOKENRY_HPP_EXCEPTIONS
// Runs the Status& form of a call and throws what it reports.
template <typename Call>
auto or_throw(Call&& call) {
  Status status;
  if constexpr (std::is_void_v<decltype(call(status))>) {
    call(status);
    if (!status.ok()) throw Error(status);
  } else {
    auto result = call(status);
    if (!status.ok()) throw Error(status);
    return result;
  }
}
#endif

}  // namespace detail

// ---- ids -------------------------------------------------------------------------------------

// An id as the 11 base62 digits that also stand in the token's text.
inline std::string print_id(std::uint64_t id) {
  char text[TOKENRY_ID_TEXT_SIZE + 1];
  tokenry_id_print(id, text);
  return text;
}

// The id of exactly 11 base62 digits, or nothing.
inline std::optional<std::uint64_t> parse_id(std::string_view text) noexcept {
  std::uint64_t id = 0;
  if (tokenry_id_parse(text.data(), text.size(), &id) != TOKENRY_OK) return std::nullopt;
  return id;
}

// ---- scopes ----------------------------------------------------------------------------------

// A named permission. As input, bit is ignored: a scope gets the next free one.
struct Scope {
  std::string name;
  std::string group;
  std::string text;
  bool everything = false;  // contains every other scope, also those added later
  bool escalates = false;   // lets its holder gain rights beyond the token
  std::uint32_t bit = 0;    // 0 to 255
};

// Scopes of one store, resolved to bits: prepare once with Store::scope_set, use for every
// verification. A plain value that never goes stale; a default one is the empty set of any store.
class ScopeSet {
 public:
  ScopeSet() noexcept : raw_(detail::sized<tokenry_scope_set>()) {}
  explicit ScopeSet(const tokenry_scope_set& raw) noexcept : raw_(raw) {}

  [[nodiscard]] bool empty() const noexcept {
    return (raw_.bits[0] | raw_.bits[1] | raw_.bits[2] | raw_.bits[3]) == 0;
  }
  // Whether bit (0 to 255) itself is in the set; `everything` is not expanded here.
  [[nodiscard]] bool has_bit(std::uint32_t bit) const noexcept {
    return bit < TOKENRY_MAX_SCOPES && ((raw_.bits[bit / 64] >> (bit % 64)) & 1) != 0;
  }
  [[nodiscard]] const tokenry_scope_set& raw() const noexcept { return raw_; }

 private:
  tokenry_scope_set raw_;
};

// ---- owners and tokens -----------------------------------------------------------------------

// An account that tokens act for.
struct OwnerInfo {
  std::string name;
  bool suspended = false;
  bool ceiling_everything = false;   // every scope, also those added later
  std::vector<std::string> ceiling;  // the scopes that the owner may have, by name
  std::uint64_t token_count = 0;     // tokens that are not revoked
  std::int64_t created_at_ms = 0;
  std::string created_by;
};

// So many uses at once, and then one more whenever period_ms / count has passed.
using Rate = tokenry_rate;

// Everything about a token but its secret.
struct TokenInfo {
  std::uint64_t id = 0;
  std::string id_text;
  TokenStatus status = TokenStatus::kActive;  // at the time of the call
  std::string owner;
  std::string label;
  std::string note;
  std::string created_by;
  std::string updated_by;
  std::vector<std::string> scopes;            // granted, in catalog order
  std::vector<std::string> effective_scopes;  // granted and within the owner's ceiling, expanded
  std::array<std::uint64_t, 4> granted_bits{};
  std::array<std::uint64_t, 4> effective_bits{};
  std::int64_t created_at_ms = 0;
  std::int64_t secret_created_at_ms = 0;
  std::int64_t not_before_ms = 0;
  std::int64_t expires_at_ms = 0;  // the first millisecond at which it no longer works
  std::int64_t updated_at_ms = 0;
  std::int64_t revoked_at_ms = 0;
  std::int64_t last_used_at_ms = 0;         // to the second; 0: never
  std::optional<std::string> last_used_ip;  // if an address was given then
  std::uint64_t use_count = 0;              // verifications that were allowed
  std::uint64_t denied_count = 0;           // denied though the right secret was shown
  std::vector<std::string> exercised_scopes;
  std::array<std::uint64_t, 4> exercised_bits{};
  std::vector<std::string> allow_ips;  // where it may be used from; none: anywhere
  std::uint64_t max_uses = 0;          // since that limit was set; 0: no limit
  std::uint64_t uses_left = 0;         // of max_uses
  std::vector<Rate> rates;
  std::int64_t overlap_ends_at_ms = 0;  // when the previous secret ended or ends; 0: never rotated
  bool retires_on_use = false;          // the newest secret's first use ends the overlap
  bool newest_secret_used = false;      // shown since the last rotation
  std::int64_t previous_secret_seen_at_ms = 0;  // last shown, accepted or not
};

// A token to make; owner, label and scopes are needed.
struct TokenSpec {
  std::string_view owner;
  std::string_view label;
  std::string_view note;
  ScopeSet scopes;  // the empty set grants nothing but identity
  std::int64_t expires_at_ms = 0;
  std::int64_t not_before_ms = 0;
  std::vector<std::string> allow_ips = {};  // addresses, or ADDRESS/BITS; none: from anywhere
  std::uint64_t max_uses = 0;               // 0: no limit
  std::vector<Rate> rates = {};             // up to two; all must admit
};

// What to change in a token: the fields that hold a value. Removing is applied after adding.
struct Edit {
  std::optional<std::string_view> label;
  std::optional<std::string_view> note;
  std::optional<ScopeSet> set_scopes;
  std::optional<ScopeSet> add_scopes;
  std::optional<ScopeSet> remove_scopes;
  std::optional<std::int64_t> expires_at_ms;          // 0: never
  std::optional<std::int64_t> not_before_ms;          // 0: at once
  std::optional<std::vector<std::string>> allow_ips;  // replaces the list; empty: from anywhere
  std::optional<std::uint64_t> max_uses;              // so many from now on; 0: no limit
  std::optional<std::vector<Rate>> rates;             // replaces the rates
};

// How to give a token a new secret.
struct Rotation {
  std::int64_t overlap_ms = 0;  // how long the present one goes on working; 0: 24 hours
  bool retires_on_use = false;  // the new secret's first use ends the overlap
  bool at_once = false;         // no overlap: from now on the new secret alone works
};

// Whether a change is made or only checked.
enum class Change : std::uint32_t { kApply = 0, kDryRun = TOKENRY_DRY_RUN };

namespace detail {

inline OwnerInfo owner_info(const tokenry_owner_info& raw) {
  OwnerInfo info;
  info.name = raw.name;
  info.suspended = raw.suspended != 0;
  info.ceiling_everything = raw.ceiling_everything != 0;
  info.ceiling = texts(raw.ceiling, raw.ceiling_count);
  info.token_count = raw.token_count;
  info.created_at_ms = raw.created_at_ms;
  info.created_by = text_or_empty(raw.created_by);
  return info;
}

inline TokenInfo token_info(const tokenry_token_info& raw) {
  TokenInfo info;
  info.id = raw.id;
  info.id_text = raw.id_text;
  info.status = static_cast<TokenStatus>(raw.status);
  info.owner = raw.owner;
  info.label = raw.label;
  info.note = text_or_empty(raw.note);
  info.created_by = text_or_empty(raw.created_by);
  info.updated_by = text_or_empty(raw.updated_by);
  info.scopes = texts(raw.scopes, raw.scope_count);
  info.effective_scopes = texts(raw.effective_scopes, raw.effective_scope_count);
  info.granted_bits = bits(raw.granted_bits);
  info.effective_bits = bits(raw.effective_bits);
  info.created_at_ms = raw.created_at_ms;
  info.secret_created_at_ms = raw.secret_created_at_ms;
  info.not_before_ms = raw.not_before_ms;
  info.expires_at_ms = raw.expires_at_ms;
  info.updated_at_ms = raw.updated_at_ms;
  info.revoked_at_ms = raw.revoked_at_ms;
  info.last_used_at_ms = raw.last_used_at_ms;
  if (raw.last_used_ip != nullptr) info.last_used_ip = raw.last_used_ip;
  info.use_count = raw.use_count;
  info.denied_count = raw.denied_count;
  info.exercised_scopes = texts(raw.exercised_scopes, raw.exercised_scope_count);
  info.exercised_bits = bits(raw.exercised_bits);
  info.allow_ips = texts(raw.allow_ips, raw.allow_ip_count);
  info.max_uses = raw.max_uses;
  info.uses_left = raw.uses_left;
  info.rates.assign(raw.rates, raw.rates + raw.rate_count);
  info.overlap_ends_at_ms = raw.overlap_ends_at_ms;
  info.retires_on_use = raw.retires_on_use != 0;
  info.newest_secret_used = raw.newest_secret_used != 0;
  info.previous_secret_seen_at_ms = raw.previous_secret_seen_at_ms;
  return info;
}

}  // namespace detail

// A new token, the only holder of its text. Move-only; an empty one (a failed call, moved from) has
// an empty token.
class Issued {
 public:
  Issued() = default;

  [[nodiscard]] explicit operator bool() const noexcept { return raw_ != nullptr; }
  // The token's text. Valid until this object dies or is moved from, which wipes it.
  [[nodiscard]] std::string_view token() const noexcept {
    return raw_ ? std::string_view(raw_->token, raw_->token_size) : std::string_view();
  }
  [[nodiscard]] const TokenInfo& info() const noexcept { return info_; }

 private:
  friend class Store;
  explicit Issued(tokenry_issued* raw) : raw_(raw) {
    if (raw_) info_ = detail::token_info(*raw_->info);
  }

  detail::Owned<tokenry_issued, tokenry_issued_free> raw_;
  TokenInfo info_;
};

// New tokens in the order of their specs. Move-only; their texts are wiped when it dies.
class IssuedList {
 public:
  IssuedList() = default;

  [[nodiscard]] std::size_t size() const noexcept { return raw_ ? raw_->count : 0; }
  // The text of the token at index, which must be less than size(). Valid until this object dies or
  // is moved from.
  [[nodiscard]] std::string_view token(std::size_t index) const noexcept {
    return {raw_->issued[index]->token, raw_->issued[index]->token_size};
  }
  [[nodiscard]] TokenInfo info(std::size_t index) const {
    return detail::token_info(*raw_->issued[index]->info);
  }

 private:
  friend class Store;
  explicit IssuedList(tokenry_issued_list* raw) : raw_(raw) {}

  detail::Owned<tokenry_issued_list, tokenry_issued_list_free> raw_;
};

// ---- listing ---------------------------------------------------------------------------------

enum class Sort : std::uint32_t {
  kNone = TOKENRY_SORT_NONE,
  kOwner = TOKENRY_SORT_OWNER,
  kLabel = TOKENRY_SORT_LABEL,
  kCreated = TOKENRY_SORT_CREATED,
  kExpires = TOKENRY_SORT_EXPIRES,
  kStatus = TOKENRY_SORT_STATUS,
  kLastUsed = TOKENRY_SORT_LAST_USED
};

// Which tokens. Empty lists match all; within a list any match counts; the lists must all match.
struct Filter {
  std::vector<std::string> owners;
  std::vector<TokenStatus> statuses;
  ScopeSet scopes;         // tokens with at least one of these effective scopes
  std::string label_glob;  // * ? [a-z] [!a-z]; "" matches all
  Sort sort = Sort::kNone;
  bool descending = false;
  std::uint64_t limit = 0;  // 0: none
};

// A walk over tokens that reads in bounded steps. Move-only, for one thread at a time; it must not
// outlive its Store.
class Cursor {
 public:
  Cursor() = default;
  Cursor(Cursor&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Cursor& operator=(Cursor&& other) noexcept {
    if (this != &other) {
      tokenry_cursor_free(raw_);
      raw_ = std::exchange(other.raw_, nullptr);
    }
    return *this;
  }
  ~Cursor() { tokenry_cursor_free(raw_); }

  // The next token, or nothing at the end.
  [[nodiscard]] std::optional<TokenInfo> next(Status& status) {
    tokenry_token_info* raw = nullptr;
    const bool ok = status.take(tokenry_cursor_next(raw_, &raw));
    const detail::Owned<tokenry_token_info, tokenry_token_info_free> owned(raw);
    if (!ok || raw == nullptr) return std::nullopt;
    return detail::token_info(*raw);
  }

#if TOKENRY_HPP_EXCEPTIONS
  [[nodiscard]] std::optional<TokenInfo> next() {
    return detail::or_throw([this](Status& status) { return next(status); });
  }

  // An input iterator over what is left of the walk; stepping throws Error when reading fails.
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = TokenInfo;
    using difference_type = std::ptrdiff_t;
    using pointer = const TokenInfo*;
    using reference = const TokenInfo&;

    iterator() = default;
    explicit iterator(Cursor& cursor) : cursor_(&cursor) { ++*this; }
    reference operator*() const noexcept { return *current_; }
    pointer operator->() const noexcept { return &*current_; }
    iterator& operator++() {
      current_ = cursor_->next();
      if (!current_) cursor_ = nullptr;
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& a, const iterator& b) noexcept {
      return a.cursor_ == b.cursor_;
    }
    friend bool operator!=(const iterator& a, const iterator& b) noexcept { return !(a == b); }

   private:
    Cursor* cursor_ = nullptr;
    std::optional<TokenInfo> current_;
  };

  // Reads the first token; a second begin() goes on where the walk stands.
  [[nodiscard]] iterator begin() { return iterator(*this); }
  [[nodiscard]] iterator end() noexcept { return iterator(); }
#endif

 private:
  friend class Store;
  explicit Cursor(tokenry_cursor* raw) noexcept : raw_(raw) {}

  tokenry_cursor* raw_ = nullptr;
};

// ---- log -------------------------------------------------------------------------------------

// What an event tells of; the numbers are enum tokenry_operation. Later versions may add some.
enum class Operation : int {
  kStoreCreated = TOKENRY_OP_STORE_CREATED,
  kScopeAdded = TOKENRY_OP_SCOPE_ADDED,
  kOwnerCreated = TOKENRY_OP_OWNER_CREATED,
  kOwnerCeiling = TOKENRY_OP_OWNER_CEILING,
  kOwnerSuspended = TOKENRY_OP_OWNER_SUSPENDED,
  kOwnerResumed = TOKENRY_OP_OWNER_RESUMED,
  kOwnerRenamed = TOKENRY_OP_OWNER_RENAMED,
  kOwnerDeleted = TOKENRY_OP_OWNER_DELETED,
  kCreated = TOKENRY_OP_CREATED,
  kEdited = TOKENRY_OP_EDITED,
  kSuspended = TOKENRY_OP_SUSPENDED,
  kResumed = TOKENRY_OP_RESUMED,
  kRevoked = TOKENRY_OP_REVOKED,
  kPurged = TOKENRY_OP_PURGED,
  kFrozen = TOKENRY_OP_FROZEN,
  kThawed = TOKENRY_OP_THAWED,
  kRotated = TOKENRY_OP_ROTATED,
  kRotationFinished = TOKENRY_OP_ROTATION_FINISHED,
  kRotationAborted = TOKENRY_OP_ROTATION_ABORTED,
  kSecretRetired = TOKENRY_OP_SECRET_RETIRED,
  kRows = TOKENRY_OP_ROWS
};

enum class FieldKind : int {
  kText = TOKENRY_FIELD_TEXT,
  kTime = TOKENRY_FIELD_TIME,
  kNumber = TOKENRY_FIELD_NUMBER,
  kFlag = TOKENRY_FIELD_FLAG
};

using Hash = std::array<std::uint8_t, 32>;
using PublicKey = std::array<std::uint8_t, 32>;

// Something that an event set.
struct EventField {
  std::string name;
  FieldKind kind = FieldKind::kText;
  std::string text;         // of kText
  std::int64_t number = 0;  // of kTime and kNumber; 0: none
};

// An event of the log.
struct Event {
  Operation operation = Operation::kRows;
  std::string operation_name;
  std::uint64_t sequence = 0;  // from 1 without gaps; 0: no event
  std::int64_t at_ms = 0;
  std::uint64_t id = 0;  // of the token; 0: none
  std::optional<std::string> id_text;
  std::string actor;
  std::optional<std::string> owner;
  std::optional<std::string> label;
  std::vector<EventField> fields;
  std::vector<std::uint8_t> body;  // what was hashed; decode_event reads it again
  Hash hash{};
  Hash previous_hash{};
};

// The newest event of a log, signed by its store. Keep one elsewhere: Store::check_head then tells
// whether the log was cut or exchanged, or the store put back from an older copy.
struct Head {
  std::array<std::uint8_t, 16> store_id{};
  std::uint64_t sequence = 0;  // 0: the log is empty
  std::int64_t at_ms = 0;      // when it was signed
  Hash hash{};
  std::array<std::uint8_t, 64> signature{};
  PublicKey public_key{};  // the store's; not part of the text, zero after parse_head
};

// Which events; all conditions must hold, an empty or zero one is none.
struct LogFilter {
  std::string_view owner;
  std::uint64_t id = 0;  // of a token
  std::int64_t since_ms = 0;
  std::uint64_t from_sequence = 0;
  std::uint64_t limit = 0;  // oldest first
};

namespace detail {

inline std::optional<std::string> text_or_nothing(const char* text) {
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

inline Event event(const tokenry_event& raw) {
  Event event;
  event.operation = static_cast<Operation>(raw.operation);
  event.operation_name = raw.operation_name;
  event.sequence = raw.sequence;
  event.at_ms = raw.at_ms;
  event.id = raw.id;
  event.id_text = text_or_nothing(raw.id_text);
  event.actor = raw.actor;
  event.owner = text_or_nothing(raw.owner);
  event.label = text_or_nothing(raw.label);
  for (std::size_t i = 0; i < raw.field_count; ++i) {
    const tokenry_event_field& field = raw.fields[i];
    event.fields.push_back(
        {field.name, static_cast<FieldKind>(field.kind), field.text, field.number});
  }
  event.body.assign(raw.body, raw.body + raw.body_size);
  std::copy(std::begin(raw.hash), std::end(raw.hash), event.hash.begin());
  std::copy(std::begin(raw.previous_hash), std::end(raw.previous_hash),
            event.previous_hash.begin());
  return event;
}

inline Head head(const tokenry_head& raw) noexcept {
  Head head;
  std::copy(std::begin(raw.store_id), std::end(raw.store_id), head.store_id.begin());
  head.sequence = raw.sequence;
  head.at_ms = raw.at_ms;
  std::copy(std::begin(raw.hash), std::end(raw.hash), head.hash.begin());
  std::copy(std::begin(raw.signature), std::end(raw.signature), head.signature.begin());
  std::copy(std::begin(raw.public_key), std::end(raw.public_key), head.public_key.begin());
  return head;
}

inline tokenry_head raw_head(const Head& head) noexcept {
  auto raw = sized<tokenry_head>();
  std::copy(head.store_id.begin(), head.store_id.end(), raw.store_id);
  raw.sequence = head.sequence;
  raw.at_ms = head.at_ms;
  std::copy(head.hash.begin(), head.hash.end(), raw.hash);
  std::copy(head.signature.begin(), head.signature.end(), raw.signature);
  std::copy(head.public_key.begin(), head.public_key.end(), raw.public_key);
  return raw;
}

}  // namespace detail

// A head as one line of text, and back.
inline std::string print_head(const Head& head, Status& status) {
  const tokenry_head raw = detail::raw_head(head);
  char text[512];
  std::size_t size = 0;
  status.take(tokenry_head_print(&raw, text, sizeof text, &size));
  return std::string(text, size);
}
inline Head parse_head(std::string_view text, Status& status) {
  auto raw = detail::sized<tokenry_head>();
  status.take(tokenry_head_parse(text.data(), text.size(), &raw));
  return detail::head(raw);
}

// Fails with kTampered unless the store of this public key signed the head. Needs no store.
inline void verify_head(const Head& head, const PublicKey& key, Status& status) {
  const tokenry_head raw = detail::raw_head(head);
  status.take(tokenry_head_verify(&raw, key.data()));
}

// An event from its body and the hash of the one before it. Needs no store.
inline Event decode_event(const std::vector<std::uint8_t>& body, const Hash& previous_hash,
                          Status& status) {
  tokenry_event* raw = nullptr;
  static constexpr std::uint8_t kNothing = 0;
  const std::uint8_t* const data = body.empty() ? &kNothing : body.data();
  const bool ok = status.take(tokenry_event_decode(data, body.size(), previous_hash.data(), &raw));
  const detail::Owned<tokenry_event, tokenry_event_free> owned(raw);
  return ok ? detail::event(*raw) : Event();
}

#if TOKENRY_HPP_EXCEPTIONS
inline std::string print_head(const Head& head) {
  return detail::or_throw([&](Status& status) { return print_head(head, status); });
}
inline Head parse_head(std::string_view text) {
  return detail::or_throw([&](Status& status) { return parse_head(text, status); });
}
inline void verify_head(const Head& head, const PublicKey& key) {
  detail::or_throw([&](Status& status) { verify_head(head, key, status); });
}
inline Event decode_event(const std::vector<std::uint8_t>& body, const Hash& previous_hash) {
  return detail::or_throw(
      [&](Status& status) { return decode_event(body, previous_hash, status); });
}
#endif

// A walk over the log, oldest event first, that reads in bounded steps. Move-only, for one thread
// at a time; it must not outlive its Store.
class Log {
 public:
  Log() = default;
  Log(Log&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Log& operator=(Log&& other) noexcept {
    if (this != &other) {
      tokenry_log_free(raw_);
      raw_ = std::exchange(other.raw_, nullptr);
    }
    return *this;
  }
  ~Log() { tokenry_log_free(raw_); }

  // The next event, or nothing at the end, where it may be asked again later. After kTampered the
  // next call goes on behind the event that does not fit.
  [[nodiscard]] std::optional<Event> next(Status& status) {
    tokenry_event* raw = nullptr;
    const bool ok = status.take(tokenry_log_next(raw_, &raw));
    const detail::Owned<tokenry_event, tokenry_event_free> owned(raw);
    if (!ok || raw == nullptr) return std::nullopt;
    return detail::event(*raw);
  }

#if TOKENRY_HPP_EXCEPTIONS
  [[nodiscard]] std::optional<Event> next() {
    return detail::or_throw([this](Status& status) { return next(status); });
  }

  // An input iterator over what is left of the walk; stepping throws Error when reading fails.
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Event;
    using difference_type = std::ptrdiff_t;
    using pointer = const Event*;
    using reference = const Event&;

    iterator() = default;
    explicit iterator(Log& log) : log_(&log) { ++*this; }
    reference operator*() const noexcept { return *current_; }
    pointer operator->() const noexcept { return &*current_; }
    iterator& operator++() {
      current_ = log_->next();
      if (!current_) log_ = nullptr;
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& a, const iterator& b) noexcept {
      return a.log_ == b.log_;
    }
    friend bool operator!=(const iterator& a, const iterator& b) noexcept { return !(a == b); }

   private:
    Log* log_ = nullptr;
    std::optional<Event> current_;
  };

  // Reads the first event; a second begin() goes on where the walk stands.
  [[nodiscard]] iterator begin() { return iterator(*this); }
  [[nodiscard]] iterator end() noexcept { return iterator(); }
#endif

 private:
  friend class Store;
  explicit Log(tokenry_log* raw) noexcept : raw_(raw) {}

  tokenry_log* raw_ = nullptr;
};

// ---- verification ----------------------------------------------------------------------------

// A peer's IPv4 or IPv6 address in network byte order; a default one is "not given".
class Address {
 public:
  Address() = default;
  static Address v4(const std::array<std::uint8_t, 4>& bytes) noexcept {
    return Address(bytes.data(), bytes.size());
  }
  static Address v6(const std::array<std::uint8_t, 16>& bytes) noexcept {
    return Address(bytes.data(), bytes.size());
  }
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }

 private:
  Address(const std::uint8_t* bytes, std::size_t size) noexcept
      : size_(static_cast<std::uint32_t>(size)) {
    for (std::size_t i = 0; i < size; ++i) bytes_[i] = bytes[i];
  }

  std::array<std::uint8_t, 16> bytes_{};
  std::uint32_t size_ = 0;
};

// What a verification may take into account besides credentials and scopes.
struct VerifyOptions {
  std::int64_t now_ms = 0;  // the clock to judge by; 0: the system's
  Address address;          // of the peer
};

// The outcome of a verification: a plain value to copy and keep. True only if allowed.
class Verdict {
 public:
  // A verdict that no verification gave: denied, unavailable.
  Verdict() noexcept : raw_(detail::sized<tokenry_verdict>()) {
    raw_.reason = TOKENRY_UNAVAILABLE;
    raw_.http_status = tokenry_reason_http_status(TOKENRY_UNAVAILABLE);
  }

  [[nodiscard]] bool allowed() const noexcept { return misuse_ == Code::kOk && raw_.reason == 0; }
  [[nodiscard]] explicit operator bool() const noexcept { return allowed(); }
  [[nodiscard]] Reason reason() const noexcept { return static_cast<Reason>(raw_.reason); }
  // 200, 400, 401, 403, 429 or 503.
  [[nodiscard]] int http_status() const noexcept { return raw_.http_status; }
  // Set whenever the right secret was shown, also on denial.
  [[nodiscard]] std::optional<std::uint64_t> id() const noexcept {
    return raw_.id == 0 ? std::nullopt : std::optional<std::uint64_t>(raw_.id);
  }
  // kOk unless the call itself was wrong (closed store, a set of another store); the reason is
  // kUnavailable then.
  [[nodiscard]] Code misuse() const noexcept { return misuse_; }
  [[nodiscard]] std::int64_t expires_at_ms() const noexcept { return raw_.expires_at_ms; }
  [[nodiscard]] std::int64_t judged_at_ms() const noexcept { return raw_.judged_at_ms; }
  // With 429 and 503: when to try again, from now.
  [[nodiscard]] std::int64_t retry_after_ms() const noexcept { return raw_.retry_after_ms; }
  [[nodiscard]] std::array<std::uint64_t, 4> effective_bits() const noexcept {
    return detail::bits(raw_.effective_bits);
  }
  [[nodiscard]] std::array<std::uint64_t, 4> missing_bits() const noexcept {
    return detail::bits(raw_.missing_bits);
  }
  [[nodiscard]] const tokenry_verdict& raw() const noexcept { return raw_; }

 private:
  friend class Store;
  tokenry_verdict raw_;
  Code misuse_ = Code::kOk;
};

// A verdict in words. The id and what follows it are empty if the verdict has no id, or the token
// is gone by now.
struct VerdictInfo {
  std::string reason;          // for the operator
  std::string public_message;  // for the caller: says no more than he may know
  std::optional<std::string> id_text;
  std::optional<std::string> owner;
  std::optional<std::string> label;
  std::vector<std::string> scopes;  // effective
  std::vector<std::string> missing_scopes;
};

// ---- store -----------------------------------------------------------------------------------

// The store's key as its owner keeps it; the library copies it.
using Key = std::array<std::uint8_t, TOKENRY_KEY_SIZE>;

// How to make a store.
struct CreateOptions {
  std::string_view prefix;    // 2 to 10 of [a-z0-9]; "": tkry
  std::string_view catalog;   // a built-in catalog, "whm"; "": the scopes below, or none
  std::vector<Scope> scopes;  // in the order of their bits
  std::string_view group;     // Unix group that shares the store
  std::string_view key_file;  // where the key is made; "": key, in the store
  const Key* key = nullptr;   // the caller's own, instead of a key file
  std::uint64_t map_size_bytes = 0;
  bool unsealed = false;  // no key, no seals: who can write the data file can make rights
};

// How to open a store.
struct OpenOptions {
  std::string_view key_file;  // "": key, in the store
  const Key* key = nullptr;
  // Receives one line. Called on the thread that noticed; it must not close the store, and what it
  // throws is dropped.
  std::function<void(LogLevel, std::string_view)> log;
  bool maintains_itself = true;  // by a thread; else call maintain() every few seconds
};

// Counts and facts of a store.
struct StoreInfo {
  std::uint32_t format_version = 0;
  bool sealed = false;
  std::uint32_t scope_count = 0;
  std::string prefix;
  std::string store_id;  // 32 hex digits
  std::uint64_t owner_count = 0;
  std::uint64_t active_count = 0;  // tokens by status now
  std::uint64_t not_yet_valid_count = 0;
  std::uint64_t expired_count = 0;
  std::uint64_t owner_suspended_count = 0;
  std::uint64_t suspended_count = 0;
  std::uint64_t revoked_count = 0;
  std::uint64_t tampered_count = 0;           // rows whose seal does not match
  std::optional<std::string> tampered_first;  // "scope 3", "record of slot 17", ...
  std::uint64_t slot_count = 0;
  std::uint64_t free_slot_count = 0;
  std::uint64_t map_size_bytes = 0;
  std::uint64_t used_bytes = 0;
  std::uint64_t data_file_bytes = 0;
  std::uint32_t reader_count = 0;
  std::uint32_t reader_limit = 0;
  std::uint64_t transaction_id = 0;
  bool frozen = false;
  std::optional<std::string> cells_path;     // the file of usage cells, if there is one
  std::optional<std::string> cells_problem;  // why uses are not counted
  std::uint64_t cells_bytes = 0;
};

// Tells how far long work has come: done of total, in units of its own. Called on the thread that
// made the call; what it throws is dropped.
using ProgressFunction = std::function<void(std::uint64_t done, std::uint64_t total)>;

// How to make a backup.
struct BackupOptions {
  bool without_key = false;  // the data alone: it opens with the store's key only
  ProgressFunction progress;
};

// How to check a store.
struct CheckOptions {
  std::string_view key_file;  // "": key, in the store
  const Key* key = nullptr;
  ProgressFunction progress;
  std::string_view head;  // a line of the log's head that was kept elsewhere, to be true to
};

// What an examination found.
struct CheckReport {
  std::vector<std::string> findings;  // up to 1000 lines: what is wrong, where, what it means
  std::uint64_t total_finding_count = 0;
  bool rows_checked = false;  // false: pages are so damaged that the rows could not be looked at
  std::uint64_t page_count = 0;
  std::uint64_t token_count = 0;  // revoked ones included
  std::uint64_t row_count = 0;

  // Whether all was looked at and nothing is wrong.
  [[nodiscard]] bool clean() const noexcept { return rows_checked && total_finding_count == 0; }
};

namespace detail {

inline void forward_progress(void* context, std::uint64_t done, std::uint64_t total) {
  const auto& progress = *static_cast<const ProgressFunction*>(context);
#if TOKENRY_HPP_EXCEPTIONS
  try {
    progress(done, total);
  } catch (...) {  // an exception must not cross the C interface
  }
#else
  progress(done, total);
#endif
}

// Sets the two fields of an options struct; progress must live as long as the call.
template <typename Options>
void set_progress(const ProgressFunction& progress, Options& raw) noexcept {
  if (!progress) return;
  raw.progress = &forward_progress;
  raw.progress_context = const_cast<ProgressFunction*>(&progress);
}

inline tokenry_scope scope_in(const Scope& scope) noexcept {
  auto raw = sized<tokenry_scope>();
  if (scope.everything) raw.flags |= TOKENRY_SCOPE_EVERYTHING;
  if (scope.escalates) raw.flags |= TOKENRY_SCOPE_ESCALATES;
  raw.name = scope.name.data();
  raw.name_size = scope.name.size();
  raw.group = scope.group.data();
  raw.group_size = scope.group.size();
  raw.text = scope.text.data();
  raw.text_size = scope.text.size();
  return raw;
}

inline Scope scope_out(const tokenry_scope& raw) {
  Scope scope;
  scope.name.assign(raw.name, raw.name_size);
  scope.group.assign(raw.group, raw.group_size);
  scope.text.assign(raw.text, raw.text_size);
  scope.everything = (raw.flags & TOKENRY_SCOPE_EVERYTHING) != 0;
  scope.escalates = (raw.flags & TOKENRY_SCOPE_ESCALATES) != 0;
  scope.bit = raw.bit;
  return scope;
}

}  // namespace detail

// Makes a new store: path must not exist, or be an empty directory. Atomic. The store is not
// opened.
inline void create_store(std::string_view path, std::string_view actor,
                         const CreateOptions& options, Status& status) {
  std::vector<tokenry_scope> scopes;
  scopes.reserve(options.scopes.size());
  for (const Scope& scope : options.scopes) scopes.push_back(detail::scope_in(scope));
  auto raw = detail::sized<tokenry_store_options>();
  if (options.unsealed) raw.flags |= TOKENRY_CREATE_UNSEALED;
  raw.prefix = options.prefix.data();
  raw.prefix_size = options.prefix.size();
  raw.catalog = options.catalog.data();
  raw.catalog_size = options.catalog.size();
  raw.scopes = scopes.empty() ? nullptr : scopes.data();
  raw.scope_count = scopes.size();
  raw.group = options.group.data();
  raw.group_size = options.group.size();
  raw.key_file = options.key_file.data();
  raw.key_file_size = options.key_file.size();
  raw.key = options.key == nullptr ? nullptr : options.key->data();
  raw.key_size = options.key == nullptr ? 0 : options.key->size();
  raw.map_size_bytes = options.map_size_bytes;
  status.take(tokenry_store_create(path.data(), path.size(), actor.data(), actor.size(), &raw));
}
#if TOKENRY_HPP_EXCEPTIONS
inline void create_store(std::string_view path, std::string_view actor,
                         const CreateOptions& options = {}) {
  detail::or_throw([&](Status& status) { create_store(path, actor, options, status); });
}
#endif

// Examines the store at path, open or not: every page, then every row. Damage is in the report; a
// failure is what keeps the data from being looked at.
[[nodiscard]] inline CheckReport check_store(std::string_view path, const CheckOptions& options,
                                             Status& status) {
  auto raw = detail::sized<tokenry_check_options>();
  raw.key_file = options.key_file.data();
  raw.key_file_size = options.key_file.size();
  raw.key = options.key == nullptr ? nullptr : options.key->data();
  raw.key_size = options.key == nullptr ? 0 : options.key->size();
  detail::set_progress(options.progress, raw);
  raw.head = options.head.data();
  raw.head_size = options.head.size();
  tokenry_check_report* found = nullptr;
  const bool ok = status.take(tokenry_check(path.data(), path.size(), &raw, &found));
  const detail::Owned<tokenry_check_report, tokenry_check_report_free> owned(found);
  CheckReport report;
  if (!ok) return report;
  report.findings = detail::texts(found->findings, found->finding_count);
  report.total_finding_count = found->total_finding_count;
  report.rows_checked = found->rows_checked != 0;
  report.page_count = found->page_count;
  report.token_count = found->token_count;
  report.row_count = found->row_count;
  return report;
}
#if TOKENRY_HPP_EXCEPTIONS
[[nodiscard]] inline CheckReport check_store(std::string_view path,
                                             const CheckOptions& options = {}) {
  return detail::or_throw([&](Status& status) { return check_store(path, options, status); });
}
#endif

// An open store. Move-only; closed when it dies, which waits for calls that run on it in other
// threads. Calls on an empty one (default, closed, moved from) answer kClosed.
class Store {
 public:
  Store() = default;
  Store(Store&& other) noexcept
      : raw_(std::exchange(other.raw_, nullptr)), log_(std::move(other.log_)) {}
  Store& operator=(Store&& other) noexcept {
    if (this != &other) {
      close();
      raw_ = std::exchange(other.raw_, nullptr);
      log_ = std::move(other.log_);
    }
    return *this;
  }
  ~Store() { close(); }

  // Opens the store at path.
  [[nodiscard]] static Store open(std::string_view path, const OpenOptions& options,
                                  Status& status) {
    Store store;
    auto raw = detail::sized<tokenry_open_options>();
    raw.key_file = options.key_file.data();
    raw.key_file_size = options.key_file.size();
    raw.key = options.key == nullptr ? nullptr : options.key->data();
    raw.key_size = options.key == nullptr ? 0 : options.key->size();
    if (!options.maintains_itself) raw.flags |= TOKENRY_OPEN_NO_MAINTENANCE;
    if (options.log) {
      store.log_ = std::make_unique<LogFunction>(options.log);
      raw.log = &Store::forward_log;
      raw.log_context = store.log_.get();
    }
    status.take(tokenry_open(path.data(), path.size(), &raw, &store.raw_));
    return store;
  }

  // Gives the handle back. Idempotent.
  void close() noexcept {
    if (raw_ != nullptr) tokenry_close(std::exchange(raw_, nullptr));
    log_.reset();
  }
  [[nodiscard]] bool is_open() const noexcept { return raw_ != nullptr; }
  // For calls of tokenry.h; valid while this object is open.
  [[nodiscard]] tokenry_store* raw() const noexcept { return raw_; }

  // Freezes the whole store: every token is refused with Reason::kFrozen until it is thawed.
  void freeze(std::string_view actor, Status& status) {
    status.take(tokenry_freeze(raw_, actor.data(), actor.size()));
  }
  void thaw(std::string_view actor, Status& status) {
    status.take(tokenry_thaw(raw_, actor.data(), actor.size()));
  }

  // Folds the usage that all processes recorded into the data file; gives how many tokens it was.
  std::uint64_t maintain(Status& status) {
    std::uint64_t folded_count = 0;
    status.take(tokenry_maintain(raw_, &folded_count));
    return folded_count;
  }

  // Counts and facts; walks every record. A tampered row is counted, not an error.
  [[nodiscard]] StoreInfo stat(Status& status) const {
    tokenry_store_info* raw = nullptr;
    const bool ok = status.take(tokenry_stat(raw_, &raw));
    const detail::Owned<tokenry_store_info, tokenry_store_info_free> owned(raw);
    return ok ? store_info(*raw) : StoreInfo();
  }

  // Copies the store to the directory path, which must not exist, while others go on. Private,
  // durable and complete, or nothing.
  void backup(std::string_view path, const BackupOptions& options, Status& status) const {
    auto raw = detail::sized<tokenry_backup_options>();
    if (options.without_key) raw.flags |= TOKENRY_BACKUP_WITHOUT_KEY;
    detail::set_progress(options.progress, raw);
    status.take(tokenry_backup(raw_, path.data(), path.size(), &raw));
  }

  // ---- scopes

  // Adds a scope to the catalog.
  void add_scope(std::string_view actor, const Scope& scope, Status& status) {
    const tokenry_scope raw = detail::scope_in(scope);
    status.take(tokenry_scope_add(raw_, actor.data(), actor.size(), &raw));
  }

  // The catalog, in the order of its bits.
  [[nodiscard]] std::vector<Scope> scopes(Status& status) const {
    tokenry_scope_list* raw = nullptr;
    const bool ok = status.take(tokenry_scope_list_get(raw_, &raw));
    const detail::Owned<tokenry_scope_list, tokenry_scope_list_free> owned(raw);
    std::vector<Scope> scopes;
    if (!ok) return scopes;
    scopes.reserve(raw->count);
    for (std::uint32_t i = 0; i < raw->count; ++i) {
      scopes.push_back(detail::scope_out(raw->scopes[i]));
    }
    return scopes;
  }

  // Resolves names; an unknown one is kUnknownScope, and the text names the nearest.
  [[nodiscard]] ScopeSet scope_set(const std::vector<std::string_view>& names,
                                   Status& status) const {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    texts.reserve(names.size());
    sizes.reserve(names.size());
    for (const std::string_view scope : names) {
      texts.push_back(scope.data() == nullptr ? "" : scope.data());
      sizes.push_back(scope.size());
    }
    auto raw = detail::sized<tokenry_scope_set>();
    const int code = tokenry_scope_set_make(raw_, texts.data(), sizes.data(), names.size(), &raw);
    status.take(code);
    return ScopeSet(raw);
  }

  // ---- owners

  // Makes an owner. Without a ceiling it may have everything.
  void create_owner(std::string_view actor, std::string_view owner,
                    const std::optional<ScopeSet>& ceiling, Status& status) {
    status.take(tokenry_owner_create(raw_, actor.data(), actor.size(), owner.data(), owner.size(),
                                     ceiling ? &ceiling->raw() : nullptr));
  }

  // Sets the ceiling, in one transaction for all the owner's tokens; makes a missing owner.
  void set_owner_ceiling(std::string_view actor, std::string_view owner,
                         const std::optional<ScopeSet>& ceiling, Status& status) {
    status.take(tokenry_owner_set_ceiling(raw_, actor.data(), actor.size(), owner.data(),
                                          owner.size(), ceiling ? &ceiling->raw() : nullptr));
  }

  // Suspends or resumes the owner with all tokens. Idempotent.
  void suspend_owner(std::string_view actor, std::string_view owner, Status& status) {
    status.take(
        tokenry_owner_suspend(raw_, actor.data(), actor.size(), owner.data(), owner.size()));
  }
  void resume_owner(std::string_view actor, std::string_view owner, Status& status) {
    status.take(tokenry_owner_resume(raw_, actor.data(), actor.size(), owner.data(), owner.size()));
  }

  // Renames; all tokens go on under the new name.
  void rename_owner(std::string_view actor, std::string_view owner, std::string_view new_name,
                    Status& status) {
    status.take(tokenry_owner_rename(raw_, actor.data(), actor.size(), owner.data(), owner.size(),
                                     new_name.data(), new_name.size()));
  }

  // Revokes all tokens of the owner and removes the owner; gives the number of tokens revoked.
  std::uint64_t delete_owner(std::string_view actor, std::string_view owner, Status& status) {
    std::uint64_t revoked_count = 0;
    status.take(tokenry_owner_delete(raw_, actor.data(), actor.size(), owner.data(), owner.size(),
                                     &revoked_count));
    return revoked_count;
  }

  [[nodiscard]] OwnerInfo owner(std::string_view owner, Status& status) const {
    tokenry_owner_info* raw = nullptr;
    const bool ok = status.take(tokenry_owner_get(raw_, owner.data(), owner.size(), &raw));
    const detail::Owned<tokenry_owner_info, tokenry_owner_info_free> owned(raw);
    return ok ? detail::owner_info(*raw) : OwnerInfo();
  }

  // All owners, by name.
  [[nodiscard]] std::vector<OwnerInfo> owners(Status& status) const {
    tokenry_owner_list* raw = nullptr;
    const bool ok = status.take(tokenry_owner_list_get(raw_, &raw));
    const detail::Owned<tokenry_owner_list, tokenry_owner_list_free> owned(raw);
    std::vector<OwnerInfo> owners;
    if (!ok) return owners;
    owners.reserve(raw->count);
    for (std::size_t i = 0; i < raw->count; ++i) {
      owners.push_back(detail::owner_info(*raw->owners[i]));
    }
    return owners;
  }

  // ---- tokens

  // Makes a token, durable when the call returns. The result alone ever shows its text.
  [[nodiscard]] Issued create(std::string_view actor, const TokenSpec& spec, Status& status) {
    std::vector<const char*> allow_ips;
    if (!c_strings(spec.allow_ips, allow_ips, status)) return Issued();
    const tokenry_token_spec raw = raw_spec(spec, allow_ips);
    tokenry_issued* issued = nullptr;
    status.take(tokenry_create(raw_, actor.data(), actor.size(), &raw, &issued));
    return Issued(issued);
  }

  // Makes all tokens in one durable transaction, or none; a failure names the spec.
  [[nodiscard]] IssuedList create_many(std::string_view actor, const std::vector<TokenSpec>& specs,
                                       Status& status) {
    std::vector<tokenry_token_spec> raw;
    raw.reserve(specs.size());
    std::vector<std::vector<const char*>> allow_ips(specs.size());
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (!c_strings(specs[i].allow_ips, allow_ips[i], status)) return IssuedList();
      raw.push_back(raw_spec(specs[i], allow_ips[i]));
    }
    tokenry_issued_list* list = nullptr;
    status.take(
        tokenry_create_many(raw_, actor.data(), actor.size(), raw.data(), raw.size(), &list));
    return IssuedList(list);
  }

  // The id of OWNER/LABEL: the live token or, where there is none, the one revoked last. 0 on
  // failure.
  [[nodiscard]] std::uint64_t find(std::string_view owner, std::string_view label,
                                   Status& status) const {
    std::uint64_t id = 0;
    status.take(tokenry_find(raw_, owner.data(), owner.size(), label.data(), label.size(), &id));
    return id;
  }

  // The id of a token whose text (or whole Authorization header) is at hand, in whatever state the
  // token is. 0 on failure.
  [[nodiscard]] std::uint64_t identify(std::string_view credentials, Status& status) const {
    std::uint64_t id = 0;
    status.take(tokenry_identify(raw_, credentials.data(), credentials.size(), &id));
    return id;
  }

  [[nodiscard]] TokenInfo show(std::uint64_t id, Status& status) const {
    tokenry_token_info* raw = nullptr;
    const bool ok = status.take(tokenry_show(raw_, id, &raw));
    const detail::Owned<tokenry_token_info, tokenry_token_info_free> owned(raw);
    return ok ? detail::token_info(*raw) : TokenInfo();
  }

  // Edits a token and gives it as it is then, or would be in a dry run.
  TokenInfo edit(std::string_view actor, std::uint64_t id, const Edit& edit, Change change,
                 Status& status) {
    std::vector<const char*> allow_ips;
    if (edit.allow_ips && !c_strings(*edit.allow_ips, allow_ips, status)) return TokenInfo();
    const tokenry_edit_spec raw = edit_spec(edit, change, allow_ips);
    tokenry_token_info* after = nullptr;
    const bool ok = status.take(tokenry_edit(raw_, actor.data(), actor.size(), id, &raw, &after));
    const detail::Owned<tokenry_token_info, tokenry_token_info_free> owned(after);
    return ok ? detail::token_info(*after) : TokenInfo();
  }

  // Gives a token a new secret; the result alone ever shows its text. The old one goes on working
  // until the overlap ends.
  [[nodiscard]] Issued rotate(std::string_view actor, std::uint64_t id, const Rotation& rotation,
                              Status& status) {
    auto raw = detail::sized<tokenry_rotate_spec>();
    raw.overlap_ms = rotation.overlap_ms;
    if (rotation.retires_on_use) raw.flags |= TOKENRY_ROTATE_RETIRE_ON_USE;
    if (rotation.at_once) raw.flags |= TOKENRY_ROTATE_AT_ONCE;
    tokenry_issued* issued = nullptr;
    status.take(tokenry_rotate(raw_, actor.data(), actor.size(), id, &raw, &issued));
    return Issued(issued);
  }
  // Ends the overlap; idempotent.
  TokenInfo finish_rotation(std::string_view actor, std::uint64_t id, Status& status) {
    return end_rotation(tokenry_rotate_finish, actor, id, status);
  }
  // Goes back to the previous secret, while that still works.
  TokenInfo abort_rotation(std::string_view actor, std::uint64_t id, Status& status) {
    return end_rotation(tokenry_rotate_abort, actor, id, status);
  }

  // The four below act on all ids in one transaction and give a code for each id, in the order of
  // the ids. What can be done is done: the status is the first id's failure, though the others are
  // changed. If the call itself failed, every code is its code.
  std::vector<Code> suspend(std::string_view actor, const std::vector<std::uint64_t>& ids,
                            Change change, Status& status) {
    return for_each_id(tokenry_suspend, actor, ids, change, status);
  }
  std::vector<Code> resume(std::string_view actor, const std::vector<std::uint64_t>& ids,
                           Change change, Status& status) {
    return for_each_id(tokenry_resume, actor, ids, change, status);
  }
  std::vector<Code> revoke(std::string_view actor, const std::vector<std::uint64_t>& ids,
                           Change change, Status& status) {
    return for_each_id(tokenry_revoke, actor, ids, change, status);
  }
  std::vector<Code> purge(std::string_view actor, const std::vector<std::uint64_t>& ids,
                          Change change, Status& status) {
    return for_each_id(tokenry_purge, actor, ids, change, status);
  }

  // Begins a walk. An owner or pattern with a NUL byte in it is kInvalidArgument.
  [[nodiscard]] Cursor list(const Filter& filter, Status& status) const {
    std::vector<const char*> owners;
    owners.reserve(filter.owners.size());
    bool has_nul = filter.label_glob.find('\0') != std::string::npos;
    for (const std::string& owner : filter.owners) {
      has_nul = has_nul || owner.find('\0') != std::string::npos;
      owners.push_back(owner.c_str());
    }
    if (has_nul) {
      status = Status(Code::kInvalidArgument, "a filter's owners and pattern must not hold NUL");
      return Cursor();
    }
    auto raw = detail::sized<tokenry_filter>();
    raw.sort = static_cast<std::uint32_t>(filter.sort);
    raw.descending = filter.descending ? 1 : 0;
    for (const TokenStatus wanted : filter.statuses) {
      raw.status_mask |= 1u << static_cast<unsigned>(wanted);
    }
    raw.owners = owners.empty() ? nullptr : owners.data();
    raw.owner_count = owners.size();
    raw.label_glob = filter.label_glob.empty() ? nullptr : filter.label_glob.c_str();
    raw.scopes = filter.scopes.empty() ? nullptr : &filter.scopes.raw();
    raw.limit = filter.limit;
    tokenry_cursor* cursor = nullptr;
    status.take(tokenry_list(raw_, &raw, &cursor));
    return Cursor(cursor);
  }

  // ---- log

  // Begins a walk over the log.
  [[nodiscard]] Log log(const LogFilter& filter, Status& status) const {
    auto raw = detail::sized<tokenry_log_filter>();
    raw.owner = filter.owner.data();
    raw.owner_size = filter.owner.size();
    raw.id = filter.id;
    raw.since_ms = filter.since_ms;
    raw.from_sequence = filter.from_sequence;
    raw.limit = filter.limit;
    tokenry_log* log = nullptr;
    status.take(tokenry_log_open(raw_, &raw, &log));
    return Log(log);
  }

  // The log's head as it is now, with the store's public key.
  [[nodiscard]] Head head(Status& status) const {
    auto raw = detail::sized<tokenry_head>();
    status.take(tokenry_log_head(raw_, &raw));
    return detail::head(raw);
  }

  // Fails with kTampered unless the log still holds what a head kept elsewhere says.
  void check_head(const Head& kept, Status& status) const {
    const tokenry_head raw = detail::raw_head(kept);
    status.take(tokenry_log_check(raw_, &raw));
  }

  // ---- verification

  // Judges a token's text or a whole Authorization header; all required scopes are needed. Never
  // throws; whatever goes wrong is a denial.
  [[nodiscard]] Verdict verify(std::string_view credentials, const ScopeSet& required,
                               const VerifyOptions& options) const noexcept {
    auto request = detail::sized<tokenry_request>();
    request.credentials = credentials.data();
    request.credentials_size = credentials.size();
    request.required = &required.raw();
    request.now_ms = options.now_ms;
    request.address_size = options.address.size();
    for (std::uint32_t i = 0; i < request.address_size; ++i) {
      request.address[i] = options.address.bytes()[i];
    }
    Verdict verdict;
    const int code = tokenry_verify(raw_, &request, &verdict.raw_);
    if (code >= TOKENRY_INVALID_ARGUMENT) verdict.misuse_ = static_cast<Code>(code);
    return verdict;
  }
  [[nodiscard]] Verdict verify(std::string_view credentials,
                               const ScopeSet& required = {}) const noexcept {
    return verify(credentials, required, VerifyOptions());
  }

  // A verdict of this store in words.
  [[nodiscard]] VerdictInfo describe(const Verdict& verdict, Status& status) const {
    tokenry_verdict_info* raw = nullptr;
    const bool ok = status.take(tokenry_verdict_describe(raw_, &verdict.raw(), &raw));
    const detail::Owned<tokenry_verdict_info, tokenry_verdict_info_free> owned(raw);
    VerdictInfo info;
    if (!ok) return info;
    info.reason = raw->reason;
    info.public_message = raw->public_message;
    if (raw->id_text != nullptr) info.id_text = raw->id_text;
    if (raw->owner != nullptr) info.owner = raw->owner;
    if (raw->label != nullptr) info.label = raw->label;
    info.scopes = detail::texts(raw->scopes, raw->scope_count);
    info.missing_scopes = detail::texts(raw->missing_scopes, raw->missing_scope_count);
    return info;
  }

  // The WWW-Authenticate value for a denial with HTTP status 400, 401 or 403; else "".
  [[nodiscard]] std::string challenge(const Verdict& verdict, std::string_view realm,
                                      Status& status) const {
    std::string text(kChallengeGuess, '\0');
    std::size_t size = 0;
    const auto render = [&] {
      return tokenry_verdict_challenge(raw_, &verdict.raw(), realm.data(), realm.size(),
                                       text.data(), text.size(), &size);
    };
    int code = render();
    if (code == TOKENRY_INVALID_ARGUMENT && size >= text.size()) {
      text.resize(size + 1);
      code = render();
    }
    text.resize(status.take(code) ? size : 0);
    return text;
  }

#if TOKENRY_HPP_EXCEPTIONS
  // ---- the same calls, throwing Error

  [[nodiscard]] static Store open(std::string_view path, const OpenOptions& options = {}) {
    return detail::or_throw([&](Status& status) { return open(path, options, status); });
  }
  void freeze(std::string_view actor) {
    detail::or_throw([&](Status& status) { freeze(actor, status); });
  }
  void thaw(std::string_view actor) {
    detail::or_throw([&](Status& status) { thaw(actor, status); });
  }
  std::uint64_t maintain() {
    return detail::or_throw([&](Status& status) { return maintain(status); });
  }
  [[nodiscard]] StoreInfo stat() const {
    return detail::or_throw([&](Status& status) { return stat(status); });
  }
  void backup(std::string_view path, const BackupOptions& options = {}) const {
    detail::or_throw([&](Status& status) { backup(path, options, status); });
  }
  void add_scope(std::string_view actor, const Scope& scope) {
    detail::or_throw([&](Status& status) { add_scope(actor, scope, status); });
  }
  [[nodiscard]] std::vector<Scope> scopes() const {
    return detail::or_throw([&](Status& status) { return scopes(status); });
  }
  [[nodiscard]] ScopeSet scope_set(const std::vector<std::string_view>& names) const {
    return detail::or_throw([&](Status& status) { return scope_set(names, status); });
  }
  void create_owner(std::string_view actor, std::string_view owner,
                    const std::optional<ScopeSet>& ceiling = std::nullopt) {
    detail::or_throw([&](Status& status) { create_owner(actor, owner, ceiling, status); });
  }
  void set_owner_ceiling(std::string_view actor, std::string_view owner,
                         const std::optional<ScopeSet>& ceiling) {
    detail::or_throw([&](Status& status) { set_owner_ceiling(actor, owner, ceiling, status); });
  }
  void suspend_owner(std::string_view actor, std::string_view owner) {
    detail::or_throw([&](Status& status) { suspend_owner(actor, owner, status); });
  }
  void resume_owner(std::string_view actor, std::string_view owner) {
    detail::or_throw([&](Status& status) { resume_owner(actor, owner, status); });
  }
  void rename_owner(std::string_view actor, std::string_view owner, std::string_view new_name) {
    detail::or_throw([&](Status& status) { rename_owner(actor, owner, new_name, status); });
  }
  std::uint64_t delete_owner(std::string_view actor, std::string_view owner) {
    return detail::or_throw([&](Status& status) { return delete_owner(actor, owner, status); });
  }
  [[nodiscard]] OwnerInfo owner(std::string_view owner_name) const {
    return detail::or_throw([&](Status& status) { return owner(owner_name, status); });
  }
  [[nodiscard]] std::vector<OwnerInfo> owners() const {
    return detail::or_throw([&](Status& status) { return owners(status); });
  }
  [[nodiscard]] Issued create(std::string_view actor, const TokenSpec& spec) {
    return detail::or_throw([&](Status& status) { return create(actor, spec, status); });
  }
  [[nodiscard]] IssuedList create_many(std::string_view actor,
                                       const std::vector<TokenSpec>& specs) {
    return detail::or_throw([&](Status& status) { return create_many(actor, specs, status); });
  }
  [[nodiscard]] std::uint64_t find(std::string_view owner, std::string_view label) const {
    return detail::or_throw([&](Status& status) { return find(owner, label, status); });
  }
  [[nodiscard]] std::uint64_t identify(std::string_view credentials) const {
    return detail::or_throw([&](Status& status) { return identify(credentials, status); });
  }
  [[nodiscard]] TokenInfo show(std::uint64_t id) const {
    return detail::or_throw([&](Status& status) { return show(id, status); });
  }
  TokenInfo edit(std::string_view actor, std::uint64_t id, const Edit& changes,
                 Change change = Change::kApply) {
    return detail::or_throw(
        [&](Status& status) { return edit(actor, id, changes, change, status); });
  }
  [[nodiscard]] Issued rotate(std::string_view actor, std::uint64_t id,
                              const Rotation& rotation = {}) {
    return detail::or_throw([&](Status& status) { return rotate(actor, id, rotation, status); });
  }
  TokenInfo finish_rotation(std::string_view actor, std::uint64_t id) {
    return detail::or_throw([&](Status& status) { return finish_rotation(actor, id, status); });
  }
  TokenInfo abort_rotation(std::string_view actor, std::uint64_t id) {
    return detail::or_throw([&](Status& status) { return abort_rotation(actor, id, status); });
  }
  void suspend(std::string_view actor, const std::vector<std::uint64_t>& ids,
               Change change = Change::kApply) {
    detail::or_throw([&](Status& status) { suspend(actor, ids, change, status); });
  }
  void resume(std::string_view actor, const std::vector<std::uint64_t>& ids,
              Change change = Change::kApply) {
    detail::or_throw([&](Status& status) { resume(actor, ids, change, status); });
  }
  void revoke(std::string_view actor, const std::vector<std::uint64_t>& ids,
              Change change = Change::kApply) {
    detail::or_throw([&](Status& status) { revoke(actor, ids, change, status); });
  }
  void purge(std::string_view actor, const std::vector<std::uint64_t>& ids,
             Change change = Change::kApply) {
    detail::or_throw([&](Status& status) { purge(actor, ids, change, status); });
  }
  [[nodiscard]] Cursor list(const Filter& filter = {}) const {
    return detail::or_throw([&](Status& status) { return list(filter, status); });
  }
  [[nodiscard]] Log log(const LogFilter& filter = {}) const {
    return detail::or_throw([&](Status& status) { return log(filter, status); });
  }
  [[nodiscard]] Head head() const {
    return detail::or_throw([&](Status& status) { return head(status); });
  }
  void check_head(const Head& kept) const {
    detail::or_throw([&](Status& status) { check_head(kept, status); });
  }
  [[nodiscard]] VerdictInfo describe(const Verdict& verdict) const {
    return detail::or_throw([&](Status& status) { return describe(verdict, status); });
  }
  [[nodiscard]] std::string challenge(const Verdict& verdict, std::string_view realm = {}) const {
    return detail::or_throw([&](Status& status) { return challenge(verdict, realm, status); });
  }
#endif

 private:
  using LogFunction = std::function<void(LogLevel, std::string_view)>;
  using ManyCall = int (*)(tokenry_store*, const char*, std::size_t, const std::uint64_t*,
                           std::size_t, std::uint32_t, std::int32_t*);
  // Long enough for every challenge but one that names many scopes.
  static constexpr std::size_t kChallengeGuess = 256;

  // The addresses as C strings; false if one holds a NUL, where it would be cut off.
  static bool c_strings(const std::vector<std::string>& texts, std::vector<const char*>& result,
                        Status& status) {
    result.reserve(texts.size());
    for (const std::string& text : texts) {
      if (text.find('\0') != std::string::npos) {
        status = Status(Code::kInvalidArgument, "an address in allow_ips must not hold NUL");
        return false;
      }
      result.push_back(text.c_str());
    }
    return true;
  }

  // allow_ips are the C strings of the spec's, and must live as long as the result.
  static tokenry_token_spec raw_spec(const TokenSpec& spec,
                                     const std::vector<const char*>& allow_ips) {
    auto raw = detail::sized<tokenry_token_spec>();
    raw.owner = spec.owner.data();
    raw.owner_size = spec.owner.size();
    raw.label = spec.label.data();
    raw.label_size = spec.label.size();
    raw.note = spec.note.data();
    raw.note_size = spec.note.size();
    raw.scopes = &spec.scopes.raw();
    raw.expires_at_ms = spec.expires_at_ms;
    raw.not_before_ms = spec.not_before_ms;
    raw.allow_ips = allow_ips.empty() ? nullptr : allow_ips.data();
    raw.allow_ip_count = allow_ips.size();
    raw.max_uses = spec.max_uses;
    raw.rates = spec.rates.empty() ? nullptr : spec.rates.data();
    raw.rate_count = spec.rates.size();
    return raw;
  }

  static void forward_log(void* context, int level, const char* line, std::size_t size) {
    const auto& log = *static_cast<const LogFunction*>(context);
#if TOKENRY_HPP_EXCEPTIONS
    try {
      log(static_cast<LogLevel>(level), std::string_view(line, size));
    } catch (...) {  // an exception must not cross the C interface
    }
#else
    log(static_cast<LogLevel>(level), std::string_view(line, size));
#endif
  }

  static StoreInfo store_info(const tokenry_store_info& raw) {
    StoreInfo info;
    info.format_version = raw.format_version;
    info.sealed = raw.sealed != 0;
    info.scope_count = raw.scope_count;
    info.prefix = detail::text_or_empty(raw.prefix);
    info.store_id = detail::text_or_empty(raw.store_id);
    info.owner_count = raw.owner_count;
    info.active_count = raw.active_count;
    info.not_yet_valid_count = raw.not_yet_valid_count;
    info.expired_count = raw.expired_count;
    info.owner_suspended_count = raw.owner_suspended_count;
    info.suspended_count = raw.suspended_count;
    info.revoked_count = raw.revoked_count;
    info.tampered_count = raw.tampered_count;
    if (raw.tampered_first != nullptr) info.tampered_first = raw.tampered_first;
    info.slot_count = raw.slot_count;
    info.free_slot_count = raw.free_slot_count;
    info.map_size_bytes = raw.map_size_bytes;
    info.used_bytes = raw.used_bytes;
    info.data_file_bytes = raw.data_file_bytes;
    info.reader_count = raw.reader_count;
    info.reader_limit = raw.reader_limit;
    info.transaction_id = raw.transaction_id;
    info.frozen = raw.frozen != 0;
    if (raw.cells_path != nullptr) info.cells_path = raw.cells_path;
    if (raw.cells_problem != nullptr) info.cells_problem = raw.cells_problem;
    info.cells_bytes = raw.cells_bytes;
    return info;
  }

  using EndCall = int (*)(tokenry_store*, const char*, std::size_t, std::uint64_t,
                          tokenry_token_info**);
  TokenInfo end_rotation(EndCall call, std::string_view actor, std::uint64_t id, Status& status) {
    tokenry_token_info* after = nullptr;
    const bool ok = status.take(call(raw_, actor.data(), actor.size(), id, &after));
    const detail::Owned<tokenry_token_info, tokenry_token_info_free> owned(after);
    return ok ? detail::token_info(*after) : TokenInfo();
  }

  // allow_ips are the C strings of the edit's, and must live as long as the result.
  static tokenry_edit_spec edit_spec(const Edit& edit, Change change,
                                     const std::vector<const char*>& allow_ips) {
    auto raw = detail::sized<tokenry_edit_spec>();
    raw.flags = static_cast<std::uint32_t>(change);
    const auto set_text = [&raw](std::uint32_t field, const std::optional<std::string_view>& text,
                                 const char*& data, std::size_t& size) {
      if (!text) return;
      raw.fields |= field;
      data = text->data();
      size = text->size();
    };
    const auto set_scopes = [&raw](std::uint32_t field, const std::optional<ScopeSet>& scopes,
                                   const tokenry_scope_set*& target) {
      if (!scopes) return;
      raw.fields |= field;
      target = &scopes->raw();
    };
    const auto set_time = [&raw](std::uint32_t field, const std::optional<std::int64_t>& time,
                                 std::int64_t& target) {
      if (!time) return;
      raw.fields |= field;
      target = *time;
    };
    set_text(TOKENRY_EDIT_LABEL, edit.label, raw.label, raw.label_size);
    set_text(TOKENRY_EDIT_NOTE, edit.note, raw.note, raw.note_size);
    set_scopes(TOKENRY_EDIT_SCOPES, edit.set_scopes, raw.set_scopes);
    set_scopes(TOKENRY_EDIT_ADD_SCOPES, edit.add_scopes, raw.add_scopes);
    set_scopes(TOKENRY_EDIT_REMOVE_SCOPES, edit.remove_scopes, raw.remove_scopes);
    set_time(TOKENRY_EDIT_EXPIRES_AT, edit.expires_at_ms, raw.expires_at_ms);
    set_time(TOKENRY_EDIT_NOT_BEFORE, edit.not_before_ms, raw.not_before_ms);
    set_conditions(edit, allow_ips, raw);
    return raw;
  }

  static void set_conditions(const Edit& edit, const std::vector<const char*>& allow_ips,
                             tokenry_edit_spec& raw) {
    if (edit.allow_ips) {
      raw.fields |= TOKENRY_EDIT_ALLOW_IPS;
      raw.allow_ips = allow_ips.data();
      raw.allow_ip_count = allow_ips.size();
    }
    if (edit.max_uses) {
      raw.fields |= TOKENRY_EDIT_MAX_USES;
      raw.max_uses = *edit.max_uses;
    }
    if (edit.rates) {
      raw.fields |= TOKENRY_EDIT_RATES;
      raw.rates = edit.rates->data();
      raw.rate_count = edit.rates->size();
    }
  }

  std::vector<Code> for_each_id(ManyCall call, std::string_view actor,
                                const std::vector<std::uint64_t>& ids, Change change,
                                Status& status) {
    std::vector<std::int32_t> raw(ids.size(), TOKENRY_OK);
    const bool ok = status.take(call(raw_, actor.data(), actor.size(), ids.data(), ids.size(),
                                     static_cast<std::uint32_t>(change), raw.data()));
    std::vector<Code> codes;
    codes.reserve(raw.size());
    bool any_failed = false;
    for (const std::int32_t code : raw) {
      any_failed = any_failed || code != TOKENRY_OK;
      codes.push_back(static_cast<Code>(code));
    }
    // A failure that no id accounts for is the whole call's: nothing was changed.
    if (!ok && !any_failed) codes.assign(ids.size(), status.code());
    return codes;
  }

  tokenry_store* raw_ = nullptr;
  std::unique_ptr<LogFunction> log_;
};

}  // namespace tokenry

#endif  // TOKENRY_HPP
