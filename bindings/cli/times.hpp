// Times as people write and read them. All are milliseconds since 1970-01-01T00:00:00Z; 0 is none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenry::cli {

std::int64_t now_ms();

// Reads a moment: 90d, 12h, 30m (minutes), 1s, 2w from now; 2027-01-31, which is that day's end,
// 23:59:59 UTC; an RFC 3339 time; or never, which is 0. Throws a usage Failure whose text begins
// with option and says what would be right.
std::int64_t parse_time(std::string_view option, std::string_view text, std::int64_t now);

// Likewise a moment that has been: 7d is that long ago, 2027-01-31 is that day's beginning, and
// never is refused.
std::int64_t parse_past_time(std::string_view option, std::string_view text, std::int64_t now);
// Reads a length of time, 90d, 12h, 30m (minutes), 1s or 2w, or 0 with any unit or none, in
// milliseconds; none for any other text. Lengths beyond 10,000 years become the longest.
std::optional<std::int64_t> read_span(std::string_view text);

// "90d", "12h", "90m", "5s": the span in the largest unit, up to days, that it is a multiple of.
std::string span_text(std::int64_t span_ms);

// "2027-01-31T23:59:59Z"; milliseconds are printed only where there are some. time must not be 0.
std::string rfc3339(std::int64_t time);

// "in 89 days", "3 hours ago", "now": rounded down to the largest unit that fits.
std::string relative(std::int64_t time, std::int64_t now);

// relative(), or none where time is 0.
std::string relative_or(std::int64_t time, std::int64_t now, std::string_view none);

}  // namespace tokenry::cli
