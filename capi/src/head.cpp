// The log's head: asked for, printed, read and checked.
#include "head.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

#include "arguments.hpp"
#include "base/hex.hpp"
#include "model/names.hpp"
#include "token/chain.hpp"
#include "wall.hpp"

using namespace tokenry;
using base::Code;
using base::Status;

namespace {

constexpr std::string_view kWord = "tokenry-head-1";

// Nothing in it but its size: an empty log of no store, signed by nobody.
void make_safe(tokenry_head& head) {
  const uint32_t size = head.struct_size;
  head = tokenry_head{};
  head.struct_size = size;
}

Status check_output(const tokenry_head& head) {
  if (!capi::is_struct_size<tokenry_head>(head.struct_size)) {
    return capi::wrong_struct_size("head", head.struct_size, sizeof head);
  }
  return {};
}

token::Head to_head(const tokenry_head& from) {
  token::Head head;
  std::copy(std::begin(from.store_id), std::end(from.store_id), head.store_id.begin());
  head.sequence = from.sequence;
  std::copy(std::begin(from.hash), std::end(from.hash), head.hash.begin());
  head.at_ms = from.at_ms;
  std::copy(std::begin(from.signature), std::end(from.signature), head.signature.begin());
  return head;
}

void write_head(const token::Head& from, tokenry_head& to) {
  std::copy(from.store_id.begin(), from.store_id.end(), to.store_id);
  to.sequence = from.sequence;
  to.at_ms = from.at_ms;
  std::copy(from.hash.begin(), from.hash.end(), to.hash);
  std::copy(from.signature.begin(), from.signature.end(), to.signature);
}

Status read_head(const tokenry_head* given, tokenry_head& out) {
  TOKENRY_TRY(capi::read_struct("head", given, out));
  if (out.reserved != 0) return {Code::invalid_argument, "head: reserved must be 0"};
  return model::check_time("head: at_ms", out.at_ms);
}

// ---- the line of text

void append_hex(std::string& text, base::Bytes bytes) { text += ' ' + base::hex(bytes); }

std::string print(const tokenry_head& head) {
  std::string text(kWord);
  append_hex(text, head.store_id);
  text += ' ' + std::to_string(head.sequence);
  append_hex(text, head.hash);
  text += ' ' + std::to_string(head.at_ms);
  append_hex(text, head.signature);
  return text;
}

// Takes the text apart at its single blanks; what print() would not write is refused.
class HeadText {
 public:
  explicit HeadText(std::string_view text) : rest_(text) {}

  void word(std::string_view expected) { ok_ = take() == expected && ok_; }

  void hex(base::MutableBytes out) {
    const std::string_view digits = take();
    ok_ = ok_ && digits.size() == 2 * out.size();
    for (std::size_t i = 0; ok_ && i < out.size(); ++i) {
      const int high = digit(digits[2 * i]);
      const int low = digit(digits[2 * i + 1]);
      ok_ = high >= 0 && low >= 0;
      if (ok_) out[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
  }

  std::uint64_t number() {
    const std::string_view digits = take();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool is_whole = error == std::errc() && end == digits.data() + digits.size();
    ok_ = ok_ && is_whole && (digits.size() == 1 || digits.front() != '0');
    return value;
  }

  bool complete() const { return ok_ && ended_; }

 private:
  std::string_view take() {
    const std::size_t blank = rest_.find(' ');
    const std::string_view word = rest_.substr(0, blank);
    ok_ = ok_ && !ended_;
    ended_ = blank == std::string_view::npos;
    rest_ = ended_ ? std::string_view() : rest_.substr(blank + 1);
    return word;
  }
  static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  }

  std::string_view rest_;
  bool ended_ = false;
  bool ok_ = true;
};

Status parse(std::string_view text, tokenry_head& out) {
  HeadText words(text);
  tokenry_head head{};
  words.word(kWord);
  words.hex(head.store_id);
  head.sequence = words.number();
  words.hex(head.hash);
  const std::uint64_t at_ms = words.number();
  words.hex(head.signature);
  if (!words.complete() || at_ms > static_cast<std::uint64_t>(model::kMaxTimeMs)) {
    return {Code::invalid_argument,
            "a head is one line: tokenry-head-1, the store id, a number, a hash, a time and a "
            "signature"};
  }
  head.at_ms = static_cast<std::int64_t>(at_ms);
  write_head(to_head(head), out);
  return {};
}

}  // namespace

base::Result<token::Head> capi::parse_head(std::string_view text) {
  tokenry_head head{};
  head.struct_size = sizeof head;
  TOKENRY_TRY(parse(text, head));
  return to_head(head);
}

extern "C" {

int tokenry_log_head(tokenry_store* store, tokenry_head* head) {
  if (head != nullptr) make_safe(*head);
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    if (head == nullptr) return capi::missing_argument("head");
    TOKENRY_TRY(check_output(*head));
    TOKENRY_ASSIGN(const token::Head found, open.head());
    write_head(found, *head);
    std::copy(open.public_key().begin(), open.public_key().end(), head->public_key);
    return {};
  });
}

int tokenry_log_check(tokenry_store* store, const tokenry_head* kept) {
  return capi::with_store(store, [&](engine::Store& open) -> Status {
    tokenry_head head{};
    TOKENRY_TRY(read_head(kept, head));
    return open.check_head(to_head(head));
  });
}

int tokenry_head_print(const tokenry_head* given, char* buffer, size_t capacity, size_t* size) {
  if (size != nullptr) *size = 0;
  if (buffer != nullptr && capacity != 0) *buffer = '\0';
  return capi::guarded([&]() -> Status {
    tokenry_head head{};
    TOKENRY_TRY(read_head(given, head));
    if (buffer == nullptr) return capi::missing_argument("buffer");
    const std::string text = print(head);
    if (size != nullptr) *size = text.size();
    if (text.size() >= capacity) {
      return {Code::invalid_argument,
              "buffer: the head takes " + std::to_string(text.size() + 1) + " bytes"};
    }
    std::memcpy(buffer, text.c_str(), text.size() + 1);
    return {};
  });
}

int tokenry_head_parse(const char* text, size_t text_size, tokenry_head* head) {
  if (head != nullptr) make_safe(*head);
  return capi::guarded([&]() -> Status {
    if (head == nullptr) return capi::missing_argument("head");
    TOKENRY_TRY(check_output(*head));
    std::string_view line;
    TOKENRY_TRY(capi::read_text("text", text, text_size, line));
    return parse(line, *head);
  });
}

int tokenry_head_verify(const tokenry_head* given, const uint8_t public_key[32]) {
  return capi::guarded([&]() -> Status {
    TOKENRY_TRY(token::init_crypto());
    tokenry_head head{};
    TOKENRY_TRY(read_head(given, head));
    if (public_key == nullptr) return capi::missing_argument("public_key");
    token::PublicKey key{};
    std::copy_n(public_key, key.size(), key.begin());
    if (token::is_signed_by(to_head(head), key)) return {};
    return {Code::tampered, "the head was not signed by the holder of this public key"};
  });
}

}  // extern "C"
