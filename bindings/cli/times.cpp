#include "times.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <optional>

#include "failure.hpp"
#include "text.hpp"

namespace tokenry::cli {
namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kWeek = 7 * kDay;
constexpr std::int64_t kYear = 365 * kDay;
// RFC 3339 has four digits for the year.
constexpr std::int64_t kEndOfYear9999 = 253402300799999;

// Takes times apart from the left; every read_ function says whether it found what it wanted.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return text_.empty(); }

  bool one_of(std::string_view characters) {
    if (text_.empty() || characters.find(text_.front()) == std::string_view::npos) return false;
    taken_ = text_.front();
    text_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] char taken() const { return taken_; }

  bool digits(std::size_t count, int& value) {
    if (text_.size() < count) return false;
    value = 0;
    for (const char c : text_.substr(0, count)) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return true;
  }

 private:
  std::string_view text_;
  char taken_ = '\0';
};

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Midnight UTC of a date of the proleptic Gregorian calendar.
std::int64_t midnight(int year, int month, int day) {
  const std::chrono::sys_days date{std::chrono::year{year} /
                                   std::chrono::month{static_cast<unsigned>(month)} /
                                   std::chrono::day{static_cast<unsigned>(day)}};
  return date.time_since_epoch().count() * kDay;
}

std::optional<std::int64_t> read_date(Reader& reader) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!reader.digits(4, year) || !reader.one_of("-") || !reader.digits(2, month) ||
      !reader.one_of("-") || !reader.digits(2, day)) {
    return std::nullopt;
  }
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return std::nullopt;
  return midnight(year, month, day);
}

// What follows the decimal point, in milliseconds; further digits are dropped.
std::optional<std::int64_t> read_fraction(Reader& reader) {
  std::int64_t milliseconds = 0;
  std::int64_t weight = 100;
  int digit = 0;
  if (!reader.digits(1, digit)) return std::nullopt;
  do {
    milliseconds += digit * weight;
    weight /= 10;
  } while (reader.digits(1, digit));
  return milliseconds;
}

// The distance from UTC that "Z" or "+02:00" stands for.
std::optional<std::int64_t> read_offset(Reader& reader) {
  if (reader.one_of("Zz")) return 0;
  if (!reader.one_of("+-")) return std::nullopt;
  const std::int64_t sign = reader.taken() == '-' ? -1 : 1;
  int hours = 0;
  int minutes = 0;
  if (!reader.digits(2, hours) || !reader.one_of(":") || !reader.digits(2, minutes) || hours > 23 ||
      minutes > 59) {
    return std::nullopt;
  }
  return sign * (hours * kHour + minutes * kMinute);
}

// "12:00:00.5+02:00", counted from midnight UTC of the date before it.
std::optional<std::int64_t> read_time_of_day(Reader& reader) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!reader.digits(2, hour) || !reader.one_of(":") || !reader.digits(2, minute) ||
      !reader.one_of(":") || !reader.digits(2, second)) {
    return std::nullopt;
  }
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  std::int64_t milliseconds = 0;
  if (reader.one_of(".")) {
    const auto fraction = read_fraction(reader);
    if (!fraction) return std::nullopt;
    milliseconds = *fraction;
  }
  const auto offset = read_offset(reader);
  if (!offset) return std::nullopt;
  const std::int64_t minutes_utc = hour * kHour + minute * kMinute - *offset;
  // A leap second can only end a day of UTC.
  const bool ends_day = (minutes_utc % kDay + kDay) % kDay == kDay - kMinute;
  if (second == 60 && !ends_day) return std::nullopt;
  return minutes_utc + second * kSecond + milliseconds;
}

// A date or an RFC 3339 time.
std::optional<std::int64_t> read_moment(std::string_view text) {
  Reader reader(text);
  const auto date = read_date(reader);
  if (!date) return std::nullopt;
  if (reader.at_end()) return *date + kDay - kSecond;
  if (!reader.one_of("Tt ")) return std::nullopt;
  const auto time_of_day = read_time_of_day(reader);
  if (!time_of_day || !reader.at_end()) return std::nullopt;
  return *date + *time_of_day;
}

std::int64_t unit_of(std::string_view suffix) {
  if (suffix == "s") return kSecond;
  if (suffix == "m") return kMinute;
  if (suffix == "h") return kHour;
  if (suffix == "d") return kDay;
  if (suffix == "w") return kWeek;
  return 0;
}

// Months and years have no fixed length, and "m" is taken; a guess would be off by days.
bool is_calendar_unit(std::string_view suffix) {
  for (const std::string_view unit :
       {"M", "mo", "mon", "mons", "month", "months", "y", "Y", "yr", "yrs", "year", "years"}) {
    if (suffix == unit) return true;
  }
  return false;
}

[[noreturn]] void refuse(std::string_view option, std::string_view text, std::string_view why) {
  fail_usage(std::string(option) + ": " + std::string(why) + ", not \"" + std::string(text) + "\"");
}

constexpr std::string_view kForms =
    "give 90d, 12h, 30m (minutes), 1s, 2w, a date such as 2027-01-31, an RFC 3339 time or never";
constexpr std::string_view kPastForms =
    "give 90d, 12h, 30m (minutes), 1s or 2w ago, a date such as 2027-01-31 or an RFC 3339 time";

