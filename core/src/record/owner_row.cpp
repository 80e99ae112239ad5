#include "record/owner_row.hpp"

namespace tokenry::record {

namespace {
constexpr std::uint64_t kSuspended = 1;
}

RowBody encode_owner(const model::Owner& owner) {
  RowWriter row;
  row.number(kRowVersion, 1);
  row.number(owner.suspended ? kSuspended : 0, 1);
  row.number(owner.created_by.size(), 1);
  row.zeros(1);
  row.time(owner.created_at_ms);
  row.zeros(6);
  row.scopes(owner.ceiling);
  row.text(owner.created_by);
  return row.take();
}

std::optional<model::Owner> decode_owner(std::string_view name, base::Bytes body) {
  RowReader row(body);
  model::Owner owner;
  owner.name = name;
  row.require(row.number(1) == kRowVersion);
  const std::uint64_t flags = row.number(1);
  row.require((flags & ~kSuspended) == 0);
  owner.suspended = (flags & kSuspended) != 0;
  const std::size_t created_by_size = row.number(1);
  row.zeros(1);
  owner.created_at_ms = row.time();
  row.zeros(6);
  owner.ceiling = row.scopes();
  owner.created_by = row.text(created_by_size);
  if (!row.complete()) return std::nullopt;
  return owner;
}

}  // namespace tokenry::record
