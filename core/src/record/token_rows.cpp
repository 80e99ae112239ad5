#include "record/token_rows.hpp"

#include <algorithm>
#include <array>

namespace tokenry::record {

namespace {
constexpr std::size_t kRevokedOrderSize = 1 + 8 + 8;

// Parts that a row has only where they say something; an empty one is refused, so that a row has
// one form.
enum Part : std::uint8_t { kRotationPart = 1, kNetworksPart = 2, kLimitsPart = 4 };
constexpr unsigned kAllParts = kRotationPart | kNetworksPart | kLimitsPart;
constexpr std::size_t kNetworkSize = 16 + 1;

bool has_limits_part(const model::Limits& limits) {
  return limits.max_uses_version != 0 || limits.rates_version != 0;
}

unsigned parts_of(const model::TokenDetails& details) {
  unsigned parts = 0;
  if (details.previous_secret_created_at_ms != 0) parts |= kRotationPart;
  if (!details.networks.empty()) parts |= kNetworksPart;
  if (has_limits_part(details.limits)) parts |= kLimitsPart;
  return parts;
}

void write_networks(RowWriter& row, const std::vector<model::Network>& networks) {
  row.number(networks.size(), 1);
  for (const model::Network& network : networks) {
    row.bytes(network.address.bytes);
    row.number(network.prefix_bits, 1);
  }
}

void write_limits(RowWriter& row, const model::Limits& limits) {
  row.number(limits.max_uses_version, 2);
  row.number(limits.rates_version, 2);
  row.number(limits.max_uses, 8);
  row.number(limits.rates.size(), 1);
  for (const model::Rate& rate : limits.rates) {
    row.number(rate.count, 4);
    row.number(rate.period_ms, 4);
  }
}

// The bytes of the networks, each checked.
base::Bytes read_networks(RowReader& row) {
  const std::size_t count = row.number(1);
  row.require(count >= 1 && count <= model::kMaxNetworks);
  const base::Bytes networks = row.bytes(count * kNetworkSize);
  for (std::size_t at = 0; at + kNetworkSize <= networks.size(); at += kNetworkSize) {
    row.require(networks[at + 16] <= 128);
  }
  return networks;
}

model::Network network_at(base::Bytes networks, std::size_t at) {
  model::Network network;
  std::copy_n(&networks[at], network.address.bytes.size(), network.address.bytes.begin());
  network.prefix_bits = networks[at + 16];
  return network;
}

std::int64_t read_rotation(RowReader& row) {
  const std::int64_t previous_secret_created_at_ms = row.time();
  row.require(previous_secret_created_at_ms != 0);
  return previous_secret_created_at_ms;
}

void read_limits(RowReader& row, Conditions& conditions) {
  conditions.max_uses_version = static_cast<std::uint16_t>(row.number(2));
  conditions.rates_version = static_cast<std::uint16_t>(row.number(2));
  conditions.max_uses = row.number(8);
  conditions.rate_count = row.number(1);
  row.require(conditions.max_uses_version != 0 || conditions.rates_version != 0);
  row.require(conditions.max_uses <= model::kMaxMaxUses);
  row.require(conditions.rate_count <= model::kMaxRates);
  for (std::size_t i = 0; i < std::min(conditions.rate_count, model::kMaxRates); ++i) {
    conditions.rates[i].count = static_cast<std::uint32_t>(row.number(4));
    conditions.rates[i].period_ms = static_cast<std::uint32_t>(row.number(4));
  }
  row.require(model::check_rates({conditions.rates.data(), conditions.rate_count}).ok());
}

// The sizes of the texts in the fixed part.
struct TextSizes {
  std::size_t owner = 0;
  std::size_t label = 0;
  std::size_t created_by = 0;
  std::size_t updated_by = 0;
  std::size_t note = 0;

