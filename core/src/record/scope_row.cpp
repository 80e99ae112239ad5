#include "record/scope_row.hpp"

namespace tokenry::record {

namespace {
constexpr std::uint64_t kEverything = 1;
constexpr std::uint64_t kEscalates = 2;
}  // namespace

RowBody encode_scope(const model::Scope& scope) {
  RowWriter row;
  row.number(kRowVersion, 1);
  row.number((scope.everything ? kEverything : 0) | (scope.escalates ? kEscalates : 0), 1);
  row.number(scope.name.size(), 1);
  row.zeros(1);
  row.number(scope.group.size(), 2);
  row.number(scope.text.size(), 2);
  row.text(scope.name);
  row.text(scope.group);
  row.text(scope.text);
  return row.take();
}

std::optional<model::Scope> decode_scope(base::Bytes body) {
  RowReader row(body);
  model::Scope scope;
  row.require(row.number(1) == kRowVersion);
  const std::uint64_t flags = row.number(1);
  row.require((flags & ~(kEverything | kEscalates)) == 0);
  scope.everything = (flags & kEverything) != 0;
  scope.escalates = (flags & kEscalates) != 0;
  const std::size_t name_size = row.number(1);
  row.zeros(1);
  const std::size_t group_size = row.number(2);
  const std::size_t text_size = row.number(2);
  scope.name = row.text(name_size);
  scope.group = row.text(group_size);
  scope.text = row.text(text_size);
  if (!row.complete()) return std::nullopt;
  return scope;
}

}  // namespace tokenry::record
