// A token's row in `usage`: what was folded of its cells so far, and the uses leased to each file
// of cells. Layout: docs/format.md, `usage`.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "model/network.hpp"
#include "model/scope_bits.hpp"
#include "record/row.hpp"

namespace tokenry::record {

struct UsageRow {
  std::uint32_t generation = 0;  // of the token; a row of another one counts as none

  // What all files of cells came to when they were last folded.
  std::uint64_t uses = 0;
  std::uint64_t denials = 0;
  std::uint64_t last_used_at_s = 0;
  std::optional<model::Address> last_address;
  model::ScopeBits exercised;
  std::uint64_t newest_secret_mark = 0;
  std::uint16_t previous_secret_tag = 0;
  std::uint64_t previous_secret_seen_at_s = 0;

  // How much of it came from each file of cells; cells only rise. The newest last.
  struct Mark {
    std::uint64_t cells_id = 0;
    std::uint64_t uses = 0;
    std::uint64_t denials = 0;
  };
  std::vector<Mark> marks;

  // Of a token with a limit on its uses: how many were handed out in all, and up to which count of
  // uses each file of cells may admit. The newest last.
  std::uint16_t max_uses_version = 0;
  std::uint64_t leased_uses = 0;
  struct Lease {
    std::uint64_t cells_id = 0;
    std::uint64_t allowed_uses = 0;
  };
  std::vector<Lease> leases;

  const Mark* find_mark(std::uint64_t cells_id) const;
  const Lease* find_lease(std::uint64_t cells_id) const;

  // Adds or replaces; the one that was set longest ago makes way where there are too many.
  void set_mark(const Mark& mark);
  void set_lease(const Lease& lease);
};

inline constexpr std::size_t kMaxUsageMarks = 8;
inline constexpr std::size_t kMaxUsageLeases = 8;
inline constexpr std::size_t kMaxUsageRow = 128 + 20 * kMaxUsageMarks + 14 * kMaxUsageLeases;

RowBody encode_usage(const UsageRow& usage);

// Nothing if the row is not one of this format.
std::optional<UsageRow> decode_usage(base::Bytes body);

// What a verification needs of the row, read without allocating.
struct LeaseView {
  std::uint16_t max_uses_version = 0;
  std::uint64_t leased_uses = 0;
  std::uint64_t allowed_uses = 0;  // 0: nothing was leased to this file of cells
};
// Nothing if the row is not one of this format, or of another generation.
std::optional<LeaseView> decode_lease(base::Bytes body, std::uint32_t generation,
                                      std::uint64_t cells_id);

}  // namespace tokenry::record
