#include "log_verify.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "codec.hpp"
#include "failure.hpp"

namespace tokenry::cli {
namespace {

using Json = nlohmann::ordered_json;

// Far above the longest event.
constexpr std::size_t kMaxLine = 4 * 1024 * 1024;

struct Closer {
  void operator()(std::FILE* file) const noexcept {
    if (file != stdin) std::fclose(file);
  }
};

// A file's lines, of bounded length.
class Lines {
 public:
  explicit Lines(const std::string& path) : name_(path == "-" ? "standard input" : path) {
    file_.reset(path == "-" ? stdin : std::fopen(path.c_str(), "re"));
    if (!file_) fail_io("cannot read " + name_, errno);
  }

  // False at the end. A last line without its end is a line.
  bool next(std::string& line) {
    line.clear();
    for (;;) {
      if (at_ == size_ && !refill()) return !line.empty();
      const char* const begin = buffer_.data() + at_;
      const char* const end = buffer_.data() + size_;
      const char* const stop = std::find(begin, end, '\n');
      line.append(begin, stop);
      if (line.size() > kMaxLine) {
        throw Failure(Code::kTampered, name_ + " holds a line that is too long for an event");
      }
      at_ = static_cast<std::size_t>(stop - buffer_.data());
      if (stop == end) continue;
      ++at_;
      return true;
    }
  }

 private:
  bool refill() {
    buffer_.resize(64 * 1024);
    at_ = 0;
    size_ = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
    if (std::ferror(file_.get()) != 0) fail_io("cannot read " + name_, errno);
    return size_ != 0;
  }

  std::string name_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
};

class ExportCheck {
 public:
  explicit ExportCheck(const PublicKey& key) : key_(key) {}

  void take(const std::string& line) {
    ++number_;
    if (has_head_) fail("stands after the head");
    Json object = Json::parse(line, nullptr, false);
    if (!object.is_object()) fail("is not an event: the file was cut or altered");
    if (object.contains("head")) {
      take_head(object, line);
    } else {
      take_event(object, line);
    }
  }

  ExportFacts finish() const {
    if (has_head_) return facts_;
    throw Failure(Code::kTampered, "the file has no head after line " + std::to_string(number_) +
                                       ": it was cut, or was not made by log --export");
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Failure(Code::kTampered, "line " + std::to_string(number_) + " " + what);
  }

  static std::string text_of(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
  }

  // Where the chain stands before the first line: an export may begin in the middle of the log.
  void begin(const Json& object) {
    const auto given = parse_hex(text_of(object, "previous_hash"), first_hash_.size());
    if (!given) fail("names no hash of the event before it");
    std::copy(given->begin(), given->end(), first_hash_.begin());
    hash_ = first_hash_;
  }

  void take_event(const Json& object, const std::string& line) {
    const auto body = parse_base64(text_of(object, "body"));
    if (!body || body->empty()) fail("is not an event: it has no body");
    if (facts_.count == 0) begin(object);
    Status status;
    const Event event = decode_event(*body, hash_, status);
    if (!status.ok()) fail("is not an event: its body cannot be read");
    if (facts_.count != 0 && event.sequence != facts_.last + 1) {
      fail("is event " + std::to_string(event.sequence) + ", but event " +
           std::to_string(facts_.last + 1) + " is due: a line was removed, moved or doubled");
    }
    if (text_of(object, "previous_hash") != print_hex(hash_)) {
      fail("does not follow from the line before it");
    }
    if (event_json(event) != line) fail("says something else than its body: it was altered");
    if (facts_.count == 0) facts_.first = event.sequence;
    facts_.last = event.sequence;
    hash_ = event.hash;
    ++facts_.count;
  }

  void take_head(const Json& object, const std::string& line) {
    Status status;
    facts_.head = parse_head(text_of(object, "head"), status);
    if (!status.ok() || export_head_json(facts_.head) != line) fail("is not a head");
    verify_head(facts_.head, key_, status);
    if (!status.ok()) fail("is a head that the holder of this public key did not sign");
    check_ends();
    has_head_ = true;
  }

  // Whether the events lead from the beginning that the head knows to the head.
  void check_ends() const {
    Hash start{};
    std::copy(facts_.head.store_id.begin(), facts_.head.store_id.end(), start.begin());
    if (facts_.first == 1 && first_hash_ != start) fail("is the head of another store");
    if (facts_.head.sequence != facts_.last) {
      fail("is the head at event " + std::to_string(facts_.head.sequence) +
           ", but the events end at " + std::to_string(facts_.last) + ": lines were removed");
    }
    if (facts_.head.hash != (facts_.count == 0 ? start : hash_)) {
      fail("is the head of other events");
    }
  }

  const PublicKey& key_;
  std::uint64_t number_ = 0;
  bool has_head_ = false;
  Hash first_hash_{};
  Hash hash_{};
  ExportFacts facts_;
};

}  // namespace

ExportFacts verify_export(const std::string& path, const PublicKey& key) {
  Lines lines(path);
  ExportCheck check(key);
  for (std::string line; lines.next(line);) check.take(line);
  return check.finish();
}

}  // namespace tokenry::cli