std::int64_t parse_span(std::string_view option, std::string_view text, std::string_view suffix,
                        std::string_view forms) {
  if (is_calendar_unit(suffix)) {
    refuse(option, text, "months and years have no fixed length; use 30d or a date");
  }
  const std::int64_t unit = unit_of(suffix);
  if (unit == 0) refuse(option, text, forms);
  const std::string_view digits = text.substr(0, text.size() - suffix.size());
  std::int64_t count = 0;
  for (const char c : digits) {
    count = count * 10 + (c - '0');
    if (count > kEndOfYear9999 / unit)
      refuse(option, text, "the time must lie before the year 10000");
  }
  if (count == 0) refuse(option, text, "the span must be at least 1");
  return count * unit;
}

}  // namespace

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

namespace {

// Digits and what follows them.
struct Parts {
  explicit Parts(std::string_view text)
      : digit_count(std::min(text.find_first_not_of("0123456789"), text.size())),
        suffix(text.substr(digit_count)) {}
  bool is_date() const { return digit_count == 4 && !suffix.empty() && suffix.front() == '-'; }

  std::size_t digit_count;
  std::string_view suffix;
};

std::int64_t parse_moment(std::string_view option, std::string_view text) {
  const auto moment = read_moment(text);
  if (moment) return *moment;
  refuse(option, text,
         "give a date such as 2027-01-31 or an RFC 3339 time such as 2027-01-31T12:00:00Z");
}

}  // namespace

std::int64_t parse_past_time(std::string_view option, std::string_view text, std::int64_t now) {
  const Parts parts(text);
  if (parts.is_date()) {
    constexpr std::size_t kDateSize = 10;
    const std::int64_t moment = parse_moment(option, text);
    return std::max<std::int64_t>(text.size() == kDateSize ? moment - (kDay - kSecond) : moment, 0);
  }
  if (parts.digit_count == 0) refuse(option, text, kPastForms);
  return std::max<std::int64_t>(now - parse_span(option, text, parts.suffix, kPastForms), 0);
}

std::int64_t parse_time(std::string_view option, std::string_view text, std::int64_t now) {
  if (text == "never") return 0;
  const Parts parts(text);
  std::int64_t time = 0;
  if (parts.is_date()) {
    time = parse_moment(option, text);
  } else {
    if (parts.digit_count == 0) refuse(option, text, kForms);
    time = now + parse_span(option, text, parts.suffix, kForms);
  }
  // 0 and below cannot be told from "none".
  if (time <= 0) refuse(option, text, "the time must lie after 1970-01-01T00:00:00Z");
  if (time > kEndOfYear9999) refuse(option, text, "the time must lie before the year 10000");
  return time;
}

std::optional<std::int64_t> read_span(std::string_view text) {
  const std::size_t digit_count = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view suffix = text.substr(digit_count);
  if (text == "0") return 0;
  const std::int64_t unit = unit_of(suffix);
  if (digit_count == 0 || unit == 0) return std::nullopt;
  std::int64_t count = 0;
  for (const char c : text.substr(0, digit_count)) {
    count = std::min(count * 10 + (c - '0'), kEndOfYear9999 / unit);
  }
  return count * unit;
}

std::string span_text(std::int64_t span_ms) {
  struct Unit {
    std::int64_t size;
    char suffix;
  };
  constexpr std::array<Unit, 4> kUnits = {
      {{kDay, 'd'}, {kHour, 'h'}, {kMinute, 'm'}, {kSecond, 's'}}};
  for (const Unit& unit : kUnits) {
    if (span_ms % unit.size == 0) return std::to_string(span_ms / unit.size) + unit.suffix;
  }
  return std::to_string(span_ms) + "ms";
}

std::string rfc3339(std::int64_t time) {
  const std::chrono::sys_time<std::chrono::milliseconds> moment{std::chrono::milliseconds{time}};
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{moment - day};
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  std::string text(buffer.data());
  if (const auto milliseconds = clock.subseconds().count(); milliseconds != 0) {
    std::snprintf(buffer.data(), buffer.size(), ".%03d", static_cast<int>(milliseconds));
    text += buffer.data();
  }
  return text + "Z";
}

std::string relative(std::int64_t time, std::int64_t now) {
  const std::int64_t distance = time > now ? time - now : now - time;
  struct Unit {
    std::int64_t size;
    std::string_view noun;
    std::int64_t from;
  };
  // Days stay readable for long, and an expiry is mostly given in them.
  constexpr std::array<Unit, 5> kUnits = {{{kYear, "year", 2 * kYear},
                                           {kDay, "day", kDay},
                                           {kHour, "hour", kHour},
                                           {kMinute, "minute", kMinute},
                                           {kSecond, "second", kSecond}}};
  for (const Unit& unit : kUnits) {
    if (distance < unit.from) continue;
    const std::string span = counted(static_cast<std::size_t>(distance / unit.size), unit.noun);
    return time > now ? "in " + span : span + " ago";
  }
  return "now";
}

std::string relative_or(std::int64_t time, std::int64_t now, std::string_view none) {
  return time == 0 ? std::string(none) : relative(time, now);
}

}  // namespace tokenry::cli
