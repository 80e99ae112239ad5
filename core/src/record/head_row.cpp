#include "record/head_row.hpp"

#include <algorithm>

namespace tokenry::record {

RowBody encode_head(const HeadRow& head) {
  RowWriter row;
  row.number(kRowVersion, 1);
  row.zeros(7);
  row.number(head.sequence, 8);
  row.bytes(head.hash);
  row.time(head.at_ms);
  row.zeros(2);
  row.bytes(head.signature);
  return row.take();
}

std::optional<HeadRow> decode_head(base::Bytes body) {
  RowReader row(body);
  HeadRow head;
  row.require(row.number(1) == kRowVersion);
  row.zeros(7);
  head.sequence = row.number(8);
  row.require(head.sequence != 0);
  const base::Bytes hash = row.bytes(head.hash.size());
  std::copy(hash.begin(), hash.end(), head.hash.begin());
  head.at_ms = row.time();
  row.zeros(2);
  const base::Bytes signature = row.bytes(head.signature.size());
  std::copy(signature.begin(), signature.end(), head.signature.begin());
  if (!row.complete()) return std::nullopt;
  return head;
}

}  // namespace tokenry::record