  std::size_t all() const { return owner + label + created_by + updated_by + note; }
};

unsigned read_parts_and_sizes(RowReader& row, TextSizes& sizes) {
  row.require(row.number(1) == kRowVersion);
  const auto parts = static_cast<unsigned>(row.number(1));
  row.require((parts & ~kAllParts) == 0);
  sizes.owner = row.number(1);
  sizes.label = row.number(1);
  sizes.created_by = row.number(1);
  sizes.updated_by = row.number(1);
  sizes.note = row.number(2);
  return parts;
}

}  // namespace

RowBody encode_details(const model::TokenDetails& details) {
  RowWriter row;
  const unsigned parts = parts_of(details);
  row.number(kRowVersion, 1);
  row.number(parts, 1);
  row.number(details.owner.size(), 1);
  row.number(details.label.size(), 1);
  row.number(details.created_by.size(), 1);
  row.number(details.updated_by.size(), 1);
  row.number(details.note.size(), 2);
  row.number(details.id, 8);
  row.scopes(details.granted);
  row.time(details.created_at_ms);
  row.time(details.secret_created_at_ms);
  row.time(details.updated_at_ms);
  row.time(details.revoked_at_ms);
  row.text(details.owner);
  row.text(details.label);
  row.text(details.created_by);
  row.text(details.updated_by);
  row.text(details.note);
  if ((parts & kRotationPart) != 0) row.time(details.previous_secret_created_at_ms);
  if ((parts & kNetworksPart) != 0) write_networks(row, details.networks);
  if ((parts & kLimitsPart) != 0) write_limits(row, details.limits);
  return row.take();
}

std::optional<model::TokenDetails> decode_details(base::Bytes body) {
  RowReader row(body);
  model::TokenDetails details;
  TextSizes sizes;
  const unsigned parts = read_parts_and_sizes(row, sizes);
  details.id = row.number(8);
  details.granted = row.scopes();
  details.created_at_ms = row.time();
  details.secret_created_at_ms = row.time();
  details.updated_at_ms = row.time();
  details.revoked_at_ms = row.time();
  details.owner = row.text(sizes.owner);
  details.label = row.text(sizes.label);
  details.created_by = row.text(sizes.created_by);
  details.updated_by = row.text(sizes.updated_by);
  details.note = row.text(sizes.note);
  if ((parts & kRotationPart) != 0) details.previous_secret_created_at_ms = read_rotation(row);
  if ((parts & kNetworksPart) != 0) {
    const base::Bytes networks = read_networks(row);
    for (std::size_t at = 0; at + kNetworkSize <= networks.size(); at += kNetworkSize) {
      details.networks.push_back(network_at(networks, at));
    }
  }
  if ((parts & kLimitsPart) != 0) {
    Conditions conditions;
    read_limits(row, conditions);
    details.limits.max_uses = conditions.max_uses;
    details.limits.max_uses_version = conditions.max_uses_version;
    details.limits.rates_version = conditions.rates_version;
    const std::size_t count = std::min(conditions.rate_count, model::kMaxRates);
    details.limits.rates.assign(conditions.rates.begin(), conditions.rates.begin() + count);
  }
  if (!row.complete()) return std::nullopt;
  return details;
}

std::optional<Conditions> decode_conditions(base::Bytes body, std::uint64_t id) {
  RowReader row(body);
  Conditions conditions;
  TextSizes sizes;
  const unsigned parts = read_parts_and_sizes(row, sizes);
  row.require(row.number(8) == id);
  row.bytes(32 + 4 * 6 + sizes.all());
  if ((parts & kRotationPart) != 0) read_rotation(row);
  if ((parts & kNetworksPart) != 0) conditions.networks = read_networks(row);
  if ((parts & kLimitsPart) != 0) read_limits(row, conditions);
  if (!row.complete()) return std::nullopt;
  return conditions;
}

bool Conditions::admits(const model::Address& address) const {
  for (std::size_t at = 0; at + kNetworkSize <= networks.size(); at += kNetworkSize) {
    if (network_at(networks, at).contains(address)) return true;
  }
  return false;
}

std::string owner_prefix(std::string_view owner) {
  std::string key(owner);
  key += '\0';
  return key;
}

std::string label_prefix(std::string_view owner, std::string_view label) {
  std::string key = owner_prefix(owner);
  key += label;
  key += '\0';
  return key;
}

std::string live_label_key(std::string_view owner, std::string_view label) {
  return label_prefix(owner, label) + '\0';
}

std::string revoked_label_key(std::string_view owner, std::string_view label,
                              std::int64_t revoked_at_ms, std::uint64_t id) {
  std::array<std::uint8_t, kRevokedOrderSize> order{1};
  base::store_be(&order[1], ~static_cast<std::uint64_t>(revoked_at_ms), 8);
  base::store_be(&order[9], id, 8);
  return label_prefix(owner, label).append(base::as_text(order));
}

std::optional<LabelKey> parse_label_key(std::string_view key) {
  // owner 0 label 0 and then 0, or 1 and the order of revocation; no name can hold a zero byte.
  const std::size_t owner_end = key.find('\0');
  if (owner_end == std::string_view::npos) return std::nullopt;
  const std::size_t label_end = key.find('\0', owner_end + 1);
  if (label_end == std::string_view::npos) return std::nullopt;
  const std::string_view order = key.substr(label_end + 1);
  const bool live = order.size() == 1 && order.front() == '\0';
  const bool revoked = order.size() == kRevokedOrderSize && order.front() == '\1';
  if (!live && !revoked) return std::nullopt;
  LabelKey parts;
  parts.owner = key.substr(0, owner_end);
  parts.label = key.substr(owner_end + 1, label_end - owner_end - 1);
  parts.live = live;
  if (revoked) {
    const std::uint8_t* const time = base::as_bytes(order).data() + 1;
    parts.revoked_at_ms = static_cast<std::int64_t>(~base::load_be(time, 8));
  }
  return parts;
}

std::string label_key(const model::TokenDetails& details) {
  if (details.revoked_at_ms == 0) return live_label_key(details.owner, details.label);
  return revoked_label_key(details.owner, details.label, details.revoked_at_ms, details.id);
}

}  // namespace tokenry::record
